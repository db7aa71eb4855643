//! What happened elsewhere and concerns a supported person, or somebody who might be one: a death, an application discovered in
//! the village, an alert that proved true, a decision a spot check found wrong. Each opens something for people to decide.

use crate::actions::application::{draft, open_application};
use crate::actions::review::stop_care;
use crate::application::Application;
use crate::family::Family;
use crate::review::{self, Review};
use crate::running::{self, SCHEME};
use doudi_sdk::prelude::*;
use serde::Deserialize;

/// The kernel's payload of `person.died`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Died {
    date: Option<Date>,
}

/// `discovery.application`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Discovered {
    scheme: String,
    /// The officer who helps to apply.
    proxy: Option<Id>,
}

/// `monitoring.ended`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ended {
    rule: String,
    on: Option<Date>,
}

/// `delegated-approval.reversed`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reversed {
    scheme: String,
    case: Option<Id>,
    finding: String,
}

impl React for crate::CareContracts {
    fn react(context: &Context, event: Event) -> Result<Effects> {
        match event.topic.as_str() {
            "person.died" => died(context, &event),
            "discovery.application" => discovered(context, &event),
            "monitoring.ended" => ended(context, &event),
            "delegated-approval.reversed" => reversed(context, &event),
            _ => Ok(Effects::new()),
        }
    }
}

/// Whether a review with this key exists, whatever became of it.
fn is_known(person: Id, key: &str) -> Result<bool> {
    let found = documents::all(documents::Query::of("review").person(person))?;
    Ok(found.iter().any(|document| document.key == key))
}

/// Opens the review of a death, once, and ends care at once: nobody is looked after who has died. The money is for people to
/// decide.
fn died(context: &Context, event: &Event) -> Result<Effects> {
    let (Some(household), Some(person)) = (event.household, event.person) else { return Ok(Effects::new()) };
    let key = format!("death-{}", person.0);
    if running::supports_or_will(household, person, context.today)?.is_none()
        || is_known(person, &key)?
        || review::open_of(person, Some("death"))?.is_some()
    {
        return Ok(Effects::new());
    }
    let payload: Option<Died> = event.payload()?;
    let on = match payload.and_then(|died| died.date) {
        Some(date) => date,
        None => {
            let family: Family = records::household(household, context.today)?;
            family.member(person).and_then(|member| member.death).unwrap_or(context.today)
        }
    };
    let body = Review {
        kind: "death".to_owned(),
        member: Some(person),
        on: Some(on),
        reason: "系统收到死亡登记，请核实".to_owned(),
        circumstances: review::last_circumstances(person)?,
        ..Review::default()
    };
    let effects = Effects::new().document(body.open(household, &key, Some(context.today.add_months(1))));
    Ok(effects.and(stop_care(person, "death", on)?))
}

/// A draft for whom somebody helped in the village, with the helper named, once.
fn discovered(context: &Context, event: &Event) -> Result<Effects> {
    let payload: Option<Discovered> = event.payload()?;
    let payload = payload.unwrap_or_default();
    let (Some(household), Some(person)) = (event.household, event.person) else { return Ok(Effects::new()) };
    if payload.scheme != SCHEME && payload.scheme != <crate::CareContracts as Plugin>::ID {
        return Ok(Effects::new());
    }
    let body = Application {
        applicant: Some(person),
        proxy: true,
        proxy_relation: "村（居）主动发现，协助申请".to_owned(),
        proxy_officer: payload.proxy,
        ..Application::default()
    };
    draft_once(context, household, person, &body, event, "主动发现，代为建立申请（依据：民发〔2021〕43号 第十一条）")
}

fn draft_once(
    context: &Context,
    household: Id,
    person: Id,
    body: &Application,
    event: &Event,
    note: &str,
) -> Result<Effects> {
    let key = format!("event-{}-{}", event.document.unwrap_or_default().0, person.0);
    let before = documents::all(documents::Query::of("application").person(person))?;
    if open_application(person, None)?.is_some()
        || before.iter().any(|document| document.key == key)
        || running::supports_or_will(household, person, context.today)?.is_some()
    {
        return Ok(Effects::new());
    }
    Ok(Effects::new().document(draft(household, person, body, note).key(key)))
}

/// A clue is never a decision: everybody concerned is looked at again.
fn ended(context: &Context, event: &Event) -> Result<Effects> {
    let Some(household) = event.household else { return Ok(Effects::new()) };
    let payload: Option<Ended> = event.payload()?;
    let payload = payload.unwrap_or_default();
    let mut effects = Effects::new();
    for line in running::lines(household, context.today)? {
        let Some(person) = line.person.filter(|person| event.person.is_none_or(|only| only == *person)) else {
            continue;
        };
        let review = Review {
            kind: "monitoring".to_owned(),
            member: Some(person),
            on: payload.on.or(Some(context.today)),
            reason: format!("动态监测认为可能不再符合条件（{}），请核实", payload.rule),
            ..Review::default()
        };
        effects = effects.and(review_once(context, household, person, review, event)?);
    }
    Ok(effects)
}

fn review_once(context: &Context, household: Id, person: Id, mut body: Review, event: &Event) -> Result<Effects> {
    let key = format!("{}-{}-{}", body.kind, person.0, event.document.unwrap_or_default().0);
    if is_known(person, &key)? || review::open_of(person, Some(&body.kind))?.is_some() {
        return Ok(Effects::new());
    }
    body.circumstances = review::last_circumstances(person)?;
    Ok(Effects::new().document(body.open(household, &key, Some(context.today.add_months(1)))))
}

/// A spot check found a decision wrong: an award is reviewed; who was refused gets a new application that says why.
fn reversed(context: &Context, event: &Event) -> Result<Effects> {
    let payload: Option<Reversed> = event.payload()?;
    let payload = payload.unwrap_or_default();
    let Some(household) = event.household.filter(|_| payload.scheme == SCHEME) else { return Ok(Effects::new()) };
    let case = match payload.case {
        Some(case) => Some(documents::get(case)?).filter(|case| case.collection == "application"),
        None => None,
    };
    let Some(person) = event.person.or_else(|| case.as_ref().and_then(|case| case.person)) else {
        return Ok(Effects::new());
    };
    if running::supports_or_will(household, person, context.today)?.is_some() {
        let body = Review {
            kind: "reversed".to_owned(),
            member: Some(person),
            on: Some(context.today),
            reason: format!("抽查认定原决定有误：{}，请核实后重新决定", payload.finding),
            ..Review::default()
        };
        return review_once(context, household, person, body, event);
    }
    // What was declared then is taken over; every step is taken anew.
    let before: Application = case.as_ref().map(Document::body).transpose()?.unwrap_or_default();
    let body = Application {
        applicant: Some(person),
        proxy: before.proxy,
        proxy_relation: before.proxy_relation,
        proxy_officer: before.proxy_officer,
        circumstances: before.circumstances,
        wish: before.wish,
        signed: before.signed,
        account_ready: before.account_ready,
        near_relative: before.near_relative,
        declared: before.declared,
        ..Application::default()
    };
    let note = format!("抽查认定原不予确认有误：{}，重新办理", payload.finding);
    draft_once(context, household, person, &body, event, &note)
}
