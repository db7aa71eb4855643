//! What happened elsewhere and concerns a payment: a death. And the plugin's own event that carries a drawing from step to step when
//! a person asked for it.

use crate::drawing::{Cursor, step};
use crate::finding::{FINDING, Finding};
use crate::roster::{ROSTER, Roster};
use crate::rules::controls::Code;
use doudi_sdk::doc::effect::{PaymentMark, PaymentState};
use doudi_sdk::payments::Query;
use doudi_sdk::prelude::*;
use serde::Deserialize;

/// The topic of a drawing's next step.
pub const DRAW: &str = "disbursement.draw";

/// The kernel's payload of `person.died`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Died {
    date: Option<Date>,
}

/// Where a drawing goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Drawing {
    cursor: String,
}

impl React for crate::Disbursement {
    fn react(context: &Context, event: Event) -> Result<Effects> {
        match event.topic.as_str() {
            DRAW => draw(context, &event),
            "person.died" => died(context, &event),
            _ => Ok(Effects::new()),
        }
    }
}

/// The event that lets a drawing go on.
pub fn go_on(cursor: &Cursor) -> EventPublish {
    EventPublish::new(DRAW).payload(serde_json::json!({ "cursor": cursor.to_string() }))
}

fn draw(context: &Context, event: &Event) -> Result<Effects> {
    let drawing: Drawing = event.payload()?;
    let (effects, next) = step(context, &Cursor::parse(&drawing.cursor)?)?;
    Ok(match next {
        Some(next) => effects.event(go_on(&next)),
        None => effects,
    })
}

/// Nothing more is paid to the household of a dead person until it has been decided again: what no roster has sent is held. The
/// first roster that must omit the dead is that of the month after the death.
fn died(context: &Context, event: &Event) -> Result<Effects> {
    let (Some(household), Some(person)) = (event.household, event.person) else { return Ok(Effects::new()) };
    let date = event.payload::<Option<Died>>()?.and_then(|died| died.date).unwrap_or(context.today);
    let known = documents::find(documents::Query::of(FINDING).household(household).index("code", Code::Died.code()))?;
    if known.iter().any(|document| document.person == Some(person)) {
        return Ok(Effects::new());
    }
    let paid = payments::all(Query::default().households([household]))?;
    if paid.is_empty() {
        return Ok(Effects::new());
    }
    let mut effects = Effects::new();
    let mut held = false;
    for line in paid.iter().filter(|line| matches!(line.state, PaymentState::Drawn | PaymentState::Held)) {
        if line.month <= date || line.person.is_some_and(|payee| payee != person) {
            continue;
        }
        let document = documents::get(line.document)?;
        if document.collection != ROSTER || document.due.is_none() || !before_sending(&document.state) {
            continue;
        }
        let body: Roster = document.body()?;
        let mut finding = Finding::of(Code::Died, document.id, &body, line);
        finding.died = Some(date);
        if line.state == PaymentState::Drawn && document.state == "checking" {
            effects = effects.hold(PaymentMark::new(document.id, [line.id], Code::Died.code()));
        }
        let put = finding.open(Finding::key(line.id, Code::Died), household, Some(person), body.send_advised);
        effects = effects.document(put);
        held = true;
    }
    if !held {
        let finding = Finding { code: Code::Died.code().to_owned(), died: Some(date), ..Finding::default() };
        let due = calendar::add_working_days(context.today, 5)?;
        let key = format!("died-{}", person.0);
        effects = effects.document(finding.open(key, household, Some(person), Some(due)));
    }
    Ok(effects)
}

/// A roster's lines can still be held.
fn before_sending(state: &str) -> bool {
    matches!(state, "checking" | "reviewing" | "sending")
}
