//! A department's file in a made-up county: it becomes a comparison, facts and alerts, or is refused and noted; what a person settled is
//! not raised again.

mod county;

use county::cases::{alert_of, disabled, press, topics, visited};
use county::{CASEWORKER, County, OFFICER, Row, day, person, row};
use doudi_sdk::prelude::*;
use monitoring::batch::Batch;
use monitoring::rules::event::Event as Statement;
use monitoring::rules::matrix::RuleId;
use serde_json::json;

#[test]
fn a_file_becomes_alerts_facts_and_a_comparison() {
    let mut county = disabled();
    let told = county.settle();
    assert_eq!(county.raised(), [("new-disability".to_owned(), 2_001), ("new-disability".to_owned(), 3_001)]);
    assert_eq!(topics(&told), ["monitoring.raised"; 2], "sent down to the towns");
    assert_eq!(
        told[0].payload,
        json!({ "rule": "new-disability", "level": "yellow", "due": "2022-06-06", "disposition": "apply" })
    );
    assert!(told[0].document.is_some() && told[0].household == Some(Id(2)) && told[0].person == Some(person(2, 1)));
    assert_eq!(county.facts, 4, "category and grade of two people, stated by the federation");
    let batch = county.world.latest("batch");
    let body: Batch = batch.body().unwrap();
    let counts = body.counts();
    assert_eq!((batch.state.as_str(), counts.loaded, counts.unmatched, counts.positives), ("loaded", 5, 1, 2));
    assert!(body.compares(&batch.state) && !body.only_positives());
    assert_eq!((body.rows, body.failed, body.digest.as_str()), (5, 0, "d-may"));
    // Yellow: ten working days after 20 May; 3 June was the Dragon Boat holiday.
    let (document, alert) = alert_of(&county, 2);
    assert_eq!((document.state.as_str(), document.due, alert.due), ("dispatched", Some(day("2022-06-06")), alert.due));
    assert_eq!(document.title, "黄色预警：残疾状况变化", "the title tells the risk and no more");
}

#[test]
fn red_is_due_in_three_working_days() {
    let mut county = County::new(1);
    county.tick("2022-05-20", "sources");
    county.pays("dibao", &[(2, None, 3, "2022-01-01")]);
    let batch = county.batch("2022-05-20", "公安", "2022-05", Statement::Death.number(), 3);
    county.upload("2022-05-20", batch.id, "p-may", &[row(person(2, 2), Statement::Death)], 1_000);
    let (document, alert) = alert_of(&county, 2);
    assert_eq!((alert.rule, document.due), (RuleId::PaidAfterDeath, Some(day("2022-05-25"))));
}

/// Goes wrong: "stale files counted as this month's".
#[test]
fn last_months_file_is_refused_row_by_row_and_noted() {
    let mut county = disabled();
    county.settle();
    let june = county.batch("2022-06-10", "残联", "2022-06", Statement::Disability.number(), 500);
    let rows = [Row { grade: Some(1), ..row(person(4, 1), Statement::Disability) }];
    assert_eq!(county.upload("2022-06-10", june.id, "d-may", &rows, 1_000), 1);
    let batch = county.world.latest("batch");
    let body: Batch = batch.body().unwrap();
    assert_eq!((batch.state.as_str(), body.same_as, body.counts().loaded), ("stale", Some(day("2022-05-01")), 0));
    assert!(!body.compares(&batch.state));
    assert_eq!(county.raised().len(), 2, "not a row of it was used");
    // The right file takes its place.
    county.upload("2022-06-12", june.id, "d-june", &rows, 1_000);
    let batch = county.world.latest("batch");
    assert_eq!((batch.state.as_str(), batch.body::<Batch>().unwrap().compares("loaded")), ("loaded", true));
    assert_eq!(county.raised().len(), 3);
}

#[test]
fn a_file_that_comes_after_its_month_does_not_count_and_is_still_looked_at() {
    let mut county = disabled();
    let late = county.batch("2022-06-02", "医保", "2022-05", Statement::Illness.number(), 10);
    county.upload("2022-06-02", late.id, "m-may", &[row(person(4, 1), Statement::Illness)], 1_000);
    let batch = county.world.latest("batch");
    let body: Batch = batch.body().unwrap();
    assert!(body.late && !body.compares(&batch.state));
    assert!(county.raised().contains(&("major-illness".to_owned(), 4_001)));
}

#[test]
fn a_month_that_has_not_begun_and_a_second_batch_are_refused() {
    let mut county = disabled();
    let receive = |county: &mut County, source: &str, period: &str| {
        let values = json!({ "source": source, "period": period, "event": "1" });
        let values = FormValues::parse(&values.to_string()).unwrap();
        county.press("2022-05-21", OFFICER, Action::new("batch", "receive").values(values))
    };
    let fields = |refusal: Refusal| refusal.problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>();
    assert_eq!(fields(receive(&mut county, "残联", "2022-06").unwrap_err()), ["period"]);
    assert_eq!(fields(receive(&mut county, "残联", "五月").unwrap_err()), ["period"]);
    assert_eq!(fields(receive(&mut county, "工商", "2022-05").unwrap_err()), ["source"]);
    assert_eq!(fields(receive(&mut county, "残联", "2022-05").unwrap_err()), ["period"], "there is one already");
    assert!(receive(&mut county, "hrss", "2022-05").is_ok(), "by its word, too");
}

