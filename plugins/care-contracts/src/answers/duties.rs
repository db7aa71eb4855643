//! `duty.due`: what this measure owes by law in a period, for 义务日历: done and all, with the first day something is still owed.

use crate::care::View;
use crate::jobs::next_review;
use crate::review::yearly_reviews;
use crate::rules::form::Form;
use crate::running::{self, Support};
use crate::scorecard::{owed_in, visits_due};
use crate::terms_on;
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;

/// One more falls due. A duty begins with the end of the period as its day, and moves to the earliest on which one is due and
/// not done.
fn count(duty: &mut Duty, due: Date, done: bool) {
    duty.of += 1;
    duty.done += i64::from(done);
    if !done {
        duty.due = duty.due.min(due);
    }
}

/// The duties of a period, those with anything due.
///
/// # Errors
/// As [`documents::find`]; `refused` while parameters are missing.
pub fn of(period: Period) -> Result<Vec<Duty>> {
    let Period { from: begins, to: ends } = period;
    let inside = |due: Date| period.contains(due);
    let query = |kind: &str| format!("duties?kind={kind}&from={begins}&to={ends}");
    let mut opinions = Duty::new("opinion", "特困申请初审意见（15个工作日）", ends)
        .article("民发〔2021〕43号 第十三条")
        .page(query("opinion"));
    let mut decisions = Duty::new("decision", "特困申请审核确认（15个工作日）", ends)
        .article("民发〔2021〕43号 第十六条")
        .page(query("decision"));
    documents::scan(documents::Query::of("application"), &["state", "due", "/limit", "/opinion"], |row| {
        if let Some(limit) = row.date("/limit").filter(|limit| inside(*limit)) {
            count(&mut opinions, limit, row.text("/opinion").is_some());
        }
        if row.text("state") == Some("confirming")
            && let Some(due) = row.date("due").filter(|due| inside(*due))
        {
            count(&mut decisions, due, false);
        }
        Ok(())
    })?;
    let mut assessments = Duty::new("assessment", "自理能力复核评估（10个工作日）", ends)
        .article("民发〔2021〕43号 第二十三条")
        .page(query("assessment"));
    for report in owed_in(begins, ends)? {
        count(&mut assessments, report.due, report.assessed.is_some());
    }
    let mut visits = Duty::new("visit", "分散供养特困人员定期走访", ends)
        .article("芜湖市2022年6月23日通知 第四条")
        .page(format!("visits?from={begins}&to={ends}"));
    for visit in visits_due(begins, ends, ends)? {
        count(&mut visits, visit.due, visit.done.is_some());
    }
    let everybody = running::everybody(ends)?;
    let (reviews, agreements) = (reviews(&everybody, period)?, agreements(&everybody, ends)?);
    let mut duties = vec![opinions, decisions, assessments, visits, reviews, agreements];
    duties.retain(|duty| duty.of > 0);
    Ok(duties)
}

/// 年审, by the day each is due, opened yet or not.
fn reviews(everybody: &[Support], period: Period) -> Result<Duty> {
    let Period { from: begins, to: ends } = period;
    let page = format!("duties?kind=review&from={begins}&to={ends}");
    let mut duty = Duty::new("review", "特困供养年审", ends).article("民发〔2021〕43号 第二十五条").page(page);
    let mut opened = std::collections::BTreeSet::new();
    for yearly in yearly_reviews()? {
        if period.contains(yearly.due) {
            opened.insert(yearly.person);
            count(&mut duty, yearly.due, yearly.done);
        }
    }
    let Some(months) = terms_on(ends)?.params.review_months else { return Ok(duty) };
    for line in everybody.iter().take(UNOPENED) {
        if line.person.is_some_and(|person| opened.contains(&person)) {
            continue;
        }
        let due = next_review(line, months)?;
        if period.contains(due) {
            count(&mut duty, due, false);
        }
    }
    Ok(duty)
}

/// Lines whose next review is looked up for the calendar: each asks twice. Those beyond come when the job has opened them.
const UNOPENED: usize = 300;

/// 全员覆盖: due every day.
fn agreements(everybody: &[Support], on: Date) -> Result<Duty> {
    let mut duty = Duty::new("agreement", "分散供养特困人员委托照料服务协议全员覆盖", on)
        .article("芜湖市2022年6月23日通知 第四条")
        .page(format!("coverage?on={on}"));
    let view = View::read()?;
    for support in everybody.iter().filter(|support| support.form == Form::Scattered) {
        count(&mut duty, on, view.cared(*support, on).is_covered());
    }
    Ok(duty)
}
