//! The rules natively, each as a table a caseworker could read: dates against the official calendar, differences, changes,
//! questions, books.

use disbursement::rules::changes::{Flag, Paid, flag, reason};
use disbursement::rules::controls::{Candidate, Code, question};
use disbursement::rules::differences::{Differences, Month, months_before};
use disbursement::rules::path::{DayKind, Days, deadline, path};
use disbursement::rules::reconcile::{Books, Totals, on_time};
use doudi_sdk::prelude::*;
use doudi_sdk::testing::World;
use proptest::prelude::*;
use std::collections::BTreeMap;

const CALENDAR: &str = include_str!("../../../data/statutory-days.csv");

fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

fn with_calendar<R>(test: impl FnOnce() -> R) -> R {
    World::new("2022-07-01").calendar(CALENDAR).run(|_| test())
}

const DAYS: Days = Days { send: 5, allocate: 10, credit: 15, inclusive: true, freeze: 1 };

/// Every 5th, 10th and 15th of 2019–2026 that falls on a statutory holiday, and the day advised instead.
const HOLIDAY_HITS: &[(&str, &str)] = &[
    ("2019-02-05", "2019-02-03"),
    ("2019-02-10", "2019-02-03"),
    ("2019-04-05", "2019-04-04"),
    ("2019-09-15", "2019-09-12"),
    ("2019-10-05", "2019-09-30"),
    ("2020-04-05", "2020-04-03"),
    ("2020-05-05", "2020-04-30"),
    ("2020-10-05", "2020-09-30"),
    ("2021-02-15", "2021-02-10"),
    ("2021-04-05", "2021-04-02"),
    ("2021-05-05", "2021-04-30"),
    ("2021-10-05", "2021-09-30"),
    ("2022-02-05", "2022-01-30"),
    ("2022-04-05", "2022-04-02"),
    ("2022-06-05", "2022-06-02"),
    ("2022-09-10", "2022-09-09"),
    ("2022-10-05", "2022-09-30"),
    ("2023-04-05", "2023-04-04"),
    ("2023-10-05", "2023-09-28"),
    ("2024-02-10", "2024-02-09"),
    ("2024-02-15", "2024-02-09"),
    ("2024-04-05", "2024-04-03"),
    ("2024-05-05", "2024-04-30"),
    ("2024-06-10", "2024-06-07"),
    ("2024-09-15", "2024-09-14"),
    ("2024-10-05", "2024-09-30"),
    ("2025-04-05", "2025-04-03"),
    ("2025-05-05", "2025-04-30"),
    ("2025-10-05", "2025-09-30"),
    ("2026-02-15", "2026-02-14"),
    ("2026-04-05", "2026-04-03"),
    ("2026-05-05", "2026-04-30"),
    ("2026-10-05", "2026-09-30"),
];

#[test]
fn every_holiday_hit_of_eight_years_is_found_and_no_other() {
    let expected: BTreeMap<Date, Date> = HOLIDAY_HITS.iter().map(|(due, advised)| (day(due), day(advised))).collect();
    with_calendar(|| {
        let mut found = BTreeMap::new();
        let mut month = day("2019-01-01");
        while month < day("2027-01-01") {
            for date in [5, 10, 15] {
                let due = deadline(month.add_days(date - 1), calendar::is_working_day).unwrap();
                assert!(calendar::is_working_day(due.advised).unwrap() && due.advised <= due.due, "{due:?}");
                match due.kind {
                    DayKind::Holiday => drop(found.insert(due.due, due.advised)),
                    DayKind::Worked => assert_eq!(due.advised, due.due),
                    DayKind::Weekend => {
                        assert!(due.due.weekday() > 5 && due.due.days_until(due.advised) >= -2, "{due:?}")
                    }
                }
            }
            month = month.add_months(1);
        }
        assert_eq!(found, expected);
    });
}