/// Goes wrong: "departments sending only positives".
#[test]
fn only_positives_are_noted_on_the_batch_and_in_the_ledger() {
    let mut county = County::new(2);
    county.tick("2022-05-20", "sources");
    let batch = county.batch("2022-05-20", "医保", "2022-05", Statement::Illness.number(), 400);
    county.upload("2022-05-20", batch.id, "x", &[row(person(2, 1), Statement::Illness)], 1_000);
    county.on("2022-05-21", OFFICER);
    let panel = county.page(PageRequest::new("batch").of_document(county.world.latest("batch"))).to_json();
    assert!(panel.contains("只返回了命中的数据"), "{panel}");
    assert!(county.page(PageRequest::new("comparison")).to_json().contains("只返回命中的数据"));
}

/// Goes wrong: "15-digit IDs and lower-case x; a person with two IDs": the number is the kernel's; here a row has a person or none, and
/// one it cannot use says why without stopping the others.
#[test]
fn a_row_that_is_wrong_stops_no_other() {
    let mut county = County::new(2);
    county.tick("2022-05-20", "sources");
    let batch = county.batch("2022-05-20", "残联", "2022-05", Statement::Disability.number(), 3);
    let good = Row { grade: Some(1), ..row(person(2, 1), Statement::Disability) };
    let rows = [
        Row { grade: None, ..good.clone() },
        Row { on: Some("2022-05-21"), ..good.clone() },
        Row { person: None, ..good.clone() },
        good,
    ];
    county.on("2022-05-20", OFFICER);
    let taken = county.block(batch.id, "d", 0, true, 4, &rows).unwrap();
    let told: Vec<(u32, &str)> = taken.rejected.iter().map(|(row, problem)| (*row, problem.field.as_str())).collect();
    assert_eq!(told, [(0, "grade"), (1, "on")]);
    let counts = county.world.latest("batch").body::<Batch>().unwrap().counts();
    assert_eq!((counts.loaded, counts.rejected, counts.unmatched, counts.positives), (2, 2, 1, 2));
    assert_eq!(county.raised(), [("new-disability".to_owned(), 2_001)]);
}

#[test]
fn a_clue_of_next_month_joins_the_open_alert_and_a_settled_one_stays_settled() {
    let mut county = County::new(2);
    county.tick("2022-05-20", "sources");
    county.pays("dibao", &[(2, None, 3, "2022-01-01")]);
    let paid =
        |on: &'static str| Row { on: Some(on), amount: Some(230_000), ..row(person(2, 1), Statement::Contribution) };
    let send = |county: &mut County, date: &str, month: &str, on: &'static str| {
        let batch = county.batch(date, "人社", month, Statement::Contribution.number(), 10);
        county.upload(date, batch.id, month, &[paid(on)], 1_000);
        county.settle();
    };
    send(&mut county, "2022-05-20", "2022-05", "2022-05-01");
    send(&mut county, "2022-06-10", "2022-06", "2022-06-01");
    assert_eq!(county.raised(), [("salary-on-aid".to_owned(), 2_001)]);
    assert_eq!(alert_of(&county, 2).1.clues.len(), 2, "evidence of two months");
    // Visited, found to be the former employer's contribution, closed.
    let (alert, _) = alert_of(&county, 2);
    visited(&mut county, "2022-06-13", &alert, "2022-06-13T09:30", 1, "aa").expect("a visit");
    press(&mut county, "2022-06-14", CASEWORKER, "judge", json!({ "truth": "false", "finding": "原单位代缴" }))
        .unwrap();
    press(&mut county, "2022-06-15", OFFICER, "close", json!({ "reply": "原单位代缴，误报" })).unwrap();
    assert_eq!(county.facts, 0, "what proved false becomes no fact");
    send(&mut county, "2022-07-10", "2022-07", "2022-07-01");
    assert_eq!(county.raised().len(), 1, "a person's decision outranks the next file");
    // Six quiet months are over.
    send(&mut county, "2023-01-10", "2023-01", "2023-01-01");
    assert_eq!(county.raised().len(), 2);
}

#[test]
fn what_proved_true_becomes_a_fact_only_then() {
    let mut county = County::new(1);
    county.tick("2022-05-20", "sources");
    county.pays("dibao", &[(2, None, 3, "2022-01-01")]);
    let batch = county.batch("2022-05-20", "人社", "2022-05", Statement::Contribution.number(), 10);
    let row = Row { amount: Some(230_000), ..row(person(2, 1), Statement::Contribution) };
    county.upload("2022-05-20", batch.id, "x", &[row], 1_000);
    county.settle();
    assert_eq!(county.facts, 0);
    let (alert, _) = alert_of(&county, 2);
    visited(&mut county, "2022-05-23", &alert, "2022-05-23T09:30", 1, "aa").expect("a visit");
    let values = json!({ "truth": "true", "finding": "在服装厂上班", "amount": 190_000 });
    press(&mut county, "2022-05-24", CASEWORKER, "judge", values).unwrap();
    assert_eq!(county.facts, 1);
}
