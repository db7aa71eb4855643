//! What the kernel's calendar of duties asks: the three days of each month (the notice of 2022-06-23, item 10), for those of the
//! county. A town sends no roster and is told of none.

use crate::roster::{self, Roster};
use crate::rules::path::Due;
use crate::settings::Settings;
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;

/// The topic.
pub const DUTIES: &str = "duty.due";

const ARTICLE: &str = "2022年6月23日通知第十条";

impl Answer for crate::Disbursement {
    fn answer(context: &Context, topic: &str, _: Date, question: Block) -> Result<Block> {
        if topic != DUTIES {
            return Err(Refusal::unknown("主题", topic));
        }
        Ok(topics::duties(&due(context, Period::begins_ends(&question)?)?))
    }
}

/// What is due in a period.
///
/// # Errors
/// `refused` when the statutory calendar of a year is not on record.
pub fn due(context: &Context, period: Period) -> Result<Vec<Duty>> {
    let settings: Settings = context.settings()?;
    let of_county = context.actor.division % 1_000_000 == 0;
    let Some(first) = settings.first_month().filter(|_| of_county) else { return Ok(Vec::new()) };
    let mut duties = Vec::new();
    let mut month = period.from.first_of_month().max(first);
    while month <= period.to {
        let path = settings.path(month)?;
        let rosters = roster::of_month(month)?;
        // Before the freeze nobody knows how many benefits there will be; that there will be a roster is known.
        let of = (rosters.len() as i64).max(1);
        type Done = fn(&Roster) -> Option<Date>;
        let steps: [(&str, &str, Due, Done); 3] = [
            ("send", "名册报送", path.send, |body| body.sent),
            ("allocate", "资金拨付", path.allocate, |body| body.allocated_on),
            ("credit", "存入账户", path.credit, |body| body.credited_on),
        ];
        for (code, label, due, done) in steps {
            if period.contains(due.due) {
                let code = format!("{code}-{}", month.month_code());
                let done = rosters.iter().filter(|(_, body)| done(body).is_some()).count() as i64;
                let duty = Duty::new(code, format!("{}{label}", month.chinese_month()), due.due);
                let duty = duty.advised(due.advised).counts(done, of).article(ARTICLE);
                duties.push(duty.page(format!("month?month={}", month.month_code())));
            }
        }
        month = month.first_of_next_month();
    }
    Ok(duties)
}
