//! Years of a made-up county: populations are recorded, numbers fixed, posts filled, trained, handed over; and everything that goes
//! wrong. The kernel's own checks (office, state, deadlines) are tested with the kernel.

mod county;

use coordinators::Coordinators;
use coordinators::post::Post;
use coordinators::quota::Quota;
use county::*;
use doudi_sdk::prelude::*;
use serde_json::json;

#[test]
fn the_year_is_computed_raised_and_fixed_on_what_is_on_record() {
    let mut county = County::new();
    // Nothing recorded: computed all the same, and not to be fixed.
    let step = county.tick("2022-01-01", "quota");
    assert_eq!(step.documents().count(), 1);
    assert_eq!(county.latest("quota").due, Some(day("2022-03-31")));
    assert!(county.tick("2022-01-01", "quota").is_empty(), "once a year");
    let refusal = county.refused("2022-01-10", APPROVER, "quota", "settle", json!({}));
    assert!(refusal.message.contains("4 个村（居）没有户籍人口"), "{refusal}");

    for (village, count) in [(WULI, 9_000), (CHAFENG, 2_999), (XUZHEN, 6_000), (XIANFANG, 3_000)] {
        county.record("2022-01-12", village, "2021-12-31", count);
    }
    let refusal = county.refused("2022-01-13", APPROVER, "quota", "settle", json!({}));
    assert!(refusal.message.contains("没有户籍人口"), "recorded, but not computed again: {refusal}");
    county.press("2022-01-13", OFFICER, "quota", "recalculate", json!({})).expect("computed");
    assert_eq!(county.numbers(), [(WULI, 3), (CHAFENG, 0), (XUZHEN, 2), (XIANFANG, 1)]);

    // Upward only, with a reason, three at most.
    for (village, number, message) in [(XUZHEN, 1, "只能增加不能减少"), (XUZHEN, 4, "最多 3 名")] {
        let values = json!({ "division": village.to_string(), "number": number, "reason": "对象多" });
        let refusal = county.refused("2022-01-14", OFFICER, "quota", "raise", values);
        assert!(refusal.message.contains(message) && refusal.message.contains("第十一条"), "{refusal}");
    }
    let values = json!({ "division": CHAFENG.to_string(), "number": 1, "reason": "山区，服务半径大" });
    county.press("2022-01-14", OFFICER, "quota", "raise", values).expect("raised");
    // A correction after the computation: computed again, and what was raised by hand stays.
    county.correct("2022-01-15", XIANFANG, 2_998);
    let refusal = county.refused("2022-01-16", APPROVER, "quota", "settle", json!({}));
    assert!(refusal.message.contains("重新测算"), "{refusal}");
    county.press("2022-01-16", OFFICER, "quota", "recalculate", json!({})).expect("computed");
    county.press("2022-01-17", APPROVER, "quota", "settle", json!({})).expect("fixed");
    assert_eq!(county.numbers(), [(WULI, 3), (CHAFENG, 1), (XUZHEN, 2), (XIANFANG, 0)]);
    let body: Quota = county.latest("quota").body().expect("a quota");
    assert_eq!(body.settled, Some(day("2022-01-17")));

    let twice = county.create("2022-02-01", OFFICER, "quota", "begin", json!({ "year": 2022 }));
    assert!(twice.expect_err("once a year").message.contains("已经建立"));
}

#[test]
fn population_is_recorded_once_for_a_day_and_corrected_in_the_open() {
    let mut county = County::new();
    county.record("2022-01-12", XIANFANG, "2021-12-31", 3_000);
    for (name, values, field) in [
        ("the same day twice", population(XIANFANG, "2021-12-31", 3_001), "on"),
        ("a day to come", population(XIANFANG, "2022-12-31", 3_001), "on"),
        ("a virtual community", population(VIRTUAL, "2021-12-31", 3_001), "division"),
        ("a town", population(XUZHEN_TOWN, "2021-12-31", 3_001), "division"),
        ("another county's", population(340_212_401_201, "2021-12-31", 3_001), "division"),
    ] {
        let refusal = county.create("2022-01-12", OFFICER, "population", "record", values).expect_err(name);
        assert_eq!(refusal.problems[0].field, field, "{name}: {refusal}");
    }
    county.correct("2022-02-01", XIANFANG, 2_999);
    let body: coordinators::population::Population = county.latest("population").body().expect("a population");
    assert_eq!((body.count, body.earlier[0].count), (2_999, 3_000));
    let page = county.page(PageRequest::new("population").of_document(county.latest("population")));
    assert!(page.contains("3000") && page.contains("更正记录"), "{page}");
}

