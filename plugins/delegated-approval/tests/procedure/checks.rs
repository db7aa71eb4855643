//! Checks by people who had no part in the case, what follows from them, and when a town's order is put before a person.

use crate::county::*;
use crate::draws::{drawn, july};
use delegated_approval::check::Check;
use delegated_approval::rules::sample::Reason;
use doudi_sdk::prelude::*;
use serde_json::json;

fn record(way: &str, on: &str) -> serde_json::Value {
    json!({ "way": way, "on": on, "second": SECOND.0.to_string(), "found": "与档案一致" })
}

pub fn on_check(
    county: &mut County,
    case: i64,
    date: &str,
    who: Who,
    id: &str,
    values: serde_json::Value,
) -> Result<Effects> {
    let document = county.check_of(case).0;
    county.press_on(date, who, "check", Some(document), id, values)
}

/// A drawn decision of an outcome.
pub fn one(county: &County, outcome: &str) -> i64 {
    county.checks().iter().find(|(_, check)| check.outcome == outcome).expect("a check").1.case.0
}

pub fn conclude(conclusion: &str, findings: &[&str], error: Option<&str>) -> serde_json::Value {
    let mut values = json!({ "conclusion": conclusion, "findings": findings, "opinion": "核查意见" });
    if conclusion != "true" {
        values["order"] = json!("限期整改");
    }
    if let Some(error) = error {
        values["error"] = json!(error);
    }
    values
}

/// Assigned to 21 and looked at, at the home.
pub fn looked_at(county: &mut County, case: i64) {
    let officer = json!({ "officer": OFFICER.0.to_string() });
    on_check(county, case, "2022-08-03", APPROVER, "assign", officer).expect("assigned");
    on_check(county, case, "2022-08-10", OFFICER, "record", record("home", "2022-08-09")).expect("a record");
}

#[test]
fn whoever_surveyed_or_decided_does_not_check() {
    let mut county = july();
    county.ruled.iter_mut().for_each(|ruled| (ruled.surveyor, ruled.decider) = (SECOND.0, OFFICER.0));
    county.tick("2022-07-01", "spot-check");
    county.tick("2022-08-01", "spot-check");
    let case = one(&county, "granted");
    for handler in [OFFICER, SECOND] {
        let officer = json!({ "officer": handler.0.to_string() });
        let refusal = on_check(&mut county, case, "2022-08-02", APPROVER, "assign", officer).expect_err("a handler");
        assert!(refusal.message.contains("不能核查本件"), "{refusal}");
    }
    let other: Who = (29, "county-officer");
    on_check(&mut county, case, "2022-08-02", APPROVER, "assign", json!({ "officer": "29" })).expect("assigned");
    let refusal =
        on_check(&mut county, case, "2022-08-03", (30, "county-officer"), "record", record("paper", "2022-08-03"));
    assert!(refusal.expect_err("another's").message.contains("分派给其他人员"));
    let with = on_check(&mut county, case, "2022-08-03", other, "record", record("home", "2022-08-03"));
    assert!(with.expect_err("the surveyor comes along").message.contains("同行人员"));
    let mut alone = record("home", "2022-08-03");
    alone["second"] = json!(other.0.to_string());
    let alone = on_check(&mut county, case, "2022-08-03", other, "record", alone).expect_err("alone");
    assert!(alone.message.contains("两人以上"), "{alone}");
    let mut early = record("paper", "2022-07-31");
    early["second"] = json!(null);
    let early = on_check(&mut county, case, "2022-08-03", other, "record", early).expect_err("before the draw");
    assert!(early.message.contains("早于抽查日期"), "{early}");
    let manifest = manifest();
    let workflow = &manifest.collection("check").expect("checks").workflow;
    for (action, of) in [("uphold", "conclude"), ("uphold", "record"), ("accept", "reply")] {
        let action = workflow.action(action).expect("the action");
        assert!(action.not_by_actor_of.iter().any(|other| other == of), "{} {of}", action.id);
    }
}

