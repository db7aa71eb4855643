//! The body of a reported change: a death, members who came or left, means that changed.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// 变更.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Change {
    /// `death`, `member`, `income`, `other`.
    pub kind: String,
    pub member: Option<Id>,
    pub on: Option<Date>,
    pub description: String,
    pub findings: String,
    /// A day in the last month that was paid before the change was processed.
    pub last_paid: Option<Date>,
    pub outcome: String,
}

impl Change {
    /// A new case.
    pub fn open(&self, household: Id, due: Option<Date>) -> DocumentPut {
        let put = DocumentPut::create("change", format!("低保变更：{}", kind_word(&self.kind)))
            .household(household)
            .state("reported")
            .note(self.description.as_str())
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

pub fn kind_word(kind: &str) -> &'static str {
    match kind {
        "death" => "家庭成员去世",
        "member" => "家庭成员增减",
        "income" => "收入或财产变化",
        _ => "其他",
    }
}
