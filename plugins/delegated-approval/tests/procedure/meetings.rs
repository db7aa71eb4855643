//! Orders, groups and meetings of a made-up county: who decides, and how a town decides together.

use crate::county::*;
use delegated_approval::DelegatedApproval;
use delegated_approval::group::Group;
use delegated_approval::meeting::Meeting;
use doudi_sdk::prelude::*;
use doudi_sdk::testing::World;
use serde_json::json;

// ---- Orders -----------------------------------------------------------------------------------------------------------------------

#[test]
fn an_order_is_drafted_by_one_and_adopted_by_another() {
    let mut county = County::new();
    county.press("2022-06-20", OFFICER, "order", "draft", order_form(XU, "2022-07-01")).expect("drafted");
    assert_eq!(county.authority(1, "relief", "2022-07-01"), "county", "a draft says nothing");
    county.press("2022-06-21", APPROVER, "order", "adopt", json!({})).expect("adopted");
    for (on, level) in [("2022-06-30", "county"), ("2022-07-01", "town"), ("2022-12-31", "town")] {
        assert_eq!(county.authority(1, "relief", on), level, "{on}");
    }
    assert_eq!(county.authority(41, "relief", "2022-07-01"), "county", "another town");
    assert_eq!(county.authority(1, "care", "2022-07-01"), "county", "another scheme");
    let workflow = manifest().collection("order").expect("orders").workflow.clone();
    let adopt = workflow.action("adopt").expect("adopt");
    assert_eq!(adopt.not_by_actor_of, ["draft", "edit"], "whoever drafts does not adopt");
    // The town's own officers must see the order: it is filed in the town.
    assert_eq!(county.world.latest("order").division, XU);
}

#[test]
fn the_answer_is_about_each_row_asked() {
    let mut county = County::new();
    county.order("2022-06-20", XU, "2022-07-01");
    let block = Block::of(
        Table::new("case", 4)
            .ints("household", [1_i64, 41, 2, 1])
            .texts("scheme", ["relief", "relief", "care", "relief"]),
    );
    let answer = county
        .world
        .run(|context| DelegatedApproval::answer(context, "approval.authority", day("2022-07-05"), block))
        .expect("an answer");
    let levels = answer.table("authority").expect("the table").text_column("level").expect("levels");
    let levels: Vec<_> = (0..4).map(|row| levels.get(row).expect("a level")).collect();
    assert_eq!(levels, ["town", "county", "county", "town"]);
}

#[test]
fn pauses_and_withdrawals_begin_today_at_the_earliest() {
    let mut county = County::new();
    county.order("2022-06-20", XU, "2022-07-01");
    let back =
        county.refuse("2022-08-10", APPROVER, "order", "suspend", json!({ "on": "2022-08-09", "reason": "整改" }));
    assert!(back.message.contains("不能早于今天"), "{back}");
    county
        .press("2022-08-10", APPROVER, "order", "suspend", json!({ "on": "2022-08-11", "reason": "整改" }))
        .expect("rests");
    county.refuse("2022-08-10", APPROVER, "order", "resume", json!({ "on": "2022-08-11" }));
    county.press("2022-08-20", APPROVER, "order", "resume", json!({ "on": "2022-09-01" })).expect("resumed");
    county
        .press("2022-09-20", APPROVER, "order", "withdraw", json!({ "on": "2022-10-01", "reason": "收回" }))
        .expect("over");
    for (on, level) in [
        ("2022-08-10", "town"),
        ("2022-08-11", "county"),
        ("2022-08-31", "county"),
        ("2022-09-01", "town"),
        ("2022-09-30", "town"),
        ("2022-10-01", "county"),
    ] {
        assert_eq!(county.authority(1, "relief", on), level, "{on}");
    }
}

