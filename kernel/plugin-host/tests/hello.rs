//! The smallest real plugin through the real host: admitted, called, granted less, recorded, repeated.

mod support;

use doudi_domain::{Fen, HouseholdId, ParameterId};
use doudi_plugin_host::{CallError, Cause, Difference, Grants, PluginHost, Point, Recording, Replay, ViewInput};
use std::sync::Arc;
use support::{EVERYBODY, Folder, TODAY, Town, config, context, hello, hello_with};

async fn host() -> (PluginHost, Arc<doudi_plugin_host::Plugin>, Folder) {
    let folder = Folder::new("hello");
    let host = PluginHost::new(config(&folder)).unwrap();
    let digest = doudi_plugin_host::digest(hello());
    let plugin = host.load(&digest, hello()).await.unwrap();
    (host, plugin, folder)
}

#[tokio::test]
async fn it_is_admitted_with_its_scenarios_and_stays_in_memory() {
    let folder = Folder::new("admit");
    let host = PluginHost::new(config(&folder)).unwrap();
    let admitted = host.admit(hello()).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(admitted.digest, doudi_plugin_host::digest(hello()));
    assert_eq!(admitted.manifest.id, "hello");
    assert!(!admitted.manifest.scenarios.is_empty(), "the scenarios that passed");
    assert!(host.loaded(&admitted.digest).is_some());
    // A second host finds the compiled code: nothing is compiled again, and a compiler that cannot run does no harm.
    let mut other = config(&folder);
    other.compile_in_process = false;
    other.compiler = Some("/nonexistent".into());
    let other = PluginHost::new(other).unwrap();
    assert!(other.load(&admitted.digest, hello()).await.is_ok(), "from the cache");
}

#[tokio::test]
async fn a_package_whose_scenario_or_points_are_wrong_is_refused_with_everything_at_once() {
    let folder = Folder::new("refuse");
    let host = PluginHost::new(config(&folder)).unwrap();
    let wrong = hello_with(|manifest| {
        for scenario in &mut manifest.scenarios {
            scenario.expect.amount += 1;
        }
    });
    let refusal = host.admit(&wrong).await.unwrap_err();
    assert!(refusal.problems.iter().all(|problem| problem.code == "scenario.failed"), "{refusal}");
    assert!(refusal.to_string().contains("hello 1.0.0") && refusal.to_string().contains("金额应为"), "{refusal}");

    let several = hello_with(|manifest| {
        manifest.points.push("tick".into());
        manifest.imports.clear();
        manifest.reasons[0].text.zh = "{9:fen}".into();
    });
    let refusal = host.admit(&several).await.unwrap_err();
    let codes: Vec<&str> = refusal.problems.iter().map(|problem| problem.code.as_str()).collect();
    for code in ["export.missing", "import.undeclared", "reason.template"] {
        assert!(codes.contains(&code), "{code} in {codes:?}");
    }
}

#[tokio::test]
async fn a_block_of_households_is_assessed_and_explained() {
    let (host, plugin, _folder) = host().await;
    let context = context(&plugin);
    let columns = host.prefetch(&plugin, &context, &mut Town::default(), &EVERYBODY, TODAY).await.unwrap();
    let called = host.assess(&plugin, &context, Town::boxed(), columns).await.unwrap();
    let outcomes = &called.value;
    assert_eq!(outcomes.len(), 3);
    let row = outcomes.row(2);
    assert_eq!((row.outcome.code.as_str(), row.amount, row.covered), ("greeted", Fen(3_000), 3));
    assert_eq!(row.figures, [("members", 3), ("wages", 300_000)]);
    assert_eq!(row.reasons[0].code, "wages-within-limit");
    assert_eq!(row.reasons[0].args, [300_000, 900_000]);
    assert_eq!(row.reasons[0].facts.len(), 1);
    let words: Vec<String> = outcomes.reasons(2).into_iter().map(|reason| reason.zh).collect();
    assert_eq!(words, ["月工资合计 3,000.00 元，不超过上限 9,000.00 元", "共同生活 3 人"]);
    assert_eq!(called.record.parameters, [ParameterId(11), ParameterId(12)]);
    assert!(called.denials.is_empty());
    assert_eq!(called.record.point, Point::Assess);
    assert!(called.record.is_intact());
}

