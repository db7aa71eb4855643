//! Visits (the notice, item 4: 村(居)要安排专人定期入户走访): when the next one is due, and what a visit finds.

use doudi_sdk::prelude::*;

/// The day by which the next visit is due: as many days after the last one, or after the agreement began.
pub fn next_due(last: Option<Date>, begins: Date, interval_days: i64) -> Date {
    let since = last.map_or(begins, |last| last.max(begins));
    since.add_days(i32::try_from(interval_days.clamp(1, 366)).unwrap_or(366))
}

/// A visit is done in time on its day or before.
pub fn in_time(done: Option<Date>, due: Date) -> bool {
    done.is_some_and(|done| done <= due)
}
