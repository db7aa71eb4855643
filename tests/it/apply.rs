//! Applying effects: all or nothing when something fails at any step, one winner when several press at once, once when the same
//! key comes twice. On both engines.

use crate::support::family::Family;
use crate::support::server::{TestServer, each_engine};
use crate::support::{guests, people};
use doudi_domain::{DocumentId, Error};
use doudi_server::app::document::{self, Press, Pressed, Target};
use doudi_server::app::plugin::GrantChoice;
use doudi_server::app::{audit, decision};
use jiff::civil::date;
use std::collections::BTreeSet;

const TODAY: jiff::civil::Date = date(2022, 7, 20);

async fn city(server: &TestServer) -> Family {
    server.enable(guests::honest(), &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
    Family::enter(server).await
}

async fn press(server: &TestServer, target: Target, action: &str, key: &str) -> Result<Pressed, Error> {
    let press =
        Press { target, action: action.to_owned(), values: Default::default(), idempotency_key: key.to_owned() };
    document::act(&server.app, &server.actor(people::WANG_FANG), press).await
}

fn new(family: &Family) -> Target {
    Target::New { plugin: "honest".into(), collection: "case".into(), household: Some(family.household), person: None }
}

/// Revision, steps and decisions: everything a button of the honest plugin moves.
async fn moved(server: &TestServer, family: &Family, id: DocumentId) -> (i64, usize, usize) {
    let wang_fang = server.actor(people::WANG_FANG);
    let view = document::view(&server.app, &wang_fang, id).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
    let decisions = decision::list_of_household(&server.app, &wang_fang, family.household).await.expect("readable");
    (view.document.revision, view.steps.len(), decisions.len())
}

/// Every table of the schema in turn refuses to be written: whatever the button would have written then, nothing of it stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_at_any_step_leaves_nothing() {
    each_engine(TODAY, async |server| {
        let family = city(server).await;
        let document = press(server, new(&family), "good", "").await.expect("a case").document.expect("a case");
        let mut before = moved(server, &family, document).await;
        let tables: BTreeSet<String> =
            server.app.storage.schema().await.expect("a schema").into_iter().map(|(table, _)| table).collect();
        let mut stopped = BTreeSet::new();
        for table in tables.iter().filter(|table| !table.starts_with("sqlite_") && !table.starts_with('_')) {
            server.app.storage.fault_on(table).await.unwrap_or_else(|error| panic!("{table}: {error}: {error:?}"));
            let result = press(server, Target::Existing(document), "decide", "").await;
            server.app.storage.fault_off(table).await.unwrap_or_else(|error| panic!("{table}: {error}: {error:?}"));
            let after = moved(server, &family, document).await;
            match result {
                Err(Error::Failure { outside, .. }) => {
                    assert_eq!(after, before, "a fault in {table} left something behind: {outside}");
                    stopped.insert(table.as_str());
                }
                Err(other) => panic!("a fault in {table} became {other:?}"),
                // The button does not write this table.
                Ok(_) => {
                    assert_eq!(after, (before.0 + 1, before.1 + 1, before.2 + 1), "{table}");
                    before = after;
                }
            }
        }
        for table in ["document", "document_step", "decision", "invocation", "audit"] {
            assert!(stopped.contains(table), "a button writes {table}; stopped by {stopped:?}");
        }
        // With all faults gone it works, and the chain of the audit log has no gap.
        press(server, Target::Existing(document), "decide", "")
            .await
            .unwrap_or_else(|error| panic!("{error}: {error:?}"));
        let verdict = audit::verify(&server.app, &server.actor(people::ZHOU_MIN)).await.expect("she may");
        assert!(verdict.broken.is_none(), "{verdict:?}");
    })
    .await;
}

/// Eight at once on one case: each press is applied whole or told that somebody was quicker; none is lost, none done twice.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_slower_runs_again_or_is_told() {
    each_engine(TODAY, async |server| {
        let family = city(server).await;
        let document = press(server, new(&family), "good", "").await.expect("a case").document.expect("a case");
        let before = moved(server, &family, document).await;
        let presses = (0..8).map(|_| {
            let (app, wang_fang) = (server.app.clone(), server.actor(people::WANG_FANG));
            tokio::spawn(async move {
                let press = Press {
                    target: Target::Existing(document),
                    action: "decide".into(),
                    values: Default::default(),
                    idempotency_key: String::new(),
                };
                document::act(&app, &wang_fang, press).await
            })
        });
        let mut done = 0;
        for press in presses.collect::<Vec<_>>() {
            match press.await.expect("no panic") {
                Ok(_) => done += 1,
                Err(Error::Conflict { .. }) => {}
                Err(other) => panic!("{other}: {other:?}"),
            }
        }
        assert!(done >= 1, "somebody wins");
        let after = moved(server, &family, document).await;
        assert_eq!(
            after,
            (before.0 + done as i64, before.1 + done, before.2 + done),
            "{done} were told that it is done"
        );
        let verdict = audit::verify(&server.app, &server.actor(people::ZHOU_MIN)).await.expect("she may");
        assert!(verdict.broken.is_none(), "{verdict:?}");
    })
    .await;
}

/// The same key eight times at once: one case.
#[tokio::test(flavor = "multi_thread")]
async fn one_key_is_applied_once() {
    each_engine(TODAY, async |server| {
        let family = city(server).await;
        let presses = (0..8).map(|_| {
            let (app, wang_fang, target) = (server.app.clone(), server.actor(people::WANG_FANG), new(&family));
            tokio::spawn(async move {
                let press =
                    Press { target, action: "good".into(), values: Default::default(), idempotency_key: "one".into() };
                document::act(&app, &wang_fang, press).await
            })
        });
        let mut fresh = 0;
        for press in presses.collect::<Vec<_>>() {
            match press.await.expect("no panic") {
                Ok(pressed) => fresh += usize::from(!pressed.repeated),
                Err(Error::Conflict { .. }) => {}
                Err(other) => panic!("{other}: {other:?}"),
            }
        }
        assert_eq!(fresh, 1);
        let file =
            doudi_server::app::household::file(&server.app, &server.actor(people::WANG_FANG), family.household, None)
                .await
                .expect("hers");
        assert_eq!(file.documents.len(), 1, "{:?}", file.documents);
    })
    .await;
}

/// A town caseworker cannot make a plugin write outside her scope, whatever it wishes.
#[tokio::test(flavor = "multi_thread")]
async fn effects_stay_in_the_actors_scope() {
    each_engine(TODAY, async |server| {
        let family = city(server).await;
        let document = press(server, new(&family), "good", "").await.expect("a case").document.expect("a case");
        let before = moved(server, &family, document).await;
        for action in ["foreign-household", "foreign-document", "stale-revision"] {
            let error = press(server, Target::Existing(document), action, "").await.expect_err(action);
            assert!(!matches!(error, Error::Invalid(_)), "{action}: {error:?}");
            assert_eq!(moved(server, &family, document).await, before, "{action}");
        }
    })
    .await;
}
