//! The watch list less those covered, the figures of 督查 with the lists behind them, and the duties of the calendar. The benefits are
//! invented here: the measure knows none.

mod county;

use county::*;
use discovery::Discovery;
use discovery::review::Review;
use discovery::watchlist::sweep;
use doudi_sdk::prelude::*;
use doudi_sdk::testing::World;
use serde_json::json;
use std::ops::RangeInclusive;

/// Who receives something: the answer to `benefit.recipients` by the topic's columns, page by page.
fn recipients(households: RangeInclusive<i64>) -> impl Fn(Date, &Block) -> Block {
    move |_, question| {
        let page = question.table("page").expect("a page");
        let value = |name: &str| page.int_column(name).expect("a column").value(0);
        let shown: Vec<i64> =
            households.clone().filter(|id| *id > value("after")).take(value("limit") as usize).collect();
        let table = Table::new("recipient", shown.len())
            .ints("household", shown.iter().copied())
            .ints("covered", shown.iter().map(|_| 1_i64))
            .ints("begins", shown.iter().map(|_| day("2022-01-01")));
        Block::of(table)
    }
}

/// One case of an invented benefit.
#[derive(Clone, Copy)]
struct Row {
    document: i64,
    household: i64,
    opened: &'static str,
    closed: Option<(&'static str, &'static str)>,
}

/// The answer to `benefit.cases`.
fn cases(rows: Vec<Row>) -> impl Fn(Date, &Block) -> Block {
    move |_, question| {
        let page = question.table("page").expect("a page");
        let after = page.int_column("after").expect("a column").value(0);
        let since = page.find("since").and_then(|_| page.int_column("since").ok()?.get(0));
        let shown: Vec<Row> = rows
            .iter()
            .copied()
            .filter(|row| row.document > after)
            .filter(|row| match (row.closed, since) {
                (None, _) => true,
                (Some((on, _)), Some(since)) => i64::from(day(on).days()) >= since,
                (Some(_), None) => false,
            })
            .collect();
        let table = Table::new("case", shown.len())
            .ints("document", shown.iter().map(|row| row.document))
            .ints("household", shown.iter().map(|row| row.household))
            .texts("scheme", shown.iter().map(|_| "relief"))
            .texts("label", shown.iter().map(|_| "困难救助"))
            .ints("opened", shown.iter().map(|row| day(row.opened)))
            .optional_ints("closed", shown.iter().map(|row| row.closed.map(|(on, _)| day(on))))
            .optional_texts("outcome", shown.iter().map(|row| row.closed.map(|(_, outcome)| outcome)))
            .ints("proxy", shown.iter().map(|_| 0_i64));
        Block::of(table)
    }
}

fn open_cases(households: RangeInclusive<i64>) -> Vec<Row> {
    households
        .map(|household| Row { document: 5_000 + household, household, opened: "2022-03-01", closed: None })
        .collect()
}

/// 200 households, the first 120 of them on the watch list.
fn watched(count: i64, listed: i64) -> County {
    let world = World::new("2022-04-01").manifest(MANIFEST).example_parameters().calendar(CALENDAR);
    let world =
        (1..=count).fold(world, |world, id| world.household(id, &household(i64::from(id <= listed) * (id % 3 + 1))));
    County { world }
}

fn answered(county: &mut County, covered: RangeInclusive<i64>, open: Vec<Row>) {
    let world = county.world.clone().forget_answers("benefit.recipients").forget_answers("benefit.cases");
    county.world = world.answer_with("benefit.recipients", "relief", recipients(covered)).answer_with(
        "benefit.cases",
        "relief",
        cases(open),
    );
}

