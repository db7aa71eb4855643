//! What people and the calendar do, as pure rules: visits that cannot have been, what the monthly look finds, and how the figures count.

use doudi_sdk::prelude::*;
use monitoring::codes::{Income, Spending};
use monitoring::family::{Family, Member};
use monitoring::rules::compare::{Alerts, Course, Rate, Sent, interconnection, monthly, on_time};
use monitoring::rules::matrix::Disposition;
use monitoring::rules::visit::{Limits, Other, Visit, doubts, metres};
use monitoring::rules::watch::{Line, Terms, look, turned};
use monitoring::rules::window::Window;

fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

const HOME: Id = Id(7);
const HEAD: Id = Id(71);
const CHILD: Id = Id(72);

/// 户主, and a child of fifteen.
fn family() -> Family {
    let member = |person: Id, relation: i64, birth: &str| Member {
        person,
        relation,
        co_resident: true,
        birth: Some(day(birth)),
        ..Member::default()
    };
    let members = vec![member(HEAD, 2, "1975-03-08"), member(CHILD, 20, "2007-01-20")];
    Family { household: HOME, division: 340_223_101_001, members: members.into(), ..Family::default() }
}

fn item<K>(kind: K, yuan: i64, from: &str, to: Option<&str>) -> Item<K> {
    Item { fact: Id(1), kind, value: Fen::yuan(yuan), qualifier: 0, from: day(from), to: to.map(day), source: 14 }
}

// ---- Visits --------------------------------------------------------------------------------------------------------------

fn visit(at: &str, place: (&str, &str), photo: &str) -> Visit {
    let at: Moment = at.parse().expect("a moment");
    Visit {
        by: Some(Id(11)),
        at: Some(at),
        on: at.date,
        position: Some(Position { latitude: place.0.to_owned(), longitude: place.1.to_owned(), accuracy: Some(12) }),
        photos: vec![photo.to_owned()],
        ..Visit::default()
    }
}

const NANLING: (&str, &str) = ("30.919600", "118.334300");
const FAR: (&str, &str) = ("31.352100", "118.433100");

fn doubted(visit: &Visit, others: &[Other]) -> Vec<String> {
    let limits = Limits { minutes: Some(5), speed: Some(80), accuracy: Some(500) };
    let problems = doubts(visit, HOME, day("2022-06-01"), day("2022-06-10"), &limits, others);
    problems.into_vec().into_iter().map(|problem| problem.field).collect()
}

/// Goes wrong: "alerts closed without a visit (check GPS and time)".
#[test]
fn a_visit_nobody_made_leaves_traces() {
    let good = visit("2022-06-07T09:30", NANLING, "aa");
    let other = |visit: Visit| vec![Other { household: Some(Id(8)), visit }];
    assert_eq!(doubted(&good, &[]), [""; 0]);
    for (what, visit, others, fields) in [
        ("before the alert", visit("2022-05-31T09:30", NANLING, "aa"), vec![], &["at"][..]),
        ("on its day", visit("2022-06-01T08:00", NANLING, "aa"), vec![], &[]),
        ("tomorrow", visit("2022-06-11T09:30", NANLING, "aa"), vec![], &["at"]),
        ("no photo", Visit { photos: vec![], ..good.clone() }, vec![], &["photos"]),
        ("no position, no reason", Visit { position: None, ..good.clone() }, vec![], &["position"]),
        (
            "no position, a reason",
            Visit { position: None, no_position: "室内无信号".into(), ..good.clone() },
            vec![],
            &[],
        ),
        ("no position on the globe", visit("2022-06-07T09:30", ("91.0", "118.0"), "aa"), vec![], &["position"]),
        ("two homes in one minute", good.clone(), other(visit("2022-06-07T09:30", NANLING, "bb")), &["at"]),
        ("four minutes apart", good.clone(), other(visit("2022-06-07T09:34", NANLING, "bb")), &["at"]),
        ("five minutes apart, next door", good.clone(), other(visit("2022-06-07T09:35", NANLING, "bb")), &[]),
        ("48 km in ten minutes", good.clone(), other(visit("2022-06-07T09:40", FAR, "bb")), &["position"]),
        ("48 km in forty minutes", good.clone(), other(visit("2022-06-07T10:10", FAR, "bb")), &[]),
        ("the same photo", good.clone(), other(visit("2022-06-03T15:00", NANLING, "aa")), &["photos"]),
        (
            "somebody else's minute",
            good.clone(),
            other(Visit { by: Some(Id(12)), ..visit("2022-06-07T09:30", NANLING, "bb") }),
            &[],
        ),
        (
            "written down before it was",
            Visit { taken: Some("2022-06-07T08:00".parse().unwrap()), ..good.clone() },
            vec![],
            &["at"],
        ),
    ] {
        assert_eq!(doubted(&visit, &others), fields, "{what}");
    }
    let same_home = vec![Other { household: Some(HOME), visit: visit("2022-06-07T09:30", NANLING, "aa") }];
    assert_eq!(doubted(&good, &same_home), [""; 0], "several alerts of one home, one visit");
    let blurred = Position { latitude: NANLING.0.into(), longitude: NANLING.1.into(), accuracy: Some(501) };
    assert_eq!(doubted(&Visit { position: Some(blurred), ..good }, &[]), ["position"]);
}

