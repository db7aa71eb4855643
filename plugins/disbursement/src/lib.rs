//! 资金发放 (disbursement): once a month the decisions of every benefit become a roster, the roster money, and the money is accounted
//! for. It knows no benefit: whatever measure answers `benefit.payables` is paid. Reading order: [`rules`] → [`payables`] →
//! [`roster`] → [`drawing`] → [`actions`] → [`returns`] → [`scorecard`] → [`pages`].

pub mod actions;
pub mod answers;
pub mod drawing;
pub mod events;
pub mod failure;
pub mod finding;
pub mod jobs;
pub mod overpayment;
pub mod pages;
pub mod payables;
pub mod returns;
pub mod roster;
pub mod rules;
pub mod scorecard;
pub mod settings;

/// The measure.
#[derive(Debug)]
pub struct Disbursement;

doudi_sdk::export!(Disbursement: act, react, tick, view, answer, indicators, intake, check_settings);
