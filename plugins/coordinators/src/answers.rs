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

const ARTICLE: &str = "芜湖市2022年6月23日通知 第十一条";

impl Answer for crate::Coordinators {
    fn answer(context: &Context, topic: &str, on: Date, block: Block) -> Result<Block> {
        match topic {
            "duty.due" => due(context, &block),
            "population.hukou" => hukou(on, &context.settings()?),
            "recusal.declared" => declared(&block),
            other => Err(Refusal::unknown("问题", other)),
        }
    }
}

/// One line of the calendar.
struct Duty {
    code: &'static str,
    label: String,
    due: Date,
    advised: Option<Date>,
    done: usize,
    of: usize,
    page: String,
}

fn due(context: &Context, block: &Block) -> Result<Block> {
    let table = block.table("period")?;
    let day = |name: &str| -> Result<Date> {
        let days = table.int_column(name)?.get(0).and_then(|days| i32::try_from(days).ok());
        days.map(Date::from_days).ok_or_else(|| Refusal::invalid(format!("问题没有给出时段的“{name}”")))
    };
    let (begins, ends) = (day("begins")?, day("ends")?);
    let settings: Settings = context.settings()?;
    let mut rows = Vec::new();
    for year in begins.year()..=ends.year() {
        let (quota, training) = (settings.quota_by(year), Date::of(year, 12, 31));
        if quota >= begins && quota <= ends {
            let settled = quota::of_year(year)?.is_some_and(|(_, body)| body.settled.is_some());
            rows.push(Duty {
                code: "quota",
                label: format!("核定{year}年协理员编配"),
                due: quota,
                advised: None,
                done: usize::from(settled),
                of: 1,
                page: "quotas".to_owned(),
            });
        }
        if training >= begins && training <= ends {
            let day = training.min(context.today.max(Date::of(year, 1, 1)));
            let needed = Params::on(day)?.trainings;
            let trainees = training::trainees(day)?;
            rows.push(Duty {
                code: "training",
                label: format!("{year}年协理员业务培训"),
                due: training,
                // A whole month before the end of the year whoever could not come may still be trained.
                advised: Some(Date::of(year, 11, 30)),
                done: trainees.iter().filter(|trainee| trainee.times >= needed).count(),
                of: trainees.len(),
                page: format!("trainees?on={day}"),
            });
        }
    }
    Ok(Block::of(
        Table::new("duty", rows.len())
            .texts("code", rows.iter().map(|row| row.code))
            .texts("label", rows.iter().map(|row| row.label.as_str()))
            .ints("due", rows.iter().map(|row| row.due))
            .optional_ints("advised", rows.iter().map(|row| row.advised))
            .ints("done", rows.iter().map(|row| row.done as i64))
            .ints("of", rows.iter().map(|row| row.of as i64))
            .texts("article", rows.iter().map(|_| ARTICLE))
            .texts("page", rows.iter().map(|row| row.page.as_str())),
    ))
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
