//! 督查 figures of dibao. What each counts is a function of its own, and the page behind the figure lists what the same function gives:
//! a figure and its list cannot disagree.

use crate::application::Application;
use crate::change::Change;
use crate::family::Family;
use crate::ledger::{self, Limited};
use crate::rules::RuleSet;
use crate::rules::change::{death_due, months_paid_after_death};
use crate::rules::household::{Standing, standing};
use crate::rules::single::is_severe;
use crate::running::{EDGE, Line, lines_on};
use crate::terms_on;
use crate::upcoming::{self, Planned};
use doudi_sdk::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Everything in time.
const ALL: i64 = 10_000;
/// Households read at once.
const FAMILIES: usize = 2_000;

impl Indicators for crate::Dibao {
    fn indicators(context: &Context, begins: Date, ends: Date) -> Result<Vec<Indicator>> {
        let today = context.today;
        let share = |good: &dyn Fn(&(Document, Application)) -> bool, cases: &[(Document, Application)]| {
            (cases.iter().filter(|case| good(case)).count() as i64, cases.len() as i64)
        };
        let on_time = applications_due(begins, ends, today)?;
        let rechecks = rechecks_due(begins, ends, today)?;
        let deaths = deaths(begins, ends)?;
        let granted = decided(&["confirmed"], begins, ends)?;
        let refused = decided(&["refused"], begins, ends)?;
        let overturned = overturned()?;
        let day = ends.min(today);
        // A county's lines are tens of thousands: they are read once.
        let lines = lines_on(day)?;
        let singles = singles(day, &lines)?;
        let list = |page: &str, kind: &str| format!("{page}?list={kind}&from={begins}&to={ends}");
        let figure = |code: &str, label: &str, (part, whole): (i64, i64), target: Option<i64>, page: String| {
            Indicator { code: code.to_owned(), label: label.to_owned(), part, whole, target, drill_down: page }
        };
        let on_time = tally(on_time.iter().filter_map(|case| case.in_time(today)));
        let rechecked = tally(rechecks.iter().filter_map(|recheck| recheck.in_time(today)));
        let died_in_time = tally(deaths.iter().filter_map(|death| death.in_time));
        let paid_after = tally(deaths.iter().map(|death| death.months > 0));
        let mut figures = vec![
            figure("on-time", "申请按期办结", on_time, Some(ALL), list("cases", "due")),
            figure("rechecked", "定期核查按期完成", rechecked, Some(ALL), list("planned", "due")),
            figure("deaths-in-time", "去世变更三个月内办结", died_in_time, Some(ALL), list("deaths", "all")),
            figure("paid-after-death", "去世次月后仍有发放", paid_after, Some(0), list("deaths", "all")),
            figure(
                "overturned",
                "不予确认经抽查认定有误",
                share(&|(document, _)| overturned.contains(&document.id), &refused),
                Some(0),
                list("cases", "refused"),
            ),
            figure(
                "relatives",
                "新增对象中近亲属备案",
                share(&|(_, body)| body.was_relative(), &granted),
                None,
                list("cases", "granted"),
            ),
            figure(
                "singles",
                "边缘家庭重度残疾人以单人户纳入",
                tally(singles.iter().map(|single| single.covered)),
                None,
                format!("singles?on={day}"),
            ),
        ];
        if let Some(population) = population(day)? {
            let persons = lines.iter().map(|line| line.covered).sum();
            figures.push(figure(
                "coverage",
                "保障人数占户籍人口",
                (persons, population),
                None,
                format!("covered?on={day}"),
            ));
        }
        Ok(figures)
    }
}

/// How many are good, of how many.
fn tally(good: impl Iterator<Item = bool>) -> (i64, i64) {
    good.fold((0, 0), |(part, whole), good| (part + i64::from(good), whole + 1))
}

/// Applications whose limit lies in the period and that were decided, or should have been: each counts once, in the period of its
/// limit, whenever it is decided.
///
/// # Errors
/// As [`documents::find`].
pub fn applications_due(from: Date, to: Date, today: Date) -> Result<Vec<Limited>> {
    let mut found = ledger::limited(from, to)?;
    found.retain(|case| case.in_time(today).is_some());
    Ok(found)
}

