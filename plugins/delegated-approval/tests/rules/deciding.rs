//! Who decides on a day, who may vote, what the files say about a decision, and rates.

use crate::{EAST, WEST, day};
use delegated_approval::order::{Order, Pause};
use delegated_approval::rules::authority::{ALL_SCHEMES, governing, holds, holds_within, overlap};
use delegated_approval::rules::clues::{self, Clue, Dealt, Decision};
use delegated_approval::rules::period::{Length, Period};
use delegated_approval::rules::quality::{Approvals, Found, rate};
use delegated_approval::rules::town::{parse, town_of};
use delegated_approval::rules::vote::{Ballot, Spoilt, Tally, count, quorate};
use doudi_sdk::prelude::*;

// ---- Who decides ---------------------------------------------------------------------------------------------------------------

fn order(schemes: &[&str], from: &str, to: Option<&str>) -> Order {
    Order {
        number: "南民〔2022〕12号".to_owned(),
        town: EAST,
        schemes: schemes.iter().map(|scheme| (*scheme).to_owned()).collect(),
        from: day(from),
        to: to.map(day),
        ..Order::default()
    }
}

/// First and last day are inclusive; a pause and a withdrawal count from their own day on.
#[test]
fn an_order_at_its_boundaries() {
    let plain = order(&["relief"], "2022-07-01", Some("2022-12-31"));
    let pause = |from: &str, to: Option<&str>| Pause { from: day(from), to: to.map(day), reason: String::new() };
    let paused = Order { pauses: vec![pause("2022-08-10", Some("2022-09-01"))], ..plain.clone() };
    let resting = Order { pauses: vec![pause("2022-08-10", None)], ..plain.clone() };
    let withdrawn = Order { withdrawn: Some(day("2022-10-01")), ..plain.clone() };
    let open = order(&["relief"], "2022-07-01", None);
    for (words, order, on, town) in [
        ("the day before", &plain, "2022-06-30", false),
        ("the first day", &plain, "2022-07-01", true),
        ("the last day", &plain, "2022-12-31", true),
        ("the day after", &plain, "2023-01-01", false),
        ("without an end", &open, "2032-01-01", true),
        ("the day before the pause", &paused, "2022-08-09", true),
        ("the first day of the pause", &paused, "2022-08-10", false),
        ("its last day", &paused, "2022-08-31", false),
        ("resumed", &paused, "2022-09-01", true),
        ("not resumed", &resting, "2022-12-01", false),
        ("the day before the withdrawal", &withdrawn, "2022-09-30", true),
        ("the day of the withdrawal", &withdrawn, "2022-10-01", false),
    ] {
        assert_eq!(holds(order, day(on)), town, "{words}");
    }
}

/// One scheme is not another, one town not another; nobody's order means the county.
#[test]
fn an_order_speaks_of_its_own_town_and_schemes() {
    let orders = [order(&["relief", "care"], "2022-07-01", None)];
    let all = [order(&[ALL_SCHEMES], "2022-07-01", None)];
    for (orders, town, scheme, on, decides) in [
        (&orders, EAST, "relief", "2022-07-01", true),
        (&orders, EAST, "care", "2022-07-01", true),
        (&orders, EAST, "other", "2022-07-01", false),
        (&orders, WEST, "relief", "2022-07-01", false),
        (&all, EAST, "other", "2022-07-01", true),
        (&all, EAST, "other", "2022-06-30", false),
    ] {
        assert_eq!(governing(orders, town, scheme, day(on)).is_some(), decides, "{town} {scheme} {on}");
    }
    assert!(governing(&[], EAST, "relief", day("2022-07-01")).is_none());
}

/// Only one in force for a town, a scheme and a day.
#[test]
fn orders_do_not_overlap() {
    let first = order(&["relief"], "2022-07-01", Some("2022-12-31"));
    let elsewhere = Order { town: WEST, ..first.clone() };
    let withdrawn = Order { withdrawn: Some(day("2022-10-01")), ..first.clone() };
    for (words, left, right, both) in [
        ("the same days", &first, order(&["relief"], "2022-07-01", None), true),
        ("the last day", &first, order(&["relief"], "2022-12-31", None), true),
        ("the day after", &first, order(&["relief"], "2023-01-01", None), false),
        ("the day before", &first, order(&["relief"], "2022-01-01", Some("2022-06-30")), false),
        ("another scheme", &first, order(&["care"], "2022-07-01", None), false),
        ("every scheme", &first, order(&[ALL_SCHEMES], "2022-07-01", None), true),
        ("another town", &elsewhere, order(&["relief"], "2022-07-01", None), false),
        ("from the withdrawal on", &withdrawn, order(&["relief"], "2022-10-01", None), false),
        ("the day before the withdrawal", &withdrawn, order(&["relief"], "2022-09-30", None), true),
    ] {
        assert_eq!(overlap(left, &right), both, "{words}");
        assert_eq!(overlap(&right, left), both, "{words}, the other way round");
    }
    assert!(holds_within(&first, day("2022-06-01"), day("2022-07-01")));
    assert!(!holds_within(&first, day("2022-06-01"), day("2022-06-30")));
}

