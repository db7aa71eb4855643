//! `duty.due`: the duties of a period that have a day, for the county's calendar. Weekly patrols, the steps of clues, the review of the
//! watch list. Columns stand in `docs/reference/topics.md`.

use crate::clue::{CLUE, Filed};
use crate::parameters;
use crate::rules::clock::Stand;
use crate::rules::patrol::{week_done, week_of};
use crate::scorecard::{self, clues_since, key_households};
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;
use std::collections::BTreeMap;

/// The rule behind all of it.
const NOTICE: &str = "芜湖市 2022 年 6 月 23 日通知 第三条";

impl Answer for crate::Discovery {
    fn answer(context: &Context, topic: &str, _on: Date, block: Block) -> Result<Block> {
        if topic != "duty.due" {
            return Err(Refusal::unknown("问题", topic));
        }
        let period = Period::begins_ends(&block)?;
        let mut duties = patrols(context, period)?;
        duties.extend(clues(period)?);
        duties.extend(reviews(context, period)?);
        Ok(topics::duties(&duties))
    }
}

/// One duty a week, due on its Sunday: the households whose visit falls due by then.
fn patrols(context: &Context, period: Period) -> Result<Vec<Duty>> {
    let intervals = parameters::intervals(context.today)?;
    let listed = key_households(period)?;
    let mut duties = Vec::new();
    let (mut monday, mut sunday) = week_of(period.from);
    while sunday <= period.to {
        let made: Vec<bool> = listed
            .iter()
            .filter(|(_, patrol)| patrol.listed_between(monday, sunday))
            .filter_map(|(_, patrol)| {
                week_done(patrol.listed, &patrol.visits, patrol.risk, &intervals, (monday, sunday))
            })
            .collect();
        if !made.is_empty() {
            let label = format!("重点家庭巡访（{} 至 {}）", &monday.to_string()[5..], &sunday.to_string()[5..]);
            let done = made.iter().filter(|made| **made).count();
            let duty = Duty::new("patrols", label, sunday).counts(done as i64, made.len() as i64);
            duties.push(duty.article(NOTICE).page(format!("patrols?list=week&from={monday}&to={sunday}")));
        }
        (monday, sunday) = (monday.add_days(7), sunday.add_days(7));
    }
    Ok(duties)
}

/// One duty a day: the clues whose step must be taken by then. Steps that were taken are no longer due; those decided count as done.
fn clues(period: Period) -> Result<Vec<Duty>> {
    let mut due: BTreeMap<Date, (i64, i64)> = BTreeMap::new();
    documents::scan(documents::Query::of(CLUE).due_by(period.to), &["state", "due"], |clue| {
        let stand = clue.text("state").and_then(Stand::of);
        if let Some(day) = clue.date("due").filter(|day| *day >= period.from)
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
    let duty = |(day, (done, of)): (Date, (i64, i64))| {
        let duty = Duty::new("clues", "困难群众线索办理", day).counts(done, of);
        duty.article(NOTICE).page(format!("ledger?list=due&from={day}&to={day}"))
    };
    Ok(due.into_iter().map(duty).collect())
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
    let duty = |(day, (done, of)): (Date, (i64, i64))| {
        let duty = Duty::new("watch-list", "未纳入保障的监测户排查", day).counts(done, of);
        duty.article(NOTICE).page(format!("watch-list?list=due&from={day}&to={day}"))
    };
    Ok(due.into_iter().map(duty).collect())
}
