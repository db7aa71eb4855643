//! Due work of measures: each firing is one job of the county, entered by whichever server comes first; each step writes the
//! next one together with its effects.

use super::{Ended, broken_payload};
use crate::app::consult::{self, Consultation, Request};
use crate::app::outbox::TickJob;
use crate::app::{App, intake, manifests, plugin, upgrade};
use doudi_documents::manifest::Every;
use doudi_domain::{Actor, County, Date, Error, Result, Scope};
use jiff::ToSpan;
use jiff::civil::date;
use std::collections::BTreeSet;

/// Enters the firings that have become due since the measures were enabled. What was due before is not made up for. A county
/// whose measures cannot be read is told to the operator and keeps no other county waiting.
pub(super) async fn enter_due(app: &App, entered: &mut BTreeSet<String>) -> Result<()> {
    for (county, _) in app.storage.counties().await? {
        if let Err(error) = enter_county(app, county, entered).await {
            super::log(&error, "the due work of a county could not be entered");
        }
    }
    Ok(())
}

async fn enter_county(app: &App, county: County, entered: &mut BTreeSet<String>) -> Result<()> {
    let today = app.today();
    let actor = Actor::System { division: county.division() };
    let mut snapshot = app.storage.snapshot(Scope { division: county.division() }).await?;
    let mut due_jobs = Vec::new();
    let pins = snapshot.enablements_list().await?;
    for pin in pins.iter().filter(|pin| plugin::holds(pin, today)) {
        let first = pins.iter().filter(|other| other.plugin == pin.plugin).map(|other| other.from).min();
        let since = first.unwrap_or(pin.from);
        for job in &manifests::of_digest(&mut snapshot, &pin.digest).await?.jobs {
            let due = latest_due(job.every, today);
            let firing = TickJob { plugin: pin.plugin.clone(), job: job.id.clone(), due, cursor: None, step: 0 };
            let name = format!("{county}/{}", firing.key());
            if due >= since && !entered.contains(&name) {
                due_jobs.push((name, firing));
            }
        }
    }
    snapshot.close().await?;
    // Once a day and process; whoever comes second finds nothing left to forget.
    let grace = format!("{county}/grace/{today}");
    if !entered.contains(&grace) {
        upgrade::expire(app, &actor).await?;
        intake::forget(app, county).await?;
        entered.insert(grace);
    }
    if due_jobs.is_empty() {
        return Ok(());
    }
    let mut write = app.storage.write(&actor, app.now()).await?;
    for (_, firing) in &due_jobs {
        write.job_enqueue(&firing.job(app.now())).await?;
    }
    write.commit().await?;
    // Only now: a write that failed is tried again.
    entered.extend(due_jobs.into_iter().map(|(name, _)| name));
    Ok(())
}

/// The last due date on or before a day.
fn latest_due(every: Every, today: Date) -> Date {
    match every {
        Every::Day => today,
        Every::Week => today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days()),
        Every::Month => today.first_of_month(),
        Every::Quarter => date(today.year(), (today.month() - 1) / 3 * 3 + 1, 1),
        Every::Year => date(today.year(), 1, 1),
        Every::July => {
            let july = date(today.year(), 7, 1);
            if july <= today { july } else { date(today.year() - 1, 7, 1) }
        }
    }
}

/// Steps one firing may take: a county of a hundred thousand households passes through in a thousand.
const LONGEST: u32 = 20_000;

pub(super) async fn tick(app: &App, actor: &Actor, payload: &str) -> std::result::Result<(), Ended> {
    let step: TickJob = serde_json::from_str(payload).map_err(broken_payload)?;
    if step.step >= LONGEST {
        return Err(Ended::Hopeless(Error::refused(format!(
            "定期任务“{}”已运行 {LONGEST} 步仍未结束，已停止。多半是措施的程序有误，请告知供应商",
            step.job
        ))));
    }
    Ok(consult::carry_out_if_enabled(app, actor, consultation(step)).await?)
}

fn consultation(step: TickJob) -> Consultation {
    Consultation {
        key: Some(step.key()),
        plugin: step.plugin,
        request: Request::Tick { job: step.job, due: step.due, cursor: step.cursor, step: step.step },
    }
}

/// One firing, all its steps, without waiting for what else is due in the county; as the lanes would do it. What it leaves in
/// the table of jobs is found done. Returns how many steps it took.
pub async fn fire(app: &App, county: County, plugin: &str, job: &str, due: Date) -> Result<u32> {
    let actor = Actor::System { division: county.division() };
    let mut step = TickJob { plugin: plugin.to_owned(), job: job.to_owned(), due, cursor: None, step: 0 };
    loop {
        let applied = consult::carry_out(app, &actor, consultation(step.clone())).await?;
        step.step += 1;
        match applied.next {
            Some(next) if step.step < LONGEST => step.cursor = Some(next),
            _ => return Ok(step.step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_dates_are_the_last_ones_that_have_come() {
        let cases = [
            (Every::Day, "2022-07-06", "2022-07-06"),
            (Every::Week, "2022-07-06", "2022-07-04"),
            (Every::Week, "2022-07-04", "2022-07-04"),
            (Every::Week, "2022-07-10", "2022-07-04"),
            (Every::Month, "2022-07-31", "2022-07-01"),
            (Every::Quarter, "2022-07-01", "2022-07-01"),
            (Every::Quarter, "2022-06-30", "2022-04-01"),
            (Every::Quarter, "2022-12-31", "2022-10-01"),
            (Every::Quarter, "2022-01-01", "2022-01-01"),
            (Every::Year, "2022-12-31", "2022-01-01"),
            (Every::Year, "2022-01-01", "2022-01-01"),
            (Every::July, "2022-07-01", "2022-07-01"),
            (Every::July, "2022-06-30", "2021-07-01"),
        ];
        for (every, today, due) in cases {
            assert_eq!(latest_due(every, today.parse().unwrap()), due.parse::<Date>().unwrap(), "{every:?} {today}");
        }
    }
}
