//! What happened elsewhere and concerns an alert: a file is through, somebody died, somebody was at the home. And the plugin's own events,
//! which carry long work from step to step.

use crate::alert::{ALERT, Alert, FRESH, Target};
use crate::batch::{BATCH, Batch};
use crate::dispatch::{self, DISPATCH};
use crate::family::Family;
use crate::raising::{Clues, raise_all};
use crate::rest::{self, GO_ON};
use crate::rules::clue::{Clue, others_live};
use crate::rules::matrix::RuleId;
use crate::rules::visit::Visit;
use crate::settings::Settings;
use crate::{actions::batch as withdrawal, intake::FEED};
use doudi_sdk::prelude::*;
use serde::Deserialize;

impl React for crate::Monitoring {
    fn react(context: &Context, event: Event) -> Result<Effects> {
        match event.topic.as_str() {
            "feed.taken" => through(context, &event),
            GO_ON => event.document.map_or_else(|| Ok(Effects::new()), |batch| rest::step(context, batch)),
            DISPATCH => dispatch_on(&event),
            withdrawal::WITHDRAW => withdrawal::step(&event),
            "person.died" => died(context, &event),
            "discovery.visited" => visited(&event),
            _ => Ok(Effects::new()),
        }
    }
}

/// The last block of a file: what the kernel could not read is known now, and its alerts go down.
fn through(context: &Context, event: &Event) -> Result<Effects> {
    let taken: FeedTaken = event.payload()?;
    let Some(id) = event.document.filter(|_| taken.feed == FEED) else { return Ok(Effects::new()) };
    let document = documents::get(id)?;
    let mut body: Batch = document.body()?;
    // A file that was sent before, or one that another has taken the place of meanwhile.
    if document.collection != BATCH || document.state != "loading" || body.digest != taken.digest {
        return Ok(Effects::new());
    }
    body.failed = i64::try_from(taken.failed).unwrap_or(i64::MAX);
    let counts = body.counts();
    let mut note = format!("导入完成：{} 行，在册 {} 行", counts.loaded, counts.loaded - counts.unmatched);
    if body.late {
        note.push_str("，迟于所属月份，不计入当月比对");
    }
    if body.only_positives() {
        note.push_str("，只返回了命中的数据");
    }
    let effects = Effects::new().document(body.to(&document, "loaded", note));
    let settings: Settings = context.settings()?;
    Ok(if settings.auto_dispatch { effects.event(go_on(Id(0))) } else { effects })
}

/// The event that lets the sending down go on.
pub fn go_on(after: Id) -> EventPublish {
    EventPublish::new(DISPATCH).payload(serde_json::json!({ "after": after }))
}

/// Where a sending down goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cursor {
    after: Id,
}

fn dispatch_on(event: &Event) -> Result<Effects> {
    let cursor: Cursor = event.payload()?;
    let (effects, next) = dispatch::step(cursor.after)?;
    Ok(match next {
        Some(next) => effects.event(go_on(next)),
        None => effects,
    })
}

/// The kernel's payload of `person.died`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Died {
    date: Option<Date>,
}

/// A household that goes on without its head must be looked at; what was paid for the dead himself is the monthly look's, once the
/// month is over.
fn died(context: &Context, event: &Event) -> Result<Effects> {
    let (Some(household), Some(person)) = (event.household, event.person) else { return Ok(Effects::new()) };
    let on = event.payload::<Option<Died>>()?.and_then(|died| died.date).unwrap_or(context.today);
    let family: Family = records::household(household, context.today)?;
    let Some(member) = family.member(person).filter(|member| member.is_head()) else { return Ok(Effects::new()) };
    if !others_live(&family, member, context.today) {
        return Ok(Effects::new());
    }
    let target = Target { household, person: Some(person) };
    let clues = Clues::from([((RuleId::HeadDied, target), vec![Clue { on, ..Clue::default() }])]);
    let alerts = raise_all(context, &clues)?;
    Ok(alerts.into_iter().fold(Effects::new(), Effects::document))
}

/// Another measure's payload of `discovery.visited`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Visited {
    on: Option<Date>,
    position: bool,
    photos: u32,
    alert: Option<Id>,
}

/// Somebody was at the home for another measure: the alerts that wait for a visit have theirs, if it left the traces a visit leaves.
fn visited(event: &Event) -> Result<Effects> {
    let (Some(household), Ok(told)) = (event.household, event.payload::<Visited>()) else { return Ok(Effects::new()) };
    let Some(on) = told.on.filter(|_| told.position && told.photos > 0) else { return Ok(Effects::new()) };
    let open = documents::find(documents::Query::of(ALERT).states(&FRESH).household(household))?;
    let mut effects = Effects::new();
    for document in open.iter().filter(|document| told.alert.is_none_or(|alert| alert == document.id)) {
        let mut alert: Alert = document.body()?;
        if document.state != "dispatched" || on < alert.raised {
            continue;
        }
        alert.visit = Some(Visit { on, elsewhere: true, ..Visit::default() });
        let note = format!("主动发现走访：{}入户，照片 {} 张", on.chinese(), told.photos);
        effects = effects.document(alert.to(document, "visited", note));
    }
    Ok(effects)
}
