//! The rules natively: every readable case of `scenarios/`, the tables of the handbook's M1, and the boundaries of each rule.

use doudi_sdk::doc::page::Tone;
use doudi_sdk::prelude::*;
use doudi_sdk::testing::{check_inputs, check_manifest, manifest, run_scenarios};
use monitoring::Monitoring;
use monitoring::batch::Counts;
use monitoring::codes::{Asset, Income, Spending};
use monitoring::department::Department;
use monitoring::family::{Family, Member};
use monitoring::rules::clue::{Clue, Row, Sender, check, judge, verified};
use monitoring::rules::compare::{Alerts, Course, Rate, Sent, interconnection, monthly, on_time};
use monitoring::rules::event::Event as Statement;
use monitoring::rules::matrix::{Concerns, Disposition, Origin, RULES, Recorded, RuleId, of_event};
use monitoring::rules::stale::{Freshness, freshness, only_positives};
use monitoring::rules::visit::{Limits, Other, Visit, doubts, metres};
use monitoring::rules::watch::{Line, Terms, look, turned};
use monitoring::rules::window::Window;

const MANIFEST: &str = include_str!("../plugin.toml");

fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

#[test]
fn every_scenario_gives_the_answer_of_the_rule() {
    let count = run_scenarios::<Monitoring>(env!("CARGO_MANIFEST_DIR"));
    assert!(count >= 30, "only {count} scenarios were found");
}

#[test]
fn code_and_manifest_agree() {
    let manifest = manifest(MANIFEST);
    check_manifest::<Monitoring>(&manifest);
    check_inputs::<Family>(&manifest);
    let feed = manifest.feed("comparison").expect("the feed");
    let events = feed.columns.iter().find(|column| column.code == "event").expect("its column");
    for statement in Statement::ALL {
        assert_eq!(events.words.get(statement.label()), Some(&statement.number()), "{}", statement.label());
        assert_eq!(Statement::of(statement.number()), Some(statement));
    }
    assert!(events.words.values().all(|number| Statement::of(*number).is_some()));
    assert_eq!(Statement::of(27), None);
    let fields: Vec<&String> =
        manifest.effects.iter().filter(|wish| wish.kind == "fact.propose").flat_map(|wish| &wish.targets).collect();
    assert!(fields.iter().any(|field| *field == "spending.medical"));
    let departments = manifest.form("dispose").expect("the form").sections[0].fields.iter();
    let choices = departments.filter(|field| field.name == "department").flat_map(|field| &field.choices);
    assert_eq!(choices.map(|choice| choice.value.as_str()).collect::<Vec<_>>(), Department::ALL.map(Department::code));
}

/// Goes wrong: "joining on name". There is nothing to join on but the number.
#[test]
fn the_feed_has_no_column_for_a_name() {
    let manifest = manifest(MANIFEST);
    let feed = manifest.feed("comparison").expect("the feed");
    for heading in feed.columns.iter().flat_map(|column| &column.headings) {
        assert!(!heading.contains("姓名"), "{heading}");
    }
    let fields: Vec<&str> = manifest.fields();
    assert!(!fields.contains(&"person.name") && !fields.contains(&"person.id-number"));
    let numbers = feed.columns.iter().filter(|column| column.code == "person").collect::<Vec<_>>();
    assert!(numbers.len() == 1 && numbers[0].required);
}

