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
use crate::codes::figure;
use crate::rules::form::Form;
use crate::running::{LABEL, Line, SCHEME};
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// Households an answer holds at most.
const LIMIT: i64 = 2_000;
/// Applications looked up for an answer: those of lines that began a short while ago.
const LOOKED_UP: usize = 300;

impl Answer for crate::CareContracts {
    fn answer(_: &Context, topic: &str, on: Date, block: Block) -> Result<Block> {
        match topic {
            "benefit.recipients" => {
                let page = Window::of(&block, "page")?;
                Ok(recipients(&decisions::in_force(SCHEME, on, None, page.after, page.limit)?))
            }
            "benefit.payables" => payables(on, &Window::of(&block, "page")?),
            "benefit.cases" => cases::cases(&Window::of(&block, "page")?),
            "approval.decided" => cases::decided(&Window::of(&block, "period")?, &block),
            "duty.due" => duties::due(on, &block),
            other => Err(Refusal::unknown("问题", other)),
        }
    }
}

/// Where to begin, how many, and about whom.
struct Window {
    after: Id,
    limit: u32,
    since: Option<Date>,
}

/// One value of a question's only row.
fn value(block: &Block, table: &str, name: &str) -> Result<Option<i64>> {
    match block.find(table).filter(|table| table.find(name).is_some()) {
        Some(table) => Ok(table.int_column(name)?.get(0)),
        None => Ok(None),
    }
}

fn day(block: &Block, table: &str, name: &str) -> Result<Option<Date>> {
    Ok(value(block, table, name)?.and_then(|days| i32::try_from(days).ok()).map(Date::from_days))
}

impl Window {
    /// From the start when the question does not say.
    fn of(block: &Block, table: &str) -> Result<Window> {
        Ok(Window {
            after: Id(value(block, table, "after")?.unwrap_or(0)),
            limit: value(block, table, "limit")?.unwrap_or(LIMIT).clamp(1, LIMIT) as u32,
            since: day(block, table, "since")?,
        })
    }
}

fn recipients(lines: &[Decision]) -> Block {
    Block::of(
        Table::new("recipient", lines.len())
            .ints("household", lines.iter().map(|line| line.household.0))
            .optional_ints("person", lines.iter().map(|line| line.person.map(|person| person.0)))
            .ints("covered", lines.iter().map(|line| line.covered))
            .ints("begins", lines.iter().map(|line| line.begins)),
    )
}

/// One line to the person's own account.
struct Payable {
    line: Decision,
    base: i64,
    /// The care fee, where it goes to the person.
    supplement: i64,
    posted: Option<bool>,
}

fn payables(on: Date, page: &Window) -> Result<Block> {
    // The whole county's agreements would be read for each page of lines; a fee to anybody else is none of a roster's.
    let view = View::paid_themselves()?;
    let mut rows: Vec<Payable> = Vec::new();
    let mut after = page.after;
    loop {
        let lines = lines_on(on, page, after)?;
        let Some(last) = lines.last().map(|line| line.household) else { break };
        for line in lines {
            let (base, supplement) = to_the_person(&view, &line, on);
            // Without `since` a line that pays nothing here is no line: support in an institution is paid elsewhere.
            if page.since.is_some() || base + supplement > 0 {
                rows.push(Payable { line, base, supplement, posted: None });
            }
        }
        // A page of people in institutions is no end: the asker stops when nobody comes.
        if !rows.is_empty() {
            break;
        }
        after = last;
    }
    posted(on, &mut rows)?;
    let table = Table::new("payable", rows.len())
        .texts("scheme", rows.iter().map(|_| SCHEME))
        .texts("label", rows.iter().map(|_| LABEL))
        .ints("household", rows.iter().map(|row| row.line.household.0))
        .optional_ints("person", rows.iter().map(|row| row.line.person.map(|person| person.0)))
        .ints("covered", rows.iter().map(|row| i64::from(row.base + row.supplement > 0)))
        .ints("decision", rows.iter().map(|row| row.line.id.0))
        .ints("amount", rows.iter().map(|row| row.base + row.supplement))
        .ints("base", rows.iter().map(|row| row.base))
        .ints("supplement", rows.iter().map(|row| row.supplement))
        .ints("begins", rows.iter().map(|row| row.line.begins))
        .optional_ints("ceiling", rows.iter().map(|row| (row.base > 0).then_some(row.base)))
        .optional_ints("posted", rows.iter().map(|row| row.posted.map(i64::from)));
    let members: Vec<i64> = rows.iter().map(|row| row.line.person.unwrap_or_default().0).collect();
    let ends = (1..=rows.len() as u32).collect();
    Ok(Block::of(table).with(Table::new("member", members.len()).ends(ends).ints("person", members)))
}

fn to_the_person(view: &View, line: &Decision, on: Date) -> (i64, i64) {
    if !line.pays_on(on) || line.form() == Form::Central {
        return (0, 0);
    }
    let cared = view.cared(line.clone(), on);
    let fee = cared
        .agreement
        .as_ref()
        .filter(|_| cared.invalid.is_none())
        .filter(|agreed| agreed.payee == Payee::Person)
        .map_or(0, |agreed| agreed.fee);
    (line.value(figure::BASIC), fee)
}

/// The decisions that govern the day; with `since` one for each person of each household decided about, paying or not.
fn lines_on(on: Date, page: &Window, after: Id) -> Result<Vec<Decision>> {
    let Some(since) = page.since else { return decisions::in_force(SCHEME, on, None, after, page.limit) };
    // Every line there is, begun or not: the households must not depend on the day.
    let mut lines: BTreeMap<(Id, Option<Id>), Decision> = BTreeMap::new();
    for decision in decisions::in_force(SCHEME, Date::MAX, Some(since), after, page.limit)? {
        let nothing_yet = Decision { effect: "stop".to_owned(), ..decision };
        lines.insert((nothing_yet.household, nothing_yet.person), nothing_yet);
    }
    for decision in decisions::in_force(SCHEME, on, Some(since), after, page.limit)? {
        if let Some(line) = lines.get_mut(&(decision.household, decision.person)) {
            *line = decision;
        }
    }
    Ok(lines.into_values().collect())
}

/// Whether those who are paid for the first time were posted; of others nobody asks.
fn posted(on: Date, rows: &mut [Payable]) -> Result<()> {
    let recent = on.first_of_month().add_months(-1);
    let fresh = rows.iter_mut().filter(|row| row.base > 0 && row.line.begins >= recent).take(LOOKED_UP);
    for row in fresh {
        let Some(document) = row.line.document else { continue };
        let document = documents::get(document)?;
        if document.collection == "application" {
            row.posted = Some(document.body::<crate::application::Application>()?.posted.is_some());
        }
    }
    Ok(())
}
