//! Working days by the statutory calendar with its make-up days. Calendar days need no calendar: dates are numbers.

use crate::date::Date;
use crate::host;
use crate::refusal::Result;

/// Whether a day is worked.
///
/// # Errors
/// `refused` outside the years on record: the answer is never a guess. So with every function here.
pub fn is_working_day(day: Date) -> Result<bool> {
    Ok(host::is_working_day(day.days())?)
}

/// The `count`-th working day after a day, which is itself not counted.
///
/// # Errors
/// As [`is_working_day`].
pub fn add_working_days(start: Date, count: u32) -> Result<Date> {
    Ok(Date::from_days(host::add_working_days(start.days(), count)?))
}

/// Working days after the first up to and including the second; negative when it lies before.
///
/// # Errors
/// As [`is_working_day`].
pub fn working_days_between(first: Date, second: Date) -> Result<i32> {
    Ok(host::working_days_between(first.days(), second.days())?)
}
