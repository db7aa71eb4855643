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
    /// How many events led to this one, each through a measure that reacted to it; 0 when a person or due work caused it.
    pub depth: i32,
    /// The event at the beginning of that chain: this one's own id when there is none before it.
    pub root: EventId,
}

impl Event {
    /// Longest chain of events through reactions. A drawing that carries itself on through a county of a hundred thousand
    /// households makes some six hundred steps; a circle of measures that wake each other makes any number.
    pub const DEEPEST: i32 = 2_048;
    /// Most events one event may lead to, over all branches.
    pub const WIDEST: i64 = 8_192;

    /// What an event caused by a reaction to this one carries on.
    pub fn cause(&self) -> EventCause {
        EventCause { depth: self.depth, root: self.root }
    }
}

/// The event a measure reacts to, as far as its consequences must know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventCause {
    pub depth: i32,
    pub root: EventId,
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
