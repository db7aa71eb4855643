//! A family through the whole procedure in a made-up county: who is refused what, what each step leaves behind, and what is
//! decided, posted and written. The kernel's own checks (office, state, deadlines) are tested with the kernel.

mod county;

use county::*;
use dibao::Dibao;
use doudi_sdk::prelude::*;
use doudi_sdk::testing::World;
use serde_json::json;

#[test]
fn a_family_is_told_once_surveyed_by_two_posted_and_confirmed() {
    let mut county = County::new(&three(1_800));
    county.application(
        "2022-07-01",
        CASEWORKER,
        "apply",
        json!({ "applicant": "1", "basis": "family", "declared": true }),
    );
    assert_eq!(county.state("application"), "draft");
    county.application("2022-07-01", CASEWORKER, "submit", json!({}));
    // Incomplete: not accepted, and everything missing is told at once.
    let refusal = county.refused("2022-07-04", CASEWORKER, "application", "accept", json!({}));
    assert_eq!(refusal.problems.len(), 4, "{refusal}");
    let effects = county.application("2022-07-04", CASEWORKER, "request-supplement", json!({ "more": "户口簿复印件" }));
    let letter = effects.notices().next().expect("the letter that tells what is missing");
    assert_eq!(letter.paragraphs.iter().filter(|text| text.zh.contains('．')).count(), 5);
    assert_eq!(county.state("application"), "supplement");
    county.refused("2022-07-05", CASEWORKER, "application", "resubmit", json!({}));
    // A case is about whom it was begun for; the form shows what stands in it.
    let mut other = complete();
    other["applicant"] = json!("2");
    let refusal = county.refused("2022-07-05", CASEWORKER, "application", "edit", other);
    assert_eq!(refusal.problems[0].field, "applicant", "{refusal}");
    let form = county.opened("2022-07-05", CASEWORKER, "application", "application");
    assert_eq!((&form["applicant"], &form["basis"], &form["declared"]), (&json!("1"), &json!("family"), &json!(true)));
    county.application("2022-07-05", CASEWORKER, "edit", complete());
    county.application("2022-07-05", CASEWORKER, "resubmit", json!({}));
    let effects = county.application("2022-07-06", CASEWORKER, "accept", json!({}));
    // Thirty working days after 2022-07-06, without a holiday in between.
    assert!(effects.documents().next().is_some_and(|put| put.note.contains("2022-08-17")));

    county.application("2022-07-07", CASEWORKER, "request-check", json!({}));
    county.application("2022-07-08", OFFICER, "record-check", check());
    let alone = county.refused("2022-07-08", CASEWORKER, "application", "survey", visit(CASEWORKER.0));
    assert!(alone.message.contains("两人以上"), "{alone}");
    county.application("2022-07-08", CASEWORKER, "survey", visit(REVIEWER.0));
    let own = county.refused("2022-07-11", REVIEWER, "application", "opine", json!({ "proposal": "grant" }));
    assert!(own.message.contains("参加入户调查"), "{own}");
    let other = (14, "town-reviewer");
    let refusal = county.refused("2022-07-11", other, "application", "opine", json!({ "proposal": "refuse" }));
    assert!(refusal.message.contains("符合低保条件"), "{refusal}");
    county.application("2022-07-11", other, "opine", json!({ "proposal": "grant" }));

    let effects = county.application("2022-07-12", CASEWORKER, "post", json!({ "place": "奎湖村公示栏" }));
    let posting = effects.notices().next().and_then(|notice| notice.posting.clone()).expect("the posting");
    assert_eq!((posting.members, posting.covered, posting.amount), (3, 3, 63_000));
    assert_eq!((posting.from.as_str(), posting.to.as_str()), ("2022-07-12", "2022-07-19"));
    assert!(effects.notices().all(|notice| notice.paragraphs.is_empty()), "a posting says nothing else");
    county.refused("2022-07-20", CASEWORKER, "application", "close-posting", json!({ "no-objection": false }));
    county.application("2022-07-20", CASEWORKER, "close-posting", json!({ "no-objection": true, "papers": ["7"] }));

    county.refused("2022-07-21", REVIEWER, "application", "confirm-by-town", json!({}));
    let effects = county.application("2022-07-21", APPROVER, "confirm", json!({}));
    let decision = effects.decisions().next().expect("the decision");
    assert_eq!((decision.outcome.as_str(), decision.amount, decision.covered_persons), ("dibao", 63_000, 3));
    assert_eq!((decision.from.as_str(), decision.as_of.as_str()), ("2022-08-01", "2022-07-21"));
    assert!(decision.reasons.iter().any(|reason| reason.code == "employment-cost" && reason.facts.len() == 2));
    assert!(effects.events().any(|event| event.topic == "dibao.confirmed"));
    let letter = effects.notices().next().expect("the letter");
    assert!(letter.paragraphs.iter().any(|text| text.zh.contains("630.00")), "{letter:?}");
    // Nobody is covered twice.
    let twice = county.refused("2022-07-22", CASEWORKER, "application", "apply", complete());
    assert!(twice.message.contains("已经在保"), "{twice}");
}

