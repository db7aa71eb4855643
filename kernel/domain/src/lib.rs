//! Words and laws of the house: what the kernel talks about, and nothing else.
//!
//! No I/O, no async, no serialization, no SQL, no HTTP, no engine. "Today" is always handed in. Each module is one
//! noun; the same noun has the same name in storage, in the use cases, on the pages and in the tests.
//! Reading order: [`ids`] → [`money`] → [`calendar`] → [`division`] → [`identity`] → [`policy`] → [`person`] →
//! [`household`] → [`catalogue`] → [`fact`] → [`document`] → [`decision`] → [`payment`] → [`parameter`] → [`package`] →
//! [`trust`] → [`upgrade`] → [`acceptance`] → [`shadow`] → [`reporting`] → [`feed`] → [`event`] → [`webhook`] →
//! [`token`].
#![warn(clippy::unwrap_used)]

pub mod acceptance;
pub mod calendar;
pub mod catalogue;
pub mod codes;
pub mod columns;
pub mod decision;
pub mod disability_certificate;
pub mod division;
pub mod document;
pub mod error;
pub mod event;
pub mod fact;
pub mod feed;
pub mod household;
pub mod id_number;
pub mod identity;
pub mod ids;
pub mod mask;
pub mod money;
pub mod package;
pub mod parameter;
pub mod payment;
pub mod person;
pub mod policy;
pub mod reporting;
pub mod shadow;
pub mod token;
pub mod trust;
pub mod upgrade;
pub mod webhook;

pub use calendar::{Clock, Instant, Period};
pub use division::{County, Division, DivisionCode, Level};
pub use error::{Error, Problem, Result};
pub use identity::{Actor, Role, Scope};
pub use ids::*;
pub use jiff::civil::Date;
pub use money::Fen;
