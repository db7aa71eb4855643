//! `duty.due`: what this measure owes on which day (义务日历): applications by their limit, rechecks by their day, and in July the new
//! standard. Each row leads to the list of what is meant.

use super::Period;
use crate::codes::parameter;
use crate::ledger::{self, Limited};
use crate::rules::recheck::Class;
use crate::running::lines_on;
use crate::upcoming::{self, Planned};
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// One line of the calendar.
struct Duty {
    code: &'static str,
    label: &'static str,
    due: Date,
    done: i64,
    of: i64,
    article: &'static str,
    page: String,
}

pub fn due(today: Date, period: Period) -> Result<Block> {
    let mut rows = applications(&ledger::limited(period.from, period.to)?);
    rows.extend(rechecks(&upcoming::planned(period.from, period.to, today)?));
    rows.extend(july(today, period)?);
    rows.sort_by_key(|duty| (duty.due, duty.code));
    Ok(Block::of(
        Table::new("duty", rows.len())
            .texts("code", rows.iter().map(|row| row.code))
            .texts("label", rows.iter().map(|row| row.label))
            .ints("due", rows.iter().map(|row| row.due))
            .optional_ints("advised", rows.iter().map(|_| None::<i64>))
            .ints("done", rows.iter().map(|row| row.done))
            .ints("of", rows.iter().map(|row| row.of))
            .texts("article", rows.iter().map(|row| row.article))
            .texts("page", rows.iter().map(|row| row.page.as_str())),
    ))
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
    let duty = |((due, delegated), (done, of)): ((Date, bool), (i64, i64))| Duty {
        code: "application",
        label: if delegated { "低保申请办结（镇街审核确认）" } else { "低保申请办结" },
        due,
        done,
        of,
        article: if delegated { "民发〔2022〕83号" } else { "民发〔2021〕57号 第二十二条" },
        page: format!("cases?list=limit&from={due}&to={due}&level={}", if delegated { "town" } else { "county" }),
    };
    counts.into_iter().map(duty).collect()
}

fn rechecks(planned: &[Planned]) -> Vec<Duty> {
    let counts = count(planned.iter().map(|recheck| (recheck.due, Rhythm::of(recheck.class), recheck.done.is_some())));
    let duty = |((due, rhythm), (done, of)): ((Date, Rhythm), (i64, i64))| Duty {
        code: rhythm.code(),
        label: rhythm.label(),
        due,
        done,
        of,
        article: "民发〔2021〕57号 第三十一条",
        page: format!("planned?from={due}&to={due}&kind={}", rhythm.code()),
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
    let Some(due) = due.into_iter().find(|due| *due >= period.from && *due <= period.to) else { return Ok(None) };
    let begins = due.first_of_month();
    let duty = |done, of, page: String| Duty {
        code: "standard",
        label: "执行7月新低保标准",
        due,
        done,
        of,
        article: "芜湖市2022年6月23日通知 第十条",
        page,
    };
    let standard = parameters::get(parameter::STANDARD, due)?.filter(|standard| standard.begins >= begins);
    let Some(standard) = standard else { return Ok(Some(duty(0, 1, "setup".to_owned()))) };
    let (mut done, mut of) = (0, 0);
    for line in lines_on(today.clamp(begins, due))? {
        of += 1;
        done += i64::from(line.standard == Some(standard.value));
    }
    Ok(Some(duty(done, of, format!("uprating?year={}", due.year()))))
}
