//! The rules as tables a caseworker could read: what was reported when, and whether it is the same; who must be visited by when; what
//! speaks against a visit; who on the watch list nobody has looked at.

use discovery::rules::clock::{Days, Stand, due, may_try_again_on};
use discovery::rules::duplicate::{Known, find, same};
use discovery::rules::figures::{days_word, median, share};
use discovery::rules::genuine::{Doubt, Limits, Record, questions};
use discovery::rules::patrol::{self, Intervals, counts, week_done, week_of};
use discovery::rules::position::{Spot, metres, too_far};
use discovery::rules::uncovered::{Tally, period_of, uncovered};
use discovery::rules::words::*;
use doudi_sdk::prelude::*;
use doudi_sdk::testing::World;
use std::collections::BTreeSet;

const MANIFEST: &str = include_str!("../plugin.toml");
const CALENDAR: &str = include_str!("../../../data/statutory-days.csv");

fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

fn moment(text: &str) -> Moment {
    text.parse().expect("a test moment")
}

#[test]
fn the_same_difficulty_within_ninety_days_is_one_clue() {
    let (zhang, li) = (Some(Id(11)), Some(Id(12)));
    let known = |person| Known { document: Id(1), person, difficulty: Difficulty::Medical, found: day("2022-03-01") };
    for (first, person, difficulty, on, expected, why) in [
        (zhang, zhang, Difficulty::Medical, "2022-03-01", true, "the same day"),
        (zhang, zhang, Difficulty::Medical, "2022-05-29", true, "day 89"),
        (zhang, zhang, Difficulty::Medical, "2022-05-30", true, "day 90 still counts"),
        (zhang, zhang, Difficulty::Medical, "2022-05-31", false, "day 91 is new"),
        (zhang, zhang, Difficulty::Medical, "2021-12-01", true, "entered late: 90 days before"),
        (zhang, zhang, Difficulty::Medical, "2021-11-30", false, "91 days before"),
        (zhang, zhang, Difficulty::Education, "2022-03-01", false, "another difficulty"),
        (zhang, li, Difficulty::Medical, "2022-03-01", false, "another member of the family"),
        (None, li, Difficulty::Medical, "2022-03-01", true, "the family as a whole includes him"),
        (zhang, None, Difficulty::Medical, "2022-03-01", true, "nobody said who"),
    ] {
        assert_eq!(same(&known(first), person, difficulty, day(on), 90), expected, "{why}");
    }
    // Of several the latest is meant.
    let clues = [
        known(None),
        Known { document: Id(2), person: None, difficulty: Difficulty::Medical, found: day("2022-04-01") },
    ];
    let found = find(&clues, None, Difficulty::Medical, day("2022-04-20"), 90).expect("a clue");
    assert_eq!(found.document, Id(2));
}

#[test]
fn due_is_the_last_visit_plus_the_interval_of_the_risk() {
    let intervals = Intervals { high: 7, medium: 30, low: 90 };
    for (listed, last, risk, expected) in [
        ("2022-06-01", None, Risk::High, "2022-06-08"),
        ("2022-06-01", Some("2022-06-06"), Risk::High, "2022-06-13"),
        ("2022-06-01", Some("2022-06-06"), Risk::Medium, "2022-07-06"),
        ("2022-06-01", Some("2022-06-06"), Risk::Low, "2022-09-04"),
        ("2022-02-01", Some("2022-02-26"), Risk::High, "2022-03-05"),
    ] {
        let due = patrol::due(day(listed), last.map(day), risk, &intervals);
        assert_eq!(due, day(expected), "{listed} {last:?} {}", risk.zh());
    }
    for (on, monday, sunday) in [
        ("2022-06-06", "2022-06-06", "2022-06-12"),
        ("2022-06-12", "2022-06-06", "2022-06-12"),
        ("2022-06-13", "2022-06-13", "2022-06-19"),
        ("1970-01-01", "1969-12-29", "1970-01-04"),
    ] {
        assert_eq!(week_of(day(on)), (day(monday), day(sunday)), "{on}");
    }
}

