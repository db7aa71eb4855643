//! Recognition and what follows it, in a made-up county: who is refused what, what each step leaves behind, and what is decided,
//! posted and written (43号 第十条 to 第十八条).

mod county;

use care_contracts::CareContracts;
use care_contracts::application::Application;
use care_contracts::review::Review;
use county::*;
use doudi_sdk::prelude::*;
use serde_json::json;

#[test]
fn an_old_man_is_surveyed_posted_drawn_checked_and_confirmed() {
    let mut county = County::new(&alone(0));
    let form = json!({ "applicant": "1", "orphan": "none", "wish": "scattered", "declared": true });
    county.create("2022-07-01", CASEWORKER, ("application", "apply"), form);
    county.press("2022-07-01", CASEWORKER, ("application", "submit"), json!({}));
    // Everything missing is told at once (第十二条).
    let refusal = county.refused("2022-07-04", CASEWORKER, ("application", "accept"), json!({}));
    assert_eq!(refusal.problems.len(), 3, "{refusal}: authority, account, obligors");
    let effects = county.press(
        "2022-07-04",
        CASEWORKER,
        ("application", "request-supplement"),
        json!({ "more": "户口簿复印件" }),
    );
    assert_eq!(letter(&effects).matches('．').count(), 4);
    county.press("2022-07-05", CASEWORKER, ("application", "edit"), complete());
    county.press("2022-07-05", CASEWORKER, ("application", "resubmit"), json!({}));
    let effects = county.press("2022-07-06", CASEWORKER, ("application", "accept"), json!({}));
    // Fifteen working days for survey and opinion (第十三条), carried on to the opinion.
    assert!(effects.documents().any(|put| put.due.as_deref() == Some("2022-07-27")));

    let early = county.refused("2022-07-07", CASEWORKER, ("application", "survey"), survey(13, "2022-07-07"));
    assert!(early.message.contains("核对"), "{early}");
    county.press("2022-07-07", OFFICER, ("application", "record-check"), {
        let mut check = check();
        check["checked-on"] = json!("2022-07-07");
        check
    });
    let one = county.refused("2022-07-08", CASEWORKER, ("application", "survey"), survey(CASEWORKER.0, "2022-07-08"));
    assert!(one.message.contains("两人以上"), "{one}");
    let mut unverified = survey(REVIEWER.0, "2022-07-08");
    unverified["obligors-verified"] = json!(false);
    let refusal = county.refused("2022-07-08", CASEWORKER, ("application", "survey"), unverified);
    assert!(refusal.message.contains("第十三条"), "{refusal}");
    let effects = county.press("2022-07-08", CASEWORKER, ("application", "survey"), survey(REVIEWER.0, "2022-07-08"));
    assert!(effects.documents().any(|put| put.due.as_deref() == Some("2022-07-27")));

    let own = county.refused("2022-07-11", REVIEWER, ("application", "opine"), json!({ "proposal": "grant" }));
    assert!(own.message.contains("参加入户调查"), "{own}");
    let other = (14, "town-reviewer");
    let unassessed = county.refused("2022-07-11", other, ("application", "opine"), json!({ "proposal": "grant" }));
    assert!(unassessed.message.contains("第二十条"), "{unassessed}");
    county.assessed("2022-07-11", 3);
    let refusal = county.refused("2022-07-11", other, ("application", "opine"), json!({ "proposal": "refuse" }));
    assert!(refusal.message.contains("符合特困条件"), "{refusal}");
    county.press("2022-07-11", other, ("application", "opine"), json!({ "proposal": "grant" }));

    let effects = county.press("2022-07-12", CASEWORKER, ("application", "post"), json!({ "place": "奎湖村公示栏" }));
    let posting = effects.notices().next().and_then(|notice| notice.posting.clone()).expect("the posting");
    assert_eq!((posting.members, posting.covered, posting.amount), (1, 1, 112_300));
    assert_eq!((posting.from.as_str(), posting.to.as_str()), ("2022-07-12", "2022-07-19"));
    assert!(!posting.proposal.zh.contains("护理"), "self-care is not posted: {}", posting.proposal.zh);
    county.refused("2022-07-20", CASEWORKER, ("application", "close-posting"), json!({ "no-objection": false }));
    let closing = json!({ "no-objection": true, "papers": ["7"] });
    county.press("2022-07-20", CASEWORKER, ("application", "close-posting"), closing);

    // The first case of the year is drawn, or the share would be below 30 % (第十六条).
    assert_eq!(county.body::<Application>("application").drawn, Some(true));
    let form = json!({ "form": "scattered" });
    let unchecked = county.refused("2022-07-21", APPROVER, ("application", "confirm"), form.clone());
    assert!(unchecked.message.contains("第十六条"), "{unchecked}");
    county.press("2022-07-21", OFFICER, ("application", "county-visit"), survey(23, "2022-07-21"));
    county.refused("2022-07-25", REVIEWER, ("application", "confirm-by-town"), form.clone());
    let against = county.refused("2022-07-25", APPROVER, ("application", "confirm"), json!({ "form": "central" }));
    assert!(against.message.contains("意愿"), "{against}");
    let effects = county.press("2022-07-25", APPROVER, ("application", "confirm"), form);
    assert_eq!(decided(&effects), ["granted 1123.00 2022-08-01"]);
    let decision = effects.decisions().next().expect("the decision");
    assert_eq!((decision.person, decision.covered_persons), (Some(OLD), 1));
    let said: Vec<&str> = decision.reasons.iter().map(|reason| reason.code.as_str()).collect();
    for code in [
        "labour-old",
        "income-below",
        "assets-pass",
        "obligor-none",
        "care-half",
        "form-scattered",
        "checked-by-county",
    ] {
        assert!(said.contains(&code), "{code} is not among {said:?}");
    }
    assert!(effects.events().any(|event| event.topic == "care-contracts.confirmed" && event.person == Some(OLD)));
    assert!(letter(&effects).contains("1123.00"), "{}", letter(&effects));
    // Nobody is supported twice.
    let twice = county.refused("2022-07-26", CASEWORKER, ("application", "apply"), complete());
    assert!(twice.message.contains("已经在特困供养"), "{twice}");
}

