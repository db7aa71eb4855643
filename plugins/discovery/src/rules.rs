//! What the notice and sound practice ask of finding people in need, as pure functions: words, de-duplication, patrols by risk, the
//! clock of a clue, checks of visits, the watch list less those covered, and the figures.

#[macro_use]
pub mod words;

pub mod clock;
pub mod duplicate;
pub mod figures;
pub mod genuine;
pub mod patrol;
pub mod position;
pub mod uncovered;