#[test]
fn the_matrix_has_every_rule_of_the_handbook() {
    let rules = [
        "medical-burden", "new-disability", "unemployment-ended", "head-died", "obligor-imprisoned", "university",
        "disaster", "accident", "turned-16", "turned-18", "turned-60", "salary-on-aid", "unchanged",
        // §1.8, one for each row of the table.
        "paid-after-death", "moved-away", "marriage", "pension-on-aid", "housing-fund", "public-payroll", "home",
        "vehicle", "company", "taxed", "deposit", "member-imprisoned", "disability-eased", "disability-expired",
        "major-illness", "watch-list-uncovered", "two-benefits",
    ];
    for code in rules {
        let rule = RuleId::of(code).unwrap_or_else(|| panic!("no rule {code}")).rule();
        assert_eq!(rule.code, code);
        assert!(!rule.false_positive.is_empty() && !rule.label.is_empty());
    }
    for (rule, word) in [
        (RuleId::PaidAfterDeath, "迟延"),
        (RuleId::Marriage, "事实分居"),
        (RuleId::SalaryOnAid, "原单位代缴"),
        (RuleId::HousingFund, "封存"),
        (RuleId::PublicPayroll, "村干部补贴"),
        (RuleId::Home, "拆迁安置房"),
        (RuleId::Vehicle, "报废"),
        (RuleId::Company, "合作社"),
        (RuleId::Taxed, "冒用"),
        (RuleId::Deposit, "补偿款"),
        (RuleId::MemberImprisoned, "释放"),
        (RuleId::DisabilityExpired, "换证"),
        (RuleId::WatchListUncovered, "风险已经消除"),
    ] {
        assert!(rule.rule().false_positive.contains(word), "{}", rule.code());
    }
    for rule in RULES {
        assert_eq!(rule.departments.is_empty(), matches!(rule.origin, Origin::Watch) && rule.departments.is_empty());
        if rule.recorded == Recorded::Verified {
            assert_eq!(rule.concerns, Concerns::Recipients, "{}", rule.code);
        }
        assert!(serde_json::from_str::<RuleId>(&serde_json::to_string(&rule.id).unwrap()).unwrap() == rule.id);
    }
    assert_eq!(of_event(Statement::Clear).count(), 0);
}

#[test]
fn eight_departments_stand_in_the_notice() {
    let eight: Vec<&str> = Department::ALL.into_iter().filter(|one| one.in_notice()).map(Department::label).collect();
    assert_eq!(eight, ["教育", "人社", "住建", "卫健", "应急", "医保", "乡村振兴", "残联"]);
    for department in Department::ALL {
        assert_eq!(Department::of(department.code()), Some(department));
    }
}

// ---- A row against the file ----------------------------------------------------------------------------------------------

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

fn row(person: Id, event: Statement) -> Row {
    Row {
        household: HOME,
        person,
        event,
        on: day("2022-05-10"),
        amount: None,
        grade: 0,
        category: 0,
        count: 0,
        note: String::new(),
    }
}

fn item<K>(kind: K, yuan: i64, from: &str, to: Option<&str>) -> Item<K> {
    Item { fact: Id(1), kind, value: Fen::yuan(yuan), qualifier: 0, from: day(from), to: to.map(day), source: 14 }
}

fn raised(row: &Row, family: &Family, covered: bool) -> Vec<&'static str> {
    let sender = Sender { department: Some(Department::Hrss), batch: "2022-05-test" };
    judge(row, sender, family, covered).raised.into_iter().map(RuleId::code).collect()
}

fn facts(row: &Row, family: &Family) -> Vec<(String, i64)> {
    let sender = Sender { department: Some(Department::MedicalInsurance), batch: "2022-05-test" };
    let judged = judge(row, sender, family, false);
    judged.facts.iter().map(|fact| (fact.field.clone(), fact.value.unwrap_or(-1))).collect()
}

#[test]
fn severe_disability_is_grade_one_or_two_and_new() {
    for (grade, known, covered, expected) in [
        (1, 0, false, &["new-disability"][..]),
        (2, 0, true, &["new-disability"]),
        (3, 0, false, &[]),
        (2, 3, false, &["new-disability"]),
        (1, 2, false, &[]),
        (2, 2, true, &[]),
        (3, 2, true, &["disability-eased"]),
        (3, 2, false, &[]),
        (4, 1, true, &["disability-eased"]),
    ] {
        let mut family = family();
        family.members[0].grade = known;
        let row = Row { grade, category: 4, ..row(HEAD, Statement::Disability) };
        assert_eq!(raised(&row, &family, covered), expected, "grade {grade}, known {known}, covered {covered}");
    }
}