#[test]
fn distances_are_measured_without_a_float() {
    let at = |(latitude, longitude): (&str, &str)| Position {
        latitude: latitude.to_owned(),
        longitude: longitude.to_owned(),
        accuracy: None,
    };
    assert_eq!(metres(&at(NANLING), &at(NANLING)), Some(0));
    // 0.4325° north and 0.0988° east: 48.1 km and 9.4 km.
    assert_eq!(metres(&at(NANLING), &at(FAR)), Some(49_051));
    assert_eq!(metres(&at(NANLING), &at(("x", "118"))), None);
}

// ---- The monthly look ----------------------------------------------------------------------------------------------------

fn line(plugin: &str, person: Option<Id>, covered: i64, begins: &str) -> Line {
    Line { plugin: plugin.to_owned(), person, covered, begins: day(begins) }
}

fn found(family: &Family, lines: &[Line], terms: Terms) -> Vec<(&'static str, Option<Id>)> {
    look(family, lines, false, &terms).into_iter().map(|found| (found.rule.code(), found.person)).collect()
}

fn june() -> Terms {
    Terms { on: day("2022-06-01"), ..Terms::default() }
}

#[test]
fn birthdays_are_noticed_in_the_month_after() {
    for (birth, age, on, expected) in [
        ("2006-05-01", 16, "2022-06-01", Some("2022-05-01")),
        ("2006-05-31", 16, "2022-06-01", Some("2022-05-31")),
        ("2006-06-01", 16, "2022-06-01", None),
        ("2006-04-30", 16, "2022-06-01", None),
        ("2004-05-15", 18, "2022-06-01", Some("2022-05-15")),
        ("1962-05-15", 60, "2022-06-01", Some("2022-05-15")),
        // 29 February is reached on 1 March.
        ("2004-02-29", 18, "2022-03-01", None),
        ("2004-02-29", 18, "2022-04-01", Some("2022-03-01")),
    ] {
        let member = Member { birth: Some(day(birth)), ..Member::default() };
        assert_eq!(turned(&member, age, day(on)), expected.map(day), "{birth} at {age}, looked at on {on}");
    }
    let dead = Member { birth: Some(day("2006-05-15")), death: Some(day("2022-05-20")), ..Member::default() };
    assert_eq!(turned(&dead, 16, day("2022-06-01")), None);
}

