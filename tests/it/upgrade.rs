//! Versions of a plugin in a county, and the way from one to the next: several at once, by date; asked for, looked at, signed,
//! switched, watched, rolled back; documents rewritten; ten counties at once; decisions that replay after all of it.

mod commands;
mod crowd;
mod documents;
mod path;
mod replays;
mod versions;
mod wrong;

use crate::support::guests;
use crate::support::server::TestServer;
use crate::support::{family::Family, people};
use doudi_documents::manifest::{Outcome, OutcomeEffect};
use doudi_documents::{Manifest, Text};
use doudi_domain::{Actor, Date, DocumentId, Error, UpgradeId};
use doudi_server::app::document::{self, Press, Target};
use doudi_server::app::plugin::{self, GrantChoice};
use doudi_server::app::upgrade::{self, UpgradeDraft};
use jiff::civil::date;

const TODAY: Date = date(2022, 7, 20);

/// What an upgrade to this version would be, from a day on.
fn to(version: &str, begins: Date) -> UpgradeDraft {
    UpgradeDraft {
        plugin: "honest".into(),
        target: version.into(),
        begins,
        settings: None,
        grants: GrantChoice::Keep,
        older: false,
    }
}

/// Installs a package without enabling it.
async fn install(server: &TestServer, package: &[u8]) -> String {
    let installed = plugin::install(&server.app, &server.system(people::COUNTY), package.to_vec()).await;
    installed.unwrap_or_else(|error| panic!("{error}: {error:?}")).digest
}

/// The honest plugin 1.0.0, and a family. Its monthly work never ends; it begins after all this.
async fn county(server: &TestServer) -> Family {
    server.enable(guests::honest(), &[people::COUNTY], date(2022, 7, 2), GrantChoice::All).await;
    Family::enter(server).await
}

/// Presses a button on a new case or an old one, as 王芳.
async fn press(server: &TestServer, family: &Family, document: Option<DocumentId>, action: &str) -> DocumentId {
    let press = Press {
        target: match document {
            Some(document) => Target::Existing(document),
            None => Target::New {
                plugin: "honest".into(),
                collection: "case".into(),
                household: Some(family.household),
                person: None,
            },
        },
        action: action.into(),
        values: Default::default(),
        idempotency_key: format!("{action}-{}", KEYS.fetch_add(1, std::sync::atomic::Ordering::Relaxed)),
    };
    let pressed = document::act(&server.app, &server.actor(people::WANG_FANG), press).await;
    pressed.unwrap_or_else(|error| panic!("{action}: {error}: {error:?}")).document.expect("a case")
}

static KEYS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);

/// Asks for an upgrade, has it run in shadow, and gives its number.
async fn opened(server: &TestServer, actor: &Actor, draft: &UpgradeDraft) -> UpgradeId {
    let id = upgrade::open(&server.app, actor, draft).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
    upgrade::run_shadow(&server.app, actor, id, &mut |_, _| {})
        .await
        .unwrap_or_else(|error| panic!("{error}: {error:?}"));
    id
}

/// Refuses everybody: what was granted before is lost by every family.
fn harsh(manifest: &mut Manifest) {
    let refused =
        Outcome { code: "refused".into(), label: Text::new("不予同意", "Refused"), effect: OutcomeEffect::Refuse };
    // The guest always answers the first.
    manifest.outcomes.insert(0, refused);
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, Error>, words: &[&str]) {
    let text = match outcome {
        Err(Error::Refused { message, problems }) => {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            format!("{message}：{}", problems.join("；"))
        }
        other => panic!("not refused: {other:?}"),
    };
    for word in words {
        assert!(text.contains(word), "no “{word}” in: {text}");
    }
}
