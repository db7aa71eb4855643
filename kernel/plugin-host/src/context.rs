//! What comes with every call, and what comes back with every answer.

use crate::capability::Grants;
use crate::record::CallRecord;
use doudi_domain::identity::Actor;
use doudi_domain::{County, Date, Instant};
use std::time::Duration;

/// On whose behalf, when and under which grants a plugin is called. There is no other clock and no other source of chance.
#[derive(Clone, Debug)]
pub struct CallContext {
    pub county: County,
    pub actor: Actor,
    /// The legal date: today, or the date a recalculation is for.
    pub today: Date,
    pub now: Instant,
    /// For sampling; the same in a replay.
    pub seed: u64,
    /// The county's settings for this plugin, JSON by the manifest's schema; `{}` when there are none.
    pub settings: String,
    pub grants: Grants,
    /// A preview: the caller will not apply the effects.
    pub trial: bool,
    pub recording: Recording,
    /// How deep in questions between measures this call is: 0 unless it answers one.
    pub depth: u8,
}

/// Whether the call is written down for replay.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Recording {
    /// Input, reads and result, all of them: for everything that leads to a write.
    #[default]
    On,
    /// Nothing but the parameters read: for pages, form help and passes over a whole county.
    Off,
}

/// An answer with everything worth knowing about the call.
#[derive(Clone, Debug)]
pub struct Called<T> {
    pub value: T,
    pub record: CallRecord,
    /// Capabilities the plugin used or was shown as absent because the county has not granted them.
    pub denials: Vec<String>,
    pub logs: Vec<LogLine>,
    /// Time in the guest, without waiting for reads.
    pub spent: Duration,
    /// Instructions of the guest, where the host counts them ([`crate::HostConfig::count_instructions`]).
    pub instructions: Option<u64>,
}

impl<T> Called<T> {
    /// The same call with a part of its answer.
    pub fn map<U>(self, part: impl FnOnce(T) -> U) -> Called<U> {
        let Called { value, record, denials, logs, spent, instructions } = self;
        Called { value: part(value), record, denials, logs, spent, instructions }
    }
}

/// One line of a plugin's diagnostics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// `debug`, `info` or `warn`.
    pub level: String,
    pub message: String,
}

impl CallContext {
    /// A call at the kernel's ordinary terms: recorded, to be applied, no settings, no grants.
    pub fn new(actor: Actor, today: Date, now: Instant) -> CallContext {
        CallContext {
            county: actor.county(),
            actor,
            today,
            now,
            seed: 0,
            settings: "{}".to_owned(),
            grants: Grants::none(),
            trial: false,
            recording: Recording::On,
            depth: 0,
        }
    }
}