#[test]
fn a_refusal_names_finding_article_and_remedies_within_three_working_days() {
    let mut county = County::accepted(&alone(710), complete());
    county.press("2022-07-08", CASEWORKER, ("application", "survey"), survey(13, "2022-07-08"));
    county.refused("2022-07-11", REVIEWER, ("application", "opine"), json!({ "proposal": "grant" }));
    county.press("2022-07-11", REVIEWER, ("application", "opine"), json!({ "proposal": "refuse" }));
    assert_eq!(county.state("application"), "confirming", "a proposal to refuse is not posted");
    county.press("2022-07-12", OFFICER, ("application", "county-visit"), survey(23, "2022-07-12"));
    county.refused("2022-09-20", APPROVER, ("application", "confirm"), json!({ "form": "scattered" }));
    let effects = county.press("2022-09-20", APPROVER, ("application", "refuse"), json!({ "ground": "rule" }));
    assert_eq!(decided(&effects), ["refused 0.00 2022-09-20"]);
    let notice = effects.notices().next().expect("the letter");
    assert_eq!(notice.serve_by.as_deref(), Some("2022-09-23"));
    let text = letter(&effects);
    for part in ["710.00", "不低于低保标准", "第六条", "南陵县人民政府", "南陵县人民法院", "0553-0000000"]
    {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert!(effects.events().any(|event| event.topic == "care-contracts.refused"));
    assert_eq!(notice.word, "南民特困");
}

/// A son as the applicant's obligor; the form of the handbook, field by field.
fn son(more: serde_json::Value) -> serde_json::Value {
    let mut form = json!({
        "relation": "20", "birth": "1978-09-12", "signed": true, "income": 0, "assets-within": true, "tekun": false,
        "dibao": false, "disability": "0", "grade": "0", "standing": "none", "note": "",
    });
    merge(&mut form, more);
    form
}

#[test]
fn obligors_outside_the_file_decide_with_it() {
    for (word, obligor, grants) in [
        ("able", son(json!({ "income": 500_000 })), false),
        ("in prison", son(json!({ "standing": "prison", "note": "服刑通知书" })), true),
        ("in prison, rich", son(json!({ "standing": "prison", "assets-within": false, "note": "服刑通知书" })), false),
        ("特困 himself", son(json!({ "tekun": true, "note": "救助供养证" })), true),
        ("dibao, 43 years old", son(json!({ "dibao": true, "note": "低保证" })), false),
        ("hearing 1", son(json!({ "disability": "2", "grade": "1", "income": 300_000 })), true),
        ("limb 3", son(json!({ "disability": "4", "grade": "3" })), false),
        ("dead", son(json!({ "standing": "dead", "note": "死亡证明" })), true),
    ] {
        let mut values = complete();
        values["no-obligors"] = json!(false);
        let mut county = County::new(&alone(0));
        county.create("2022-07-01", CASEWORKER, ("application", "apply"), values);
        county.press("2022-07-01", CASEWORKER, ("application", "record-obligor"), obligor);
        county.press("2022-07-01", CASEWORKER, ("application", "submit"), json!({}));
        county.press("2022-07-04", CASEWORKER, ("application", "accept"), json!({}));
        county.press("2022-07-06", OFFICER, ("application", "record-check"), check());
        county.assessed("2022-07-07", 0);
        county.press("2022-07-08", CASEWORKER, ("application", "survey"), survey(13, "2022-07-08"));
        let document = county.world.latest("application");
        let opined = county.try_press(
            "2022-07-11",
            REVIEWER,
            Some(document),
            ("application", "opine"),
            json!({ "proposal": "grant" }),
        );
        assert_eq!(opined.is_ok(), grants, "{word}: {opined:?}");
        if let Err(refusal) = opined {
            assert!(refusal.problems.iter().any(|problem| problem.message.contains("第八条")), "{word}: {refusal}");
        }
    }
    // Without evidence there is no exemption, and without a signature no acceptance.
    let mut county = County::new(&alone(0));
    county.create("2022-07-01", CASEWORKER, ("application", "apply"), complete());
    let bare =
        county.refused("2022-07-01", CASEWORKER, ("application", "record-obligor"), son(json!({ "tekun": true })));
    assert!(bare.problems.iter().any(|problem| problem.field == "note"), "{bare}");
    county.press("2022-07-01", CASEWORKER, ("application", "record-obligor"), son(json!({ "signed": false })));
    county.press("2022-07-01", CASEWORKER, ("application", "submit"), json!({}));
    let unsigned = county.refused("2022-07-04", CASEWORKER, ("application", "accept"), json!({}));
    assert!(unsigned.problems.iter().any(|problem| problem.message.contains("儿子（1978年出生）")), "{unsigned}");
    county.press("2022-07-04", CASEWORKER, ("application", "request-supplement"), json!({}));
    county.press(
        "2022-07-05",
        CASEWORKER,
        ("application", "drop-obligor"),
        json!({ "which": "0", "reason": "登记错误" }),
    );
    assert!(county.body::<Application>("application").circumstances.obligors.is_empty());
}

#[test]
fn a_minor_chooses_one_scheme() {
    let child = household(json!([
        { "who": "孩子", "fields": { "person.relation": 2, "person.birth-date": "2012-05-01", "person.co-resident": true, "person.study": 2 } },
    ]));
    for (choice, grants) in [("tekun", true), ("orphan", false)] {
        let mut values = complete();
        values["orphan"] = json!(choice);
        let mut county = County::accepted(&child, values);
        county.assessed("2022-07-07", 0);
        county.press("2022-07-08", CASEWORKER, ("application", "survey"), survey(13, "2022-07-08"));
        let document = county.world.latest("application");
        let button = ("application", "opine");
        let opined = county.try_press("2022-07-11", REVIEWER, Some(document), button, json!({ "proposal": "grant" }));
        assert_eq!(opined.is_ok(), grants, "{choice}");
        if let Err(refusal) = opined {
            assert!(refusal.problems.iter().any(|problem| problem.message.contains("第九条")), "{refusal}");
        }
    }
}

#[test]
fn who_cannot_state_a_wish_is_assessed_first() {
    let mut values = complete();
    values["wish"] = json!("unable");
    let mut county = County::accepted(&alone(0), values);
    let vague = county.try_press(
        "2022-07-07",
        OFFICER,
        None,
        ("assessment", "report"),
        json!({
            "member": "1", "cause": "first", "reported-on": "2022-07-07",
        }),
    );
    assert!(vague.is_ok());
    let unadvised =
        county.refused("2022-07-07", OFFICER, ("assessment", "assess"), items("2022-07-07", 5, false, None));
    assert!(unadvised.problems.iter().any(|problem| problem.field == "advice"), "{unadvised}");
    county.press("2022-07-07", OFFICER, ("assessment", "assess"), items("2022-07-07", 5, false, Some("central")));
    county.reach_the_desk();
    let at_home = county.refused("2022-07-25", APPROVER, ("application", "confirm"), json!({ "form": "scattered" }));
    assert!(at_home.message.contains("评估建议"), "{at_home}");
    let nowhere = county.refused("2022-07-25", APPROVER, ("application", "confirm"), json!({ "form": "central" }));
    assert!(nowhere.problems.iter().any(|problem| problem.field == "institution"), "{nowhere}");
    let form = json!({ "division": "340223101000", "name": "许镇中心敬老院", "beds": 60 });
    county.create("2022-07-25", OFFICER, ("institution", "register"), form);
    let institution = county.world.latest("institution").id.0.to_string();
    let values = json!({ "form": "central", "institution": institution });
    let document = county.world.documents().find(|document| document.collection == "application").cloned();
    let effects =
        county.try_press("2022-07-25", APPROVER, document, ("application", "confirm"), values).expect("confirmed");
    let decision = effects.decisions().next().expect("the decision");
    assert_eq!((decision.figures["form"], decision.amount), (2, 152_300));
    assert!(decision.reasons.iter().any(|reason| reason.code == "will-assessed"));
    // Central support goes to the institution: no line of the person's own, but one on the institution's list.
    let payables = county.ask("benefit.payables", "2022-08-01", Block::new());
    assert_eq!(payables.rows(), 0);
    county.as_user("2022-08-02", OFFICER);
    let list = county.page(PageRequest::new("institutions"));
    assert!(list.contains("许镇中心敬老院") && list.contains("152300"), "{list}");
    assert!(county.page(PageRequest::new("ledger").with("household", 1).with("person", 1)).contains("152300"));
    assert_eq!(county.indicator("2022-08-02", "central"), (1, 1));
}

#[test]
fn where_the_town_decides_the_county_draws_nothing() {
    let town = Block::of(Table::new("authority", 1).texts("level", ["town"]));
    let mut county = County::new(&alone(0));
    county.world = county.world.clone().answer("approval.authority", "delegated-approval", town);
    county.create("2022-07-01", CASEWORKER, ("application", "apply"), complete());
    county.press("2022-07-01", CASEWORKER, ("application", "submit"), json!({}));
    county.press("2022-07-04", CASEWORKER, ("application", "accept"), json!({}));
    county.press("2022-07-06", OFFICER, ("application", "record-check"), check());
    county.assessed("2022-07-07", 3);
    county.press("2022-07-08", CASEWORKER, ("application", "survey"), survey(13, "2022-07-08"));
    county.press("2022-07-11", REVIEWER, ("application", "opine"), json!({ "proposal": "grant" }));
    county.press("2022-07-12", CASEWORKER, ("application", "post"), json!({ "place": "奎湖村公示栏" }));
    let values = json!({ "no-objection": true, "papers": ["7"] });
    let effects = county.press("2022-07-20", CASEWORKER, ("application", "close-posting"), values);
    assert_eq!(effects.documents().next().and_then(|put| put.assignee.clone()).as_deref(), Some("town-reviewer"));
    county.refused("2022-07-25", APPROVER, ("application", "confirm"), json!({ "form": "scattered" }));
    let reviewer = (14, "town-reviewer");
    county.press("2022-07-25", reviewer, ("application", "confirm-by-town"), json!({ "form": "scattered" }));
    let period = Table::new("period", 1)
        .ints("from", [Date::of(2022, 7, 1)])
        .ints("to", [Date::of(2022, 7, 31)])
        .ints("after", [0_i64])
        .ints("limit", [100_i64]);
    let answer = county.ask("approval.decided", "2022-07-31", Block::of(period));
    let table = answer.table("decided").expect("the table");
    let text = |name: &str| table.text_column(name).expect(name).get(0).unwrap_or_default().to_owned();
    let int = |name: &str| table.int_column(name).expect(name).get(0);
    assert_eq!((text("level"), text("outcome"), text("scheme")), ("town".into(), "granted".into(), "tekun".into()));
    assert_eq!((int("surveyor"), int("decider"), int("amount")), (Some(11), Some(14), Some(112_300)));
    assert_eq!((int("person"), int("decision"), int("relative")), (Some(1), Some(1), Some(0)));
}

#[test]
fn an_objection_is_surveyed_anew_within_fifteen_working_days() {
    let mut county = County::accepted(&alone(0), complete());
    county.assessed("2022-07-07", 3);
    county.press("2022-07-08", CASEWORKER, ("application", "survey"), survey(13, "2022-07-08"));
    county.press("2022-07-11", REVIEWER, ("application", "opine"), json!({ "proposal": "grant" }));
    county.press("2022-07-12", CASEWORKER, ("application", "post"), json!({ "place": "奎湖村公示栏" }));
    county.press("2022-07-14", CASEWORKER, ("application", "object"), json!({ "content": "有女儿在外地" }));
    assert_eq!(county.state("application"), "objection");
    let values = json!({ "upheld": true, "finding": "女儿在苏州务工" });
    county.press("2022-07-18", CASEWORKER, ("application", "settle-objection"), values);
    // An upheld objection may be proposed for refusal although the file alone would grant.
    county.press("2022-07-19", REVIEWER, ("application", "opine"), json!({ "proposal": "refuse" }));
    assert!(county.body::<Application>("application").needs_county_check());
    county.press("2022-07-20", OFFICER, ("application", "county-visit"), survey(23, "2022-07-20"));
    let values = json!({ "ground": "objection", "finding": "女儿有赡养能力" });
    let effects = county.press("2022-07-21", APPROVER, ("application", "refuse"), values);
    assert!(letter(&effects).contains("第十五条") && letter(&effects).contains("女儿有赡养能力"));
}

#[test]
fn discovery_monitoring_and_reversals_open_something_for_people() {
    let event = |scheme: &str| {
        Event::new("discovery.application")
            .household(FAMILY)
            .person(OLD)
            .document(Id(77))
            .with_payload(&json!({ "scheme": scheme, "proxy": "31" }))
    };
    let mut county = County::new(&alone(0));
    assert!(county.react("2022-07-01", event("dibao")).is_empty(), "another measure's");
    county.react("2022-07-01", event("tekun"));
    let body: Application = county.body("application");
    assert_eq!((county.state("application").as_str(), body.proxy_officer), ("draft", Some(Id(31))));
    assert!(county.react("2022-07-01", event("care-contracts")).is_empty(), "once");
    let page = Table::new("page", 1).ints("after", [0_i64]).ints("limit", [100_i64]);
    let cases = county.ask("benefit.cases", "2022-07-02", Block::of(page));
    let table = cases.table("case").expect("the table");
    assert_eq!(table.int_column("proxy").expect("proxy").values(), [1]);
    assert_eq!(table.int_column("person").expect("person").get(0), Some(1));
    assert_eq!(table.int_column("closed").expect("closed").get(0), None);

    let mut county = County::supported();
    let ended = || {
        Event::new("monitoring.ended")
            .household(FAMILY)
            .document(Id(91))
            .with_payload(&json!({ "rule": "new-contributions", "on": "2022-10-01" }))
    };
    let effects = county.react("2022-10-02", ended());
    assert_eq!(effects.decisions().count(), 0, "a match is a clue, never a decision");
    assert_eq!(county.body::<Review>("review").kind, "monitoring");
    assert!(county.react("2022-10-03", ended()).is_empty());
    let application = county
        .world
        .documents()
        .find(|document| document.collection == "application")
        .expect("the case")
        .id
        .0
        .to_string();
    let reversed = Event::new("delegated-approval.reversed")
        .household(FAMILY)
        .document(Id(92))
        .with_payload(&json!({ "scheme": "tekun", "case": application, "finding": "儿子有赡养能力" }));
    county.react("2022-10-04", reversed.clone());
    assert_eq!(county.body::<Review>("review").kind, "reversed");
    assert!(county.react("2022-10-05", reversed).is_empty());
}

#[test]
fn a_reversed_refusal_becomes_a_new_application() {
    let mut county = County::accepted(&alone(710), complete());
    county.press("2022-07-08", CASEWORKER, ("application", "survey"), survey(13, "2022-07-08"));
    county.press("2022-07-11", REVIEWER, ("application", "opine"), json!({ "proposal": "refuse" }));
    county.press("2022-07-12", OFFICER, ("application", "county-visit"), survey(23, "2022-07-12"));
    county.press("2022-07-13", APPROVER, ("application", "refuse"), json!({ "ground": "rule" }));
    let case = county.world.latest("application").id.0.to_string();
    let event = Event::new("delegated-approval.reversed")
        .household(FAMILY)
        .document(Id(92))
        .with_payload(&json!({ "scheme": "tekun", "case": case, "finding": "收入算错" }));
    county.react("2022-08-01", event.clone());
    let body: Application = county.body("application");
    assert_eq!((county.state("application").as_str(), body.applicant), ("draft", Some(OLD)));
    assert!(body.survey.is_none() && body.opinion.is_none(), "every step is taken anew");
    assert!(county.react("2022-08-02", event).is_empty());
}

#[test]
fn a_missing_parameter_is_named_and_nothing_is_guessed() {
    let world = doudi_sdk::testing::World::new("2022-07-20")
        .manifest(include_str!("../plugin.toml"))
        .parameter("dibao-standard", "2020-01-01", 71_000)
        .household(1, &alone(0));
    let request = FillRequest::new("application")
        .of_household(FAMILY)
        .values(FormValues::parse(&complete().to_string()).expect("values"));
    let refusal = world.run(|context| CareContracts::fill(context, request)).expect_err("no answer");
    let fields: Vec<&str> = refusal.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["basic-standard", "basic-ratio", "disposable-income"]);
}

