//! What other measures may ask, and the kernel for 义务日历. The columns of every topic stand in `docs/reference/topics.md`; amounts are
//! fen a month, dates days.

mod cases;
mod duties;
mod payables;

use crate::running::{EDGE, SCHEME};
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;

pub(crate) use duties::Rhythm;

impl Answer for crate::Dibao {
    fn answer(context: &Context, topic: &str, on: Date, block: Block) -> Result<Block> {
        match topic {
            "benefit.recipients" => topics::recipients(SCHEME, on, &Asked::of(&block, "page")?),
            "benefit.payables" => payables::payables(on, &Asked::of(&block, "page")?),
            // 边缘 families are recognised without being paid.
            "benefit.recognised" => topics::recognised(EDGE, on, &Asked::of(&block, "page")?),
            "benefit.cases" => cases::cases(on, &Asked::of(&block, "page")?),
            "approval.decided" => cases::decided(Period::from_to(&block)?, &Asked::of(&block, "period")?),
            "duty.due" => Ok(topics::duties(&duties::due(context.today, Period::begins_ends(&block)?)?)),
            other => Err(Refusal::unknown("问题", other)),
        }
    }
}
