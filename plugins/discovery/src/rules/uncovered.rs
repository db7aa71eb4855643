//! 未纳入救助保障范围的防返贫监测对象: watch-listed households less those covered and those whose case is open (notice, third measure).

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How many of the watch list fall where. `watched` is the sum of the other three.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub watched: i64,
    /// 低保, 特困, 边缘.
    pub covered: i64,
    /// Not covered, a case is open.
    pub open: i64,
    pub uncovered: i64,
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        self.watched += other.watched;
        self.covered += other.covered;
        self.open += other.open;
        self.uncovered += other.uncovered;
    }
}

/// 监测户 ∖ (低保 ∪ 特困 ∪ 边缘 ∪ 在办), and the count of each part. A household covered with a case open counts as covered.
pub fn uncovered(watched: &[Id], covered: &BTreeSet<Id>, open: &BTreeSet<Id>) -> (Vec<Id>, Tally) {
    let mut tally = Tally::default();
    let mut left = Vec::new();
    for household in watched {
        tally.watched += 1;
        if covered.contains(household) {
            tally.covered += 1;
        } else if open.contains(household) {
            tally.open += 1;
        } else {
            tally.uncovered += 1;
            left.push(*household);
        }
    }
    (left, tally)
}

/// The first day of the period of `months` months a day lies in, counted from January: by quarters for 3.
pub fn period_of(day: Date, months: u32) -> Date {
    let months = months.clamp(1, 12);
    let (year, month, _) = day.parts();
    let first = (month - 1) / months * months + 1;
    Date::new(year, first, 1).unwrap_or(day.first_of_month())
}
