//! 督查 figures of delegated approval, each with the list behind it. Those of draws and checks belong to the periods sampled, those of
//! meetings to months. Whoever sees no draws (a town) is given none.

use crate::answers::duties::meetings;
use crate::check::{self, CONCLUDED, Check};
use crate::draw::{DRAW, Draw};
use crate::rules::quality::{Approvals, Found};
use crate::rules::sample::{FLOOR, Reason};
use crate::{meeting, order, parameters};
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// Everything.
const ALL: i64 = 10_000;

impl Indicators for crate::DelegatedApproval {
    fn indicators(context: &Context, begins: Date, ends: Date) -> Result<Vec<Indicator>> {
        let orders = order::governing()?;
        let (mut held, mut due) = (0, 0);
        let mut month = begins.first_of_month();
        while month <= ends {
            let meetings = meetings(month, &orders)?;
            held += meetings.done();
            due += meetings.due.len();
            month = month.add_months(1);
        }
        let mut sampled = Sampled::within(begins, ends)?;
        sampled.judge(context.today);
        sampled.count_days(parameters::decide_days(ends)?)?;
        let span = format!("begins={begins}&ends={ends}");
        let figure = |code: &str, label: &str, part: usize, whole: usize, target: Option<i64>, page: &str| Indicator {
            code: code.to_owned(),
            label: label.to_owned(),
            part: part as i64,
            whole: whole as i64,
            target,
            drill_down: format!("{page}{}{span}", if page.contains('?') { "&" } else { "?" }),
        };
        let mut found = Found::default();
        sampled.found.values().for_each(|town| found.add(*town));
        let (outliers, towns) = sampled.outliers(parameters::peer_gap(ends)?);
        Ok(vec![
            figure("joint-meetings", "联审联批会议每月至少一次（镇街·月）", held, due, Some(ALL), "meetings"),
            figure("spot-check-rate", "抽查比例", sampled.drawn, sampled.population, Some(FLOOR), "strata"),
            figure("towns-below-rate", "抽查比例不足的镇街", sampled.below(), sampled.rates.len(), Some(0), "towns"),
            figure(
                "checks-on-time",
                "抽查件按期办结",
                sampled.on_time,
                sampled.judged,
                Some(ALL),
                "checks?what=timely",
            ),
            figure("problem-rate", "抽查发现问题", found.problems(), found.concluded, None, "checks?what=problem"),
            figure("reversal-rate", "实体错误", found.substance, found.concluded, Some(0), "checks?what=reversed"),
            figure("missed", "应保未保（漏保）", found.missed, found.concluded, Some(0), "checks?what=missed"),
            figure("approval-outliers", "同意率与其他镇街差距过大的镇街", outliers, towns, None, "towns"),
            figure("decided-in-days", "会后按期审核确认并告知", sampled.in_days, sampled.dealt, Some(ALL), "intervals"),
        ])
    }
}

/// What the draws of some periods come to.
#[derive(Debug, Default)]
pub struct Sampled {
    pub draws: Vec<(Id, Draw)>,
    pub checks: Vec<(Document, Check)>,
    pub population: usize,
    pub drawn: usize,
    /// Population and drawn, by town.
    pub rates: BTreeMap<i64, (usize, usize)>,
    pub approvals: BTreeMap<i64, Approvals>,
    pub found: BTreeMap<i64, Found>,
    pub on_time: usize,
    /// Concluded, or overdue.
    pub judged: usize,
    /// Decisions made soon enough after the meeting, of all that a meeting had dealt with before.
    pub in_days: usize,
    pub dealt: usize,
}

impl Sampled {
    /// Of the draws whose periods begin within inclusive days.
    ///
    /// # Errors
    /// As [`documents::find`].
    pub fn within(begins: Date, ends: Date) -> Result<Sampled> {
        let mut sampled = Sampled::default();
        for (document, draw) in drawn_within(begins, ends)? {
            sampled.add_draw(&draw);
            sampled.checks.extend(check::of_period(&draw.period.code())?);
            sampled.draws.push((document.id, draw));
        }
        sampled.count_checks();
        Ok(sampled)
    }

    fn add_draw(&mut self, draw: &Draw) {
        for entry in &draw.list {
            let random = usize::from(entry.reason() == Some(Reason::Random));
            self.population += 1;
            self.drawn += random;
            let rate = self.rates.entry(entry.town).or_default();
            rate.0 += 1;
            rate.1 += random;
            let approvals = self.approvals.entry(entry.town).or_default();
            approvals.decided += 1;
            approvals.granted += usize::from(entry.outcome == "granted");
        }
    }