/// The worked example of the third measure: 120 watch-listed, 70 covered, 14 with open cases → 36 uncovered; 36 visited, 9 apply →
/// follow-up 100 %, conversion 25 %.
#[test]
fn worked_example_of_the_watch_list() {
    let mut county = watched(200, 120);
    answered(&mut county, 1..=70, open_cases(71..=84));
    county.tick("2022-04-01", "watch-list");
    let reviews = county.of("review");
    assert_eq!(reviews.len(), 36);
    assert!(reviews.iter().all(|review| review.state == "open" && review.due == Some(day("2022-04-29"))));
    for (place, review) in reviews.into_iter().enumerate() {
        let mut values = visit(&format!("2022-04-{:02}T09:{:02}", 6 + place / 10, place));
        if place < 9 {
            values["wish"] = json!("apply");
            values["hardships"] = json!(["medical"]);
        }
        county.press_on("2022-04-20", VILLAGE, review, "visit", values, &[]).expect("visited");
    }
    let page = county.page("2022-04-20", TOWN, PageRequest::new("watch-list"));
    let expected = [
        ("监测户", "120"),
        ("已纳入保障", "70"),
        ("正在办理", "14"),
        ("未纳入", "36"),
        ("应排查", "36"),
        ("已走访", "36"),
        ("排查率", "10000bp"),
        ("申请率", "2500bp"),
    ];
    assert_eq!(figures(&page), expected.map(|(label, value)| (label.to_owned(), value.to_owned())));
    assert_eq!(county.of("clue").len(), 9, "who wishes to apply is a clue at the village");
    // The same job once more changes nothing; the month after, those visited are not sent for again in the same quarter.
    county.tick("2022-04-01", "watch-list");
    county.tick("2022-05-01", "watch-list");
    assert_eq!(county.of("review").len(), 36);
    county.tick("2022-07-01", "watch-list");
    assert_eq!(county.of("review").len(), 72, "a new quarter asks anew");
}

#[test]
fn who_is_covered_before_anybody_went_is_struck_off_and_not_counted() {
    let mut county = watched(40, 40);
    answered(&mut county, 1..=30, Vec::new());
    county.tick("2022-04-01", "watch-list");
    assert_eq!(county.of("review").len(), 10);
    let visited = county.of("review")[0].clone();
    county.press_on("2022-04-06", VILLAGE, visited, "visit", visit("2022-04-06T09:00"), &[]).expect("visited");
    answered(&mut county, 1..=33, open_cases(34..=34));
    county.tick("2022-05-01", "watch-list");
    let states: Vec<String> = county.of("review").iter().map(|review| review.state.clone()).collect();
    assert_eq!(states.iter().filter(|state| *state == "covered").count(), 3, "32, 33 and the one with a case");
    assert_eq!(states[0], "visited", "somebody was there before it was covered");
    let (part, whole) = figure(&mut county, "2022-05-01", "watch-list", "2022-04-01", "2022-04-30");
    assert_eq!((part, whole), (1, 7));
}

#[test]
fn a_visit_to_a_review_that_was_none_is_made_again() {
    let mut county = watched(1, 1);
    county.tick("2022-04-01", "watch-list");
    let mut call = visit("2022-04-06T09:00");
    call["place"] = json!("phone");
    county.press("2022-04-06", VILLAGE, "review", "visit", call).expect_err("a call is no visit");
    let mut nobody = visit("2022-04-06T10:00");
    nobody["seen"] = json!([]);
    nobody["nobody"] = json!(true);
    county.press("2022-04-06", VILLAGE, "review", "visit", nobody).expect("an attempt");
    assert_eq!(county.world.latest("review").state, "open");
    let mut far = visit("2022-04-07T09:00");
    far.as_object_mut().expect("a form").remove("position");
    county.press("2022-04-07", VILLAGE, "review", "visit", far).expect("visited");
    assert_eq!(county.world.latest("review").state, "visited");
    county.tick("2022-04-08", "screening");
    let questioned = county.of("visit")[1].clone();
    county.press_on("2022-04-08", TOWN, questioned, "reject", json!({ "note": "没有去过" }), &[]).expect("untrue");
    let review = county.world.latest("review");
    let body: Review = review.body().expect("a review");
    assert_eq!((review.state.as_str(), body.visited), ("open", None));
}

#[test]
fn a_county_is_compared_window_by_window_and_no_window_twice() {
    let mut county = watched(2_000, 2_000);
    answered(&mut county, 1..=1_990, Vec::new());
    // The first step is taken twice, as after a restart: the second time it only says where to go on.
    county.as_user("2022-04-01", SYSTEM);
    let step = county.world.run(|context| Discovery::tick(context, "watch-list", context.today, None)).expect("a step");
    county.world.apply(&step.effects);
    assert_eq!(county.tick("2022-04-01", "watch-list"), 3);
    let (document, body) = county.world.run(|_| sweep(day("2022-04-01"))).expect("read").expect("a comparison");
    assert_eq!((document.state.as_str(), body.tally.watched, body.tally.uncovered), ("done", 2_000, 10));
    assert_eq!(county.of("review").len(), 10);
}

#[test]
fn a_county_without_benefits_compares_with_nothing() {
    let mut county = watched(3, 2);
    county.tick("2022-04-01", "watch-list");
    assert_eq!(county.of("review").len(), 2);
}

