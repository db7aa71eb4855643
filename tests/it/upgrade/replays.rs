//! Decisions after three upgrades: all of them the same, on this machine and on another; one byte changed anywhere is found,
//! and where it lies is said.

use super::*;
use crate::support::program::Home;
use crate::support::server::each_engine;
use doudi_domain::DecisionId;
use doudi_server::app::decision::{self, bundle};

/// Decides with three versions, one after the other; the decisions, oldest first.
async fn three_versions(server: &TestServer) -> Vec<DecisionId> {
    let family = county(server).await;
    let (app, it) = (&server.app, server.actor(people::SUN_LI));
    press(server, &family, None, "decide").await;
    let step = |version: &str, number: i64| {
        guests::honest_at(version, |manifest| {
            // Another version has another sentence for the same reason, and another label for the same outcome.
            manifest.reasons[0].text = Text::new(format!("第 {number} 版：低于 {{0:fen}} 元"), "Below {0:fen} yuan");
        })
    };
    for (day, version) in [(21, "1.1.0"), (22, "1.2.0"), (23, "2.0.0")] {
        let today = date(2022, 7, day);
        server.clock.set(today);
        install(server, &step(version, i64::from(day))).await;
        let id = opened(server, &it, &to(version, today)).await;
        upgrade::switch(app, &it, id).await.unwrap_or_else(|error| panic!("{version}: {error}"));
        press(server, &family, None, "decide").await;
    }
    let decisions = decision::list_of_household(app, &server.actor(people::WANG_FANG), family.household).await;
    let mut decisions = decisions.expect("readable");
    decisions.reverse();
    let versions: Vec<&str> = decisions.iter().map(|one| one.cause.version.as_str()).collect();
    assert_eq!(versions, ["1.0.0", "1.1.0", "1.2.0", "2.0.0"]);
    decisions.into_iter().map(|one| one.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_decision_is_the_same_after_three_upgrades() {
    each_engine(TODAY, async |server| {
        let decisions = three_versions(server).await;
        let (app, officer) = (&server.app, server.actor(people::WANG_FANG));
        for id in &decisions {
            let replayed =
                decision::replay(app, &officer, *id).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
            assert!(replayed.same, "{replayed:?}");
        }
        // On another machine: a file, a host of its own, no database.
        let elsewhere = guests::host();
        for id in &decisions {
            let file = bundle::export(app, &officer, *id).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
            let replayed = bundle::replay(&elsewhere, &file).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
            assert!(replayed.same && replayed.decision == *id, "{replayed:?}");
        }
        // Somebody with the keys to the database changes an amount around every guard.
        app.storage.tamper_with_decisions("1.1.0", 73_000).await.expect("tampered with");
        let found = decision::replay(app, &officer, decisions[1]).await.expect("replayed");
        assert!(!found.same && found.difference.contains("决定为 730.00 元，调用结果为 630.00 元"), "{found:?}");
        // Or a byte of a sealed record.
        app.storage.tamper_with_records("1.2.0").await.expect("tampered with");
        let found = decision::replay(app, &officer, decisions[2]).await.expect("replayed");
        assert!(!found.same && found.difference.contains("invocation.output"), "{found:?}");
        for whole in [decisions[0], decisions[3]] {
            assert!(decision::replay(app, &officer, whole).await.expect("replayed").same);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_of_a_file_is_found_and_its_place_said() {
    let server = TestServer::new(TODAY).await;
    let family = county(&server).await;
    press(&server, &family, None, "decide").await;
    let officer = server.actor(people::WANG_FANG);
    let decisions = decision::list_of_household(&server.app, &officer, family.household).await.expect("readable");
    let file = bundle::export(&server.app, &officer, decisions[0].id).await.expect("a file");
    let text = String::from_utf8(file).expect("JSON");
    let host = guests::host();
    let cases: [(&str, &str, &str, &str); 5] = [
        ("the amount of the decision", r#""amount_fen":63000"#, r#""amount_fen":63001"#, "决定的内容"),
        ("the outcome", r#""outcome":"granted""#, r#""outcome":"gr4nted""#, "决定的内容"),
        ("the button pressed", r#""id":"decide""#, r#""id":"decade""#, "交给规则的输入"),
        ("the result", r#"\"amount\":63000"#, r#"\"amount\":63009"#, "规则给出的结果"),
        ("the component", r#""component":"0061736d"#, r#""component":"0161736d"#, "不是作出决定的程序"),
    ];
    for (what, before, after, expected) in cases {
        assert!(text.contains(before), "{what}: the file has no {before}");
        let changed = text.replacen(before, after, 1);
        let replayed =
            bundle::replay(&host, changed.as_bytes()).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(!replayed.same && replayed.difference.contains(expected), "{what}: {replayed:?}");
    }
    for rubbish in ["", "{}", "[1,2", &text[..text.len() / 2]] {
        assert!(matches!(bundle::replay(&host, rubbish.as_bytes()).await, Err(Error::Invalid(_))));
    }
    // Exporting shows a family: it is recorded, and not everybody may.
    server.client(people::ZHOU_MIN).await.get("/audit").await.ok().has(&["decision.export"]);
    let it = bundle::export(&server.app, &server.actor(people::SUN_LI), decisions[0].id).await;
    assert!(matches!(it, Err(Error::Forbidden { .. })), "{it:?}");

    // The command needs no database, only the file.
    let home = Home::new(None, "2022-07-20");
    home.file("decision.json", &text);
    let answer =
        home.doudi(&["decision", "replay", "--bundle", &home.path("decision.json").to_string_lossy(), "--json"]);
    assert_eq!(answer.json()["same"], 1);
    server.close().await;
}