#[test]
fn a_second_order_for_the_same_days_names_the_first() {
    let mut county = County::new();
    county.order("2022-06-20", XU, "2022-07-01");
    let twice = county.refuse("2022-07-02", OFFICER, "order", "draft", order_form(XU, "2023-01-01"));
    assert!(twice.message.contains("南民〔2022〕101号") && twice.message.contains("同一天只能有一份"), "{twice}");
    county.press("2022-07-02", OFFICER, "order", "draft", order_form(JISHAN, "2022-08-01")).expect("another town");
    // Two drafts may lie side by side; only one of them is adopted.
    county.press("2022-07-03", OFFICER, "order", "draft", order_form(JISHAN, "2022-08-01")).expect("a draft beside it");
    county.press("2022-07-04", APPROVER, "order", "adopt", json!({})).expect("adopted");
    let other = county.world.documents().filter(|document| document.collection == "order").nth(1).cloned();
    let refusal = county.press_on("2022-07-04", APPROVER, "order", other, "adopt", json!({})).expect_err("the other");
    assert!(refusal.message.contains("同一天只能有一份"), "{refusal}");
}

#[test]
fn an_order_is_refused_with_everything_that_is_wrong() {
    let mut county = County::new();
    let mut values = order_form(COUNTY, "2022-07-01");
    values["to"] = json!("2022-06-30");
    values["schemes"] = json!(["unheard-of"]);
    let refusal = county.refuse("2022-06-20", OFFICER, "order", "draft", values);
    let fields: Vec<&str> = refusal.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["town", "to", "schemes"], "{refusal}");
}

/// The protocol a benefit follows (`plugins/dibao` does): it asks at acceptance and keeps the answer with the case. Enabling this
/// measure changes who confirms what is accepted from then on; disabling it changes it back; cases under way keep what they have.
#[test]
fn enabling_and_disabling_leave_cases_under_way_unharmed() {
    let mut county = County::new();
    county.order("2022-06-20", XU, "2022-07-01");
    let accept = |enabled: bool, on: &str| -> bool {
        let mut benefit = World::new(on);
        if enabled {
            let delegated = county.world.clone();
            benefit = benefit.answer_with("approval.authority", "delegated-approval", move |on, block| {
                let answer = delegated
                    .run(|context| DelegatedApproval::answer(context, "approval.authority", on, block.clone()));
                answer.expect("an answer")
            });
        }
        let question = Block::of(Table::new("case", 1).ints("household", [1_i64]).texts("scheme", ["relief"]));
        let replies = benefit.run(|context| questions::ask("approval.authority", context.today, &question));
        replies.expect("replies").iter().any(|reply| {
            let levels = reply.block.table("authority").and_then(|table| table.text_column("level"));
            levels.expect("levels").get(0) == Some("town")
        })
    };
    let kept: Vec<bool> = [(false, "2022-07-10"), (true, "2022-06-30"), (true, "2022-07-11"), (false, "2022-08-01")]
        .into_iter()
        .map(|(enabled, on)| accept(enabled, on))
        .collect();
    // What was accepted for the town on 11 July stays the town's when the measure is disabled on 1 August.
    assert_eq!(kept, [false, false, true, false]);
}

#[test]
fn the_form_offers_schemes_the_measures_have_spoken_of() {
    let mut county = County::new();
    county.open = vec![Open { document: 5, household: 1, scheme: "care", opened: day("2022-06-01"), surveyor: None }];
    county.as_user("2022-06-20", OFFICER);
    let fill = county.world.run(|context| DelegatedApproval::fill(context, FillRequest::new("order"))).expect("a fill");
    let choices: Vec<(&str, &str)> =
        fill.choices[0].choices.iter().map(|choice| (choice.value.as_str(), choice.label.zh.as_str())).collect();
    assert_eq!(choices, [("*", "全部社会救助"), ("care", "照料补助"), ("relief", "困难救助")]);
}

// ---- Groups -----------------------------------------------------------------------------------------------------------------------

fn member(role: &str, department: &str, user: Option<i64>) -> serde_json::Value {
    let mut values = json!({ "role": role, "department": department, "office": "负责人", "from": "2022-06-01" });
    if let Some(user) = user {
        values["user"] = json!(user.to_string());
    }
    values
}

