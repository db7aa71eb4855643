//! The county's dated numbers. The notice's 30 % is a floor (`rules/sample.rs`); all else is the county's to set, and where it has not,
//! the sentence says what is missing.

use crate::codes::parameter;
use crate::rules::period::Length;
use doudi_sdk::prelude::*;

/// Share of the decisions drawn, in basis points, as set; the draw never goes below the notice's.
///
/// # Errors
/// What the kernel says.
pub fn rate(on: Date) -> Result<i64> {
    parameters::value_or(parameter::SAMPLE_RATE, on, crate::rules::sample::FLOOR)
}

/// Whether months or quarters are sampled; months where nothing is set.
///
/// # Errors
/// What the kernel says.
pub fn length(on: Date) -> Result<Length> {
    Ok(Length::of(parameters::value_or(parameter::PERIOD, on, 1)?))
}

/// Members present among those entitled to vote, basis points.
///
/// # Errors
/// `refused` when the county has not set it.
pub fn quorum(on: Date) -> Result<i64> {
    Ok(parameters::require(parameter::QUORUM, on)?.value)
}

/// Working days after a meeting within which cases and votes may be entered.
///
/// # Errors
/// `refused` when the county has not set it.
pub fn minutes_days(on: Date) -> Result<u32> {
    days(parameter::MINUTES_DAYS, on)
}

/// Working days after a period within which its draw must be made.
///
/// # Errors
/// `refused` when the county has not set it.
pub fn draw_days(on: Date) -> Result<u32> {
    days(parameter::DRAW_DAYS, on)
}

/// Working days from the draw to the conclusion of its checks.
///
/// # Errors
/// `refused` when the county has not set it.
pub fn check_days(on: Date) -> Result<u32> {
    days(parameter::CHECK_DAYS, on)
}

/// Working days a town has to mend what was found, where the officer names no other day.
///
/// # Errors
/// `refused` when the county has not set it.
pub fn rectify_days(on: Date) -> Result<u32> {
    days(parameter::RECTIFY_DAYS, on)
}

/// Months after an error of substance was mended at which somebody looks again.
///
/// # Errors
/// `refused` when the county has not set it.
pub fn follow_months(on: Date) -> Result<u32> {
    days(parameter::FOLLOW_MONTHS, on)
}

/// The error rate above which suspension is proposed (basis points), and the checks it takes to speak of a rate. Absent: nothing is
/// ever proposed.
///
/// # Errors
/// What the kernel says.
pub fn alarm(on: Date) -> Result<Option<(i64, usize)>> {
    let limit = parameters::get(parameter::SUSPEND_RATE, on)?.map(|parameter| parameter.value);
    let least = parameters::value_or(parameter::SUSPEND_LEAST, on, 1)?;
    Ok(limit.map(|limit| (limit, usize::try_from(least).unwrap_or(1))))
}

/// Calendar days between a meeting and the decision with its letter.
///
/// # Errors
/// What the kernel says.
pub fn decide_days(on: Date) -> Result<Option<i64>> {
    Ok(parameters::get(parameter::DECIDE_DAYS, on)?.map(|parameter| parameter.value))
}

/// How far a town's approval rate may lie from its peers' before it is marked, basis points.
///
/// # Errors
/// What the kernel says.
pub fn peer_gap(on: Date) -> Result<Option<i64>> {
    Ok(parameters::get(parameter::PEER_GAP, on)?.map(|parameter| parameter.value))
}

fn days(name: ParameterCode, on: Date) -> Result<u32> {
    Ok(u32::try_from(parameters::require(name, on)?.value).unwrap_or(0))
}
