//! What other measures may ask, and the kernel for 义务日历. The columns of every topic stand in `docs/reference/topics.md`; amounts are
//! fen a month, dates days.

mod cases;
mod duties;
mod payables;

use doudi_sdk::prelude::*;

pub(crate) use duties::Rhythm;

/// Rows an answer holds at most.
const LIMIT: i64 = 2_000;

impl Answer for crate::Dibao {
    fn answer(context: &Context, topic: &str, on: Date, block: Block) -> Result<Block> {
        match topic {
            "benefit.recipients" => payables::recipients(on, &Window::of(&block, "page")?),
            "benefit.payables" => payables::payables(on, &Window::of(&block, "page")?),
            "benefit.recognised" => payables::recognised(on, &Window::of(&block, "page")?),
            "benefit.cases" => cases::cases(on, &Window::of(&block, "page")?),
            "approval.decided" => cases::decided(Period::of(&block, "from", "to")?, &Window::of(&block, "period")?),
            "duty.due" => duties::due(context.today, Period::of(&block, "begins", "ends")?),
            other => Err(Refusal::unknown("问题", other)),
        }
    }
}

/// Where to begin, how many, and about whom.
pub(crate) struct Window {
    pub after: Id,
    pub limit: u32,
    pub since: Option<Date>,
    /// Only this one's.
    pub household: Option<Id>,
    /// Only lines of one person, or only those of a household as a whole.
    pub personal: Option<bool>,
}

/// Inclusive days.
#[derive(Clone, Copy)]
pub(crate) struct Period {
    pub from: Date,
    pub to: Date,
}

impl Window {
    /// From the start when the question does not say.
    fn of(block: &Block, table: &str) -> Result<Window> {
        let value = |name: &str| first(block, table, name);
        Ok(Window {
            after: Id(value("after")?.unwrap_or(0)),
            limit: value("limit")?.unwrap_or(LIMIT).clamp(1, LIMIT) as u32,
            since: value("since")?.and_then(day),
            household: value("household")?.map(Id),
            personal: value("personal")?.map(|personal| personal == 1),
        })
    }
}

impl Period {
    fn of(block: &Block, from: &str, to: &str) -> Result<Period> {
        let date = |name: &str| -> Result<Date> {
            let days = first(block, "period", name)?;
            days.and_then(day).ok_or_else(|| Refusal::invalid(format!("问题没有给出时段的“{name}”")))
        };
        Ok(Period { from: date(from)?, to: date(to)? })
    }
}

fn day(days: i64) -> Option<Date> {
    i32::try_from(days).ok().map(Date::from_days)
}

/// The first value of a column, where there is one.
fn first(block: &Block, table: &str, column: &str) -> Result<Option<i64>> {
    match block.find(table).filter(|table| table.find(column).is_some()) {
        Some(table) => Ok(table.int_column(column)?.get(0)),
        None => Ok(None),
    }
}