#[test]
fn the_path_of_a_month() {
    let before = Days { inclusive: false, ..DAYS };
    let early = Days { freeze: 3, ..DAYS };
    let cases = [
        // month, days, freeze, send, allocate, credit
        ("2022-07-01", DAYS, "2022-07-04", "2022-07-05", "2022-07-08", "2022-07-15"),
        ("2022-08-01", DAYS, "2022-08-04", "2022-08-05", "2022-08-10", "2022-08-15"),
        ("2022-09-01", DAYS, "2022-09-02", "2022-09-05", "2022-09-09", "2022-09-15"),
        // National day: everything of October moves into September, and the freeze with it.
        ("2022-10-01", DAYS, "2022-09-29", "2022-09-30", "2022-10-10", "2022-10-14"),
        // The advised day is itself a make-up Sunday.
        ("2022-02-01", DAYS, "2022-01-29", "2022-01-30", "2022-02-10", "2022-02-15"),
        // “5日前” read without the 5th.
        ("2022-07-01", before, "2022-07-01", "2022-07-04", "2022-07-08", "2022-07-14"),
        ("2022-10-01", before, "2022-09-29", "2022-09-30", "2022-10-09", "2022-10-14"),
        ("2022-10-01", early, "2022-09-27", "2022-09-30", "2022-10-10", "2022-10-14"),
    ];
    with_calendar(|| {
        for (month, days, freeze, send, allocate, credit) in cases {
            let found = path(day(month), days, calendar::is_working_day).unwrap();
            let dates = [found.freeze, found.send.advised, found.allocate.advised, found.credit.advised];
            assert_eq!(dates, [freeze, send, allocate, credit].map(day), "{month} {days:?}");
        }
        assert!(
            path(day("2035-01-01"), DAYS, calendar::is_working_day).is_err(),
            "outside the calendar there is no guess"
        );
    });
}

#[test]
fn entitled_less_drawn_month_by_month() {
    /// Months as `month entitled drawn claimed` in yuan; expected: owed and overpaid as `month amount`.
    fn check(what: &str, months: &[(&str, i64, i64, i64)], owed: &[(&str, i64)], over: &[(&str, i64)]) {
        let first = |month: &str| day(&format!("{month}-01"));
        let found = Differences::of(months.iter().map(|(month, entitled, drawn, claimed)| Month {
            month: first(month),
            entitled: Fen::yuan(*entitled),
            drawn: Fen::yuan(*drawn),
            claimed: Fen::yuan(*claimed),
            tolerated: Fen::ZERO,
        }));
        let sums = |list: &[(&str, i64)]| -> Vec<(Date, Fen)> {
            list.iter().map(|(month, amount)| (first(month), Fen::yuan(*amount))).collect()
        };
        assert_eq!((&found.owed, &found.overpaid), (&sums(owed), &sums(over)), "{what}");
    }
    check("nothing changed", &[("2022-07", 630, 630, 0), ("2022-08", 630, 630, 0)], &[], &[]);
    check(
        "standard approved on 20 August with effect from July: September carries July and August",
        &[("2022-07", 774, 630, 0), ("2022-08", 774, 630, 0)],
        &[("2022-07", 144), ("2022-08", 144)],
        &[],
    );
    check(
        "stopped in between: the one month that was covered",
        &[("2022-07", 774, 630, 0), ("2022-08", 0, 0, 0)],
        &[("2022-07", 144)],
        &[],
    );
    check(
        "died on 14 May, found in late August: June, July and August were paid",
        &[("2022-05", 662, 662, 0), ("2022-06", 0, 662, 0), ("2022-07", 0, 662, 0), ("2022-08", 0, 662, 0)],
        &[],
        &[("2022-06", 662), ("2022-07", 662), ("2022-08", 662)],
    );
    check(
        "one member of two died: the rest of the household stays entitled",
        &[("2022-05", 1324, 1324, 0), ("2022-06", 662, 1324, 0), ("2022-07", 662, 1324, 0)],
        &[],
        &[("2022-06", 662), ("2022-07", 662)],
    );
    check(
        "owed in one month and overpaid in another: neither is taken off the other",
        &[("2022-06", 0, 662, 0), ("2022-07", 774, 630, 0)],
        &[("2022-07", 144)],
        &[("2022-06", 662)],
    );
    check("what is claimed already is not claimed twice", &[("2022-06", 0, 662, 662)], &[], &[]);
    check("an overpayment grows: only the rest is new", &[("2022-06", 0, 662, 300)], &[], &[("2022-06", 362)]);
    check(
        "claimed, and then the decision is restored: it is owed again",
        &[("2022-06", 662, 662, 662)],
        &[("2022-06", 662)],
        &[],
    );
    check("a month of grace is paid as decided", &[("2022-07", 630, 630, 0), ("2022-08", 630, 630, 0)], &[], &[]);
    check(
        "confirmed late: paid from the month it was decided for",
        &[("2022-08", 500, 0, 0)],
        &[("2022-08", 500)],
        &[],
    );
}

