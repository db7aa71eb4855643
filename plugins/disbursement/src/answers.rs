<<<<<<< HEAD
//! What the kernel's calendar of duties asks: the three days of each month (the notice of 2022-06-23, item 10), for those of the
//! county. A town sends no roster and is told of none.
=======
//! `duty.due` for 义务日历: the three steps of each month's rosters, 5 → 10 → 15, with the wiser day where the deadline is none that is
//! worked, and how many of the month's rosters have taken the step. The columns stand in `docs/reference/topics.md`.
>>>>>>> coordinators

use crate::roster::{self, Roster};
use crate::rules::path::Due;
use crate::settings::{Settings, month_code};
use doudi_sdk::prelude::*;

<<<<<<< HEAD
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
                    code: format!("{code}-{}", month_code(month)),
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
    let days = |day: Date| i64::from(day.to_days());
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
        .texts("page", duties.iter().map(|duty| format!("month?month={}", month_code(duty.month))));
    Block::of(table)
=======
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
>>>>>>> coordinators
}
