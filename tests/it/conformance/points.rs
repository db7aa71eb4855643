//! Each extension point with what must come back, in every language.

use super::town::{self, Town};
use super::{LANGUAGES, TODAY, context, guest, host};
use doudi_documents::EffectPayload;
use doudi_documents::page::{Block as PageBlock, Cell, Page};
use doudi_domain::{HouseholdId, PersonId};
use doudi_plugin_host::{
    ActInput, CallContext, CallError, EventInput, FillInput, Grants, Plugin, PluginHost, Replay, ViewInput,
};
use serde_json::json;
use std::sync::Arc;

/// Label and value of every fact on a page.
fn facts(page: &Page) -> Vec<(String, String)> {
    let PageBlock::Facts { rows } = &page.blocks[0] else { panic!("{page:?}") };
    rows.iter()
        .map(|row| match &row.value {
            Cell::Text { text } => (row.label.zh.clone(), text.zh.clone()),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn show(
    host: &PluginHost,
    plugin: &Arc<Plugin>,
    context: &CallContext,
    query: &[(&str, &str)],
) -> Result<Page, CallError> {
    let input = ViewInput { page: "echo".into(), document: None, household: None, query: pairs(query) };
    host.view(plugin, context, Town::boxed(), input).await.map(|called| called.value)
}

/// Effects as JSON with the kind, so that differences are readable.
fn wishes(effects: &[EffectPayload]) -> serde_json::Value {
    serde_json::to_value(effects).expect("effects are JSON")
}

/// What all three say to the reads page; the calendar is the shipped one, 2022-07-25 a Monday.
const READS: &[(&str, &str)] = &[
    ("rate", "100"),
    ("rate-source", "南民〔2022〕1号"),
    ("other", "unknown"),
    ("working", "2022-07-25"),
    ("between", "2"),
    ("weekend", "false"),
    ("household", town::CERTIFICATE),
    ("missing", "not-found"),
    ("document", "存𠮷"),
    ("documents", "1"),
    ("no-document", "not-found"),
    ("decisions", "0"),
    ("in-force", "0"),
    ("lines", "0"),
    ("asked", "one:1+3,two:"),
];

#[tokio::test(flavor = "multi_thread")]
async fn columns_come_in_and_outcomes_go_out() {
    let host = host();
    for language in LANGUAGES {
        let plugin = guest(&host, language).await;
        let context = context(&plugin);
        let called = host
            .assess(&plugin, &context, Town::boxed(), town::households())
            .await
            .unwrap_or_else(|error| panic!("{language}: {error}"));
        let rows: Vec<_> = (0..3)
            .map(|row| {
                let row = called.value.row(row);
                let facts: Vec<i64> = row.reasons[0].facts.iter().map(|fact| fact.0).collect();
                (
                    row.outcome.code.clone(),
                    row.amount.0,
                    row.covered,
                    row.figures.iter().map(|(_, value)| *value).collect::<Vec<_>>(),
                    row.reasons[0].args.to_vec(),
                    facts,
                )
            })
            .collect();
        let letters = town::CERTIFICATE.chars().count() as i64;
        assert_eq!(
            rows[0],
            ("some".into(), 200, 2, vec![9_007_199_254_740_991, 1, letters], vec![2, 3], vec![101, 102, 104]),
            "{language}"
        );
        assert_eq!(rows[1], ("nobody".into(), 0, 0, vec![0, 0, -1], vec![0, 0], vec![]), "{language}");
        assert_eq!(rows[2], ("some".into(), 100, 1, vec![-5, 1, 0], vec![1, 1], vec![103]), "{language}");
        assert_eq!(host.replay(&plugin, &called.record).await.unwrap(), Replay::Same, "{language}");
        // A block of no households is a block.
        let empty = host
            .assess(&plugin, &context, Town::boxed(), town::nobody())
            .await
            .unwrap_or_else(|error| panic!("{language}: {error}"));
        assert!(empty.value.is_empty(), "{language}");
        // Nothing granted: every value absent, and the kernel says what was denied.
        let bare = CallContext { grants: Grants::none(), ..context };
        let called = host
            .assess(&plugin, &bare, Town::boxed(), town::households())
            .await
            .unwrap_or_else(|error| panic!("{language}: {error}"));
        assert_eq!(called.value.row(0).figures, [("sum", 0), ("absent", 2), ("letters", -1)], "{language}");
        assert!(called.denials.iter().any(|denial| denial == "read:income.wage"), "{language}: {:?}", called.denials);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_echo_what_came_with_the_call_and_what_was_read() {
    let host = host();
    for language in LANGUAGES {
        let plugin = guest(&host, language).await;
        let context = context(&plugin);
        let page = show(&host, &plugin, &context, &[("a", "1"), ("字", "值𠮷&<b>")])
            .await
            .unwrap_or_else(|error| panic!("{language}: {error}"));
        let expected = pairs(&[
            ("a", "1"),
            ("字", "值𠮷&<b>"),
            ("today", "2022-07-20"),
            ("county", "340223"),
            ("role", "town-caseworker"),
            ("division", "340223103000"),
            ("trial", "false"),
            ("limit", "3"),
        ]);
        assert_eq!(facts(&page), expected, "{language}");
        let page = show(&host, &plugin, &context, &[("show", "reads")])
            .await
            .unwrap_or_else(|error| panic!("{language}: {error}"));
        assert_eq!(facts(&page), pairs(READS), "{language}");
        let input = ViewInput {
            page: "document".into(),
            document: Some(town::document(r#"{"word":"正文𠮷"}"#)),
            household: None,
            query: vec![],
        };
        let called = host
            .view(&plugin, &context, Town::boxed(), input)
            .await
            .unwrap_or_else(|error| panic!("{language}: {error}"));
        let expected = pairs(&[("word", "正文𠮷"), ("state", "kept"), ("revision", "3"), ("due", "null")]);
        assert_eq!(facts(&called.value), expected, "{language}");
        let input = ViewInput { page: "echo".into(), query: pairs(&[("show", "log")]), ..ViewInput::default() };
        let called = host
            .view(&plugin, &context, Town::boxed(), input)
            .await
            .unwrap_or_else(|error| panic!("{language}: {error}"));
        let lines: Vec<_> = called.logs.iter().map(|line| (line.level.as_str(), line.message.as_str())).collect();
        assert_eq!(lines, [("info", "第一行"), ("warn", "第二行 𠮷")], "{language}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_answers_and_denials_are_results() {
    let host = host();
    for language in LANGUAGES {
        let plugin = guest(&host, language).await;
        let context = context(&plugin);
        match show(&host, &plugin, &context, &[("show", "refuse")]).await {
            Err(CallError::Refused { code, message, problems }) => {
                assert_eq!((code.as_str(), message.as_str()), ("refused", "不行"), "{language}");
                assert_eq!(
                    (problems[0].field.as_str(), problems[0].message.as_str()),
                    ("word", "请填写“文字”"),
                    "{language}"
                );
            }
            other => panic!("{language}: {other:?}"),
        }
        // A topic that is not granted: a code the plugin reads, not the end of the call.
        let grants = Grants::new(Grants::all(plugin.manifest()).iter().filter(|word| !word.starts_with("ask:")));
        let denied = CallContext { grants, ..context };
        let page = show(&host, &plugin, &denied, &[("show", "reads")])
            .await
            .unwrap_or_else(|error| panic!("{language}: {error}"));
        assert_eq!(facts(&page).last().map(|(_, value)| value.clone()), Some("denied".to_owned()), "{language}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn effects_and_values_of_every_other_point() {
    let host = host();
    for language in LANGUAGES {
        let plugin = guest(&host, language).await;
        let context = context(&plugin);
        let fail = |error: CallError| -> ! { panic!("{language}: {error}") };

        let press = |word: &str| {
            let values = if word.is_empty() { json!({}) } else { json!({ "word": word }) };
            let values = values.as_object().cloned().expect("an object");
            ActInput {
                action: "write".into(),
                collection: "note".into(),
                document: None,
                household: Some(HouseholdId(1)),
                person: None,
                values,
            }
        };
        let called =
            host.act(&plugin, &context, Town::boxed(), press("写𠮷")).await.unwrap_or_else(|error| fail(error));
        let put = &wishes(&called.value)[0];
        assert_eq!(put["kind"], "document.put", "{language}");
        for (field, value) in [
            ("title", json!({"zh": "写𠮷"})),
            ("household", json!("1")),
            ("state", json!("kept")),
            ("note", json!("记下")),
            ("indexes", json!({"word": "写𠮷"})),
            ("body", json!({"word": "写𠮷"})),
        ] {
            assert_eq!(put["payload"][field], value, "{language}: {field}");
        }
        match host.act(&plugin, &context, Town::boxed(), press("")).await {
            Err(CallError::Refused { code, problems, .. }) => {
                assert_eq!((code.as_str(), problems[0].message.as_str()), ("invalid", "请填写文字"), "{language}");
            }
            other => panic!("{language}: {other:?}"),
        }

        let event = |person| EventInput {
            topic: "person.died".into(),
            household: None,
            person,
            document: None,
            payload: r#"{"date":"2022-07-06"}"#.into(),
        };
        let called = host
            .react(&plugin, &context, Town::boxed(), event(Some(PersonId(9))))
            .await
            .unwrap_or_else(|error| fail(error));
        let wish = &wishes(&called.value)[0]["payload"];
        assert_eq!(
            (&wish["topic"], &wish["person"], &wish["payload"]),
            (&json!("conformance.heard"), &json!("9"), &json!({"date": "2022-07-06"})),
            "{language}"
        );
        let called =
            host.react(&plugin, &context, Town::boxed(), event(None)).await.unwrap_or_else(|error| fail(error));
        assert!(called.value.is_empty(), "{language}");

        let mut cursor: Option<String> = None;
        for step in 1..=3 {
            let called = host
                .tick(&plugin, &context, Town::boxed(), "count", TODAY, cursor.as_deref())
                .await
                .unwrap_or_else(|error| fail(error));
            assert_eq!(
                wishes(&called.value.effects)[0]["payload"]["payload"],
                json!({"step": step, "due": "2022-07-20"}),
                "{language}"
            );
            cursor = called.value.next;
            assert_eq!(cursor, (step < 3).then(|| step.to_string()), "{language}");
        }

        let values = json!({"word": "填𠮷"}).as_object().cloned().expect("an object");
        let input = FillInput { form: "words".into(), document: None, household: None, values, changed: "word".into() };
        let called = host.fill(&plugin, &context, Town::boxed(), input).await.unwrap_or_else(|error| fail(error));
        assert_eq!(called.value.values["word"], "填𠮷。", "{language}");

        let called = host
            .answer(&plugin, &context, Town::boxed(), "conformance.echo", TODAY, town::every_shape())
            .await
            .unwrap_or_else(|error| fail(error));
        assert_eq!(called.value, town::every_shape(), "{language}");

        let called =
            host.indicators(&plugin, &context, Town::boxed(), TODAY, TODAY).await.unwrap_or_else(|error| fail(error));
        let figure = &called.value[0];
        assert_eq!(
            (figure.part, figure.whole, figure.target, figure.drill_down.as_str()),
            (20, 20, Some(9_500), "echo?a=1"),
            "{language}"
        );

        let called = host
            .intake(&plugin, &context, Town::boxed(), "words", town::feed())
            .await
            .unwrap_or_else(|error| fail(error));
        let words: Vec<_> = wishes(&called.value.effects)
            .as_array()
            .expect("a list")
            .iter()
            .map(|wish| wish["payload"]["body"]["word"].clone())
            .collect();
        assert_eq!(words, [json!("一"), json!("三𠮷")], "{language}");
        assert_eq!(
            called.value.rejected.iter().map(|(row, problem)| (*row, problem.message.as_str())).collect::<Vec<_>>(),
            [(1, "没有文字")],
            "{language}"
        );

        let called = host
            .migrate(&plugin, &context, Town::boxed(), "1.0", &[town::document(r#"{"text":"旧𠮷"}"#)])
            .await
            .unwrap_or_else(|error| fail(error));
        let put = &wishes(&called.value)[0]["payload"];
        assert_eq!(
            (&put["id"], &put["expected_revision"], &put["body"]),
            (&json!("7"), &json!(3), &json!({"word": "旧𠮷", "older": "1.0"})),
            "{language}"
        );

        let called = host.check_settings(&plugin, &context, Town::boxed()).await.unwrap_or_else(|error| fail(error));
        assert!(called.expect("it is offered").value.is_empty(), "{language}");
        let bad = CallContext { settings: r#"{"limit":-1}"#.into(), ..context };
        let called = host.check_settings(&plugin, &bad, Town::boxed()).await.unwrap_or_else(|error| fail(error));
        assert_eq!(called.expect("it is offered").value[0].message, "不能小于 0", "{language}");
    }
}

/// A bug and every limit, each told by its cause; the next call is answered as if nothing had happened.
#[tokio::test(flavor = "multi_thread")]
async fn bugs_and_limits_are_failures_with_a_cause() {
    let mut config = crate::support::guests::host_config();
    config.script.time_interactive = std::time::Duration::from_millis(1_500);
    let host = PluginHost::new(config).expect("the pool fits");
    // What an engine says of its own bug differs; that it is a failure, and whose, does not.
    let cases: [(&str, &[&str]); 6] = [
        ("bug", &["trapped", "reported"]),
        ("big", &["too-much", "bad-output"]),
        ("spin", &["out-of-time"]),
        ("grow", &["out-of-memory", "reported", "trapped", "out-of-time"]),
        ("deep", &["trapped", "reported"]),
        ("storm", &["too-much", "reported"]),
    ];
    for language in LANGUAGES {
        let plugin = guest(&host, language).await;
        let context = context(&plugin);
        for (what, codes) in cases {
            match show(&host, &plugin, &context, &[("show", what)]).await {
                Err(error @ CallError::Failed(_)) => {
                    assert!(codes.contains(&error.code()), "{language}: {what}: {} {error}", error.code());
                    assert!(error.to_string().contains("conformance 1.0.0"), "{language}: {what}: {error}");
                }
                Err(CallError::Refused { code, .. }) if what == "storm" && code == "limit" => {}
                other => panic!("{language}: {what}: {other:?}"),
            }
            show(&host, &plugin, &context, &[])
                .await
                .unwrap_or_else(|error| panic!("{language}: after {what}: {error}"));
        }
    }
}
