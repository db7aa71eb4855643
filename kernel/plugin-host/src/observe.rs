//! What a call used and what it cost, told to whoever watches the machine: for metrics, and for the administrator who asks
//! when a grant was last used. Never what the call was about.

use crate::points::Point;
use doudi_domain::{County, Instant};
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

/// Is told of every call when it has ended, however it ended. Must not wait: it stands in the way of the answer.
pub trait Observer: fmt::Debug + Send + Sync {
    fn observed(&self, call: &Observation<'_>);
}

/// One call.
#[derive(Clone, Debug)]
pub struct Observation<'a> {
    pub county: County,
    pub plugin: &'a str,
    /// SHA-256 of the component, hex.
    pub digest: &'a str,
    pub point: Point,
    /// `ok`, `refused`, `invalid`, `not-found`, the code of a failure, or `abandoned` when the caller went away.
    pub outcome: &'a str,
    /// When it was made.
    pub at: Instant,
    pub spent: &'a Spent,
}

/// What a call used, as far as it got.
#[derive(Clone, Debug, Default)]
pub struct Spent {
    /// Waiting for a permit, and computing in the guest.
    pub queued: Duration,
    pub guest: Duration,
    /// Largest linear memory, in bytes.
    pub memory: usize,
    /// Instructions of the guest, where the host counts them.
    pub instructions: Option<u64>,
    /// Requests to the kernel, and rows it handed out.
    pub kernel_calls: u32,
    pub rows: u32,
    /// Grants it made use of: fields handed to it, wishes accepted, topics asked.
    pub used: BTreeSet<String>,
    /// Capabilities it was denied.
    pub denied: BTreeSet<String>,
    /// Numbers of people that were masked in its answer.
    pub masked: u32,
}

/// Tells the observer when it is dropped: also when the call itself is.
pub(crate) struct Watch<'a> {
    observer: Option<&'a dyn Observer>,
    county: County,
    plugin: &'a str,
    digest: &'a str,
    point: Point,
    at: Instant,
    outcome: String,
    pub spent: Spent,
}

impl<'a> Watch<'a> {
    pub fn new(
        observer: Option<&'a dyn Observer>,
        plugin: &'a crate::Plugin,
        context: &crate::CallContext,
        point: Point,
    ) -> Watch<'a> {
        Watch {
            observer,
            county: context.county,
            plugin: plugin.id(),
            digest: plugin.digest(),
            point,
            at: context.now,
            outcome: "abandoned".to_owned(),
            spent: Spent::default(),
        }
    }

    pub fn ended(&mut self, outcome: &str) {
        self.outcome.clear();
        self.outcome.push_str(outcome);
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if let Some(observer) = self.observer {
            observer.observed(&Observation {
                county: self.county,
                plugin: self.plugin,
                digest: self.digest,
                point: self.point,
                outcome: &self.outcome,
                at: self.at,
                spent: &self.spent,
            });
        }
    }
}