#[test]
fn settings_name_a_phone_a_court_and_a_word() {
    let check = |contact: &str, court: &str, word: &str| {
        let settings = care_contracts::settings::Settings {
            contact: contact.into(),
            court: court.into(),
            word: word.into(),
            ..Default::default()
        };
        CareContracts::check_settings(settings).expect("a check").into_vec().len()
    };
    assert_eq!(check("许镇民政办 0553-0000000", "南陵县人民法院", "南民特困"), 0);
    assert_eq!(check("许镇民政办", "南陵", ""), 2);
    assert_eq!(check("许镇民政办 0553-0000000", "南陵县人民法院", "南民特困〔2022〕1号"), 1);
}

#[test]
fn pages_show_the_answer_and_coordinators_see_no_money() {
    let mut county = County::accepted(&alone(0), complete());
    county.assessed("2022-07-07", 3);
    let document =
        county.world.documents().find(|document| document.collection == "application").expect("the case").clone();
    county.as_user("2022-07-11", CASEWORKER);
    let seen = county.page(PageRequest::new("application").of_document(document.clone()));
    assert!(seen.contains("如果现在决定") && seen.contains("112300"), "{seen}");
    county.as_user("2022-07-11", VILLAGE);
    let seen = county.page(PageRequest::new("application").of_document(document));
    assert!(!seen.contains("如果现在决定") && !seen.contains("money"), "{seen}");
}
