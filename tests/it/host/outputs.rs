//! Rubbish, or too much of it, where a page, outcomes or an answer are expected.

use super::*;
use doudi_plugin_host::Block;

/// Page, code of the failure.
pub const PAGES: &[(&str, &str)] = &[
    ("not-json", "bad-output"),
    ("empty", "bad-output"),
    ("wrong-shape", "bad-output"),
    ("deep", "too-much"),
    ("wide", "too-much"),
    ("long-text", "too-much"),
    ("giant", "too-much"),
    ("page-bad-utf8", "trapped"),
    ("page-beyond-memory", "trapped"),
];

/// Outcome columns that do not fit together.
pub const OUTCOMES: &[&str] = &[
    "too-few-rows",
    "too-many-rows",
    "amounts-missing",
    "covered-missing",
    "outcome-out-of-range",
    "negative-amount",
    "figures-missing",
    "reason-ends-fall",
    "reason-ends-beyond",
    "reasons-left-over",
    "reason-out-of-range",
    "arguments-missing",
    "arguments-left-over",
    "fact-ends-beyond",
    "facts-left-over",
    "billion-rows",
];

/// Answer blocks that do not fit together.
pub const ANSWERS: &[&str] = &["short-column", "ends-beyond", "billion-rows"];

#[tokio::test(flavor = "multi_thread")]
async fn pages_nobody_can_draw_are_refused() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    let honest = guests::load(&host, guests::honest()).await;
    let mut wrong = Vec::new();
    for (page, code) in PAGES {
        match view(&host, &rogue, page).await {
            Ok(value) => {
                wrong.push(format!("{page}: drawn: {}", format!("{value:?}").chars().take(200).collect::<String>()))
            }
            Err(error) if error.code() == *code || error.code() == "bad-output" => {
                let text = error.to_string();
                assert!(text.contains("插件 rogue 6.6.6") && text.chars().count() < 600, "{page}: {text}");
            }
            Err(error) => wrong.push(format!("{page}: {} {error}", error.code())),
        }
        check_serves_on(&host, &honest, page).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for page in ["good", "unknown-block", "markup", "foreign-person"] {
        view(&host, &rogue, page).await.unwrap_or_else(|error| panic!("{page} is for the web to draw: {error}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_that_do_not_fit_are_refused() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    let ids: Vec<HouseholdId> = SmallTown::HOUSEHOLDS.map(HouseholdId).collect();
    let mut wrong = Vec::new();
    for behaviour in OUTCOMES {
        let context = behaving(340223, behaviour);
        let mut town = SmallTown::default();
        let columns = host.prefetch(&rogue, &context, &mut town, &ids, TODAY).await.expect("made up");
        match host.assess(&rogue, &context, SmallTown::boxed(), columns).await {
            Ok(_) => wrong.push(format!("{behaviour}: accepted")),
            Err(error) if matches!(error.code(), "bad-output" | "too-much") => {}
            Err(error) => wrong.push(format!("{behaviour}: {} {error}", error.code())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut town = SmallTown::default();
    let columns = host.prefetch(&rogue, &context(340223), &mut town, &ids, TODAY).await.expect("made up");
    let outcomes =
        host.assess(&rogue, &context(340223), SmallTown::boxed(), columns).await.expect("it can behave").value;
    let row = outcomes.row(2);
    assert_eq!(
        (row.outcome.code.as_str(), row.amount.0, row.covered, row.figures.as_slice()),
        ("granted", 63_000, 1, &[("lucky", 7)][..])
    );
    assert_eq!(outcomes.reasons(2)[0].zh, "低于 710.00 元");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_do_not_fit_are_refused() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    let block = || Block::from(SmallTown::columns(&[HouseholdId(1)], &[]));
    for behaviour in ANSWERS {
        let result =
            host.answer(&rogue, &behaving(340223, behaviour), SmallTown::boxed(), "rogue.answer", TODAY, block()).await;
        let error = result.err().unwrap_or_else(|| panic!("{behaviour}: accepted"));
        assert!(matches!(error.code(), "bad-output" | "too-much"), "{behaviour}: {} {error}", error.code());
    }
    let error = host
        .answer(&rogue, &context(340223), SmallTown::boxed(), "benefit.payables", TODAY, block())
        .await
        .expect_err("not one of its topics");
    assert_eq!(error.code(), "not-offered");
    // Rejecting a row nobody sent.
    let result = host.intake(&rogue, &behaving(340223, "no-such-row"), SmallTown::boxed(), "feed", block()).await;
    check_failure("no-such-row", result, "bad-output");
}
