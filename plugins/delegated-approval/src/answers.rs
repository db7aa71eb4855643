//! What others may ask: who decides on a case (`approval.authority`), and which duties fall into a period (`duty.due`). The columns
//! stand in `docs/reference/topics.md`.

pub mod duties;

use crate::household::homes;
use crate::order;
use crate::rules::authority::governing;
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;

impl Answer for crate::DelegatedApproval {
    fn answer(context: &Context, topic: &str, on: Date, block: Block) -> Result<Block> {
        match topic {
            "approval.authority" => authority(on, &block),
            "duty.due" => {
                let Period { from, to } = Period::begins_ends(&block)?;
                Ok(topics::duties(&duties::within(context, from, to)?))
            }
            other => Err(Refusal::unknown("问题", other)),
        }
    }
}

/// One row for each row asked: the town where an order of its own says so on the day, else the county.
fn authority(on: Date, block: &Block) -> Result<Block> {
    let table = block.table("case")?;
    let (households, schemes) = (table.int_column("household")?, table.text_column("scheme")?);
    let asked: Vec<Id> = households.values().iter().copied().map(Id).collect();
    let homes = homes(&asked, on)?;
    let orders = order::governing()?;
    let level = |(row, household): (usize, &Id)| {
        let town = homes.get(household).and_then(|home| home.town());
        let scheme = schemes.get(row).unwrap_or_default();
        match town.and_then(|town| governing(&orders, town, scheme, on)) {
            Some(_) => "town",
            None => "county",
        }
    };
    let levels: Vec<&str> = asked.iter().enumerate().map(level).collect();
    Ok(Block::of(Table::new("authority", levels.len()).texts("level", levels)))
}
