//! Support that runs, in a made-up county: levels that change, deaths, ends that are posted, yearly reviews, the July uprating,
//! minors who grow up (43号 第二十条 to 第二十七条).

mod county;

use care_contracts::CareContracts;
use care_contracts::review::Review;
use county::*;
use doudi_sdk::prelude::*;
use serde_json::json;

/// The worked example: three items failed, then a stroke, five: full care from the month after the re-assessment.
#[test]
fn after_a_stroke_full_care_from_the_month_after() {
    let mut county = County::supported();
    let report = json!({ "member": "1", "cause": "change", "reported-on": "2022-09-20", "description": "中风" });
    county.create("2022-09-20", VILLAGE, ("assessment", "report"), report.clone());
    // Ten working days from the report, a make-up Sunday among them (第二十三条).
    assert_eq!(county.world.latest("assessment").due, Some(Date::of(2022, 10, 9)));
    let twice = county.refused("2022-09-21", VILLAGE, ("assessment", "report"), report);
    assert!(twice.message.contains("已有正在办理的评估"), "{twice}");
    let effects = county.press("2022-09-28", OFFICER, ("assessment", "assess"), items("2022-09-28", 5, true, None));
    assert_eq!(county.state("assessment"), "assessed");
    assert_eq!(decided(&effects), Vec::<String>::new(), "the assessor decides nothing");
    let own = county.refused("2022-09-29", (OFFICER.0, "county-approver"), ("assessment", "confirm"), json!({}));
    assert!(own.message.contains("评估人"), "{own}");
    let effects = county.press("2022-09-29", APPROVER, ("assessment", "confirm"), json!({}));
    assert_eq!(decided(&effects), ["raised 1523.00 2022-10-01"]);
    assert!(effects.events().any(|event| event.topic == "care-contracts.changed"));
    assert!(letter(&effects).contains("由 3 项变为 5 项"), "{}", letter(&effects));
    assert_eq!(county.indicator("2022-10-09", "level-lag"), (1, 1));
    // The same level again needs no decision.
    let effects = county.assessed("2022-11-10", 4);
    assert_eq!((county.state("assessment").as_str(), effects.decisions().count()), ("valid", 0));
}

#[test]
fn a_death_stops_support_from_the_month_after_and_counts_what_was_paid() {
    let mut county = County::cared();
    let died =
        || Event::new("person.died").household(FAMILY).person(OLD).with_payload(&json!({ "date": "2022-11-14" }));
    county.react("2022-11-20", died());
    assert_eq!((county.state("review").as_str(), county.state("agreement").as_str()), ("open", "ended"));
    assert!(county.react("2022-11-21", died()).is_empty(), "the second delivery changes nothing");
    let mut checked = survey(13, "2022-11-22");
    checked["last-paid"] = json!("2023-01-15");
    county.press("2023-01-20", CASEWORKER, ("review", "check"), checked);
    let wrong = county.refused("2023-01-21", APPROVER, ("review", "decide"), json!({ "form": "same" }));
    assert!(wrong.message.contains("去世终止"), "{wrong}");
    let effects = county.press("2023-01-21", APPROVER, ("review", "stop-after-death"), json!({}));
    assert_eq!(decided(&effects), ["ended 0.00 2022-12-01"]);
    let decision = effects.decisions().next().expect("the end");
    let over = decision.reasons.iter().find(|reason| reason.code == "paid-after-death").expect("what to recover");
    assert_eq!(over.args, [2, 112_300, 224_600]);
    assert!(effects.events().any(|event| event.topic == "care-contracts.stopped"));
    assert_eq!(county.ask("benefit.recipients", "2022-12-01", Block::new()).rows(), 0);
    assert_eq!(county.ask("benefit.recipients", "2022-11-30", Block::new()).rows(), 1);
}

#[test]
fn an_end_is_posted_for_seven_days_and_takes_effect_next_month() {
    let mut county = County::supported();
    let start = json!({ "member": "1", "kind": "exit", "on": "2022-09-01", "reason": "随侄子去外地生活" });
    county.create("2022-09-02", VILLAGE, ("review", "start"), start.clone());
    county.refused("2022-09-02", VILLAGE, ("review", "start"), start);
    county.press("2022-09-05", CASEWORKER, ("review", "check"), survey(13, "2022-09-05"));
    let by_rule = json!({ "ground": "rule", "remark": "不再符合" });
    let refusal = county.refused("2022-09-06", APPROVER, ("review", "propose-stop"), by_rule);
    assert!(refusal.message.contains("仍符合"), "{refusal}");
    county.press("2022-09-06", APPROVER, ("review", "propose-stop"), json!({ "ground": "exit", "remark": "本人申请" }));
    let effects = county.press("2022-09-07", CASEWORKER, ("review", "post"), json!({ "place": "奎湖村公示栏" }));
    let posting = effects.notices().next().and_then(|notice| notice.posting.clone()).expect("the posting");
    assert_eq!((posting.from.as_str(), posting.to.as_str()), ("2022-09-07", "2022-09-14"));
    county.press(
        "2022-09-15",
        CASEWORKER,
        ("review", "close-posting"),
        json!({ "no-objection": true, "papers": ["7"] }),
    );
    let effects = county.press("2022-09-16", APPROVER, ("review", "stop"), json!({}));
    assert_eq!(decided(&effects), ["ended 0.00 2022-10-01"]);
    let text = letter(&effects);
    assert!(text.contains("自愿") && text.contains("第二十七条"), "{text}");
    // Decided for October: nothing more is decided about him.
    let late = json!({ "member": "1", "kind": "other", "on": "2022-09-17", "reason": "又来申请" });
    let refusal = county.refused("2022-09-17", CASEWORKER, ("review", "start"), late);
    assert!(refusal.message.contains("自下月起终止"), "{refusal}");
}

