//! A made-up village from the first word to 销号: what each button leaves behind, who is refused what, and what the nights and Mondays
//! do by themselves. The kernel's own checks (office, state, scope) are tested with the kernel.

mod county;

use county::*;
use discovery::rules::clock::Stand;
use discovery::rules::words::{CaseOutcome, Measure, Source, Urgency};
use doudi_sdk::prelude::*;
use serde_json::json;

#[test]
fn a_clue_from_the_courtyard_to_the_ledger_s_last_column() {
    let mut county = County::new();
    county.press("2022-06-07", VILLAGE, "clue", "register", clue("visit", "medical")).expect("registered");
    let filed = county.clue();
    assert_eq!((filed.stand, filed.document.due), (Stand::Registered, Some(day("2022-06-08"))));
    assert_eq!(filed.body.reports[0].finder, "村居协理员（网格员）");
    county.press("2022-06-07", VILLAGE, "clue", "report", json!({})).expect("reported");
    county
        .press("2022-06-08", TOWN, "clue", "triage", json!({ "officer": "11", "urgency": "ordinary" }))
        .expect("handed on");
    assert_eq!(county.clue().document.due, Some(day("2022-06-13")), "three working days");
    // Nobody verifies from a desk.
    let refused = county.press("2022-06-08", TOWN, "clue", "verify", verified(false)).expect_err("nobody went");
    assert!(refused.message.contains("还没有人到场"), "{refused}");
    let visited = county.press("2022-06-09", VILLAGE, "clue", "visit", visit("2022-06-09T09:30")).expect("visited");
    let event = visited.events().find(|event| event.topic == "discovery.visited").expect("others are told");
    assert_eq!((event.household, event.document), (Some(FAMILY), Some(county.clue().document.id)));
    assert_eq!(event.payload, json!({ "on": "2022-06-09", "hardship": [], "position": true, "photos": 0 }));
    county.press("2022-06-09", TOWN, "clue", "verify", verified(false)).expect("verified");
    let agreed = json!({ "scheme": "dibao", "applicant": "1", "consent": true });
    let applied = county.press("2022-06-10", TOWN, "clue", "apply", agreed).expect("applied for");
    let event = applied.events().find(|event| event.topic == "discovery.application").expect("the benefit is told");
    assert_eq!(event.payload, json!({ "scheme": "dibao", "proxy": "12" }));
    assert_eq!((event.household, event.person), (Some(FAMILY), Some(Id(1))));
    // A month later the benefit says yes; saying so twice changes nothing.
    county.hear("2022-07-21", Event::new("dibao.confirmed").household(FAMILY).document(Id(900)));
    let filed = county.clue();
    let application = filed.body.application.clone().expect("the application");
    assert_eq!((application.outcome, application.case), (Some(CaseOutcome::Granted), Some(Id(900))));
    assert_eq!((filed.stand, filed.body.decided), (Stand::Feedback, Some(day("2022-07-21"))));
    assert!(county.hear("2022-07-21", Event::new("dibao.confirmed").household(FAMILY)).is_empty());
    county
        .press("2022-07-22", TOWN, "clue", "feed-back", json!({ "feedback": "已批准，八月起发放" }))
        .expect("fed back");
    assert_eq!(county.clue().document.due, Some(day("2022-08-21")), "thirty days later somebody looks again");
    let better = json!({ "on": "2022-08-20", "resolved": true, "findings": "已领到低保金" });
    county.press("2022-08-20", VILLAGE, "clue", "follow-up", better).expect("looked again");
    county.press("2022-08-22", TOWN, "clue", "close", json!({})).expect("struck off");
    let filed = county.clue();
    assert_eq!((filed.stand, filed.body.closed), (Stand::Closed, Some(day("2022-08-22"))));
    let page =
        county.page("2022-08-22", TOWN, PageRequest::new("ledger").with("from", "2022-06-01").with("to", "2022-06-30"));
    assert_eq!(
        heads(&page),
        [
            "序号",
            "村",
            "姓名",
            "身份证",
            "困难情形",
            "发现时间",
            "发现人",
            "上报时间",
            "镇街核实",
            "救助措施",
            "办结时间",
            "回访"
        ]
    );
    let row = &rows(&page)[0];
    assert_eq!(row.len(), 12);
    assert_eq!(&row[4..7], ["因病", "2022-06-07", "村居协理员（网格员）（走访）"]);
    assert_eq!(&row[7..], ["2022-06-07", "属实 2022-06-09", "代办申请：已批准", "2022-07-21", "2022-08-20"]);
    // The window of a second report over, it is archived.
    county.tick("2022-09-05", "clock");
    assert_eq!(county.clue().stand, Stand::Closed, "day 90");
    county.tick("2022-09-06", "clock");
    assert_eq!(county.clue().stand, Stand::Archived, "day 91");
}

