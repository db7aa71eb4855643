//! How the indicators of M1 count. Pure: what was sent, raised and settled in, part and whole out.

use super::matrix::Disposition;
use doudi_sdk::prelude::*;

/// Part of a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rate {
    pub part: i64,
    pub whole: i64,
}

impl Rate {
    pub fn count(&mut self, good: bool) {
        self.part += i64::from(good);
        self.whole += 1;
    }

    /// Basis points, rounded down; everything when there was nothing to do.
    pub const fn basis_points(self) -> i64 {
        if self.whole == 0 { 10_000 } else { self.part * 10_000 / self.whole }
    }
}

/// One department in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub name: String,
    /// Must be compared with: one of the notice's eight, or one the county added.
    pub required: bool,
    /// Interconnected since.
    pub connected: Option<Date>,
    /// A comparison of the month that counts was made.
    pub compared: bool,
}

/// The month's comparison: departments compared at least once ÷ departments not interconnected, with those missing.
pub fn monthly(month: Date, departments: &[Sent]) -> (Rate, Vec<&Sent>) {
    let open = departments.iter().filter(|one| one.required && !interconnected(one, month));
    let mut rate = Rate::default();
    let mut missing = Vec::new();
    for one in open {
        rate.count(one.compared);
        if !one.compared {
            missing.push(one);
        }
    }
    (rate, missing)
}

/// By the end of the month.
pub fn interconnected(one: &Sent, month: Date) -> bool {
    one.connected.is_some_and(|since| since <= month.last_of_month())
}

/// 信息互联互通: required departments interconnected by a day.
pub fn interconnection(on: Date, departments: &[Sent]) -> Rate {
    let mut rate = Rate::default();
    for one in departments.iter().filter(|one| one.required) {
        rate.count(one.connected.is_some_and(|since| since <= on));
    }
    rate
}

/// An alert as the figures see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Course {
    pub due: Option<Date>,
    /// The day somebody had verified it.
    pub judged: Option<Date>,
    pub truth: Option<bool>,
    pub disposition: Option<Disposition>,
    pub aided: bool,
}

/// On time, true, ending in aid: the three figures of alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alerts {
    pub on_time: Rate,
    pub proven: Rate,
    pub aided: Rate,
}

impl Alerts {
    /// Counts one alert as of a day: one that is not due yet and not verified counts for nothing yet.
    pub fn add(&mut self, course: &Course, today: Date) {
        if let Some(good) = on_time(course, today) {
            self.on_time.count(good);
        }
        if let Some(truth) = course.truth {
            self.proven.count(truth);
        }
        if course.truth == Some(true) && course.disposition == Some(Disposition::Apply) {
            self.aided.count(course.aided);
        }
    }
}

/// Verified by its day; the day itself still counts.
pub fn on_time(course: &Course, today: Date) -> Option<bool> {
    let due = course.due?;
    match course.judged {
        Some(day) => Some(day <= due),
        None if today > due => Some(false),
        None => None,
    }
}