#[tokio::test]
async fn what_is_not_granted_is_absent_and_the_denial_is_noted() {
    let (host, plugin, _folder) = host().await;
    let mut context = context(&plugin);
    context.grants = Grants::new(["read:person.co-resident"]);
    let columns = host.prefetch(&plugin, &context, &mut Town::default(), &EVERYBODY, TODAY).await.unwrap();
    let called = host.assess(&plugin, &context, Town::boxed(), columns).await.unwrap();
    assert_eq!(called.denials, ["read:income.wage"]);
    assert_eq!(called.value.row(2).figures, [("members", 3), ("wages", 0)], "no wage was seen");

    // A caller that fetched too much changes nothing: the host masks again.
    let all: Vec<_> = plugin.granted_fields(&Grants::all(plugin.manifest()));
    let too_much = Town::default().columns(&EVERYBODY, &all);
    let again = host.assess(&plugin, &context, Town::boxed(), too_much).await.unwrap();
    assert_eq!(again.value.row(2).figures, [("members", 3), ("wages", 0)]);
}

#[tokio::test]
async fn a_page_is_drawn_from_reads_of_its_own() {
    let (host, plugin, _folder) = host().await;
    let context = context(&plugin);
    let input = ViewInput { page: "household".into(), household: Some(HouseholdId(2)), ..ViewInput::default() };
    let called = host.view(&plugin, &context, Town::boxed(), input).await.unwrap();
    let text = serde_json::to_string(&called.value).unwrap();
    assert!(text.contains("2,000.00"), "{text}");
    assert!(called.record.reads.iter().any(|read| read.call == "records.households"));
    // A household that is not in scope is an answer by rule, not a failure.
    let input = ViewInput { page: "household".into(), household: Some(HouseholdId(99)), ..ViewInput::default() };
    let error = host.view(&plugin, &context, Town::boxed(), input).await.unwrap_err();
    assert!(matches!(&error, CallError::Refused { code, .. } if code == "not-found"), "{error:?}");
}

#[tokio::test]
async fn a_point_it_does_not_export_is_not_offered() {
    let (host, plugin, _folder) = host().await;
    let error = host.tick(&plugin, &context(&plugin), Town::boxed(), "job", TODAY, None).await.unwrap_err();
    assert!(matches!(error.cause(), Some(Cause::NotOffered)));
    assert!(error.to_string().contains("hello 1.0.0"), "{error}");
}

