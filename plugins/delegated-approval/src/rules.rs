//! What delegation and its supervision ask, as pure functions: who decides on a day, whether a meeting may decide, how many cases are
//! drawn and which, what the files say about a decision before anybody has looked, and when a town's error rate calls for a person.

pub mod authority;
pub mod clues;
pub mod period;
pub mod quality;
pub mod sample;
pub mod sha256;
pub mod town;
pub mod vote;
