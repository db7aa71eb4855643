//! How far posts fill the need: Σ min(actual, required) ÷ Σ required, village by village, so that the surplus of one never hides the
//! gap of another; and on how many days how many posts stood empty.

use doudi_sdk::prelude::*;

/// One village: how many hold a post, how many are to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Village {
    pub actual: u32,
    pub required: u32,
}

impl Village {
    /// Posts that count: a surplus does not.
    pub fn filled(self) -> u32 {
        self.actual.min(self.required)
    }

    pub fn missing(self) -> u32 {
        self.required.saturating_sub(self.actual)
    }
}

/// Σ min(actual, required) and Σ required.
pub fn staffing(villages: impl IntoIterator<Item = Village>) -> (i64, i64) {
    villages.into_iter().fold((0, 0), |(filled, required), village| {
        (filled + i64::from(village.filled()), required + i64::from(village.required))
    })
}

/// Days a post is held: from its first day to its last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub from: Date,
    pub to: Option<Date>,
}

impl Held {
    pub fn on(self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// Post-days that stood empty in a village, and those there were to fill, from a day to another (both included).
pub fn vacancy(held: &[Held], required: u32, from: Date, to: Date) -> (i64, i64) {
    let (mut empty, mut all) = (0, 0);
    let mut day = from;
    while day <= to {
        let actual = held.iter().filter(|held| held.on(day)).count() as u32;
        empty += i64::from(Village { actual, required }.missing());
        all += i64::from(required);
        day = day.add_days(1);
    }
    (empty, all)
}
