//! A line the bank returned, until it is credited or goes back to the treasury: the body of its document.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const FAILURE: &str = "failure";

/// 发放失败.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Failure {
    pub roster: Option<Id>,
    pub line: Option<Id>,
    pub month: Option<Date>,
    pub amount: Fen,
    /// The bank's word, as payment lines carry it.
    pub reason: String,
    pub first_returned: Option<Date>,
    /// How often it came back.
    pub times: u32,
    pub mended: String,
    pub cleared: Option<Date>,
}

impl Failure {
    /// A new case; the household is where the town looks.
    pub fn open(&self, household: Id, person: Option<Id>) -> DocumentPut {
        let put = DocumentPut::create(FAILURE, format!("发放失败：{}", reason_word(&self.reason)))
            .household(household)
            .state("open")
            .note(format!("银行退回 {} 元：{}", self.amount, reason_word(&self.reason)));
        let put = match person {
            Some(person) => put.person(person),
            None => put,
        };
        let put = match self.line {
            // A line has one case, however often it comes back.
            Some(line) => put.key(line.0.to_string()).index("line", line.0),
            None => put,
        };
        self.indexed(put)
    }

    /// Moves the case on.
    pub fn to(&self, document: &Document, state: &str, note: impl Into<String>) -> DocumentPut {
        let put = document.to(state).note(note);
        let put = match self.line {
            Some(line) => put.index("line", line.0),
            None => put,
        };
        self.indexed(put)
    }

    fn indexed(&self, put: DocumentPut) -> DocumentPut {
        match self.roster {
            Some(roster) => put.index("roster", roster.0).body(self),
            None => put.body(self),
        }
    }
}

/// The case of a line, if it has one.
///
/// # Errors
/// As [`documents::find`].
pub fn of_line(line: Id) -> Result<Option<Document>> {
    documents::first(documents::Query::of(FAILURE).index("line", line.0))
}

/// Why a bank sends money back, in words.
pub fn reason_word(reason: &str) -> &'static str {
    match reason {
        "account-wrong" => "账号错误",
        "name-mismatch" => "户名不符",
        "account-closed" => "账户已销户",
        "frozen" => "账户冻结",
        _ => "其他原因",
    }
}
