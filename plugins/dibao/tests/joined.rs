//! dibao beside the other measures: what it tells those who ask, what it does when they tell it something, and the figures and duties
//! it answers for. Every figure is compared with the list behind it.

mod county;

use county::*;
use dibao::Dibao;
use doudi_sdk::doc::page::Block as Shown;
use doudi_sdk::prelude::*;
use serde_json::json;

fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

/// What another measure tells on a day, applied.
fn told(county: &mut County, date: &str, topic: &str, source: i64, payload: serde_json::Value) -> Effects {
    told_of(county, date, Event::new(topic).household(FAMILY).document(Id(source)).with_payload(&payload))
}

fn told_of(county: &mut County, date: &str, event: Event) -> Effects {
    county.as_user(date, SYSTEM);
    let effects = county.world.run(|context| Dibao::react(context, event)).expect("effects");
    county.world.apply(&effects);
    effects
}

fn ask(county: &County, topic: &str, on: &str, block: Block) -> Block {
    county.world.run(|context| Dibao::answer(context, topic, day(on), block)).expect("an answer")
}

fn page(after: i64, limit: i64, since: Option<&str>) -> Block {
    let since = [since.map(day)];
    Block::of(Table::new("page", 1).ints("after", [after]).ints("limit", [limit]).optional_ints("since", since))
}

fn period(names: [&str; 2], from: &str, to: &str) -> Block {
    Block::of(Table::new("period", 1).ints(names[0], [day(from)]).ints(names[1], [day(to)]))
}

/// One row of a table as `column=value`, absent ones left out.
fn row(block: &Block, table: &str, row: usize) -> Vec<String> {
    let table = block.table(table).expect("the table");
    let mut cells = Vec::new();
    for column in &table.columns {
        let value = match table.int_column(&column.name) {
            Ok(ints) => ints.get(row).map(|value| value.to_string()),
            Err(_) => table.text_column(&column.name).expect("texts").get(row).map(str::to_owned),
        };
        cells.extend(value.map(|value| format!("{}={value}", column.name)));
    }
    cells
}

fn rows(block: &Block, table: &str) -> u32 {
    block.table(table).expect("the table").rows
}

#[test]
fn an_open_case_and_a_closed_one_are_told_with_their_dates_and_their_helper() {
    let mut county = County::new(&three(1_800));
    county.application("2022-07-01", (31, "village-coordinator"), "apply", {
        let mut values = complete();
        values["proxy"] = json!(true);
        values["proxy-relation"] = json!("协理员");
        values
    });
    let open = ask(&county, "benefit.cases", "2022-07-02", page(0, 10, None));
    assert_eq!(
        row(&open, "case", 0),
        ["document=1", "household=1", "scheme=dibao", "label=最低生活保障", "opened=19174", "proxy=1"]
    );
    assert_eq!(rows(&ask(&county, "benefit.cases", "2022-07-02", page(1, 10, None)), "case"), 0, "after the last one");

    for (household, expected) in [(1_i64, 1), (2, 0)] {
        let only = Block::of(Table::new("page", 1).ints("after", [0_i64]).ints("household", [household]));
        assert_eq!(rows(&ask(&county, "benefit.cases", "2022-07-02", only), "case"), expected, "household {household}");
    }

    county.application("2022-07-05", CASEWORKER, "withdraw", json!({ "reason": "情况变化" }));
    for (since, on, expected) in [
        (None, "2022-07-06", 0),
        (Some("2022-07-05"), "2022-07-06", 1),
        (Some("2022-06-01"), "2022-07-31", 1),
        (Some("2022-07-06"), "2022-07-31", 0),
        (Some("2022-06-01"), "2022-07-04", 0),
    ] {
        let answer = ask(&county, "benefit.cases", on, page(0, 10, since));
        assert_eq!(rows(&answer, "case"), expected, "since {since:?} on {on}");
    }
    for (since, expected) in [("2022-07-05", 1), ("2022-07-06", 0)] {
        let table = Table::new("page", 1).ints("after", [0_i64]).ints("household", [1_i64]).ints("since", [day(since)]);
        let only = ask(&county, "benefit.cases", "2022-07-06", Block::of(table));
        assert_eq!(rows(&only, "case"), expected, "the household's, since {since}");
    }
    let closed = ask(&county, "benefit.cases", "2022-07-06", page(0, 10, Some("2022-07-01")));
    assert!(row(&closed, "case", 0).contains(&"outcome=withdrawn".to_owned()));
    assert!(row(&closed, "case", 0).contains(&format!("closed={}", day("2022-07-05").days())));
}

