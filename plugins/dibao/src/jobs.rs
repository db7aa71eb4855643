//! Due work: rechecks that fall due, graces that end, the July uprating. Each step takes a page of households, so that no
//! step is long; doing a step twice changes nothing.

use crate::actions::recheck::Changed;
use crate::codes::{figure, parameter, reason};
use crate::family::Family;
use crate::recheck::Recheck;
use crate::rules::recheck::Class;
use crate::rules::{Terms, Trail};
use crate::running::{self, SCHEME};
use crate::settings::Settings;
use crate::trial::{case_of, decided, pays};
use crate::{notice, terms_on};
use doudi_sdk::prelude::*;

/// Households a step takes: with two reads each far below the limit of a call.
const STEP: u32 = 100;

impl Tick for crate::Dibao {
    fn tick(context: &Context, job: &str, due: Date, cursor: Option<&str>) -> Result<Step> {
        let after = Id(cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0));
        match job {
            "rechecks" => rechecks(due, after),
            "grace" => end_grace(context, due, after),
            "july" | "late-uprating" => uprate(context, due, after),
            other => Err(Refusal::unknown("任务", other)),
        }
    }
}

/// The next page begins after the last household of a full one.
fn step(effects: Effects, households: &[Id]) -> Step {
    match households.last() {
        Some(last) if households.len() == STEP as usize => Step::then(effects, last.0),
        _ => Step::done(effects),
    }
}

/// Opens a recheck for every line of decisions that will be due within the county's lead time (57号 第三十一条).
fn rechecks(today: Date, after: Id) -> Result<Step> {
    let terms = terms_on(today)?;
    let households = records::recipients(SCHEME, today, after, STEP)?;
    let mut effects = Effects::new();
    for household in &households {
        for decision in running::paying(*household, today)? {
            let Some(class) = decision.figure(code(figure::RECHECK_CLASS)).and_then(Class::from_code) else { continue };
            let due = class.due(decision.decided, &terms.params, &terms.rules);
            if decision.outcome == "grace" || due > today.add_days(terms.params.recheck_lead_days) {
                continue;
            }
            if may_open(*household, &decision, due)? {
                let body = Recheck {
                    reason: format!("{}类家庭定期核查", class.letter()),
                    class: class.letter().to_owned(),
                    decision: Some(decision.id),
                    ..Recheck::default()
                };
                effects = effects.document(body.open(&decision, due));
            }
        }
    }
    Ok(step(effects, &households))
}

/// No recheck of this line is open, and none was opened for this date before.
fn may_open(household: Id, decision: &Decision, due: Date) -> Result<bool> {
    let key = Recheck::key(decision, due);
    let known = documents::find(documents::Query::of("recheck").household(household))?;
    Ok(known.iter().all(|document| {
        let open = Recheck::OPEN.contains(&document.state.as_str()) && document.person == decision.person;
        !open && document.key != key
    }))
}

/// Stops what has run out of grace.
fn end_grace(context: &Context, today: Date, after: Id) -> Result<Step> {
    let settings: Settings = context.settings()?;
    let query = documents::Query::of("recheck").state("grace").due_by(today).after(after).limit(STEP);
    let found = documents::find(query)?;
    let mut effects = Effects::new();
    for document in &found {
        let mut body: Recheck = document.body()?;
        let (Some(household), Some(stop)) = (document.household, body.stop) else { continue };
        body.outcome = "stopped".to_owned();
        let mut trail = Trail::default();
        trail.say(reason::GRACE_ENDED, [i64::from(stop.add_days(-1).days())]);
        let mut record =
            DecisionRecord::new(SCHEME, household, "stopped").from(stop).as_of(today).document(document.id);
        record.person = document.person;
        record.reasons = crate::trial::reasons(&trail);
        let sentence = Text::from(format!("渐退期至 {} 届满。", stop.add_days(-1).chinese()));
        effects = effects
            .document(document.to("stopped").note("渐退期满停发").body(&body))
            .decision(record)
            .notice(notice::changed(household, Some(document), "stopped", Fen::ZERO, stop, [sentence], &settings))
            .event(
                EventPublish::new("dibao.stopped")
                    .household(household)
                    .document(document.id)
                    .payload(serde_json::json!({ "outcome": "stopped", "from": stop.to_string() })),
            );
    }
    Ok(match found.last() {
        Some(last) if found.len() == STEP as usize => Step::then(effects, last.id.0),
        _ => Step::done(effects),
    })
}

/// Applies a new standard to everyone covered (the notice, item 10: each July). Where nothing but the standard has changed
/// since the last decision the new amount is decided; where household or income are no longer those that were decided on,
/// people look first: a recomputation never outranks them. Grace is not uprated. A standard that is entered late reaches back
/// to the day it holds from.
fn uprate(context: &Context, today: Date, after: Id) -> Result<Step> {
    let terms = terms_on(today)?;
    let settings: Settings = context.settings()?;
    let begins = parameters::require(parameter::STANDARD, today)?.begins;
    let households = records::recipients(SCHEME, today, after, STEP)?;
    if households.is_empty() {
        return Ok(Step::default());
    }
    let block = records::households(&households, today)?;
    let mut families = block.read::<Family>()?;
    let mut effects = Effects::new();
    while let Some(family) = families.next() {
        for decision in running::paying(family.household, today)? {
            let before = decision.figure(code(figure::STANDARD)).unwrap_or(0);
            if decision.outcome != "grace" && before != terms.params.standard {
                effects = effects.and(uprate_one(family, &decision, before, begins, &terms, &settings, today)?);
            }
        }
    }
    Ok(step(effects, &households))
}

fn uprate_one(
    family: &Family,
    decision: &Decision,
    before: i64,
    begins: Date,
    terms: &Terms,
    settings: &Settings,
    today: Date,
) -> Result<Effects> {
    let now = decided(family, terms, &case_of(decision))?;
    let same = |figure: FigureCode| now.figure(code(figure)) == decision.figure(code(figure));
    let from = begins.max(decision.begins);
    if same(figure::MEMBERS) && same(figure::INCOME) && pays(&now) && now.amount > decision.amount {
        let mut first = Trail::default();
        first.say(reason::STANDARD_RAISED, [before, terms.params.standard, i64::from(begins.days())]);
        let changed = Changed::of(decision, &now, from, today, first);
        return Ok(changed.effects(None, &now, settings));
    }
    if now.amount == decision.amount && pays(&now) {
        return Ok(Effects::new());
    }
    let due = today.last_of_month();
    if !may_open(family.household, decision, due)? {
        return Ok(Effects::new());
    }
    let body = Recheck {
        reason: "提标后家庭人口或收入与上次决定不一致，请核实后决定".to_owned(),
        decision: Some(decision.id),
        ..Recheck::default()
    };
    Ok(Effects::new().document(body.open(decision, due)))
}

/// The code of a figure, as decisions carry it.
fn code(figure: FigureCode) -> &'static str {
    <crate::Dibao as Plugin>::FIGURES[figure.0 as usize]
}
