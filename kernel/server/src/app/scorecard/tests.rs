//! Figures against their targets, as a supervisor would check them with a pencil.

use super::*;

fn figure(part: i64, whole: i64, target: Option<i64>, better: Better) -> Figure {
    Figure {
        code: "on-time".into(),
        label: "按时办结".into(),
        definition: Text::default(),
        article: String::new(),
        unit: IndicatorUnit::Count,
        better,
        share: Share { part, whole },
        target,
        before: None,
        list: None,
    }
}

#[test]
fn a_figure_is_compared_with_its_target_exactly() {
    use Better::{Higher, Lower};
    let cases = [
        (9, 10, Some(9_000), Higher, Verdict::Met, Some(9_000)),
        // 99.996 % looks like everything and is not.
        (24_999, 25_000, Some(10_000), Higher, Verdict::NotMet, Some(9_999)),
        (25_000, 25_000, Some(10_000), Higher, Verdict::Met, Some(10_000)),
        (1, 3, Some(3_333), Higher, Verdict::Met, Some(3_333)),
        (1, 3, Some(3_334), Higher, Verdict::NotMet, Some(3_333)),
        // 分 of money that should not be outstanding.
        (0, 63_000_000_000, Some(0), Lower, Verdict::Met, Some(0)),
        (1, 63_000_000_000, Some(0), Lower, Verdict::NotMet, Some(0)),
        (i64::MAX, i64::MAX, Some(10_000), Higher, Verdict::Met, Some(10_000)),
        (0, 0, Some(10_000), Higher, Verdict::Nothing, None),
        (0, 0, None, Higher, Verdict::Nothing, None),
        (1, 2, None, Higher, Verdict::NoTarget, Some(5_000)),
    ];
    for (part, whole, target, better, verdict, points) in cases {
        let figure = figure(part, whole, target, better);
        assert_eq!(figure.verdict(), verdict, "{part} of {whole}, target {target:?}");
        assert_eq!(figure.share.basis_points(), points, "{part} of {whole}");
    }
}

#[test]
fn a_trend_says_better_or_worse_and_not_merely_up_or_down() {
    use Better::{Higher, Lower};
    let cases = [
        (95, 90, Higher, Trend::Better(500)),
        (90, 95, Higher, Trend::Worse(500)),
        (90, 95, Lower, Trend::Better(500)),
        (95, 90, Lower, Trend::Worse(500)),
        (95, 95, Lower, Trend::Same),
    ];
    for (now, before, better, trend) in cases {
        let figure =
            Figure { before: Some(Share { part: before, whole: 100 }), ..figure(now, 100, Some(9_000), better) };
        assert_eq!(figure.trend(), trend, "{before} → {now}");
    }
    let nothing = Figure { before: Some(Share { part: 0, whole: 0 }), ..figure(9, 10, None, Higher) };
    assert_eq!(nothing.trend(), Trend::Unknown, "nothing happened before");
    assert_eq!(figure(9, 10, None, Higher).trend(), Trend::Unknown, "nobody could say");
}
