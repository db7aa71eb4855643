//! The monthly look at every household leaves a record: how far it is, how complete the files are by village, what it found. The body of
//! its document; one for each month, and one for each quarter's comparison with the watch list.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The collection.
pub const SURVEY: &str = "survey";

/// 定期巡查.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Survey {
    /// First day of the month it is made in.
    pub month: Date,
    /// With the watch list, too: the quarter's.
    pub quarterly: bool,
    /// The last household looked at.
    pub after: Id,
    pub households: i64,
    /// Alerts it raised.
    pub raised: i64,
    /// Village → fields filled, fields there should be.
    pub villages: BTreeMap<String, (i64, i64)>,
}

impl Survey {
    pub fn key(month: Date, quarterly: bool) -> String {
        format!("{}{}", month.month_code(), if quarterly { "-quarter" } else { "" })
    }

    pub fn title(&self) -> String {
        let what = if self.quarterly { "防返贫监测对象季度比对" } else { "在册家庭定期巡查" };
        format!("{}{what}", self.month.chinese_month())
    }

    /// As a new document, or the next step of one.
    pub fn put(&self, document: Option<&Document>, done: bool) -> DocumentPut {
        let state = if done { "done" } else { "running" };
        let note = format!("已巡查 {} 户，发现疑点 {} 条", self.households, self.raised);
        let put = match document {
            Some(document) => document.to(state),
            None => DocumentPut::create(SURVEY, self.title()).key(Survey::key(self.month, self.quarterly)).state(state),
        };
        put.index("month", Survey::key(self.month, self.quarterly)).note(note).body(self)
    }

    /// Filled and all, over every village.
    pub fn completeness(&self) -> (i64, i64) {
        self.villages.values().fold((0, 0), |(filled, of), village| (filled + village.0, of + village.1))
    }
}

/// The survey of a month or quarter, if it was begun.
///
/// # Errors
/// As [`documents::find`].
pub fn of(month: Date, quarterly: bool) -> Result<Option<(Document, Survey)>> {
    let query = documents::Query::of(SURVEY).index("month", Survey::key(month, quarterly));
    match documents::first(query)? {
        Some(document) => document.body().map(|body| Some((document, body))),
        None => Ok(None),
    }
}
