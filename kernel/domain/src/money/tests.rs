//! What officers type, what pages show, and that the two are inverses.

use super::*;
use proptest::prelude::*;

#[test]
fn reads_what_officers_type() {
    for (text, fen) in [
        ("630", 63_000),
        ("630.5", 63_050),
        ("630.", 63_000),
        ("630.05", 63_005),
        ("1,630.50", 163_050),
        ("1，630.50元", 163_050),
        ("￥630", 63_000),
        ("¥ 1 630.5 元", 163_050),
        ("１２３．４５", 12_345),
        ("12,345,678.90", 1_234_567_890),
        ("\u{a0}710.00\u{a0}", 71_000),
        ("-40", -4_000),
        ("-0.01", -1),
        ("0", 0),
        ("007", 700),
        ("92233720368547758.07", i64::MAX),
    ] {
        assert_eq!(Fen::parse(text), Some(Fen(fen)), "{text}");
    }
}

#[test]
fn never_guesses() {
    for text in [
        "",
        " ",
        "元",
        "￥",
        ".5",
        ".",
        "-",
        "--5",
        "+5",
        "1.234",
        "1.2.3",
        "6,5",
        "6，5元",
        "1,23",
        "12,34",
        "1234,567",
        "1,,234",
        ",234",
        "1,234,",
        "1 2",
        "1e3",
        "0x10",
        "一百",
        "六百三十元整",
        "NaN",
        "92233720368547758.08",
        "99999999999999999999",
        "1,630.5,0",
        "710.0O",
    ] {
        assert_eq!(Fen::parse(text), None, "{text}");
    }
}

#[test]
fn shows_grouped_yuan_with_two_decimals() {
    for (fen, text) in [
        (0, "0.00"),
        (1, "0.01"),
        (-1, "-0.01"),
        (63_000, "630.00"),
        (100_000, "1,000.00"),
        (-163_050, "-1,630.50"),
        (123_456_789_012, "1,234,567,890.12"),
        (i64::MAX, "92,233,720,368,547,758.07"),
        (i64::MIN, "-92,233,720,368,547,758.08"),
    ] {
        assert_eq!(Fen(fen).to_string(), text);
    }
    assert_eq!(format!("{:>10}", Fen(63_000)), "    630.00");
    assert_eq!(Fen::yuan(710), Fen(71_000));
}

/// Trap 9: the gap as `S×n − I`. A quotient first would pay 3 yuan where 2 are due.
#[test]
fn the_gap_is_exact_in_fen() {
    let gap = Fen::yuan(632).checked_mul(3).and_then(|standard| standard.checked_sub(Fen::yuan(1_894)));
    assert_eq!(gap, Some(Fen::yuan(2)));
}

#[test]
fn overflow_is_none_or_loud_never_silent() {
    assert_eq!(Fen(i64::MAX).checked_add(Fen(1)), None);
    assert_eq!(Fen(i64::MIN).checked_sub(Fen(1)), None);
    assert_eq!(Fen(i64::MAX).checked_mul(2), None);
    assert!(std::panic::catch_unwind(|| Fen(i64::MAX) + Fen(1)).is_err());
    assert_eq!([Fen(1), Fen(2), Fen(39)].into_iter().sum::<Fen>(), Fen(42));
}

proptest! {
    #[test]
    fn reading_undoes_showing(fen in (i64::MIN + 1)..=i64::MAX) {
        prop_assert_eq!(Fen::parse(&Fen(fen).to_string()), Some(Fen(fen)));
    }

    #[test]
    fn no_text_panics(text in ".{0,24}") {
        let _ = Fen::parse(&text);
    }

    #[test]
    fn more_than_two_decimals_is_refused(whole in 0..1_000_000i64, part in "[0-9]{3,6}") {
        prop_assert_eq!(Fen::parse(&format!("{whole}.{part}")), None);
    }
}
