//! What the notice (item 11) asks, as pure functions: how many coordinators a village needs, how far posts fill the need, and how long
//! they stood empty. Numbers of people and days; the figures of the rule are handed in.

pub mod required;
pub mod staffing;
