//! The path of a month: the roster is with finance by the 5th, the money with the bank by the 10th, on the accounts by the 15th
//! (the notice of 2022-06-23, item 10). When such a day is not worked, the step is advised for the last working day before;
//! only a statutory holiday is the notice's own ground for being early. An early day may lie in the month before.

use doudi_sdk::prelude::*;

/// What kind of day a deadline falls on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    Worked,
    /// A weekend that belongs to no holiday: nothing in the notice speaks of it, but nobody is at work.
    Weekend,
    /// 法定节假日: the notice permits to be early.
    Holiday,
}

/// A step's deadline and the day it is advised for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub due: Date,
    pub advised: Date,
    pub kind: DayKind,
}

/// The days of the month on which the steps are due, and how they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    pub send: u32,
    pub allocate: u32,
    pub credit: u32,
    /// “5日前” includes the 5th.
    pub inclusive: bool,
    /// Working days between the freeze and the advised day of sending.
    pub freeze: u32,
}

/// All dates of one month's rosters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    /// From this day on the roster is drawn up.
    pub freeze: Date,
    pub send: Due,
    pub allocate: Due,
    pub credit: Due,
}

/// The path of the month that begins on `month`; `worked` is the statutory calendar.
///
/// # Errors
/// As `worked`: outside the years on record there is no answer.
pub fn path(month: Date, days: Days, worked: impl Fn(Date) -> Result<bool>) -> Result<Path> {
    let due = |day: u32| {
        let nominal = month.first_of_month().add_days(day as i32 - 1);
        deadline(if days.inclusive { nominal } else { nominal.add_days(-1) }, &worked)
    };
    let send = due(days.send)?;
    let mut freeze = send.advised;
    for _ in 0..days.freeze {
        freeze = last_worked(freeze.add_days(-1), &worked)?;
    }
    Ok(Path { freeze, send, allocate: due(days.allocate)?, credit: due(days.credit)? })
}

/// A deadline and its advised day.
///
/// # Errors
/// As `worked`.
pub fn deadline(due: Date, worked: impl Fn(Date) -> Result<bool>) -> Result<Due> {
    let kind = if worked(due)? {
        DayKind::Worked
    } else if of_holiday(due, &worked)? {
        DayKind::Holiday
    } else {
        DayKind::Weekend
    };
    Ok(Due { due, advised: last_worked(due, &worked)?, kind })
}

/// The day itself, or the last working day before.
fn last_worked(mut day: Date, worked: &impl Fn(Date) -> Result<bool>) -> Result<Date> {
    while !worked(day)? {
        day = day.add_days(-1);
    }
    Ok(day)
}

/// Whether a day off belongs to a statutory holiday: in its run of days off there is a weekday. The calendar of working days
/// tells no more, and on every 5th, 10th and 15th of 2019–2026 this is what the official lists say.
fn of_holiday(day: Date, worked: &impl Fn(Date) -> Result<bool>) -> Result<bool> {
    for step in [-1, 1] {
        let mut other = day;
        while !worked(other)? {
            if other.weekday() <= 5 {
                return Ok(true);
            }
            other = other.add_days(step);
        }
    }
    Ok(false)
}
