//! Due work: each day the next steps of the draws; each week the error rates of towns, where a rate that is too high becomes a proposal
//! for a person.

use crate::check;
use crate::proposal::{PROPOSAL, Proposal};
use crate::rules::authority::holds;
use crate::rules::quality::{Found, rate};
use crate::{drawing, order, parameters};
use doudi_sdk::prelude::*;

/// Steps of one day at most: a guard against a circle, far above any county's work.
const STEPS: u32 = 2_000;

impl Tick for crate::DelegatedApproval {
    fn tick(context: &Context, job: &str, due: Date, cursor: Option<&str>) -> Result<Step> {
        match job {
            "spot-check" => {
                let taken: u32 = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
                let (effects, more) = drawing::step(context, due)?;
                Ok(if more && taken < STEPS { Step::then(effects, taken + 1) } else { Step::done(effects) })
            }
            "error-rates" => error_rates(due, cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0)),
            other => Err(Refusal::unknown("任务", other)),
        }
    }
}

/// One town a step.
fn error_rates(due: Date, after: i64) -> Result<Step> {
    let Some((limit, least)) = parameters::alarm(due)? else { return Ok(Step::default()) };
    let orders = order::governing()?;
    let next = orders.iter().filter(|order| holds(order, due) && order.town > after).map(|order| order.town).min();
    let Some(town) = next else { return Ok(Step::default()) };
    let found = found_in_year(town, due)?;
    let mut effects = Effects::new();
    if found.alarming(limit, least) && !proposed(town, due)? {
        let body = Proposal {
            town,
            concluded: found.concluded,
            substance: found.substance,
            rate: rate(found.substance, found.concluded).unwrap_or(0),
            limit,
            on: due,
            settled: String::new(),
        };
        effects = effects.document(
            DocumentPut::create(PROPOSAL, "建议研究是否暂停下放")
                .key(key(town, due))
                .state("open")
                .index("town", town)
                .note(format!("近一年核查 {} 件，实体错误 {} 件", body.concluded, body.substance))
                .body(&body),
        );
    }
    Ok(Step::then(effects, town))
}

/// What the checks concluded in the year before a day found in a town.
///
/// # Errors
/// As [`documents::find`].
pub fn found_in_year(town: i64, on: Date) -> Result<Found> {
    let mut found = Found::default();
    let since = on.add_years(-1);
    for (document, body) in check::of_town(town)? {
        if body.concluded.is_some_and(|concluded| since < concluded && concluded <= on) {
            found.add(body.found(&document.state));
        }
    }
    Ok(found)
}

/// Proposed this month already, or waiting still.
fn proposed(town: i64, on: Date) -> Result<bool> {
    let known = documents::find(documents::Query::of(PROPOSAL).index("town", town))?;
    Ok(known.iter().any(|document| document.state == "open" || document.key == key(town, on)))
}

fn key(town: i64, on: Date) -> String {
    format!("{town:012}-{}", on.month_code())
}