/// Rechecks due in the period that were done, or should have been.
///
/// # Errors
/// As [`upcoming::planned`].
pub fn rechecks_due(from: Date, to: Date, today: Date) -> Result<Vec<Planned>> {
    let mut found = upcoming::planned(from, to, today)?;
    found.retain(|recheck| recheck.in_time(today).is_some());
    Ok(found)
}

/// Applications decided in the period, in order of id.
///
/// # Errors
/// As [`documents::find`].
pub fn decided(states: &[&str], from: Date, to: Date) -> Result<Vec<(Document, Application)>> {
    let found = ledger::closed("application", states, (from, to), Id(0), usize::MAX)?;
    found.into_iter().map(|document| Ok((document.clone(), document.body()?))).collect()
}

/// Refused applications that a spot check found wrong.
///
/// # Errors
/// As [`documents::find`].
pub fn overturned() -> Result<BTreeSet<Id>> {
    let mut found = BTreeSet::new();
    for document in documents::all(documents::Query::of("application").index("origin", "spot-check"))? {
        found.extend(document.body::<Application>()?.origin.and_then(|origin| origin.case));
    }
    Ok(found)
}

/// A death that was processed.
#[derive(Debug)]
pub struct Death {
    pub document: Document,
    pub died: Date,
    /// Months paid after the month of the death.
    pub months: u32,
    /// Within three months (民发〔2022〕83号); nothing is said where the rules of the day set no limit.
    pub in_time: Option<bool>,
}

/// Deaths confirmed in the period.
///
/// # Errors
/// As [`documents::find`].
pub fn deaths(from: Date, to: Date) -> Result<Vec<Death>> {
    let mut found = Vec::new();
    for document in ledger::closed("change", &["done"], (from, to), Id(0), usize::MAX)? {
        let body: Change = document.body()?;
        let ("death", Some(died)) = (body.kind.as_str(), body.on) else { continue };
        let due = RuleSet::on(document.since).and_then(|rules| death_due(died, &rules));
        found.push(Death {
            died,
            months: body.last_paid.map_or(0, |last| months_paid_after_death(died, last)),
            in_time: due.map(|due| document.since <= due),
            document,
        });
    }
    Ok(found)
}

/// A severely disabled member of a 边缘 family (57号 第八条), who may be covered alone.
#[derive(Debug)]
pub struct Single {
    pub household: Id,
    pub person: Id,
    pub covered: bool,
}

/// All of them on a day, with the lines that pay on it.
///
/// # Errors
/// As [`terms_on`].
pub fn singles(day: Date, lines: &[Line]) -> Result<Vec<Single>> {
    let mut covered: BTreeMap<Id, Vec<Option<Id>>> = BTreeMap::new();
    for line in lines {
        covered.entry(line.household).or_default().push(line.person);
    }
    // A family that is covered as a whole is none of the 边缘 families any more.
    let whole = |household: &Id| covered.get(household).is_some_and(|lines| lines.contains(&None));
    let mut households = Vec::new();
    decisions::scan(EDGE, day, &[], |line| {
        households.push(line.household);
        Ok(())
    })?;
    households.dedup();
    households.retain(|household| !whole(household));
    if households.is_empty() {
        return Ok(Vec::new());
    }
    let terms = terms_on(day)?;
    let mut found = Vec::new();
    for some in households.chunks(FAMILIES) {
        let block = records::households(some, day)?;
        let mut families = block.read::<Family>()?;
        while let Some(family) = families.next() {
            let lines = covered.get(&family.household);
            for member in family.members.iter() {
                if standing(member, day, terms.adult_born_by) == Standing::Counted
                    && is_severe(member.disability, member.grade)
                {
                    let covered = lines.is_some_and(|lines| lines.contains(&Some(member.person)));
                    found.push(Single { household: family.household, person: member.person, covered });
                }
            }
        }
    }
    Ok(found)
}

/// 户籍人口 of the county, where a measure knows that of every village; a county that lets nobody ask has no such figure.
fn population(day: Date) -> Result<Option<i64>> {
    let Ok(replies) = questions::ask("population.hukou", day, &Block::new()) else { return Ok(None) };
    let Some(reply) = replies.first() else { return Ok(None) };
    let counts = reply.block.table("population")?.int_column("count")?;
    if counts.values().is_empty() || counts.first_absent().is_some() {
        return Ok(None);
    }
    Ok(Some(counts.values().iter().sum()))
}
