//! The plugin host against guests that misbehave: each failure names plugin, version and cause, changes nothing for anybody
//! else, and is followed by a good answer to the next caller.

mod admission;
pub mod effects;
mod functions;
mod grants;
mod instructions;
pub mod limits;
pub mod outputs;
mod quarantine;
mod shared;

use crate::support::guests;
use crate::support::reads::SmallTown;
use doudi_documents::EffectPayload;
use doudi_domain::identity::Actor;
use doudi_domain::{Date, DivisionCode, Error, HouseholdId, Role, UserId};
use doudi_plugin_host::{ActInput, CallContext, CallError, Called, Grants, Plugin, PluginHost, ViewInput};
use jiff::civil::date;
use std::sync::Arc;

const TODAY: Date = date(2022, 7, 20);

/// What the county has granted the rogue: less than its manifest asks for.
const GRANTED: [&str; 4] =
    ["read:person.sex", "effect:document.put", "effect:decision.record:rogue", "effect:fact.propose:household.housing"];

/// A town caseworker's call.
fn context(county: i32) -> CallContext {
    let actor = Actor::User {
        id: UserId(7),
        name: "王芳".into(),
        role: Role::TownCaseworker,
        division: DivisionCode::new(i64::from(county) * 1_000_000 + 103_000).expect("a town"),
    };
    let now = doudi_domain::Instant(i64::from(doudi_domain::calendar::days(TODAY)) * 86_400_000_000);
    let mut context = CallContext::new(actor, TODAY, now);
    context.grants = Grants::new(GRANTED);
    context
}

/// The same with a setting that makes every point misbehave alike.
fn behaving(county: i32, behaviour: &str) -> CallContext {
    CallContext { settings: format!(r#"{{"behave":"{behaviour}"}}"#), ..context(county) }
}

fn press(action: &str) -> ActInput {
    ActInput {
        action: action.to_owned(),
        collection: "case".to_owned(),
        document: None,
        household: Some(HouseholdId(1)),
        person: None,
        values: Default::default(),
    }
}

async fn act(
    host: &PluginHost,
    plugin: &Arc<Plugin>,
    context: &CallContext,
    action: &str,
) -> Result<Called<Vec<EffectPayload>>, CallError> {
    host.act(plugin, context, SmallTown::boxed(), press(action)).await
}

async fn view(host: &PluginHost, plugin: &Arc<Plugin>, page: &str) -> Result<doudi_documents::Page, CallError> {
    let input = ViewInput { page: page.to_owned(), ..ViewInput::default() };
    host.view(plugin, &context(340223), SmallTown::boxed(), input).await.map(|called| called.value)
}

/// The failure says which plugin, which version and why, and to the rest of the house it is a failure, not a refusal.
#[track_caller]
fn check_failure<T: std::fmt::Debug>(what: &str, result: Result<T, CallError>, code: &str) -> String {
    let error = match result {
        Ok(value) => panic!("{what}: got away with it: {value:?}"),
        Err(error) => error,
    };
    assert_eq!(error.code(), code, "{what}: {error}");
    let text = error.to_string();
    assert!(text.contains("插件 rogue 6.6.6") || text.contains("插件 spin-realloc 6.6.1"), "{what}: {text}");
    match error.into_domain() {
        Error::Failure { outside, .. } => assert_eq!(outside, text),
        other => panic!("{what}: {other:?} is not a failure"),
    }
    text
}

/// Somebody else's plugin answers as if nothing had happened.
async fn check_serves_on(host: &PluginHost, honest: &Arc<Plugin>, after: &str) {
    let called =
        act(host, honest, &context(340223), "good").await.unwrap_or_else(|error| panic!("after {after}: {error}"));
    assert_eq!(called.value.len(), 1, "after {after}");
}

/// A guest no test names would be a threat nobody looks at.
#[test]
fn every_guest_is_tested() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile");
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .expect("tests/hostile")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    let mut named = guests::HOSTILE.map(str::to_owned).to_vec();
    named.sort();
    assert_eq!(found, named, "tests/hostile and support::guests::HOSTILE");
}

/// Every behaviour the rogue knows is in some table of these tests.
#[test]
fn every_behaviour_is_tested() {
    let named: std::collections::BTreeSet<&str> = limits::TABLE
        .iter()
        .map(|(name, ..)| *name)
        .chain(limits::HARMLESS.iter().copied())
        .chain(effects::TABLE.iter().map(|(name, ..)| *name))
        .chain(outputs::PAGES.iter().map(|(name, ..)| *name))
        .chain(outputs::OUTCOMES.iter().copied())
        .chain(outputs::ANSWERS.iter().copied())
        .chain([
            "good",
            "decide",
            "refuse",
            "odd-error",
            "peek",
            "pry",
            "snoop",
            "too-many-ids",
            "never-done",
            "no-such-row",
            "unknown-block",
            "markup",
            "foreign-person",
            "stale-revision",
            "foreign-household",
            "foreign-document",
            "thrice",
        ])
        .chain(crate::hostile::NAMED.iter().copied())
        .collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile/rogue/src");
    let mut missing = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the rogue's sources") {
        let text = std::fs::read_to_string(entry.expect("readable").path()).expect("UTF-8");
        for line in text.lines().map(str::trim) {
            let Some((name, _)) = line.strip_prefix('"').and_then(|rest| rest.split_once('"')) else { continue };
            if line.contains("=>") && !named.contains(name) {
                missing.push(name.to_owned());
            }
        }
    }
    assert!(missing.is_empty(), "behaviours no test names: {missing:?}");
}
