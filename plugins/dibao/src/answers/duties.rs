//! `duty.due`: what this measure owes on which day (义务日历): applications by their limit, rechecks by their day, and in July the new
//! standard. Each row leads to the list of what is meant.

use crate::codes::parameter;
use crate::ledger::{self, Limited};
use crate::rules::recheck::Class;
use crate::running::lines_on;
use crate::upcoming::{self, Planned};
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;
use std::collections::BTreeMap;

/// The lines of the calendar, by day and code.
pub fn due(today: Date, period: Period) -> Result<Vec<Duty>> {
    let mut duties = applications(&ledger::limited(period.from, period.to)?);
    duties.extend(rechecks(&upcoming::planned(period.from, period.to, today)?));
    duties.extend(july(today, period)?);
    duties.sort_by(|one, other| (one.due, &one.code).cmp(&(other.due, &other.code)));
    Ok(duties)
}

/// Done and all, by day and kind.
fn count<K: Ord + Copy>(items: impl Iterator<Item = (Date, K, bool)>) -> BTreeMap<(Date, K), (i64, i64)> {
    let mut counts = BTreeMap::new();
    for (due, kind, done) in items {
        let (finished, all) = counts.entry((due, kind)).or_insert((0, 0));
        *finished += i64::from(done);
        *all += 1;
    }
    counts
}

fn applications(limited: &[Limited]) -> Vec<Duty> {
    let counts = count(limited.iter().map(|case| (case.limit, case.body.delegated, case.closed().is_some())));
    let duty = |((due, delegated), (done, of)): ((Date, bool), (i64, i64))| {
        let (label, article, level) = if delegated {
            ("低保申请办结（镇街审核确认）", "民发〔2022〕83号", "town")
        } else {
            ("低保申请办结", "民发〔2021〕57号 第二十二条", "county")
        };
        let page = format!("cases?list=limit&from={due}&to={due}&level={level}");
        Duty::new("application", label, due).counts(done, of).article(article).page(page)
    };
    counts.into_iter().map(duty).collect()
}

fn rechecks(planned: &[Planned]) -> Vec<Duty> {
    let counts = count(planned.iter().map(|recheck| (recheck.due, Rhythm::of(recheck.class), recheck.done.is_some())));
    let duty = |((due, rhythm), (done, of)): ((Date, Rhythm), (i64, i64))| {
        let page = format!("planned?from={due}&to={due}&kind={}", rhythm.code());
        let duty = Duty::new(rhythm.code(), rhythm.label(), due).counts(done, of);
        duty.article("民发〔2021〕57号 第三十一条").page(page)
    };
    counts.into_iter().map(duty).collect()
}

/// How often the article wants a household looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rhythm {
    Yearly,
    HalfYearly,
    /// Started by hand, by an alert or by a spot check.
    Once,
}

impl Rhythm {
    pub fn of(class: Option<Class>) -> Rhythm {
        match class {
            Some(Class::A) => Rhythm::Yearly,
            Some(Class::B | Class::C) => Rhythm::HalfYearly,
            None => Rhythm::Once,
        }
    }

    pub const fn code(self) -> &'static str {
        match self {
            Rhythm::Yearly => "recheck-yearly",
            Rhythm::HalfYearly => "recheck-half-yearly",
            Rhythm::Once => "recheck-once",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Rhythm::Yearly => "低保定期核查（稳定家庭，每年）",
            Rhythm::HalfYearly => "低保定期核查（收入不固定或有劳动能力，每半年）",
            Rhythm::Once => "低保核查（另行发起）",
        }
    }
}

/// Each July the new standard holds (the notice, item 10): entered in July, and every line decided on it by the end of the month.
fn july(today: Date, period: Period) -> Result<Option<Duty>> {
    let year = period.to.year();
    let due = [year - 1, year].map(|year| Date::of(year, 7, 31));
    let Some(due) = due.into_iter().find(|due| period.contains(*due)) else { return Ok(None) };
    let begins = due.first_of_month();
    let duty = Duty::new("standard", "执行7月新低保标准", due).article("芜湖市2022年6月23日通知 第十条");
    let standard = parameters::get(parameter::STANDARD, due)?.filter(|standard| standard.begins >= begins);
    let Some(standard) = standard else { return Ok(Some(duty.counts(0, 1).page("setup"))) };
    let (mut done, mut of) = (0, 0);
    for line in lines_on(today.clamp(begins, due))? {
        of += 1;
        done += i64::from(line.standard == Some(standard.value));
    }
    Ok(Some(duty.counts(done, of).page(format!("uprating?year={}", due.year()))))
}
