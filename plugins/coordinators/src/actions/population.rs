//! 户籍人口 by hand: a village's number for a day, and its correction.

use super::{amiss, past_date, required, village};
use crate::population::{POPULATION, Population};
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    match action.id.as_str() {
        "record" => record(context, action),
        "correct" => {
            let document = action.document()?;
            let body: Population = document.body()?;
            let count = count(&action.values)?;
            let reason = required(&action.values, "reason", "更正原因")?;
            if count == body.count {
                return Err(amiss("count", "与原来的人口数相同，不需要更正"));
            }
            Ok(Effects::new().document(body.corrected(document, count, reason, context.today)))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn record(context: &Context, action: &Action) -> Result<Effects> {
    let values = &action.values;
    let body = Population {
        division: village(values, "division")?,
        on: past_date(context, values, "on", "统计日期")?,
        count: count(values)?,
        source: required(values, "source", "数据来源")?.to_owned(),
        earlier: Vec::new(),
    };
    let same_day = documents::find(documents::Query::of(POPULATION).index("division", body.division))?;
    let key = Population::key(body.division, body.on);
    if same_day.iter().any(|document| document.key == key) {
        return Err(amiss("on", format!("该村（居）{}的户籍人口已经录入，有误的请在原记录上更正", body.on.chinese())));
    }
    Ok(Effects::new().document(body.open()))
}

fn count(values: &FormValues) -> Result<u32> {
    let count = values.number("count").and_then(|count| u32::try_from(count).ok());
    count.ok_or_else(|| amiss("count", "请填写户籍人口，为不小于零的整数"))
}
