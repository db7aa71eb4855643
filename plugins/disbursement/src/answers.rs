//! `duty.due` for 义务日历: the three steps of each month's rosters, 5 → 10 → 15, with the wiser day where the deadline is none that is
//! worked, and how many of the month's rosters have taken the step. The columns stand in `docs/reference/topics.md`.

use crate::roster::{self, Roster};
use crate::rules::path::Due;
use crate::settings::{Settings, month_code};
use doudi_sdk::prelude::*;

const ARTICLE: &str = "芜湖市2022年6月23日通知 第十条";

impl Answer for crate::Disbursement {
    fn answer(context: &Context, topic: &str, _: Date, block: Block) -> Result<Block> {
        if topic != "duty.due" {
            return Err(Refusal::unknown("问题", topic));
        }
        let table = block.table("period")?;
        let day = |name: &str| -> Result<Date> {
            let days = table.int_column(name)?.get(0).and_then(|days| i32::try_from(days).ok());
            days.map(Date::from_days).ok_or_else(|| Refusal::invalid(format!("问题没有给出时段的“{name}”")))
        };
        due(&context.settings()?, day("begins")?, day("ends")?)
    }
}

/// A step of the path, and who of the month's rosters has taken it.
struct Duty {
    code: &'static str,
    label: &'static str,
    month: Date,
    due: Due,
    done: i64,
    of: i64,
}

fn due(settings: &Settings, begins: Date, ends: Date) -> Result<Block> {
    let mut rows = Vec::new();
    // A deadline that excludes the day itself may lie in the month before.
    let mut month = begins.first_of_month();
    while month <= ends.first_of_next_month() {
        if settings.first_month().is_some_and(|first| month >= first) {
            rows.extend(month_of(settings, month)?);
        }
        month = month.add_months(1);
    }
    rows.retain(|duty| duty.due.due >= begins && duty.due.due <= ends);
    Ok(Block::of(
        Table::new("duty", rows.len())
            .texts("code", rows.iter().map(|row| row.code))
            .texts("label", rows.iter().map(|row| row.label))
            .ints("due", rows.iter().map(|row| row.due.due))
            .optional_ints("advised", rows.iter().map(|row| Some(row.due.advised).filter(|day| *day < row.due.due)))
            .ints("done", rows.iter().map(|row| row.done))
            .ints("of", rows.iter().map(|row| row.of))
            .texts("article", rows.iter().map(|_| ARTICLE))
            .texts("page", rows.iter().map(|row| format!("month?month={}", month_code(row.month)))),
    ))
}

fn month_of(settings: &Settings, month: Date) -> Result<[Duty; 3]> {
    let path = settings.path(month)?;
    let rosters = roster::of_month(month)?;
    // Until the rosters are drawn up, as many are owed as there were last month.
    let of = match rosters.len() {
        0 => roster::of_month(month.add_months(-1))?.len(),
        drawn => drawn,
    } as i64;
    let duty = |code, label, due, done: fn(&Roster) -> Option<Date>| Duty {
        code,
        label,
        month,
        due,
        done: rosters.iter().filter(|(_, body)| done(body).is_some()).count() as i64,
        of,
    };
    Ok([
        duty("send", "报送发放名单", path.send, |body| body.sent),
        duty("allocate", "财政拨付资金", path.allocate, |body| body.allocated_on),
        duty("credit", "银行存入账户", path.credit, |body| body.credited_on),
    ])
}
