//! `duty.due`: what this measure owes by law in a period, for 义务日历: done and all, with the first day something is still owed.

use super::day;
use crate::care::View;
use crate::jobs::next_review;
use crate::review::yearly_reviews;
use crate::rules::form::Form;
use crate::running::{self, Support};
use crate::scorecard::{owed_in, visits_due};
use crate::terms_on;
use doudi_sdk::prelude::*;

/// One duty: how many fall due in the period, how many of them are done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    pub code: &'static str,
    pub label: &'static str,
    pub article: &'static str,
    pub page: String,
    pub done: i64,
    pub of: i64,
    /// The earliest day on which one is due that is not done; the end of the period when none is.
    pub due: Date,
}

impl Duty {
    fn new(code: &'static str, label: &'static str, article: &'static str, page: String, ends: Date) -> Duty {
        Duty { code, label, article, page, done: 0, of: 0, due: ends }
    }

    fn count(&mut self, due: Date, done: bool) {
        self.of += 1;
        self.done += i64::from(done);
        if !done {
            self.due = self.due.min(due);
        }
    }
}

/// The duties of an inclusive period, those with anything due.
///
/// # Errors
/// As [`documents::find`]; `refused` while parameters are missing.
pub fn of(begins: Date, ends: Date) -> Result<Vec<Duty>> {
    let inside = |due: Date| begins <= due && due <= ends;
    let query = |kind: &str| format!("duties?kind={kind}&from={begins}&to={ends}");
    let mut opinions =
        Duty::new("opinion", "特困申请初审意见（15个工作日）", "民发〔2021〕43号 第十三条", query("opinion"), ends);
    let mut decisions =
        Duty::new("decision", "特困申请审核确认（15个工作日）", "民发〔2021〕43号 第十六条", query("decision"), ends);
    documents::scan(documents::Query::of("application"), &["state", "due", "/limit", "/opinion"], |row| {
        if let Some(limit) = row.date("/limit").filter(|limit| inside(*limit)) {
            opinions.count(limit, row.text("/opinion").is_some());
        }
        if row.text("state") == Some("confirming")
            && let Some(due) = row.date("due").filter(|due| inside(*due))
        {
            decisions.count(due, false);
        }
        Ok(())
    })?;
    let mut assessments = Duty::new(
        "assessment",
        "自理能力复核评估（10个工作日）",
        "民发〔2021〕43号 第二十三条",
        query("assessment"),
        ends,
    );
    for report in owed_in(begins, ends)? {
        assessments.count(report.due, report.assessed.is_some());
    }
    let mut visits = Duty::new(
        "visit",
        "分散供养特困人员定期走访",
        "芜湖市2022年6月23日通知 第四条",
        format!("visits?from={begins}&to={ends}"),
        ends,
    );
    for visit in visits_due(begins, ends, ends)? {
        visits.count(visit.due, visit.done.is_some());
    }
    let everybody = running::everybody(ends)?;
    let (reviews, agreements) = (reviews(&everybody, begins, ends)?, agreements(&everybody, ends)?);
    let mut duties = vec![opinions, decisions, assessments, visits, reviews, agreements];
    duties.retain(|duty| duty.of > 0);
    Ok(duties)
}

/// 年审, by the day each is due, opened yet or not.
fn reviews(everybody: &[Support], begins: Date, ends: Date) -> Result<Duty> {
    let page = format!("duties?kind=review&from={begins}&to={ends}");
    let mut duty = Duty::new("review", "特困供养年审", "民发〔2021〕43号 第二十五条", page, ends);
    let mut opened = std::collections::BTreeSet::new();
    for yearly in yearly_reviews()? {
        if begins <= yearly.due && yearly.due <= ends {
            opened.insert(yearly.person);
            duty.count(yearly.due, yearly.done);
        }
    }
    let Some(months) = terms_on(ends)?.params.review_months else { return Ok(duty) };
    for line in everybody.iter().take(UNOPENED) {
        if line.person.is_some_and(|person| opened.contains(&person)) {
            continue;
        }
        let due = next_review(line, months)?;
        if begins <= due && due <= ends {
            duty.count(due, false);
        }
    }
    Ok(duty)
}

/// Lines whose next review is looked up for the calendar: each asks twice. Those beyond come when the job has opened them.
const UNOPENED: usize = 300;

/// 全员覆盖: due every day.
fn agreements(everybody: &[Support], on: Date) -> Result<Duty> {
    let mut duty = Duty::new(
        "agreement",
        "分散供养特困人员委托照料服务协议全员覆盖",
        "芜湖市2022年6月23日通知 第四条",
        format!("coverage?on={on}"),
        on,
    );
    let view = View::read()?;
    for support in everybody.iter().filter(|support| support.form == Form::Scattered) {
        duty.count(on, view.cared(*support, on).is_covered());
    }
    Ok(duty)
}

pub fn due(on: Date, block: &Block) -> Result<Block> {
    let begins = day(block, "period", "begins")?.unwrap_or(on.first_of_month());
    let ends = day(block, "period", "ends")?.unwrap_or(on.last_of_month());
    let duties = of(begins, ends)?;
    Ok(Block::of(
        Table::new("duty", duties.len())
            .texts("code", duties.iter().map(|duty| duty.code))
            .texts("label", duties.iter().map(|duty| duty.label))
            .ints("due", duties.iter().map(|duty| duty.due))
            .optional_ints("advised", duties.iter().map(|_| None::<i64>))
            .ints("done", duties.iter().map(|duty| duty.done))
            .ints("of", duties.iter().map(|duty| duty.of))
            .texts("article", duties.iter().map(|duty| duty.article))
            .texts("page", duties.iter().map(|duty| duty.page.as_str())),
    ))
}
