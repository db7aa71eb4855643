//! From the visit to the end: nobody judges what nobody visited, a visit that cannot have been is refused, and each of the four ways is
//! gone to its end. The kernel's own checks (office, state, deadlines) are tested with the kernel.

mod county;

use county::cases::{alert_of, disabled, press, proven, state, visited};
use county::{APPROVER, CASEWORKER, County, OFFICER, REVIEWER, VILLAGE, day, person};
use doudi_sdk::prelude::*;
use monitoring::referral::Referral;
use monitoring::rules::event::Event as Statement;
use monitoring::rules::matrix::RuleId;
use serde_json::json;

// ---- Visits --------------------------------------------------------------------------------------------------------------

/// Goes wrong: "alerts closed without a visit".
#[test]
fn nothing_is_judged_or_closed_without_a_visit() {
    let mut county = disabled();
    county.settle();
    for (id, values) in [
        ("judge", json!({ "truth": "true", "finding": "电话核实" })),
        ("dispose", json!({ "disposition": "end", "measure": "停发" })),
        ("close", json!({ "reply": "已核实" })),
    ] {
        let refusal = press(&mut county, "2022-05-24", CASEWORKER, id, values).unwrap_err();
        assert!(refusal.message.contains("入户"), "{id}: {refusal}");
    }
    assert_eq!(state(&county), "dispatched");
}

/// Goes wrong: "check GPS and time".
#[test]
fn a_visit_that_cannot_have_been_is_refused() {
    let mut county = disabled();
    county.settle();
    let (first, second) = (alert_of(&county, 2).0, alert_of(&county, 3).0);
    visited(&mut county, "2022-05-23", &first, "2022-05-23T09:30", 1, "aa").expect("the first home");
    let mut refused = |at: &str, digest: &str| {
        let refusal = visited(&mut county, "2022-05-24", &second, at, 2, digest).expect_err(at);
        refusal.problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>()
    };
    assert_eq!(refused("2022-05-23T09:31", "bb"), ["at"], "two homes in two minutes");
    assert_eq!(refused("2022-05-24T10:00", "aa"), ["photos"], "the other home's photo");
    assert_eq!(refused("2022-05-19T10:00", "bb"), ["at"], "before the alert");
    assert_eq!(refused("2022-05-25T10:00", "bb"), ["at"], "tomorrow");
    visited(&mut county, "2022-05-24", &second, "2022-05-23T10:10", 2, "bb").expect("forty minutes later");
}

#[test]
fn a_visit_of_discovery_counts_when_it_left_traces() {
    let told = |on: &str, position: bool, photos: u32| {
        Event::new("discovery.visited")
            .household(Id(2))
            .document(Id(900))
            .with_payload(&json!({ "on": on, "hardship": ["medical"], "position": position, "photos": photos }))
    };
    let mut county = disabled();
    county.settle();
    for (on, position, photos) in [("2022-05-24", false, 2), ("2022-05-24", true, 0), ("2022-05-19", true, 2)] {
        county.react(told(on, position, photos));
        assert_eq!(state(&county), "dispatched", "{on} {position} {photos}");
    }
    county.react(told("2022-05-24", true, 2));
    assert_eq!(state(&county), "visited");
    let elsewhere = told("2022-05-25", true, 2).household(Id(3)).with_payload(
        &json!({ "on": "2022-05-25", "position": true, "photos": 1, "alert": alert_of(&county, 2).0.id }),
    );
    county.react(elsewhere);
    assert_eq!(alert_of(&county, 3).0.state, "dispatched", "it was for another alert");
}

