//! What others may ask: the duties of the year, the 户籍人口 of every village, and who may not handle whose case. The columns stand in
//! `docs/reference/topics.md`.

use crate::establishment;
use crate::parameters::Params;
use crate::population;
use crate::quota;
use crate::recusal;
use crate::settings::Settings;
use crate::training;
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;

const ARTICLE: &str = "芜湖市2022年6月23日通知 第十一条";

impl Answer for crate::Coordinators {
    fn answer(context: &Context, topic: &str, on: Date, block: Block) -> Result<Block> {
        match topic {
            "duty.due" => Ok(topics::duties(&due(context, Period::begins_ends(&block)?)?)),
            "population.hukou" => hukou(on, &context.settings()?),
            "recusal.declared" => declared(&block),
            other => Err(Refusal::unknown("问题", other)),
        }
    }
}

/// The lines of the calendar in a period.
fn due(context: &Context, period: Period) -> Result<Vec<Duty>> {
    let settings: Settings = context.settings()?;
    let mut duties = Vec::new();
    for year in period.from.year()..=period.to.year() {
        let (quota, training) = (settings.quota_by(year), Date::of(year, 12, 31));
        if period.contains(quota) {
            let settled = quota::of_year(year)?.is_some_and(|(_, body)| body.settled.is_some());
            let duty = Duty::new("quota", format!("核定{year}年协理员编配"), quota).counts(settled.into(), 1);
            duties.push(duty.article(ARTICLE).page("quotas"));
        }
        if period.contains(training) {
            let day = training.min(context.today.max(Date::of(year, 1, 1)));
            let needed = Params::on(day)?.trainings;
            let trainees = training::trainees(day)?;
            let done = trainees.iter().filter(|trainee| trainee.times >= needed).count();
            let duty = Duty::new("training", format!("{year}年协理员业务培训"), training)
                // A whole month before the end of the year whoever could not come may still be trained.
                .advised(Date::of(year, 11, 30))
                .counts(done as i64, trainees.len() as i64);
            duties.push(duty.article(ARTICLE).page(format!("trainees?on={day}")));
        }
    }
    Ok(duties)
}

/// Every village that counts, with the number that holds on the day, where one is recorded.
fn hukou(on: Date, settings: &Settings) -> Result<Block> {
    let populations = population::all()?;
    let rows: Vec<(i64, Option<population::Basis>)> = establishment::villages()?
        .iter()
        .map(|village| {
            let records = populations.get(&village.code).map_or(&[][..], Vec::as_slice);
            (village.code, population::basis(records, on, settings))
        })
        .collect();
    Ok(Block::of(
        Table::new("population", rows.len())
            .ints("division", rows.iter().map(|(division, _)| *division))
            .optional_ints("count", rows.iter().map(|(_, basis)| basis.map(|basis| i64::from(basis.count))))
            .optional_ints("on", rows.iter().map(|(_, basis)| basis.map(|basis| basis.on))),
    ))
}

fn declared(block: &Block) -> Result<Block> {
    let table = block.table("case")?;
    let (households, users) = (table.int_column("household")?, table.int_column("user")?);
    let mut conflicts = Vec::with_capacity(table.rows as usize);
    for row in 0..table.rows as usize {
        let conflict = recusal::conflicts(Id(users.value(row)), Id(households.value(row)))?;
        conflicts.push(i64::from(conflict));
    }
    Ok(Block::of(Table::new("recusal", conflicts.len()).ints("conflict", conflicts)))
}