#[test]
fn what_a_person_has_waived_is_neither_found_again_nor_paid_again() {
    let month = |entitled: i64| Month {
        month: day("2022-06-01"),
        entitled: Fen::yuan(entitled),
        drawn: Fen::yuan(662),
        claimed: Fen::ZERO,
        tolerated: Fen::yuan(662),
    };
    for (entitled, owed, over) in [(0, 0, 0), (300, 0, 0), (662, 0, 0), (700, 38, 0)] {
        let found = Differences::of([month(entitled)]);
        assert_eq!((found.owing(), found.over()), (Fen::yuan(owed), Fen::yuan(over)), "{entitled}");
    }
}

#[test]
fn how_far_a_roster_looks_back() {
    let cases = [
        ("2022-09-01", "2022-07-01", 12, vec!["2022-07-01", "2022-08-01"]),
        ("2022-09-01", "2022-07-01", 1, vec!["2022-08-01"]),
        ("2022-09-01", "2022-09-01", 12, vec![]),
        ("2022-09-01", "2022-10-01", 12, vec![]),
        ("2023-01-01", "2022-11-15", 12, vec!["2022-11-01", "2022-12-01"]),
        ("2022-09-01", "2022-07-01", 0, vec![]),
    ];
    for (month, first, look_back, expected) in cases {
        let expected: Vec<Date> = expected.into_iter().map(day).collect();
        assert_eq!(months_before(day(month), day(first), look_back), expected, "{month} {first} {look_back}");
    }
}

proptest! {
    /// Whatever the months: paying what is owed and recovering what is over leaves each month exactly what was decided, and a
    /// second look finds nothing.
    #[test]
    fn differences_settle_every_month(months in prop::collection::vec((0_i64..2_000, 0_i64..2_000, 0_i64..2_000), 0..24)) {
        let months: Vec<Month> = months.iter().enumerate().map(|(index, (entitled, drawn, claimed))| Month {
            month: day("2022-01-01").add_months(index as i32),
            entitled: Fen(*entitled),
            drawn: Fen(*drawn),
            claimed: Fen(*claimed.min(drawn)),
            tolerated: Fen::ZERO,
        }).collect();
        let found = Differences::of(months.iter().copied());
        let settled: Vec<Month> = months.iter().map(|month| {
            let of = |list: &[(Date, Fen)]| list.iter().filter(|(at, _)| *at == month.month).map(|(_, amount)| *amount).sum::<Fen>();
            Month { drawn: month.drawn + of(&found.owed), claimed: month.claimed + of(&found.overpaid), ..*month }
        }).collect();
        prop_assert!(settled.iter().all(|month| month.drawn - month.claimed == month.entitled));
        prop_assert_eq!(Differences::of(settled), Differences::default());
        let before: Fen = months.iter().map(|month| month.entitled - (month.drawn - month.claimed)).sum();
        prop_assert_eq!(found.owing() - found.over(), before);
    }
}

#[test]
fn what_changed_since_last_month() {
    let paid = |covered: i64, base: i64, supplement: i64, decision: i64| {
        let (base, supplement) = (Fen::yuan(base), Fen::yuan(supplement));
        Some(Paid { amount: base + supplement, base, supplement, covered, decision: Id(decision) })
    };
    let cases = [
        (None, paid(3, 630, 0, 1), Flag::New, "首次列入或恢复发放，保障 3 人"),
        (paid(3, 630, 0, 1), paid(3, 630, 0, 1), Flag::Same, "没有变化"),
        (paid(3, 630, 0, 1), paid(3, 630, 0, 2), Flag::Same, "有新的决定，金额不变"),
        (paid(3, 630, 0, 1), paid(3, 774, 0, 2), Flag::Changed, "保障金 630.00 元改为 774.00 元"),
        (
            paid(3, 630, 66, 1),
            paid(2, 500, 71, 2),
            Flag::Changed,
            "保障人口 3 人改为 2 人，保障金 630.00 元改为 500.00 元，分类施保金 66.00 元改为 71.00 元",
        ),
        // The same sum by another way is no change of the payment, and is still said.
        (
            paid(2, 500, 100, 1),
            paid(2, 600, 0, 2),
            Flag::Same,
            "保障金 500.00 元改为 600.00 元，分类施保金 100.00 元改为 0.00 元",
        ),
        (paid(3, 630, 0, 1), None, Flag::Stopped, "上月 630.00 元，本月起不再发放"),
    ];
    for (before, now, expected, words) in cases {
        assert_eq!(flag(before.as_ref(), now.as_ref()), Some(expected), "{words}");
        assert_eq!(reason(before.as_ref(), now.as_ref()), words);
        assert_eq!(Flag::of_code(expected.code()), Some(expected));
    }
    assert_eq!(flag(None, None), None);
}

