//! The body of a review: 年审, a death, a prison term, a wish to leave, means or obligors that changed, a change of form, and
//! what other measures have found. All are looked at by two people and decided by the county; an end is posted first.

use crate::application::{Application, Circumstances, Objection, Posted, Survey};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// 年审和核查.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Review {
    /// `yearly`, `death`, `prison`, `missing`, `exit`, `means`, `obligor`, `form`, `minor`, `monitoring`, `reversed`, `other`.
    pub kind: String,
    pub member: Option<Id>,
    pub on: Option<Date>,
    pub reason: String,
    pub circumstances: Circumstances,
    pub survey: Option<Survey>,
    /// 救助供养证 looked at.
    pub certificate: bool,
    pub last_paid: Option<Date>,
    /// Why support is to end: `rule`, `death`, `missing`, `prison`, `exit`.
    pub ground: String,
    pub posted: Option<Posted>,
    pub objections: Vec<Objection>,
    pub institution: Option<Id>,
    pub outcome: String,
}

impl Review {
    /// States in which it is not over.
    pub const OPEN: [&'static str; 6] = ["open", "checked", "proposed", "posting", "objection", "posted"];

    /// A new review. With a key, opening it twice is harmless.
    pub fn open(&self, household: Id, key: &str, due: Option<Date>) -> DocumentPut {
        let put = DocumentPut::create("review", format!("特困{}", kind_word(&self.kind)))
            .key(key)
            .household(household)
            .state("open")
            .note(self.reason.as_str())
            .body(self);
        let put = match due {
            Some(due) => put.due(due).index("due", due),
            None => put,
        };
        match self.member {
            Some(member) => put.person(member).index("person", member.0),
            None => put,
        }
    }
}

pub fn kind_word(kind: &str) -> &'static str {
    match kind {
        "yearly" => "年审",
        "death" => "供养对象去世核查",
        "prison" => "服刑核查",
        "missing" => "宣告失踪核查",
        "exit" => "退出申请",
        "means" => "收入财产核查",
        "obligor" => "义务人核查",
        "form" => "供养形式变更",
        "minor" => "满18周岁核查",
        "monitoring" => "动态监测核查",
        "reversed" => "抽查复核",
        _ => "核查",
    }
}

/// What was last known beyond the file: of the newest closed review that holds obligors, else of the application that was
/// confirmed.
///
/// # Errors
/// As [`documents::find`].
pub fn last_circumstances(person: Id) -> Result<Circumstances> {
    let reviews = documents::all(documents::Query::of("review").person(person).states(&["kept", "raised", "lowered"]))?;
    for document in reviews.iter().rev() {
        let body: Review = document.body()?;
        if body.circumstances.is_stated() {
            return Ok(body.circumstances);
        }
    }
    let confirmed = documents::all(documents::Query::of("application").person(person).state("confirmed"))?;
    match confirmed.last() {
        Some(document) => Ok(document.body::<Application>()?.circumstances),
        None => Ok(Circumstances::default()),
    }
}

/// A yearly review that was opened, by the day it was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yearly {
    /// Its document.
    pub id: Id,
    pub person: Id,
    pub household: Option<Id>,
    pub due: Date,
    pub done: bool,
}

/// Every yearly review there is or was, without those that were cancelled.
///
/// # Errors
/// As [`documents::scan`].
pub fn yearly_reviews() -> Result<Vec<Yearly>> {
    let mut found = Vec::new();
    let values = ["key", "state", "household", "/kind", "/member"];
    documents::scan(documents::Query::of("review"), &values, |row| {
        let state = row.text("state").unwrap_or_default();
        let Some(person) = row.id_of("/member").filter(|_| row.text("/kind") == Some("yearly") && state != "cancelled")
        else {
            return Ok(());
        };
        // The key carries the day it was due: `yearly-7-2023-07-01`.
        let prefix = format!("yearly-{}-", person.0);
        let due = row.text("key").and_then(|key| key.split_once(&prefix)).and_then(|(_, due)| due.parse().ok());
        if let Some(due) = due {
            let done = !Review::OPEN.contains(&state);
            found.push(Yearly { id: row.id, person, household: row.id_of("household"), due, done });
        }
        Ok(())
    })?;
    Ok(found)
}

/// The person's open review of a kind, or of any.
///
/// # Errors
/// As [`documents::find`].
pub fn open_of(person: Id, kind: Option<&str>) -> Result<Option<Document>> {
    for document in documents::all(documents::Query::of("review").person(person).states(&Review::OPEN))? {
        if kind.is_none_or(|kind| document.body::<Review>().is_ok_and(|body| body.kind == kind)) {
            return Ok(Some(document));
        }
    }
    Ok(None)
}
