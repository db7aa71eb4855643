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