#[test]
fn a_check_that_finds_nothing_is_settled() {
    let mut county = drawn();
    let case = one(&county, "granted");
    on_check(&mut county, case, "2022-08-03", APPROVER, "assign", json!({ "officer": "21" })).expect("assigned");
    let early = on_check(&mut county, case, "2022-08-03", OFFICER, "conclude", conclude("true", &[], None));
    assert!(early.expect_err("nothing was looked at").to_string().contains("还没有登记核查情况"));
    on_check(&mut county, case, "2022-08-04", OFFICER, "record", record("phone", "2022-08-04")).expect("a call");
    let found = on_check(&mut county, case, "2022-08-04", OFFICER, "conclude", conclude("true", &["late"], None));
    found.expect_err("true, with a finding");
    let effects =
        on_check(&mut county, case, "2022-08-04", OFFICER, "conclude", conclude("true", &[], None)).expect("settled");
    assert_eq!(effects.events().count(), 0);
    assert_eq!(county.check_of(case).0.state, "settled");
}

#[test]
fn a_conclusion_must_agree_with_what_was_found() {
    let mut county = drawn();
    let (granted, refused) = (one(&county, "granted"), one(&county, "refused"));
    for case in [granted, refused] {
        looked_at(&mut county, case);
    }
    for (case, values, field) in [
        (granted, conclude("procedure", &[], None), "findings"),
        (granted, conclude("procedure", &["income"], None), "conclusion"),
        (granted, conclude("substance", &["late"], Some("wrong-cover")), "findings"),
        (granted, conclude("substance", &["income"], None), "error"),
        (granted, conclude("substance", &["income"], Some("missed")), "error"),
        (refused, conclude("substance", &["income"], Some("wrong-cover")), "error"),
        (granted, conclude("procedure", &["unheard-of"], None), "findings"),
    ] {
        let words = values.to_string();
        let refusal = on_check(&mut county, case, "2022-08-11", OFFICER, "conclude", values).expect_err(&words);
        assert!(refusal.problems.iter().any(|problem| problem.field == field), "{words}: {refusal}");
    }
}

/// 57号 第二十条: near relatives and objections bring the county to the door; so does an error of substance.
#[test]
fn some_checks_need_a_visit() {
    let mut county = july();
    county.ruled.iter_mut().for_each(|ruled| ruled.relative = true);
    county.tick("2022-07-01", "spot-check");
    county.tick("2022-08-01", "spot-check");
    let relative = county.checks().into_iter().find(|(_, check)| check.sample == "relative").expect("on top").1.case.0;
    on_check(&mut county, relative, "2022-08-03", APPROVER, "assign", json!({ "officer": "21" })).expect("assigned");
    on_check(&mut county, relative, "2022-08-04", OFFICER, "record", record("paper", "2022-08-04")).expect("a record");
    let refusal = on_check(&mut county, relative, "2022-08-04", OFFICER, "conclude", conclude("true", &[], None));
    assert!(refusal.expect_err("on paper").to_string().contains("应当入户核查"));
    on_check(&mut county, relative, "2022-08-05", OFFICER, "record", record("home", "2022-08-05")).expect("a visit");
    on_check(&mut county, relative, "2022-08-05", OFFICER, "conclude", conclude("true", &[], None)).expect("settled");
}

