//! What others may ask (columns in `docs/reference/topics.md`): the measure's own statutory days in a period (`duty.due`), and who is
//! recognised as a 刚性支出困难家庭 (`benefit.recognised`).

use crate::rules::compare::{interconnection, monthly};
use crate::rules::rigid::SCHEME;
use crate::scorecard::departments;
use crate::survey;
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;

/// The rule behind comparison and interconnection.
const NOTICE: &str = "芜湖市2022年6月23日通知 第一条";
/// 年底前实现信息互联互通 (通知第一条).
pub const INTERCONNECTED_BY: Date = Date::of(2022, 12, 31);
/// 民发〔2022〕83号 asks for the comparison with the watch list from here on.
pub const WATCH_LIST_FROM: Date = Date::of(2022, 10, 20);

impl Answer for crate::Monitoring {
    fn answer(context: &Context, topic: &str, on: Date, block: Block) -> Result<Block> {
        match topic {
            "duty.due" => Ok(topics::duties(&duties(context, Period::begins_ends(&block)?)?)),
            "benefit.recognised" => topics::recognised(SCHEME, on, &Asked::of(&block, "page")?),
            other => Err(Refusal::unknown("问题", other)),
        }
    }
}

/// Every duty that falls due in a period.
fn duties(context: &Context, period: Period) -> Result<Vec<Duty>> {
    let mut duties = Vec::new();
    let mut month = period.from.first_of_month();
    while month <= period.to && month <= context.today.add_months(12) {
        let due = month.last_of_month();
        if period.contains(due) {
            let all = departments(month)?;
            let (rate, _) = monthly(month, &all);
            if rate.whole > 0 {
                let label = format!("{}信息比对（未对接部门）", month.chinese_month());
                let duty = Duty::new("monthly-comparison", label, due).counts(rate.part, rate.whole).article(NOTICE);
                duties.push(duty.page(format!("comparison?month={}", month.month_code())));
            }
            if month.month().is_multiple_of(3) && due >= WATCH_LIST_FROM {
                duties.push(watch_list(month, due)?);
            }
        }
        month = month.add_months(1);
    }
    if period.contains(INTERCONNECTED_BY) {
        let rate = interconnection(INTERCONNECTED_BY.min(context.today), &departments(INTERCONNECTED_BY)?);
        let duty = Duty::new("interconnection", "社会救助信息互联互通", INTERCONNECTED_BY);
        duties.push(duty.counts(rate.part, rate.whole).article(NOTICE).page("sources"));
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
    let duty = Duty::new("watch-list", "防返贫监测对象季度比对", due).counts(done, 1);
    Ok(duty.article("民发〔2022〕83号").page("alerts?rule=watch-list-uncovered"))
}