    fn count_checks(&mut self) {
        for (document, body) in &self.checks {
            self.found.entry(body.town).or_default().add(body.found(&document.state));
        }
    }

    /// Counts what was decided soon enough; without a number of days nothing is.
    ///
    /// # Errors
    /// As [`documents::find`].
    pub fn count_days(&mut self, days: Option<i64>) -> Result<()> {
        let Some(days) = days else { return Ok(()) };
        for interval in days_to_decision(&self.draws)? {
            self.in_days += usize::from(i64::from(interval.days) <= days);
            self.dealt += 1;
        }
        Ok(())
    }

    /// Counts what is in time on a day.
    pub fn judge(&mut self, today: Date) {
        for (document, body) in &self.checks {
            if let Some(on_time) = body.on_time(&document.state, today) {
                self.on_time += usize::from(on_time);
                self.judged += 1;
            }
        }
    }

    /// Towns of which less than the notice's share was drawn.
    pub fn below(&self) -> usize {
        self.rates.values().filter(|(population, drawn)| *drawn as i64 * ALL < *population as i64 * FLOOR).count()
    }

    pub fn county(&self) -> Approvals {
        let add = |sum: Approvals, town: &Approvals| Approvals {
            granted: sum.granted + town.granted,
            decided: sum.decided + town.decided,
        };
        self.approvals.values().fold(Approvals::default(), add)
    }

    /// Towns whose approval rate lies too far from their peers', of those that can be compared.
    pub fn outliers(&self, gap: Option<i64>) -> (usize, usize) {
        let county = self.county();
        let gaps: Vec<i64> = self.approvals.values().filter_map(|town| town.against(county)).collect();
        let far = gap.map_or(0, |gap| gaps.iter().filter(|distance| distance.abs() > gap).count());
        (far, gaps.len())
    }
}

/// Draws whose lists are frozen and whose periods begin within inclusive days.
///
/// # Errors
/// As [`documents::find`].
pub fn drawn_within(begins: Date, ends: Date) -> Result<Vec<(Document, Draw)>> {
    let mut found: BTreeMap<Id, (Document, Draw)> = BTreeMap::new();
    let mut month = begins.first_of_month();
    while month <= ends {
        let quarter = crate::rules::period::Period::containing(month, crate::rules::period::Length::Quarter).code();
        for code in [month.month_code(), quarter] {
            for document in documents::find(documents::Query::of(DRAW).index("period", code))? {
                let draw: Draw = document.body()?;
                if begins <= draw.period.from && draw.period.from <= ends && draw.frozen.is_some() {
                    found.insert(document.id, (document, draw));
                }
            }
        }
        month = month.add_months(1);
    }
    Ok(found.into_values().collect())
}

/// How long a case lay between meeting and decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    pub household: Id,
    pub town: i64,
    pub scheme: String,
    pub met: Date,
    pub decided: Date,
    /// Calendar days.
    pub days: i32,
}

/// Of every listed decision that a signed meeting had dealt with before.
///
/// # Errors
/// As [`documents::find`].
pub fn days_to_decision(draws: &[(Id, Draw)]) -> Result<Vec<Interval>> {
    let mut intervals = Vec::new();
    for (_, draw) in draws {
        let dealt = meeting::dealings(draw.period.from.add_months(-3), draw.period.to)?;
        for entry in &draw.list {
            let before = dealt.get(&entry.case).into_iter().flatten().filter(|dealt| dealt.on <= entry.on);
            if let Some(met) = before.map(|dealt| dealt.on).max() {
                intervals.push(Interval {
                    household: entry.household,
                    town: entry.town,
                    scheme: draw.label(&entry.scheme).to_owned(),
                    met,
                    decided: entry.on,
                    days: met.days_until(entry.on),
                });
            }
        }
    }
    Ok(intervals)
}

/// Which of a list of checks a figure counts.
pub fn counts(what: &str, document: &Document, check: &Check, today: Date) -> bool {
    let stands = CONCLUDED.contains(&document.state.as_str());
    match what {
        "timely" => check.on_time(&document.state, today) == Some(true),
        "problem" => stands && check.conclusion != "true",
        "reversed" => stands && check.conclusion == "substance",
        "missed" => stands && check.missed(),
        _ => true,
    }
}

/// Which of a list of checks a figure is a share of.
pub fn belongs(what: &str, document: &Document, check: &Check, today: Date) -> bool {
    match what {
        "timely" => check.on_time(&document.state, today).is_some(),
        "problem" | "reversed" | "missed" => CONCLUDED.contains(&document.state.as_str()),
        _ => true,
    }
}