/// Five members: the leader (12), civil affairs (11 and 13), finance, police without accounts.
pub fn with_group() -> County {
    let mut county = County::delegated();
    county
        .press("2022-06-21", REVIEWER, "group", "found", member("lead", "leader", Some(REVIEWER.0)))
        .expect("founded");
    for (department, user) in
        [("civil", Some(CASEWORKER.0)), ("civil", Some(SURVEYOR.0)), ("finance", None), ("police", None)]
    {
        county
            .press("2022-06-21", REVIEWER, "group", "add-member", member("member", department, user))
            .expect("a member");
    }
    county
}

#[test]
fn the_principal_leader_leads_and_each_town_has_one_group() {
    let mut county = County::delegated();
    let no_leader = county.refuse("2022-06-21", REVIEWER, "group", "found", member("member", "civil", None));
    assert!(no_leader.message.contains("通知 第八条"), "{no_leader}");
    county.press("2022-06-21", REVIEWER, "group", "found", member("lead", "leader", Some(12))).expect("founded");
    county.refuse("2022-06-22", REVIEWER, "group", "found", member("lead", "leader", None));
    county.refuse("2022-06-22", REVIEWER, "group", "add-member", member("lead", "leader", None));
    let twice = county.refuse("2022-06-22", REVIEWER, "group", "add-member", member("member", "civil", Some(12)));
    assert!(twice.message.contains("已经是成员"), "{twice}");
    county
        .press("2022-07-10", REVIEWER, "group", "end-member", json!({ "seat": "1", "to": "2022-07-15" }))
        .expect("left");
    let mut next = member("lead", "leader", Some(14));
    next["from"] = json!("2022-07-16");
    county.press("2022-07-10", REVIEWER, "group", "add-member", next).expect("a successor");
    let group: Group = county.world.latest("group").body().expect("a group");
    for (on, seats) in
        [("2022-05-31", vec![]), ("2022-06-01", vec![1]), ("2022-07-15", vec![1]), ("2022-07-16", vec![2])]
    {
        assert_eq!(group.on(day(on)).iter().map(|member| member.seat).collect::<Vec<_>>(), seats, "{on}");
    }
}

// ---- Meetings ---------------------------------------------------------------------------------------------------------------------

/// A meeting on 18 July with cases 501 (household 1, surveyed by 13) and 502 (household 40: a near relative lives there).
pub fn convened() -> County {
    let mut county = with_group();
    county.open = vec![
        Open { document: 501, household: 1, scheme: "relief", opened: day("2022-07-08"), surveyor: Some(SURVEYOR.0) },
        Open { document: 502, household: 40, scheme: "relief", opened: day("2022-07-09"), surveyor: None },
        Open { document: 503, household: 2, scheme: "relief", opened: day("2022-07-19"), surveyor: None },
    ];
    let meeting = json!({ "on": "2022-07-18", "place": "许镇便民服务中心" });
    county.press("2022-07-15", CASEWORKER, "meeting", "convene", meeting).expect("convened");
    county
        .press("2022-07-15", CASEWORKER, "meeting", "add-cases", json!({ "cases": ["501", "502"] }))
        .expect("the agenda");
    county
}

pub fn attended() -> County {
    let mut county = convened();
    county
        .press("2022-07-18", CASEWORKER, "meeting", "attend", json!({ "present": ["1", "2", "3", "4"] }))
        .expect("present");
    county
}

pub fn vote(case: i64, values: serde_json::Value) -> serde_json::Value {
    let mut vote = json!({ "case": case.to_string(), "proposal": "granted" });
    vote.as_object_mut().expect("an object").extend(values.as_object().expect("an object").clone());
    vote
}

