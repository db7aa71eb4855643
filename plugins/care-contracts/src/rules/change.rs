//! What happens to support that is running: raised, lowered, kept; deaths; from when.

use crate::codes::{outcome, reason};
use doudi_sdk::prelude::*;

/// The old and the new amount compared.
pub fn compare(old: i64, new: i64, trail: &mut Trail) -> OutcomeCode {
    match new.cmp(&old) {
        std::cmp::Ordering::Greater => {
            trail.say(reason::AMOUNT_RAISED, [old, new]);
            outcome::RAISED
        }
        std::cmp::Ordering::Less => {
            trail.say(reason::AMOUNT_LOWERED, [old, new]);
            outcome::LOWERED
        }
        std::cmp::Ordering::Equal => {
            trail.say(reason::AMOUNT_KEPT, [new]);
            outcome::KEPT
        }
    }
}

/// What is decided on a day takes effect the month after (43号 第十七条、第二十六条).
pub fn effective(decided: Date) -> Date {
    decided.first_of_next_month()
}

/// The first month a dead person is no longer supported: the month after the death.
pub fn stops_after_death(death: Date) -> Date {
    death.first_of_next_month()
}

/// Whole months paid after the month of death, when `last_paid` is a day in the last month that was paid.
pub fn months_paid_after_death(death: Date, last_paid: Date) -> i64 {
    i64::from(death.calendar_months_until(last_paid).max(0))
}