#[test]
fn what_was_decided_is_told_with_office_handlers_and_refusals() {
    let county = County::covered();
    let ask_decided =
        |county: &County, from: &str, to: &str| ask(county, "approval.decided", to, period(["from", "to"], from, to));
    let granted = ask_decided(&county, "2022-07-01", "2022-07-31");
    assert_eq!(
        row(&granted, "decided", 0),
        [
            "document=1",
            "household=1",
            "scheme=dibao",
            "label=最低生活保障",
            "outcome=granted",
            "level=county",
            "on=19194",
            "surveyor=11",
            "decider=22",
            "relative=0",
            "objection=0",
            "amount=63000",
            "decision=1"
        ]
    );
    for (from, to) in [("2022-06-01", "2022-07-20"), ("2022-07-22", "2022-08-31")] {
        assert_eq!(rows(&ask_decided(&county, from, to), "decided"), 0, "{from} to {to}");
    }

    // A refusal of a family in the register, decided by the town.
    let mut county = County::new(&three(2_700));
    let town = Block::of(Table::new("authority", 1).texts("level", ["town"]));
    county.world = county.world.clone().answer("approval.authority", "delegated-approval", town);
    let mut declared = complete();
    declared["near-relative"] = json!("2");
    county.application("2022-07-01", CASEWORKER, "apply", declared);
    county.application("2022-07-01", CASEWORKER, "submit", json!({}));
    county.application("2022-07-04", CASEWORKER, "accept", json!({}));
    county.application("2022-07-05", CASEWORKER, "request-check", json!({}));
    county.application("2022-07-06", OFFICER, "record-check", check());
    county.application("2022-07-08", CASEWORKER, "survey", visit(13));
    county.application("2022-07-11", REVIEWER, "opine", json!({ "proposal": "refuse" }));
    county.application("2022-07-12", OFFICER, "county-visit", visit(23));
    county.application("2022-07-13", (14, "town-reviewer"), "refuse-by-town", json!({ "ground": "rule" }));
    let refused = ask_decided(&county, "2022-07-01", "2022-07-31");
    let told = row(&refused, "decided", 0);
    for cell in ["outcome=refused", "level=town", "decider=14", "relative=1", "amount=0", "decision=1"] {
        assert!(told.contains(&cell.to_owned()), "{cell} is missing in {told:?}");
    }
}

