//! 主动发现 (discovery): who needs help and has not asked for it. Grids with their patrols by risk, clues from wherever they come, visits
//! that can be believed, and the watch list less those covered. Reading order: [`rules`] → [`clue`] → [`reporting`] → [`patrol`] →
//! [`visit`] → [`actions`] → [`screening`] → [`events`] → [`jobs`] → [`answers`] → [`scorecard`] → [`pages`].

#[macro_use]
pub mod rules;

pub mod actions;
pub mod answers;
pub mod cases;
pub mod clue;
pub mod codes;
pub mod events;
pub mod family;
pub mod form;
pub mod grid;
pub mod jobs;
pub mod notice;
pub mod pages;
pub mod parameters;
pub mod patrol;
pub mod reporting;
pub mod review;
pub mod scorecard;
pub mod screening;
pub mod settings;
pub mod visit;
pub mod watchlist;

/// The measure.
#[derive(Debug)]
pub struct Discovery;

doudi_sdk::export!(Discovery: act, react, tick, view, fill, answer, indicators, check_settings);