#[test]
fn a_meeting_from_agenda_to_signed_minutes() {
    let mut county = attended();
    let recused = json!({ "recused": ["3"], "grounds": "入户调查人", "against": ["4"] });
    county.press("2022-07-18", CASEWORKER, "meeting", "vote", vote(501, recused)).expect("a vote");
    let early = county.refuse("2022-07-18", CASEWORKER, "meeting", "minute", json!({ "minutes": "纪要" }));
    assert!(early.problems.iter().any(|problem| problem.message.contains("502")), "{early}");
    let recused = json!({ "recused": ["2"], "grounds": "近亲属", "proposal": "refused" });
    county.press("2022-07-18", CASEWORKER, "meeting", "vote", vote(502, recused)).expect("a vote");
    county
        .press("2022-07-18", CASEWORKER, "meeting", "minute", json!({ "minutes": "会议研究两件。" }))
        .expect("minutes");
    county.press("2022-07-19", REVIEWER, "meeting", "sign", json!({})).expect("signed");
    let meeting: Meeting = county.world.latest("meeting").body().expect("a meeting");
    let votes: Vec<_> = meeting
        .items
        .iter()
        .map(|item| {
            let vote = item.vote.as_ref().expect("a vote");
            let tally = vote.tally();
            (vote.proposal.as_str(), tally.approve, tally.against, tally.recused, vote.passed)
        })
        .collect();
    assert_eq!(votes, [("granted", 2, 1, 1, true), ("refused", 3, 0, 1, true)]);
    assert_eq!(meeting.signed, Some(day("2022-07-19")));
    let workflow = manifest().collection("meeting").expect("meetings").workflow.clone();
    assert_eq!(workflow.action("sign").expect("sign").not_by_actor_of, ["minute"]);
    assert!(workflow.state("signed").expect("signed").last, "nothing changes after the signature");
    let page = county.page(PageRequest::new("meeting").of_document(county.world.latest("meeting")));
    assert!(page.contains("会议研究两件") && page.contains("入户调查人"), "{page}");
}

#[test]
fn without_a_quorum_nothing_is_decided() {
    let mut county = convened();
    let early =
        county.refuse("2022-07-17", CASEWORKER, "meeting", "attend", json!({ "present": ["1", "2", "3", "4"] }));
    assert!(early.message.contains("不能晚于今天"), "{early}");
    // Five members; two thirds of them are four.
    let few = county.refuse("2022-07-18", CASEWORKER, "meeting", "attend", json!({ "present": ["1", "2", "4"] }));
    assert!(few.message.contains("不足法定人数"), "{few}");
    let nobody = county.refuse("2022-07-18", CASEWORKER, "meeting", "vote", vote(501, json!({})));
    assert!(nobody.message.contains("还没有登记到会人员"), "{nobody}");
    county.refuse("2022-07-18", CASEWORKER, "meeting", "attend", json!({ "present": ["1", "2", "3", "9"] }));
}

/// Goes wrong: relatives not recused. And nobody both surveys and confirms.
#[test]
fn surveyors_and_relatives_are_recused() {
    let mut county = attended();
    let surveyor = county.refuse("2022-07-18", CASEWORKER, "meeting", "vote", vote(501, json!({})));
    assert!(surveyor.problems[0].message.contains("3 号参加了该户的入户调查"), "{surveyor}");
    let relative = county.refuse("2022-07-18", CASEWORKER, "meeting", "vote", vote(502, json!({})));
    assert!(relative.problems[0].message.contains("近亲属备案"), "{relative}");
    let silent = county.refuse("2022-07-18", CASEWORKER, "meeting", "vote", vote(502, json!({ "recused": ["2"] })));
    assert_eq!(silent.problems[0].field, "grounds");
    let voted = json!({ "recused": ["3"], "grounds": "入户调查人", "against": ["3"] });
    county.refuse("2022-07-18", CASEWORKER, "meeting", "vote", vote(501, voted));
    let absent = json!({ "recused": ["3"], "grounds": "入户调查人", "against": ["5"] });
    county.refuse("2022-07-18", CASEWORKER, "meeting", "vote", vote(501, absent));
    // The handler concerned is no member of the group: said, and voted.
    let said = json!({ "grounds": "涉及的村干部不是本组成员" });
    county.press("2022-07-18", CASEWORKER, "meeting", "vote", vote(502, said)).expect("a vote");
}

