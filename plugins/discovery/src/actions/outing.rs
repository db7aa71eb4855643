//! 登记走访: what an officer enters at the door, on a phone and often without a signal. It becomes a visit, tells other measures that
//! somebody was there, and turns each hardship seen into a clue. Whether to believe it is asked later, by [`crate::screening`].

use super::{is_village, missing, office, required, word};
use crate::clue::Report;
use crate::patrol;
use crate::reporting::{self, News};
use crate::rules::clock::Stand;
use crate::rules::words::{Difficulty, Place, Source, Stay, Urgency, Wish};
use crate::visit::{Errand, Photo, VISIT, Visit};
use doudi_sdk::prelude::*;

/// The form `visit`, read.
///
/// # Errors
/// Everything missing at once.
pub fn read(context: &Context, action: &Action, errand: Errand, stay: Option<Stay>) -> Result<Visit> {
    let values = &action.values;
    let moment = values.moment("moment").ok_or_else(|| missing("moment", "走访时间"))?;
    let mut problems = Problems::new();
    problems.require(moment.date <= context.today, "moment", "走访时间不能晚于今天");
    let (seen, others) = (values.ids("seen"), values.text("others").unwrap_or_default().to_owned());
    let nobody = values.yes("nobody");
    problems.require(
        nobody || !seen.is_empty() || !others.is_empty(),
        "seen",
        "请选择见到的家庭成员，或者写明见到了谁；没有见到人的，勾选“无人应答”",
    );
    let hardships: Vec<Difficulty> = values.choices("hardships").into_iter().filter_map(Difficulty::of).collect();
    problems.require(
        !(nobody && !hardships.is_empty() && others.is_empty()),
        "others",
        "没有见到本户人员而反映困难的，请写明是谁说的",
    );
    problems.refuse("走访记录不完整")?;
    // The same photo twice in one visit is one photo.
    let mut photos: Vec<Photo> = Vec::new();
    let named = values.files("photos");
    for file in action.files.iter().filter(|file| named.contains(&file.id)) {
        if photos.iter().all(|photo| photo.digest != file.digest) {
            photos.push(Photo { file: file.id, digest: file.digest.clone() });
        }
    }
    Ok(Visit {
        moment,
        officer: context.actor.user,
        errand,
        subject: action.document.as_ref().map(|document| document.id),
        place: word(values, "place", "走访地点", Place::of)?,
        stay,
        seen,
        others,
        nobody,
        findings: required(values, "findings", "走访情况")?.to_owned(),
        hardships,
        urgent: values.yes("urgent"),
        wish: values.text("wish").and_then(Wish::of).unwrap_or(Wish::None),
        told: values.yes("told"),
        unable: values.yes("unable"),
        position: values.position("position").filter(Position::is_valid),
        photos,
        taken: action.taken(),
        sent: action.sent(),
        questions: Vec::new(),
        settled: String::new(),
    })
}

/// The visit's document.
pub fn put(visit: &Visit, household: Option<Id>, village: Option<i64>) -> DocumentPut {
    let put = DocumentPut::create(VISIT, format!("走访（{}）", visit.errand.zh()))
        .state("recorded")
        .note(visit.place.zh())
        .index("minute", visit.minute())
        .index("month", visit.month())
        .body(visit);
    match (household, village) {
        (Some(household), _) => put.household(household),
        (None, Some(village)) => put.division(village),
        (None, None) => put,
    }
}

/// Tells other measures that somebody was at the home: once for each alert that waits for it, else once.
pub fn told_others(visit: &Visit, household: Option<Id>, subject: Option<Id>, alerts: &[Id]) -> Effects {
    let Some(household) = household.filter(|_| !visit.nobody) else { return Effects::new() };
    let hardship: Vec<&str> = visit.hardships.iter().map(|difficulty| difficulty.code()).collect();
    let payload = |alert: Option<Id>| {
        let mut payload = serde_json::json!({
            "on": visit.moment.date.to_string(),
            "hardship": hardship,
            "position": visit.position.is_some(),
            "photos": visit.photos.len(),
        });
        if let Some(alert) = alert {
            payload["alert"] = serde_json::json!(alert.0.to_string());
        }
        payload
    };
    let event = |alert: Option<Id>| {
        let event = EventPublish::new("discovery.visited").household(household).payload(payload(alert));
        match subject {
            Some(subject) => event.document(subject),
            None => event,
        }
    };
    match alerts {
        [] => Effects::new().event(event(None)),
        alerts => alerts.iter().fold(Effects::new(), |effects, alert| effects.event(event(Some(*alert)))),
    }
}

/// The hardships seen, each reported as a clue; `known` is what the visit was about already.
///
/// # Errors
/// Missing parameters, or what the kernel says.
pub fn clues(context: &Context, visit: &Visit, household: Option<Id>, known: Option<Difficulty>) -> Result<Effects> {
    let mut effects = Effects::new();
    let mut reported: Vec<Difficulty> = Vec::new();
    for difficulty in &visit.hardships {
        if Some(*difficulty) == known || reported.contains(difficulty) {
            continue;
        }
        reported.push(*difficulty);
        let source = if visit.errand == Errand::Patrol { Source::Grid } else { Source::Visit };
        let news = News {
            household,
            person: None,
            village: household.is_none().then_some(context.actor.division),
            difficulty: *difficulty,
            urgency: if visit.urgent { Urgency::Urgent } else { Urgency::Ordinary },
            whereabouts: String::new(),
            wish: Some(visit.wish),
            stand: if is_village(context) { Stand::Registered } else { Stand::Reported },
            report: Report {
                on: visit.moment.date,
                source,
                finder: office(context).to_owned(),
                officer: Some(context.actor.user),
                description: visit.findings.clone(),
                alert: None,
            },
            due: None,
        };
        effects = effects.document(reporting::file(context, news)?);
    }
    Ok(effects)
}

/// Whoever visits a household on a grid list has done its patrol, too: nobody is to knock twice in a week for the sake of a form.
///
/// # Errors
/// Missing parameters, or what the kernel says.
pub fn patrolled(context: &Context, visit: &Visit, household: Option<Id>) -> Result<Effects> {
    let Some(household) = household else { return Ok(Effects::new()) };
    let Some((document, mut patrol)) = patrol::of(household)? else { return Ok(Effects::new()) };
    if !patrol::counts(visit, &patrol) {
        return Ok(Effects::new());
    }
    patrol.visited(visit.moment.date);
    let intervals = crate::parameters::intervals(context.today)?;
    Ok(Effects::new().document(patrol.to(&document, context.today, &intervals, "已走访")))
}
