//! Who gains and who loses, which reasons differ, which bar a difference belongs to.

use super::*;
use doudi_documents::manifest::OutcomeEffect;

fn reason<'a>(code: &'a str, args: &'a [i64]) -> ReasonRow<'a> {
    ReasonRow { code, args, facts: Vec::new() }
}

#[test]
fn a_household_gains_loses_or_changes_by_what_it_is_entitled_to() {
    use OutcomeEffect::{Change as Changes, Grant, Refuse, Stop};
    let cases = [
        ("refused, then paid", (Refuse, 0), (Grant, 63_000), false, Change::Gained),
        ("refused, then a status without money", (Refuse, 0), (Grant, 0), false, Change::Gained),
        ("a status, then paid", (Grant, 0), (Grant, 100), false, Change::Gained),
        ("paid, then a status only", (Grant, 100), (Grant, 0), false, Change::Lost),
        ("paid, then stopped", (Grant, 100), (Stop, 0), false, Change::Lost),
        ("paid more", (Grant, 100), (Changes, 200), false, Change::Changed),
        ("another outcome, the same money", (Grant, 100), (Grant, 100), false, Change::Changed),
        ("the same", (Grant, 100), (Grant, 100), true, Change::Unchanged),
        ("refused on both sides", (Refuse, 0), (Refuse, 0), true, Change::Unchanged),
    ];
    for (name, (effect, amount), (effect_after, amount_after), same, expected) in cases {
        let before = Standing::of(effect, Fen(amount));
        assert_eq!(change(before, Standing::of(effect_after, Fen(amount_after)), same), expected, "{name}");
    }
}

#[test]
fn reasons_differ_by_code_and_by_their_numbers() {
    let before = [reason("members", &[3]), reason("below", &[150_000, 71_000]), reason("sum", &[63_000])];
    let after = [reason("members", &[3]), reason("not-below", &[150_000, 71_000]), reason("sum", &[84_000])];
    let found = differing(&before, &after);
    assert_eq!(
        found,
        [
            Differing { before: None, after: Some(1) },
            Differing { before: Some(1), after: None },
            Differing { before: Some(2), after: Some(2) },
        ]
    );
    assert_eq!(differing(&before, &before), []);
    // Several of one kind are one reason: each member's wage.
    let wages = [reason("wage", &[1]), reason("wage", &[2])];
    assert_eq!(differing(&wages, &wages[..1]), [Differing { before: Some(0), after: Some(0) }]);
    assert_eq!(differing(&[], &wages), [Differing { before: None, after: Some(0) }]);
}

#[test]
fn every_difference_has_one_bar_and_every_bar_a_name() {
    let label = |fen: i64| {
        let at = bucket(fen);
        let over = at.checked_sub(1).map(|before| BUCKETS[before]);
        Bucket { over, to: BUCKETS.get(at).copied(), households: 0, difference: 0 }.label()
    };
    let cases = [
        (-90_000, "减少 500 元及以上"),
        (-50_000, "减少 500 元及以上"),
        (-49_999, "减少 200 至 500 元"),
        (-20_000, "减少 200 至 500 元"),
        (-5_000, "减少 50 至 100 元"),
        (-4_999, "减少 50 元以内"),
        (-1, "减少 50 元以内"),
        (0, "金额不变"),
        (1, "增加 50 元以内"),
        (5_000, "增加 50 元以内"),
        (5_001, "增加 50 至 100 元"),
        (50_000, "增加 200 至 500 元"),
        (50_001, "增加超过 500 元"),
    ];
    for (fen, expected) in cases {
        assert_eq!(label(fen), expected, "{fen}");
    }
}

#[test]
fn a_sentence_is_shown_without_its_numbers() {
    assert_eq!(outline("家庭月收入 {0:fen} 元，低于 {1:fen} 元"), "家庭月收入 … 元，低于 … 元");
    assert_eq!(outline("没有成员"), "没有成员");
}
