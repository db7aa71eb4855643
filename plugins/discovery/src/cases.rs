//! What other measures say about families, asked without knowing them: who is covered, who was recognised, and which cases are or were
//! open. Nobody answering is an empty list.

use crate::rules::words::CaseOutcome;
use doudi_sdk::prelude::*;
use std::collections::BTreeSet;

/// Rows asked for at once.
const LIMIT: i64 = 2_000;

/// One case of a benefit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub document: Id,
    pub household: Id,
    pub person: Option<Id>,
    pub scheme: String,
    pub label: String,
    pub opened: Date,
    pub closed: Option<Date>,
    pub outcome: Option<CaseOutcome>,
    /// An officer helped to apply.
    pub proxy: bool,
}

fn page(after: i64, since: Option<Date>) -> Block {
    let table = Table::new("page", 1).ints("after", [after]).ints("limit", [LIMIT]);
    Block::of(match since {
        Some(since) => table.ints("since", [since]),
        None => table,
    })
}

/// The answers to one page of a topic; a county that lets nobody be asked gets none.
fn ask(topic: &str, on: Date, question: &Block) -> Vec<questions::Reply> {
    match questions::ask(topic, on, question) {
        Ok(replies) => replies,
        Err(refusal) => {
            log::warn(&format!("{topic}: {refusal}"));
            Vec::new()
        }
    }
}

/// The cases open on a day; with `since` also those closed on or after that day. By household and day of opening.
///
/// # Errors
/// `internal` when an answer is not of the topic's columns.
pub fn cases(on: Date, since: Option<Date>) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    // Every measure numbers its documents in the same row; each is asked on from the least that was reached.
    let mut after = 0;
    loop {
        let mut reached: Option<i64> = None;
        let mut fresh = Vec::new();
        for reply in ask("benefit.cases", on, &page(after, since)) {
            let Some(table) = reply.block.find("case") else { continue };
            let last = read_cases(table, &mut fresh)?;
            if table.rows as i64 >= LIMIT {
                reached = Some(reached.map_or(last, |reached: i64| reached.min(last)));
            }
        }
        // What lies beyond the least comes again with the next page.
        cases.extend(fresh.into_iter().filter(|case| reached.is_none_or(|reached| case.document.0 <= reached)));
        match reached {
            Some(reached) if reached > after => after = reached,
            _ => break,
        }
    }
    cases.sort_by_key(|case| (case.household, case.opened, case.document));
    cases.dedup_by_key(|case| case.document);
    Ok(cases)
}

fn read_cases(table: &Table, into: &mut Vec<Case>) -> Result<i64> {
    let (documents, households) = (table.int_column("document")?, table.int_column("household")?);
    let opened = table.int_column("opened")?;
    let (schemes, labels) = (table.text_column("scheme")?, table.text_column("label")?);
    let optional = |name: &str| table.find(name).map(|_| table.int_column(name)).transpose();
    let (persons, closed, proxies) = (optional("person")?, optional("closed")?, optional("proxy")?);
    let outcomes = table.find("outcome").map(|_| table.text_column("outcome")).transpose()?;
    let day = |value: i64| Date::from_days(i32::try_from(value).unwrap_or_default());
    let mut last = 0;
    for row in 0..table.rows as usize {
        last = documents.value(row);
        into.push(Case {
            document: Id(last),
            household: Id(households.value(row)),
            person: persons.and_then(|column| column.get(row)).map(Id),
            scheme: schemes.get(row).unwrap_or_default().to_owned(),
            label: labels.get(row).unwrap_or_default().to_owned(),
            opened: day(opened.value(row)),
            closed: closed.and_then(|column| column.get(row)).map(day),
            outcome: outcomes.and_then(|column| column.get(row)).and_then(CaseOutcome::of),
            proxy: proxies.and_then(|column| column.get(row)) == Some(1),
        });
    }
    Ok(last)
}

/// The households of a window (above `after`, up to `last`) that are covered on a day: paid by a benefit, or recognised as 边缘 family.
///
/// # Errors
/// As [`cases`].
pub fn covered(on: Date, after: Id, last: Id) -> Result<BTreeSet<Id>> {
    let mut covered = BTreeSet::new();
    for (topic, table) in [("benefit.recipients", "recipient"), ("benefit.recognised", "recognised")] {
        let mut from = after.0;
        loop {
            // The next page begins at the household every measure has reached; sets do not mind hearing twice.
            let mut reached: Option<i64> = None;
            for reply in ask(topic, on, &page(from, None)) {
                let Some(table) = reply.block.find(table) else { continue };
                let households = table.int_column("household")?.values();
                covered.extend(households.iter().filter(|id| **id > after.0 && **id <= last.0).map(|id| Id(*id)));
                // A page may hold several rows of a household, so it is full by households.
                let distinct: BTreeSet<i64> = households.iter().copied().collect();
                if let Some(end) = distinct.last().copied().filter(|_| distinct.len() as i64 >= LIMIT) {
                    reached = Some(reached.map_or(end, |reached: i64| reached.min(end)));
                }
            }
            match reached {
                Some(reached) if reached > from && reached < last.0 => from = reached,
                _ => break,
            }
        }
    }
    Ok(covered)
}
