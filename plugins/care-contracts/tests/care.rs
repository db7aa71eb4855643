//! Who looks after those at home: agreements, carers, visits, cards — and each thing that goes wrong, by the handbook's list:
//! signed by the village for all; one carer for dozens; a carer who is 特困 himself or 85; the card kept by others; paid after
//! death; in hospital or prison and still "cared for"; a level never changed.

mod county;

use care_contracts::CareContracts;
use care_contracts::agreement::Agreement;
use care_contracts::review::Review;
use care_contracts::visit::Visit;
use county::*;
use doudi_sdk::prelude::*;
use serde_json::json;

#[test]
fn everybody_at_home_has_an_agreement_nobody_is_missing() {
    let mut county = County::supported();
    assert_eq!(county.indicator("2022-08-02", "coverage"), (0, 1));
    county.as_user("2022-08-02", OFFICER);
    let list = county.page(PageRequest::new("coverage"));
    assert!(list.contains("没有协议") && list.contains(r#""person":"1""#), "who is missing is named: {list}");

    let carer = county.carer(json!({}));
    county.create("2022-07-27", CASEWORKER, ("agreement", "draft"), agreement(carer));
    assert_eq!(county.state("agreement"), "unsigned");
    let unprinted = county.refused("2022-08-01", CASEWORKER, ("agreement", "sign"), signed("2022-08-01"));
    assert!(unprinted.message.contains("打印"), "{unprinted}");
    let effects = county.press("2022-07-27", CASEWORKER, ("agreement", "print"), json!({}));
    let paper = letter(&effects);
    for part in [
        "{person:1}",
        "半护理",
        "生活照料、日常看护、送医和住院照护",
        "每周不少于 7 次",
        "200.00",
        "2022年8月1日 至 2023年7月31日",
        "15 天",
        "去世、走失",
        "不得代持、使用丙方的银行卡",
        "不得占用丙方的房屋",
        "甲方（委托方，盖章）",
        "乙方（照料人，签字",
        "丙方（被照料人，签字",
        "见证人（签字）",
        "南陵县民政局 0553-0000001",
        "邻居、村民：三组邻居（1972年出生）",
    ] {
        assert!(paper.contains(part), "{part} is missing in {paper}");
    }
    county.as_user("2022-08-02", OFFICER);
    assert!(county.page(PageRequest::new("coverage")).contains("协议待签"));
    county.press("2022-08-01", CASEWORKER, ("agreement", "sign"), signed("2022-08-01"));
    assert_eq!(county.indicator("2022-08-02", "coverage"), (1, 1));
    assert_eq!(county.indicator("2023-08-02", "coverage"), (0, 1), "its term is over");
    // Editing after printing asks for another paper; a signed one is not edited at all.
    assert_eq!(county.state("agreement"), "active");
}

#[test]
fn goes_wrong_signed_by_the_village_for_all() {
    let mut county = County::supported();
    let carer = county.carer(json!({}));
    county.create("2022-07-27", CASEWORKER, ("agreement", "draft"), agreement(carer));
    county.press("2022-07-27", CASEWORKER, ("agreement", "print"), json!({}));
    for (values, fields) in [
        (json!({ "by-person": "village", "by-carer": "village" }), vec!["by-person", "by-carer"]),
        (json!({ "by-person": "carer" }), vec!["by-person"]),
        (json!({ "by-person": "guardian" }), vec!["guardian"]),
        (json!({ "by-party": false }), vec!["by-party"]),
        (json!({ "witness": "31" }), vec!["witness"]),
    ] {
        let mut form = signed("2022-08-01");
        merge(&mut form, values);
        let refusal = county.refused("2022-08-01", CASEWORKER, ("agreement", "sign"), form);
        let named: Vec<&str> = refusal.problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(named, fields, "{refusal}");
    }
    assert_eq!(county.indicator("2022-08-02", "coverage"), (0, 1), "nothing came into force");
    let mut form = signed("2022-08-01");
    merge(&mut form, json!({ "by-person": "guardian", "guardian": "侄子，法院指定" }));
    county.press("2022-08-01", CASEWORKER, ("agreement", "sign"), form);
}

#[test]
fn goes_wrong_one_carer_for_dozens() {
    let mut county = County::supported();
    let carer = county.carer(json!({}));
    // He looks after five others already.
    for person in 2..=6_i64 {
        let body =
            Agreement { member: Id(person), ..serde_json::from_value(other_agreement(person, carer)).expect("a body") };
        county.world = county.world.clone().document(
            DocumentPut::create("agreement", "委托照料服务协议")
                .household(Id(person))
                .person(Id(person))
                .state("active")
                .index("person", person)
                .index("carer", carer.0)
                .body(&body),
        );
    }
    let refusal = county.refused("2022-07-27", CASEWORKER, ("agreement", "draft"), agreement(carer));
    assert!(
        refusal.problems.iter().any(|problem| problem.field == "carer" && problem.message.contains("5 人")),
        "{refusal}"
    );
    // An institution's staff are many.
    let home = county.carer(json!({ "kind": "institution", "label": "镇敬老院", "birth": null }));
    county.create("2022-07-27", CASEWORKER, ("agreement", "draft"), agreement(home));
    county.as_user("2022-07-28", OFFICER);
    assert!(county.page(PageRequest::new("carers")).contains("三组邻居"));
}

fn other_agreement(person: i64, carer: Id) -> serde_json::Value {
    json!({
        "member": person.to_string(), "party": "town", "carer": carer.0.to_string(), "services": ["living"], "times": 7,
        "from": "2022-01-01", "to": "2022-12-31", "level": "half", "fee": 20000, "payer": "county", "payee": "carer",
        "method": "打卡", "visitor": "31", "visit_days": 15, "emergency": ["village"],
    })
}

#[test]
fn goes_wrong_a_carer_who_is_tekun_himself_or_85() {
    for (word, values, said) in [
        ("85", json!({ "birth": "1937-01-01" }), "85 周岁"),
        ("特困", json!({ "tekun": true }), "特困人员"),
        ("unfit", json!({ "healthy": false }), "不能承担照料"),
    ] {
        let mut county = County::supported();
        let carer = county.carer(values);
        let refusal = county.refused("2022-07-27", CASEWORKER, ("agreement", "draft"), agreement(carer));
        let problem = refusal.problems.iter().find(|problem| problem.field == "override").expect(word);
        assert!(problem.message.contains(said), "{word}: {refusal}");
        // Somebody answers the question: the county by looking, or the town by its reason.
        let document = county.world.latest("carer");
        let answer = json!({ "finding": "身体硬朗，已照料三年" });
        county.try_press("2022-07-27", OFFICER, Some(document), ("carer", "answer"), answer).expect("answered");
        county.create("2022-07-28", CASEWORKER, ("agreement", "draft"), agreement(carer));

        let mut reasoned = agreement(carer);
        reasoned["override"] = json!("本人坚持由老伴照料，村里每天看望");
        let mut county = County::supported();
        let carer = county.carer(json!({ "tekun": true }));
        reasoned["carer"] = json!(carer.0.to_string());
        county.create("2022-07-27", CASEWORKER, ("agreement", "draft"), reasoned);
    }
    // A carer is grown up, and has no number for a name.
    let mut county = County::supported();
    let form = json!({
        "division": "340223101201", "kind": "kin", "label": "34022319720501001X", "birth": "2010-01-01", "tekun": false,
        "healthy": true, "card": true,
    });
    let refusal = county.refused("2022-07-26", CASEWORKER, ("carer", "register"), form);
    let fields: Vec<&str> = refusal.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["birth", "label"], "{refusal}");
}

#[test]
fn when_the_carer_dies_nobody_cares_any_more() {
    let mut county = County::cared();
    county.press("2022-10-03", CASEWORKER, ("carer", "retire"), json!({ "reason": "died", "on": "2022-10-01" }));
    assert_eq!(county.indicator("2022-09-30", "coverage"), (1, 1), "until the day before");
    assert_eq!(county.indicator("2022-10-03", "coverage"), (0, 1));
    county.as_user("2022-10-03", OFFICER);
    assert!(county.page(PageRequest::new("coverage")).contains("照料人去世"));
    assert!(county.page(PageRequest::new("fees")).contains("没有有效协议，不列支"));
    // Changing the carer drafts another agreement; the old one gives way when that is signed.
    let carer = county.carer(json!({ "label": "二组邻居" }));
    let old = county.world.latest("agreement");
    let mut form = agreement(carer);
    form["from"] = json!("2022-10-05");
    county.try_press("2022-10-04", CASEWORKER, Some(old.clone()), ("agreement", "change"), form).expect("drafted");
    assert_eq!(county.world.documents().filter(|document| document.collection == "agreement").count(), 2);
    county.press("2022-10-04", CASEWORKER, ("agreement", "print"), json!({}));
    county.press("2022-10-05", CASEWORKER, ("agreement", "sign"), signed("2022-10-05"));
    let states: Vec<String> = county
        .world
        .documents()
        .filter(|document| document.collection == "agreement")
        .map(|document| document.state.clone())
        .collect();
    assert_eq!(states, ["changed", "active"]);
    assert_eq!(county.indicator("2022-10-05", "coverage"), (1, 1));
}

#[test]
fn renewed_before_it_ends_without_a_gap() {
    let mut county = County::cared();
    county.as_user("2023-07-10", OFFICER);
    assert!(county.page(PageRequest::new("agreements")).contains("快到期"));
    let carer = county.world.latest("carer").id;
    let mut form = agreement(carer);
    merge(&mut form, json!({ "from": "2023-08-01", "to": "2024-07-31" }));
    county.press("2023-07-10", CASEWORKER, ("agreement", "renew"), form);
    county.press("2023-07-10", CASEWORKER, ("agreement", "print"), json!({}));
    county.press("2023-07-20", CASEWORKER, ("agreement", "sign"), signed("2023-07-20"));
    for on in ["2023-07-20", "2023-07-31", "2023-08-01", "2024-07-31"] {
        assert_eq!(county.indicator(on, "coverage"), (1, 1), "{on}");
    }
    assert_eq!(county.indicator("2024-08-01", "coverage"), (0, 1));
}

#[test]
fn goes_wrong_a_level_never_changed() {
    let mut county = County::cared();
    // After a stroke the old agreement holds to the end of the month, and no longer.
    county.assessed("2022-09-15", 5);
    assert_eq!(county.indicator("2022-09-16", "coverage"), (1, 1), "not confirmed yet");
    county.press("2022-09-16", APPROVER, ("assessment", "confirm"), json!({}));
    assert_eq!(county.indicator("2022-09-30", "coverage"), (1, 1));
    assert_eq!(county.indicator("2022-10-01", "coverage"), (0, 1));
    county.as_user("2022-10-01", OFFICER);
    let list = county.page(PageRequest::new("coverage"));
    assert!(list.contains("协议档次（半护理）与最近评估（全护理）不一致"), "{list}");
    // Twelve months without an assessment: asked for by itself, and named by the indicator.
    assert_eq!(county.indicator("2023-09-14", "assessed"), (1, 1));
    assert_eq!(county.indicator("2023-09-15", "assessed"), (0, 1));
    let asked = county.tick("2023-08-20", "reviews");
    assert!(asked.documents().any(|put| put.collection == "assessment" && put.due.as_deref() == Some("2023-09-15")));
}

#[test]
fn goes_wrong_in_hospital_or_prison_and_still_cared_for() {
    for (place, state, review) in [("hospital", "suspended", None), ("prison", "suspended", Some("prison"))] {
        let mut county = County::cared();
        let values = visited("2022-09-05T10:00", json!({ "where": place, "seen": false, "carer-came": false }));
        county.create("2022-09-05", VILLAGE, ("visit", "record-new"), values);
        assert_eq!(county.state("agreement"), state, "{place}");
        assert_eq!(county.indicator("2022-09-05", "coverage"), (0, 1), "{place}: not cared for at home");
        assert_eq!(county.indicator("2022-09-04", "coverage"), (1, 1));
        let opened = county.world.documents().find(|document| document.collection == "review");
        let kind = opened.map(|document| document.body::<Review>().expect("a body").kind);
        assert_eq!(kind.as_deref(), review, "{place}");
        county.as_user("2022-09-06", OFFICER);
        assert!(county.page(PageRequest::new("fees")).contains("协议中止"), "no fee while he is away");
        county.press("2022-09-20", CASEWORKER, ("agreement", "resume"), json!({ "on": "2022-09-18" }));
        assert_eq!(county.indicator("2022-09-17", "coverage"), (0, 1));
        assert_eq!(county.indicator("2022-09-18", "coverage"), (1, 1));
    }
}

#[test]
fn goes_wrong_the_card_kept_by_others() {
    let mut county = County::cared();
    let record = |county: &mut County, on: &str, card: &str| {
        let values = visited(&format!("{on}T09:30"), json!({ "card": card, "photos": [] }));
        county.create(on, VILLAGE, ("visit", "record-new"), values);
        county.body::<Visit>("visit").concerns
    };
    assert!(record(&mut county, "2022-09-01", "self").is_empty());
    assert!(record(&mut county, "2022-09-02", "carer")[0].contains("协议禁止"));
    assert_eq!(county.state("visit"), "concern");
    assert!(record(&mut county, "2022-09-03", "village")[0].contains("没有代管协议备案"));
    let form = json!({ "member": "1", "keeper": "village", "signed-on": "2022-09-04", "reason": "本人不识字", "papers": ["8"] });
    let mut by_carer = form.clone();
    by_carer["keeper"] = json!("carer");
    let refusal = county.refused("2022-09-04", VILLAGE, ("card", "submit"), by_carer);
    assert!(refusal.message.contains("照料人不得"), "{refusal}");
    county.create("2022-09-04", VILLAGE, ("card", "submit"), form);
    assert_eq!(record(&mut county, "2022-09-05", "village").len(), 1, "submitted is not filed");
    county.press("2022-09-06", OFFICER, ("card", "file"), json!({}));
    assert!(record(&mut county, "2022-09-07", "village").is_empty(), "a written agreement is filed with the county");
    county.press("2022-09-08", CASEWORKER, ("card", "return"), json!({ "reason": "本人要求自己保管" }));
    assert_eq!(record(&mut county, "2022-09-09", "village").len(), 1);
}

#[test]
fn visits_fall_due_are_done_and_are_missed() {
    let mut county = County::cared();
    let effects = county.tick("2022-08-02", "visits");
    let put = effects.documents().next().expect("a visit");
    assert_eq!((put.state.as_str(), put.due.as_deref(), put.collection.as_str()), ("due", Some("2022-08-16"), "visit"));
    assert!(county.tick("2022-08-03", "visits").is_empty(), "one is enough");
    county.press("2022-08-15", VILLAGE, ("visit", "record"), visited("2022-08-15T09:30", json!({})));
    assert_eq!(county.state("visit"), "done");
    let effects = county.tick("2022-08-16", "visits");
    assert_eq!(effects.documents().next().and_then(|put| put.due.clone()).as_deref(), Some("2022-08-30"));
    assert_eq!(county.indicator("2022-08-29", "visits"), (1, 1), "the next is not due yet");
    assert_eq!(county.indicator("2022-08-31", "visits"), (1, 2), "missed");
    let late = visited("2022-09-02T09:30", json!({ "photos": [] }));
    county.press("2022-09-02", VILLAGE, ("visit", "record"), late);
    county.as_user("2022-09-02", OFFICER);
    let list = county.page(PageRequest::new("visits").with("from", "2022-08-01").with("to", "2022-08-31"));
    assert!(list.contains("超期走访") && list.contains("按期"), "{list}");
    // The interval binds by level: an agreement cannot ask for fewer visits than the county.
    let mut county = County::supported();
    let carer = county.carer(json!({}));
    let mut form = agreement(carer);
    form["visit-days"] = json!(16);
    let refusal = county.refused("2022-07-27", CASEWORKER, ("agreement", "draft"), form);
    assert!(refusal.problems.iter().any(|problem| problem.field == "visit-days"), "{refusal}");
}

#[test]
fn a_visit_sets_going_what_it_finds() {
    let mut county = County::cared();
    let weaker = visited("2022-09-20T09:30", json!({ "weaker": true, "findings": "不能独自行走" }));
    county.create("2022-09-20", VILLAGE, ("visit", "record-new"), weaker);
    assert_eq!(county.world.latest("assessment").state, "reported");
    assert_eq!(county.world.latest("assessment").due, Some(Date::of(2022, 10, 9)), "ten working days");

    let unseen =
        visited("2022-09-21T09:30", json!({ "seen": false, "living": "bad", "carer-came": false, "photos": [] }));
    county.create("2022-09-21", VILLAGE, ("visit", "record-new"), unseen);
    let body: Visit = county.body("visit");
    assert_eq!(body.concerns.len(), 3, "{:?}", body.concerns);
    county.press("2022-09-23", CASEWORKER, ("visit", "settle"), json!({ "finding": "已换照料人，房屋已修" }));
    assert_eq!(county.state("visit"), "settled");

    let dead =
        visited("2022-10-08T09:30", json!({ "where": "died", "seen": false, "carer-came": false, "photos": [] }));
    let effects = county.create("2022-10-08", VILLAGE, ("visit", "record-new"), dead);
    assert_eq!(effects.decisions().count(), 0, "a visit decides nothing");
    assert_eq!(county.body::<Review>("review").kind, "death");
    let ahead = visited("2022-10-09T09:30", json!({}));
    let refusal = county.refused("2022-10-08", VILLAGE, ("visit", "record-new"), ahead);
    assert!(refusal.message.contains("晚于今天"), "{refusal}");
}

#[test]
fn the_same_photo_twice_is_noticed() {
    let mut county = County::cared();
    let record = |county: &mut County, at: &str, photo: i64, digest: &str| {
        county.as_user(&at[..10], VILLAGE);
        let values = visited(at, json!({ "photos": [photo.to_string()] }));
        let values = FormValues::parse(&values.to_string()).expect("values");
        let action = Action::new("visit", "record-new").household(FAMILY).values(values).file(Id(photo), digest, 1_000);
        let effects = county.world.run(|context| CareContracts::act(context, action)).expect("recorded");
        county.world.apply(&effects);
        county.body::<Visit>("visit").concerns
    };
    assert!(record(&mut county, "2022-09-01T09:30", 41, "aa").is_empty());
    assert!(record(&mut county, "2022-09-02T09:30", 42, "bb").is_empty());
    assert!(record(&mut county, "2022-09-03T09:30", 43, "aa")[0].contains("照片"));
}

#[test]
fn the_care_fee_goes_where_the_agreement_says() {
    let ask = |county: &County, on: &str, since: Option<&str>| {
        let since: Option<Date> = since.map(|day| day.parse().expect("a date"));
        let page =
            Table::new("page", 1).ints("after", [0_i64]).ints("limit", [100_i64]).optional_ints("since", [since]);
        let answer = county.ask("benefit.payables", on, Block::of(page));
        let table = answer.table("payable").expect("the table");
        let values = |name: &str| table.int_column(name).expect(name).values().to_vec();
        let members = answer.table("member").expect("members").int_column("person").expect("person").values().to_vec();
        (values("base"), values("supplement"), values("amount"), members)
    };
    // To the carer: the person's own line is the basic living money alone, and the fee stands on the list.
    let mut county = County::cared();
    assert_eq!(ask(&county, "2022-08-05", None), (vec![92_300], vec![0], vec![92_300], vec![1]));
    county.as_user("2022-08-05", OFFICER);
    let list = county.page(PageRequest::new("fees"));
    assert!(list.contains("20000") && list.contains("照料人"), "{list}");
    assert_eq!(ask(&county, "2022-07-05", None).2, Vec::<i64>::new(), "from the month after the decision");
    assert_eq!(ask(&county, "2022-07-05", Some("2022-07-01")).2, [0], "decided about, and pays nothing in July");
    assert_eq!(ask(&county, "2022-08-05", Some("2022-07-01")).2, [92_300]);
    assert_eq!(ask(&county, "2022-08-05", Some("2022-08-01")).2, Vec::<i64>::new(), "nothing was decided since");

    // To the person: it comes with the basic living money, as long as the agreement holds.
    let mut county = County::supported();
    let carer = county.carer(json!({}));
    let mut form = agreement(carer);
    form["payee"] = json!("person");
    county.create("2022-07-27", CASEWORKER, ("agreement", "draft"), form);
    county.press("2022-07-27", CASEWORKER, ("agreement", "print"), json!({}));
    assert_eq!(ask(&county, "2022-08-05", None).1, [0], "not signed");
    county.press("2022-08-01", CASEWORKER, ("agreement", "sign"), signed("2022-08-01"));
    assert_eq!(ask(&county, "2022-08-05", None), (vec![92_300], vec![20_000], vec![112_300], vec![1]));
    assert_eq!(ask(&county, "2023-08-05", None).1, [0], "its term is over");
    // No fee above the tier of the level.
    let mut county = County::supported();
    let carer = county.carer(json!({}));
    let mut dear = agreement(carer);
    dear["fee"] = json!(20_001);
    let refusal = county.refused("2022-07-27", CASEWORKER, ("agreement", "draft"), dear);
    assert!(refusal.problems.iter().any(|problem| problem.field == "fee"), "{refusal}");
}

#[test]
fn moving_to_an_institution_needs_the_wish_and_ends_the_line_at_home() {
    let mut county = County::cared();
    let start = json!({ "member": "1", "kind": "form", "on": "2022-09-01", "reason": "希望入住敬老院" });
    county.create("2022-09-02", VILLAGE, ("review", "start"), start);
    county.press("2022-09-05", CASEWORKER, ("review", "check"), survey(13, "2022-09-05"));
    let form = json!({ "division": "340223101000", "name": "许镇中心敬老院", "beds": 60 });
    county.create("2022-09-05", OFFICER, ("institution", "register"), form);
    let institution = county.world.latest("institution").id.0.to_string();
    let mut values = json!({ "form": "central", "institution": institution });
    let bare = county.refused("2022-09-06", APPROVER, ("review", "decide"), values.clone());
    assert!(bare.problems.iter().any(|problem| problem.field == "wish-papers"), "{bare}");
    values["wish-papers"] = json!(["51"]);
    let effects = county.press("2022-09-06", APPROVER, ("review", "decide"), values);
    assert_eq!(decided(&effects), ["kept 1123.00 2022-10-01"]);
    assert_eq!(county.ask("benefit.payables", "2022-10-05", Block::new()).rows(), 0, "paid to the institution");
    assert_eq!(county.ask("benefit.recipients", "2022-10-05", Block::new()).rows(), 1, "and still supported");
    assert_eq!(county.indicator("2022-10-05", "coverage"), (0, 0), "nobody at home to cover");
    assert_eq!(county.state("agreement"), "ended");
    assert_eq!(county.indicator("2022-09-30", "coverage"), (1, 1), "looked after at home to the last day there");
    let carer = county.world.latest("carer").id;
    let refusal = county.refused("2022-10-05", CASEWORKER, ("agreement", "draft"), agreement(carer));
    assert!(refusal.message.contains("集中供养"), "{refusal}");
}

#[test]
fn duties_are_counted_and_listed() {
    let mut county = County::cared();
    county.tick("2022-08-02", "visits");
    let period = Table::new("period", 1).ints("begins", [Date::of(2022, 8, 1)]).ints("ends", [Date::of(2022, 8, 31)]);
    let answer = county.ask("duty.due", "2022-08-20", Block::of(period));
    let table = answer.table("duty").expect("the table");
    let codes = table.text_column("code").expect("code");
    let rows: Vec<(String, i64, i64, Option<i64>)> = (0..table.rows as usize)
        .map(|row| {
            let int = |name: &str| table.int_column(name).expect(name).value(row);
            (codes.get(row).unwrap_or_default().to_owned(), int("done"), int("of"), Some(int("due")))
        })
        .collect();
    let of = |code: &str| rows.iter().find(|row| row.0 == code).map(|row| (row.1, row.2));
    assert_eq!(of("visit"), Some((0, 1)));
    assert_eq!(of("agreement"), Some((1, 1)));
    assert_eq!(of("opinion"), None, "nothing of it is due in August");
    for name in ["label", "article", "page"] {
        assert!(table.text_column(name).expect(name).get(0).is_some_and(|text| !text.is_empty()), "{name}");
    }
    county.as_user("2022-08-20", OFFICER);
    let july = PageRequest::new("duties").with("kind", "opinion").with("from", "2022-07-01").with("to", "2022-07-31");
    assert!(county.page(july).contains(r#""person":"1""#));
}

#[test]
fn every_page_can_be_drawn_empty_and_full() {
    let full = County::cared();
    let empty = County::new(&alone(0));
    for mut county in [full, empty] {
        county.as_user("2022-08-20", OFFICER);
        for name in [
            "recipients",
            "coverage",
            "agreements",
            "assessments",
            "visits",
            "carers",
            "institutions",
            "fees",
            "setup",
            "levels",
            "lag",
            "duties",
        ] {
            let page = county.world.run(|context| CareContracts::view(context, PageRequest::new(name))).expect(name);
            assert!(page.title.is_some(), "{name}");
        }
        county.page(PageRequest::new("panel").of_household(FAMILY));
        let documents: Vec<Document> = county.world.documents().cloned().collect();
        for document in documents {
            county.page(PageRequest::new(&document.collection).of_document(document));
        }
    }
}

#[test]
fn forms_offer_carers_and_show_the_level() {
    let mut county = County::supported();
    let carer = county.carer(json!({}));
    county.as_user("2022-07-27", CASEWORKER);
    let request = FillRequest::new("agreement").of_household(FAMILY).values(FormValues::default().with("member", "1"));
    let fill = county.world.run(|context| CareContracts::fill(context, request)).expect("a fill");
    let choices = &fill.choices.iter().find(|choices| choices.field == "carer").expect("carers").choices;
    assert_eq!(choices[0].value, carer.0.to_string());
    assert!(choices[0].label.zh.contains("已照料 0 人"), "{}", choices[0].label.zh);
    assert_eq!((fill.values["fee"].as_i64(), fill.values["visit-days"].as_i64()), (Some(20_000), Some(15)));
    let values = FormValues::parse(&items("2022-07-27", 4, true, None).to_string()).expect("values");
    let request = FillRequest::new("assessment").of_household(FAMILY).values(values);
    let fill = county.world.run(|context| CareContracts::fill(context, request)).expect("a fill");
    assert!(serde_json::to_string(&fill.aside).expect("JSON").contains("全护理"));
}
