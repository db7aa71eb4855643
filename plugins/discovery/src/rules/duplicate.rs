//! Two reports, one clue: the same person or household with the same difficulty, within so many days. What is reported again is not
//! lost, it is added to the clue there is.

use super::words::Difficulty;
use doudi_sdk::prelude::*;

/// What of a clue there is decides whether a report is about the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub document: Id,
    /// Absent: the household as a whole.
    pub person: Option<Id>,
    pub difficulty: Difficulty,
    /// The day it was found.
    pub found: Date,
}

/// A report about the same household, on a day, is the same as a clue of it when the difficulty is, the person is not plainly another
/// one, and at most `days` days lie between: the day of the window itself still counts (90 of 90 is the same, 91 is not).
pub fn same(known: &Known, person: Option<Id>, difficulty: Difficulty, on: Date, days: i32) -> bool {
    let person_fits = match (known.person, person) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    person_fits && known.difficulty == difficulty && known.found.days_until(on).abs() <= days
}

/// The latest clue a report is the same as.
pub fn find(known: &[Known], person: Option<Id>, difficulty: Difficulty, on: Date, days: i32) -> Option<Known> {
    let fits = known.iter().filter(|clue| same(clue, person, difficulty, on, days));
    fits.max_by_key(|clue| (clue.found, clue.document)).copied()
}
