//! Due work: departments of the list exist; alerts go down and their ends are noticed; every month every household is looked at, every
//! quarter with the watch list.

use crate::alert::{ALERT, Alert, Target};
use crate::benefits::{self, Case, Lines};
use crate::department::Department;
use crate::dispatch;
use crate::family::Family;
use crate::parameters;
use crate::raising::{Clues, Desk};
use crate::rules::matrix::{Disposition, RuleId};
use crate::rules::watch::{Found, Terms, look};
use crate::settings::Settings;
use crate::source::{SOURCE, Source};
use crate::survey::{self, Survey};
use doudi_sdk::prelude::*;
use std::collections::BTreeSet;

/// Households looked at in a step; each may raise several alerts, and a call may wish for a thousand things.
const HOUSEHOLDS: u32 = 1_000;
/// Effects of a step of the look.
const BUDGET: usize = 900;
/// Alerts followed up in a step.
const FOLLOWED: u32 = 200;

impl Tick for crate::Monitoring {
    fn tick(context: &Context, job: &str, due: Date, cursor: Option<&str>) -> Result<Step> {
        let after = Id(cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0));
        match job {
            "sources" => Ok(Step::done(seed()?)),
            "dispatch" => send_down(context, after),
            "follow" => follow(context, after),
            "watch" => watch(context, due, false, after),
            "watch-list" => watch(context, due, true, after),
            other => Err(Refusal::unknown("任务", other)),
        }
    }
}

/// What is missing of the list of departments.
fn seed() -> Result<Effects> {
    let known: BTreeSet<String> =
        documents::all(documents::Query::of(SOURCE))?.into_iter().map(|document| document.key).collect();
    let missing = Department::ALL.into_iter().filter(|department| !known.contains(department.code()));
    Ok(missing.map(Source::seed).fold(Effects::new(), Effects::document))
}

fn send_down(context: &Context, after: Id) -> Result<Step> {
    let settings: Settings = context.settings()?;
    if !settings.auto_dispatch {
        return Ok(Step::default());
    }
    let (effects, next) = dispatch::step(after)?;
    Ok(Step { effects, next: next.map(|next| next.0.to_string()) })
}