/// Goes wrong: meeting minutes for cases decided later, or before.
#[test]
fn minutes_are_no_way_to_catch_up_on_decisions() {
    let mut county = attended();
    let late = county.refuse("2022-07-18", CASEWORKER, "meeting", "add-cases", json!({ "cases": ["503"] }));
    assert!(late.problems[0].message.contains("晚于会议日期"), "{late}");
    // Case 502 was decided meanwhile.
    county.open.retain(|open| open.document != 502);
    let decided = county.refuse("2022-07-19", CASEWORKER, "meeting", "vote", vote(502, json!({ "grounds": "无" })));
    assert!(decided.message.contains("已经办结，不能事后补记表决"), "{decided}");
    county.press("2022-07-19", CASEWORKER, "meeting", "remove-case", json!({ "case": "502" })).expect("off the agenda");
    let decided = county.refuse("2022-07-19", CASEWORKER, "meeting", "add-cases", json!({ "cases": ["502"] }));
    assert!(decided.problems[0].message.contains("不能事后补列"), "{decided}");
    // Three working days after Monday 18 July are over on Friday.
    let recused = json!({ "recused": ["3"], "grounds": "入户调查人" });
    let over = county.refuse("2022-07-22", CASEWORKER, "meeting", "vote", vote(501, recused.clone()));
    assert!(over.message.contains("不能再补记"), "{over}");
    county.press("2022-07-21", CASEWORKER, "meeting", "vote", vote(501, recused)).expect("the last day");
    let backdated = json!({ "on": "2022-07-01", "place": "便民服务中心" });
    let backdated = county.refuse("2022-07-22", CASEWORKER, "meeting", "convene", backdated);
    assert!(backdated.message.contains("不能再补记"), "{backdated}");
}

#[test]
fn forms_show_who_may_vote_and_what_is_under_way() {
    let mut county = attended();
    county.as_user("2022-07-18", CASEWORKER);
    let document = county.world.latest("meeting");
    let fill = |form: &str, values: serde_json::Value| {
        let request = FillRequest::new(form)
            .of_document(document.clone())
            .values(FormValues::parse(&values.to_string()).expect("values"));
        county.world.run(|context| DelegatedApproval::fill(context, request)).expect("a fill")
    };
    let choices = |fill: &Fill, field: &str| -> Vec<String> {
        let of = fill.choices.iter().find(|choices| choices.field == field).expect("choices");
        of.choices.iter().map(|choice| choice.value.clone()).collect()
    };
    // On the agenda already, or opened after the meeting: not offered.
    assert!(choices(&fill("add-cases", json!({})), "cases").is_empty());
    let vote = fill("vote", json!({ "case": "501" }));
    assert_eq!(choices(&vote, "recused"), ["1", "2", "3", "4"]);
    assert!(vote.messages.iter().any(|message| message.text.zh.contains("3 号参加了")), "{vote:?}");
    assert!(fill("vote", json!({ "case": "502" })).messages.iter().any(|message| message.text.zh.contains("近亲属")));
    assert_eq!(choices(&fill("attend", json!({})), "present").len(), 5);
}

#[test]
fn a_meeting_needs_a_group_with_a_leader() {
    let mut county = County::delegated();
    let values = json!({ "on": "2022-07-18", "place": "便民服务中心" });
    let none = county.refuse("2022-07-15", CASEWORKER, "meeting", "convene", values.clone());
    assert!(none.message.contains("还没有建立联审联批领导小组"), "{none}");
    let mut county = with_group();
    county
        .press("2022-07-10", REVIEWER, "group", "end-member", json!({ "seat": "1", "to": "2022-07-15" }))
        .expect("left");
    let headless = county.refuse("2022-07-15", CASEWORKER, "meeting", "convene", values);
    assert!(headless.message.contains("没有组长"), "{headless}");
}