#[test]
fn a_file_of_populations_stops_at_no_wrong_row_and_changes_nothing_twice() {
    let mut county = County::new();
    let file = |rows: &[(&str, Option<i64>, &str)]| {
        Block::of(
            Table::new("row", rows.len())
                .ints("line", (0..rows.len()).map(|row| row as i64 + 2))
                .texts("division", rows.iter().map(|row| row.0))
                .optional_ints("count", rows.iter().map(|row| row.1))
                .ints("on", rows.iter().map(|row| day(row.2)))
                .optional_texts("source", rows.iter().map(|_| None::<&str>)),
        )
    };
    let rows = [
        ("340223101201", Some(3_000), "2021-12-31"),
        ("340223101001", Some(-1), "2021-12-31"),
        ("3402231002", Some(9_000), "2021-12-31"),
        ("340223400498", Some(9_000), "2021-12-31"),
        ("340223100201", Some(2_999), "2022-12-31"),
        ("340223101201", Some(3_001), "2021-12-31"),
        ("340223100001", Some(9_000), "2021-12-31"),
    ];
    let taken = county.intake("2022-01-12", file(&rows));
    assert_eq!(taken.effects.documents().count(), 2);
    let rejected: Vec<(u32, &str)> =
        taken.rejected.iter().map(|(row, problem)| (*row, problem.field.as_str())).collect();
    assert_eq!(rejected, [(1, "count"), (2, "division"), (3, "division"), (4, "on"), (5, "division")]);

    assert!(county.intake("2022-01-13", file(&rows[..1])).effects.is_empty(), "the same file twice");
    let corrected = county.intake("2022-01-14", file(&[("340223101201", Some(3_100), "2021-12-31")]));
    assert!(corrected.effects.documents().next().is_some_and(|put| put.note.contains("3000 人更正为 3100 人")));
}

#[test]
fn the_number_of_the_day_of_counting_holds_and_another_only_where_there_is_none() {
    let mut county = County::new();
    county.record("2022-07-01", XIANFANG, "2021-12-31", 3_000);
    county.record("2022-07-02", XIANFANG, "2022-06-30", 6_000);
    county.record("2022-07-02", XUZHEN, "2022-06-30", 6_000);
    let hukou = |county: &County, on: &str| {
        let answer = county
            .world
            .run(|context| Coordinators::answer(context, "population.hukou", day(on), Block::new()))
            .expect("an answer");
        let table = answer.table("population").expect("the table");
        assert_eq!(table.rows, 4, "every real village, and no virtual one");
        let (places, counts) = (table.int_column("division").expect("ids"), table.int_column("count").expect("counts"));
        (0..4).map(|row| (places.value(row), counts.get(row))).collect::<Vec<_>>()
    };
    assert_eq!(
        hukou(&county, "2022-07-03"),
        [(WULI, None), (CHAFENG, None), (XUZHEN, Some(6_000)), (XIANFANG, Some(3_000))]
    );
    assert_eq!(hukou(&county, "2022-06-01")[2], (XUZHEN, None), "not known that day");
}

/// Villages needing 1, 2, 3 with 2, 1, 3 in post: 5 of 6 = 83.3%.
#[test]
fn worked_example_five_of_six() {
    let mut county = County::new();
    for (village, count) in [(WULI, 9_000), (XUZHEN, 6_000), (XIANFANG, 3_000), (CHAFENG, 2_999)] {
        county.record("2022-01-12", village, "2021-12-31", count);
    }
    let mut user = 100;
    for (village, heads) in [(XIANFANG, 2), (XUZHEN, 1), (WULI, 3)] {
        for _ in 0..heads {
            user += 1;
            county.in_post("2022-03-01", village, user);
        }
    }
    county.as_user("2022-06-30", OFFICER);
    let figures = county.figures("2022-06-01", "2022-06-30");
    assert_eq!(figures["staffing"], (5, 6));
    assert_eq!(figures["vacancy-days"], (30, 180));
    assert_eq!(figures["several"], (0, 6));
    assert_eq!(figures["unrecorded"], (0, 4));
    let page = county.page(PageRequest::new("divisions"));
    assert!(page.contains("8333") && page.contains("缺 1 名") && page.contains("至少兼职一名"), "{page}");
    // Each figure is compared with the list behind it.
    county.compare_lists("2022-06-01", "2022-06-30");
}