/// 监测户 ∖ (低保 ∪ 特困 ∪ 边缘 ∪ 在办): a 边缘 family is paid nothing and is covered all the same.
#[test]
fn a_recognised_family_is_covered_though_nobody_pays_it() {
    let mut county = watched(3, 3);
    let recognised = |_: Date, _: &Block| Block::of(Table::new("recognised", 1).ints("household", [2_i64]));
    county.world = county.world.clone().answer_with("benefit.recognised", "relief", recognised);
    county.tick("2022-04-01", "watch-list");
    let left: Vec<Option<Id>> = county.of("review").iter().map(|review| review.household).collect();
    assert_eq!(left, [Some(Id(1)), Some(Id(3))]);
}

fn indicators(county: &mut County, date: &str, begins: &str, ends: &str) -> Vec<Indicator> {
    county.as_user(date, COUNTY);
    county.world.run(|context| Discovery::indicators(context, day(begins), day(ends))).expect("figures")
}

/// A figure, checked against the list behind it: its rows are what was counted.
fn figure(county: &mut County, date: &str, code: &str, begins: &str, ends: &str) -> (i64, i64) {
    let all = indicators(county, date, begins, ends);
    let figure = all.iter().find(|figure| figure.code == code).expect("the figure");
    let (page, query) = figure.drill_down.split_once('?').expect("a query");
    let request = query.split('&').filter_map(|pair| pair.split_once('='));
    let request = request.fold(PageRequest::new(page), |request, (name, value)| request.with(name, value));
    let page = county.page(date, COUNTY, request);
    if figure.whole > 0 && code != "decision-days" {
        assert_eq!(rows(&page).len() as i64, figure.whole, "{code}: {page:?}");
    }
    (figure.part, figure.whole)
}

#[test]
fn the_five_figures_and_their_lists() {
    let mut county = County::with_households(6);
    for household in 1..=4 {
        county.list_household("2022-06-01", household, "high", "home");
    }
    // Two of four key households visited in June; one visit in July counts for July.
    let patrols = county.of("patrol");
    for (place, (patrol, moment)) in
        [(0, "2022-06-07T09:00"), (1, "2022-06-08T09:00"), (2, "2022-07-05T09:00")].into_iter().enumerate()
    {
        let patrol = patrols[patrol].clone();
        county.press_on(&moment[..10], VILLAGE, patrol, "visit", visit(moment), &[]).unwrap_or_else(|refusal| {
            panic!("{place}: {refusal}");
        });
    }
    assert_eq!(figure(&mut county, "2022-07-10", "visit-coverage", "2022-06-01", "2022-06-30"), (2, 4));
    assert_eq!(figure(&mut county, "2022-07-10", "visit-coverage", "2022-07-01", "2022-07-31"), (1, 4));

    // Household 1, on a list, was first spoken of by the hotline: missed. A petition found untrue is no case. Household 6 is on no list.
    county.until_visited();
    county.press("2022-06-09", TOWN, "clue", "verify", verified(false)).expect("verified");
    county.press("2022-06-17", TOWN, "clue", "apply", json!({ "scheme": "relief", "consent": true })).expect("applied");
    for (household, source) in [(2, "petition"), (3, "school"), (6, "12345")] {
        let mut values = clue(source, "education");
        values["household"] = json!(household.to_string());
        county.press_new("2022-06-20", TOWN, "clue", "register", values).expect("registered");
    }
    let petition = county.of("clue")[1].clone();
    county
        .press_on("2022-06-20", TOWN, petition, "triage", json!({ "officer": "11", "urgency": "ordinary" }), &[])
        .expect("on");
    let petition = county.of("clue")[1].clone();
    let untrue = json!({ "genuine": false, "findings": "无此事", "unvisited": "查无此人" });
    county.press_on("2022-06-21", TOWN, petition, "verify", untrue, &[]).expect("untrue");
    let petition = county.of("clue")[1].clone();
    county.press_on("2022-06-21", TOWN, petition, "no-need", json!({ "reason": "不属实" }), &[]).expect("no need");
    assert_eq!(figure(&mut county, "2022-06-30", "missed", "2022-06-01", "2022-06-30"), (1, 2));

    // Cases opened in June: household 1's came from its clue, household 5 came by itself, household 2's was told there is no need.
    let opened = |document, household, opened| Row { document, household, opened, closed: None };
    let mut june = vec![opened(801, 1, "2022-06-18"), opened(802, 5, "2022-06-19"), opened(803, 2, "2022-06-25")];
    june.push(Row { document: 804, household: 1, opened: "2022-05-01", closed: Some(("2022-06-02", "refused")) });
    answered(&mut county, 9_000..=9_000, june.clone());
    assert_eq!(figure(&mut county, "2022-06-30", "proactive", "2022-06-01", "2022-06-30"), (1, 3));

    // The night finds the result although no event came: the benefit granted it on 8 July, 31 days after it was found.
    june[0].closed = Some(("2022-07-08", "granted"));
    answered(&mut county, 9_000..=9_000, june);
    county.tick("2022-07-09", "clock");
    let first = discovery::clue::Filed::of(county.of("clue")[0].clone()).expect("the clue");
    assert_eq!((first.stand.state(), first.body.days_to_decision()), ("feedback", Some(31)));
    assert_eq!(first.body.application.and_then(|application| application.case), Some(Id(801)));
    assert_eq!(
        figure(&mut county, "2022-07-09", "decision-days", "2022-06-01", "2022-07-31"),
        (32, 2),
        "1 and 31 days"
    );
    assert_eq!(figure(&mut county, "2022-07-09", "decision-days", "2022-07-01", "2022-07-31"), (31, 1));
    let page = county.page(
        "2022-07-09",
        COUNTY,
        PageRequest::new("ledger").with("list", "decided").with("from", "2022-06-01").with("to", "2022-07-31"),
    );
    assert_eq!(rows(&page).len(), 2);
    assert!(figures(&page).contains(&("发现到决定天数中位数".to_owned(), "16".to_owned())));
    // Targets stand with the figures, and an empty period is no zero per cent.
    let empty = indicators(&mut county, "2022-07-09", "2021-01-01", "2021-01-31");
    let targets: Vec<(&str, i64, Option<i64>)> =
        empty.iter().map(|figure| (figure.code.as_str(), figure.whole, figure.target)).collect();
    assert_eq!(
        targets,
        [
            ("proactive", 0, None),
            ("visit-coverage", 0, Some(10_000)),
            ("watch-list", 0, Some(10_000)),
            ("decision-days", 0, None),
            ("missed", 0, Some(0))
        ]
    );
}

