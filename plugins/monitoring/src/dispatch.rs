//! 派单: raised alerts go to the towns. The household's place is where they go; other measures hear of each.

use crate::alert::{ALERT, Alert};
use doudi_sdk::prelude::*;
use serde_json::json;

/// The topic of the next step.
pub const DISPATCH: &str = "monitoring.dispatch";
/// What other measures hear of an alert that was sent down.
pub const RAISED: &str = "monitoring.raised";
/// Alerts of one step: each is a document and an event.
const STEP: usize = 200;

/// Sends one alert down.
///
/// # Errors
/// `internal` when it cannot be read.
pub fn send(document: &Document, alert: &Alert, note: &str) -> Effects {
    // What the rule suggests: whoever may no longer qualify is in no hardship for others to look into.
    let rule = alert.rule.rule();
    let mut payload = json!({ "rule": rule.code, "level": alert.level.code(), "disposition": rule.hint.code() });
    if let Some(due) = alert.due {
        payload["due"] = json!(due);
    }
    let event = EventPublish { household: document.household, person: document.person, ..EventPublish::new(RAISED) };
    Effects::new().document(alert.to(document, "dispatched", note)).event(event.document(document.id).payload(payload))
}

/// Sends down what waits, and says where to go on.
///
/// # Errors
/// As [`documents::find`].
pub fn step(after: Id) -> Result<(Effects, Option<Id>)> {
    let waiting = documents::find(documents::Query::of(ALERT).state("raised").after(after).limit(STEP as u32))?;
    let mut effects = Effects::new();
    for document in &waiting {
        effects = effects.and(send(document, &document.body()?, "按家庭所在镇街派单"));
    }
    let next = waiting.last().filter(|_| waiting.len() == STEP).map(|last| last.id);
    Ok((effects, next))
}