#[test]
fn those_who_do_it_beside_other_work_count_unless_the_county_says_no() {
    for (counts, expected) in [(true, (1, 1)), (false, (0, 1))] {
        let mut county = County::new();
        county.world = county.world.clone().settings(&json!({ "part_time_counts": counts }));
        county.record("2022-01-12", XIANFANG, "2021-12-31", 3_000);
        county.take_up("2022-03-01", cadre(XIANFANG, 101, 0));
        county.as_user("2022-06-30", OFFICER);
        assert_eq!(county.figures("2022-06-30", "2022-06-30")["staffing"], expected);
    }
}

/// The real villages under a park count and answer to the town set by hand; virtual communities nowhere do.
#[test]
fn villages_of_a_park_count_and_answer_to_the_town_the_county_names() {
    let fanchang: String = include_str!("../../../data/wuhu-divisions.csv")
        .lines()
        .enumerate()
        .filter(|(line, text)| *line == 0 || text.starts_with("340212"))
        .map(|(_, text)| format!("{text}\n"))
        .collect();
    let mut county = County::new();
    county.world = county.world.clone().divisions(&fanchang).actor(21, "county-officer", 340_212_000_000);
    let page = |county: &County| county.page(PageRequest::new("divisions"));
    let answer = county
        .world
        .run(|context| Coordinators::answer(context, "population.hukou", context.today, Block::new()))
        .expect("an answer");
    let villages =
        answer.table("population").expect("the table").int_column("division").expect("ids").values().to_vec();
    assert_eq!(villages.len(), 96, "26 communities and 70 villages");
    assert_eq!(villages.iter().filter(|village| **village / 1_000 == 340_212_401).count(), 7);
    assert!(villages.iter().all(|village| village % 1_000 < 400));
    assert!(page(&county).contains("请在设置中指定责任镇街"));
    county.world = county.world.clone().settings(&json!({ "responsible_towns": "340212401000=340212100000" }));
    assert!(!page(&county).contains("请在设置中指定责任镇街"));
}

/// Goes wrong: one person listed in several villages.
#[test]
fn one_person_fills_one_post() {
    let mut county = County::new();
    county.in_post("2022-03-01", XIANFANG, 101);
    let twice = county.create("2022-03-02", TOWN, "post", "propose", post(XUZHEN, 101)).expect_err("a second post");
    assert!(twice.message.contains("一人只能在一个村（居）任职"), "{twice}");
    // Proposed by two towns that do not see each other: found when the second is taken up, and on the scorecard.
    let mut county = County::new();
    county.create("2022-03-01", TOWN, "post", "propose", post(XIANFANG, 101)).expect("proposed");
    county.world = county.world.clone().document(
        DocumentPut::create("post", "协理员岗位")
            .division(WULI)
            .state("posting")
            .index("division", WULI)
            .index("officer", 101)
            .body(&Post { division: WULI, officer: Id(101), ..Post::default() }),
    );
    let refusal = county.refused("2022-03-20", OFFICER, "post", "take-up", taking_up("2022-03-21"));
    assert!(refusal.message.contains("不能上岗"), "{refusal}");
    assert_eq!(county.figures("2022-03-01", "2022-03-31")["several"], (2, 2));
    county.compare_lists("2022-03-01", "2022-03-31");
}

/// Goes wrong: the secretary's relatives.
#[test]
fn a_cadres_near_relative_is_taken_only_with_a_reason_on_record() {
    let mut county = County::new();
    let mut values = post(XIANFANG, 101);
    values["kin"] = json!("yes");
    county.create("2022-03-01", TOWN, "post", "propose", values).expect("proposed");
    county.press("2022-03-01", OFFICER, "post", "publish", json!({ "place": "仙坊村公示栏" })).expect("posted");
    let refusal = county.refused("2022-03-10", OFFICER, "post", "take-up", taking_up("2022-03-10"));
    assert_eq!(refusal.problems[0].field, "kin-reason", "{refusal}");
    let mut values = taking_up("2022-03-10");
    values["kin-reason"] = json!("报名仅一人，由镇民政办按月抽查");
    county.press("2022-03-10", OFFICER, "post", "take-up", values).expect("taken");
    assert_eq!(county.latest("post").due, Some(day("2023-03-09")), "the end of the contract");
}

