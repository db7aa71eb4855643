//! Due work: visits, yearly reviews and assessments that fall due, minors who turn 18, the July uprating. Each step takes a page
//! of households, so that no step is long; doing a step twice changes nothing.

mod uprating;

use crate::assessment::{self, Assessment};
use crate::care::View;
use crate::family::Family;
use crate::parameters::Params;
use crate::review::{self, Review};
use crate::rules::form::Form;
use crate::rules::labour;
use crate::rules::level::Level;
use crate::rules::visit::next_due;
use crate::running::{Line, SCHEME, Support};
use crate::terms_on;
use crate::visit::Visit;
use doudi_sdk::prelude::*;

/// Households a step takes: with half a dozen reads each far below the limit of a call.
const STEP: u32 = 80;

impl Tick for crate::CareContracts {
    fn tick(context: &Context, job: &str, due: Date, cursor: Option<&str>) -> Result<Step> {
        let after = Id(cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0));
        match job {
            "visits" => each(due, after, |line, params| visit(line, params, due)),
            "reviews" => each(due, after, |line, params| {
                Ok(yearly(line, params, due)?.and(regular_assessment(line, params, due)?))
            }),
            "ages" => ages(due, after),
            "july" | "late-uprating" => uprating::step(context, due, after),
            other => Err(Refusal::unknown("任务", other)),
        }
    }
}

/// A page of supported people, one after another.
fn each(today: Date, after: Id, work: impl Fn(&Decision, &Params) -> Result<Effects>) -> Result<Step> {
    let params = terms_on(today)?.params;
    let lines = decisions::in_force(SCHEME, today, None, after, STEP)?;
    let mut effects = Effects::new();
    for line in &lines {
        effects = effects.and(work(line, &params)?);
    }
    Ok(step(effects, &lines))
}

/// The next page begins after the last household of a full one.
fn step(effects: Effects, lines: &[Decision]) -> Step {
    let mut households: Vec<Id> = lines.iter().map(|line| line.household).collect();
    households.dedup();
    match households.last() {
        Some(last) if households.len() == STEP as usize => Step::then(effects, last.0),
        _ => Step::done(effects),
    }
}

/// Everybody at home always has one visit to come (the notice, item 4).
fn visit(line: &Decision, params: &Params, today: Date) -> Result<Effects> {
    let Some(person) = line.person.filter(|_| line.form() == Form::Scattered) else { return Ok(Effects::new()) };
    let visits = documents::all(documents::Query::of("visit").person(person))?;
    if visits.iter().any(|visit| visit.state == "due") {
        return Ok(Effects::new());
    }
    let last = visits.iter().rfind(|visit| visit.state != "cancelled");
    let done = match last {
        Some(last) => last.body::<Visit>()?.done,
        None => None,
    };
    let cared = View::of_person(person)?.cared(Support::from(line), today);
    let level = cared.level().unwrap_or(Level::SelfCaring);
    let agreed = cared.agreement.as_ref().filter(|_| cared.is_covered()).map(|agreed| agreed.visit_days);
    // The county's interval binds; an agreement may only ask for more visits.
    let interval = match (agreed, params.visit_interval(level)) {
        (Some(agreed), Some(limit)) => agreed.min(limit),
        (Some(days), None) | (None, Some(days)) => days,
        (None, None) => return Ok(Effects::new()),
    };
    let due = next_due(done, line.begins, interval).max(today);
    let newest = visits.last().map(|visit| visit.id);
    Ok(Effects::new().document(Visit::open(line.household, person, due, newest)))
}

