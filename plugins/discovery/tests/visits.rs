//! Grids, patrols and visits of a made-up village: who must be visited when, what hardship seen becomes, and everything that goes wrong:
//! bulk fake visits, people living apart from their hukou, institution residents.

mod county;

use county::*;
use discovery::rules::clock::Stand;
use discovery::rules::genuine::Doubt;
use discovery::rules::words::Source;
use doudi_sdk::prelude::*;
use serde_json::json;

#[test]
fn patrols_fall_due_on_mondays_by_risk() {
    let mut county = County::new();
    county.list("2022-06-01", "medium", "home");
    let listed = county.patrol();
    assert_eq!((listed.state.as_str(), listed.due), ("planned", Some(day("2022-07-01"))));
    county.tick("2022-06-20", "patrols");
    assert_eq!(county.patrol().state, "planned");
    county.tick("2022-06-27", "patrols");
    assert_eq!((county.patrol().state.as_str(), county.patrol().due), ("due", Some(day("2022-07-01"))));
    // Nobody opened: the day stays. A call is no visit. Somebody was there: a month until the next.
    let mut nobody = visit("2022-06-28T09:00");
    nobody["nobody"] = json!(true);
    nobody["seen"] = json!([]);
    county.press("2022-06-28", VILLAGE, "patrol", "visit", nobody).expect("an attempt");
    assert_eq!((county.patrol().state.as_str(), county.patrol().due), ("due", Some(day("2022-07-01"))));
    let mut call = visit("2022-06-28T10:00");
    call["place"] = json!("phone");
    let refused = county.press("2022-06-28", VILLAGE, "patrol", "visit", call).expect_err("a call");
    assert!(refused.message.contains("不能代替入户走访"), "{refused}");
    county.press("2022-06-29", VILLAGE, "patrol", "visit", visit("2022-06-29T10:00")).expect("visited");
    assert_eq!((county.patrol().state.as_str(), county.patrol().due), ("planned", Some(day("2022-07-29"))));
    // Rated higher, it is due at once.
    let higher = json!({ "risk": "high", "reason": "ill", "stay": "home", "note": "住院归来" });
    county.press("2022-07-11", TOWN, "patrol", "change", higher).expect("rated anew");
    assert_eq!((county.patrol().state.as_str(), county.patrol().due), ("due", Some(day("2022-07-06"))));
    county.press("2022-07-12", TOWN, "patrol", "end", json!({ "reason": "迁往外地" })).expect("struck off");
    county.tick("2022-07-18", "patrols");
    assert_eq!(county.patrol().state, "ended");
}

#[test]
fn hardship_seen_on_a_patrol_becomes_clues_each_once() {
    let mut county = County::new();
    county.list("2022-06-01", "high", "home");
    let mut seen = visit("2022-06-07T09:30");
    seen["hardships"] = json!(["medical", "no-income", "medical"]);
    seen["wish"] = json!("apply");
    county.press("2022-06-07", VILLAGE, "patrol", "visit", seen.clone()).expect("visited");
    assert_eq!(county.of("clue").len(), 2);
    let filed = county.clue();
    assert_eq!((filed.stand, filed.body.source, filed.body.on_grid), (Stand::Registered, Source::Grid, true));
    seen["moment"] = json!("2022-06-14T09:30");
    county.press("2022-06-14", VILLAGE, "patrol", "visit", seen).expect("visited again");
    assert_eq!(county.of("clue").len(), 2, "the same difficulties are no new clues");
    assert_eq!(county.clue().body.reports.len(), 2);
}