#[test]
fn self_paid_medical_cost_of_twelve_months_above_the_line() {
    let terms = Terms { medical_line: Some(Fen::yuan(20_000)), ..june() };
    let with = |items: Vec<Item<Spending>>| {
        let mut family = family();
        family.members[0].spending = items;
        found(&family, &[], terms)
    };
    let bill = |yuan, on: &str| item(Spending::Medical, yuan, on, Some(on));
    assert!(with(vec![bill(20_000, "2022-03-01")]).is_empty(), "exactly the line is not above it");
    assert_eq!(with(vec![bill(20_000, "2022-03-01"), bill(1, "2021-06-01")]), [("medical-burden", None)]);
    assert!(with(vec![bill(20_000, "2022-03-01"), bill(1, "2021-05-31")]).is_empty(), "thirteen months ago");
    assert!(with(vec![bill(20_000, "2022-03-01"), bill(1, "2022-06-01")]).is_empty(), "this month's count next month");
    assert_eq!(
        with(vec![item(Spending::Medical, 1_667, "2020-01-01", None)]),
        [("medical-burden", None)],
        "1,667 × 12"
    );
    assert!(found(&family(), &[], june()).is_empty(), "a county without a line finds nothing");
    let window = Window::year_before(day("2022-06-15"));
    assert_eq!((window.first, window.last), (day("2021-06-01"), day("2022-05-31")));
}

#[test]
fn a_household_goes_on_without_its_head() {
    let mut family = family();
    family.members[0].death = Some(day("2022-05-11"));
    assert_eq!(found(&family, &[], june()), [("head-died", Some(HEAD))]);
    family.members[1].relation = 2;
    assert!(found(&family, &[], june()).is_empty(), "somebody took his place");
}

#[test]
fn who_died_last_month_should_not_be_paid_this_month() {
    let mut family = family();
    family.members[1].death = Some(day("2022-05-31"));
    let whole = |covered, begins| found(&family, &[line("dibao", None, covered, begins)], june());
    assert_eq!(whole(2, "2022-01-01"), [("paid-after-death", Some(CHILD))]);
    assert!(whole(1, "2022-06-01").is_empty(), "decided since, for one");
    assert!(whole(2, "2022-06-01").is_empty(), "decided since the death: people have looked");
    let alone = |person| found(&family, &[line("care", Some(person), 1, "2022-01-01")], june());
    assert_eq!(alone(CHILD), [("paid-after-death", Some(CHILD))]);
    assert!(alone(HEAD).is_empty());
    family.members[1].death = Some(day("2022-06-01"));
    let june_death = found(&family, &[line("dibao", None, 2, "2022-01-01")], Terms { on: day("2022-06-01"), ..june() });
    assert!(june_death.is_empty(), "the month of the death is still paid");
}

#[test]
fn nothing_changed_for_over_twelve_months() {
    let terms = Terms { unchanged_months: Some(12), ..june() };
    let looked = |family: &Family, begins| found(family, &[line("dibao", None, 2, begins)], terms);
    assert_eq!(looked(&family(), "2021-05-31"), [("unchanged", None)]);
    assert!(looked(&family(), "2021-06-01").is_empty(), "twelve months are not over twelve");
    let mut changed = family();
    changed.members[1].incomes = vec![item(Income::Support, 200, "2022-02-01", None)];
    assert!(looked(&changed, "2020-01-01").is_empty(), "something was stated since");
    assert!(found(&family(), &[], terms).is_empty(), "who receives nothing is not rechecked");
}

#[test]
fn two_measures_pay_for_one() {
    let dibao = |covered| line("dibao", None, covered, "2022-01-01");
    let care = line("care", Some(CHILD), 1, "2022-01-01");
    let looked = |lines: &[Line]| found(&family(), lines, june());
    assert_eq!(looked(&[dibao(2), care.clone()]), [("two-benefits", Some(CHILD))]);
    assert!(looked(&[dibao(1), care.clone()]).is_empty(), "the other member alone");
    assert_eq!(
        looked(&[care.clone(), Line { plugin: "orphans".into(), ..care.clone() }]),
        [("two-benefits", Some(CHILD))]
    );
    assert_eq!(looked(&[dibao(2), Line { plugin: "care".into(), ..dibao(2) }]), [("two-benefits", None)]);
    assert!(looked(&[care]).is_empty());
}