/// 年审: a year after the award or the last one (43号 第二十五条).
fn yearly(line: &Decision, params: &Params, today: Date) -> Result<Effects> {
    let (Some(person), Some(months)) = (line.person, params.review_months) else { return Ok(Effects::new()) };
    if review::open_of(person, Some("yearly"))?.is_some() {
        return Ok(Effects::new());
    }
    let due = next_review(&Support::from(line), months)?;
    let key = format!("yearly-{}-{due}", person.0);
    if due > today.add_days(params.lead_days) {
        return Ok(Effects::new());
    }
    let known = documents::all(documents::Query::of("review").person(person))?;
    if known.iter().any(|document| document.key == key) {
        return Ok(Effects::new());
    }
    let body = Review {
        kind: "yearly".to_owned(),
        member: Some(person),
        on: Some(today),
        reason: "救助供养证年审".to_owned(),
        circumstances: review::last_circumstances(person)?,
        ..Review::default()
    };
    Ok(Effects::new().document(body.open(line.household, &key, Some(due))))
}

/// The day the next yearly review is due.
///
/// # Errors
/// As [`documents::find`].
pub fn next_review(line: &Support, months: u32) -> Result<Date> {
    let person = line.person.unwrap_or_default();
    let awarded = decisions::of_household(line.household)?
        .into_iter()
        .filter(|decision| decision.scheme == SCHEME && decision.person == line.person && decision.effect == "grant")
        .map(|decision| decision.decided)
        .max();
    let done = documents::all(documents::Query::of("review").person(person).states(&["kept", "raised", "lowered"]))?
        .into_iter()
        .filter(|document| document.body::<Review>().is_ok_and(|body| body.kind == "yearly"))
        .map(|document| document.since)
        .max();
    Ok(awarded.max(done).unwrap_or(line.decided).add_months(i32::try_from(months).unwrap_or(12)))
}

/// An assessment twelve months old is made anew (the interval is the county's).
fn regular_assessment(line: &Decision, params: &Params, today: Date) -> Result<Effects> {
    let (Some(person), Some(months)) = (line.person, params.assessment_months) else { return Ok(Effects::new()) };
    let last = assessment::of_person(person)?.iter().filter_map(|assessment| assessment.assessed).max();
    let due = last.map(|last| last.add_months(i32::try_from(months).unwrap_or(12)));
    if due.is_some_and(|due| due > today.add_days(params.lead_days)) || assessment::is_open(person)? {
        return Ok(Effects::new());
    }
    let body = Assessment {
        member: Some(person),
        cause: if last.is_none() { "first" } else { "yearly" }.to_owned(),
        reported: Some(today),
        ..Assessment::default()
    };
    Ok(Effects::new().document(body.open(line.household, due.map(|due| due.max(today)))))
}

/// Minors who are 18 and no longer at school (43号 第二十四条).
fn ages(today: Date, after: Id) -> Result<Step> {
    let terms = terms_on(today)?;
    let lines = decisions::in_force(SCHEME, today, None, after, STEP)?;
    let minors: Vec<&Decision> = lines.iter().filter(|line| line.is_as_minor()).collect();
    let mut households: Vec<Id> = minors.iter().map(|line| line.household).collect();
    households.dedup();
    let mut effects = Effects::new();
    if !households.is_empty() {
        let families = records::households(&households, today)?.read::<Family>()?.to_vec();
        for line in minors {
            let family = families.iter().find(|family| family.household == line.household);
            let Some(member) = family.zip(line.person).and_then(|(family, person)| family.member(person)) else {
                continue;
            };
            let Some(age) =
                member.age(today).filter(|age| !labour::continues(*age, member.study, terms.rules.adult_age))
            else {
                continue;
            };
            effects = effects.and(of_age(line, member.person, age, today)?);
        }
    }
    Ok(step(effects, &lines))
}

fn of_age(line: &Decision, person: Id, age: i64, today: Date) -> Result<Effects> {
    let key = format!("minor-{}", person.0);
    let known = documents::all(documents::Query::of("review").person(person))?;
    if known.iter().any(|document| document.key == key) {
        return Ok(Effects::new());
    }
    let body = Review {
        kind: "minor".to_owned(),
        member: Some(person),
        on: Some(today),
        reason: format!("已满 {age} 周岁，档案中没有在校记录，请核实是否终止"),
        circumstances: review::last_circumstances(person)?,
        ..Review::default()
    };
    Ok(Effects::new().document(body.open(line.household, &key, Some(today.add_months(1)))))
}
