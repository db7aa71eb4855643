//! The body of a recheck, and the decision that follows it.

use crate::application::Visit;
use crate::origin::Origin;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// 定期核查.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recheck {
    /// Why: 定期核查, 7月提标后情况有变 …
    pub reason: String,
    /// A, B or C.
    pub class: String,
    pub visit: Option<Visit>,
    pub outcome: String,
    /// The decision that was looked at.
    pub decision: Option<Id>,
    /// When payment stops, while in grace.
    pub stop: Option<Date>,
    /// What brought it, when it was neither the calendar nor a person here.
    pub origin: Option<Origin>,
}

impl Recheck {
    /// States in which the recheck is not over.
    pub const OPEN: [&'static str; 3] = ["due", "checked", "grace"];

    /// A new recheck of one line of decisions. The key makes opening it twice harmless.
    pub fn open(&self, decision: &Decision, due: Date) -> DocumentPut {
        let key = match &self.origin {
            Some(origin) => Self::key_for(decision, &origin.code()),
            None => Self::key(decision, due),
        };
        let put = DocumentPut::create("recheck", "低保定期核查")
            .key(key)
            .household(decision.household)
            .state("due")
            .due(due)
            .index("due", due)
            .note(self.reason.as_str())
            .body(self);
        let put = match &self.origin {
            Some(origin) => put.index("source", origin.code()),
            None => put,
        };
        match decision.person {
            Some(person) => put.person(person),
            None => put,
        }
    }

    pub fn key(decision: &Decision, due: Date) -> String {
        Self::key_for(decision, &due.to_string())
    }

    fn key_for(decision: &Decision, cause: &str) -> String {
        match decision.person {
            Some(person) => format!("{}-{}-{cause}", decision.household.0, person.0),
            None => format!("{}-{cause}", decision.household.0),
        }
    }
}