/// Goes wrong: "health data shown to people who only need 'risk: medical'".
#[test]
fn a_village_sees_the_risk_and_no_figure() {
    let mut county = County::new(1);
    county.tick("2022-05-20", "sources");
    county.item(
        2,
        1,
        json!({ "field": "spending.medical", "value": 4_000_000, "from": "2022-04-02", "to": "2022-04-02" }),
    );
    county.tick("2022-05-01", "watch");
    let (document, alert) = alert_of(&county, 2);
    assert_eq!((alert.rule, alert.clues[0].amount), (RuleId::MedicalBurden, Some(Fen(4_000_000))));
    let shown = |county: &mut County, who| {
        county.on("2022-05-23", who);
        let request = PageRequest::new("alert").of_document(document.clone());
        let lists = [PageRequest::new("alerts"), PageRequest::new("chain").of_household(Id(2))];
        let panel = county.page(request).to_json();
        lists.into_iter().fold(panel, |all, request| all + &county.page(request).to_json())
    };
    let village = shown(&mut county, VILLAGE);
    assert!(village.contains("医疗支出风险"), "{village}");
    for hidden in ["4000000", "自付医疗费过高", "比较线", "报销"] {
        assert!(!village.contains(hidden), "{hidden}");
    }
    let town = shown(&mut county, CASEWORKER);
    assert!(town.contains("4000000") && town.contains("一年自付医疗费过高"));
    assert!(!document.title.contains("费"), "titles stand on everybody's worklist");
}

// ---- The four ways ---------------------------------------------------------------------------------------------------------

#[test]
fn way_one_asks_the_department_and_waits_for_its_answer() {
    let mut county = proven();
    let values = json!({ "disposition": "deliver", "measure": "协调落实残疾人两项补贴", "department": "disabled-federation", "need": "重度残疾人护理补贴" });
    press(&mut county, "2022-05-25", REVIEWER, "dispose", values).expect("disposed");
    let referral = county.world.latest("referral");
    let body: Referral = referral.body().unwrap();
    assert_eq!((state(&county), referral.state.as_str(), body.name.as_str()), ("handling".to_owned(), "sent", "残联"));
    assert_eq!(body.due, Some(day("2022-06-09")), "ten working days from 25 May, 3 June off");
    assert_eq!((referral.household, referral.person), (Some(Id(2)), Some(person(2, 1))));
    county.act("2022-06-10", OFFICER, "referral", "remind", json!({})).expect("reminded");
    let early = json!({ "replied": "2022-05-24", "reply": "已发放" });
    assert!(county.act("2022-06-13", OFFICER, "referral", "answer", early).is_err(), "before it was asked");
    let answer = json!({ "replied": "2022-06-13", "reply": "已自6月起发放护理补贴" });
    county.act("2022-06-13", OFFICER, "referral", "answer", answer).expect("answered");
    county.act("2022-06-14", OFFICER, "referral", "accept", json!({ "delivered": "yes" })).expect("accepted");
    assert_eq!((state(&county), alert_of(&county, 2).1.aided), ("feedback".to_owned(), Some(day("2022-06-14"))));
    press(&mut county, "2022-06-15", OFFICER, "close", json!({ "reply": "已落实护理补贴" })).expect("closed");
    assert_eq!(state(&county), "closed");
}

#[test]
fn way_two_tells_who_may_help_and_ends_with_the_case() {
    let mut county = proven();
    let values = json!({ "disposition": "apply", "measure": "协助申请单人户低保", "scheme": "dibao" });
    press(&mut county, "2022-05-25", REVIEWER, "dispose", values).expect("disposed");
    let told = county.settle();
    let eligible = told.iter().find(|event| event.topic == "monitoring.eligible").expect("told");
    assert_eq!(eligible.payload, json!({ "rule": "new-disability", "scheme": "dibao" }));
    assert_eq!((eligible.household, eligible.person), (Some(Id(2)), Some(person(2, 1))));
    county.tick("2022-05-26", "follow");
    assert_eq!(state(&county), "handling", "nobody answers: nothing has come to an end");
    county.cases("dibao", &[(500, 2, "2022-05-26", None), (501, 3, "2022-05-01", Some(("2022-05-30", "granted")))]);
    county.tick("2022-06-01", "follow");
    assert_eq!(state(&county), "handling", "the case is open");
    county.change(|world| world.forget_answers("benefit.cases"));
    county.cases("dibao", &[(500, 2, "2022-05-26", Some(("2022-06-20", "granted")))]);
    county.tick("2022-06-21", "follow");
    assert_eq!((state(&county), alert_of(&county, 2).1.aided), ("feedback".to_owned(), Some(day("2022-06-20"))));
}

