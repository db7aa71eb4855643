//! What the measures of the county pay and decide, asked without knowing them: `benefit.recipients`, `benefit.recognised`, `benefit.cases`. Each answers a
//! page at a time, in order; the slowest tells where to go on.

use crate::rules::watch::Line;
use doudi_sdk::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Households or cases asked for at once.
const PAGE: i64 = 2_000;
/// Pages of cases a page for one household reads at most, when nobody narrows the answer down.
const PATIENCE: usize = 5;

/// What each household receives.
pub type Lines = BTreeMap<Id, Vec<Line>>;

/// The lines of these households, in ascending order; everything between the first and the last is asked for at once.
///
/// # Errors
/// What the measures that answer say.
pub fn among(households: &[Id], on: Date) -> Result<Lines> {
    let mut lines = Lines::new();
    let (Some(first), Some(last)) = (households.first(), households.last()) else { return Ok(lines) };
    let limit = if first == last { 1 } else { PAGE };
    let mut after = Id(first.0 - 1);
    loop {
        let page = Table::new("page", 1).ints("after", [after.0]).ints("limit", [limit]);
        let mut reached: Option<Id> = None;
        for reply in questions::ask("benefit.recipients", on, &Block::of(page))? {
            let Some(end) = add(&reply, &mut lines)? else { continue };
            reached = Some(reached.map_or(end, |before| before.min(end)));
        }
        match reached {
            Some(end) if end < *last && end > after => after = end,
            _ => break,
        }
    }
    let wanted: BTreeSet<Id> = households.iter().copied().collect();
    lines.retain(|household, _| wanted.contains(household));
    Ok(lines)
}

/// Those of these households, in ascending order, that another measure recognises without paying them (边缘).
///
/// # Errors
/// What the measures that answer say.
pub fn recognised(households: &[Id], on: Date) -> Result<BTreeSet<Id>> {
    let mut known = BTreeSet::new();
    let (Some(first), Some(last)) = (households.first(), households.last()) else { return Ok(known) };
    let limit = if first == last { 1 } else { PAGE };
    let mut after = Id(first.0 - 1);
    loop {
        let page = Table::new("page", 1).ints("after", [after.0]).ints("limit", [limit]);
        let mut reached: Option<Id> = None;
        for reply in questions::ask("benefit.recognised", on, &Block::of(page))? {
            let Some(table) = reply.block.find("recognised") else { continue };
            let ids = table.int_column("household")?;
            known.extend(ids.values().iter().map(|id| Id(*id)));
            if let Some(end) = ids.values().iter().max() {
                reached = Some(reached.map_or(Id(*end), |before| before.min(Id(*end))));
            }
        }
        match reached {
            Some(end) if end < *last && end > after => after = end,
            _ => break,
        }
    }
    let wanted: BTreeSet<Id> = households.iter().copied().collect();
    Ok(known.intersection(&wanted).copied().collect())
}

/// Adds one answer; the last household in it.
fn add(reply: &questions::Reply, lines: &mut Lines) -> Result<Option<Id>> {
    let Some(table) = reply.block.find("recipient") else { return Ok(None) };
    let (household, person) = (table.int_column("household")?, table.int_column("person")?);
    let (covered, begins) = (table.int_column("covered")?, table.int_column("begins")?);
    let mut last = None;
    for row in 0..table.rows as usize {
        let id = Id(household.value(row));
        let line = Line {
            plugin: reply.plugin.clone(),
            person: person.get(row).map(Id),
            covered: covered.value(row),
            begins: day(begins.value(row)),
        };
        let known = lines.entry(id).or_default();
        if !known.contains(&line) {
            known.push(line);
        }
        last = last.max(Some(id));
    }
    Ok(last)
}

fn day(days: i64) -> Date {
    Date::from_days(i32::try_from(days).unwrap_or_default())
}

/// A case of another measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub plugin: String,
    pub document: Id,
    pub household: Id,
    pub person: Option<Id>,
    pub scheme: String,
    pub label: String,
    pub opened: Date,
    pub closed: Option<Date>,
    pub outcome: Option<String>,
}

/// Open cases, and with `since` those closed on or after that day, too; of one household where one is named.
///
/// # Errors
/// What the measures that answer say.
pub fn cases(on: Date, since: Option<Date>, household: Option<Id>) -> Result<Vec<Case>> {
    let mut cases: BTreeMap<(String, Id), Case> = BTreeMap::new();
    let mut after = Id(0);
    for page in 0.. {
        let table = Table::new("page", 1)
            .ints("after", [after.0])
            .ints("limit", [PAGE])
            .optional_ints("since", [since])
            .optional_ints("household", [household.map(|id| id.0)]);
        let mut reached: Option<Id> = None;
        for reply in questions::ask("benefit.cases", on, &Block::of(table))? {
            let mut end = None;
            for case in read(&reply)? {
                end = end.max(Some(case.document));
                if household.is_none_or(|wanted| wanted == case.household) {
                    cases.insert((case.plugin.clone(), case.document), case);
                }
            }
            if let Some(end) = end {
                reached = Some(reached.map_or(end, |before| before.min(end)));
            }
        }
        match reached {
            Some(end) if end > after && (household.is_none() || page + 1 < PATIENCE) => after = end,
            _ => break,
        }
    }
    Ok(cases.into_values().collect())
}

fn read(reply: &questions::Reply) -> Result<Vec<Case>> {
    let Some(table) = reply.block.find("case") else { return Ok(Vec::new()) };
    let ints = |name: &str| table.int_column(name);
    let (document, household, person) = (ints("document")?, ints("household")?, ints("person")?);
    let (opened, closed) = (ints("opened")?, ints("closed")?);
    let (scheme, label, outcome) =
        (table.text_column("scheme")?, table.text_column("label")?, table.text_column("outcome")?);
    let row = |row: usize| Case {
        plugin: reply.plugin.clone(),
        document: Id(document.value(row)),
        household: Id(household.value(row)),
        person: person.get(row).map(Id),
        scheme: scheme.get(row).unwrap_or_default().to_owned(),
        label: label.get(row).unwrap_or_default().to_owned(),
        opened: day(opened.value(row)),
        closed: closed.get(row).map(day),
        outcome: outcome.get(row).map(str::to_owned),
    };
    Ok((0..table.rows as usize).map(row).collect())
}