#[test]
fn what_is_not_better_is_looked_at_again() {
    let mut county = County::verified();
    let told = json!({ "how": "当面告知", "what": "可以申请临时救助" });
    let effects = county.press("2022-06-10", TOWN, "clue", "tell", told).expect("told");
    let letter = effects.notices().next().expect("the letter");
    assert!(
        letter.title.zh.contains("政策告知书") && letter.paragraphs.iter().any(|text| text.zh.contains("临时救助"))
    );
    county.press("2022-06-13", TOWN, "clue", "feed-back", json!({ "feedback": "已告知" })).expect("fed back");
    let worse = json!({ "on": "2022-07-12", "resolved": false, "findings": "没有去申请" });
    county.press("2022-07-12", VILLAGE, "clue", "follow-up", worse).expect("looked again");
    assert_eq!(county.clue().stand, Stand::Verifying);
}

#[test]
fn urgent_is_the_same_day_and_help_comes_before_papers() {
    let mut county = County::new();
    let mut urgent = clue("12345", "accident");
    urgent["urgency"] = json!("urgent");
    county.press("2022-06-03", TOWN, "clue", "register", urgent).expect("registered");
    let filed = county.clue();
    assert_eq!(
        (filed.stand, filed.document.due),
        (Stand::Reported, Some(day("2022-06-03"))),
        "a holiday, all the same"
    );
    let given = json!({ "given": "棉被两床、500 元", "findings": "房屋失火" });
    let effects = county.press("2022-06-03", TOWN, "clue", "emergency", given).expect("helped");
    let event = effects.events().next().expect("temporary aid is told");
    assert_eq!(event.payload["scheme"], "temporary-aid");
    let filed = county.clue();
    assert_eq!((filed.body.measure, filed.body.days_to_decision()), (Some(Measure::Emergency), Some(0)));
    // The duty to tell them does not end with a blanket.
    let refused =
        county.press("2022-06-06", TOWN, "clue", "feed-back", json!({ "feedback": "已救助" })).expect_err("not told");
    assert!(refused.message.contains("43号 第十一条"), "{refused}");
    let told = json!({ "feedback": "已救助", "told-how": "送物资时告知" });
    county.press("2022-06-06", TOWN, "clue", "feed-back", told).expect("told and fed back");
}

/// Goes wrong: clues parked at the village.
#[test]
fn a_clue_left_lying_at_the_village_goes_up_by_itself() {
    let mut county = County::new();
    county.press("2022-06-07", VILLAGE, "clue", "register", clue("visit", "medical")).expect("registered");
    county.tick("2022-06-08", "clock");
    assert_eq!(county.clue().stand, Stand::Registered, "its last day is still the village's");
    county.tick("2022-06-09", "clock");
    let filed = county.clue();
    assert_eq!((filed.stand, filed.body.parked, filed.body.reported), (Stand::Reported, true, Some(day("2022-06-09"))));
    county.tick("2022-06-10", "clock");
    assert_eq!(county.world.documents().count(), 1);
    let page = county.document_page("2022-06-10", TOWN, "clue");
    assert!(page.contains("村级没有按时上报"), "{page}");
}

#[test]
fn a_second_report_within_ninety_days_is_added_and_never_lost() {
    let mut county = County::new();
    county.press("2022-03-01", VILLAGE, "clue", "register", clue("visit", "medical")).expect("registered");
    // Day 90 from the hotline: one more report on the same clue, now urgent.
    let mut again = clue("12345", "medical");
    again["urgency"] = json!("urgent");
    county.press("2022-05-30", TOWN, "clue", "register", again).expect("added");
    let filed = county.clue();
    assert_eq!((county.of("clue").len(), filed.body.reports.len()), (1, 2));
    assert_eq!((filed.body.source, filed.body.urgency), (Source::Visit, Urgency::Urgent), "the village saw it first");
    // Day 91 is a new clue, and so is another difficulty.
    county.press("2022-05-31", TOWN, "clue", "register", clue("petition", "medical")).expect("a new one");
    county.press("2022-05-31", TOWN, "clue", "register", clue("school", "education")).expect("another difficulty");
    assert_eq!(county.of("clue").len(), 3);
    // The form says so before anybody has typed it all.
    county.as_user("2022-05-31", TOWN);
    let asked =
        FillRequest::new("clue").of_household(FAMILY).values(FormValues::default().with("difficulty", "medical"));
    let fill = county.world.run(|context| discovery::Discovery::fill(context, asked)).expect("a form");
    assert!(fill.messages[0].text.zh.contains("并入该线索"), "{:?}", fill.messages);
    assert_eq!(fill.hidden, ["household", "village", "whereabouts"]);
}