#[test]
fn a_place_lies_in_its_town() {
    for (place, town) in [
        (340_223_102_205, Some(EAST)),
        (EAST, Some(EAST)),
        (340_223_000_000, None),
        (340_200_000_000, None),
        // A village below a park belongs to the park.
        (340_212_401_200, Some(340_212_401_000)),
    ] {
        assert_eq!(town_of(place), town, "{place}");
    }
    assert_eq!((parse("340223102000"), parse("340223"), parse("三四零二二三")), (Some(EAST), None, None));
}

// ---- Periods -------------------------------------------------------------------------------------------------------------------

#[test]
fn months_and_quarters() {
    for (on, length, code, from, to, before) in [
        ("2022-07-15", Length::Month, "2022-07", "2022-07-01", "2022-07-31", "2022-06"),
        ("2022-02-28", Length::Month, "2022-02", "2022-02-01", "2022-02-28", "2022-01"),
        ("2024-02-01", Length::Month, "2024-02", "2024-02-01", "2024-02-29", "2024-01"),
        ("2022-01-01", Length::Quarter, "2022-Q1", "2022-01-01", "2022-03-31", "2021-Q4"),
        ("2022-09-30", Length::Quarter, "2022-Q3", "2022-07-01", "2022-09-30", "2022-Q2"),
        ("2022-12-31", Length::Quarter, "2022-Q4", "2022-10-01", "2022-12-31", "2022-Q3"),
    ] {
        let period = Period::containing(day(on), length);
        assert_eq!((period.code().as_str(), period.from, period.to), (code, day(from), day(to)), "{on}");
        assert_eq!(period.before(length).code(), before, "{on}");
        assert!(period.contains(day(on)) && !period.contains(period.to.add_days(1)));
    }
    assert_eq!(Period::containing(day("2022-08-05"), Length::Quarter).chinese(), "2022年第3季度");
}

// ---- Meetings --------------------------------------------------------------------------------------------------------------------

#[test]
fn a_quorum_is_two_thirds_of_those_entitled() {
    for (present, entitled, enough) in [
        (0, 3, false),
        (1, 3, false),
        (2, 3, true),
        (3, 5, false),
        (4, 5, true),
        (4, 6, true),
        (5, 9, false),
        (6, 9, true),
        (0, 0, false),
        (9, 9, true),
    ] {
        assert_eq!(quorate(present, entitled, 6_666), enough, "{present} of {entitled}");
    }
    // Half means at least half: 不少于.
    assert!(quorate(2, 4, 5_000) && !quorate(2, 5, 5_000));
}

/// Who is recused is neither entitled nor counted.
#[test]
fn votes_are_counted_without_the_recused() {
    let ballot = |recused: &[u32], against: &[u32], abstain: &[u32]| Ballot {
        entitled: (1..=6).collect(),
        present: vec![1, 2, 3, 4, 5],
        recused: recused.to_vec(),
        against: against.to_vec(),
        abstain: abstain.to_vec(),
    };
    let tally = |approve, against, abstain, recused| Ok(Tally { approve, against, abstain, recused });
    for (ballot, expected, passed) in [
        (ballot(&[], &[], &[]), tally(5, 0, 0, 0), true),
        (ballot(&[], &[1, 2], &[]), tally(3, 2, 0, 0), true),
        (ballot(&[], &[1, 2], &[3]), tally(2, 2, 1, 0), false),
        (ballot(&[5], &[1, 2], &[]), tally(2, 2, 0, 1), false),
        (ballot(&[5], &[1], &[]), tally(3, 1, 0, 1), true),
        (ballot(&[1], &[1], &[]), Err(Spoilt::RecusedVoted(1)), false),
        (ballot(&[], &[6], &[]), Err(Spoilt::Absent(6)), false),
        (ballot(&[], &[1], &[1]), Err(Spoilt::Twice(1)), false),
        // Three of the five left the room: two of three entitled are a quorum, one of two is none.
        (ballot(&[1, 2, 3], &[], &[]), tally(2, 0, 0, 3), true),
        (ballot(&[1, 2, 3, 4], &[], &[]), Err(Spoilt::NoQuorum { present: 1, entitled: 2 }), false),
        (ballot(&[1, 2, 3, 4, 5], &[], &[]), Err(Spoilt::NoQuorum { present: 0, entitled: 1 }), false),
    ] {
        let counted = count(&ballot, 6_666);
        assert_eq!(counted, expected, "{ballot:?}");
        assert_eq!(counted.is_ok_and(Tally::passed), passed, "{ballot:?}");
    }
}