/// Whether what was begun for an alert has come to an end: a case granted or refused, a benefit that is no longer paid. A department's
/// answer is accepted on its own document.
fn follow(context: &Context, after: Id) -> Result<Step> {
    let query = documents::Query::of(ALERT).state("handling").after(after).limit(FOLLOWED);
    let waiting = documents::find(query)?;
    let mut alerts: Vec<(&Document, Alert)> = Vec::new();
    for document in &waiting {
        alerts.push((document, document.body()?));
    }
    let of = |alerts: &[(&Document, Alert)], wanted: Disposition| -> Vec<Id> {
        let some = alerts.iter().filter(|(_, alert)| alert.disposition == Some(wanted));
        let mut ids: Vec<Id> = some.filter_map(|(document, _)| document.household).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let ending = benefits::among(&of(&alerts, Disposition::End), context.today)?;
    let applying = of(&alerts, Disposition::Apply);
    let since = alerts.iter().filter_map(|(_, alert)| alert.disposed).min();
    let cases = if applying.is_empty() { Vec::new() } else { benefits::cases(context.today, since, None)? };
    let mut effects = Effects::new();
    for (document, mut alert) in alerts {
        if let Some(note) = ended(document, &mut alert, &ending, &cases) {
            effects = effects.document(alert.to(document, "feedback", note));
        }
    }
    let next = waiting.last().filter(|_| waiting.len() == FOLLOWED as usize).map(|last| last.id.0.to_string());
    Ok(Step { effects, next })
}

/// How it ended, if it did.
fn ended(document: &Document, alert: &mut Alert, ending: &Lines, cases: &[Case]) -> Option<String> {
    let (household, disposed) = (document.household?, alert.disposed?);
    match alert.disposition? {
        Disposition::End => {
            let lines = ending.get(&household).map_or(&[][..], Vec::as_slice);
            // A member's death leaves the household's own line, with fewer people on it, decided since.
            let stands = lines.iter().any(|line| match (line.person, document.person) {
                (Some(one), Some(other)) => one == other,
                _ => line.begins <= disposed,
            });
            (!stands).then(|| "待遇已停止或者已重新核定".to_owned())
        }
        Disposition::Apply => {
            let own = || cases.iter().filter(|case| case.household == household && case.opened >= alert.raised);
            let closed = |outcome: &str| {
                own().filter(|case| case.outcome.as_deref() == Some(outcome)).filter_map(|case| case.closed).max()
            };
            if let Some(day) = closed("granted") {
                alert.aided = Some(day);
                return Some(format!("{}审核确认，纳入救助", day.chinese()));
            }
            // While one is open nothing has come to an end.
            if own().any(|case| case.closed.is_none()) {
                return None;
            }
            closed("refused").map(|day| format!("{}不予确认，未纳入救助", day.chinese()))
        }
        Disposition::Deliver | Disposition::Council => None,
    }
}

/// One step of the look at every household. What a step found is written with where it ended, so that a step that is taken twice is
/// taken once.
fn watch(context: &Context, due: Date, quarterly: bool, after: Id) -> Result<Step> {
    let month = due.first_of_month();
    let known = survey::of(month, quarterly)?;
    let (document, mut body) = match known {
        Some((document, _)) if document.state == "done" => return Ok(Step::default()),
        Some((document, body)) => (Some(document), body),
        None => (None, Survey { month, quarterly, ..Survey::default() }),
    };
    let start = body.after.max(after);
    let mut ids = records::all(start, HOUSEHOLDS)?;
    let mut whole = ids.len() < HOUSEHOLDS as usize;
    let terms = parameters::watch_terms(month, quarterly)?;
    let (looked, found) = look_at(context, &ids, &terms, &mut body)?;
    if looked < ids.len() {
        ids.truncate(looked);
        whole = false;
    }
    body.after = ids.last().copied().unwrap_or(start);
    body.raised += found.len() as i64;
    let effects = found.into_iter().fold(Effects::new(), Effects::document);
    let effects = effects.document(body.put(document.as_ref(), whole));
    if whole {
        return Ok(Step::done(effects));
    }
    Ok(Step::then(effects, body.after.0))
}

/// Looks at households until the step is full: how many were looked at, and the alerts.
fn look_at(context: &Context, ids: &[Id], terms: &Terms, body: &mut Survey) -> Result<(usize, Vec<DocumentPut>)> {
    if ids.is_empty() {
        return Ok((0, Vec::new()));
    }
    let lines = benefits::among(ids, context.today)?;
    let applied: BTreeSet<Id> = if terms.watch_list {
        // Watch-listed ∖ (paid ∪ recognised ∪ applied).
        let mut applied = benefits::recognised(ids, context.today)?;
        applied.extend(benefits::cases(context.today, None, None)?.into_iter().map(|case| case.household));
        applied
    } else {
        BTreeSet::new()
    };
    let block = records::households(ids, context.today)?;
    let mut families = block.read::<Family>()?;
    let mut seen: Vec<(Id, i64, (i64, i64), Clues)> = Vec::with_capacity(ids.len());
    while let Some(family) = families.next() {
        let paid = lines.get(&family.household).map_or(&[][..], Vec::as_slice);
        let mut clues = Clues::new();
        for Found { rule, person, clue } in look(family, paid, applied.contains(&family.household), terms) {
            // The quarter's look adds the watch list only: the month's has found the rest.
            if !terms.watch_list || rule == RuleId::WatchListUncovered {
                let target = Target { household: family.household, person };
                clues.entry((rule, target)).or_default().push(clue);
            }
        }
        seen.push((family.household, family.division, family.completeness(), clues));
    }
    let rules = seen.iter().flat_map(|(.., clues)| clues.keys().map(|(rule, _)| *rule)).collect();
    let desk = Desk::open(context, &rules)?;
    let mut alerts = Vec::new();
    for (place, (_, division, complete, clues)) in seen.iter().enumerate() {
        let mut own = Vec::new();
        for ((rule, target), clues) in clues {
            own.extend(desk.raise(*rule, *target, clues, None)?);
        }
        if alerts.len() + own.len() > BUDGET {
            return Ok((place, alerts));
        }
        alerts.extend(own);
        body.households += 1;
        let village = body.villages.entry(format!("{division:012}")).or_default();
        *village = (village.0 + complete.0, village.1 + complete.1);
    }
    Ok((seen.len(), alerts))
}