#[test]
fn a_week_asks_only_for_what_fell_due_by_its_sunday() {
    let intervals = Intervals { high: 7, medium: 30, low: 90 };
    let week = (day("2022-06-06"), day("2022-06-12"));
    for (listed, visits, risk, expected, why) in [
        ("2022-05-01", &["2022-06-01"][..], Risk::High, Some(false), "due on the 8th, nobody went"),
        ("2022-05-01", &["2022-06-01", "2022-06-07"], Risk::High, Some(true), "somebody went on Tuesday"),
        ("2022-05-01", &["2022-06-01", "2022-06-13"], Risk::High, Some(false), "Monday after is too late"),
        ("2022-05-01", &["2022-06-05"], Risk::High, Some(false), "due on Sunday itself"),
        ("2022-05-01", &["2022-06-01"], Risk::Medium, None, "not due before July"),
        ("2022-06-06", &[], Risk::High, None, "listed on Monday, due next Monday"),
        ("2022-06-13", &[], Risk::High, None, "not listed yet"),
    ] {
        let visits: Vec<Date> = visits.iter().map(|text| day(text)).collect();
        assert_eq!(week_done(day(listed), &visits, risk, &intervals, week), expected, "{why}");
    }
}

#[test]
fn a_call_is_a_visit_only_to_those_who_are_far_away() {
    for (place, stay, expected) in [
        (Place::Home, Stay::Home, true),
        (Place::Elsewhere, Stay::Home, true),
        (Place::Institution, Stay::Institution, true),
        (Place::Phone, Stay::Away, true),
        (Place::Phone, Stay::Home, false),
        (Place::Phone, Stay::Institution, false),
    ] {
        assert_eq!(counts(place, stay), expected, "{} {}", place.zh(), stay.zh());
    }
}

#[test]
fn urgent_clues_have_the_day_itself_and_others_their_working_days() {
    let days = Days {
        report: 1,
        triage: 1,
        verify: 3,
        dispose: 2,
        urgent: 0,
        referral: 10,
        feedback: 2,
        follow_up: 30,
        close: 3,
    };
    World::new("2022-09-30").calendar(CALENDAR).run(|_| {
        for (stand, urgent_since, today, expected) in [
            // Friday 30 September: the make-up Saturday 8 October is worked.
            (Stand::Registered, None, "2022-09-30", Some("2022-10-08")),
            (Stand::Verifying, None, "2022-09-30", Some("2022-10-10")),
            (Stand::Registered, Some("2022-09-30"), "2022-09-30", Some("2022-09-30")),
            // The day of an urgent clue does not begin again with each step, and a holiday does not stop it.
            (Stand::Verified, Some("2022-09-30"), "2022-10-02", Some("2022-09-30")),
            (Stand::Reported, Some("2022-10-02"), "2022-10-02", Some("2022-10-02")),
            (Stand::Following, Some("2022-09-30"), "2022-10-08", Some("2022-11-07")),
            (Stand::Referred, None, "2022-09-20", Some("2022-10-09")),
            (Stand::Applying, None, "2022-09-20", None),
            (Stand::Closed, None, "2022-09-20", None),
        ] {
            let due = due(stand, urgent_since.map(day), day(today), &days, calendar::add_working_days);
            assert_eq!(due.expect("a day"), expected.map(day), "{} {today}", stand.zh());
        }
    });
}

#[test]
fn a_refusal_is_tried_again_and_not_in_ten_years() {
    for (again, expected) in [
        ("2022-06-07", false),
        ("2022-06-06", false),
        ("2022-06-08", true),
        ("2022-09-05", true),
        ("2022-09-06", false),
    ] {
        assert_eq!(may_try_again_on(day(again), day("2022-06-07"), 90), expected, "{again}");
    }
}

fn spot(latitude: i64, longitude: i64, accuracy: i64) -> Spot {
    Spot { latitude, longitude, accuracy }
}

#[test]
fn distances_are_right_to_a_hundredth() {
    // By the spherical formula with a radius of 6,371 km, computed elsewhere.
    for (one, other, expected) in [
        (spot(31_352_100, 118_433_100, 0), spot(31_352_100, 118_433_100, 0), 0),
        (spot(31_352_100, 118_433_100, 0), spot(31_361_093, 118_433_100, 0), 1_000),
        (spot(31_352_100, 118_433_100, 0), spot(31_352_100, 118_443_630, 0), 1_000),
        (spot(30_920_000, 118_330_000, 0), spot(31_330_000, 118_380_000, 0), 45_838),
    ] {
        let distance = metres(&one, &other);
        assert!((distance - expected).abs() * 100 <= expected + 100, "{distance} instead of {expected}");
        assert_eq!(distance, metres(&other, &one));
    }
}