/// Goes wrong: double salary.
#[test]
fn a_cadre_who_draws_an_allowance_as_well_is_pointed_at() {
    let mut county = County::new();
    let mut values = post(XIANFANG, 101);
    values["source"] = json!("cadre");
    let refusal = county.create("2022-03-01", TOWN, "post", "propose", values).expect_err("full-time beside an office");
    assert_eq!(refusal.problems[0].field, "time");
    for (allowance, expected) in [(0, false), (80_000, true)] {
        let mut county = County::new();
        county.create("2022-03-01", TOWN, "post", "propose", cadre(XIANFANG, 101, allowance)).expect("proposed");
        let page = county.page(PageRequest::new("post").of_document(county.latest("post")));
        assert_eq!(page.contains("请核对是否重复领取报酬"), expected, "{allowance}");
    }
}

/// Goes wrong: no account closed on leaving; and no handover.
#[test]
fn a_post_closes_after_the_handover_and_with_the_account() {
    let mut county = County::new();
    county.in_post("2022-03-01", XIANFANG, 101);
    county.with_case(1, XIANFANG, 77);
    county.with_case(2, WULI, 78);
    let leaving = json!({ "last": "2022-06-30", "reason": "辞职" });
    county.press("2022-06-20", TOWN, "post", "leave", leaving).expect("leaving");
    let page = county.page(PageRequest::new("post").of_document(county.latest("post")));
    assert!(page.contains("离岗交接记录") && page.contains("困难救助"), "what is open in the village: {page}");
    assert_eq!(page.matches("困难救助").count(), 1, "and only there: {page}");

    for (values, field) in [
        (json!({ "to": "101", "on": "2022-06-28", "matters": "无", "complete": true }), "to"),
        (json!({ "to": "102", "on": "2022-07-28", "matters": "无", "complete": true }), "on"),
        (json!({ "to": "102", "on": "2022-06-28", "complete": true }), "matters"),
        (json!({ "to": "102", "on": "2022-06-28", "matters": "线索 1 件" }), "complete"),
    ] {
        let refusal = county.refused("2022-06-28", TOWN, "post", "hand-over", values);
        assert_eq!(refusal.problems[0].field, field, "{refusal}");
    }
    let handover = json!({ "to": "102", "on": "2022-06-28", "matters": "线索 1 件，办件 1 件", "complete": true });
    county.press("2022-06-28", TOWN, "post", "hand-over", handover.clone()).expect("handed over");
    county.press("2022-06-28", OFFICER, "post", "return", json!({ "reason": "漏一件" })).expect("returned");
    county.press("2022-06-29", TOWN, "post", "hand-over", handover).expect("handed over");
    let body: Post = county.latest("post").body().expect("a post");
    assert_eq!(body.handover.map(|handover| handover.open), Some(1));

    let closing = json!({ "account-closed": true });
    let early = county.refused("2022-06-30", OFFICER, "post", "close", closing.clone());
    assert!(early.message.contains("仍在岗"), "{early}");
    let open = county.refused("2022-07-01", OFFICER, "post", "close", json!({}));
    assert_eq!(open.problems[0].field, "account-closed", "{open}");
    assert!(county.page(PageRequest::new("handovers")).contains("未停用"));
    county.press("2022-07-01", OFFICER, "post", "close", closing).expect("closed");
    assert_eq!(county.latest("post").state, "left");
    // Free for another post now.
    county.in_post("2022-07-05", XUZHEN, 101);
}

