//! The monthly look, the ledgers and figures of 督查, duties, the chain of a household, and the recognition of families with rigid spending.

mod county;

use county::cases::{alert_of, press, proven};
use county::{APPROVER, CASEWORKER, County, OFFICER, REVIEWER, Row, SYSTEM, VILLAGE, day, person, row};
use doudi_sdk::prelude::*;
use monitoring::Monitoring;
use monitoring::rules::event::Event as Statement;
use serde_json::json;

// ---- The monthly look --------------------------------------------------------------------------------------------------------

#[test]
fn every_month_every_household_is_looked_at_once() {
    let mut county = County::new(2_300);
    county.tick("2022-05-20", "sources");
    county.set(2, 3, "person.birth-date", json!("2006-05-15"));
    county.set(2_000, 1, "person.death-date", json!("2022-05-11"));
    county.pays("dibao", &[(2, None, 3, "2022-01-01"), (5, None, 3, "2021-01-01"), (2_000, None, 3, "2022-01-01")]);
    county.tick("2022-06-01", "watch");
    let expected = [
        ("head-died".to_owned(), 2_000_001),
        ("paid-after-death".to_owned(), 2_000_001),
        ("turned-16".to_owned(), 2_003),
        ("unchanged".to_owned(), 5),
    ];
    assert_eq!(county.raised(), expected);
    let survey = county.world.latest("survey");
    let body: monitoring::survey::Survey = survey.body().unwrap();
    assert_eq!((survey.state.as_str(), body.households, body.raised), ("done", 2_300, 4));
    let before = county.alerts().len();
    county.tick("2022-06-01", "watch");
    assert_eq!(county.alerts().len(), before, "the same month once more");
    county.tick("2022-06-01", "dispatch");
    assert_eq!(county.settle().len(), 4, "and sent down");
}

#[test]
fn the_quarter_compares_with_the_watch_list() {
    let mut county = County::new(4);
    for household in [2, 3, 4, 5] {
        let members =
            json!([{ "who": "户主", "fields": { "person.relation": 2, "person.co-resident": true }, "items": [] }]);
        county.file(household, json!({ "household.monitoring": 2 }), members);
    }
    county.pays("dibao", &[(2, None, 1, "2022-01-01")]);
    county.cases("care", &[(700, 3, "2022-09-20", None)]);
    let edge = Table::new("recognised", 1).ints("household", [5_i64]).texts("scheme", ["dibao-edge"]);
    county.change(|world| world.answer("benefit.recognised", "dibao", Block::of(edge)));
    county.tick("2022-10-01", "watch-list");
    assert_eq!(county.raised(), [("watch-list-uncovered".to_owned(), 4)], "2 is covered, 3 has applied, 5 is 边缘");
    // A row of 乡村振兴 about the same household joins it.
    county.tick("2022-10-02", "sources");
    let batch = county.batch("2022-10-10", "乡村振兴", "2022-10", Statement::WatchListed.number(), 3);
    let listed = Row { category: Some(2), ..row(person(4, 1), Statement::WatchListed) };
    county.upload("2022-10-10", batch.id, "w", &[listed], 1_000);
    assert_eq!(county.raised().len(), 1);
}

#[test]
fn a_death_told_by_the_kernel_raises_the_head_once() {
    let mut county = County::new(1);
    county.set(2, 1, "person.death-date", json!("2022-05-11"));
    county.on("2022-05-12", SYSTEM);
    let died = || {
        Event::new("person.died").household(Id(2)).person(person(2, 1)).with_payload(&json!({ "date": "2022-05-11" }))
    };
    county.react(died());
    county.react(died());
    county.tick("2022-06-01", "watch");
    assert_eq!(county.raised(), [("head-died".to_owned(), 2_001)]);
    county.react(Event::new("person.died").household(Id(2)).person(person(2, 2)));
    assert_eq!(county.raised().len(), 1, "not the head");
}

// ---- Ledgers, figures, duties -------------------------------------------------------------------------------------------------

