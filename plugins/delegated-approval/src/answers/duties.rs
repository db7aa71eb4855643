//! Duties with a day (义务日历): a joint meeting in each town each month, the draw of each period, the checks of each draw, and what towns
//! have to mend. Towns see their own; draws and checks are the county's.

use crate::check;
use crate::draw::{self, Draw};
use crate::meeting;
use crate::order::{self, Order};
use crate::parameters;
use crate::rules::authority::holds_within;
use crate::rules::period::Period;
use crate::rules::town::town_of;
use doudi_sdk::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The notice of 2022-06-23, item 8.
pub const NOTICE: &str = "芜湖市2022年6月23日通知 第八条";

/// A month's meetings: towns that must meet, and those that have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meetings {
    pub due: BTreeSet<i64>,
    /// With a quorum and minutes.
    pub held: BTreeSet<i64>,
}

impl Meetings {
    pub fn missing(&self) -> impl Iterator<Item = i64> {
        self.due.difference(&self.held).copied()
    }

    pub fn done(&self) -> usize {
        self.due.intersection(&self.held).count()
    }
}

/// Who had to meet in a month, and who did.
///
/// # Errors
/// As [`documents::find`].
pub fn meetings(month: Date, orders: &[Order]) -> Result<Meetings> {
    let (first, last) = (month.first_of_month(), month.last_of_month());
    let due = orders.iter().filter(|order| holds_within(order, first, last)).map(|order| order.town).collect();
    let held = meeting::of_month(&month.month_code(), &["minuted", "signed"])?;
    Ok(Meetings { due, held: held.into_iter().map(|(_, meeting)| meeting.town).collect() })
}

/// The duties that fall due within inclusive days, in the area of whoever asks.
///
/// # Errors
/// What the kernel says.
pub fn within(context: &Context, begins: Date, ends: Date) -> Result<Vec<Duty>> {
    let orders = order::governing()?;
    let mut duties = Vec::new();
    let mut month = begins.first_of_month();
    while month.last_of_month() <= ends {
        let meetings = meetings(month, &orders)?;
        if !meetings.due.is_empty() {
            let label = format!("{}联审联批会议（每个镇街至少一次）", month.chinese_month());
            let duty = Duty::new("joint-meeting", label, month.last_of_month())
                .counts(meetings.done() as i64, meetings.due.len() as i64);
            duties.push(duty.article(NOTICE).page(format!("meetings?month={}", month.month_code())));
        }
        month = month.add_months(1);
    }
    duties.extend(mending(begins, ends)?);
    if town_of(context.actor.division).is_none() {
        duties.extend(draws(&orders, begins, ends)?);
    }
    duties.sort_by_key(|duty| duty.due);
    Ok(duties)
}

/// 整改: the replies towns owe, by day.
fn mending(begins: Date, ends: Date) -> Result<Vec<Duty>> {
    let mut days: BTreeMap<Date, (i64, i64)> = BTreeMap::new();
    let mut month = begins.first_of_month();
    while month <= ends {
        let query = documents::Query::of(check::CHECK).index("mend", month.month_code());
        for (document, body) in documents::bodies::<check::Check>(query)? {
            let Some(day) = body.mend_by.filter(|day| begins <= *day && *day <= ends) else { continue };
            let counts = days.entry(day).or_default();
            counts.0 += i64::from(document.state != "rectifying");
            counts.1 += 1;
        }
        month = month.add_months(1);
    }
    let duty = |(day, (done, of)): (Date, (i64, i64))| {
        let duty = Duty::new("rectification", "回复抽查整改要求", day).counts(done, of);
        duty.article(NOTICE).page(format!("checks?mend={day}"))
    };
    Ok(days.into_iter().map(duty).collect())
}

/// The draws of periods gone by, and their checks.
fn draws(orders: &[Order], begins: Date, ends: Date) -> Result<Vec<Duty>> {
    let Some(first) = orders.iter().filter_map(|order| order.adopted).min() else { return Ok(Vec::new()) };
    let mut duties = Vec::new();
    // A draw and its checks fall due within months of the period, never within the period.
    let mut period = Period::containing(ends, parameters::length(ends)?);
    let earliest = begins.add_months(-6).max(first);
    loop {
        period = period.before(parameters::length(period.from.add_days(-1))?);
        if period.to < earliest {
            return Ok(duties);
        }
        let draw = draw::of_period(&period.code())?;
        let due = calendar::add_working_days(period.to, parameters::draw_days(period.to)?)?;
        let body = draw.as_ref().map(|(_, body)| body);
        if begins <= due && due <= ends {
            let drawn = body.is_some_and(|draw| !draw.seed.is_empty());
            let label = format!("{}审核确认抽查：冻结名单并抽取", period.chinese());
            let duty = Duty::new("spot-check-draw", label, due).counts(drawn.into(), 1);
            duties.push(duty.article(NOTICE).page(format!("draws?period={}", period.code())));
        }
        let by = body.and_then(|draw| draw.check_by).filter(|by| begins <= *by && *by <= ends);
        if let (Some(by), Some(draw)) = (by, body) {
            duties.push(checks(draw, by)?);
        }
    }
}

fn checks(draw: &Draw, due: Date) -> Result<Duty> {
    let code = draw.period.code();
    let checks = check::of_period(&code)?;
    let done = checks.iter().filter(|(document, _)| check::CONCLUDED.contains(&document.state.as_str())).count();
    let label = format!("{}抽查件核查办结", draw.period.chinese());
    let duty = Duty::new("spot-checks", label, due).counts(done as i64, checks.len() as i64);
    Ok(duty.article(NOTICE).page(format!("checks?period={code}")))
}