// ---- What the files say --------------------------------------------------------------------------------------------------------

/// Goes wrong: minutes for cases decided later; relatives not recused; one person surveys and confirms.
#[test]
fn files_that_do_not_agree_are_clues() {
    let decision = Decision {
        outcome: "granted".to_owned(),
        on: day("2022-07-20"),
        surveyor: Some(Id(13)),
        decider: Some(Id(12)),
        relative: false,
    };
    let good = Dealt {
        meeting: Id(5),
        on: day("2022-07-18"),
        signed: Some(day("2022-07-19")),
        outcome: Some("granted".to_owned()),
        voters: vec![Id(12), Id(14)],
        recused: 0,
    };
    let dealt = |change: &dyn Fn(&mut Dealt)| {
        let mut dealt = good.clone();
        change(&mut dealt);
        vec![dealt]
    };
    for (words, dealt, expected) in [
        ("all is well", vec![good.clone()], vec![]),
        ("no meeting", vec![], vec![Clue::NoMeeting]),
        ("signed the same day", dealt(&|m| m.signed = Some(day("2022-07-20"))), vec![]),
        ("signed a day later", dealt(&|m| m.signed = Some(day("2022-07-21"))), vec![Clue::MinutesLater]),
        (
            "met after the decision",
            dealt(&|m| (m.on, m.signed) = (day("2022-07-21"), Some(day("2022-07-22")))),
            vec![Clue::MinutesLater],
        ),
        ("voted to refuse", dealt(&|m| m.outcome = Some("refused".to_owned())), vec![Clue::AgainstVote]),
        ("the vote failed", dealt(&|m| m.outcome = None), vec![Clue::AgainstVote]),
        ("the surveyor voted", dealt(&|m| m.voters.push(Id(13))), vec![Clue::SurveyorVoted]),
    ] {
        assert_eq!(clues::of(&decision, &dealt), expected, "{words}");
    }
    let relative = Decision { relative: true, ..decision.clone() };
    assert_eq!(clues::of(&relative, std::slice::from_ref(&good)), [Clue::NoRecusal]);
    assert_eq!(clues::of(&relative, &dealt(&|m| m.recused = 1)), []);
    let alone = Decision { decider: Some(Id(13)), ..decision.clone() };
    assert_eq!(clues::of(&alone, std::slice::from_ref(&good)), [Clue::SurveyorDecided]);
    // A second meeting put right what the first had left: the last one before the decision speaks.
    let first = Dealt { on: day("2022-07-11"), signed: Some(day("2022-07-12")), outcome: None, ..good.clone() };
    assert_eq!(clues::of(&decision, &[first, good]), []);
}

// ---- Rates -----------------------------------------------------------------------------------------------------------------------

#[test]
fn a_high_error_rate_takes_enough_checks_to_be_one() {
    let found = |concluded, substance| Found { concluded, substance, ..Found::default() };
    for (concluded, substance, alarming) in [
        (0, 0, false),
        (9, 9, false),
        (10, 1, false),
        (10, 2, true),
        (20, 2, false),
        (20, 3, true),
        (100, 10, false),
        (100, 11, true),
    ] {
        assert_eq!(found(concluded, substance).alarming(1_000, 10), alarming, "{substance} of {concluded}");
    }
}

#[test]
fn approval_rates_are_compared_with_the_other_towns() {
    let town = Approvals { granted: 9, decided: 10 };
    let county = Approvals { granted: 39, decided: 60 };
    assert_eq!(town.against(county), Some(9_000 - 6_000));
    assert_eq!(town.against(town), None, "alone there is nothing to compare with");
    assert_eq!((rate(1, 3), rate(2, 3), rate(0, 0)), (Some(3_333), Some(6_667), None));
}