/// Worked: 8 departments, 3 interconnected → denominator 5; 4 compared in May → 80 %, one named as missing.
fn worked() -> County {
    let mut county = County::new(2);
    county.tick("2022-03-01", "sources");
    for department in ["education", "housing", "emergency"] {
        let source = county.world.documents().find(|document| document.key == department).expect("seeded").clone();
        let values = json!({ "connected": "2022-03-01", "interface": "目录 340200/12", "contact": "某 3830000" });
        let values = FormValues::parse(&values.to_string()).unwrap();
        county
            .press("2022-03-02", OFFICER, Action::new("source", "connect").on(source).values(values))
            .expect("connected");
    }
    for (source, digest) in [("人社", "a"), ("卫健", "b"), ("医保", "c"), ("残联", "d"), ("公安", "e")] {
        let batch = county.batch("2022-05-10", source, "2022-05", Statement::Illness.number(), 6);
        county.upload("2022-05-10", batch.id, digest, &[row(person(2, 1), Statement::Clear)], 1_000);
    }
    county
}

fn indicators(county: &County, from: &str, to: &str) -> Vec<(String, i64, i64, String)> {
    let figures = county.world.run(|context| Monitoring::indicators(context, day(from), day(to))).expect("figures");
    figures.into_iter().map(|one| (one.code, one.part, one.whole, one.drill_down)).collect()
}

#[test]
fn worked_example_through_files_ledger_and_scorecard() {
    let mut county = worked();
    county.on("2022-05-31", OFFICER);
    let figures = indicators(&county, "2022-05-01", "2022-05-31");
    assert_eq!(figures[0], ("compared".into(), 4, 5, "comparison?from=2022-05&to=2022-05".into()));
    assert_eq!((figures[1].1, figures[1].2), (3, 8));
    let page = county.page(PageRequest::new("comparison").with("month", "2022-05")).to_json();
    assert!(page.contains("\"basis_points\":8000"), "{page}");
    assert!(page.contains("本月尚未比对：乡村振兴。"), "{page}");
    assert!(county.page(PageRequest::new("sources")).to_json().contains("已对接"));
    assert_eq!(indicators(&county, "2022-06-01", "2022-06-30")[0].1, 0, "May's files are not June's");
}

