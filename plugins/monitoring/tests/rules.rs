//! The rules natively: every readable case of `scenarios/`, the tables of the handbook's M1, and what a department's row raises and states.

use doudi_sdk::prelude::*;
use doudi_sdk::testing::{check_inputs, check_manifest, manifest, run_scenarios};
use monitoring::Monitoring;
use monitoring::codes::{Asset, Income, Spending};
use monitoring::department::Department;
use monitoring::family::{Family, Member};
use monitoring::rules::clue::{Clue, Row, Sender, check, judge, verified};
use monitoring::rules::event::Event as Statement;
use monitoring::rules::matrix::{Concerns, Origin, RULES, Recorded, RuleId, of_event};
use monitoring::rules::stale::{Freshness, freshness, only_positives};

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
        "medical-burden",
        "new-disability",
        "unemployment-ended",
        "head-died",
        "obligor-imprisoned",
        "university",
        "disaster",
        "accident",
        "turned-16",
        "turned-18",
        "turned-60",
        "salary-on-aid",
        "unchanged",
        // §1.8, one for each row of the table.
        "paid-after-death",
        "moved-away",
        "marriage",
        "pension-on-aid",
        "housing-fund",
        "public-payroll",
        "home",
        "vehicle",
        "company",
        "taxed",
        "deposit",
        "member-imprisoned",
        "disability-eased",
        "disability-expired",
        "major-illness",
        "watch-list-uncovered",
        "two-benefits",
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
        assert!(!rule.departments.is_empty() || rule.origin == Origin::Watch, "{}", rule.code);
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
    let bill = Row { amount: Some(Fen(12_345)), ..row(HEAD, Statement::Medical) };
    assert_eq!(facts(&bill, &family), [("spending.medical".to_owned(), 12_345)]);
    family.members[0].spending =
        vec![Item { value: Fen(12_345), ..item(Spending::Medical, 0, "2022-05-10", Some("2022-05-10")) }];
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
    for statement in
        [Statement::Contribution, Statement::Vehicle, Statement::Home, Statement::Deposit, Statement::Death]
    {
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
    assert_eq!(
        (fact.field.as_str(), fact.value, fact.source, fact.from.as_str()),
        ("income.wage", Some(230_000), 6, "2022-05-10")
    );
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
}
