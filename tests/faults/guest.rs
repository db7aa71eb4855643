//! A guest that breaks off after its n-th answer from the kernel, for every n: nothing of its call stays but the note that it
//! failed.

use doudi_domain::Error;
use doudi_server::app::document::{self, Press, Target};
use doudi_server::app::plugin::GrantChoice;
use doudi_tests::support::family::Family;
use doudi_tests::support::server::each_engine;
use doudi_tests::support::{guests, people};
use jiff::civil::date;

/// How many things there are to ask the kernel; as in the guest.
const ANSWERS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_breaks_off_between_two_questions_leaves_nothing() {
    let faltering = guests::with_manifest("rogue", |manifest| {
        manifest.id = "faltering".to_owned();
        let workflow = &mut manifest.collections[0].workflow;
        let decide = workflow.actions.iter().find(|action| action.id == "decide").expect("a sample").clone();
        for calls in 0..=ANSWERS + 1 {
            let mut action = decide.clone();
            action.id = format!("falter-{calls}");
            workflow.actions.push(action);
        }
    });
    each_engine(date(2022, 7, 20), async |server| {
        server.enable(&faltering, &[people::COUNTY], date(2022, 7, 2), GrantChoice::All).await;
        let family = Family::enter(server).await;
        let storage = &server.app.storage;
        let written = async || {
            let mut counts = Vec::new();
            for table in ["document", "document_step", "decision", "event", "notice", "fact", "idempotency"] {
                counts.push((table, storage.count_rows(table).await.expect("a count")));
            }
            counts
        };
        let before = written().await;
        for calls in 0..=ANSWERS + 1 {
            let noted = storage.count_rows("invocation").await.expect("a count");
            let press = Press {
                target: Target::New {
                    plugin: "faltering".into(),
                    collection: "case".into(),
                    household: Some(family.household),
                    person: None,
                },
                action: format!("falter-{calls}"),
                values: Default::default(),
                idempotency_key: format!("falter-{calls}"),
            };
            let pressed = document::act(&server.app, &server.actor(people::WANG_FANG), press).await;
            let after = written().await;
            assert_eq!(storage.count_rows("invocation").await.expect("a count"), noted + 1, "{calls}: on record");
            if calls <= ANSWERS {
                assert!(matches!(pressed, Err(Error::Failure { .. })), "{calls}: {pressed:?}");
                assert_eq!(after, before, "{calls} answers and then gone");
            } else {
                pressed.unwrap_or_else(|error| panic!("{error}: {error:?}"));
                assert_ne!(after, before, "who asks everything and comes back is heard");
            }
        }
        let wanting = storage.integrity().await.unwrap_or_else(|error| panic!("{error:?}"));
        assert!(wanting.is_empty(), "{wanting:?}");
    })
    .await;
}