#[test]
fn a_wrong_refusal_is_confirmed_told_mended_and_followed_up() {
    let mut county = drawn();
    let case = one(&county, "refused");
    looked_at(&mut county, case);
    let missed = conclude("substance", &["income"], Some("missed"));
    let effects = on_check(&mut county, case, "2022-08-11", OFFICER, "conclude", missed).expect("concluded");
    assert_eq!(effects.events().count(), 0, "nobody is told before a second person agrees");
    assert_eq!(county.check_of(case).0.state, "confirming");
    let own = on_check(&mut county, case, "2022-08-12", (OFFICER.0, "county-approver"), "uphold", json!({}));
    assert!(own.expect_err("the same person").message.contains("不能认定"));
    let effects = on_check(&mut county, case, "2022-08-12", APPROVER, "uphold", json!({})).expect("upheld");
    let event = effects.events().next().expect("the measures are told");
    assert_eq!(event.topic, "delegated-approval.reversed");
    assert!(event.household.is_some() && event.document == Some(county.check_of(case).0.id));
    assert_eq!(
        event.payload,
        json!({ "scheme": "relief", "decision": (case + 10_000).to_string(), "case": case.to_string(), "finding": "missed" })
    );
    let (document, check) = county.check_of(case);
    assert_eq!(
        (document.state.as_str(), check.mend_by),
        ("rectifying", Some(day("2022-09-01"))),
        "fifteen working days"
    );
    assert_eq!(document.due, check.mend_by);
    on_check(&mut county, case, "2022-08-20", REVIEWER, "reply", json!({ "text": "已重新受理" })).expect("replied");
    let back = json!({ "reason": "没有入户" });
    on_check(&mut county, case, "2022-08-22", SECOND, "send-back", back).expect("sent back");
    on_check(&mut county, case, "2022-08-25", REVIEWER, "reply", json!({ "text": "已入户" })).expect("replied");
    on_check(&mut county, case, "2022-08-26", SECOND, "accept", json!({ "note": "到位" })).expect("accepted");
    let (document, _) = county.check_of(case);
    assert_eq!((document.state.as_str(), document.due), ("following", Some(day("2022-11-26"))));
    let again = json!({ "text": "问题又出现", "again": true });
    on_check(&mut county, case, "2022-11-25", OFFICER, "follow", again).expect("came back");
    assert_eq!(county.check_of(case).0.state, "rectifying");
    on_check(&mut county, case, "2022-11-28", REVIEWER, "reply", json!({ "text": "再次整改" })).expect("replied");
    on_check(&mut county, case, "2022-11-29", SECOND, "accept", json!({ "note": "到位" })).expect("accepted");
    on_check(&mut county, case, "2023-02-27", OFFICER, "follow", json!({ "text": "没有反弹" })).expect("followed up");
    assert_eq!(county.check_of(case).0.state, "settled");
    let panel = county.page(PageRequest::new("check").of_document(county.check_of(case).0));
    assert!(panel.contains("漏保") && panel.contains("收入核算错误"), "{panel}");
}

#[test]
fn an_error_that_is_not_confirmed_is_looked_at_again() {
    let mut county = drawn();
    let case = one(&county, "granted");
    looked_at(&mut county, case);
    let wrong = conclude("substance", &["income"], Some("wrong-cover"));
    on_check(&mut county, case, "2022-08-11", OFFICER, "conclude", wrong).expect("concluded");
    on_check(&mut county, case, "2022-08-12", APPROVER, "reject", json!({ "reason": "证据不足" })).expect("rejected");
    let (document, check) = county.check_of(case);
    assert_eq!((document.state.as_str(), check.concluded, check.conclusion.as_str()), ("checking", None, ""));
}

#[test]
fn a_procedural_problem_goes_to_the_town_and_needs_no_event() {
    let mut county = drawn();
    let case = one(&county, "granted");
    looked_at(&mut county, case);
    let mut values = conclude("procedure", &["late", "posting-short"], None);
    values["mend-by"] = json!("2022-08-31");
    let effects = on_check(&mut county, case, "2022-08-11", OFFICER, "conclude", values).expect("concluded");
    assert_eq!(effects.events().count(), 0);
    assert_eq!(county.check_of(case).0.due, Some(day("2022-08-31")));
    on_check(&mut county, case, "2022-08-20", CASEWORKER, "reply", json!({ "text": "已补" })).expect("replied");
    on_check(&mut county, case, "2022-08-22", SECOND, "accept", json!({ "note": "到位" })).expect("accepted");
    assert_eq!(county.check_of(case).0.state, "settled");
}

#[test]
fn a_complaint_adds_a_check_on_top() {
    let mut county = drawn();
    let (document, draw) = county.draw("2022-07");
    let free = draw.list.iter().find(|entry| entry.sample.is_empty()).expect("somebody not drawn").clone();
    let values = json!({ "household": free.household.0.to_string(), "reason": "投诉举报" });
    county.press_on("2022-08-05", OFFICER, "draw", Some(document), "add-case", values.clone()).expect("added");
    let (_, check) = county.check_of(free.case.0);
    assert_eq!((check.sample.as_str(), check.why.as_str()), ("added", "投诉举报"));
    let (document, draw) = county.draw("2022-07");
    assert_eq!(draw.sampled(Reason::Random), 8);
    let twice = county.press_on("2022-08-05", OFFICER, "draw", Some(document.clone()), "add-case", values);
    assert!(twice.expect_err("twice").message.contains("已经在抽查之中"));
    let nobody = json!({ "household": "80", "reason": "投诉举报" });
    let nobody = county.press_on("2022-08-05", OFFICER, "draw", Some(document), "add-case", nobody);
    assert!(nobody.expect_err("nobody's").message.contains("没有由镇街审核确认的决定"));
}

