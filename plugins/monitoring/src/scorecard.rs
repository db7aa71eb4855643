//! 督查 figures of monitoring, each with the list behind it.

use crate::alert::{ALERT, Counted, counted};
use crate::batch::of_month;
use crate::rules::compare::{Alerts, Rate, Sent, interconnection, monthly};
use crate::source;
use crate::survey;
use doudi_sdk::prelude::*;
use std::collections::BTreeSet;

/// Everything.
const ALL: i64 = 10_000;
/// Months a figure reaches over at most: a period of several years is not read alert by alert.
const MONTHS: usize = 24;

impl Indicators for crate::Monitoring {
    fn indicators(context: &Context, begins: Date, ends: Date) -> Result<Vec<Indicator>> {
        let months = months(begins, ends);
        let mut compared = Rate::default();
        for month in &months {
            let (rate, _) = monthly(*month, &departments(*month)?);
            compared.part += rate.part;
            compared.whole += rate.whole;
        }
        let connected = interconnection(ends.min(context.today), &departments(ends)?);
        let complete = completeness(&months)?;
        let alerts = alerts(&months, context.today)?;
        let (from, to) = (begins.month_code(), ends.month_code());
        let of_alerts = |figure: &str| format!("alerts?from={from}&to={to}&figure={figure}");
        let figure = |code: &str, label: &str, rate: Rate, target: Option<i64>, page: String| Indicator {
            code: code.to_owned(),
            label: label.to_owned(),
            part: rate.part,
            whole: rate.whole,
            target,
            drill_down: page,
        };
        Ok(vec![
            figure("compared", "未对接部门每月比对", compared, Some(ALL), format!("comparison?from={from}&to={to}")),
            figure("connected", "部门信息互联互通", connected, Some(ALL), "sources".to_owned()),
            figure("complete", "低收入人口数据完备", complete, Some(ALL), format!("completeness?from={from}&to={to}")),
            figure("on-time", "预警按时核实", alerts.on_time, Some(ALL), of_alerts("on-time")),
            figure("proven", "预警属实", alerts.proven, None, of_alerts("proven")),
            figure("aided", "协助申请后纳入救助", alerts.aided, None, of_alerts("aided")),
        ])
    }
}

/// The months a period touches.
pub fn months(begins: Date, ends: Date) -> Vec<Date> {
    let mut months = Vec::new();
    let mut month = begins.first_of_month();
    while month <= ends && months.len() < MONTHS {
        months.push(month);
        month = month.add_months(1);
    }
    months
}

/// Every department in use, and whether it was compared with in a month.
///
/// # Errors
/// As [`documents::find`].
pub fn departments(month: Date) -> Result<Vec<Sent>> {
    let batches = of_month(month)?;
    let good = batches.iter().filter(|(document, body)| body.compares(&document.state));
    let compared: BTreeSet<&str> = good.map(|(_, body)| body.source.as_str()).collect();
    let sources = source::all()?;
    Ok(sources.iter().map(|(document, body)| body.sent(compared.contains(document.key.as_str()))).collect())
}

/// The newest look of the months: how many of the fields a file should have it has.
fn completeness(months: &[Date]) -> Result<Rate> {
    for month in months.iter().rev() {
        if let Some((_, body)) = survey::of(*month, false)? {
            let (part, whole) = body.completeness();
            return Ok(Rate { part, whole });
        }
    }
    Ok(Rate::default())
}

/// Alerts raised in a month, without those that were withdrawn.
///
/// # Errors
/// As [`counted`].
pub fn raised_in(month: Date) -> Result<Vec<Counted>> {
    let mut found = counted(documents::Query::of(ALERT).index("month", month.month_code()))?;
    found.retain(|alert| !alert.withdrawn);
    Ok(found)
}

fn alerts(months: &[Date], today: Date) -> Result<Alerts> {
    let mut alerts = Alerts::default();
    for month in months {
        for alert in raised_in(*month)? {
            alerts.add(&alert.course, today);
        }
    }
    Ok(alerts)
}