#[test]
fn struck_off_and_reported_again_it_is_taken_up_again() {
    let mut county = County::verified();
    county.press("2022-06-10", TOWN, "clue", "no-need", json!({ "reason": "子女已承担费用" })).expect("no need");
    let told = json!({ "feedback": "无需救助", "told-how": "当面说明" });
    county.press("2022-06-10", TOWN, "clue", "feed-back", told).expect("fed back");
    let better = json!({ "on": "2022-06-13", "resolved": true, "findings": "正常" });
    county.press("2022-06-13", VILLAGE, "clue", "follow-up", better).expect("looked again");
    county.press("2022-06-13", TOWN, "clue", "close", json!({})).expect("struck off");
    county.press("2022-07-01", TOWN, "clue", "register", clue("petition", "medical")).expect("reported again");
    let filed = county.clue();
    assert_eq!((county.of("clue").len(), filed.stand, filed.body.closed), (1, Stand::Reported, None));
    assert_eq!(filed.document.due, Some(day("2022-07-04")));
}

/// Goes wrong: pride.
#[test]
fn who_is_too_proud_to_apply_is_asked_again_on_a_day_that_is_set() {
    let mut county = County::verified();
    let proud = |again: &str| json!({ "reason": "怕人笑话", "again": again });
    let refused = county.press("2022-06-10", TOWN, "clue", "decline", proud("2022-07-10")).expect_err("never told");
    assert!(refused.message.contains("还不知道可以申请什么"), "{refused}");
    let mut told = proud("2022-09-09");
    told["told-how"] = json!("当面告知");
    let refused = county.press("2022-06-10", TOWN, "clue", "decline", told.clone()).expect_err("91 days");
    assert!(refused.message.contains("90 天以内"), "{refused}");
    told["again"] = json!("2022-07-10");
    county.press("2022-06-10", TOWN, "clue", "decline", told).expect("recorded");
    let filed = county.clue();
    assert_eq!((filed.stand, filed.document.due), (Stand::Resting, Some(day("2022-07-10"))));
    county.tick("2022-07-09", "clock");
    assert_eq!(county.clue().stand, Stand::Resting);
    county.tick("2022-07-10", "clock");
    let filed = county.clue();
    assert_eq!((filed.stand, filed.body.declined.len()), (Stand::Verifying, 1));
}

#[test]
fn who_cannot_apply_is_helped_and_not_only_told() {
    let mut county = County::new();
    county.until_visited();
    county.press("2022-06-09", TOWN, "clue", "verify", verified(true)).expect("verified");
    let told = json!({ "how": "当面告知", "what": "可以申请低保" });
    let refused = county.press("2022-06-10", TOWN, "clue", "tell", told).expect_err("must be helped");
    assert!(refused.message.contains("57号 第六条"), "{refused}");
    let without = json!({ "scheme": "dibao", "consent": false });
    county.press("2022-06-10", TOWN, "clue", "apply", without).expect_err("without consent");
    county.press("2022-06-10", TOWN, "clue", "apply", json!({ "scheme": "dibao", "consent": true })).expect("helped");
}

#[test]
fn what_proved_untrue_is_not_aided_and_a_referral_carries_only_the_need() {
    let mut county = County::new();
    county.until_visited();
    let untrue = json!({ "genuine": false, "findings": "查无此事" });
    county.press("2022-06-09", TOWN, "clue", "verify", untrue).expect("verified");
    for (action, values) in [
        ("tell", json!({ "how": "当面", "what": "低保" })),
        ("apply", json!({ "scheme": "dibao", "consent": true })),
        ("refer", json!({ "to": "charity", "need": "学费", "consent": true })),
        ("emergency", json!({ "given": "500 元", "findings": "无" })),
    ] {
        county.press("2022-06-10", TOWN, "clue", action, values).expect_err(action);
    }
    county.press("2022-06-10", TOWN, "clue", "no-need", json!({ "reason": "不属实" })).expect("no need");
    // An untrue clue needs no telling.
    county.press("2022-06-10", TOWN, "clue", "feed-back", json!({ "feedback": "不属实" })).expect("fed back");

    let mut county = County::verified();
    let to = json!({ "to": "charity", "need": "大学学费", "consent": true });
    let effects = county.press("2022-06-10", TOWN, "clue", "refer", to).expect("referred");
    let event = effects.events().next().expect("the partner is told");
    assert_eq!(event.topic, "discovery.referred");
    assert_eq!(event.payload, json!({ "to": "charity", "need": "大学学费", "hardship": ["medical"] }));
    county.press("2022-06-17", TOWN, "clue", "reply", json!({ "reply": "资助 3000 元" })).expect("answered");
    assert_eq!(county.clue().stand, Stand::Feedback);
}

