//! Wishes outside a guest's rights: the whole list is refused, with the number of the bad effect and why.

use super::*;

/// Behaviour, code of the failure, pieces of its sentence.
pub const TABLE: &[(&str, &str, &[&str])] = &[
    ("too-many-effects", "too-much", &["4,000", "4000"]),
    ("giant-effect", "too-much", &[]),
    ("not-json", "bad-output", &[]),
    ("wrong-shape", "bad-output", &[]),
    ("deep-payload", "bad-output", &[]),
    ("unknown-kind", "bad-output", &["payment.transfer"]),
    ("undeclared-kind", "bad-output", &["notice.issue"]),
    ("ungranted-kind", "denied", &["event.publish"]),
    ("foreign-topic", "denied", &["event.publish"]),
    ("foreign-collection", "bad-output", &["application"]),
    ("no-such-state", "bad-output", &["nirvana"]),
    ("state-not-in-to", "bad-output", &["closed"]),
    ("undeclared-scheme", "bad-output", &["somebody-elses"]),
    ("unknown-outcome", "bad-output", &["canonised"]),
    ("unknown-reason", "bad-output", &["because"]),
    ("wrong-arguments", "bad-output", &["poor"]),
    ("undeclared-fact", "bad-output", &["household.monitoring"]),
    ("unknown-field", "bad-output", &["household.soul"]),
    ("ignore-denial", "denied", &["event.publish"]),
    ("decision-without-reasons", "bad-output", &["理由"]),
    ("negative-decision", "bad-output", &["负数"]),
    ("decision-of-no-day", "bad-output", &["2022-02-30"]),
    ("decision-backwards", "bad-output", &["早于"]),
    ("unknown-figure", "bad-output", &["karma"]),
    ("no-such-index", "bad-output", &["secret"]),
    ("assign-nobody", "bad-output", &["emperor"]),
    ("body-is-a-list", "bad-output", &["对象"]),
    ("endless-title", "bad-output", &["200 字"]),
    ("half-an-update", "bad-output", &["版本"]),
    ("one-bad-among-good", "bad-output", &["payment.transfer", "3"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_effect_refuses_the_whole_list() {
    let host = guests::host();
    let names: Vec<&str> = TABLE.iter().map(|(name, ..)| *name).collect();
    let rogue = guests::load(&host, &guests::rogue_with("rogue", &names, |_| {})).await;
    let honest = guests::load(&host, guests::honest()).await;
    let mut wrong = Vec::new();
    for (behaviour, code, words) in TABLE {
        let error = match act(&host, &rogue, &context(340223), behaviour).await {
            Ok(called) => {
                wrong.push(format!("{behaviour}: got away with {:?}", called.value));
                continue;
            }
            Err(error) => error,
        };
        let text = error.to_string();
        if error.code() != *code
            || !text.contains("插件 rogue 6.6.6")
            || !words.is_empty() && !words.iter().any(|word| text.contains(word))
        {
            wrong.push(format!("{behaviour}: {} {text}", error.code()));
        }
        check_serves_on(&host, &honest, behaviour).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What only the stored state can tell is for the one who applies; here such wishes pass, well formed.
#[tokio::test(flavor = "multi_thread")]
async fn what_needs_the_stored_state_is_left_to_apply() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    for behaviour in ["good", "foreign-household", "stale-revision", "foreign-document"] {
        let called = act(&host, &rogue, &context(340223), behaviour)
            .await
            .unwrap_or_else(|error| panic!("{behaviour}: {error}"));
        assert_eq!(called.value.len(), 1);
        assert!(called.record.is_intact());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_an_answer_not_a_failure() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    let error = act(&host, &rogue, &context(340223), "refuse").await.expect_err("it refuses");
    assert_eq!((error.code(), error.to_string().as_str()), ("refused", "缺少户口簿"));
    assert!(matches!(error.into_domain(), Error::Refused { .. }));
    // A code nobody knows is no refusal.
    let text = check_failure("odd-error", act(&host, &rogue, &context(340223), "odd-error").await, "reported");
    assert!(text.contains("就是不行"), "{text}");
}
