//! Events and jobs: what happened, and what is due. Both are rows of the transaction that caused them: if the row is there,
//! the cause is; they are carried out later, at least once, each with a key that makes the second time harmless.

use crate::calendar::Instant;
use crate::division::County;
use crate::ids::{EventId, JobId};

/// An outbox row. Kernel topics: `person.died`, `household.changed`, `document.moved`, `decision.recorded`; plugins publish
/// under their own id (`sample.confirmed`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    pub id: EventId,
    pub county: County,
    pub topic: String,
    /// What it is about, e.g. `household/17`.
    pub subject: String,
    pub payload: String,
    pub at: Instant,
}

/// A piece of due work, claimed with a lease.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    pub id: JobId,
    pub county: County,
    /// `deliver-event`, `tick`, …
    pub kind: String,
    pub payload: String,
    /// The second insert with the same key changes nothing.
    pub dedupe_key: String,
    pub run_at: Instant,
    pub lease_until: Option<Instant>,
    pub attempts: i32,
    pub last_error: Option<String>,
    /// Given up after too many attempts; visible in the console.
    pub dead: bool,
    pub done_at: Option<Instant>,
}