#[test]
fn way_two_refused_ends_without_aid() {
    let mut county = proven();
    let values = json!({ "disposition": "apply", "measure": "协助申请低保", "scheme": "dibao" });
    press(&mut county, "2022-05-25", REVIEWER, "dispose", values).expect("disposed");
    county.cases("dibao", &[(500, 2, "2022-05-26", Some(("2022-06-20", "refused")))]);
    county.tick("2022-06-21", "follow");
    assert_eq!((state(&county), alert_of(&county, 2).1.aided), ("feedback".to_owned(), None));
}

#[test]
fn way_three_goes_to_the_countys_council() {
    let mut county = proven();
    press(
        &mut county,
        "2022-05-25",
        REVIEWER,
        "dispose",
        json!({ "disposition": "council", "measure": "提请一事一议" }),
    )
    .unwrap();
    assert_eq!(state(&county), "council");
    let minutes = json!({ "held": "2022-06-10", "number": "〔2022〕3号", "decision": "给予一次性救助", "disposition": "apply", "scheme": "temporary-aid" });
    press(&mut county, "2022-06-12", APPROVER, "decide", minutes).expect("decided");
    let (document, alert) = alert_of(&county, 2);
    assert_eq!(document.state, "handling");
    assert!(alert.measure.contains("〔2022〕3号"));
    let ended = json!({ "held": "2022-06-10", "number": "〔2022〕4号", "decision": "不再处理" });
    let mut other = proven();
    press(
        &mut other,
        "2022-05-25",
        REVIEWER,
        "dispose",
        json!({ "disposition": "council", "measure": "提请一事一议" }),
    )
    .unwrap();
    press(&mut other, "2022-06-12", APPROVER, "decide", ended).expect("decided");
    assert_eq!(state(&other), "feedback");
}

#[test]
fn way_four_is_told_and_ends_when_nothing_is_paid_any_more() {
    let mut county = proven();
    county.pays("dibao", &[(2, None, 3, "2022-01-01")]);
    press(&mut county, "2022-05-25", REVIEWER, "dispose", json!({ "disposition": "end", "measure": "核实后停发" }))
        .unwrap();
    let told = county.settle();
    let ended = told.iter().find(|event| event.topic == "monitoring.ended").expect("told");
    assert_eq!(ended.payload, json!({ "rule": "new-disability", "on": "2022-05-25" }));
    county.tick("2022-06-01", "follow");
    assert_eq!(state(&county), "handling", "still paid under the old decision");
    county.change(|world| world.forget_answers("benefit.recipients"));
    county.pays("dibao", &[(2, None, 2, "2022-06-01")]);
    county.tick("2022-06-02", "follow");
    assert_eq!(state(&county), "feedback", "decided anew since");
}

#[test]
fn a_returned_alert_needs_another_visit() {
    let mut county = proven();
    press(&mut county, "2022-05-25", OFFICER, "return", json!({ "reason": "照片看不清" })).expect("returned");
    let (document, alert) = alert_of(&county, 2);
    assert_eq!((document.state.as_str(), alert.visit, alert.truth), ("dispatched", None, None));
    assert_eq!(document.due, Some(day("2022-06-06")), "a return begins no new term");
}

#[test]
fn a_void_batch_takes_its_unvisited_alerts_with_it() {
    let mut county = disabled();
    county.settle();
    let (first, _) = alert_of(&county, 2);
    visited(&mut county, "2022-05-23", &first, "2022-05-23T09:30", 1, "aa").expect("a visit");
    county.act("2022-05-24", APPROVER, "batch", "void", json!({ "reason": "列错位" })).expect("void");
    county.settle();
    assert_eq!((state(&county), alert_of(&county, 3).0.state), ("visited".to_owned(), "withdrawn".to_owned()));
    let again = county.batch("2022-05-24", "残联", "2022-05", Statement::Disability.number(), 500);
    assert!(again.key.ends_with("-v1"), "{}", again.key);
}

#[test]
fn a_batch_is_closed_when_its_alerts_are() {
    let mut county = disabled();
    county.settle();
    let refusal = county.act("2022-05-24", OFFICER, "batch", "close", json!({})).unwrap_err();
    assert!(refusal.message.contains("2 条"), "{refusal}");
}
