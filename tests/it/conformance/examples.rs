//! The vendor examples through admission and every property a plugin must have.

use super::town::Town;
use super::{context, host};
use crate::support::guests;
use doudi_documents::manifest::Place;
use doudi_plugin_host::{ActInput, CallError, Point, ViewInput};

/// Every folder of `examples/` with a manifest; a new one must be named here.
const EXAMPLES: [&str; 4] = ["duplicate-accounts", "heating-subsidy", "hello-plugin", "monthly-report"];

#[test]
fn every_example_is_proved() {
    let folder = crate::support::program::root().join("examples");
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("plugin.toml").is_file())
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    found.sort();
    assert_eq!(found, EXAMPLES);
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_are_admitted_and_have_every_property() {
    let host = host();
    for example in EXAMPLES {
        let bytes = guests::built_in(&format!("examples/{example}"), example);
        let admitted = host.admit(&bytes).await.unwrap_or_else(|refusal| panic!("{example}: {refusal}"));
        let proof = host.prove(&admitted.plugin, 7, 300).await;
        assert!(proof.scenarios.iter().all(|(_, failed)| failed.is_none()), "{example}: {:?}", proof.scenarios);
        assert_eq!(proof.findings, Vec::<String>::new(), "{example}");
        assert!(!proof.tried.is_empty(), "{example}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_refuse_what_they_do_not_know() {
    let host = host();
    for example in EXAMPLES {
        let plugin = guests::load(&host, &guests::built_in(&format!("examples/{example}"), example)).await;
        let context = context(&plugin);
        let unknown = |what: &str, code: &str| assert_eq!(code, "unknown", "{example}: {what}");
        if plugin.offers(Point::View) {
            let input = ViewInput { page: "no-such-page".into(), ..ViewInput::default() };
            match host.view(&plugin, &context, Town::boxed(), input).await {
                // `unknown` means that manifest and code disagree, which the host reports as the plugin's failure.
                Err(error) => assert!(error.to_string().contains("no-such-page"), "{example}: {error}"),
                Ok(_) => panic!("{example} has drawn a page it does not have"),
            }
        }
        if plugin.offers(Point::Act) {
            let collection = plugin.manifest().collections[0].id.clone();
            let input = ActInput {
                action: "no-such".into(),
                collection,
                document: None,
                household: None,
                person: None,
                values: Default::default(),
            };
            match host.act(&plugin, &context, Town::boxed(), input).await {
                Err(CallError::Refused { code, .. }) => unknown("act", &code),
                Err(CallError::Failed(_)) => {}
                Ok(_) => panic!("{example} has done what it does not know"),
            }
        }
        assert!(plugin.manifest().pages.iter().any(|page| page.place != Place::Hidden), "{example} shows something");
    }
}