/// Goes wrong: a coordinator handling his own family's case.
#[test]
fn declared_households_are_kept_away_and_their_cases_given_to_others() {
    let mut county = County::new();
    county.in_post("2022-03-01", XIANFANG, 101);
    county.in_post("2022-03-01", XIANFANG, 102);
    county.with_case(1, XIANFANG, 77);
    let conflict = |county: &County, user: i64, household: i64| {
        let case = Table::new("case", 1).ints("household", [household]).ints("user", [user]);
        let answer = county
            .world
            .run(|context| Coordinators::answer(context, "recusal.declared", context.today, Block::of(case)))
            .expect("an answer");
        answer.table("recusal").expect("the table").int_column("conflict").expect("conflicts").value(0)
    };
    assert_eq!(conflict(&county, 101, 1), 0);
    assert!(county.tick("2022-04-01", "recusals").is_empty(), "nothing declared");

    let own = |county: &County, user: i64| county.post_of(user);
    let declared = json!({ "household": "1", "relation": "parent" });
    let other = county
        .press_on("2022-04-01", (102, "village-coordinator"), own(&county, 101), "declare", declared.clone())
        .expect_err("somebody else's post");
    assert!(other.message.contains("只能申报本人"), "{other}");
    let document = own(&county, 101);
    county
        .press_on("2022-04-01", (101, "village-coordinator"), document, "declare", declared.clone())
        .expect("declared");
    let document = own(&county, 101);
    let twice = county.press_on("2022-04-01", TOWN, document, "declare", declared).expect_err("twice");
    assert!(twice.message.contains("已经申报"), "{twice}");
    assert_eq!((conflict(&county, 101, 1), conflict(&county, 102, 1), conflict(&county, 101, 2)), (1, 0, 0));

    assert_eq!(county.tick("2022-04-02", "recusals").documents().count(), 1);
    assert!(county.tick("2022-04-03", "recusals").is_empty(), "once for each case");
    let refusal = county.refused("2022-04-04", TOWN, "recusal", "assign", json!({ "officer": "101" }));
    assert_eq!(refusal.problems[0].field, "officer", "{refusal}");
    county.press("2022-04-04", TOWN, "recusal", "assign", json!({ "officer": "102" })).expect("assigned");
    assert!(county.tick("2022-04-05", "recusals").is_empty(), "settled stays settled");

    // What he has declared is for his town, the county and himself.
    let page = |county: &mut County, who: (i64, &str)| {
        county.as_user("2022-04-06", who);
        county.page(PageRequest::new("post").of_document(county.post_of(101)))
    };
    assert!(page(&mut county, TOWN).contains("应当回避的家庭"));
    assert!(page(&mut county, (101, "village-coordinator")).contains("应当回避的家庭"));
    assert!(!page(&mut county, (102, "village-coordinator")).contains("应当回避的家庭"));

    let document = own(&county, 101);
    let retracted = json!({ "household": "1", "reason": "已不在本村" });
    county.press_on("2022-04-07", OFFICER, document, "retract", retracted).expect("retracted");
    assert_eq!(conflict(&county, 101, 1), 0);
}

/// A relative in another village is none of his cases.
#[test]
fn a_relative_elsewhere_opens_no_recusal() {
    let mut county = County::new();
    county.in_post("2022-03-01", XIANFANG, 101);
    county.with_case(2, WULI, 78);
    let document = county.post_of(101);
    let declared = json!({ "household": "2", "relation": "sibling" });
    county.press_on("2022-04-01", OFFICER, document, "declare", declared).expect("declared");
    assert!(county.tick("2022-04-02", "recusals").is_empty());
}

#[test]
fn everybody_in_post_is_trained_once_a_year() {
    let mut county = County::new();
    county.in_post("2022-03-01", XIANFANG, 101);
    county.in_post("2022-03-01", XUZHEN, 102);
    let first = county.post_of(101).id.0.to_string();
    let second = county.post_of(102).id.0.to_string();
    let training = |on: &str, posts: &[&str]| json!({ "on": on, "hours": 8, "topic": "审核确认办法", "organiser": "县民政局", "posts": posts });
    for (name, values, field) in [
        ("a day to come", training("2022-12-01", &[&first]), "on"),
        ("nobody", training("2022-05-01", &[]), "posts"),
        ("before the post", training("2022-02-01", &[&first]), "posts"),
    ] {
        let refusal = county.create("2022-05-02", OFFICER, "training", "hold", values).expect_err(name);
        assert_eq!(refusal.problems[0].field, field, "{name}: {refusal}");
    }
    county.create("2022-05-02", OFFICER, "training", "hold", training("2022-05-01", &[&first, &first])).expect("held");
    county.as_user("2022-06-30", OFFICER);
    assert_eq!(county.figures("2022-06-01", "2022-06-30")["trained"], (1, 2));
    assert_eq!(county.duties("2022-12-01", "2022-12-31"), ["training 2022-12-31 1/2"]);
    county.press("2022-06-30", OFFICER, "training", "add", json!({ "posts": [second] })).expect("added");
    assert_eq!(county.figures("2022-06-01", "2022-06-30")["trained"], (2, 2));
    // Next year it begins anew; and what is void was none.
    county.as_user("2023-02-01", OFFICER);
    assert_eq!(county.figures("2023-02-01", "2023-02-01")["trained"], (0, 2));
    county.press("2022-07-01", OFFICER, "training", "void", json!({ "reason": "重复登记" })).expect("void");
    assert_eq!(county.figures("2022-07-01", "2022-07-01")["trained"], (0, 2));
    county.compare_lists("2022-07-01", "2022-07-01");
}