#[test]
fn the_calendar_knows_patrols_clues_and_reviews() {
    let mut county = watched(4, 2);
    county.tick("2022-04-01", "watch-list");
    county.list_household("2022-04-01", 3, "high", "home");
    county.list_household("2022-04-01", 4, "low", "home");
    county.press("2022-04-06", VILLAGE, "patrol", "visit", visit("2022-04-06T09:00")).expect("the low one, early");
    let high = county.of("patrol")[0].clone();
    county.press_on("2022-04-08", VILLAGE, high, "visit", visit("2022-04-08T10:00"), &[]).expect("the high one");
    county.press("2022-04-08", VILLAGE, "clue", "register", clue("visit", "medical")).expect("a clue");
    county.as_user("2022-04-09", COUNTY);
    let period = Table::new("period", 1).ints("begins", [day("2022-04-01")]).ints("ends", [day("2022-04-30")]);
    let block = county
        .world
        .run(|context| Discovery::answer(context, "duty.due", context.today, Block::of(period)))
        .expect("an answer");
    let table = block.table("duty").expect("the table");
    let (codes, pages) = (table.text_column("code").expect("codes"), table.text_column("page").expect("pages"));
    let number = |name: &str, row: usize| table.int_column(name).expect(name).value(row);
    let duties: Vec<(&str, Date, i64, i64)> = (0..table.rows as usize)
        .map(|row| {
            let due = Date::from_days(number("due", row) as i32);
            (codes.get(row).expect("a code"), due, number("done", row), number("of", row))
        })
        .collect();
    assert_eq!(
        duties,
        [
            // Listed on 1 April, weekly: due by the 8th, then a week after each visit; the quarterly one asks for nothing in April.
            ("patrols", day("2022-04-10"), 1, 1),
            ("patrols", day("2022-04-17"), 0, 1),
            ("patrols", day("2022-04-24"), 0, 1),
            ("clues", day("2022-04-11"), 0, 1),
            // Twenty working days after 1 April.
            ("watch-list", day("2022-04-29"), 0, 2),
        ]
    );
    // Each duty's page lists as many as it counts.
    for (row, duty) in duties.iter().enumerate() {
        let (page, query) = pages.get(row).expect("a page").split_once('?').expect("a query");
        let request = query.split('&').filter_map(|pair| pair.split_once('='));
        let request = request.fold(PageRequest::new(page), |request, (name, value)| request.with(name, value));
        let page = county.page("2022-04-09", COUNTY, request);
        assert_eq!(rows(&page).len() as i64, duty.3, "{duty:?}");
    }
}
