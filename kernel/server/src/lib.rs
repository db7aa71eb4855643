//! The hall with all doors: use cases, worker and command line around storage and the plugin host, and the web in front.
//!
//! `web` → [`app`] → the other crates; [`worker`] → [`app`]; [`commands`] → [`app`]. The use cases never mention HTTP, the web
//! never touches storage. A plugin is only ever called by [`app::consult`], which is the one place that opens a snapshot,
//! asks, applies and, when somebody was quicker, asks again.
#![warn(clippy::unwrap_used)]

pub mod app;
pub mod commands;
pub mod config;
pub mod outward;
pub mod roster;
pub mod telemetry;
pub mod watch;
pub mod web;
pub mod worker;

pub use app::{App, FixedClock, SystemClock};
pub use config::Config;