#[test]
fn far_is_more_than_the_limit_beyond_what_phones_may_be_wrong_by() {
    let home = spot(31_352_100, 118_433_100, 10);
    let away = |metres: i64, accuracy: i64| spot(31_352_100 + metres * 1_000_000 / 111_200, 118_433_100, accuracy);
    for (here, before, expected) in [
        (away(400, 10), vec![home], false),
        (away(515, 10), vec![home], false),
        (away(540, 10), vec![home], true),
        (away(540, 60), vec![home], false),
        (away(5_000, 10), vec![home, away(4_900, 10)], false),
        (away(5_000, 10), vec![], false),
    ] {
        assert_eq!(too_far(&here, &before, 500).is_some(), expected, "{here:?} {before:?}");
    }
}

/// A visit nothing speaks against.
fn honest() -> Record {
    Record {
        moment: moment("2022-06-07T09:30"),
        filled: moment("2022-06-07T09:50"),
        sent: Some(moment("2022-06-07T12:00")),
        place: Place::Home,
        stay: Some(Stay::Home),
        here: Some(spot(31_352_100, 118_433_100, 12)),
        before: vec![spot(31_352_200, 118_433_000, 8)],
        same_minute: None,
        same_photo: None,
    }
}

#[test]
fn what_raises_a_question_about_a_visit() {
    let limits = Limits { far_metres: 500, late_hours: 24 };
    let check = |why: &str, change: &dyn Fn(&mut Record), expected: &[Doubt]| {
        let mut visit = honest();
        change(&mut visit);
        let doubts: Vec<Doubt> = questions(&visit, &limits).iter().map(|question| question.doubt).collect();
        assert_eq!(doubts, expected, "{why}");
    };
    check("nothing", &|_| {}, &[]);
    check("another visit in the same minute", &|visit| visit.same_minute = Some(Id(2)), &[Doubt::SameMinute]);
    check("a photo seen before", &|visit| visit.same_photo = Some(Id(2)), &[Doubt::SamePhoto]);
    check("no position", &|visit| visit.here = None, &[Doubt::NoPosition]);
    check("the first visit has nothing to compare with", &|visit| visit.before.clear(), &[]);
    check("a village away", &|visit| visit.here = Some(spot(31_380_000, 118_433_100, 12)), &[Doubt::Far]);
    check(
        "exactly a day later",
        &|visit| {
            visit.filled = moment("2022-06-08T09:30");
            visit.sent = Some(moment("2022-06-08T10:00"));
        },
        &[],
    );
    check(
        "a day and a minute later",
        &|visit| {
            visit.filled = moment("2022-06-08T09:31");
            visit.sent = Some(moment("2022-06-08T10:00"));
        },
        &[Doubt::FilledLate],
    );
    check("written before it happened", &|visit| visit.filled = moment("2022-06-07T09:29"), &[Doubt::FilledBefore]);
    check("lay on the phone for two days", &|visit| visit.sent = Some(moment("2022-06-09T10:00")), &[Doubt::SentLate]);
    check(
        "arrived before it was written",
        &|visit| visit.sent = Some(moment("2022-06-07T09:40")),
        &[Doubt::ClockWrong],
    );
    check(
        "at the empty home of somebody in an institution",
        &|visit| visit.stay = Some(Stay::Institution),
        &[Doubt::WrongPlace],
    );
    check("at the home of somebody far away", &|visit| visit.stay = Some(Stay::Away), &[Doubt::WrongPlace]);
    check(
        "a call has no place",
        &|visit| {
            visit.place = Place::Phone;
            visit.stay = Some(Stay::Away);
            visit.here = None;
        },
        &[],
    );
    check(
        "everything at once",
        &|visit| {
            visit.same_minute = Some(Id(2));
            visit.same_photo = Some(Id(3));
            visit.here = None;
            visit.filled = moment("2022-06-20T09:00");
            visit.sent = None;
        },
        &[Doubt::SameMinute, Doubt::SamePhoto, Doubt::NoPosition, Doubt::FilledLate],
    );
}

#[test]
fn of_120_watch_listed_70_covered_and_14_in_hand_36_are_left() {
    let watched: Vec<Id> = (1..=120).map(Id).collect();
    let covered: BTreeSet<Id> = (1..=70).map(Id).collect();
    // A household that is covered and has a case open, too, is covered.
    let open: BTreeSet<Id> = (70..=84).chain([900]).map(Id).collect();
    let (left, tally) = uncovered(&watched, &covered, &open);
    assert_eq!(tally, Tally { watched: 120, covered: 70, open: 14, uncovered: 36 });
    assert_eq!((left.first(), left.len()), (Some(&Id(85)), 36));
    assert_eq!(share(36, 36), Some(10_000));
    assert_eq!(share(9, 36), Some(2_500));
    assert_eq!(share(0, 0), None);
}

