//! The body of a self-care assessment: six items, two assessors, and from when its level governs (43号 第二十至二十三条).

use crate::rules::form::Form;
use crate::rules::level::Level;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The six items, in the order of 第二十一条.
pub const ITEMS: [(&str, &str); 6] = [
    ("eat", "自主吃饭"),
    ("dress", "自主穿衣"),
    ("bed", "自主上下床"),
    ("toilet", "自主如厕"),
    ("walk", "室内自主行走"),
    ("bath", "自主洗澡"),
];

/// 自理能力评估表.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assessment {
    pub member: Option<Id>,
    /// `first`, `change`, `yearly`.
    pub cause: String,
    /// The day of the report; ten working days run from it.
    pub reported: Option<Date>,
    pub description: String,
    pub assessed: Option<Date>,
    /// Users, two.
    pub assessors: Vec<Id>,
    /// Items that are not met.
    pub failed: Vec<String>,
    /// Can state his will.
    pub will: bool,
    /// For who cannot: what the assessment advises.
    pub advice: Option<Form>,
    pub finding: String,
    /// From when its level governs.
    pub governs: Option<Date>,
}

/// An assessment in effect, as far as lists and figures ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assessed {
    pub assessed: Option<Date>,
    pub governs: Option<Date>,
    /// How many items are not met.
    pub failed: i64,
    pub will: bool,
}

impl Assessed {
    pub fn level(&self) -> Option<Level> {
        self.assessed.and_then(|_| Level::from_failed(self.failed))
    }
}

impl From<&Assessed> for Assessed {
    fn from(assessed: &Assessed) -> Assessed {
        *assessed
    }
}

impl From<&Assessment> for Assessed {
    fn from(body: &Assessment) -> Assessed {
        Assessed { assessed: body.assessed, governs: body.governs, failed: body.count(), will: body.will }
    }
}

impl Assessment {
    pub fn count(&self) -> i64 {
        self.failed.len() as i64
    }

    /// Absent until it is assessed.
    pub fn level(&self) -> Option<Level> {
        self.assessed.and_then(|_| Level::from_failed(self.count()))
    }

    /// A new one, reported: due in the workflow's ten working days unless another day is given.
    pub fn open(&self, household: Id, due: Option<Date>) -> DocumentPut {
        let put = DocumentPut::create("assessment", "自理能力评估")
            .household(household)
            .state("reported")
            .note(cause_word(&self.cause))
            .body(self);
        let put = match due {
            Some(due) => put.due(due),
            None => put,
        };
        match self.member {
            Some(member) => put.person(member).index("person", member.0),
            None => put,
        }
    }
}

pub fn cause_word(cause: &str) -> &'static str {
    match cause {
        "first" => "申请时首次评估",
        "yearly" => "定期评估",
        _ => "自理能力发生变化",
    }
}

/// The assessment that governs on a day: of those in effect the one that governs since last.
pub fn governing<A>(assessments: &[A], day: Date) -> Option<&A>
where
    for<'a> Assessed: From<&'a A>,
{
    let since = |assessment: &&A| {
        let assessed = Assessed::from(assessment);
        (assessed.governs, assessed.assessed)
    };
    assessments.iter().filter(|one| since(one).0.is_some_and(|governs| governs <= day)).max_by_key(since)
}

/// Everybody's assessments in effect.
///
/// # Errors
/// As [`documents::scan`].
pub fn register() -> Result<BTreeMap<Id, Vec<Assessed>>> {
    let mut register: BTreeMap<Id, Vec<Assessed>> = BTreeMap::new();
    let values = ["person", "/assessed", "/governs", "/failed", "/will"];
    documents::scan(documents::Query::of("assessment").state("valid"), &values, |row| {
        let Some(person) = row.id_of("person") else { return Ok(()) };
        register.entry(person).or_default().push(Assessed {
            assessed: row.date("/assessed"),
            governs: row.date("/governs"),
            failed: row.read::<Vec<String>>("/failed")?.len() as i64,
            will: row.flag("/will"),
        });
        Ok(())
    })?;
    Ok(register)
}

/// A person's assessments in effect.
///
/// # Errors
/// As [`documents::find`].
pub fn of_person(person: Id) -> Result<Vec<Assessment>> {
    let found = documents::all(documents::Query::of("assessment").state("valid").person(person))?;
    found.iter().map(Document::body).collect()
}

/// Whether an assessment of this person is under way.
///
/// # Errors
/// As [`documents::find`].
pub fn is_open(person: Id) -> Result<bool> {
    let open = documents::Query::of("assessment").states(&["reported", "assessed"]).person(person);
    Ok(documents::first(open)?.is_some())
}
