//! What happens to a payment that is running: raised, lowered, kept, stopped; the July uprating; deaths.

use super::ruleset::RuleSet;
use crate::codes::{outcome, reason};
use doudi_sdk::prelude::*;

/// The old and the new amount compared (57号 第三十一条: recheck, then 增发, 减发 or 停发, with reasons told).
pub fn compare(old: i64, new: i64, eligible: bool, trail: &mut Trail) -> OutcomeCode {
    if !eligible || new <= 0 {
        trail.say(reason::NO_LONGER_ELIGIBLE, [old]);
        return outcome::STOPPED;
    }
    let (sentence, code) = match new.cmp(&old) {
        std::cmp::Ordering::Greater => (reason::AMOUNT_RAISED, outcome::RAISED),
        std::cmp::Ordering::Less => (reason::AMOUNT_LOWERED, outcome::LOWERED),
        std::cmp::Ordering::Equal => (reason::AMOUNT_KEPT, outcome::KEPT),
    };
    trail.say(sentence, [old, new]);
    code
}

/// A change decided on a day takes effect the month after (57号 第二十一条: 从确认之日下月起).
pub fn effective(decided: Date) -> Date {
    decided.first_of_month().add_months(1)
}

/// The first month a dead person's share is no longer payable: the month after the death.
pub fn stops_after_death(death: Date) -> Date {
    effective(death)
}

/// Whole months paid after the month of death, when `last_paid` is a day in the last month that was paid.
pub fn months_paid_after_death(death: Date, last_paid: Date) -> u32 {
    death.calendar_months_until(last_paid).max(0) as u32
}

/// The day by which a death must have been processed; none where the rules of the day set no limit.
pub fn death_due(death: Date, rules: &RuleSet) -> Option<Date> {
    rules.death_months.map(|months| death.add_months(months as i32))
}