#[test]
fn a_wage_is_new_when_the_file_knows_less() {
    let new = Row { amount: Some(Fen::yuan(2_300)), ..row(HEAD, Statement::Contribution) };
    let mut known = family();
    assert_eq!(raised(&new, &known, true), ["salary-on-aid"]);
    assert_eq!(raised(&new, &known, false), [""; 0], "who receives nothing may earn");
    known.members[0].incomes = vec![item(Income::Wage, 2_300, "2021-01-01", None)];
    assert_eq!(raised(&new, &known, true), [""; 0], "declared");
    known.members[0].incomes = vec![item(Income::Wage, 2_299, "2021-01-01", None)];
    assert_eq!(raised(&new, &known, true), ["salary-on-aid"]);
    known.members[0].incomes = vec![item(Income::Wage, 9_000, "2021-01-01", Some("2022-05-09"))];
    assert_eq!(raised(&new, &known, true), ["salary-on-aid"], "it ended the day before");
    let unknown = Row { amount: None, ..new };
    known.members[0].incomes = vec![item(Income::Wage, 100, "2021-01-01", None)];
    assert_eq!(raised(&unknown, &known, true), [""; 0], "a file with a wage and a row without a sum");
}

#[test]
fn a_death_is_two_alerts_when_the_head_was_paid_for() {
    let family = family();
    let death = |person| row(person, Statement::Death);
    assert_eq!(raised(&death(HEAD), &family, true), ["paid-after-death", "head-died"]);
    assert_eq!(raised(&death(HEAD), &family, false), ["head-died"]);
    assert_eq!(raised(&death(CHILD), &family, true), ["paid-after-death"]);
    assert_eq!(raised(&death(CHILD), &family, false), [""; 0]);
    let mut alone = family.clone();
    alone.members[1].co_resident = false;
    assert_eq!(raised(&death(HEAD), &alone, false), [""; 0], "nobody goes on without him");
    let mut known = family;
    known.members[0].death = Some(day("2022-05-01"));
    assert_eq!(raised(&death(HEAD), &known, true), [""; 0], "the file knows; the monthly look sees to it");
}

#[test]
fn every_other_statement_and_whom_it_concerns() {
    for (statement, covered, uncovered) in [
        (Statement::Clear, &[][..], &[][..]),
        (Statement::DisabilityExpired, &["disability-expired"], &[]),
        (Statement::Medical, &[], &[]),
        (Statement::Illness, &["major-illness"], &["major-illness"]),
        (Statement::UnemploymentEnded, &["unemployment-ended"], &["unemployment-ended"]),
        (Statement::Pension, &["pension-on-aid"], &[]),
        (Statement::MovedAway, &["moved-away"], &[]),
        (Statement::Imprisoned, &["member-imprisoned"], &["obligor-imprisoned"]),
        (Statement::Released, &[], &[]),
        (Statement::University, &["university"], &["university"]),
        (Statement::Disaster, &["disaster"], &["disaster"]),
        (Statement::Accident, &["accident"], &["accident"]),
        (Statement::UnsafeHome, &["unsafe-home"], &["unsafe-home"]),
        (Statement::Marriage, &["marriage"], &[]),
        (Statement::HousingFund, &["housing-fund"], &[]),
        (Statement::PublicPayroll, &["public-payroll"], &[]),
        (Statement::Home, &["home"], &[]),
        (Statement::Vehicle, &["vehicle"], &[]),
        (Statement::Company, &["company"], &[]),
        (Statement::Taxed, &["taxed"], &[]),
        (Statement::Deposit, &["deposit"], &[]),
        (Statement::WatchListed, &[], &["watch-list-uncovered"]),
        (Statement::WatchCleared, &[], &[]),
    ] {
        let family = family();
        let row = Row { amount: Some(Fen::yuan(100)), category: 2, ..row(HEAD, statement) };
        assert_eq!(raised(&row, &family, true), covered, "{statement:?}, covered");
        assert_eq!(raised(&row, &family, false), uncovered, "{statement:?}, uncovered");
    }
    let mut imprisoned = family();
    imprisoned.members[0].uncounted = 1;
    assert_eq!(raised(&row(HEAD, Statement::Released), &imprisoned, true), ["released"]);
    assert_eq!(raised(&row(HEAD, Statement::Imprisoned), &imprisoned, true), [""; 0], "he does not count already");
    assert_eq!(raised(&row(CHILD, Statement::DroppedOut), &family(), false), ["dropped-out"]);
    assert_eq!(raised(&row(HEAD, Statement::DroppedOut), &family(), false), [""; 0], "no longer compulsory");
    let stranger = row(Id(99), Statement::Illness);
    assert_eq!(raised(&stranger, &family(), true), [""; 0], "not a member of the household any more");
}

