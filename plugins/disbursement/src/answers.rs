//! What the kernel's calendar of duties asks: the three days of each month (the notice of 2022-06-23, item 10), for those of the
//! county. A town sends no roster and is told of none.

use crate::roster::{self, Roster};
use crate::rules::path::Due;
use crate::settings::Settings;
use doudi_sdk::prelude::*;

/// The topic.
pub const DUTIES: &str = "duty.due";

const ARTICLE: &str = "2022年6月23日通知第十条";

/// One of the three days of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    pub code: String,
    pub label: String,
    pub due: Due,
    pub done: i64,
    pub of: i64,
    pub month: Date,
}

impl Answer for crate::Disbursement {
    fn answer(context: &Context, topic: &str, _: Date, question: Block) -> Result<Block> {
        if topic != DUTIES {
            return Err(Refusal::unknown("主题", topic));
        }
        let period = question.table("period")?;
        let day = |name: &str| -> Result<Date> {
            let days = period.int_column(name)?.get(0).and_then(|days| i32::try_from(days).ok());
            Ok(Date::from_days(days.ok_or_else(|| Refusal::invalid(format!("没有起止日期 {name}")))?))
        };
        let duties = due(context, day("begins")?, day("ends")?)?;
        Ok(block(&duties))
    }
}

/// What is due from one day to another.
///
/// # Errors
/// `refused` when the statutory calendar of a year is not on record.
pub fn due(context: &Context, begins: Date, ends: Date) -> Result<Vec<Duty>> {
    let settings: Settings = context.settings()?;
    let of_county = context.actor.division % 1_000_000 == 0;
    let Some(first) = settings.first_month().filter(|_| of_county) else { return Ok(Vec::new()) };
    let mut duties = Vec::new();
    let mut month = begins.first_of_month().max(first);
    while month <= ends {
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
            if begins <= due.due && due.due <= ends {
                duties.push(Duty {
                    code: format!("{code}-{}", month.month_code()),
                    label: format!("{}{label}", month.chinese_month()),
                    due,
                    done: rosters.iter().filter(|(_, body)| done(body).is_some()).count() as i64,
                    of,
                    month,
                });
            }
        }
        month = month.first_of_next_month();
    }
    Ok(duties)
}

fn block(duties: &[Duty]) -> Block {
    let days = |day: Date| i64::from(day.days());
    let table = Table::new("duty", duties.len())
        .texts("code", duties.iter().map(|duty| duty.code.as_str()))
        .texts("label", duties.iter().map(|duty| duty.label.as_str()))
        .ints("due", duties.iter().map(|duty| days(duty.due.due)))
        .optional_ints(
            "advised",
            duties.iter().map(|duty| (duty.due.advised != duty.due.due).then(|| days(duty.due.advised))),
        )
        .ints("done", duties.iter().map(|duty| duty.done))
        .ints("of", duties.iter().map(|duty| duty.of))
        .texts("article", duties.iter().map(|_| ARTICLE))
        .texts("page", duties.iter().map(|duty| format!("month?month={}", duty.month.month_code())));
    Block::of(table)
}
