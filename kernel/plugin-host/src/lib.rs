//! The only room that knows wasmtime: it examines plugins, prepares them, and calls them.
//!
//! > A plugin is a function from a snapshot and an input to effects. It reads through the kernel; only the kernel writes.
//!
//! Everything crosses here and nothing is written here. A call takes a [`CallContext`] and something that can read
//! ([`Reads`]), runs a fresh instance under limits, and gives a [`Called`] with the checked answer and the record of the
//! call; or a [`CallError`], which is either the plugin's own refusal or a failure that names plugin, version and cause.
//!
//! Reading order: [`points`] → [`context`] → [`reads`] → [`host`] → [`exports`] → `call` → `state` → `imports` →
//! [`capability`] → `effects` → [`admission`]. No wasmtime type stands in a public signature.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod admission;
mod bindings;
pub mod block;
mod call;
pub mod capability;
mod compile;
pub mod context;
pub mod contributions;
mod convert;
mod discretion;
mod effects;
mod engine;
pub mod error;
pub mod exports;
pub mod host;
mod imports;
mod json;
pub mod limits;
pub mod manifest;
pub mod observe;
mod permits;
mod plugin;
pub mod points;
pub mod proving;
mod quarantine;
pub mod reads;
mod reason;
pub mod record;
mod registry;
#[cfg(test)]
mod sample;
mod scenario;
mod state;
mod tables;
mod threads;

pub use admission::{Admitted, Refusal};
pub use block::{Block, BlockTable};
pub use capability::{Capability, Grants, PermissionDifference, requested};
pub use compile::{COMPILE_WORD, compile_child_main};
pub use context::{CallContext, Called, LogLine, Recording};
pub use contributions::{Contributed, Contributions};
pub use engine::HostConfig;
pub use error::{CallError, Cause, Failed};
pub use exports::act::ActInput;
pub use exports::assess::{OutcomeRow, Outcomes, ReasonRow};
pub use exports::fill::FillInput;
pub use exports::indicators::Indicator;
pub use exports::intake::Taken;
pub use exports::react::EventInput;
pub use exports::tick::TickStep;
pub use exports::view::ViewInput;
pub use host::{Capacity, Desk, PluginHost};
pub use limits::{Amount, LimitLine, Limits};
pub use manifest::digest;
pub use observe::{Observation, Observer, Spent};
pub use plugin::Plugin;
pub use points::Point;
pub use proving::{Measured, Proof};
pub use quarantine::Resting;
pub use reads::{DocumentQuery, PaymentQuery, PaymentTotals, Reads};
pub use record::{CallRecord, Difference, RecordedRead, Replay};
pub use scenario::case::{CaseAnswer, scenario_problems};
pub use scenario::copy::{copied_fields, masked_copy};