#[test]
fn a_refusal_names_finding_line_article_and_remedies_within_three_working_days() {
    let mut county = County::new(&three(2_700));
    county.surveyed();
    county.refused("2022-07-11", REVIEWER, "application", "opine", json!({ "proposal": "grant" }));
    county.application("2022-07-11", REVIEWER, "opine", json!({ "proposal": "refuse" }));
    assert_eq!(county.state("application"), "confirming", "a proposal to refuse is not posted");
    county.refused("2022-09-20", APPROVER, "application", "confirm", json!({}));
    let effects = county.application("2022-09-20", APPROVER, "refuse", json!({ "ground": "rule" }));
    let decisions: Vec<_> = effects
        .decisions()
        .map(|decision| (decision.scheme.as_str(), decision.outcome.as_str(), decision.amount))
        .collect();
    assert_eq!(decisions, [("dibao", "refused", 0), ("dibao-edge", "edge", 0)]);
    let letter = effects.notices().next().expect("the letter");
    assert_eq!(letter.serve_by.as_deref(), Some("2022-09-23"));
    let text: String = letter.paragraphs.iter().map(|text| text.zh.as_str()).collect();
    for part in ["2,400.00", "2,130.00", "第四条", "南陵县人民政府", "南陵县人民法院", "0553-0000000", "低保边缘家庭"]
    {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    // The comparison with the line is said once, with its article.
    assert_eq!(text.matches("不低于 710.00").count(), 1, "{text}");
    let said: std::collections::BTreeSet<&str> = letter.paragraphs.iter().map(|text| text.zh.as_str()).collect();
    assert_eq!(said.len(), letter.paragraphs.len(), "a sentence stands twice in {text}");
    assert_eq!(letter.word, "南民低保");
}

/// One open application for a household; a member alone only beside another member alone.
#[test]
fn a_second_application_is_refused_and_the_open_one_named() {
    let alone = |applicant: &str| {
        let mut values = complete();
        values["basis"] = json!("single");
        values["applicant"] = json!(applicant);
        values
    };
    for (first, second, refused) in [
        (complete(), complete(), true),
        (complete(), alone("2"), true),
        (alone("2"), complete(), true),
        (alone("2"), alone("2"), true),
        (alone("2"), alone("1"), false),
    ] {
        let mut county = County::new(&three(1_800));
        county.application("2022-07-01", CASEWORKER, "apply", first.clone());
        let number = county.world.latest("application").key;
        match county.press("2022-07-04", CASEWORKER, "application", "apply", second.clone()) {
            Err(refusal) => {
                assert!(refused, "{first} and {second}: {refusal}");
                assert!(refusal.message.contains(&number) && refusal.message.contains("正在办理"), "{refusal}");
            }
            Ok(_) => assert!(!refused, "{first} and {second}"),
        }
        // Once the first one has ended, another may begin.
        if refused {
            county.application("2022-07-05", CASEWORKER, "withdraw", json!({ "reason": "情况变化" }));
            county.application("2022-07-06", CASEWORKER, "apply", second);
        }
    }
}

#[test]
fn what_is_confirmed_is_what_was_posted() {
    let mut county = County::new(&three(1_800));
    county.surveyed();
    county.posted();
    // The wage rose while the case lay with the county.
    county.world = county.world.clone().household(1, &three(1_900));
    let refusal = county.refused("2022-07-21", APPROVER, "application", "confirm", json!({}));
    assert!(refusal.message.contains("630.00") && refusal.message.contains("530.00"), "{refusal}");
    county.application("2022-07-21", APPROVER, "return", json!({ "reason": "金额不一致", "to": "assessed" }));
    assert_eq!(county.state("application"), "assessed");
}

#[test]
fn surveyors_do_not_decide_even_as_the_second_one() {
    let mut county = County::new(&three(1_800));
    county.application("2022-07-01", CASEWORKER, "apply", complete());
    county.application("2022-07-01", CASEWORKER, "submit", json!({}));
    county.application("2022-07-04", CASEWORKER, "accept", json!({}));
    county.application("2022-07-05", CASEWORKER, "request-check", json!({}));
    county.application("2022-07-06", OFFICER, "record-check", check());
    county.application("2022-07-08", CASEWORKER, "survey", visit(APPROVER.0));
    county.posted();
    let refusal = county.refused("2022-07-21", APPROVER, "application", "confirm", json!({}));
    assert!(refusal.message.contains("参加入户调查"), "{refusal}");
}

#[test]
fn near_relatives_and_objections_bring_the_county_to_the_door() {
    let mut county = County::new(&three(1_800));
    let mut declared = complete();
    declared["near-relative"] = json!("2");
    county.application("2022-07-01", CASEWORKER, "apply", declared);
    county.application("2022-07-01", CASEWORKER, "submit", json!({}));
    let effects = county.application("2022-07-04", CASEWORKER, "accept", json!({}));
    assert!(effects.iter().any(|effect| effect.kind() == "fact.propose"), "the declaration is put on file");
    county.application("2022-07-05", CASEWORKER, "request-check", json!({}));
    county.application("2022-07-06", OFFICER, "record-check", check());
    county.application("2022-07-08", CASEWORKER, "survey", visit(13));
    county.posted();
    let refusal = county.refused("2022-07-21", APPROVER, "application", "confirm", json!({}));
    assert!(refusal.message.contains("县级民政部门应当入户"), "{refusal}");
    let mut county_visit = visit(23);
    county_visit["visited-on"] = json!("2022-07-22");
    county.application("2022-07-22", OFFICER, "county-visit", county_visit);
    county.application("2022-07-25", APPROVER, "confirm", json!({}));

    let mut county = County::new(&three(1_800));
    county.surveyed();
    county.application("2022-07-11", REVIEWER, "opine", json!({ "proposal": "grant" }));
    county.application("2022-07-12", CASEWORKER, "post", json!({ "place": "奎湖村公示栏" }));
    county.application("2022-07-13", CASEWORKER, "object", json!({ "content": "另有收入", "way": "hearing" }));
    county.application(
        "2022-07-15",
        CASEWORKER,
        "settle-objection",
        json!({ "upheld": false, "finding": "评议认为不成立" }),
    );
    assert_eq!(county.state("application"), "assessed");
    county.posted();
    let refusal = county.refused("2022-07-21", APPROVER, "application", "confirm", json!({}));
    assert!(refusal.message.contains("公示有异议"), "{refusal}");
}

#[test]
fn the_town_decides_where_another_measure_says_so() {
    let mut county = County::new(&three(1_800));
    let level = Block::of(Table::new("authority", 1).texts("level", ["town"]));
    county.world = county.world.clone().answer("approval.authority", "delegated-approval", level);
    county.surveyed();
    county.application("2022-07-11", REVIEWER, "opine", json!({ "proposal": "grant" }));
    county.application("2022-07-12", CASEWORKER, "post", json!({ "place": "奎湖村公示栏" }));
    let values = json!({ "no-objection": true, "papers": ["7"] });
    let effects = county.application("2022-07-20", CASEWORKER, "close-posting", values);
    let put = effects.documents().next().expect("the case");
    assert_eq!(put.assignee.as_deref(), Some("town-reviewer"), "it waits on the town's desk");
    let refusal = county.refused("2022-07-21", APPROVER, "application", "confirm", json!({}));
    assert!(refusal.message.contains("下放"), "{refusal}");
    county.application("2022-07-21", REVIEWER, "confirm-by-town", json!({}));
    assert_eq!(county.state("application"), "confirmed");
}

#[test]
fn time_is_extended_once_and_with_a_reason() {
    let mut county = County::new(&three(1_800));
    county.surveyed();
    let values = json!({ "reason": "hard", "note": "等待外地协查" });
    let effects = county.application("2022-07-11", REVIEWER, "extend", values.clone());
    // Forty-five working days after 2022-07-04.
    assert!(effects.documents().next().is_some_and(|put| put.due.as_deref() == Some("2022-09-05")), "{effects:?}");
    county.refused("2022-07-12", REVIEWER, "application", "extend", values);
}

#[test]
fn what_the_survey_finds_is_a_fact_in_place_of_the_old_one() {
    let mut county = County::new(&three(1_800));
    county.application("2022-07-01", CASEWORKER, "apply", complete());
    county.application("2022-07-01", CASEWORKER, "submit", json!({}));
    county.application("2022-07-04", CASEWORKER, "accept", json!({}));
    county.application("2022-07-05", CASEWORKER, "request-check", json!({}));
    county.application("2022-07-06", OFFICER, "record-check", check());
    let finding = json!({ "member": "1", "kind": "income.wage", "amount": 200_000, "from": "2022-07-01", "source": "2", "replaces": true });
    let effects = county.application("2022-07-08", CASEWORKER, "record-finding", finding);
    let fact = effects.iter().find_map(|effect| match effect {
        doudi_sdk::doc::EffectPayload::FactPropose(fact) => Some(fact),
        _ => None,
    });
    let fact = fact.expect("the fact");
    assert_eq!((fact.field.as_str(), fact.value, fact.supersedes), ("income.wage", Some(200_000), Some(Id(1))));
    assert_eq!(county.state("application"), "surveying");
}

#[test]
fn employment_above_the_line_gets_grace_and_then_stops() {
    let mut county = County::covered();
    county.world = county.world.clone().household(1, &three(3_600));
    county.press("2022-08-02", CASEWORKER, "recheck", "start", json!({ "reason": "户主新就业" })).expect("a recheck");
    county
        .press("2022-08-05", CASEWORKER, "recheck", "check", {
            let mut visit = visit(13);
            visit["visited-on"] = json!("2022-08-05");
            visit
        })
        .expect("the check");
    let short =
        county.refused("2022-08-10", APPROVER, "recheck", "decide", json!({ "decision": "grace", "months": 5 }));
    assert!(short.message.contains("不少于 6 个月"), "{short}");
    let effects = county
        .press("2022-08-10", APPROVER, "recheck", "decide", json!({ "decision": "grace", "months": 6 }))
        .expect("grace");
    let grace = effects.decisions().next().expect("the decision");
    assert_eq!(
        (grace.outcome.as_str(), grace.amount, grace.from.as_str(), grace.to.as_deref()),
        ("grace", 63_000, "2022-09-01", Some("2023-02-28"))
    );
    assert_eq!(county.state("recheck"), "grace");
    assert!(county.tick("2023-02-28", "grace").is_empty(), "the last day of grace is paid");
    let effects = county.tick("2023-03-01", "grace");
    let stop = effects.decisions().next().expect("the stop");
    assert_eq!((stop.outcome.as_str(), stop.from.as_str()), ("stopped", "2023-03-01"));
    assert_eq!(county.state("recheck"), "stopped");
    assert!(county.tick("2023-03-02", "grace").is_empty(), "once is enough");
}

#[test]
fn rechecks_open_once_before_they_fall_due() {
    let mut county = County::covered();
    // Class C by the head who can work: three months after 2022-07-21, opened fifteen days ahead.
    assert!(county.tick("2022-10-05", "rechecks").is_empty());
    let effects = county.tick("2022-10-06", "rechecks");
    let put = effects.documents().next().expect("a recheck");
    assert_eq!((put.state.as_str(), put.due.as_deref(), put.key.as_str()), ("due", Some("2022-10-21"), "1-2022-10-21"));
    assert!(county.tick("2022-10-07", "rechecks").is_empty(), "an open one is enough");
}

#[test]
fn july_raises_what_nothing_but_the_standard_has_changed() {
    let mut county = County::covered();
    county.world = county.world.clone().parameter("standard", "2023-07-01", 75_000);
    let effects = county.tick("2023-07-01", "july");
    let raised = effects.decisions().next().expect("the decision");
    assert_eq!((raised.outcome.as_str(), raised.amount, raised.from.as_str()), ("raised", 75_000, "2023-07-01"));
    assert!(raised.reasons.iter().any(|reason| reason.code == "standard-raised"));
    assert!(county.tick("2023-07-02", "late-uprating").is_empty(), "nobody is raised twice");

    // Approved on 20 August with effect from July: decided then, and it reaches back.
    let mut county = County::covered();
    county.world = county.world.clone().parameter("standard", "2023-07-01", 75_000);
    let effects = county.tick("2023-09-01", "late-uprating");
    assert_eq!(effects.decisions().next().map(|decision| decision.from.as_str()), Some("2023-07-01"));

    // The income on file is no longer the one decided on: people look first.
    let mut county = County::covered();
    county.world = county.world.clone().parameter("standard", "2023-07-01", 75_000).household(1, &three(1_000));
    let effects = county.tick("2023-07-01", "july");
    assert_eq!(effects.decisions().count(), 0);
    assert_eq!(effects.documents().next().map(|put| put.collection.as_str()), Some("recheck"));
}

/// Decisions of a tick as `outcome yuan from to`.
fn decided(effects: &Effects) -> Vec<String> {
    effects
        .decisions()
        .map(|decision| {
            let to = decision.to.as_deref().unwrap_or("…");
            format!("{} {} {} {to}", decision.outcome, Fen(decision.amount), decision.from)
        })
        .collect()
}

#[test]
fn a_late_standard_reaches_those_who_were_stopped_or_changed_meanwhile() {
    /// A standard of 750 yuan from July, approved late: 180 yuan more for three people of whom nothing else has changed.
    fn late(mut county: County, later: impl Fn(&Decision) -> Vec<Decision>) -> (County, Effects) {
        let first = county.world.decisions().last().expect("the award").clone();
        for decision in later(&first) {
            county.world = county.world.clone().decision(decision);
        }
        county.world = county.world.clone().parameter("standard", "2023-07-01", 75_000);
        let effects = county.tick("2023-09-01", "late-uprating");
        (county, effects)
    }
    let day = |text: &str| -> Date { text.parse().expect("a date") };
    let stop = |first: &Decision, from: &str| Decision {
        id: Id(first.id.0 + 1),
        outcome: "stopped".to_owned(),
        effect: "stop".to_owned(),
        amount: Fen::ZERO,
        covered: 0,
        begins: day(from),
        decided: day("2023-07-20"),
        ..first.clone()
    };

    let (mut county, effects) = late(County::covered(), |first| vec![stop(first, "2023-08-01")]);
    assert_eq!(decided(&effects), ["raised 750.00 2023-07-01 2023-07-31"], "the one month in between");
    county.world.apply(&effects);
    let paid = |on: &str| {
        let lines = county.world.run(|_| decisions::in_force("dibao", day(on), None, Id(0), 10)).expect("decisions");
        lines.iter().map(|line| line.amount).collect::<Vec<_>>()
    };
    assert_eq!((paid("2023-07-15"), paid("2023-08-15")), (vec![Fen::yuan(750)], vec![]), "stopped stays stopped");
    assert!(county.tick("2023-10-01", "late-uprating").is_empty(), "once is enough");

    let (_, effects) = late(County::covered(), |first| vec![stop(first, "2023-07-01")]);
    assert!(effects.is_empty(), "stopped before the standard rose");

    // Decided anew on the new standard from September on: that decision keeps its days.
    let kept = |first: &Decision| Decision {
        id: Id(first.id.0 + 1),
        outcome: "kept".to_owned(),
        effect: "change".to_owned(),
        amount: Fen::yuan(700),
        begins: day("2023-09-01"),
        decided: day("2023-08-25"),
        figures: first
            .figures
            .iter()
            .map(|(code, value)| (code.clone(), if code == "standard" { 75_000 } else { *value }))
            .collect(),
        ..first.clone()
    };
    let (_, effects) = late(County::covered(), |first| vec![kept(first)]);
    assert_eq!(decided(&effects), ["raised 750.00 2023-07-01 2023-08-31", "kept 700.00 2023-09-01 …"]);

    // Grace is paid at the original amount, and that moves with the standard.
    let grace = |first: &Decision| Decision {
        id: Id(first.id.0 + 1),
        outcome: "grace".to_owned(),
        effect: "change".to_owned(),
        begins: day("2023-06-01"),
        ends: Some(day("2023-11-30")),
        decided: day("2023-05-10"),
        ..first.clone()
    };
    let (_, effects) = late(County::covered(), |first| vec![grace(first)]);
    assert_eq!(decided(&effects), ["grace 750.00 2023-07-01 2023-11-30"]);

    // Where grace falls by equal parts the rise falls with it, and what was decided for the months to come stays in force.
    let taper = |first: &Decision| {
        let month = |id: i64, amount: i64, from: &str, to: &str| Decision {
            id: Id(first.id.0 + id),
            amount: Fen::yuan(amount),
            begins: day(from),
            ends: Some(day(to)),
            ..grace(first)
        };
        vec![
            month(1, 630, "2023-08-01", "2023-08-31"),
            month(2, 420, "2023-09-01", "2023-09-30"),
            month(3, 210, "2023-10-01", "2023-10-31"),
        ]
    };
    let (_, effects) = late(County::covered(), taper);
    assert_eq!(
        decided(&effects),
        [
            "raised 750.00 2023-07-01 2023-07-31",
            "grace 750.00 2023-08-01 2023-08-31",
            "grace 500.00 2023-09-01 2023-09-30",
            "grace 250.00 2023-10-01 2023-10-31",
        ]
    );
}

#[test]
fn whoever_asks_for_several_days_sees_the_same_households() {
    let mut county = County::covered();
    county.as_user("2022-09-01", SYSTEM);
    let ask = |on: &str, since: Option<&str>| {
        let on: Date = on.parse().expect("a date");
        let since: Option<Date> = since.map(|since| since.parse().expect("a date"));
        let page =
            Table::new("page", 1).ints("after", [0_i64]).ints("limit", [100_i64]).optional_ints("since", [since]);
        let answer = county
            .world
            .run(|context| Dibao::answer(context, "benefit.payables", on, Block::of(page)))
            .expect("an answer");
        let table = answer.table("payable").expect("the table");
        let amounts = table.int_column("amount").expect("amounts").values().to_vec();
        let members = answer.table("member").expect("members").int_column("person").expect("persons").values().to_vec();
        (amounts, members)
    };
    let everybody = vec![1, 2, 3];
    assert_eq!(ask("2022-08-01", None), (vec![63_000], everybody.clone()));
    assert_eq!(ask("2022-07-01", None), (vec![], vec![]), "not covered yet");
    assert_eq!(
        ask("2022-07-01", Some("2022-07-01")),
        (vec![0], everybody.clone()),
        "decided about, and pays nothing in July"
    );
    assert_eq!(ask("2022-08-01", Some("2022-07-01")), (vec![63_000], everybody));
    assert_eq!(ask("2022-08-01", Some("2022-08-01")), (vec![], vec![]), "nothing was decided since");
}

#[test]
fn lines_of_one_person_and_of_whole_households_are_asked_for_apart() {
    let day = |text: &str| -> Date { text.parse().expect("a date") };
    let line = |household: i64, person: Option<i64>| Decision {
        id: Id(100 + household),
        scheme: "dibao".to_owned(),
        household: Id(household),
        person: person.map(Id),
        document: None,
        outcome: "granted".to_owned(),
        effect: "change".to_owned(),
        amount: Fen(21_000),
        covered: 1,
        begins: day("2022-07-01"),
        ends: None,
        as_of: day("2022-07-01"),
        decided: day("2022-06-20"),
        figures: vec![("standard".to_owned(), 71_000), ("supplement".to_owned(), 1_000)],
    };
    let mut world = County::new(&three(1_800)).world;
    for (household, person) in [(11, None), (12, None), (13, Some(31)), (14, None), (15, Some(51)), (16, Some(61))] {
        world = world.household(household, &three(1_800)).decision(line(household, person));
    }
    let ask = |personal: Option<i64>, after: i64, limit: i64| {
        let page =
            Table::new("page", 1).ints("after", [after]).ints("limit", [limit]).optional_ints("personal", [personal]);
        let answer =
            world.run(|context| Dibao::answer(context, "benefit.payables", day("2022-07-20"), Block::of(page)));
        let answer = answer.expect("an answer");
        let table = answer.table("payable").expect("the table");
        table.int_column("household").expect("households").values().to_vec()
    };
    for (personal, after, limit, expected) in [
        (None, 0, 100, vec![11, 12, 13, 14, 15, 16]),
        (Some(0), 0, 100, vec![11, 12, 14]),
        (Some(1), 0, 100, vec![13, 15, 16]),
        (Some(1), 0, 2, vec![13, 15]),
        (Some(1), 15, 2, vec![16]),
        (Some(1), 16, 2, vec![]),
        // A page of people covered alone is no end for whoever asks for households.
        (Some(0), 12, 1, vec![14]),
        (Some(0), 14, 1, vec![]),
    ] {
        assert_eq!(ask(personal, after, limit), expected, "{personal:?}, {limit} after {after}");
    }
}

#[test]
fn a_death_opens_a_change_once_and_stops_the_part_from_the_month_after() {
    let mut county = County::covered();
    county.as_user("2022-12-05", SYSTEM);
    let died =
        || Event::new("person.died").household(FAMILY).person(Id(2)).with_payload(&json!({ "date": "2022-11-14" }));
    let effects = county.world.run(|context| Dibao::react(context, died())).expect("effects");
    county.world.apply(&effects);
    assert_eq!(effects.documents().next().and_then(|put| put.due.clone()).as_deref(), Some("2023-02-14"));
    let again = county.world.run(|context| Dibao::react(context, died())).expect("effects");
    assert!(again.is_empty(), "the second delivery changes nothing");

    county
        .press("2022-12-08", CASEWORKER, "change", "verify", json!({ "findings": "已火化", "last-paid": "2022-12-15" }))
        .expect("verified");
    let effects = county.press("2022-12-09", APPROVER, "change", "confirm", json!({})).expect("confirmed");
    let lowered = effects.decisions().next().expect("the decision");
    // Two people left: 1,420 − 1,500 < 0, so nothing is left to make up.
    assert_eq!((lowered.outcome.as_str(), lowered.from.as_str()), ("stopped", "2022-12-01"));
    let over =
        lowered.reasons.iter().find(|reason| reason.code == "paid-after-death").expect("what is to be recovered");
    assert_eq!(over.args, [1, 63_000, 63_000]);
}

#[test]
fn pages_show_the_answer_and_coordinators_see_no_money() {
    let mut county = County::new(&three(1_800));
    county.surveyed();
    let document = county.world.latest("application");
    let page = |county: &County, name: &str| {
        let request = PageRequest::new(name).of_document(document.clone());
        let page = county.world.run(|context| Dibao::view(context, request)).expect("a page");
        serde_json::to_string(&page).expect("JSON")
    };
    county.as_user("2022-07-11", CASEWORKER);
    assert!(page(&county, "application").contains("如果现在决定"));
    county.as_user("2022-07-11", (31, "village-coordinator"));
    let seen = page(&county, "application");
    assert!(!seen.contains("如果现在决定") && !seen.contains("money"), "{seen}");

    let mut county = County::covered();
    county.as_user("2022-08-02", OFFICER);
    for name in ["recipients", "rechecks", "setup"] {
        let page = county.world.run(|context| Dibao::view(context, PageRequest::new(name))).expect(name);
        assert!(page.title.is_some());
    }
    let panel = county.world.run(|context| Dibao::view(context, PageRequest::new("panel").of_household(FAMILY)));
    assert!(serde_json::to_string(&panel.expect("the panel")).expect("JSON").contains("63000"));
}

#[test]
fn the_form_shows_a_trial_and_what_is_missing() {
    let mut county = County::new(&three(1_800));
    county.as_user("2022-07-01", CASEWORKER);
    let fill = |county: &County, form: &str, values: serde_json::Value| {
        let values = FormValues::parse(&values.to_string()).expect("values");
        let request = FillRequest::new(form).of_household(FAMILY).values(values);
        county.world.run(|context| Dibao::fill(context, request)).expect("a fill")
    };
    let aside = fill(&county, "application", json!({ "applicant": "1", "basis": "family" })).aside.expect("the trial");
    assert!(!aside.missing.is_empty());
    assert!(serde_json::to_string(&aside).expect("JSON").contains("63000"));
    let finding = json!({ "member": "1", "kind": "income.wage", "amount": 200_000, "from": "2022-06-01", "source": "2", "replaces": true });
    let aside = fill(&county, "finding", finding).aside.expect("the trial with the finding");
    assert!(serde_json::to_string(&aside).expect("JSON").contains("43000"));
}

#[test]
fn other_measures_learn_who_is_paid_what() {
    let county = County::covered();
    let ask = |topic: &str, on: &str| {
        let on: Date = on.parse().expect("a date");
        county.world.run(|context| Dibao::answer(context, topic, on, Block::new())).expect("an answer")
    };
    let payables = ask("benefit.payables", "2022-08-05");
    let table = payables.table("payable").expect("the table");
    assert_eq!(table.int_column("amount").expect("amounts").values(), [63_000]);
    assert_eq!(table.int_column("person").expect("persons").get(0), None);
    assert_eq!(ask("benefit.recipients", "2022-07-31").rows(), 0, "paid from the month after the decision");
    assert_eq!(ask("benefit.recipients", "2022-08-01").rows(), 1);
}

#[test]
fn a_missing_parameter_is_named_and_nothing_is_guessed() {
    let world = World::new("2022-07-20")
        .manifest(MANIFEST)
        .parameter("edge-ratio", "2020-01-01", 15_000)
        .household(1, &three(1_800));
    let refusal = world
        .run(|context| Dibao::fill(context, FillRequest::new("application").of_household(FAMILY)))
        .expect_err("no standard, no answer");
    let fields: Vec<&str> = refusal.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["standard", "pension-exclusion-until"]);
}

#[test]
fn settings_name_a_phone_a_court_and_a_word() {
    let check = |contact: &str, court: &str, word: &str| {
        let settings = dibao::settings::Settings {
            contact: contact.into(),
            reconsideration: String::new(),
            court: court.into(),
            word: word.into(),
        };
        Dibao::check_settings(settings).expect("a check").into_vec().len()
    };
    assert_eq!(check("许镇民政办 0553-0000000", "南陵县人民法院", "南民低保"), 0);
    assert_eq!(check("许镇民政办", "南陵", ""), 2);
    assert_eq!(check("许镇民政办 0553-0000000", "南陵县人民法院", "南民低保〔2022〕1号"), 1);
}