/// Goes wrong: bulk fake visits.
#[test]
fn a_day_s_rounds_filled_in_at_a_desk_are_questioned_and_do_not_count() {
    let mut county = County::with_households(5);
    for household in 1..=5 {
        county.list_household("2022-06-01", household, "high", "home");
    }
    let patrols = county.of("patrol");
    for (place, patrol) in patrols.iter().enumerate() {
        // Four of five in one minute, and one photo for all.
        let moment = if place == 4 { "2022-06-07T15:00" } else { "2022-06-07T10:00" };
        let mut fake = visit(moment);
        fake["photos"] = json!(["51"]);
        if place == 3 {
            fake.as_object_mut().expect("a form").remove("position");
        }
        county.press_on("2022-06-07", VILLAGE, patrol.clone(), "visit", fake, &["same-photo"]).expect("recorded");
    }
    county.tick("2022-06-08", "screening");
    let visits = county.of("visit");
    let doubts: Vec<Vec<Doubt>> = visits.iter().map(|visit| county.doubts(visit)).collect();
    assert_eq!(
        doubts,
        [
            vec![Doubt::SameMinute],
            vec![Doubt::SameMinute, Doubt::SamePhoto],
            vec![Doubt::SameMinute, Doubt::SamePhoto],
            vec![Doubt::SameMinute, Doubt::SamePhoto, Doubt::NoPosition],
            vec![Doubt::SamePhoto],
        ]
    );
    assert!(visits.iter().all(|visit| visit.state == "questioned" && visit.due == Some(day("2022-06-15"))));
    // A question is no finding: the patrols still count until somebody has looked.
    assert!(county.of("patrol").iter().all(|patrol| patrol.state == "planned"));
    let own = county.press_on("2022-06-08", VILLAGE, visits[0].clone(), "genuine", json!({ "note": "是我" }), &[]);
    assert!(own.expect_err("his own").message.contains("其他人员"));
    county
        .press_on("2022-06-08", TOWN, visits[0].clone(), "genuine", json!({ "note": "户主证实" }), &[])
        .expect("genuine");
    county
        .press_on("2022-06-08", TOWN, visits[1].clone(), "reject", json!({ "note": "无人来过" }), &[])
        .expect("untrue");
    let patrols = county.of("patrol");
    assert_eq!((patrols[0].state.as_str(), patrols[0].due), ("planned", Some(day("2022-06-14"))));
    assert_eq!(
        (patrols[1].state.as_str(), patrols[1].due),
        ("due", Some(day("2022-06-08"))),
        "seven days after listing"
    );
    // Months later, in another village, the photo is still known.
    let mut later = visit("2022-09-07T10:00");
    later["photos"] = json!(["51"]);
    let patrol = county.of("patrol")[4].clone();
    county
        .press_on("2022-09-07", (19, "village-coordinator"), patrol, "visit", later, &["same-photo"])
        .expect("recorded");
    county.tick("2022-09-08", "screening");
    assert_eq!(county.doubts(&county.world.latest("visit")), [Doubt::SamePhoto]);
}

#[test]
fn a_visit_from_another_village_or_another_week_is_questioned_an_honest_one_is_not() {
    let mut county = County::new();
    county.list("2022-06-01", "high", "home");
    let mut go = |moment: &str, north: &str, taken: &str, sent: &str| {
        let mut values = visit(moment);
        values["position"] = json!({ "latitude": north, "longitude": "118.433100", "accuracy": 12 });
        let date = &sent[..10];
        let patrol = county.patrol();
        county.press_offline(date, VILLAGE, patrol, "visit", values, taken, sent).expect("recorded");
        county.tick(date, "screening");
        county.doubts(&county.world.latest("visit"))
    };
    assert_eq!(go("2022-06-07T09:30", "31.352100", "2022-06-07T09:40", "2022-06-07T18:00"), NO_DOUBT, "the first");
    assert_eq!(
        go("2022-06-14T09:30", "31.352300", "2022-06-14T09:40", "2022-06-14T18:00"),
        NO_DOUBT,
        "twenty metres off"
    );
    assert_eq!(go("2022-06-21T09:30", "31.400000", "2022-06-21T09:40", "2022-06-21T18:00"), [Doubt::Far]);
    assert_eq!(go("2022-06-28T09:30", "31.352100", "2022-06-30T09:40", "2022-06-30T18:00"), [Doubt::FilledLate]);
    assert_eq!(go("2022-07-05T09:30", "31.352100", "2022-07-05T09:40", "2022-07-08T09:41"), [Doubt::SentLate]);
    // The far visit proved nothing: going there again is far again.
    assert_eq!(go("2022-07-12T09:30", "31.400000", "2022-07-12T09:40", "2022-07-12T18:00"), [Doubt::Far]);
}

