//! A guest that knows the id of a record which is not the officer's: of another county, of the next town. By whatever effect it
//! reaches for it, the record is not there.

use super::pressed::{city, press};
use super::{Line, failure, written};
use crate::support::family::{Family, id_number};
use crate::support::people;
use crate::support::server::TestServer;
use doudi_domain::{DivisionCode, Error, HouseholdId};
use doudi_server::app::document::{self, Press, Target};
use doudi_server::app::household::{self, HouseholdDraft, PersonDraft};
use doudi_server::app::plugin::GrantChoice;

/// A family somebody else has entered.
async fn enter(server: &TestServer, officer: &'static str, village: i64, first_17: &str) -> HouseholdId {
    let draft = HouseholdDraft {
        number: format!("QT-{village}"),
        division: DivisionCode::new(village).expect("a village"),
        hukou_division: None,
        address: "河西三组".to_owned(),
        head: PersonDraft {
            name: "周大山".to_owned(),
            id_number: id_number(first_17),
            ethnicity: 1,
            hukou_address: "河西三组".to_owned(),
            phone: String::new(),
        },
    };
    household::create(&server.app, &server.actor(officer), draft).await.unwrap_or_else(|error| panic!("{error}"))
}

pub async fn lines() -> Vec<Line> {
    // Ids come from one sequence: those that will be reached for are known before the buttons are made.
    let (server, family) = city(&[]).await;
    let elsewhere = enter(&server, "yanbo", 340_281_100_001, "34028119700101001").await;
    let next_door = enter(&server, people::MA_DONG, 340_223_100_001, "34022319700101003").await;
    let other_case = {
        let press = Press {
            target: Target::New {
                plugin: "rogue".to_owned(),
                collection: "case".to_owned(),
                household: Some(elsewhere),
                person: None,
            },
            action: "good".to_owned(),
            values: Default::default(),
            idempotency_key: String::new(),
        };
        let pressed = document::act(&server.app, &server.actor("yanbo"), press).await;
        pressed.unwrap_or_else(|error| panic!("{error}")).document.expect("a case")
    };
    let mut actions = Vec::new();
    for kind in ["decision", "fact", "case", "event"] {
        actions.push((format!("reach-{kind}-{elsewhere}"), format!("{kind}: 外县家庭"), elsewhere.0));
        actions.push((format!("reach-{kind}-{next_door}"), format!("{kind}: 邻镇家庭"), next_door.0));
    }
    actions.push((format!("reach-document-{other_case}"), "document: 外县办件".to_owned(), other_case.0));
    let names: Vec<&str> = actions.iter().map(|(name, ..)| name.as_str()).collect();
    let reaching = crate::support::guests::rogue_with("rogue", &names, |manifest| {
        manifest.version = "6.6.7".parse().expect("a version");
    });
    server.enable(&reaching, &[people::COUNTY], super::TODAY, GrantChoice::All).await;

    let mut lines = Vec::new();
    for (action, what, id) in &actions {
        let before = written(&server).await;
        let error = press(&server, &family, "rogue", action).await.err();
        let error = error.unwrap_or_else(|| panic!("{what}: reached"));
        assert!(!matches!(error, Error::Forbidden { .. }), "{what}: it is not even known to exist: {error}");
        let sentence = failure(what, error).replace(&id.to_string(), "N");
        assert!(sentence.contains("没有"), "{what}: {sentence}");
        assert_eq!(written(&server).await, before, "{what} left something behind");
        press(&server, &family, "honest", "good").await.unwrap_or_else(|error| panic!("after {what}: {error}"));
        lines.push(Line::new("写入", &format!("reach {what}"), "out-of-scope", &sentence));
    }
    // The same button on what is hers works: it was the scope that stopped it.
    own(&server, &family).await;
    server.close().await;
    lines
}

async fn own(server: &TestServer, family: &Family) {
    let action = format!("reach-decision-{}", family.household);
    let reaching = crate::support::guests::rogue_with("rogue", &[action.as_str()], |manifest| {
        manifest.version = "6.6.8".parse().expect("a version");
    });
    server.enable(&reaching, &[people::COUNTY], super::TODAY, GrantChoice::All).await;
    press(server, family, "rogue", &action).await.unwrap_or_else(|error| panic!("her own family: {error}"));
}
