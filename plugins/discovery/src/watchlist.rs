//! The monthly comparison of the watch list with those covered, window by window through every household of the county. Each uncovered
//! household is somebody's errand once in a period; one that was covered meanwhile is struck off by itself.

use crate::cases;
use crate::family::Family;
use crate::parameters;
use crate::review::{REVIEW, Review, SWEEP, Sweep};
use crate::rules::uncovered::{period_of, uncovered};
use doudi_sdk::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Households compared in one step: each may need an effect, and a call may wish a thousand.
const WINDOW: u32 = 800;

/// One step: the households after the cursor.
///
/// # Errors
/// Missing parameters, or what the kernel and the other measures say.
pub fn step(context: &Context, due: Date, cursor: Option<&str>) -> Result<Step> {
    let (months, days) = parameters::review(due)?;
    let period = period_of(due, months);
    let after = Id(cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0));
    let running = sweep(due)?;
    if let Some((_, body)) = &running
        && (body.done || body.after > after)
    {
        // This window was counted before the step was interrupted, or the month is done.
        return Ok(if body.done { Step::default() } else { Step::then(Effects::new(), body.after.0) });
    }
    let window = records::all(after, WINDOW)?;
    let last = window.last().copied().unwrap_or(after);
    let watched = watched(&window, context.today)?;
    let households: Vec<Id> = watched.keys().copied().collect();
    let (covered, open) = match households.is_empty() {
        true => (BTreeSet::new(), BTreeSet::new()),
        false => (cases::covered(due, after, last)?, open_cases(due)?),
    };
    let (left, tally) = uncovered(&households, &covered, &open);

    let mut body = running.as_ref().map(|(_, body)| body.clone()).unwrap_or_default();
    body.on = due;
    body.period = period;
    body.tally.add(tally);
    body.after = last;
    body.done = window.len() < WINDOW as usize;
    let note = if body.done { "比对完毕" } else { "比对中" };
    let state = if body.done { "done" } else { "running" };
    let put = match &running {
        Some((document, _)) => document.to(state),
        None => DocumentPut::create(SWEEP, format!("{}监测户排查", due.chinese_month()))
            .key(due.month_code())
            .state(state)
            .index("month", due.month_code()),
    };
    let mut effects = Effects::new().document(put.note(note).body(&body));

    let mut known = of_period(period, after, last)?;
    let by = calendar::add_working_days(due, days)?;
    for household in left {
        if known.remove(&household).is_none() {
            let review = Review {
                period,
                monitoring: watched.get(&household).copied().unwrap_or_default(),
                found: due,
                by,
                visited: None,
                officer: None,
                wish: None,
                findings: String::new(),
                covered: None,
            };
            effects = effects.document(
                DocumentPut::create(REVIEW, "监测户排查")
                    .key(Review::key(period, household))
                    .household(household)
                    .state("open")
                    .due(by)
                    .index("period", period)
                    .note("未纳入救助保障，也没有在办申请")
                    .body(&review),
            );
        }
    }
    for (document, mut review) in known.into_values() {
        if document.state == "open" {
            review.covered = Some(due);
            effects =
                effects.document(document.to("covered").note("已纳入保障、已在办理或不再是监测对象").body(&review));
        }
    }
    Ok(if body.done { Step::done(effects) } else { Step::then(effects, last.0) })
}

/// The comparison of a month, if it has begun.
///
/// # Errors
/// What the kernel says.
pub fn sweep(month: Date) -> Result<Option<(Document, Sweep)>> {
    let found = documents::first(documents::Query::of(SWEEP).index("month", month.month_code()))?;
    found.map(|document| document.body().map(|body| (document, body))).transpose()
}

/// The watch-listed of a window, with their code.
fn watched(window: &[Id], on: Date) -> Result<BTreeMap<Id, i64>> {
    let mut watched = BTreeMap::new();
    if window.is_empty() {
        return Ok(watched);
    }
    let block = records::households(window, on)?;
    let mut families = block.read::<Family>()?;
    while let Some(family) = families.next() {
        if family.is_watched() {
            watched.insert(family.household, family.monitoring);
        }
    }
    Ok(watched)
}

fn open_cases(on: Date) -> Result<BTreeSet<Id>> {
    Ok(cases::cases(on, None)?.into_iter().filter(|case| case.closed.is_none()).map(|case| case.household).collect())
}

/// The reviews of a period whose household lies in a window.
fn of_period(period: Date, after: Id, last: Id) -> Result<BTreeMap<Id, (Document, Review)>> {
    let mut known = BTreeMap::new();
    for (document, body) in reviews(period)? {
        if let Some(household) = document.household.filter(|household| *household > after && *household <= last) {
            known.insert(household, (document, body));
        }
    }
    Ok(known)
}

/// The reviews of a period, by number of document.
///
/// # Errors
/// What the kernel says.
pub fn reviews(period: Date) -> Result<Vec<(Document, Review)>> {
    documents::bodies(documents::Query::of(REVIEW).index("period", period))
}

/// The reviews of households found uncovered in an inclusive period, of whatever period of comparison.
///
/// # Errors
/// What the kernel says.
pub fn found_between(begins: Date, ends: Date, months: u32) -> Result<Vec<(Document, Review)>> {
    let mut found = Vec::new();
    let mut period = period_of(begins, months);
    while period <= ends {
        found.extend(reviews(period)?.into_iter().filter(|(_, review)| (begins..=ends).contains(&review.found)));
        period = period_of(period.add_months(i32::try_from(months).unwrap_or(1)), months);
    }
    Ok(found)
}