#[test]
fn a_wish_to_apply_becomes_one_draft_that_names_who_helps() {
    let wish = |county: &mut County, source: i64, scheme: &str| {
        let event = Event::new("discovery.application")
            .household(FAMILY)
            .person(Id(1))
            .document(Id(source))
            .with_payload(&json!({ "scheme": scheme, "proxy": 31 }));
        told_of(county, "2022-07-01", event)
    };
    let mut county = County::new(&three(1_800));
    assert!(wish(&mut county, 17, "temporary-aid").is_empty(), "another measure's business");
    assert_eq!(wish(&mut county, 17, "dibao").len(), 1);
    let draft = county.world.latest("application");
    let body: dibao::application::Application = draft.body().expect("an application");
    assert_eq!((draft.state.as_str(), body.applicant, body.helper), ("draft", Some(Id(1)), Some(Id(31))));
    assert!(body.proxy && !body.declared, "what the family must state is still to come");
    let open = ask(&county, "benefit.cases", "2022-07-02", page(0, 10, None));
    assert!(row(&open, "case", 0).contains(&"proxy=1".to_owned()));

    assert!(wish(&mut county, 17, "dibao").is_empty(), "told twice");
    assert!(wish(&mut county, 18, "dibao").is_empty(), "one is open");
    county.application("2022-07-02", CASEWORKER, "withdraw", json!({ "reason": "暂不申请" }));
    assert!(wish(&mut county, 17, "dibao").is_empty(), "the same clue does not come back");
    assert_eq!(wish(&mut county, 19, "dibao").len(), 1, "a new one does");

    let mut covered = County::covered();
    assert!(wish(&mut covered, 20, "dibao").is_empty(), "covered already");
}

#[test]
fn an_alert_that_proved_true_opens_one_recheck_and_changes_no_payment() {
    let ended = json!({ "rule": "new-wage", "on": "2022-09-01" });
    let mut stranger = County::new(&three(1_800));
    assert!(told(&mut stranger, "2022-09-02", "monitoring.ended", 40, ended.clone()).is_empty(), "not covered");

    let mut county = County::covered();
    let effects = told(&mut county, "2022-09-02", "monitoring.ended", 40, ended.clone());
    assert_eq!((effects.documents().count(), effects.decisions().count()), (1, 0));
    let recheck = county.world.latest("recheck");
    assert_eq!((recheck.state.as_str(), recheck.due), ("due", Some(day("2022-10-02"))));
    assert!(told(&mut county, "2022-09-03", "monitoring.ended", 40, ended.clone()).is_empty(), "once for each alert");

    // Another alert while the visit is still to come: noted on the same recheck, which keeps its day.
    let effects = told(&mut county, "2022-09-05", "monitoring.ended", 41, ended.clone());
    let noted = effects.documents().next().expect("the note");
    assert_eq!((noted.id, noted.due.as_deref()), (Some(recheck.id), Some("2022-10-02")));
    // After the visit: whoever was there did not know it.
    county.press("2022-09-08", CASEWORKER, "recheck", "check", visit(13)).expect("checked");
    let effects = told(&mut county, "2022-09-09", "monitoring.ended", 42, ended);
    assert_eq!(effects.documents().next().map(|put| put.id), Some(None), "a new one");
}

#[test]
fn a_grant_found_wrong_is_looked_at_again_and_people_decide() {
    let mut county = County::covered();
    let finding = json!({ "scheme": "dibao", "decision": "1", "case": "1", "finding": "wrong-cover" });
    let effects = told(&mut county, "2022-09-02", "delegated-approval.reversed", 50, finding.clone());
    assert_eq!((effects.documents().count(), effects.decisions().count()), (1, 0), "nothing is decided by itself");
    assert_eq!(county.state("recheck"), "due");
    assert!(effects.documents().next().is_some_and(|put| put.note.contains("错保")));
    assert!(told(&mut county, "2022-09-03", "delegated-approval.reversed", 50, finding).is_empty(), "told twice");
    let other = json!({ "scheme": "care-contracts", "finding": "wrong-cover" });
    assert!(told(&mut county, "2022-09-03", "delegated-approval.reversed", 51, other).is_empty());
    // The county decides, by other people than those who were there.
    county.press("2022-09-08", CASEWORKER, "recheck", "check", visit(13)).expect("checked");
    county.press("2022-09-09", APPROVER, "recheck", "decide", json!({ "decision": "recompute" })).expect("decided");
    assert_eq!(county.state("recheck"), "kept");
}

/// A family of three with 2,700 yuan, refused by the county on 20 September.
fn refused() -> County {
    let mut county = County::new(&three(2_700));
    county.surveyed();
    county.application("2022-07-11", REVIEWER, "opine", json!({ "proposal": "refuse" }));
    county.application("2022-07-20", APPROVER, "refuse", json!({ "ground": "rule" }));
    county
}

