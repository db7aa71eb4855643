//! `benefit.payables`: what is paid on a day, to whom, and whom it covers. With `since` a household that is paid nothing on the
//! day asked comes with amount 0, so that whoever asks for several days sees the same households each time.

use crate::application::Application;
use crate::codes::{code, figure};
use crate::family::Family;
use crate::rules::household::{Standing, standing};
use crate::running::{LABEL, SCHEME};
use crate::terms_on;
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// Applications looked up for an answer: those of lines that began a short while ago.
const LOOKED_UP: usize = 300;

/// One line of entitlement on a day.
struct Payable {
    decision: Id,
    household: Id,
    person: Option<Id>,
    /// Decided about and paying nothing on the day: with `since` such a line is told, too.
    pays: bool,
    amount: Fen,
    supplement: Fen,
    covered: i64,
    begins: Date,
    /// A first award, which was posted.
    granted: bool,
    /// S×n. Grace pays what was paid before it, whatever the line is now.
    ceiling: Option<i64>,
    members: Vec<Id>,
    posted: Option<bool>,
}

impl Payable {
    fn nothing(self) -> Payable {
        let (amount, supplement) = (Fen::ZERO, Fen::ZERO);
        Payable { pays: false, amount, supplement, covered: 0, ..self }
    }
}

pub fn payables(on: Date, asked: &Asked) -> Result<Block> {
    let mut rows = lines_asked(on, asked)?;
    members(on, &mut rows)?;
    posted(on, &mut rows)?;
    let table = Table::new("payable", rows.len())
        .texts("scheme", rows.iter().map(|_| SCHEME))
        .texts("label", rows.iter().map(|_| LABEL))
        .ints("household", rows.iter().map(|row| row.household.0))
        .optional_ints("person", rows.iter().map(|row| row.person.map(|person| person.0)))
        .ints("covered", rows.iter().map(|row| row.covered))
        .ints("decision", rows.iter().map(|row| row.decision.0))
        .ints("amount", rows.iter().map(|row| row.amount.0))
        .ints("base", rows.iter().map(|row| (row.amount - row.supplement).0))
        .ints("supplement", rows.iter().map(|row| row.supplement.0))
        .ints("begins", rows.iter().map(|row| row.begins))
        .optional_ints("ceiling", rows.iter().map(|row| row.ceiling))
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

/// Those of [`lines_on`] that were asked for. Lines of one person are few: a page without any is no end, and the search goes on.
fn lines_asked(on: Date, asked: &Asked) -> Result<Vec<Payable>> {
    let Some(personal) = asked.personal else { return Ok(lines_on(on, asked, asked.after, asked.limit)?.0) };
    let step = if personal { topics::LIMIT } else { asked.limit };
    let mut after = asked.after;
    loop {
        let (mut lines, last) = lines_on(on, asked, after, step)?;
        lines.retain(|line| line.person.is_some() == personal);
        keep_households(&mut lines, asked.limit as usize);
        match last {
            Some(last) if lines.is_empty() => after = last,
            _ => return Ok(lines),
        }
    }
}

/// The lines of the first so many households.
fn keep_households(lines: &mut Vec<Payable>, limit: usize) {
    let mut households = 0;
    let beyond = (0..lines.len()).find(|at| {
        households += usize::from(*at == 0 || lines[at - 1].household != lines[*at].household);
        households > limit
    });
    lines.truncate(beyond.unwrap_or(lines.len()));
}

/// The lines of decisions that govern the day, and the last household looked at; with `since` one for each line of each household
/// decided about, paying or not.
fn lines_on(on: Date, asked: &Asked, after: Id, limit: u32) -> Result<(Vec<Payable>, Option<Id>)> {
    let Some(since) = asked.since else { return read(on, None, after, limit) };
    // Every line there is, begun or not: the households must not depend on the day.
    let (all, last) = read(Date::MAX, Some(since), after, limit)?;
    let mut lines: BTreeMap<(Id, Option<Id>), Payable> =
        all.into_iter().map(|line| ((line.household, line.person), line.nothing())).collect();
    for governing in read(on, Some(since), after, limit)?.0 {
        if let Some(line) = lines.get_mut(&(governing.household, governing.person)) {
            *line = governing;
        }
    }
    Ok((lines.into_values().collect(), last))
}

fn read(on: Date, since: Option<Date>, after: Id, limit: u32) -> Result<(Vec<Payable>, Option<Id>)> {
    let (supplement, standard) = (code(figure::SUPPLEMENT), code(figure::STANDARD));
    let mut lines = Vec::new();
    let last = decisions::page(SCHEME, on, since, after, limit, &[supplement, standard], |line| {
        let ceiling = line.figure(standard).filter(|_| line.outcome != "grace").map(|standard| standard * line.covered);
        let amount = line.amount;
        let read = Payable {
            decision: line.id,
            household: line.household,
            person: line.person,
            pays: true,
            amount,
            supplement: Fen(line.figure(supplement).unwrap_or(0)).min(amount).or_zero(),
            covered: line.covered,
            begins: line.begins,
            granted: line.effect == "grant",
            ceiling,
            members: Vec::new(),
            posted: None,
        };
        lines.push(if line.pays { read } else { read.nothing() });
        Ok(())
    })?;
    Ok((lines, last))
}

/// Whom each line covers: the one it was made for, or those of the household who count on the day.
fn members(on: Date, rows: &mut [Payable]) -> Result<()> {
    let mut households: Vec<Id> = rows.iter().filter(|row| row.person.is_none()).map(|row| row.household).collect();
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
        row.members = match row.person {
            Some(person) => vec![person],
            None => counted.get(&row.household).cloned().unwrap_or_default(),
        };
    }
    Ok(())
}

/// Whether those who were awarded a short while ago were posted; of others nobody asks.
fn posted(on: Date, rows: &mut [Payable]) -> Result<()> {
    let recent = on.first_of_month().add_months(-1);
    let fresh = rows.iter_mut().filter(|row| row.pays && row.granted && row.begins >= recent).take(LOOKED_UP);
    for row in fresh {
        let Some(document) = decisions::get(row.decision)?.document else { continue };
        let document = documents::get(document)?;
        if document.collection == "application" {
            row.posted = Some(document.body::<Application>()?.posted.is_some());
        }
    }
    Ok(())
}
