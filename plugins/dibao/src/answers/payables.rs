//! `benefit.recipients`, `benefit.recognised` and `benefit.payables`: who is covered on a day, who is recognised, and what is paid. With `since` a household that pays nothing on
//! the day asked comes with amount 0, so that whoever asks for several days sees the same households each time.

use super::Window;
use crate::application::Application;
use crate::family::Family;
use crate::rules::household::{Standing, standing};
use crate::running::{EDGE, LABEL, SCHEME};
use crate::terms_on;
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// Applications looked up for an answer: those of lines that began a short while ago.
const LOOKED_UP: usize = 300;

pub fn recipients(on: Date, page: &Window) -> Result<Block> {
    let lines = decisions::in_force(SCHEME, on, None, page.after, page.limit)?;
    Ok(covered(&lines))
}

/// Families recognised without being paid: 边缘.
pub fn recognised(on: Date, page: &Window) -> Result<Block> {
    let lines = decisions::in_force(EDGE, on, None, page.after, page.limit)?;
    Ok(Block::of(
        Table::new("recognised", lines.len())
            .ints("household", lines.iter().map(|line| line.household.0))
            .texts("scheme", lines.iter().map(|_| EDGE)),
    ))
}

fn covered(lines: &[Decision]) -> Block {
    Block::of(
        Table::new("recipient", lines.len())
            .ints("household", lines.iter().map(|line| line.household.0))
            .optional_ints("person", lines.iter().map(|line| line.person.map(|person| person.0)))
            .ints("covered", lines.iter().map(|line| line.covered))
            .ints("begins", lines.iter().map(|line| line.begins)),
    )
}

/// One line of entitlement on a day.
struct Payable {
    decision: Decision,
    pays: bool,
    members: Vec<Id>,
    posted: Option<bool>,
}

pub fn payables(on: Date, page: &Window) -> Result<Block> {
    let mut rows: Vec<Payable> = lines_on(on, page)?
        .into_iter()
        .map(|decision| Payable { pays: decision.pays_on(on), decision, members: Vec::new(), posted: None })
        .collect();
    members(on, &mut rows)?;
    posted(on, &mut rows)?;
    let table = Table::new("payable", rows.len())
        .texts("scheme", rows.iter().map(|_| SCHEME))
        .texts("label", rows.iter().map(|_| LABEL))
        .ints("household", rows.iter().map(|row| row.decision.household.0))
        .optional_ints("person", rows.iter().map(|row| row.decision.person.map(|person| person.0)))
        .ints("covered", rows.iter().map(Payable::covered))
        .ints("decision", rows.iter().map(|row| row.decision.id.0))
        .ints("amount", rows.iter().map(|row| row.amount().0))
        .ints("base", rows.iter().map(|row| (row.amount() - row.supplement()).0))
        .ints("supplement", rows.iter().map(|row| row.supplement().0))
        .ints("begins", rows.iter().map(|row| row.decision.begins))
        .optional_ints("ceiling", rows.iter().map(Payable::ceiling))
        .optional_ints("posted", rows.iter().map(|row| row.posted.map(i64::from)));
    let mut end = 0;
    let mut ends = Vec::with_capacity(rows.len());
    for row in &rows {
        end += row.members.len() as u32;
        ends.push(end);
    }
    let persons: Vec<i64> = rows.iter().flat_map(|row| &row.members).map(|person| person.0).collect();
    Ok(Block::of(table).with(Table::new("member", persons.len()).ends(ends).ints("person", persons)))
}

impl Payable {
    fn amount(&self) -> Fen {
        if self.pays { self.decision.amount } else { Fen::ZERO }
    }

    fn supplement(&self) -> Fen {
        Fen(self.decision.figure("supplement").unwrap_or(0)).min(self.amount()).or_zero()
    }

    fn covered(&self) -> i64 {
        if self.pays { i64::from(self.decision.covered) } else { 0 }
    }

    /// S×n. Grace pays what was paid before it, whatever the line is now.
    fn ceiling(&self) -> Option<i64> {
        let standard = self.decision.figure("standard").filter(|_| self.decision.outcome != "grace")?;
        Some(standard * i64::from(self.decision.covered))
    }
}

/// The decisions that govern the day; with `since` one for each line of each household decided about, paying or not.
fn lines_on(on: Date, page: &Window) -> Result<Vec<Decision>> {
    let Some(since) = page.since else {
        return decisions::in_force(SCHEME, on, None, page.after, page.limit);
    };
    // Every line there is, begun or not: the households must not depend on the day.
    let mut lines: BTreeMap<(Id, Option<Id>), Decision> = BTreeMap::new();
    for decision in decisions::in_force(SCHEME, Date::MAX, Some(since), page.after, page.limit)? {
        let nothing_yet = Decision { effect: "stop".to_owned(), ..decision };
        lines.insert((nothing_yet.household, nothing_yet.person), nothing_yet);
    }
    for decision in decisions::in_force(SCHEME, on, Some(since), page.after, page.limit)? {
        if let Some(line) = lines.get_mut(&(decision.household, decision.person)) {
            *line = decision;
        }
    }
    Ok(lines.into_values().collect())
}

/// Whom each line covers: the one it was made for, or those of the household who count on the day.
fn members(on: Date, rows: &mut [Payable]) -> Result<()> {
    let mut households: Vec<Id> =
        rows.iter().filter(|row| row.decision.person.is_none()).map(|row| row.decision.household).collect();
    households.dedup();
    let mut counted: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
    if !households.is_empty() {
        let terms = terms_on(on)?;
        let block = records::households(&households, on)?;
        let mut families = block.read::<Family>()?;
        while let Some(family) = families.next() {
            let who = family
                .members
                .iter()
                .filter(|member| standing(member, on, terms.adult_born_by) == Standing::Counted)
                .map(|member| member.person);
            counted.insert(family.household, who.collect());
        }
    }
    for row in rows {
        row.members = match row.decision.person {
            Some(person) => vec![person],
            None => counted.get(&row.decision.household).cloned().unwrap_or_default(),
        };
    }
    Ok(())
}

/// Whether those who are paid for the first time were posted; of others nobody asks.
fn posted(on: Date, rows: &mut [Payable]) -> Result<()> {
    let recent = on.first_of_month().add_months(-1);
    let fresh = rows.iter_mut().filter(|row| row.pays && row.decision.begins >= recent).take(LOOKED_UP);
    for row in fresh {
        let Some(document) = row.decision.document else { continue };
        let document = documents::get(document)?;
        if document.collection == "application" {
            row.posted = Some(document.body::<Application>()?.posted.is_some());
        }
    }
    Ok(())
}