#[test]
fn what_raises_a_question() {
    let fine = Candidate { amount: Fen::yuan(630), base: Fen::yuan(630), ..Candidate::default() };
    let cases = [
        ("nothing known against it", fine, true, None),
        ("pays nothing", Candidate { amount: Fen::ZERO, ..fine }, true, Some(Code::ZeroAmount)),
        ("base is S×n exactly", Candidate { ceiling: Some(Fen::yuan(630)), ..fine }, true, None),
        ("base above S×n", Candidate { ceiling: Some(Fen(62_999)), ..fine }, true, Some(Code::AboveCeiling)),
        (
            "分类施保 on top is no reason",
            Candidate { amount: Fen::yuan(700), ceiling: Some(Fen::yuan(630)), ..fine },
            true,
            None,
        ),
        ("failed once", Candidate { failures: 1, ..fine }, true, None),
        ("failed twice", Candidate { failures: 2, ..fine }, true, Some(Code::FailedTwice)),
        ("first time, posted", Candidate { first_time: true, posted: Some(true), ..fine }, true, None),
        (
            "first time, not posted",
            Candidate { first_time: true, posted: Some(false), ..fine },
            true,
            Some(Code::NotPosted),
        ),
        ("first time, the measure does not say", Candidate { first_time: true, ..fine }, true, None),
        ("not posted, but paid before", Candidate { posted: Some(false), ..fine }, true, None),
        ("the county does not ask", Candidate { first_time: true, posted: Some(false), ..fine }, false, None),
    ];
    for (what, candidate, require_posting, expected) in cases {
        assert_eq!(question(&candidate, require_posting), expected, "{what}");
    }
    for code in Code::ALL {
        assert_eq!(Code::of(code.code()), Some(code));
        assert!(!code.label().is_empty() && !code.advice().is_empty());
    }
    assert_eq!(Code::of("no-such-code"), None);
}

#[test]
fn the_three_books_agree_or_say_where_not() {
    let totals = |lines: i64, yuan: i64| Totals::new(lines, Fen::yuan(yuan));
    let closed = Books {
        roster: totals(3, 1_890),
        allocated: Some(totals(3, 1_890)),
        credited: totals(2, 1_260),
        returned: totals(1, 630),
        waiting: Totals::default(),
    };
    let cases = [
        ("closed", closed, vec![]),
        ("not allocated", Books { allocated: None, ..closed }, vec!["财政尚未登记拨付"]),
        (
            "allocated one fen less",
            Books { allocated: Some(Totals::new(3, Fen(188_999))), ..closed },
            vec!["名单 3 笔 1890.00 元，拨付 3 笔 1889.99 元，两者不一致"],
        ),
        (
            "one line without answer",
            Books { credited: totals(1, 630), waiting: totals(1, 630), ..closed },
            vec!["还有 1 笔 630.00 元 没有回盘"],
        ),
        (
            "a line lost",
            Books { credited: totals(1, 630), ..closed },
            vec!["名单 3 笔 1890.00 元，入账与退回合计 2 笔 1260.00 元，两者不一致"],
        ),
        // Same sum, other number: the count is a control of its own.
        (
            "two lines became one",
            Books { credited: totals(1, 1_260), ..closed },
            vec!["名单 3 笔 1890.00 元，入账与退回合计 2 笔 1890.00 元，两者不一致"],
        ),
    ];
    for (what, books, expected) in cases {
        assert_eq!(books.disagreements(), expected, "{what}");
    }
    assert_eq!(closed.unpaid(), Fen::yuan(630));
}

#[test]
fn a_step_in_time_too_late_or_not_yet_due() {
    let (before, due, after) = (day("2022-08-04"), day("2022-08-05"), day("2022-08-08"));
    for (done, today, expected) in [
        (Some(before), after, Some(true)),
        (Some(due), after, Some(true)),
        (Some(after), after, Some(false)),
        (None, before, None),
        (None, due, None),
        (None, after, Some(false)),
    ] {
        assert_eq!(on_time(done, due, today), expected, "{done:?} {today}");
    }
}
