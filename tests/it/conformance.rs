//! One suite, three languages: the same guest written in Rust, JavaScript and Python (`tests/conformance`) is asked the same through
//! the real host and must answer the same, value by value. Then the vendor examples, which any county may have: admitted, proved, and
//! refusing what they do not know.

mod examples;
mod points;
mod town;

use crate::support::guests;
use doudi_domain::identity::Actor;
use doudi_domain::{Date, DivisionCode, Role, UserId};
use doudi_plugin_host::{CallContext, Grants, Plugin, PluginHost};
use jiff::civil::date;
use std::sync::Arc;
use std::time::Duration;

const TODAY: Date = date(2022, 7, 20);
const LANGUAGES: [&str; 3] = ["rust", "js", "python"];

/// A host whose limits are the real ones but for time: the machine that runs the tests may be busy.
fn host() -> PluginHost {
    let mut config = guests::host_config();
    config.scenario_calendar = crate::support::reads::statutory();
    for limits in [&mut config.rust, &mut config.script] {
        limits.time_interactive = Duration::from_secs(20);
        limits.time_action = Duration::from_secs(20);
        limits.time_block = Duration::from_secs(20);
        limits.time_step = Duration::from_secs(20);
    }
    PluginHost::new(config).expect("the pool fits")
}

async fn guest(host: &PluginHost, language: &str) -> Arc<Plugin> {
    let bytes = guests::built_in(&format!("tests/conformance/{language}"), &format!("conformance-{language}"));
    guests::load(host, &bytes).await
}

/// A town caseworker's call, with everything granted.
fn context(plugin: &Plugin) -> CallContext {
    let actor = Actor::User {
        id: UserId(7),
        name: "王芳".into(),
        role: Role::TownCaseworker,
        division: DivisionCode::new(340_223_103_000).expect("a town"),
    };
    let now = doudi_domain::Instant(i64::from(doudi_domain::calendar::days(TODAY)) * 86_400_000_000);
    CallContext {
        grants: Grants::all(plugin.manifest()),
        settings: r#"{"limit":3}"#.to_owned(),
        seed: 5,
        ..CallContext::new(actor, TODAY, now)
    }
}
