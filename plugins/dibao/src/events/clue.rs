//! 代办: somebody visited, and the family wishes to apply. A draft is written with the officer who helps named in it; what the family
//! must state and sign is still to come, so it stays a draft.

use crate::application::Application;
use crate::once;
use crate::origin::{Finder, Origin};
use crate::running::SCHEME;
use doudi_sdk::prelude::*;
use serde::Deserialize;

/// The payload of `discovery.application`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wish {
    scheme: String,
    /// The user who helps.
    #[serde(deserialize_with = "super::told_id")]
    proxy: Option<Id>,
}

pub fn react(context: &Context, event: &Event) -> Result<Effects> {
    let wish: Wish = event.payload::<Option<Wish>>()?.unwrap_or_default();
    let (Some(household), true) = (event.household, wish.scheme == SCHEME) else { return Ok(Effects::new()) };
    let origin = Origin::of(Finder::Clue, event.document);
    let body = Application {
        applicant: event.person,
        proxy: true,
        proxy_relation: "工作人员代办".to_owned(),
        helper: wish.proxy,
        origin: Some(origin.clone()),
        ..Application::default()
    };
    if origin.opened_before("application")?
        || once::is_covered(household, &body, context.today)?
        || once::open_case(household, &body, None)?.is_some()
    {
        return Ok(Effects::new());
    }
    Ok(Effects::new().document(body.draft(household, "走访发现后代办申请，请核对并补齐材料")))
}