/// Who moves to another village in the year was trained as a person.
#[test]
fn training_follows_the_person_to_the_next_post() {
    let mut county = County::new();
    county.in_post("2022-03-01", XIANFANG, 101);
    let post_id = county.post_of(101).id.0.to_string();
    let values =
        json!({ "on": "2022-05-01", "hours": 8, "topic": "业务", "organiser": "县民政局", "posts": [post_id] });
    county.create("2022-05-02", OFFICER, "training", "hold", values).expect("held");
    county
        .press("2022-06-01", TOWN, "post", "leave", json!({ "last": "2022-06-10", "reason": "调整" }))
        .expect("leaving");
    let handover = json!({ "to": "102", "on": "2022-06-10", "matters": "资料", "complete": true });
    county.press("2022-06-10", TOWN, "post", "hand-over", handover).expect("handed over");
    county.press("2022-06-11", OFFICER, "post", "close", json!({ "account-closed": true })).expect("closed");
    county.in_post("2022-06-12", XUZHEN, 101);
    county.as_user("2022-07-30", OFFICER);
    assert_eq!(county.figures("2022-07-01", "2022-07-30")["trained"], (1, 1));
}

#[test]
fn the_forms_offer_those_in_post_by_place_and_number() {
    let mut county = County::new();
    county.in_post("2022-03-01", XIANFANG, 101);
    county.in_post("2022-03-01", WULI, 102);
    county.as_user("2022-05-02", OFFICER);
    let choices = |values: serde_json::Value| {
        let request = FillRequest::new("training").values(FormValues::parse(&values.to_string()).expect("values"));
        let fill = county.world.run(|context| Coordinators::fill(context, request)).expect("a fill");
        fill.choices[0].choices.iter().map(|choice| choice.label.zh.clone()).collect::<Vec<_>>()
    };
    let all = choices(json!({ "on": "2022-05-01" }));
    assert_eq!(all.len(), 2);
    assert!(all[0].starts_with("五里居委会（岗位 "), "{all:?}");
    assert_eq!(choices(json!({ "on": "2022-05-01", "town": XUZHEN_TOWN.to_string() })).len(), 1);
    assert!(choices(json!({ "on": "2022-02-01" })).is_empty(), "nobody was in post");
}

#[test]
fn the_calendar_asks_for_the_years_numbers() {
    let mut county = County::new();
    county.tick("2022-01-01", "quota");
    assert_eq!(county.duties("2022-03-01", "2022-03-31"), ["quota 2022-03-31 0/1"]);
    for village in [WULI, CHAFENG, XUZHEN, XIANFANG] {
        county.record("2022-01-12", village, "2021-12-31", 3_000);
    }
    county.press("2022-01-13", OFFICER, "quota", "recalculate", json!({})).expect("computed");
    county.press("2022-01-14", APPROVER, "quota", "settle", json!({})).expect("fixed");
    assert_eq!(county.duties("2022-03-01", "2022-03-31"), ["quota 2022-03-31 1/1"]);
    assert!(county.duties("2022-04-01", "2022-11-30").is_empty());
    // What was fixed holds for the year, whatever is recorded later.
    county.record("2022-07-12", XIANFANG, "2022-06-30", 9_000);
    county.as_user("2022-07-13", OFFICER);
    assert_eq!(county.figures("2022-07-01", "2022-07-01")["staffing"], (0, 4));
}

#[test]
fn recipients_are_counted_for_each_coordinator() {
    let mut county = County::new();
    county.in_post("2022-03-01", XIANFANG, 101);
    county.with_case(1, XIANFANG, 77);
    county.with_case(2, WULI, 78);
    county.as_user("2022-06-30", OFFICER);
    let page = county.page(PageRequest::new("load"));
    assert!(page.contains("无人负责"), "recipients and nobody in post: {page}");
    assert!(page.contains("\"number\":3"), "three for one: {page}");
}

#[test]
fn without_the_notices_numbers_nothing_is_computed() {
    let mut county = County::new();
    county.world = doudi_sdk::testing::World::new("2022-06-30").manifest(MANIFEST).settings(&json!({}));
    let refusal = county
        .world
        .run(|context| Coordinators::indicators(context, context.today, context.today))
        .expect_err("no parameter");
    assert!(refusal.message.contains("每配备一名协理员的户籍人口"), "{refusal}");
}
