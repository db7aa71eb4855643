//! 督查 figures of discovery. What is counted is gathered once, by the functions here, for the figure and for the page that lists it:
//! the two cannot disagree.

use crate::cases::{self, Case};
use crate::clue::{self, Filed};
use crate::parameters;
use crate::patrol::{PATROL, Patrol};
use crate::review::Review;
use crate::rules::figures::median;
use crate::rules::words::Measure;
use crate::watchlist;
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;

/// Every key household visited, every uncovered household reviewed.
const ALL: i64 = 10_000;
/// Months back a clue may lie that led to something in the period.
const LOOK_BACK: i32 = 12;

/// A page, with the days its list is of.
fn of_days(page: &str, period: Period) -> String {
    let joint = if page.contains('?') { '&' } else { '?' };
    format!("{page}{joint}from={}&to={}", period.from, period.to)
}

impl Indicators for crate::Discovery {
    fn indicators(context: &Context, begins: Date, ends: Date) -> Result<Vec<Indicator>> {
        let period = Period { from: begins, to: ends };
        let cases = new_cases(context, period)?;
        let listed = key_households(period)?;
        let reviews = reviews(context, period)?;
        let clues = clues_since(period)?;
        let mut days: Vec<i64> = decided(&clues, period).filter_map(|clue| clue.body.days_to_decision()).collect();
        let on_grid = || on_grid(&clues, period);
        let indicator =
            |code: &str, label: &str, (part, whole): (i64, i64), target: Option<i64>, page: &str| Indicator {
                code: code.to_owned(),
                label: label.to_owned(),
                part,
                whole,
                target,
                drill_down: of_days(page, period),
            };
        let count = |part: usize, whole: usize| (part as i64, whole as i64);
        Ok(vec![
            indicator(
                "proactive",
                "主动发现占新办申请",
                count(cases.iter().filter(|(_, clue)| clue.is_some()).count(), cases.len()),
                None,
                "proactive",
            ),
            indicator(
                "visit-coverage",
                "重点家庭走访覆盖",
                count(listed.iter().filter(|(_, patrol)| patrol.visited_between(begins, ends)).count(), listed.len()),
                Some(ALL),
                "patrols?list=coverage",
            ),
            indicator(
                "watch-list",
                "未纳入保障的监测户已排查",
                count(reviews.iter().filter(|(_, review)| review.visited.is_some()).count(), reviews.len()),
                Some(ALL),
                "watch-list",
            ),
            // A number of days, not a share: days ÷ 1, or the two in the middle ÷ 2.
            indicator(
                "decision-days",
                "线索发现到决定天数中位数（天）",
                median(&mut days).unwrap_or((0, 0)),
                None,
                "ledger?list=decided",
            ),
            indicator(
                "missed",
                "网格内家庭由热线、信访、媒体首先反映",
                count(on_grid().filter(|clue| clue.body.source.is_outside()).count(), on_grid().count()),
                Some(0),
                "ledger?list=grid",
            ),
        ])
    }
}

/// The cases of every benefit opened in a period, each with the clue it came from, if it did.
///
/// # Errors
/// What the kernel and the other measures say.
pub fn new_cases(context: &Context, period: Period) -> Result<Vec<(Case, Option<Filed>)>> {
    let cases = cases::cases(context.today, Some(period.from))?;
    let clues = clues_since(period)?;
    Ok(cases
        .into_iter()
        .filter(|case| period.contains(case.opened))
        .map(|case| {
            let clue = clues.iter().find(|clue| led_to(clue, &case)).cloned();
            (case, clue)
        })
        .collect())
}

/// A case came from a clue that was found before it was opened, was not over by then, and whose family was helped or told to apply.
fn led_to(clue: &Filed, case: &Case) -> bool {
    let applies = matches!(clue.body.measure, Some(Measure::Apply | Measure::Tell | Measure::Emergency));
    let person_fits = match (clue.document.person, case.person) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    clue.document.household == Some(case.household)
        && person_fits
        && applies
        && clue.body.found <= case.opened
        && clue.body.closed.is_none_or(|closed| case.opened <= closed)
}

/// The households on grid lists in a period, if only for a day.
///
/// # Errors
/// What the kernel says.
pub fn key_households(period: Period) -> Result<Vec<(Document, Patrol)>> {
    let mut listed = documents::bodies::<Patrol>(documents::Query::of(PATROL))?;
    listed.retain(|(_, body)| body.listed_between(period.from, period.to));
    Ok(listed)
}

/// The watch-listed households found uncovered in a period whom somebody had to visit.
///
/// # Errors
/// Missing parameters, or what the kernel says.
pub fn reviews(context: &Context, period: Period) -> Result<Vec<(Document, Review)>> {
    let (months, _) = parameters::review(context.today)?;
    let mut found = watchlist::found_between(period.from, period.to, months)?;
    found.retain(|(_, review)| review.counts());
    Ok(found)
}

/// The reviews that must be done in a period, whenever the household was found.
///
/// # Errors
/// As [`reviews`].
pub fn reviews_due(context: &Context, period: Period) -> Result<Vec<(Document, Review)>> {
    let (months, _) = parameters::review(context.today)?;
    let mut found = watchlist::found_between(period.from.add_months(-3), period.to, months)?;
    found.retain(|(_, review)| review.counts() && period.contains(review.by));
    Ok(found)
}

/// The clues that may have led to something in a period.
///
/// # Errors
/// What the kernel says.
pub fn clues_since(period: Period) -> Result<Vec<Filed>> {
    clue::found_between(period.from.add_months(-LOOK_BACK), period.to)
}

/// Those about which something was decided in the period.
pub fn decided(clues: &[Filed], period: Period) -> impl Iterator<Item = &Filed> {
    clues.iter().filter(move |clue| clue.body.decided.is_some_and(|decided| period.contains(decided)))
}

/// The cases of households that were on a grid list when the clue was found, in the period.
pub fn on_grid(clues: &[Filed], period: Period) -> impl Iterator<Item = &Filed> {
    clues.iter().filter(move |clue| clue.body.on_grid && clue.body.is_case() && period.contains(clue.body.found))
}