#[test]
fn somebody_who_is_not_on_file_is_found_by_words_and_linked_later() {
    let mut county = County::new();
    let mut stranger = clue("media", "no-income");
    let refused = county.press_new("2022-06-07", TOWN, "clue", "register", stranger.clone()).expect_err("where is he");
    assert_eq!(refused.problems.len(), 2, "{refused}");
    stranger["village"] = json!(VILLAGE_CODE.to_string());
    stranger["whereabouts"] = json!("村东头桥边平房");
    county.press_new("2022-06-07", TOWN, "clue", "register", stranger).expect("registered");
    let filed = county.clue();
    assert_eq!((filed.document.household, filed.document.division), (None, VILLAGE_CODE));
    let officer = json!({ "officer": "11", "urgency": "ordinary" });
    county.press("2022-06-08", TOWN, "clue", "triage", officer).expect("handed on");
    let effects = county.press("2022-06-08", VILLAGE, "clue", "visit", visit("2022-06-08T10:00")).expect("visited");
    assert!(effects.events().next().is_none(), "no household to speak of yet");
    county.press("2022-06-08", TOWN, "clue", "verify", verified(false)).expect("verified");
    let agreed = json!({ "scheme": "dibao", "consent": true });
    let refused = county.press("2022-06-08", TOWN, "clue", "apply", agreed.clone()).expect_err("no file");
    assert!(refused.message.contains("关联家庭档案"), "{refused}");
    county.press("2022-06-09", TOWN, "clue", "link", json!({ "household": "1" })).expect("linked");
    county.press("2022-06-09", TOWN, "clue", "apply", agreed).expect("applied for");
    assert_eq!(county.clue().document.household, Some(FAMILY));
}

#[test]
fn linked_to_a_family_with_the_same_clue_the_two_become_one() {
    let mut county = County::new();
    county.press("2022-06-01", VILLAGE, "clue", "register", clue("visit", "medical")).expect("the village's");
    let mut stranger = clue("12345", "medical");
    stranger["village"] = json!(VILLAGE_CODE.to_string());
    stranger["whereabouts"] = json!("桥边平房");
    county.press_new("2022-06-07", TOWN, "clue", "register", stranger).expect("the hotline's");
    county.press("2022-06-08", TOWN, "clue", "link", json!({ "household": "1" })).expect("merged");
    let clues = county.of("clue");
    assert_eq!(clues[1].state, "merged");
    let first = discovery::clue::Filed::of(clues[0].clone()).expect("the first");
    assert_eq!((first.body.reports.len(), first.stand), (2, Stand::Registered));
}

#[test]
fn an_alert_becomes_a_clue_once_and_the_visit_names_it() {
    let mut county = County::new();
    let alert = |id: i64, rule: &str, level: &str, due: &str| {
        let payload = json!({ "rule": rule, "level": level, "due": due });
        Event::new("monitoring.raised").household(FAMILY).document(Id(id)).with_payload(&payload)
    };
    county.hear("2022-06-02", alert(700, "medical-cost", "yellow", "2022-06-20"));
    let filed = county.clue();
    assert_eq!((filed.stand, filed.body.source), (Stand::Reported, Source::Monitoring));
    assert_eq!(filed.document.due, Some(day("2022-06-06")), "the town's own day is earlier than the alert's");
    assert!(
        county.hear("2022-06-02", alert(700, "medical-cost", "yellow", "2022-06-20")).is_empty(),
        "delivered twice"
    );
    // Red, of the same difficulty: the same clue, urgent and with the earlier day. Another rule is another clue.
    county.hear("2022-06-03", alert(701, "medical-cost", "red", "2022-06-08"));
    assert_eq!((county.of("clue").len(), county.clue().body.urgency), (1, Urgency::Urgent));
    county.hear("2022-06-03", alert(702, "new-disability", "yellow", "2022-06-20"));
    assert_eq!(county.of("clue").len(), 2);
    // That somebody may no longer qualify is no hardship.
    let earns = json!({ "rule": "salary-on-aid", "level": "yellow", "disposition": "end" });
    let event = Event::new("monitoring.raised").household(FAMILY).document(Id(703)).with_payload(&earns);
    assert!(county.hear("2022-06-03", event).is_empty());
    // The visit is told for each alert it answers.
    let first = county.of("clue")[0].clone();
    let effects =
        county.press_on("2022-06-07", VILLAGE, first, "visit", visit("2022-06-07T10:00"), &[]).expect("visited");
    let alerts: Vec<&str> = effects.events().filter_map(|event| event.payload["alert"].as_str()).collect();
    assert_eq!(alerts, ["700", "701"]);
}
