//! A question about a line, for a person to settle: the body of its document.

use crate::roster::Roster;
use crate::rules::controls::Code;
use doudi_sdk::payments::Line;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const FINDING: &str = "finding";

/// 发放疑点.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Finding {
    /// A word of [`Code`].
    pub code: String,
    /// The roster's document.
    pub roster: Option<Id>,
    pub scheme: String,
    /// The month of the roster.
    pub month: Option<Date>,
    /// Absent when nothing stands on a roster.
    pub line: Option<Id>,
    /// The month the line is for.
    pub for_month: Option<Date>,
    pub purpose: String,
    /// The decision it follows from.
    pub decision: Id,
    pub amount: Fen,
    /// What the kernel adds: the other scheme, county or household.
    pub other: String,
    pub other_household: Option<Id>,
    /// The day of a death.
    pub died: Option<Date>,
    pub settled: String,
}

impl Finding {
    pub fn of(code: Code, roster: Id, body: &Roster, line: &Line) -> Finding {
        Finding {
            code: code.code().to_owned(),
            roster: Some(roster),
            scheme: body.scheme.clone(),
            month: Some(body.month),
            line: Some(line.id),
            for_month: Some(line.month),
            purpose: line.purpose.code().to_owned(),
            decision: line.decision,
            amount: line.amount,
            ..Finding::default()
        }
    }

    pub fn code(&self) -> Option<Code> {
        Code::of(&self.code)
    }

    pub fn label(&self) -> &'static str {
        self.code().map_or("其他疑点", Code::label)
    }

    /// One document for each line and kind of question, however often it is found.
    pub fn key(line: Id, code: Code) -> String {
        format!("{}-{}", line.0, code.code())
    }

    /// A new case.
    pub fn open(&self, key: String, household: Id, person: Option<Id>, due: Option<Date>) -> DocumentPut {
        let mut put = DocumentPut::create(FINDING, format!("发放疑点：{}", self.label()))
            .key(key)
            .household(household)
            .state("open")
            .index("code", &self.code)
            .note(self.code().map_or("", Code::advice))
            .body(self);
        if let Some(roster) = self.roster {
            put = put.index("roster", roster.0);
        }
        if let Some(line) = self.line {
            put = put.index("line", line.0);
        }
        if let Some(person) = person {
            put = put.person(person);
        }
        match due {
            Some(due) => put.due(due),
            None => put,
        }
    }
}

/// Whether the question was asked before, whatever became of it.
///
/// # Errors
/// As [`documents::find`].
pub fn asked(line: Id, code: Code) -> Result<bool> {
    let found = documents::find(documents::Query::of(FINDING).index("line", line.0))?;
    Ok(found.iter().any(|document| document.key == Finding::key(line, code)))
}