#[test]
fn a_draw_is_reported_on_when_every_check_is_concluded() {
    let mut county = drawn();
    let (document, _) = county.draw("2022-07");
    let number = json!({ "number": "南民通报〔2022〕8号" });
    let open = county.press_on("2022-08-20", APPROVER, "draw", Some(document.clone()), "report", number.clone());
    assert!(open.expect_err("open checks").message.contains("还有 8 件抽查没有结论"));
    for (_, check) in county.checks() {
        looked_at(&mut county, check.case.0);
        on_check(&mut county, check.case.0, "2022-08-11", OFFICER, "conclude", conclude("true", &[], None))
            .expect("true");
    }
    county.press_on("2022-08-20", APPROVER, "draw", Some(document), "report", number).expect("reported");
    assert_eq!(county.draw("2022-07").0.state, "reported");
}

/// The minutes and the decisions are compared: what does not agree stands on the check as a clue, and decides nothing.
#[test]
fn checks_carry_the_clues_of_the_files() {
    let county = drawn();
    for (_, check) in county.checks() {
        assert_eq!(check.clues, ["no-meeting"]);
        assert!(check.conclusion.is_empty(), "a clue is no conclusion");
    }
}

// ---- Suspension ----------------------------------------------------------------------------------------------------------------------

/// Every check of July concluded; `wrong` of them as errors of substance.
pub fn concluded(wrong: usize) -> County {
    let mut county = drawn();
    let mine: Vec<Check> =
        county.checks().into_iter().map(|(_, check)| check).filter(|check| check.town == XU).collect();
    for (at, check) in mine.iter().enumerate() {
        let case = check.case.0;
        looked_at(&mut county, case);
        if at < wrong {
            let error = if check.outcome == "refused" { "missed" } else { "wrong-cover" };
            let values = conclude("substance", &["income"], Some(error));
            on_check(&mut county, case, "2022-08-11", OFFICER, "conclude", values).expect("concluded");
            on_check(&mut county, case, "2022-08-12", APPROVER, "uphold", json!({})).expect("upheld");
        } else {
            on_check(&mut county, case, "2022-08-11", OFFICER, "conclude", conclude("true", &[], None)).expect("true");
        }
    }
    county.world = county.world.clone().parameter("suspend-least", "2022-01-01", 5);
    county
}

#[test]
fn suspension_is_proposed_to_a_person_and_never_automatic() {
    let mut county = concluded(2);
    county.tick("2022-08-15", "error-rates");
    assert_eq!(county.state("proposal"), "open");
    assert_eq!(county.authority(1, "relief", "2022-08-20"), "town", "nothing is suspended by itself");
    county.tick("2022-08-22", "error-rates");
    let proposals = county.world.documents().filter(|document| document.collection == "proposal").count();
    assert_eq!(proposals, 1, "once is enough");
    let values = json!({ "on": "2022-08-25", "reason": "错误率过高" });
    county.press("2022-08-23", APPROVER, "proposal", "suspend", values).expect("suspended");
    for (household, on, level) in [(1, "2022-08-24", "town"), (1, "2022-08-25", "county"), (41, "2022-08-25", "town")] {
        assert_eq!(county.authority(household, "relief", on), level, "{household} {on}");
    }
    county.as_user("2022-08-23", APPROVER);
    assert!(county.page(PageRequest::new("proposal").of_document(county.world.latest("proposal"))).contains("2857"));
}

#[test]
fn a_person_may_keep_the_order_and_few_errors_propose_nothing() {
    let mut county = concluded(2);
    county.tick("2022-08-15", "error-rates");
    county.press("2022-08-16", APPROVER, "proposal", "keep", json!({ "reason": "已经整改" })).expect("kept");
    county.tick("2022-08-22", "error-rates");
    assert_eq!(county.world.documents().filter(|document| document.collection == "proposal").count(), 1);
    assert_eq!(county.authority(1, "relief", "2022-08-25"), "town");
    let mut county = concluded(0);
    county.tick("2022-08-15", "error-rates");
    assert_eq!(county.world.documents().filter(|document| document.collection == "proposal").count(), 0);
}