#[tokio::test]
async fn a_record_repeats_to_the_same_bytes_and_every_change_is_found() {
    let (host, plugin, _folder) = host().await;
    let context = context(&plugin);
    let input = ViewInput { page: "household".into(), household: Some(HouseholdId(3)), ..ViewInput::default() };
    let view = host.view(&plugin, &context, Town::boxed(), input).await.unwrap().record;
    let columns = host.prefetch(&plugin, &context, &mut Town::default(), &EVERYBODY, TODAY).await.unwrap();
    let assess = host.assess(&plugin, &context, Town::boxed(), columns).await.unwrap().record;
    for record in [&view, &assess] {
        let stored = doudi_plugin_host::CallRecord::from_json(&record.to_json()).unwrap();
        assert_eq!(host.replay(&plugin, &stored).await.unwrap(), Replay::Same, "{}", record.point);
    }

    // A read that is no longer what was asked.
    let mut changed = view.clone();
    changed.reads[0].call = "parameters.put".into();
    let replayed = host.replay(&plugin, &changed).await.unwrap();
    assert!(matches!(replayed, Replay::Differs(Difference::Read { number: 1, .. })), "{replayed:?}");
    // A read that is missing, and one that nobody asks for.
    let mut short = view.clone();
    short.reads.pop();
    assert!(matches!(
        host.replay(&plugin, &short).await.unwrap(),
        Replay::Differs(Difference::Read { recorded: None, .. })
    ));
    let mut long = view.clone();
    long.reads.push(view.reads[0].clone());
    assert!(matches!(
        host.replay(&plugin, &long).await.unwrap(),
        Replay::Differs(Difference::Read { asked: None, .. })
    ));
    // Another answer to a read gives another result, and the place is told.
    let mut other = assess.clone();
    let limit = other.reads.iter_mut().find(|read| read.request[0] == "wage-limit").expect("the limit was read");
    limit.response["Ok"]["value"] = serde_json::json!(1);
    match host.replay(&plugin, &other).await.unwrap() {
        Replay::Differs(Difference::Result { path, .. }) => assert!(path.starts_with("/Ok/"), "{path}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn unrecorded_calls_keep_nothing_but_their_parameters() {
    let (host, plugin, _folder) = host().await;
    let mut context = context(&plugin);
    context.recording = Recording::Off;
    let columns = host.prefetch(&plugin, &context, &mut Town::default(), &EVERYBODY, TODAY).await.unwrap();
    let record = host.assess(&plugin, &context, Town::boxed(), columns).await.unwrap().record;
    assert!(record.request.is_null() && record.reads.is_empty() && record.input_hash.is_empty());
    assert_eq!(record.parameters.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_calls_at_once_all_answer() {
    let folder = Folder::new("crowd");
    let mut settings = config(&folder);
    settings.queue = std::time::Duration::from_secs(60);
    let host = PluginHost::new(settings).unwrap();
    let plugin = host.load(&doudi_plugin_host::digest(hello()), hello()).await.unwrap();
    let calls: Vec<_> = (0..200)
        .map(|index| {
            let (host, plugin) = (host.clone(), plugin.clone());
            let mut context = context(&plugin);
            context.county = doudi_domain::County(340_200 + index % 7);
            tokio::spawn(async move {
                let input =
                    ViewInput { page: "household".into(), household: Some(HouseholdId(1)), ..ViewInput::default() };
                host.view(&plugin, &context, Town::boxed(), input).await.map(|called| called.value)
            })
        })
        .collect();
    let first = serde_json::to_string(&calls_answer(calls).await).unwrap();
    assert!(first.contains("1,000.00"), "{first}");
}

async fn calls_answer<T: PartialEq + std::fmt::Debug>(calls: Vec<tokio::task::JoinHandle<Result<T, CallError>>>) -> T {
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap().unwrap_or_else(|error| panic!("{error}")));
    }
    let first = answers.pop().expect("there are calls");
    assert!(answers.iter().all(|answer| *answer == first));
    first
}

#[tokio::test]
async fn a_dropped_call_gives_its_permit_back() {
    let folder = Folder::new("drop");
    let mut settings = config(&folder);
    settings.county_permits = 1;
    settings.plugin_permits = 1;
    settings.queue = std::time::Duration::from_secs(5);
    let host = PluginHost::new(settings).unwrap();
    let plugin = host.load(&doudi_plugin_host::digest(hello()), hello()).await.unwrap();
    let context = context(&plugin);
    let input = || ViewInput { page: "household".into(), household: Some(HouseholdId(1)), ..ViewInput::default() };
    for patience in 0..20 {
        let call = host.view(&plugin, &context, Town::boxed(), input());
        // Dropped at some moment between the first poll and the end; ended calls are fine too.
        let _ = tokio::time::timeout(std::time::Duration::from_micros(50 * patience), call).await;
    }
    host.view(&plugin, &context, Town::boxed(), input()).await.unwrap();
}