#[test]
fn a_refusal_found_wrong_becomes_a_draft_for_the_family_to_complete() {
    let mut county = refused();
    let finding = json!({ "scheme": "dibao", "case": 1, "finding": "missed" });
    let effects = told(&mut county, "2022-09-02", "delegated-approval.reversed", 60, finding.clone());
    assert_eq!(effects.decisions().count(), 0);
    let draft = county.world.latest("application");
    assert_eq!((draft.id, draft.state.as_str(), draft.person), (Id(2), "draft", Some(Id(1))));
    assert!(told(&mut county, "2022-09-03", "delegated-approval.reversed", 60, finding).is_empty(), "told twice");
    let figures = figures(&county, "2022-07-01", "2022-07-31");
    assert_eq!(figures["overturned"], (1, 1));
    // Within 边缘: recognised from the month after, by those who ask for families beside the benefit.
    for (on, expected) in [("2022-07-31", 0), ("2022-08-01", 1)] {
        assert_eq!(rows(&ask(&county, "benefit.recognised", on, page(0, 10, None)), "recognised"), expected, "{on}");
    }
}

/// The figures of a period by code.
fn figures(county: &County, begins: &str, ends: &str) -> std::collections::BTreeMap<String, (i64, i64)> {
    indicators(county, begins, ends).into_iter().map(|figure| (figure.code, (figure.part, figure.whole))).collect()
}

fn indicators(county: &County, begins: &str, ends: &str) -> Vec<Indicator> {
    county.world.run(|context| Dibao::indicators(context, day(begins), day(ends))).expect("figures")
}

/// How many rows the page behind a figure or duty lists, page after page.
fn listed(county: &County, address: &str) -> i64 {
    let (name, query) = address.split_once('?').unwrap_or((address, ""));
    let mut count = 0;
    for start in (0..).step_by(50) {
        let mut request = PageRequest::new(name).with("start", start);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').expect("key=value");
            request = request.with(key, value);
        }
        let page = county.world.run(|context| Dibao::view(context, request)).expect("the page");
        let own = page.blocks.iter().find_map(|block| match block {
            Shown::Table { rows, .. } => Some(rows.len()),
            _ => None,
        });
        let own = own.unwrap_or(0);
        count += own as i64;
        if own < 50 {
            break;
        }
    }
    count
}

#[test]
fn every_figure_equals_the_list_behind_it() {
    let mut county = County::covered();
    // One year later the recheck was due; nobody went.
    let effects = county.tick("2022-10-10", "rechecks");
    assert_eq!(effects.documents().count(), 1, "class C, every three months");
    let due = county.world.latest("recheck").due.expect("a day");
    assert_eq!(due, day("2022-10-21"));
    county.as_user("2022-10-20", OFFICER);
    assert_eq!(figures(&county, "2022-10-01", "2022-10-31")["rechecked"], (0, 0), "it may still be done");
    county.as_user("2022-10-22", OFFICER);
    assert_eq!(figures(&county, "2022-10-01", "2022-10-31")["rechecked"], (0, 1));
    // Accepted 4 July: thirty working days end on 15 August; decided on 21 July.
    assert_eq!(figures(&county, "2022-08-01", "2022-08-31")["on-time"], (1, 1));
    assert_eq!(figures(&county, "2022-07-01", "2022-07-31")["on-time"], (0, 0), "it counts in the month of its limit");

    let known = Block::of(
        Table::new("population", 2)
            .ints("division", [340_223_102_001_i64, 340_223_102_200])
            .optional_ints("count", [Some(2_999_i64), Some(4_001)]),
    );
    county.world = county.world.clone().answer("population.hukou", "coordinators", known);
    assert_eq!(figures(&county, "2022-10-01", "2022-10-31")["coverage"], (3, 7_000));
    for (begins, ends) in [("2022-07-01", "2022-07-31"), ("2022-08-01", "2022-08-31"), ("2022-10-01", "2022-10-31")] {
        for figure in indicators(&county, begins, ends) {
            // One line covers the three.
            let expected = if figure.code == "coverage" { figure.part / 3 } else { figure.whole };
            assert_eq!(listed(&county, &figure.drill_down), expected, "{}", figure.drill_down);
        }
    }
}

