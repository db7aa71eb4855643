//! The only room that knows SQL: every noun of the kernel on SQLite and PostgreSQL, with one SQL text per query.
//!
//! Three doors. A [`Snapshot`] reads: one moment, one [`Scope`](doudi_domain::Scope), and it can tell which revisions it
//! handed out. A [`Write`] writes: one short transaction with its audit entries, committed or nothing. [`Storage`] itself
//! does what belongs to no actor: opening, migrating, sign-in, claiming jobs, verifying the audit chain.
//!
//! Names are noun first: `household_fetch` (an error when absent or out of scope), `…_find` (`None` then), `…_page` (by
//! cursor, never by offset), `…_reveal` (unseals; the caller records it with [`Write::reveal_record`]).
//! Reading order: [`snapshot`] → [`apply`] → [`household`] → [`fact`] → [`columns`] → [`document`] → [`payment`] → [`search`] → [`seal`] →
//! `engine`.
#![warn(clippy::unwrap_used)]

pub mod acceptance;
pub mod answer;
pub mod apply;
pub mod attachment;
pub mod audit;
pub mod backup;
pub mod calendar;
pub mod columns;
pub mod decision;
pub mod division;
pub mod document;
pub mod enablement;
mod engine;
mod error;
pub mod event;
pub mod fact;
pub mod feed;
pub mod figures;
#[doc(hidden)]
pub mod floor;
pub mod grant_use;
pub mod household;
pub mod import;
pub mod integrity;
pub mod invocation;
pub mod job;
pub mod notice;
pub mod package;
pub mod page;
pub mod parameter;
pub mod password;
pub mod payment;
pub mod person;
pub mod reveal;
pub mod revision;
pub mod seal;
pub mod search;
pub mod session;
pub mod shadow;
pub mod snapshot;
mod statistics;
pub mod storage;
#[doc(hidden)]
pub mod test_support;
pub mod timeline;
pub mod token;
pub mod trust;
pub mod upgrade;
pub mod user;
pub mod webhook;
mod within;
pub mod worklist;

pub use apply::Write;
pub use page::Page;
pub use revision::ReadSet;
pub use seal::{SealKeys, Sealer};
pub use snapshot::Snapshot;
pub use storage::Storage;
