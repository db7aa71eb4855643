//! The county's dated numbers. No statute sets days or thresholds for an alert, so all of them are a county's word; a rule whose
//! number is not set does not apply, and an alert without days has no deadline.

use crate::codes::parameter;
use crate::rules::matrix::Level;
use crate::rules::{rigid, visit, watch};
use doudi_sdk::prelude::*;

/// A number that may be unset.
fn value(code: ParameterCode, on: Date) -> Result<Option<i64>> {
    Ok(parameters::get(code, on)?.map(|parameter| parameter.value))
}

fn count(code: ParameterCode, on: Date) -> Result<Option<i32>> {
    Ok(value(code, on)?.and_then(|value| i32::try_from(value).ok()))
}

/// By when an alert of a level must be verified.
///
/// # Errors
/// `refused` when the statutory calendar of the year is not on record.
pub fn due(level: Level, today: Date) -> Result<Option<Date>> {
    let code = match level {
        Level::Red => parameter::RED_DAYS,
        Level::Yellow => parameter::YELLOW_DAYS,
    };
    let days = value(code, today)?.and_then(|days| u32::try_from(days).ok());
    days.map(|days| calendar::add_working_days(today, days)).transpose()
}

/// By when a department should have answered.
///
/// # Errors
/// As [`due`].
pub fn referral_due(today: Date) -> Result<Option<Date>> {
    let days = value(parameter::REFERRAL_DAYS, today)?.and_then(|days| u32::try_from(days).ok());
    days.map(|days| calendar::add_working_days(today, days)).transpose()
}

/// Days of the next month in which a month's comparison still counts.
///
/// # Errors
/// What the kernel says.
pub fn late_days(on: Date) -> Result<i32> {
    Ok(count(parameter::LATE_DAYS, on)?.unwrap_or(0))
}

/// Months after which a closed alert may be raised again.
///
/// # Errors
/// What the kernel says.
pub fn quiet_months(on: Date) -> Result<i32> {
    Ok(count(parameter::QUIET_MONTHS, on)?.unwrap_or(0).clamp(0, 24))
}

/// What makes a visit unbelievable.
///
/// # Errors
/// What the kernel says.
pub fn visit_limits(on: Date) -> Result<visit::Limits> {
    Ok(visit::Limits {
        minutes: value(parameter::VISIT_MINUTES, on)?,
        speed: value(parameter::VISIT_SPEED, on)?,
        accuracy: value(parameter::POSITION_ACCURACY, on)?,
    })
}

/// The terms of the monthly look.
///
/// # Errors
/// What the kernel says.
pub fn watch_terms(on: Date, watch_list: bool) -> Result<watch::Terms> {
    let income = value(parameter::PER_CAPITA_INCOME, on)?;
    let share = value(parameter::MEDICAL_SHARE, on)?;
    Ok(watch::Terms {
        on,
        medical_line: income.zip(share).map(|(income, share)| Fen(income).share(share)),
        unchanged_months: count(parameter::UNCHANGED_MONTHS, on)?,
        watch_list,
    })
}

/// The numbers of 刚性支出困难家庭.
///
/// # Errors
/// `refused` with what the county has not set.
pub fn rigid(on: Date) -> Result<rigid::Params> {
    let financial = value(parameter::RIGID_FINANCIAL, on)?;
    Ok(rigid::Params {
        income_limit: parameters::require(parameter::PER_CAPITA_INCOME, on)?.value,
        ratio: parameters::require(parameter::RIGID_RATIO, on)?.value,
        edge_line: value(parameter::RIGID_EDGE_LINE, on)?,
        living: value(parameter::RIGID_LIVING, on)?,
        pension_counted: value(parameter::RIGID_PENSION_COUNTED, on)? != Some(0),
        financial,
        vehicles: value(parameter::RIGID_VEHICLES, on)?,
        homes: value(parameter::RIGID_HOMES, on)?,
        shops: value(parameter::RIGID_SHOPS, on)?,
        companies: value(parameter::RIGID_COMPANIES, on)?,
        validity: value(parameter::RIGID_MONTHS, on)?.unwrap_or(rigid::LONGEST).clamp(1, rigid::LONGEST),
    })
}