#[test]
fn coverage_is_not_guessed_where_a_village_is_missing() {
    let mut county = County::covered();
    county.as_user("2022-08-02", OFFICER);
    assert!(!figures(&county, "2022-08-01", "2022-08-31").contains_key("coverage"), "nobody knows the population");
    let gap = Block::of(Table::new("population", 2).optional_ints("count", [Some(3_000_i64), None]));
    county.world = county.world.clone().answer("population.hukou", "coordinators", gap);
    assert!(!figures(&county, "2022-08-01", "2022-08-31").contains_key("coverage"), "one village is missing");
}

#[test]
fn a_death_is_counted_by_time_and_by_months_paid_after_it() {
    for (decided, last_paid, in_time, paid_after) in [
        ("2022-12-09", "2022-11-30", (1, 1), (0, 1)),
        ("2022-12-09", "2022-12-15", (1, 1), (1, 1)),
        ("2023-02-14", "2022-11-30", (1, 1), (0, 1)),
        ("2023-02-15", "2023-02-10", (0, 1), (1, 1)),
    ] {
        let mut county = County::covered();
        let died =
            Event::new("person.died").household(FAMILY).person(Id(2)).with_payload(&json!({ "date": "2022-11-14" }));
        told_of(&mut county, "2022-12-05", died);
        let values = json!({ "findings": "已火化", "last-paid": last_paid });
        county.press("2022-12-08", CASEWORKER, "change", "verify", values).expect("verified");
        county.press(decided, APPROVER, "change", "confirm", json!({})).expect("confirmed");
        let figures = figures(&county, decided, decided);
        assert_eq!(
            (figures["deaths-in-time"], figures["paid-after-death"]),
            (in_time, paid_after),
            "{decided} {last_paid}"
        );
    }
}

#[test]
fn near_relatives_are_a_share_of_those_newly_covered() {
    let county = County::covered();
    assert_eq!(figures(&county, "2022-07-01", "2022-07-31")["relatives"], (0, 1));
}

/// Of the 边缘 families, who could be covered alone and is.
#[test]
fn severely_disabled_members_of_edge_families_are_counted() {
    for (grade, expected) in [(json!(2), (0, 1)), (json!(3), (0, 0))] {
        let mut members = serde_json::to_value(three(2_700)).expect("a scenario")["members"].clone();
        members[1]["fields"]["person.disability-category"] = json!(4);
        members[1]["fields"]["person.disability-grade"] = grade;
        let mut county = County::new(&household(members));
        county.surveyed();
        county.application("2022-07-11", REVIEWER, "opine", json!({ "proposal": "refuse" }));
        county.application("2022-07-20", APPROVER, "refuse", json!({ "ground": "rule" }));
        county.as_user("2022-08-02", OFFICER);
        assert_eq!(figures(&county, "2022-08-01", "2022-08-31")["singles"], expected);
    }
}

fn duties(county: &County, begins: &str, ends: &str) -> Vec<(String, String, i64, i64, String)> {
    let answer = ask(county, "duty.due", begins, period(["begins", "ends"], begins, ends));
    let table = answer.table("duty").expect("the table");
    let (codes, pages) = (table.text_column("code").expect("codes"), table.text_column("page").expect("pages"));
    let ints = |name: &str| table.int_column(name).expect("numbers");
    (0..table.rows as usize)
        .map(|row| {
            let due = Date::from_days(ints("due").value(row) as i32);
            let text = |column: Option<&str>| column.unwrap_or_default().to_owned();
            (
                text(codes.get(row)),
                due.to_string(),
                ints("done").value(row),
                ints("of").value(row),
                text(pages.get(row)),
            )
        })
        .collect()
}

