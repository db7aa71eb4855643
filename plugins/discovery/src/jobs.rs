//! Due work: visits are screened at night, patrols fall due on Mondays, clues left lying go up, refusals are tried again, the watch list
//! is compared each month.

use crate::cases;
use crate::clue::{CLUE, Filed};
use crate::events::{case_of, ended};
use crate::parameters;
use crate::patrol::{PATROL, Patrol};
use crate::rules::clock::Stand;
use crate::rules::patrol::week_of;
use crate::{screening, watchlist};
use doudi_sdk::prelude::*;

/// Documents moved in one step.
const STEP: u32 = 150;

impl Tick for crate::Discovery {
    fn tick(context: &Context, job: &str, due: Date, cursor: Option<&str>) -> Result<Step> {
        match job {
            "screening" => screening::step(context),
            "patrols" => patrols(due, cursor),
            "clock" => clock(context, due, cursor),
            "watch-list" => watchlist::step(context, due, cursor),
            other => Err(Refusal::unknown("任务", other)),
        }
    }
}

fn after(cursor: Option<&str>) -> Id {
    Id(cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0))
}

fn step(effects: Effects, found: &[Document]) -> Step {
    match found.last() {
        Some(last) if found.len() == STEP as usize => Step::then(effects, last.id.0),
        _ => Step::done(effects),
    }
}

/// What must be visited by Sunday is on somebody's list from Monday.
fn patrols(due: Date, cursor: Option<&str>) -> Result<Step> {
    let (_, sunday) = week_of(due);
    let query = documents::Query::of(PATROL).state("planned").due_by(sunday).after(after(cursor)).limit(STEP);
    let found = documents::find(query)?;
    let intervals = parameters::intervals(due)?;
    let mut effects = Effects::new();
    for document in &found {
        let body: Patrol = document.body()?;
        let day = body.due(&intervals);
        effects = effects.document(document.to("due").due(day).note("本周应走访").body(&body));
    }
    Ok(step(effects, &found))
}

/// The clock of clues, kind by kind: the cursor is the kind and the last document of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hand {
    /// Left lying at the village.
    Parked,
    /// Refused to apply, and the day to try again has come.
    Resting,
    /// Waiting for a benefit's decision.
    Applying,
    /// Struck off, and the window for a second report is over.
    Closed,
}

impl Hand {
    const ALL: [(Hand, &'static str); 4] = [
        (Hand::Parked, "registered"),
        (Hand::Resting, "resting"),
        (Hand::Applying, "applying"),
        (Hand::Closed, "closed"),
    ];
}

fn clock(context: &Context, today: Date, cursor: Option<&str>) -> Result<Step> {
    let (at, from) = match cursor.and_then(|cursor| cursor.split_once(':')) {
        Some((at, from)) => (at.parse().unwrap_or(0_usize), after(Some(from))),
        None => (0, Id(0)),
    };
    let Some((hand, state)) = Hand::ALL.get(at).copied() else { return Ok(Step::default()) };
    let mut query = documents::Query::of(CLUE).state(state).after(from).limit(STEP);
    query = match hand {
        // The day itself still belongs to the village.
        Hand::Parked => query.due_by(today.add_days(-1)),
        Hand::Resting => query.due_by(today),
        Hand::Applying | Hand::Closed => query,
    };
    let found = documents::find(query)?;
    let mut effects = Effects::new();
    let cases = match hand {
        Hand::Applying if !found.is_empty() => ended_cases(today, &found)?,
        _ => Vec::new(),
    };
    for document in &found {
        let filed = Filed::of(document.clone())?;
        if let Some(put) = moved(context, hand, filed, today, &cases)? {
            effects = effects.document(put);
        }
    }
    let full = found.len() == STEP as usize;
    let next = match found.last() {
        Some(last) if full => Some(format!("{at}:{}", last.id.0)),
        _ if at + 1 < Hand::ALL.len() => Some(format!("{}:0", at + 1)),
        _ => None,
    };
    Ok(Step { effects, next })
}

/// The cases that ended since the oldest of these applications was made.
fn ended_cases(today: Date, waiting: &[Document]) -> Result<Vec<cases::Case>> {
    let mut since = today;
    for document in waiting {
        let filed = Filed::of(document.clone())?;
        if let Some(application) = &filed.body.application {
            since = since.min(application.on);
        }
    }
    cases::cases(today, Some(since))
}

fn moved(
    context: &Context,
    hand: Hand,
    filed: Filed,
    today: Date,
    cases: &[cases::Case],
) -> Result<Option<DocumentPut>> {
    let Filed { document, mut body, .. } = filed.clone();
    match hand {
        Hand::Parked => {
            body.parked = true;
            body.reported = Some(today);
            let put = body.to(&document, Stand::Reported, today, "村级逾期未上报，自动上报镇街")?;
            Ok(Some(put))
        }
        Hand::Resting => {
            let put = body.to(&document, Stand::Verifying, today, "约定的日期已到，再次上门")?;
            Ok(Some(put))
        }
        Hand::Applying => match case_of(&filed, cases) {
            Some(case) => match (case.outcome, case.closed) {
                (Some(outcome), Some(on)) => Ok(Some(ended(context, filed, outcome, Some(case.document), on)?)),
                _ if body.application.as_ref().is_some_and(|application| application.case.is_none()) => {
                    if let Some(application) = body.application.as_mut() {
                        application.case = Some(case.document);
                    }
                    Ok(Some(body.to(&document, Stand::Applying, today, format!("{}已受理", case.label))?))
                }
                _ => Ok(None),
            },
            None => Ok(None),
        },
        Hand::Closed => {
            let over = body.found.days_until(today) > parameters::duplicate_days(today)?;
            Ok(over.then(|| document.to("archived").note("归档").body(&body)))
        }
    }
}
