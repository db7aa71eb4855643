//! One measure reacts to one event; what it wishes is applied once, however often the delivery is tried.

use super::{Ended, broken_payload, chain};
use crate::app::App;
use crate::app::consult::{self, Consultation, Request};
use crate::app::outbox::ReactJob;
use doudi_domain::event::Event;
use doudi_domain::{Actor, DocumentId, Error, EventId, HouseholdId, PersonId, Result};
use doudi_plugin_host::EventInput;
use doudi_storage::Snapshot;
use serde_json::Value;

pub(super) async fn react(app: &App, actor: &Actor, payload: &str) -> std::result::Result<(), Ended> {
    let job: ReactJob = serde_json::from_str(payload).map_err(broken_payload)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let event = snapshot.event_fetch(EventId(job.event)).await?;
    chain::goes_on(&mut snapshot, &event).await?;
    let cause = event.cause();
    let event = input(&mut snapshot, &event, app.today()).await?;
    snapshot.close().await?;
    let consultation =
        Consultation { key: Some(job.key()), plugin: job.plugin, request: Request::React { event, cause } };
    Ok(consult::carry_out_if_enabled(app, actor, consultation).await?)
}

/// What the event is about: from its subject, and from its payload where that says more.
async fn input(snapshot: &mut Snapshot, event: &Event, today: doudi_domain::Date) -> Result<EventInput> {
    let payload: Value = serde_json::from_str(&event.payload).map_err(broken_payload)?;
    let named = |kind: &str| -> Option<i64> {
        let from_subject =
            event.subject.split_once('/').filter(|(of, _)| *of == kind).and_then(|(_, id)| id.parse().ok());
        from_subject.or_else(|| number(payload.get(kind)?))
    };
    let document = named("document").map(DocumentId);
    let person = named("person").map(PersonId);
    let mut household = named("household").map(HouseholdId);
    if household.is_none() {
        household = match (document, person) {
            (Some(document), _) => {
                found(snapshot.document_fetch(document).await)?.and_then(|document| document.household)
            }
            (None, Some(person)) => {
                let memberships = snapshot.memberships_of_person(person).await?;
                let current = memberships.iter().rev().find(|membership| membership.covers(today));
                current.or(memberships.last()).map(|membership| membership.household)
            }
            (None, None) => None,
        };
    }
    // A plugin's event carries its own payload within the kernel's envelope; a kernel's event is its payload.
    let own = payload.get("payload").filter(|_| payload.get("household").is_some());
    Ok(EventInput {
        topic: event.topic.clone(),
        household,
        person,
        document,
        payload: own.map_or_else(|| event.payload.clone(), Value::to_string),
    })
}

/// Ids are numbers in the kernel's payloads and strings in the plugins'.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn found<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
