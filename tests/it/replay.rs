//! Recorded decisions give the same answer: after the file of the family, the parameters and the pin have changed.

use crate::support::family::{self, Family};
use crate::support::server::each_engine;
use crate::support::{guests, people};
use doudi_server::app::document::{self, Press, Target};
use doudi_server::app::plugin::GrantChoice;
use doudi_server::app::{decision, household};
use jiff::civil::date;

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_replays_whatever_changed_since() {
    each_engine(date(2022, 7, 20), async |server| {
        server.enable(guests::honest(), &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
        let family = Family::enter(server).await;
        let (app, wang_fang) = (&server.app, server.actor(people::WANG_FANG));
        let press = Press {
            target: Target::New {
                plugin: "honest".into(),
                collection: "case".into(),
                household: Some(family.household),
                person: None,
            },
            action: "decide".into(),
            values: Default::default(),
            idempotency_key: "once".into(),
        };
        let pressed =
            document::act(app, &wang_fang, press.clone()).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        assert!(!pressed.repeated && pressed.document.is_some());
        let again = document::act(app, &wang_fang, press).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        assert!(again.repeated && again.document == pressed.document, "one key, one case, and it is shown: {again:?}");
        let decisions = decision::list_of_household(app, &wang_fang, family.household).await.expect("readable");
        assert_eq!(decisions.len(), 1);
        let id = decisions[0].id;
        let replayed = decision::replay(app, &wang_fang, id).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        assert!(replayed.same, "{replayed:?}");

        // The family earns more, the standard rises, another version of the plugin takes over, the day is another.
        household::record_fact(
            app,
            &wang_fang,
            family.household,
            family::fact(family.head, "income.wage", "9000", date(2022, 7, 1)),
        )
        .await
        .expect("a fact");
        server.set_parameter(people::COUNTY, "honest.standard", 75_000, date(2022, 7, 1)).await;
        let newer = guests::with_manifest("rogue", |manifest| {
            manifest.id = "honest".into();
            manifest.version = "2.0.0".parse().expect("a version");
        });
        server.clock.set(date(2022, 10, 8));
        server.enable(&newer, &[people::COUNTY], date(2022, 10, 8), GrantChoice::All).await;
        let replayed = decision::replay(app, &wang_fang, id).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        assert!(replayed.same, "{replayed:?}");
        let view = decision::view(app, &wang_fang, id).await.expect("hers");
        assert_eq!(view.decision.cause.version, "1.0.0", "the record names what decided");
    })
    .await;
}