#[test]
fn the_watch_list_is_compared_by_quarter() {
    let terms = Terms { watch_list: true, ..june() };
    let mut listed = family();
    listed.monitoring = 2;
    let open = |applied| look(&listed, &[], applied, &terms).len();
    assert_eq!((open(false), open(true)), (1, 0), "watch-listed ∖ covered ∖ applied");
    assert!(found(&listed, &[line("dibao", None, 2, "2022-05-01")], terms).is_empty());
    assert!(found(&listed, &[], june()).is_empty(), "not every month");
    assert!(found(&family(), &[], terms).is_empty());
}

// ---- Figures -------------------------------------------------------------------------------------------------------------

fn sent(name: &str, connected: Option<&str>, compared: bool) -> Sent {
    Sent { name: name.to_owned(), required: true, connected: connected.map(day), compared }
}

/// Worked: 8 departments, 3 interconnected → denominator 5; 4 compared in May → 80 %, one named as missing.
#[test]
fn worked_example_of_the_monthly_comparison_rate() {
    let mut all: Vec<Sent> =
        ["教育", "住建", "应急"].iter().map(|name| sent(name, Some("2022-03-01"), false)).collect();
    all.extend(["人社", "卫健", "医保", "残联"].iter().map(|name| sent(name, None, true)));
    all.push(sent("乡村振兴", None, false));
    all.push(Sent { required: false, ..sent("公安", None, false) });
    let (rate, missing) = monthly(day("2022-05-01"), &all);
    assert_eq!((rate, rate.basis_points()), (Rate { part: 4, whole: 5 }, 8_000));
    assert_eq!(missing.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["乡村振兴"]);
    assert_eq!(interconnection(day("2022-05-31"), &all), Rate { part: 3, whole: 8 });
    assert_eq!(interconnection(day("2022-02-28"), &all), Rate { part: 0, whole: 8 });
    let (february, _) = monthly(day("2022-02-01"), &all);
    assert_eq!(february.whole, 8, "not interconnected yet in February");
    assert_eq!(monthly(day("2022-03-01"), &all).0.whole, 5, "the month in which it is counts as done");
}

#[test]
fn alerts_are_on_time_until_the_end_of_their_day() {
    let course = |due: Option<&str>, judged: Option<&str>| Course {
        due: due.map(day),
        judged: judged.map(day),
        ..Course::default()
    };
    for (due, judged, today, expected) in [
        (Some("2022-06-08"), Some("2022-06-08"), "2022-06-20", Some(true)),
        (Some("2022-06-08"), Some("2022-06-09"), "2022-06-20", Some(false)),
        (Some("2022-06-08"), None, "2022-06-08", None),
        (Some("2022-06-08"), None, "2022-06-09", Some(false)),
        (None, Some("2022-06-09"), "2022-06-20", None),
    ] {
        assert_eq!(on_time(&course(due, judged), day(today)), expected, "{due:?} {judged:?} {today}");
    }
    let mut alerts = Alerts::default();
    let kind = |truth, disposition, aided| Course { truth: Some(truth), disposition, aided, ..Course::default() };
    for one in [
        kind(true, Some(Disposition::Apply), true),
        kind(true, Some(Disposition::Apply), false),
        kind(true, Some(Disposition::Deliver), true),
        kind(false, None, false),
    ] {
        alerts.add(&one, day("2022-07-01"));
    }
    assert_eq!(alerts.proven, Rate { part: 3, whole: 4 });
    assert_eq!(alerts.aided, Rate { part: 1, whole: 2 }, "alerts ending in aid ÷ true alerts of kind 2");
    assert_eq!(Rate::default().basis_points(), 10_000, "nothing to do is all done");
}

#[test]
fn completeness_counts_the_living() {
    let mut family = family();
    // Household: 3 missing of 3. Each member: relation and birth of 5.
    assert_eq!(family.completeness(), (4, 13));
    (family.hukou, family.cause, family.housing) = (Some(2), Some(1), Some(1));
    (family.members[0].health, family.members[0].labour, family.members[0].employment) = (Some(10), Some(1), Some(1));
    assert_eq!(family.completeness(), (10, 13));
    family.members[1].study = Some(3);
    assert_eq!(family.completeness(), (11, 13), "a pupil has no employment");
    family.members[1].death = Some(day("2022-01-01"));
    assert_eq!(family.completeness(), (8, 8));
}
