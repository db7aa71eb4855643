//! The rules natively: the boundary table of the notice, the worked example, what may be raised, and how empty days are counted.

use coordinators::rules::required::{Need, NotAllowed, Scale, adjusted, required};
use coordinators::rules::staffing::{Held, Village, staffing, vacancy};
use coordinators::settings::Settings;
use doudi_sdk::prelude::*;
use proptest::prelude::*;

/// The notice's numbers.
const NOTICE: Scale = Scale { step: 3_000, most: 3 };

fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

/// 3,000人以上 includes 3,000; below it the notice sets none, and 83号 wants somebody part-time.
#[test]
fn boundary_table_of_the_notice() {
    for (population, expected) in [
        (0, Need::PartTime),
        (2_999, Need::PartTime),
        (3_000, Need::Notice(1)),
        (5_999, Need::Notice(1)),
        (6_000, Need::Notice(2)),
        (8_999, Need::Notice(2)),
        (9_000, Need::Notice(3)),
        (20_000, Need::Notice(3)),
        (u32::MAX, Need::Notice(3)),
    ] {
        assert_eq!(required(population, NOTICE), expected, "{population}");
    }
}

/// Villages needing 1, 2, 3 with 2, 1, 3 in post: 5 of 6, although there are six heads.
#[test]
fn worked_example_a_surplus_hides_no_gap() {
    let villages = [(2, 1), (1, 2), (3, 3)].map(|(actual, required)| Village { actual, required });
    assert_eq!(staffing(villages), (5, 6));
    assert_eq!(villages.map(Village::missing), [0, 1, 0]);
    assert_eq!(villages.iter().map(|village| village.actual).sum::<u32>(), 6);
}

#[test]
fn a_number_set_by_hand_goes_up_only_and_never_beyond_the_most() {
    for (population, number, expected) in [
        (6_000, 2, Ok(2)),
        (6_000, 3, Ok(3)),
        (6_000, 1, Err(NotAllowed::Fewer { by_notice: 2 })),
        (6_000, 4, Err(NotAllowed::Beyond { most: 3 })),
        (2_999, 1, Ok(1)),
        (2_999, 0, Ok(0)),
    ] {
        assert_eq!(adjusted(required(population, NOTICE), number, NOTICE), expected, "{population} → {number}");
    }
}

#[test]
fn empty_days_are_counted_by_post_and_both_ends_belong_to_the_period() {
    let held = |from: &str, to: Option<&str>| Held { from: day(from), to: to.map(day) };
    for (name, posts, required, expected) in [
        ("nobody for one post", vec![], 1, (30, 30)),
        ("one for one post", vec![held("2022-01-01", None)], 1, (0, 30)),
        ("one for two posts", vec![held("2022-01-01", None)], 2, (30, 60)),
        ("left on the 10th, included", vec![held("2022-01-01", Some("2022-06-10"))], 1, (20, 30)),
        (
            "left on the 10th, the next came on the 21st",
            vec![held("2022-01-01", Some("2022-06-10")), held("2022-06-21", None)],
            1,
            (10, 30),
        ),
        ("two for one post fill one", vec![held("2022-01-01", None), held("2022-01-01", None)], 1, (0, 30)),
        ("none required", vec![], 0, (0, 0)),
    ] {
        assert_eq!(vacancy(&posts, required, day("2022-06-01"), day("2022-06-30")), expected, "{name}");
    }
}

#[test]
fn the_day_of_counting_is_the_last_one_before_the_day() {
    let settings = Settings::default();
    for (on, expected) in [
        ("2022-06-23", "2021-12-31"),
        ("2022-12-30", "2021-12-31"),
        ("2022-12-31", "2022-12-31"),
        ("2023-01-01", "2022-12-31"),
    ] {
        assert_eq!(settings.counted_on(day(on)), day(expected), "{on}");
    }
    let midsummer = Settings { count_month: 6, count_day: 30, ..Settings::default() };
    assert_eq!(midsummer.counted_on(day("2022-06-29")), day("2021-06-30"));
    assert_eq!(settings.quota_by(2022), day("2022-03-31"));
}

/// 340212401 (繁昌工业园区) is a park; which real town answers for its villages is set by hand.
#[test]
fn a_park_answers_to_the_town_the_county_names() {
    for (text, field) in [
        ("", None),
        ("340212401000=340212100000", None),
        ("340212401000＝340212100000；", None),
        ("340212401000", Some("responsible_towns")),
        ("繁昌工业园区=孙村镇", Some("responsible_towns")),
        ("340212401201=340212100000", Some("responsible_towns")),
        ("340212401000=340212402000", Some("responsible_towns")),
        ("340212100000=340212101000", Some("responsible_towns")),
        ("340212401000=340223100000", Some("responsible_towns")),
    ] {
        let settings = Settings { responsible_towns: text.to_owned(), ..Settings::default() };
        let problems = coordinators::Coordinators::check_settings(settings).expect("a check").into_vec();
        assert_eq!(problems.first().map(|problem| problem.field.as_str()), field, "{text}");
    }
    let settings = Settings { responsible_towns: "340212401000=340212100000".to_owned(), ..Settings::default() };
    assert_eq!(settings.responsible(340_212_401_000), Some(340_212_100_000));
    assert_eq!(settings.responsible(340_212_400_000), None);
    let feb = Settings { count_month: 2, count_day: 30, ..Settings::default() };
    assert_eq!(coordinators::Coordinators::check_settings(feb).expect("a check").into_vec().len(), 1);
}

proptest! {
    /// More people never need fewer, and no village ever needs more than the most.
    #[test]
    fn more_people_never_need_fewer(population in 0_u32..100_000, more in 0_u32..10_000) {
        let (before, after) = (required(population, NOTICE).by_notice(), required(population + more, NOTICE).by_notice());
        prop_assert!(before <= after && after <= NOTICE.most);
    }

    /// What fills is never more than what is required, and what is missing makes up the rest.
    #[test]
    fn filled_and_missing_make_up_the_requirement(actual in 0_u32..9, required in 0_u32..4) {
        let village = Village { actual, required };
        prop_assert_eq!(village.filled() + village.missing(), required);
    }
}