#[test]
fn duties_of_the_month_the_quarter_and_the_year() {
    let county = worked();
    let ask = |from: &str, to: &str| {
        let period = Table::new("period", 1).ints("begins", [day(from)]).ints("ends", [day(to)]);
        let answer =
            county.world.run(|context| Monitoring::answer(context, "duty.due", context.today, Block::of(period)));
        let block = answer.expect("duties");
        let table = block.table("duty").expect("its table");
        let texts = |name: &str, row: usize| table.text_column(name).unwrap().get(row).unwrap().to_owned();
        let ints = |name: &str, row: usize| table.int_column(name).unwrap().value(row);
        (0..table.rows as usize)
            .map(|row| {
                (texts("code", row), Date::from_days(ints("due", row) as i32), ints("done", row), ints("of", row))
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(ask("2022-05-01", "2022-05-31"), [("monthly-comparison".into(), day("2022-05-31"), 4, 5)]);
    assert!(ask("2022-05-01", "2022-05-30").is_empty(), "due on the 31st");
    let december: Vec<String> = ask("2022-12-01", "2022-12-31").into_iter().map(|duty| duty.0).collect();
    assert_eq!(december, ["monthly-comparison", "watch-list", "interconnection"]);
    assert_eq!(ask("2022-09-30", "2022-09-30").len(), 1, "83号 asks for the quarter from October 2022 on");
    assert_eq!(ask("2022-12-31", "2022-12-31")[2], ("interconnection".into(), day("2022-12-31"), 3, 8));
}

#[test]
fn the_drill_down_lists_exactly_what_was_counted() {
    let mut county = proven();
    county.on("2022-06-20", OFFICER);
    let figures = indicators(&county, "2022-05-01", "2022-05-31");
    for (code, part, whole, drill_down) in &figures {
        let Some(query) = drill_down.strip_prefix("alerts?") else { continue };
        let request = query.split('&').fold(PageRequest::new("alerts"), |request, pair| {
            let (name, value) = pair.split_once('=').expect("a pair");
            request.with(name, value)
        });
        let page = county.page(request);
        let rows: Vec<usize> = page
            .blocks
            .iter()
            .filter_map(|block| if let PageBlock::Table { rows, .. } = block { Some(rows.len()) } else { None })
            .collect();
        assert_eq!(rows, [*part as usize, (whole - part) as usize], "{code}");
    }
    let on_time = figures.iter().find(|figure| figure.0 == "on-time").expect("the figure");
    assert_eq!((on_time.1, on_time.2), (1, 2), "one judged by 24 May, one overdue since 6 June");
}

#[test]
fn one_chain_shows_alerts_referrals_and_cases_in_order_of_time() {
    let mut county = proven();
    let values =
        json!({ "disposition": "deliver", "measure": "协调", "department": "disabled-federation", "need": "护理补贴" });
    press(&mut county, "2022-05-25", REVIEWER, "dispose", values).expect("disposed");
    county.cases("dibao", &[(500, 2, "2022-06-01", Some(("2022-06-20", "granted"))), (501, 3, "2022-06-01", None)]);
    county.pays("dibao", &[(2, None, 3, "2022-07-01")]);
    county.on("2022-07-10", CASEWORKER);
    let page = county.page(PageRequest::new("chain").of_household(Id(2)));
    let steps: Vec<(String, String)> = page
        .blocks
        .iter()
        .filter_map(|block| if let PageBlock::Timeline { items } = block { Some(items) } else { None })
        .flatten()
        .map(|item| (item.date.clone(), item.text.zh.clone()))
        .collect();
    let dates: Vec<&str> = steps.iter().map(|step| step.0.as_str()).collect();
    assert_eq!(
        dates,
        [
            "2022-05-20",
            "2022-05-23",
            "2022-05-24",
            "2022-05-25",
            "2022-05-25",
            "2022-06-01",
            "2022-06-20",
            "2022-07-01"
        ]
    );
    assert!(steps[4].1.contains("转残联") && steps[6].1.contains("确认同意"), "{steps:?}");
}

#[test]
fn every_page_can_be_drawn_of_an_empty_county() {
    let mut county = County::new(1);
    for who in [VILLAGE, CASEWORKER, OFFICER] {
        county.on("2022-05-20", who);
        for page in ["comparison", "alerts", "sources", "rules", "completeness", "recognised"] {
            assert!(county.page(PageRequest::new(page)).title.is_some(), "{page}");
        }
        assert!(county.page(PageRequest::new("chain").of_household(Id(2))).to_json().contains("还没有"));
    }
}

#[test]
fn completeness_is_counted_by_village_and_listed() {
    let mut county = County::new(3);
    county.tick("2022-06-01", "watch");
    county.on("2022-06-10", OFFICER);
    let figures = indicators(&county, "2022-06-01", "2022-06-30");
    let complete = figures.iter().find(|figure| figure.0 == "complete").expect("the figure");
    // A household: 3 fields, none filled; three members: relation and birth of 5.
    assert_eq!((complete.1, complete.2), (18, 54));
    let page = county.page(PageRequest::new("completeness").with("month", "2022-06")).to_json();
    assert!(page.contains("340223101001") && page.contains("\"number\":54"), "{page}");
}

#[test]
fn settings_name_rules_that_exist() {
    let wrong = |settings: serde_json::Value| {
        let settings = serde_json::from_value(settings).expect("settings");
        Monitoring::check_settings(settings)
            .expect("checked")
            .into_vec()
            .into_iter()
            .map(|one| one.field)
            .collect::<Vec<_>>()
    };
    assert!(wrong(json!({ "rules_off": "vehicle；home", "red": "university" })).is_empty());
    assert_eq!(wrong(json!({ "rules_off": "cars", "red": "home", "yellow": "home" })), ["rules_off", "yellow"]);
    let mut county = County::new(4);
    county.change(|world| world.settings(&json!({ "rules_off": "new-disability", "auto_dispatch": false })));
    county.tick("2022-05-20", "sources");
    let batch = county.batch("2022-05-20", "残联", "2022-05", Statement::Disability.number(), 500);
    let rows = [
        Row { grade: Some(2), ..row(person(2, 1), Statement::Disability) },
        Row { grade: Some(2), ..row(person(3, 1), Statement::Illness) },
    ];
    county.upload("2022-05-20", batch.id, "x", &rows, 10);
    county.settle();
    assert_eq!(county.raised(), [("major-illness".to_owned(), 3_001)]);
    assert_eq!(alert_of(&county, 3).0.state, "raised", "the county sends it down itself");
}

// ---- 刚性支出困难家庭 ---------------------------------------------------------------------------------------------------------

/// The worked example: income 96,000, rigid 61,000.
fn hard_pressed() -> County {
    let mut county = County::new(1);
    county.item(2, 1, json!({ "field": "income.wage", "value": 800_000, "from": "2023-01-01" }));
    county.item(
        2,
        2,
        json!({ "field": "spending.medical", "value": 4_900_000, "from": "2024-09-10", "to": "2024-09-10" }),
    );
    county.item(2, 3, json!({ "field": "spending.education", "value": 100_000, "from": "2023-01-01" }));
    county
}

fn applied(county: &mut County, date: &str) -> Result<Effects> {
    let values = FormValues::parse(&json!({ "applicant": "2001", "authorised": true }).to_string())?;
    county.press(date, CASEWORKER, Action::new("recognition", "apply").household(Id(2)).values(values))
}

fn surveyed(county: &mut County, date: &str) {
    let values = json!({ "surveyed": date, "second": "13", "findings": "与档案一致" });
    county.act(date, CASEWORKER, "recognition", "survey", values).expect("surveyed");
}

#[test]
fn a_family_with_rigid_spending_is_recognised_for_twelve_months() {
    let mut county = hard_pressed();
    assert!(applied(&mut county, "2024-12-31").unwrap_err().message.contains("2025年1月1日"));
    applied(&mut county, "2025-03-10").expect("accepted");
    assert_eq!(county.world.latest("recognition").due, Some(day("2025-04-22")), "thirty working days, 4 April off");
    surveyed(&mut county, "2025-03-12");
    let effects = county.act("2025-03-20", APPROVER, "recognition", "confirm", json!({})).expect("recognised");
    let decision = effects.decisions().next().expect("a decision");
    assert_eq!(
        (decision.scheme.as_str(), decision.outcome.as_str(), decision.amount),
        ("rigid-spending", "recognised", 0)
    );
    assert_eq!((decision.from.as_str(), decision.to.as_deref()), ("2025-03-20", Some("2026-03-19")));
    assert_eq!(decision.figures["ratio"], 6_354);
    assert_eq!(effects.notices().count(), 1);
    let page = Block::of(Table::new("page", 1).ints("after", [0_i64]).ints("limit", [10_i64]));
    let told = |on: &str| {
        let answer =
            county.world.run(|context| Monitoring::answer(context, "benefit.recognised", day(on), page.clone()));
        answer.expect("an answer").rows()
    };
    assert_eq!((told("2025-03-19"), told("2025-03-20"), told("2026-03-19"), told("2026-03-20")), (0, 1, 1, 0));
    assert!(applied(&mut county, "2025-06-01").is_err(), "it holds");
    assert!(applied(&mut county, "2026-03-01").is_ok(), "in the last month the family may apply again");
}

#[test]
fn nobody_who_surveyed_decides_and_no_decision_goes_against_the_rule() {
    let mut county = hard_pressed();
    applied(&mut county, "2025-03-10").expect("accepted");
    let alone = json!({ "surveyed": "2025-03-12", "second": "11", "findings": "一人入户" });
    assert!(county.act("2025-03-12", CASEWORKER, "recognition", "survey", alone).is_err(), "two people");
    surveyed(&mut county, "2025-03-12");
    let surveyor = (13, "county-approver");
    assert!(county.act("2025-03-20", surveyor, "recognition", "confirm", json!({})).is_err());
    assert!(county.act("2025-03-20", APPROVER, "recognition", "refuse", json!({})).is_err(), "the rule says yes");
    county.pays("dibao", &[(2, None, 3, "2025-01-01")]);
    let refusal = county.act("2025-03-20", APPROVER, "recognition", "confirm", json!({})).unwrap_err();
    assert!(refusal.message.contains("低保"), "{refusal}");
    county.change(|world| world.forget_answers("benefit.recipients"));
    let edge = Table::new("recognised", 1).ints("household", [2_i64]).texts("scheme", ["dibao-edge"]);
    county.change(|world| world.answer("benefit.recognised", "dibao", Block::of(edge)));
    assert!(county.act("2025-03-20", APPROVER, "recognition", "confirm", json!({})).is_err(), "边缘 is nearer");
    let effects = county.act("2025-03-20", APPROVER, "recognition", "refuse", json!({})).expect("refused");
    assert_eq!(effects.decisions().next().expect("a decision").outcome, "refused");
}

#[test]
fn special_cases_take_forty_five_working_days() {
    let mut county = hard_pressed();
    applied(&mut county, "2025-03-10").expect("accepted");
    county.act("2025-03-11", REVIEWER, "recognition", "extend", json!({ "reason": "人户分离" })).expect("extended");
    assert_eq!(county.world.latest("recognition").due, Some(day("2025-05-15")), "27 April worked, 1 to 5 May off");
}