#[test]
fn assets_are_new_when_there_are_more_than_the_file_has() {
    let mut known = family();
    known.members[0].assets =
        vec![item(Asset::Home, 0, "2020-01-01", None), item(Asset::Deposit, 5_000, "2020-01-01", None)];
    let home = |count| Row { count, ..row(HEAD, Statement::Home) };
    assert_eq!(raised(&home(1), &known, true), [""; 0]);
    assert_eq!(raised(&home(2), &known, true), ["home"], "a second home");
    let deposit = |yuan| Row { amount: Some(Fen::yuan(yuan)), ..row(HEAD, Statement::Deposit) };
    assert_eq!(raised(&deposit(5_000), &known, true), [""; 0]);
    assert_eq!(raised(&deposit(5_001), &known, true), ["deposit"]);
}

#[test]
fn a_department_states_what_it_decides_itself_and_once() {
    let mut family = family();
    let certificate = Row { grade: 2, category: 6, ..row(HEAD, Statement::Disability) };
    let both = [("person.disability-category".to_owned(), 6), ("person.disability-grade".to_owned(), 2)];
    assert_eq!(facts(&certificate, &family), both);
    (family.members[0].disability, family.members[0].grade) = (6, 2);
    assert!(facts(&certificate, &family).is_empty(), "it stands already");
    let bill = Row { amount: Some(Fen(123_45)), ..row(HEAD, Statement::Medical) };
    assert_eq!(facts(&bill, &family), [("spending.medical".to_owned(), 123_45)]);
    family.members[0].spending =
        vec![Item { value: Fen(123_45), ..item(Spending::Medical, 0, "2022-05-10", Some("2022-05-10")) }];
    assert!(facts(&bill, &family).is_empty(), "the same settlement");
    let another = Row { on: day("2022-05-11"), ..bill };
    assert_eq!(facts(&another, &family).len(), 1, "another day's");
    let listed = Row { category: 3, ..row(HEAD, Statement::WatchListed) };
    assert_eq!(facts(&listed, &family), [("household.monitoring".to_owned(), 3)]);
    family.monitoring = 3;
    assert!(facts(&listed, &family).is_empty());
    assert_eq!(facts(&row(HEAD, Statement::WatchCleared), &family), [("household.monitoring".to_owned(), 0)]);
    assert_eq!(facts(&row(CHILD, Statement::University), &family), [("person.study".to_owned(), 7)]);
    // What has usual false positives waits for a visit.
    for statement in [Statement::Contribution, Statement::Vehicle, Statement::Home, Statement::Deposit, Statement::Death] {
        let row = Row { amount: Some(Fen::yuan(10)), ..row(HEAD, statement) };
        assert!(facts(&row, &family).is_empty(), "{statement:?}");
    }
}

#[test]
fn a_clue_that_proved_true_becomes_a_fact_with_its_department() {
    let clue = Clue {
        on: day("2022-05-10"),
        department: Some(Department::Hrss),
        amount: Some(Fen::yuan(2_300)),
        ..Clue::default()
    };
    let fact = verified(RuleId::SalaryOnAid, &clue, HEAD, None, "n").expect("a fact");
    assert_eq!((fact.field.as_str(), fact.value, fact.source, fact.from.as_str()), ("income.wage", Some(230_000), 6, "2022-05-10"));
    let visited = verified(RuleId::SalaryOnAid, &clue, HEAD, Some(Fen::yuan(1_900)), "n").expect("a fact");
    assert_eq!(visited.value, Some(190_000), "what the visit found outranks the row");
    let unknown = Clue { amount: None, ..clue.clone() };
    assert_eq!(verified(RuleId::SalaryOnAid, &unknown, HEAD, None, "n"), None, "a wage without a sum is none");
    assert_eq!(verified(RuleId::Vehicle, &unknown, HEAD, None, "n").and_then(|fact| fact.value), Some(0));
    assert_eq!(verified(RuleId::NewDisability, &clue, HEAD, None, "n"), None, "stated at once");
}