#[test]
fn the_yearly_review_opens_once_and_looks_at_the_certificate() {
    let mut county = County::supported();
    assert!(county.tick("2023-06-01", "reviews").documents().all(|put| put.collection != "review"));
    let effects = county.tick("2023-06-26", "reviews");
    let put = effects.documents().find(|put| put.collection == "review").expect("a review");
    assert_eq!((put.state.as_str(), put.due.as_deref()), ("open", Some("2023-07-25")));
    // The assessment of 2022-07-07 is nearly a year old by then, too.
    assert!(effects.documents().any(|put| put.collection == "assessment" && put.due.as_deref() == Some("2023-07-07")));
    assert!(county.tick("2023-06-27", "reviews").is_empty(), "once is enough");
    assert_eq!(county.world.documents().filter(|document| document.collection == "review").count(), 1);
    let bare = county.refused("2023-07-03", CASEWORKER, ("review", "check"), survey(13, "2023-07-03"));
    assert!(bare.problems.iter().any(|problem| problem.field == "certificate"), "{bare}");
    let mut checked = survey(13, "2023-07-03");
    checked["certificate"] = json!(true);
    county.press("2023-07-03", CASEWORKER, ("review", "check"), checked);
    let effects = county.press("2023-07-05", APPROVER, ("review", "decide"), json!({ "form": "same" }));
    assert_eq!(decided(&effects), ["kept 1123.00 2023-08-01"]);
    assert!(county.tick("2023-07-26", "reviews").documents().all(|put| put.collection != "review"), "a year from then");
}

#[test]
fn july_raises_everybody_and_a_late_standard_reaches_back() {
    let standards = |county: &mut County| {
        county.world = county.world.clone().parameter("dibao-standard", "2023-07-01", 75_000).parameter(
            "basic-standard",
            "2023-07-01",
            97_500,
        );
    };
    let mut county = County::supported();
    standards(&mut county);
    assert_eq!(decided(&county.tick("2023-07-01", "july")), ["raised 1175.00 2023-07-01"]);
    assert!(county.tick("2023-08-01", "late-uprating").is_empty(), "nobody is raised twice");

    // Approved in September with effect from July; half care became full care in August meanwhile.
    let mut county = County::supported();
    county.assessed("2023-07-10", 5);
    county.press("2023-07-12", APPROVER, ("assessment", "confirm"), json!({}));
    standards(&mut county);
    let effects = county.tick("2023-09-01", "late-uprating");
    assert_eq!(decided(&effects), ["raised 1175.00 2023-07-01", "raised 1575.00 2023-08-01"]);
    assert!(county.tick("2023-10-01", "late-uprating").is_empty(), "once is enough");

    // A dibao standard raised alone stops every decision: the basic standard must follow (1.3 ×).
    let mut county = County::supported();
    county.world = county.world.clone().parameter("dibao-standard", "2023-07-01", 75_000);
    county.as_user("2023-07-01", SYSTEM);
    let due = Date::of(2023, 7, 1);
    let refusal = county.world.run(|context| CareContracts::tick(context, "july", due, None)).expect_err("too low");
    assert!(refusal.message.contains("975.00"), "{refusal}");
    county.as_user("2023-07-02", OFFICER);
    assert!(county.page(PageRequest::new("setup")).contains("975.00"), "the page says so, too");
}

#[test]
fn a_minor_who_turns_18_outside_school_is_looked_at() {
    let child = |study: i64| {
        household(json!([
            { "who": "孩子", "fields": { "person.relation": 2, "person.birth-date": "2007-05-01", "person.co-resident": true, "person.study": study } },
        ]))
    };
    let mut county = County::accepted(&child(3), complete());
    county.assessed("2022-07-07", 0);
    county.reach_the_desk();
    county.press("2022-07-25", APPROVER, ("application", "confirm"), json!({ "form": "scattered" }));
    assert!(county.tick("2025-04-01", "ages").is_empty(), "not 18 yet");
    assert!(county.tick("2025-06-01", "ages").is_empty(), "still at school on the file");
    county.world = county.world.clone().household(1, &child(0));
    county.tick("2025-06-01", "ages");
    assert_eq!(county.body::<Review>("review").kind, "minor");
    assert!(county.tick("2025-07-01", "ages").is_empty(), "once");
}
