//! `duty.due`: the duties of a period that have a day, for the county's calendar. Weekly patrols, the steps of clues, the review of the
//! watch list. Columns stand in `docs/reference/topics.md`.

use crate::clue::{CLUE, Filed};
use crate::parameters;
use crate::rules::clock::Stand;
use crate::rules::patrol::{week_done, week_of};
use crate::scorecard::{self, Period, clues_since, key_households};
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// The rule behind all of it.
const NOTICE: &str = "芜湖市 2022 年 6 月 23 日通知 第三条";

/// One duty.
struct Duty {
    code: &'static str,
    label: String,
    due: Date,
    done: i64,
    of: i64,
    page: String,
}

impl Answer for crate::Discovery {
    fn answer(context: &Context, topic: &str, _on: Date, block: Block) -> Result<Block> {
        if topic != "duty.due" {
            return Err(Refusal::unknown("问题", topic));
        }
        let table = block.table("period")?;
        let day = |name: &str| -> Result<Date> {
            let value = table.int_column(name)?.get(0).and_then(|days| i32::try_from(days).ok());
            value.map(Date::from_days).ok_or_else(|| Refusal::invalid(format!("问题缺少“{name}”")))
        };
        let period = Period { begins: day("begins")?, ends: day("ends")? };
        let mut duties = patrols(context, period)?;
        duties.extend(clues(period)?);
        duties.extend(reviews(context, period)?);
        Ok(Block::of(
            Table::new("duty", duties.len())
                .texts("code", duties.iter().map(|duty| duty.code))
                .texts("label", duties.iter().map(|duty| &duty.label))
                .ints("due", duties.iter().map(|duty| duty.due))
                .ints("done", duties.iter().map(|duty| duty.done))
                .ints("of", duties.iter().map(|duty| duty.of))
                .texts("article", duties.iter().map(|_| NOTICE))
                .texts("page", duties.iter().map(|duty| &duty.page)),
        ))
    }
}

/// One duty a week, due on its Sunday: the households whose visit falls due by then.
fn patrols(context: &Context, period: Period) -> Result<Vec<Duty>> {
    let intervals = parameters::intervals(context.today)?;
    let listed = key_households(period)?;
    let mut duties = Vec::new();
    let (mut monday, mut sunday) = week_of(period.begins);
    while sunday <= period.ends {
        let made: Vec<bool> = listed
            .iter()
            .filter(|(_, patrol)| patrol.listed_between(monday, sunday))
            .filter_map(|(_, patrol)| {
                week_done(patrol.listed, &patrol.visits, patrol.risk, &intervals, (monday, sunday))
            })
            .collect();
        if !made.is_empty() {
            duties.push(Duty {
                code: "patrols",
                label: format!("重点家庭巡访（{} 至 {}）", &monday.to_string()[5..], &sunday.to_string()[5..]),
                due: sunday,
                done: made.iter().filter(|made| **made).count() as i64,
                of: made.len() as i64,
                page: format!("patrols?list=week&from={monday}&to={sunday}"),
            });
        }
        (monday, sunday) = (monday.add_days(7), sunday.add_days(7));
    }
    Ok(duties)
}

/// One duty a day: the clues whose step must be taken by then. Steps that were taken are no longer due; those decided count as done.
fn clues(period: Period) -> Result<Vec<Duty>> {
    let mut due: BTreeMap<Date, (i64, i64)> = BTreeMap::new();
    documents::scan(documents::Query::of(CLUE).due_by(period.ends), &["state", "due"], |clue| {
        let stand = clue.text("state").and_then(Stand::of);
        if let Some(day) = clue.date("due").filter(|day| *day >= period.begins)
            && stand.is_some_and(|stand| !stand.is_over() && stand != Stand::Resting)
        {
            due.entry(day).or_default().1 += 1;
        }
        Ok(())
    })?;
    for filed in clues_since(period)? {
        if let Some(day) = closed_in(&filed, period) {
            let entry = due.entry(day).or_default();
            entry.0 += 1;
            entry.1 += 1;
        }
    }
    Ok(due
        .into_iter()
        .map(|(day, (done, of))| Duty {
            code: "clues",
            label: "困难群众线索办理".to_owned(),
            due: day,
            done,
            of,
            page: format!("ledger?list=due&from={day}&to={day}"),
        })
        .collect())
}

/// The day a clue was struck off, in the period.
pub fn closed_in(filed: &Filed, period: Period) -> Option<Date> {
    filed.body.closed.filter(|day| period.contains(*day))
}

/// One duty for each day reviews of the watch list must be done by.
fn reviews(context: &Context, period: Period) -> Result<Vec<Duty>> {
    let mut due: BTreeMap<Date, (i64, i64)> = BTreeMap::new();
    for (_, review) in scorecard::reviews_due(context, period)? {
        let entry = due.entry(review.by).or_default();
        entry.0 += i64::from(review.visited.is_some());
        entry.1 += 1;
    }
    Ok(due
        .into_iter()
        .map(|(day, (done, of))| Duty {
            code: "watch-list",
            label: "未纳入保障的监测户排查".to_owned(),
            due: day,
            done,
            of,
            page: format!("watch-list?list=due&from={day}&to={day}"),
        })
        .collect())
}