#[test]
fn a_row_that_cannot_be_used_says_why() {
    let today = day("2022-06-01");
    let problem = |event, amount: Option<i64>, grade, on: &str| {
        check(event, amount.map(Fen), grade, day(on), today).err().map(|problem| problem.field)
    };
    assert_eq!(problem(Statement::Medical, None, 0, "2022-05-01").as_deref(), Some("amount"));
    assert_eq!(problem(Statement::Medical, Some(-1), 0, "2022-05-01").as_deref(), Some("amount"));
    assert_eq!(problem(Statement::Medical, Some(0), 0, "2022-05-01"), None);
    for (grade, good) in [(0, false), (1, true), (4, true), (5, false)] {
        assert_eq!(problem(Statement::Disability, None, grade, "2022-05-01").is_none(), good, "grade {grade}");
    }
    assert_eq!(problem(Statement::Clear, None, 0, "2022-06-02").as_deref(), Some("on"));
    assert_eq!(problem(Statement::Clear, None, 0, "2022-06-01"), None);
}

// ---- The file as a whole -------------------------------------------------------------------------------------------------

/// Goes wrong: "stale files counted as this month's".
#[test]
fn an_old_file_is_not_this_months() {
    let may = day("2022-05-01");
    for (received, late_days, same, expected) in [
        ("2022-05-01", 0, &[][..], Freshness::Fresh),
        ("2022-05-31", 0, &[], Freshness::Fresh),
        ("2022-06-01", 0, &[], Freshness::Late),
        ("2022-06-05", 5, &[], Freshness::Fresh),
        ("2022-06-06", 5, &[], Freshness::Late),
        ("2022-04-30", 0, &[], Freshness::Ahead),
        ("2022-05-20", 0, &["2022-04-01"], Freshness::SameAs(day("2022-04-01"))),
        ("2022-05-20", 0, &["2022-05-01"], Freshness::Fresh),
        ("2022-06-20", 0, &["2022-01-01", "2022-03-01"], Freshness::SameAs(day("2022-03-01"))),
    ] {
        let same: Vec<Date> = same.iter().map(|month| day(month)).collect();
        assert_eq!(freshness(may, day(received), late_days, &same), expected, "received {received}");
    }
}

/// Goes wrong: "departments sending only positives".
#[test]
fn a_file_of_hits_only_is_noted() {
    for (sent, loaded, positives, noted) in
        [(500, 12, 12, true), (500, 500, 12, false), (12, 12, 12, false), (0, 12, 12, true), (500, 0, 0, false)]
    {
        assert_eq!(only_positives(sent, loaded, positives), noted, "{sent} asked, {loaded} back, {positives} hits");
    }
    assert_eq!(Counts::default().loaded, 0);
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
        ("no position, a reason", Visit { position: None, no_position: "室内无信号".into(), ..good.clone() }, vec![], &[]),
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
    assert_eq!(metres(&at(NANLING), &at(FAR)), Some(49_053));
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
    assert_eq!(with(vec![item(Spending::Medical, 1_667, "2020-01-01", None)]), [("medical-burden", None)], "1,667 × 12");
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
    assert_eq!(looked(&[care.clone(), Line { plugin: "orphans".into(), ..care.clone() }]), [("two-benefits", Some(CHILD))]);
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
    let mut all: Vec<Sent> = ["教育", "住建", "应急"].iter().map(|name| sent(name, Some("2022-03-01"), false)).collect();
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
    let _ = Tone::Good;
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
