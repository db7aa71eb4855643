//! Due work: each 1 January the year's numbers are computed for the county to fix, and each day open cases are compared with what
//! coordinators have declared. Doing either twice changes nothing.

use crate::cases;
use crate::establishment;
use crate::post::{self, Entry, HELD};
use crate::quota;
use crate::recusal::{RECUSAL, Recusal, relation_to};
use crate::settings::Settings;
use doudi_sdk::prelude::*;

/// Effects of one step: a call may wish a thousand.
const STEP: usize = 500;

impl Tick for crate::Coordinators {
    fn tick(context: &Context, job: &str, due: Date, _: Option<&str>) -> Result<Step> {
        match job {
            "quota" => quota(context, due),
            "recusals" => recusals(due),
            other => Err(Refusal::unknown("任务", other)),
        }
    }
}

fn quota(context: &Context, due: Date) -> Result<Step> {
    let year = due.year();
    if quota::of_year(year)?.is_some() {
        return Ok(Step::default());
    }
    let settings: Settings = context.settings()?;
    let county = i64::from(context.county) * 1_000_000;
    let body = establishment::draft(year, due, &settings)?;
    Ok(Step::done(Effects::new().document(body.open(county, settings.quota_by(year)))))
}

/// Opens a recusal for every open case of a declared household in the coordinator's own village or town, once.
fn recusals(due: Date) -> Result<Step> {
    let mut posts = post::all(&HELD)?;
    posts.retain(|entry| entry.body.held_on(due) && !entry.body.relatives.is_empty());
    if posts.is_empty() {
        return Ok(Step::default());
    }
    let declared = |household: Id| posts.iter().any(|entry| entry.body.is_kin(household));
    let open: Vec<cases::Case> = cases::open(due)?.into_iter().filter(|case| declared(case.household)).collect();
    let mut households: Vec<Id> = open.iter().map(|case| case.household).collect();
    households.sort_unstable();
    households.dedup();
    let homes = cases::homes(&households, due)?;
    let mut effects = Effects::new();
    for case in open {
        let Some(home) = homes.get(&case.household).copied() else { continue };
        let own = |entry: &&Entry| establishment::lies_in(home, entry.body.division);
        for entry in posts.iter().filter(own) {
            let Some(relation) = relation_to(&entry.body, case.household) else { continue };
            if known(&case, entry.body.officer)? {
                continue;
            }
            let body = Recusal {
                post: entry.document.id,
                officer: entry.body.officer,
                relation: relation.to_owned(),
                case: case.label.clone(),
                document: case.document,
                instead: None,
            };
            effects = effects.document(body.open(case.household));
            if effects.len() == STEP {
                // The next day finds the rest: what is open already is passed over.
                return Ok(Step::done(effects));
            }
        }
    }
    Ok(Step::done(effects))
}

fn known(case: &cases::Case, officer: Id) -> Result<bool> {
    let key = Recusal::key(officer, case.household, case.document);
    let found = documents::find(documents::Query::of(RECUSAL).household(case.household))?;
    Ok(found.iter().any(|document| document.key == key))
}
