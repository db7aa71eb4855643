//! A document: a plugin's own record in the kernel's envelope. The envelope (state, assignee, due date …) is the kernel's,
//! so that the worklist, every deadline and the household's timeline are one query over all measures; the body is the
//! plugin's JSON, which the kernel stores and hands back but never reads.

use crate::calendar::Instant;
use crate::division::DivisionCode;
use crate::identity::Role;
use crate::ids::{DocumentId, HouseholdId, PersonId, UserId};
use jiff::civil::Date;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    pub id: DocumentId,
    pub plugin: String,
    pub collection: String,
    /// Unique within county, plugin and collection, e.g. an acceptance number.
    pub key: String,
    pub title: String,
    pub household: Option<HouseholdId>,
    pub person: Option<PersonId>,
    pub division: DivisionCode,
    /// A state of the collection's workflow.
    pub state: String,
    /// The office that must act next, and the person if one has taken it.
    pub assignee_role: Option<Role>,
    pub assignee: Option<UserId>,
    /// When the current state began, and when it must end.
    pub since: Date,
    pub due: Option<Date>,
    pub final_state: bool,
    pub body: String,
    pub revision: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl Document {
    /// What people call it by: the acceptance number, or any key without letters. A key a measure composed for itself
    /// (`yearly-417-2023-07-01`) says nothing to an officer; the kernel's own number stands in its place.
    pub fn number(&self) -> String {
        if self.key.is_empty() || self.key.contains(|letter: char| letter.is_ascii_alphabetic()) {
            return self.id.to_string();
        }
        self.key.clone()
    }
}

/// One step a document took: the timeline, and who may not act again (separation of duties).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentStep {
    pub document: DocumentId,
    pub revision: i64,
    pub action: String,
    pub from_state: Option<String>,
    pub to_state: String,
    pub due: Option<Date>,
    pub by: Option<UserId>,
    pub by_name: String,
    pub at: Instant,
    pub note: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_officer_never_reads_a_key_a_measure_composed() {
        for (key, number) in [
            ("2022-000017", "2022-000017"),
            ("人社局", "人社局"),
            ("yearly-417-2023-07-01", "7"),
            ("2022-06-disabled-federation-1", "7"),
            ("", "7"),
        ] {
            let document = Document {
                id: DocumentId(7),
                plugin: String::new(),
                collection: String::new(),
                key: key.to_owned(),
                title: String::new(),
                household: None,
                person: None,
                division: DivisionCode::new(340_223_000_000).expect("a county"),
                state: String::new(),
                assignee_role: None,
                assignee: None,
                since: Date::constant(2022, 7, 1),
                due: None,
                final_state: false,
                body: String::new(),
                revision: 1,
                created_at: Instant(0),
                updated_at: Instant(0),
            };
            assert_eq!(document.number(), number, "{key}");
        }
    }
}