#[test]
fn duties_of_a_month_are_counted_by_day_and_lead_to_what_is_meant() {
    let mut county = County::new(&three(1_800));
    county.surveyed();
    county.as_user("2022-07-09", OFFICER);
    let due = duties(&county, "2022-08-01", "2022-08-31");
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].0.as_str(), due[0].1.as_str(), due[0].2, due[0].3), ("application", "2022-08-15", 0, 1));
    county.posted();
    county.application("2022-07-21", APPROVER, "confirm", json!({}));
    assert_eq!(duties(&county, "2022-08-01", "2022-08-31")[0].2, 1, "decided before its day");

    // Due in October, and not opened yet: the calendar knows it from the decision.
    let october = duties(&county, "2022-10-01", "2022-10-31");
    assert_eq!((october[0].0.as_str(), october[0].1.as_str()), ("recheck-half-yearly", "2022-10-21"));
    county.tick("2022-10-10", "rechecks");
    assert_eq!(duties(&county, "2022-10-01", "2022-10-31").len(), 1, "opened, it is still one");
    county.press("2022-10-12", CASEWORKER, "recheck", "check", visit(13)).expect("checked");
    assert_eq!(duties(&county, "2022-10-01", "2022-10-31")[0].2, 1);

    for period in [("2022-08-01", "2022-08-31"), ("2022-10-01", "2022-10-31")] {
        for (code, due, _, of, page) in duties(&county, period.0, period.1) {
            assert_eq!(listed(&county, &page), of, "{code} {due}");
        }
    }
}

#[test]
fn july_asks_for_the_new_standard_and_for_everyone_on_it() {
    let mut county = County::covered();
    let july = |county: &County| {
        let found = duties(county, "2023-07-01", "2023-07-31").into_iter().find(|duty| duty.0 == "standard");
        let (_, due, done, of, page) = found.expect("the duty of July");
        assert_eq!(due, "2023-07-31");
        (done, of, page)
    };
    county.as_user("2023-06-20", OFFICER);
    assert_eq!(july(&county), (0, 1, "setup".to_owned()));
    county.world = county.world.clone().parameter("standard", "2023-07-01", 75_000);
    assert_eq!(july(&county), (0, 1, "uprating?year=2023".to_owned()));
    county.tick("2023-07-01", "july");
    assert_eq!(july(&county), (1, 1, "uprating?year=2023".to_owned()));
    assert_eq!(listed(&county, "uprating?year=2023"), 1);
    assert!(duties(&county, "2023-08-01", "2023-08-31").iter().all(|duty| duty.0 != "standard"));
}

#[test]
fn a_coordinator_handles_no_case_of_his_kin() {
    let mut county = County::new(&three(1_800));
    let declared = |block: &Block| {
        let case = block.table("case").expect("the question");
        let user = case.int_column("user").expect("users").value(0);
        Block::of(Table::new("recusal", 1).ints("conflict", [i64::from(user == 31)]))
    };
    county.world =
        county.world.clone().answer_with("recusal.declared", "coordinators", move |_, block| declared(block));
    let own = (31, "village-coordinator");
    let refusal = county.refused("2022-07-01", own, "application", "apply", complete());
    assert!(refusal.message.contains("回避"), "{refusal}");
    county.application("2022-07-01", (32, "village-coordinator"), "apply", complete());
    let refusal = county.refused("2022-07-01", own, "application", "submit", json!({}));
    assert!(refusal.message.contains("回避"), "{refusal}");
    county.application("2022-07-01", CASEWORKER, "submit", json!({}));
}
