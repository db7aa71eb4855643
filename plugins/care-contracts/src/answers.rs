//! What other measures may ask. The columns of every topic stand in `docs/reference/topics.md` and nowhere else.
//!
//! `benefit.payables` tells what goes to the **person's own account**: those at home, their basic living money, and the care fee
//! where their agreement says it is paid to them. A fee paid to a carer, an institution or a provider, and the whole support of
//! those in an institution, has no place in the topic (a line has no payee but the household): these stand on the lists
//! 照料服务费名单 and 集中供养拨付名单 of this measure. Without an agreement that holds there is no fee to pay.

mod cases;
mod duties;

use crate::agreement::Payee;
use crate::care::View;
use crate::rules::form::Form;
use crate::running::{LABEL, SCHEME, Support};
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;
use std::collections::BTreeMap;

/// Applications looked up for an answer: those of lines that began a short while ago.
const LOOKED_UP: usize = 300;

impl Answer for crate::CareContracts {
    fn answer(_: &Context, topic: &str, on: Date, block: Block) -> Result<Block> {
        match topic {
            "benefit.recipients" => topics::recipients(SCHEME, on, &Asked::of(&block, "page")?),
            "benefit.payables" => payables(on, &Asked::of(&block, "page")?),
            "benefit.cases" => cases::cases(&Asked::of(&block, "page")?),
            "approval.decided" => cases::decided(Period::from_to(&block)?, &Asked::of(&block, "period")?),
            "duty.due" => Ok(topics::duties(&duties::of(Period::begins_ends(&block)?)?)),
            other => Err(Refusal::unknown("问题", other)),
        }
    }
}

/// A line of decisions on a day.
struct Governing {
    decision: Id,
    support: Support,
    pays: bool,
    /// A first award, which was posted.
    granted: bool,
}

/// One line to the person's own account.
struct Payable {
    line: Governing,
    base: i64,
    /// The care fee, where it goes to the person.
    supplement: i64,
    posted: Option<bool>,
}

fn payables(on: Date, asked: &Asked) -> Result<Block> {
    // The whole county's agreements would be read for each page of lines; a fee to anybody else is none of a roster's.
    let view = View::paid_themselves()?;
    let mut rows: Vec<Payable> = Vec::new();
    let mut after = asked.after;
    // Every line here is of one person.
    while asked.personal != Some(false) {
        let (lines, last) = lines_on(on, asked, after)?;
        for line in lines {
            let (base, supplement) = to_the_person(&view, &line, on);
            // Without `since` a line that pays nothing here is no line: support in an institution is paid elsewhere.
            if asked.since.is_some() || base + supplement > 0 {
                rows.push(Payable { line, base, supplement, posted: None });
            }
        }
        // A page of people in institutions is no end: the asker stops when nobody comes.
        match last {
            Some(last) if rows.is_empty() => after = last,
            _ => break,
        }
    }
    posted(on, &mut rows)?;
    let support = || rows.iter().map(|row| &row.line.support);
    let table = Table::new("payable", rows.len())
        .texts("scheme", rows.iter().map(|_| SCHEME))
        .texts("label", rows.iter().map(|_| LABEL))
        .ints("household", support().map(|support| support.household.0))
        .optional_ints("person", support().map(|support| support.person.map(|person| person.0)))
        .ints("covered", rows.iter().map(|row| i64::from(row.base + row.supplement > 0)))
        .ints("decision", rows.iter().map(|row| row.line.decision.0))
        .ints("amount", rows.iter().map(|row| row.base + row.supplement))
        .ints("base", rows.iter().map(|row| row.base))
        .ints("supplement", rows.iter().map(|row| row.supplement))
        .ints("begins", support().map(|support| support.begins))
        .optional_ints("ceiling", rows.iter().map(|row| (row.base > 0).then_some(row.base)))
        .optional_ints("posted", rows.iter().map(|row| row.posted.map(i64::from)));
    let members: Vec<i64> = support().map(|support| support.person.unwrap_or_default().0).collect();
    let ends = (1..=rows.len() as u32).collect();
    Ok(Block::of(table).with(Table::new("member", members.len()).ends(ends).ints("person", members)))
}

fn to_the_person(view: &View, line: &Governing, on: Date) -> (i64, i64) {
    if !line.pays || line.support.form == Form::Central {
        return (0, 0);
    }
    let cared = view.cared(line.support, on);
    let fee = cared
        .agreement
        .as_ref()
        .filter(|_| cared.invalid.is_none())
        .filter(|agreed| agreed.payee == Payee::Person)
        .map_or(0, |agreed| agreed.fee);
    (line.support.basic.0, fee)
}

/// The decisions that govern the day, and the last household looked at; with `since` one for each person of each household decided
/// about, paying or not.
fn lines_on(on: Date, asked: &Asked, after: Id) -> Result<(Vec<Governing>, Option<Id>)> {
    let Some(since) = asked.since else { return read(on, None, asked, after) };
    // Every line there is, begun or not: the households must not depend on the day.
    let (all, last) = read(Date::MAX, Some(since), asked, after)?;
    let key = |line: &Governing| (line.support.household, line.support.person);
    let mut lines: BTreeMap<(Id, Option<Id>), Governing> =
        all.into_iter().map(|line| (key(&line), Governing { pays: false, ..line })).collect();
    for governing in read(on, Some(since), asked, after)?.0 {
        if let Some(line) = lines.get_mut(&key(&governing)) {
            *line = governing;
        }
    }
    Ok((lines.into_values().collect(), last))
}

fn read(on: Date, since: Option<Date>, asked: &Asked, after: Id) -> Result<(Vec<Governing>, Option<Id>)> {
    let mut lines = Vec::new();
    let last = decisions::page(SCHEME, on, since, after, asked.limit, &Support::figures(), |line| {
        let granted = line.effect == "grant";
        lines.push(Governing { decision: line.id, support: Support::of(&line), pays: line.pays, granted });
        Ok(())
    })?;
    Ok((lines, last))
}

/// Whether those who were awarded a short while ago were posted; of others nobody asks.
fn posted(on: Date, rows: &mut [Payable]) -> Result<()> {
    let recent = on.first_of_month().add_months(-1);
    let fresh = |row: &&mut Payable| row.base > 0 && row.line.granted && row.line.support.begins >= recent;
    for row in rows.iter_mut().filter(fresh).take(LOOKED_UP) {
        let Some(document) = decisions::get(row.line.decision)?.document else { continue };
        let document = documents::get(document)?;
        if document.collection == "application" {
            row.posted = Some(document.body::<crate::application::Application>()?.posted.is_some());
        }
    }
    Ok(())
}