#[test]
fn periods_are_counted_from_january() {
    for (on, months, expected) in [
        ("2022-01-01", 3, "2022-01-01"),
        ("2022-03-31", 3, "2022-01-01"),
        ("2022-04-01", 3, "2022-04-01"),
        ("2022-12-31", 3, "2022-10-01"),
        ("2022-08-15", 1, "2022-08-01"),
        ("2022-08-15", 6, "2022-07-01"),
        ("2022-08-15", 12, "2022-01-01"),
        ("2022-08-15", 0, "2022-08-01"),
    ] {
        assert_eq!(period_of(day(on), months), day(expected), "{on} by {months}");
    }
}

#[test]
fn the_median_of_days() {
    for (days, expected, word) in [
        (vec![], None, ""),
        (vec![4], Some((4, 1)), "4"),
        (vec![9, 1, 5], Some((5, 1)), "5"),
        (vec![1, 2, 3, 10], Some((5, 2)), "2.5"),
        (vec![2, 2], Some((4, 2)), "2"),
        (vec![0, 0, 0, 40], Some((0, 2)), "0"),
    ] {
        let median = median(&mut days.clone());
        assert_eq!(median, expected, "{days:?}");
        assert_eq!(median.map_or(String::new(), days_word), word, "{days:?}");
    }
}

#[test]
fn the_rule_of_an_alert_says_what_the_difficulty_is() {
    for (rule, expected) in [
        ("medical-burden", Difficulty::Medical),
        ("major-illness", Difficulty::Medical),
        ("new-disability", Difficulty::Disability),
        ("university", Difficulty::Education),
        ("dropped-out", Difficulty::Education),
        ("disaster", Difficulty::Disaster),
        ("unsafe-home", Difficulty::Disaster),
        ("accident", Difficulty::Accident),
        ("unemployment-ended", Difficulty::Unemployment),
        ("head-died", Difficulty::Bereavement),
        ("obligor-imprisoned", Difficulty::Bereavement),
        ("turned-60", Difficulty::OldAge),
        ("watch-list-uncovered", Difficulty::Other),
        ("", Difficulty::Other),
    ] {
        assert_eq!(Difficulty::of_rule(rule), expected, "{rule}");
    }
}

/// What a form offers is what the code knows, word for word.
#[test]
fn the_choices_of_forms_are_the_words_of_the_rules() {
    let manifest = doudi_sdk::testing::manifest(MANIFEST);
    let mut seen = 0;
    let mut check = |field: &str, words: &[(&str, &str)]| {
        for form in &manifest.forms {
            for asked in form.sections.iter().flat_map(|section| &section.fields).filter(|asked| asked.name == field) {
                if asked.choices.is_empty() {
                    continue;
                }
                let offered: Vec<(&str, &str)> =
                    asked.choices.iter().map(|choice| (choice.value.as_str(), choice.label.zh.as_str())).collect();
                assert_eq!(offered, words, "{}.{field}", form.id);
                seen += 1;
            }
        }
    };
    macro_rules! words {
        ($field:literal, $word:ident) => {
            check($field, &$word::ALL.iter().map(|word| (word.code(), word.zh())).collect::<Vec<_>>())
        };
    }
    words!("source", Source);
    words!("difficulty", Difficulty);
    words!("hardships", Difficulty);
    words!("urgency", Urgency);
    words!("risk", Risk);
    words!("stay", Stay);
    words!("place", Place);
    words!("wish", Wish);
    words!("reason", Reason);
    words!("to", Partner);
    assert_eq!(seen, 15, "forms that offer words");
}

#[test]
fn the_states_of_a_clue_are_those_of_the_workflow() {
    let manifest = doudi_sdk::testing::manifest(MANIFEST);
    let clue = manifest.collection("clue").expect("the collection");
    let states: Vec<&str> = clue.workflow.states.iter().map(|state| state.id.as_str()).skip(1).collect();
    assert_eq!(states, Stand::ALL.map(Stand::state));
    for stand in Stand::ALL {
        let state = clue.workflow.state(stand.state()).expect("a state");
        assert_eq!(state.label.zh, stand.zh());
        assert_eq!(Stand::of(stand.state()), Some(stand));
    }
}

/// §3 of the handbook: the village sees name, address, status and tasks, and no finances.
#[test]
fn nothing_of_money_is_read() {
    let manifest = doudi_sdk::testing::manifest(MANIFEST);
    let fields: Vec<&str> = manifest.fields().into_iter().collect();
    assert_eq!(fields, ["household.division", "household.monitoring"]);
    for parameter in &manifest.parameters {
        assert!(parameter.example.is_some() && !parameter.article.is_empty(), "{}", parameter.code);
    }
}
