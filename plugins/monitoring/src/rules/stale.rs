//! Whether a file counts as this month's. An old file sent again is no comparison (通知第一条: 每月至少进行 1 次信息比对，确保数据信息
//! 完整有效), however many rows it has.

use doudi_sdk::prelude::*;

/// What a file is worth to the month it is meant for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Freshness {
    /// Counts.
    Fresh,
    /// The very file of another month.
    SameAs(Date),
    /// Came after the month, beyond the days a county allows.
    Late,
    /// For a month that has not begun.
    Ahead,
}

/// Judges a file by the month it is meant for (its first day), the day it came, and the months the same digest was sent for by the same
/// department. `late_days`: calendar days of the next month that still count.
pub fn freshness(period: Date, received: Date, late_days: i32, same_file: &[Date]) -> Freshness {
    if period > received {
        return Freshness::Ahead;
    }
    if let Some(other) = same_file.iter().copied().filter(|other| *other != period).max() {
        return Freshness::SameAs(other);
    }
    if received > period.last_of_month().add_days(late_days) {
        return Freshness::Late;
    }
    Freshness::Fresh
}

/// Only hits came back: nobody can tell the others from those who were not compared. `sent`: people asked about, `loaded`: rows that
/// came back, `positives`: rows that state something.
pub fn only_positives(sent: i64, loaded: i64, positives: i64) -> bool {
    loaded > 0 && positives == loaded && sent != loaded
}
