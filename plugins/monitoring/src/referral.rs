//! 转办单: a department is asked to deliver what somebody is entitled to. It sees the person and the need, nothing else; the body of its
//! document.

use crate::parameters;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const REFERRAL: &str = "referral";
/// Waiting for the department, or for somebody to accept its answer.
pub const OPEN: [&str; 2] = ["sent", "answered"];

/// 转办单.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Referral {
    /// Key of the source's document, and what the department is called.
    pub to: String,
    pub name: String,
    pub need: String,
    /// The alert it follows from.
    pub alert: Option<Id>,
    pub sent: Date,
    pub due: Option<Date>,
    pub reminders: u32,
    pub reply: String,
    pub replied: Option<Date>,
    /// 已落实 or not.
    pub delivered: Option<bool>,
}

impl Referral {
    pub fn title(&self) -> String {
        format!("转办：{}", self.name)
    }

    /// A new one, due by the county's working days.
    ///
    /// # Errors
    /// As [`parameters::referral_due`].
    pub fn open(mut self, household: Id, person: Option<Id>, today: Date) -> Result<DocumentPut> {
        self.sent = today;
        self.due = parameters::referral_due(today)?;
        let mut put = DocumentPut::create(REFERRAL, self.title())
            .household(household)
            .state("sent")
            .index("to", &self.to)
            .note(format!("转{}办理", self.name));
        if let Some(due) = self.due {
            put = put.due(due);
        }
        if let Some(alert) = self.alert {
            put = put.index("alert", alert.0);
        }
        if let Some(person) = person {
            put = put.person(person);
        }
        Ok(put.body(&self))
    }

    /// Moves the document on with this body.
    pub fn to(&self, document: &Document, state: &str, note: impl Into<String>) -> DocumentPut {
        let put = document.to(state).note(note).body(self);
        match self.due {
            Some(due) if state == "sent" => put.due(due),
            _ => put,
        }
    }
}
