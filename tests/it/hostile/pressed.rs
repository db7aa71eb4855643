//! An officer presses a button of a guest that misbehaves when it is called.

use super::{Line, TODAY, failure, written};
use crate::host::{effects, limits};
use crate::support::family::Family;
use crate::support::server::TestServer;
use crate::support::{guests, people};
use doudi_domain::{Error, Result};
use doudi_server::app::document::{self, Press, Pressed, Target};
use doudi_server::app::plugin::GrantChoice;
use jiff::civil::date;

/// What the county has granted the rogue: less than its manifest asks for.
pub const GRANTED: [&str; 4] =
    ["read:person.sex", "effect:document.put", "effect:decision.record:rogue", "effect:fact.propose:household.housing"];

/// Presses a button that opens a case.
pub async fn press(server: &TestServer, family: &Family, plugin: &str, action: &str) -> Result<Pressed> {
    let press = Press {
        target: Target::New {
            plugin: plugin.to_owned(),
            collection: "case".to_owned(),
            household: Some(family.household),
            person: None,
        },
        action: action.to_owned(),
        values: Default::default(),
        idempotency_key: String::new(),
    };
    document::act(&server.app, &server.actor(people::WANG_FANG), press).await
}

/// A city with the rogue, one who means well, and a family. The rogue has a button for each of these behaviours.
pub async fn city(behaviours: &[&str]) -> (TestServer, Family) {
    let server = TestServer::watched(TODAY, |_| {}).await;
    let granted = GrantChoice::These(GRANTED.map(str::to_owned).to_vec());
    let rogue = guests::rogue_with("rogue", behaviours, |_| {});
    server.enable(&rogue, &[people::COUNTY, people::OTHER_COUNTY], date(2022, 1, 1), granted).await;
    server.enable(guests::honest(), &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
    let family = Family::enter(&server).await;
    (server, family)
}

pub async fn lines() -> Vec<Line> {
    let called: Vec<(&str, &str)> = limits::TABLE
        .iter()
        .map(|(name, code, _)| (*name, *code))
        .chain(effects::TABLE.iter().map(|(name, code, _)| (*name, *code)))
        .chain([("odd-error", "reported")])
        .collect();
    let names: Vec<&str> = called.iter().map(|(name, _)| *name).chain(["usurp"]).collect();
    let (server, family) = city(&names).await;
    let mut lines = Vec::new();
    for (name, code) in called {
        let before = written(&server).await;
        let noted = server.app.storage.count_rows("invocation").await.expect("a count");
        let error = match press(&server, &family, "rogue", name).await {
            Ok(pressed) => panic!("{name}: got away with {pressed:?}"),
            Err(error) => error,
        };
        let sentence = failure(name, error);
        assert!(sentence.contains("插件 rogue 6.6.6 的“办理”"), "{name}: {sentence}");
        assert_eq!(written(&server).await, before, "{name} left something behind");
        let now = server.app.storage.count_rows("invocation").await.expect("a count");
        assert_eq!(now, noted + 1, "{name}: that it failed is on record");
        // The server serves on: the next press, of a plugin that means well.
        press(&server, &family, "honest", "good").await.unwrap_or_else(|error| panic!("after {name}: {error}"));
        lines.push(Line::new("调用", name, code, &sentence));
    }
    // Only the stored state tells that a decision is somebody else's.
    let before = written(&server).await;
    let usurped = press(&server, &family, "rogue", "usurp").await;
    let Err(Error::Refused { message, .. } | Error::Failure { outside: message, .. }) = usurped else {
        panic!("usurp: {usurped:?}");
    };
    assert_eq!(written(&server).await, before, "usurp left something behind");
    lines.push(Line::new("写入", "usurp", "refused", &message));
    let wanting = server.app.storage.integrity().await.unwrap_or_else(|error| panic!("{error:?}"));
    assert!(wanting.is_empty(), "{wanting:?}");
    server.close().await;
    lines
}
