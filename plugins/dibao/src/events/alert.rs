//! An alert proved true: the household may no longer qualify (39号: verify and end). A recheck is opened for each line that covers the
//! person, once for each alert. Where one waits for its visit already, the alert is noted on it: whoever goes there looks at both.

use crate::actions::recheck::keep_due;
use crate::origin::{Finder, Origin};
use crate::recheck::Recheck;
use crate::running;
use doudi_sdk::prelude::*;

const REASON: &str = "动态监测预警核实属实，可能不再符合条件，请核查";

pub fn react(context: &Context, event: &Event) -> Result<Effects> {
    let Some(household) = event.household else { return Ok(Effects::new()) };
    let origin = Origin::of(Finder::Alert, event.document);
    if origin.opened_before("recheck")? {
        return Ok(Effects::new());
    }
    let mut effects = Effects::new();
    for line in running::paying_or_granted(household, context.today)? {
        let concerns = line.person.is_none() || event.person.is_none() || line.person == event.person;
        if concerns {
            effects = effects.document(look(context, &line, &origin, REASON)?);
        }
    }
    Ok(effects)
}

/// A recheck of a line because of this cause: the one that waits for its visit, or a new one with a month to look.
pub(super) fn look(context: &Context, line: &Decision, origin: &Origin, reason: &str) -> Result<DocumentPut> {
    let waiting = documents::find(documents::Query::of("recheck").household(line.household).state("due"))?;
    if let Some(open) = waiting.iter().find(|document| document.person == line.person) {
        return Ok(keep_due(open, open.to("due")).note(reason).index("source", origin.code()));
    }
    let body = Recheck {
        reason: reason.to_owned(),
        decision: Some(line.id),
        origin: Some(origin.clone()),
        ..Recheck::default()
    };
    Ok(body.open(line, context.today.add_months(1)))
}
