//! 巡访: how often a household on a grid list is visited, by its risk. Due = last visit + interval; a household never visited counts
//! from the day it was listed. Days are calendar days: people are in need on Sundays, too.

use super::words::{Place, Risk, Stay};
use doudi_sdk::prelude::*;

/// Days between two visits, by risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intervals {
    pub high: i32,
    pub medium: i32,
    pub low: i32,
}

impl Intervals {
    pub const fn of(&self, risk: Risk) -> i32 {
        match risk {
            Risk::High => self.high,
            Risk::Medium => self.medium,
            Risk::Low => self.low,
        }
    }
}

/// When the next visit is due.
pub fn due(listed: Date, last_visit: Option<Date>, risk: Risk, intervals: &Intervals) -> Date {
    last_visit.unwrap_or(listed).add_days(intervals.of(risk))
}

/// Monday and Sunday of the week of a day.
pub fn week_of(day: Date) -> (Date, Date) {
    // 1970-01-01 was a Thursday.
    let since_monday = (day.days() + 3).rem_euclid(7);
    let monday = day.add_days(-since_monday);
    (monday, monday.add_days(6))
}

/// Whether a contact counts as the visit that was due. Somebody must have been there; only of people who live far away for long is a
/// call accepted.
pub const fn counts(place: Place, stay: Stay) -> bool {
    match place {
        Place::Phone => matches!(stay, Stay::Away),
        Place::Home | Place::Institution | Place::Elsewhere => true,
    }
}

/// People living apart from their hukou are visited where they live: the grid must be that of the village of residence.
pub const fn lives_in(grid_village: i64, village_of_residence: i64) -> bool {
    grid_village == village_of_residence
}

/// Whether a visit belonged to a week, and whether it was made: `None` when nothing was due by its Sunday.
pub fn week_done(
    listed: Date,
    visits: &[Date],
    risk: Risk,
    intervals: &Intervals,
    (monday, sunday): (Date, Date),
) -> Option<bool> {
    if listed > sunday {
        return None;
    }
    let before = visits.iter().copied().filter(|day| *day < monday).max();
    let wanted = due(listed, before, risk, intervals) <= sunday;
    wanted.then(|| visits.iter().any(|day| (monday..=sunday).contains(day)))
}
