//! What others may ask: who decides on a case (`approval.authority`), and which duties fall into a period (`duty.due`). The columns
//! stand in `docs/reference/topics.md`.

pub mod duties;

use self::duties::Duty;
use crate::household::homes;
use crate::order;
use crate::rules::authority::governing;
use doudi_sdk::prelude::*;

impl Answer for crate::DelegatedApproval {
    fn answer(context: &Context, topic: &str, on: Date, block: Block) -> Result<Block> {
        match topic {
            "approval.authority" => authority(on, &block),
            "duty.due" => {
                let table = block.table("period")?;
                let day = |name: &str| -> Result<Date> {
                    let days = table.int_column(name)?.get(0).unwrap_or(0);
                    Ok(Date::from_days(i32::try_from(days).unwrap_or(i32::MAX)))
                };
                let duties = duties::within(context, day("begins")?, day("ends")?)?;
                Ok(due(&duties))
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

fn due(duties: &[Duty]) -> Block {
    Block::of(
        Table::new("duty", duties.len())
            .texts("code", duties.iter().map(|duty| duty.code))
            .texts("label", duties.iter().map(|duty| duty.label.as_str()))
            .ints("due", duties.iter().map(|duty| duty.due))
            .optional_ints("advised", duties.iter().map(|duty| duty.advised))
            .ints("done", duties.iter().map(|duty| duty.done as i64))
            .ints("of", duties.iter().map(|duty| duty.of as i64))
            .texts("article", duties.iter().map(|duty| duty.article))
            .texts("page", duties.iter().map(|duty| duty.page.as_str())),
    )
}
