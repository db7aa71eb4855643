//! What others may ask (columns in `docs/reference/topics.md`): the measure's own statutory days in a period (`duty.due`), and who is
//! recognised as a 刚性支出困难家庭 (`benefit.recognised`).

use crate::rules::compare::{interconnection, monthly};
use crate::rules::rigid::SCHEME;
use crate::scorecard::departments;
use crate::survey;
use doudi_sdk::prelude::*;

/// 年底前实现信息互联互通 (通知第一条).
pub const INTERCONNECTED_BY: Date = Date::of(2022, 12, 31);
/// 民发〔2022〕83号 asks for the comparison with the watch list from here on.
pub const WATCH_LIST_FROM: Date = Date::of(2022, 10, 20);

/// Households an answer holds at most.
const LIMIT: i64 = 2_000;

/// One duty.
struct Duty {
    code: &'static str,
    label: String,
    due: Date,
    done: i64,
    of: i64,
    article: &'static str,
    page: String,
}

impl Answer for crate::Monitoring {
    fn answer(context: &Context, topic: &str, on: Date, block: Block) -> Result<Block> {
        match topic {
            "duty.due" => {}
            "benefit.recognised" => return recognised(on, &block),
            other => return Err(Refusal::unknown("问题", other)),
        }
        let period = block.table("period")?;
        let day = |name: &str| -> Result<Date> {
            let days = period.int_column(name)?.get(0).and_then(|days| i32::try_from(days).ok());
            days.map(Date::from_days).ok_or_else(|| Refusal::invalid("没有写明期间的起止日期"))
        };
        let duties = duties(context, day("begins")?, day("ends")?)?;
        Ok(Block::of(
            Table::new("duty", duties.len())
                .texts("code", duties.iter().map(|duty| duty.code))
                .texts("label", duties.iter().map(|duty| &duty.label))
                .ints("due", duties.iter().map(|duty| duty.due))
                .optional_ints("advised", duties.iter().map(|_| None::<i64>))
                .ints("done", duties.iter().map(|duty| duty.done))
                .ints("of", duties.iter().map(|duty| duty.of))
                .texts("article", duties.iter().map(|duty| duty.article))
                .texts("page", duties.iter().map(|duty| &duty.page)),
        ))
    }
}

/// Households recognised as 刚性支出困难家庭 on a day, by household, a page at a time.
fn recognised(on: Date, asked: &Block) -> Result<Block> {
    let page = asked.table("page")?;
    let value = |name: &str| -> Result<Option<i64>> { Ok(page.int_column(name)?.get(0)) };
    let limit = value("limit")?.unwrap_or(LIMIT).clamp(1, LIMIT) as u32;
    let households = records::recipients(SCHEME, on, Id(value("after")?.unwrap_or(0)), limit)?;
    Ok(Block::of(
        Table::new("recognised", households.len())
            .ints("household", households.iter().map(|household| household.0))
            .texts("scheme", households.iter().map(|_| SCHEME)),
    ))
}

/// Every duty that falls due in an inclusive period.
fn duties(context: &Context, begins: Date, ends: Date) -> Result<Vec<Duty>> {
    let mut duties = Vec::new();
    let mut month = begins.first_of_month();
    while month <= ends && month <= context.today.add_months(12) {
        let due = month.last_of_month();
        if begins <= due && due <= ends {
            let all = departments(month)?;
            let (rate, _) = monthly(month, &all);
            if rate.whole > 0 {
                duties.push(Duty {
                    code: "monthly-comparison",
                    label: format!("{}信息比对（未对接部门）", month.chinese_month()),
                    due,
                    done: rate.part,
                    of: rate.whole,
                    article: "芜湖市2022年6月23日通知 第一条",
                    page: format!("comparison?month={}", month.month_code()),
                });
            }
            if month.month().is_multiple_of(3) && due >= WATCH_LIST_FROM {
                duties.push(watch_list(month, due)?);
            }
        }
        month = month.add_months(1);
    }
    if begins <= INTERCONNECTED_BY && INTERCONNECTED_BY <= ends {
        let rate = interconnection(INTERCONNECTED_BY.min(context.today), &departments(INTERCONNECTED_BY)?);
        duties.push(Duty {
            code: "interconnection",
            label: "社会救助信息互联互通".to_owned(),
            due: INTERCONNECTED_BY,
            done: rate.part,
            of: rate.whole,
            article: "芜湖市2022年6月23日通知 第一条",
            page: "sources".to_owned(),
        });
    }
    Ok(duties)
}

/// The quarter's comparison with the watch list; it is made on the first day of the quarter, or on a later month's.
fn watch_list(last_month: Date, due: Date) -> Result<Duty> {
    let mut done = 0;
    for back in 0..3 {
        let made = survey::of(last_month.add_months(-back), true)?;
        done = done.max(i64::from(made.is_some_and(|(document, _)| document.state == "done")));
    }
    Ok(Duty {
        code: "watch-list",
        label: "防返贫监测对象季度比对".to_owned(),
        due,
        done,
        of: 1,
        article: "民发〔2022〕83号",
        page: "alerts?rule=watch-list-uncovered".to_owned(),
    })
}