/// Goes wrong: people living apart from their hukou.
#[test]
fn people_are_listed_where_they_live_and_called_only_when_far_away() {
    let mut county = County::new();
    county.grid("2022-06-01", OTHER_VILLAGE, "01");
    let refused = county.list_in("2022-06-01", "1", "high", "home").expect_err("lives elsewhere");
    assert!(refused.message.contains("人户分离的由居住地网格巡访") && refused.message.contains("仙坊村"), "{refused}");
    county.list("2022-06-01", "high", "away");
    let twice = county.list_in("2022-06-02", "1", "high", "away").expect_err("listed already");
    assert!(twice.message.contains("已在重点名单"), "{twice}");
    let mut call = visit("2022-06-07T19:00");
    call["place"] = json!("phone");
    call.as_object_mut().expect("a form").remove("position");
    county.press("2022-06-07", VILLAGE, "patrol", "visit", call).expect("a call counts for who is far away");
    county.tick("2022-06-08", "screening");
    assert_eq!(county.doubts(&county.world.latest("visit")), NO_DOUBT);
    assert_eq!(county.patrol().due, Some(day("2022-06-14")));
}

/// Goes wrong: institution residents.
#[test]
fn who_lives_in_an_institution_is_visited_there_and_not_at_the_empty_home() {
    let mut county = County::new();
    county.list("2022-06-01", "high", "institution");
    county.press("2022-06-07", VILLAGE, "patrol", "visit", visit("2022-06-07T09:30")).expect("at the empty home");
    county.tick("2022-06-08", "screening");
    assert_eq!(county.doubts(&county.world.latest("visit")), [Doubt::WrongPlace]);
    let mut there = visit("2022-06-14T09:30");
    there["place"] = json!("institution");
    there["position"] = json!({ "latitude": "31.400000", "longitude": "118.433100", "accuracy": 12 });
    county.press("2022-06-14", VILLAGE, "patrol", "visit", there.clone()).expect("at the institution");
    county.tick("2022-06-15", "screening");
    assert_eq!(county.doubts(&county.world.latest("visit")), NO_DOUBT, "far from the home, and that is right");
}

#[test]
fn a_grid_is_one_village_s_and_is_not_dissolved_over_people_s_heads() {
    let mut county = County::new();
    county.grid("2022-06-01", VILLAGE_CODE, "01");
    let again = county.set_up("2022-06-01", VILLAGE_CODE, "01").expect_err("the same code");
    assert!(again.message.contains("已有这个编号"), "{again}");
    let town = county.set_up("2022-06-01", 340_223_101_000, "02").expect_err("a town is no village");
    assert!(town.message.contains("村（社区）"), "{town}");
    county.list_in("2022-06-01", "1", "low", "home").expect("listed");
    let refused =
        county.press("2022-06-02", TOWN, "grid", "dissolve", json!({ "reason": "合并" })).expect_err("people");
    assert!(refused.message.contains("还有重点家庭"), "{refused}");
    county.press("2022-06-02", TOWN, "patrol", "end", json!({ "reason": "合并" })).expect("struck off");
    county.press("2022-06-02", TOWN, "grid", "dissolve", json!({ "reason": "合并" })).expect("dissolved");
    // Villages nobody patrols are shown; park and virtual community need no grid.
    let page = county.page("2022-06-02", COUNTY, PageRequest::new("grids"));
    assert!(text(&page).contains("没有网格的村（社区）"));
    assert_eq!(rows(&page).len(), 4, "four real villages, none with a grid");
}

#[test]
fn a_visit_is_refused_when_it_says_nothing() {
    let mut county = County::new();
    for (why, change) in [
        ("nobody seen and not said so", json!({ "seen": [] })),
        ("no moment", json!({ "moment": null })),
        ("tomorrow", json!({ "moment": "2022-06-08T09:00" })),
        ("no findings", json!({ "findings": " " })),
        ("no place", json!({ "place": null })),
        ("hardship of a house where nobody opened", json!({ "seen": [], "nobody": true, "hardships": ["medical"] })),
    ] {
        let mut values = visit("2022-06-07T09:30");
        for (name, value) in change.as_object().expect("fields") {
            values[name] = value.clone();
        }
        county.press_new_about("2022-06-07", VILLAGE, "visit", "record", values).expect_err(why);
    }
    let effects =
        county.press_new_about("2022-06-07", VILLAGE, "visit", "record", visit("2022-06-07T09:30")).expect("ok");
    assert_eq!(effects.events().next().and_then(|event| event.document), None, "a visit without an errand has no clue");
    let panel = county.page("2022-06-07", TOWN, PageRequest::new("household").of_household(FAMILY));
    assert!(text(&panel).contains("日常走访"));
}
