//! What other measures may ask.
//!
//! The question, for both topics, is a block of one table `page` with one row: `after` (a household id, 0 to begin) and
//! `limit` (at most 200). The answer is a block of one table, a row for each line of decisions that pays on the day, by
//! household; ask again after the last household until fewer households than the limit come back.
//! The columns are in `docs/reference/topics.md`.

use crate::running::{SCHEME, paying};
use doudi_sdk::prelude::*;

/// Households an answer holds at most.
const LIMIT: i64 = 200;

impl Answer for crate::Dibao {
    fn answer(_: &Context, topic: &str, on: Date, block: Block) -> Result<Block> {
        let (after, limit) = window(&block)?;
        let mut lines = Vec::new();
        for household in records::recipients(SCHEME, on, after, limit)? {
            lines.extend(paying(household, on)?);
        }
        let table = |name| {
            Table::new(name, lines.len())
                .ints("household", lines.iter().map(|line| line.household.0))
                .optional_ints("person", lines.iter().map(|line| line.person.map(|person| person.0)))
                .ints("covered", lines.iter().map(|line| line.covered))
                .ints("begins", lines.iter().map(|line| line.begins))
        };
        match topic {
            "benefit.recipients" => Ok(Block::of(table("recipient"))),
            "benefit.payables" => {
                let figure = |line: &Decision, code: &str| line.figure(code).unwrap_or(0);
                Ok(Block::of(
                    table("payable")
                        .ints("decision", lines.iter().map(|line| line.id.0))
                        .ints("amount", lines.iter().map(|line| line.amount.0))
                        .ints("base", lines.iter().map(|line| figure(line, "base")))
                        .ints("supplement", lines.iter().map(|line| figure(line, "supplement"))),
                ))
            }
            other => Err(Refusal::unknown("问题", other)),
        }
    }
}

/// Where to begin and how many; from the start when the question does not say.
fn window(block: &Block) -> Result<(Id, u32)> {
    let Some(page) = block.find("page") else { return Ok((Id(0), LIMIT as u32)) };
    let value = |name: &str, otherwise: i64| -> Result<i64> {
        Ok(if page.find(name).is_some() { page.int_column(name)?.get(0).unwrap_or(otherwise) } else { otherwise })
    };
    Ok((Id(value("after", 0)?), value("limit", LIMIT)?.clamp(1, LIMIT) as u32))
}
