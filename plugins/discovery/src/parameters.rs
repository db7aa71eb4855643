//! The county's dated numbers, read where they are needed. None stands in code: how often a household is visited, how long a clue may
//! lie, how far from home is far.

use crate::codes::parameter;
use crate::rules::clock::Days;
use crate::rules::genuine::Limits;
use crate::rules::patrol::Intervals;
use doudi_sdk::prelude::*;

/// A number of days, months or metres; never negative.
fn number(code: ParameterCode, on: Date) -> Result<i64> {
    Ok(parameters::require(code, on)?.value.max(0))
}

fn days(code: ParameterCode, on: Date) -> Result<i32> {
    Ok(i32::try_from(number(code, on)?).unwrap_or(i32::MAX))
}

fn working(code: ParameterCode, on: Date) -> Result<u32> {
    Ok(u32::try_from(number(code, on)?).unwrap_or(u32::MAX))
}

/// Days between patrols, by risk.
///
/// # Errors
/// `refused` when the county has set one of them not yet; so with every function here.
pub fn intervals(on: Date) -> Result<Intervals> {
    Ok(Intervals {
        high: days(parameter::INTERVAL_HIGH, on)?,
        medium: days(parameter::INTERVAL_MEDIUM, on)?,
        low: days(parameter::INTERVAL_LOW, on)?,
    })
}

/// Days of each step of a clue.
pub fn steps(on: Date) -> Result<Days> {
    Ok(Days {
        report: working(parameter::REPORT_DAYS, on)?,
        triage: working(parameter::TRIAGE_DAYS, on)?,
        verify: working(parameter::VERIFY_DAYS, on)?,
        dispose: working(parameter::DISPOSE_DAYS, on)?,
        urgent: days(parameter::URGENT_DAYS, on)?,
        referral: working(parameter::REFERRAL_DAYS, on)?,
        feedback: working(parameter::FEEDBACK_DAYS, on)?,
        follow_up: days(parameter::FOLLOW_UP_DAYS, on)?,
        close: working(parameter::CLOSE_DAYS, on)?,
    })
}

/// Days within which a second report of the same difficulty is the same clue.
pub fn duplicate_days(on: Date) -> Result<i32> {
    days(parameter::DUPLICATE_DAYS, on)
}

/// Days after a refusal to apply by which somebody must have tried again.
pub fn retry_days(on: Date) -> Result<i32> {
    days(parameter::RETRY_DAYS, on)
}

/// What raises a question about a visit.
pub fn limits(on: Date) -> Result<Limits> {
    Ok(Limits { far_metres: number(parameter::FAR_METRES, on)?, late_hours: number(parameter::LATE_HOURS, on)? })
}

/// Working days the town has to settle a question.
pub fn question_days(on: Date) -> Result<u32> {
    working(parameter::QUESTION_DAYS, on)
}

/// Months of a period of the watch list, and working days to visit everybody found uncovered.
pub fn review(on: Date) -> Result<(u32, u32)> {
    Ok((working(parameter::REVIEW_MONTHS, on)?.clamp(1, 12), working(parameter::REVIEW_DAYS, on)?))
}
