//! Draws: a seed that is published before its list, a list that is frozen and drawn from by nobody's hand.

use crate::county::*;
use delegated_approval::DelegatedApproval;
use delegated_approval::rules::sample::{self, Reason};
use delegated_approval::rules::sha256;
use doudi_sdk::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

/// July in two towns: 许镇镇 granted 20 and refused 3, 籍山镇 granted 1; the county decided on one itself.
pub fn july() -> County {
    let mut county = County::delegated();
    for number in 0..20 {
        county.ruled.push(granted(101 + number, 1 + number, &format!("2022-07-{:02}", 1 + number)));
    }
    for number in 0..3 {
        county.ruled.push(refused(201 + number, 21 + number, "2022-07-15"));
    }
    county.ruled.push(Ruled { scheme: "care", ..granted(301, 41, "2022-07-31") });
    county.ruled.push(Ruled { level: "county", ..granted(401, 42, "2022-07-20") });
    county.ruled.push(granted(402, 43, "2022-08-01"));
    county
}

/// July announced on the first, drawn on 1 August.
pub fn drawn() -> County {
    let mut county = july();
    county.tick("2022-07-01", "spot-check");
    county.tick("2022-08-01", "spot-check");
    county
}

#[test]
fn the_seed_is_published_before_the_list_can_be_known() {
    let mut county = july();
    county.tick("2022-06-20", "spot-check");
    let (_, june) = county.draw("2022-06");
    assert_eq!((june.announced, june.list.len()), (day("2022-06-20"), 0));
    county.days("2022-06-21", "2022-07-31");
    let (document, draw) = county.draw("2022-07");
    assert_eq!((document.state.as_str(), draw.announced), ("announced", day("2022-07-01")));
    assert!(draw.list.is_empty() && draw.seed.is_empty() && draw.digest.is_empty(), "nothing is drawn yet");
    // The kernel's number of the day for this period, which anybody can reckon again.
    assert_eq!(draw.published, "591f3b5d5bb05266");
    assert_eq!(draw.published, sha256::hex("0000000000000001:2022-07")[..16]);
    county.tick("2022-08-01", "spot-check");
    let (document, draw) = county.draw("2022-07");
    assert_eq!((document.state.as_str(), draw.frozen), ("drawn", Some(day("2022-08-01"))));
    assert_eq!(draw.published, "591f3b5d5bb05266", "published before, and the same after");
    let (june, _) = county.draw("2022-06");
    assert_eq!(june.state, "empty", "nothing was delegated in June");
}

#[test]
fn july_is_drawn_by_town_and_outcome() {
    let county = drawn();
    let (_, draw) = county.draw("2022-07");
    let strata: Vec<_> = draw.strata.iter().map(|s| (s.town, s.outcome.as_str(), s.population, s.drawn)).collect();
    assert_eq!(strata, [(JISHAN, "granted", 1, 1), (XU, "granted", 20, 6), (XU, "refused", 3, 1)]);
    assert_eq!(draw.population(), 24, "neither the county's decision nor August's");
    assert_eq!(county.checks().len(), 8);
    assert_eq!(draw.check_by, Some(day("2022-08-29")), "twenty working days");
    // Anybody can repeat it from what the page shows.
    let digest = sample::digest(&draw.cases());
    assert_eq!(digest, draw.digest);
    assert_eq!(sample::seed(&digest, &draw.published), draw.seed);
    assert_eq!(sha256::hex(&format!("{digest}:{}", draw.published)), draw.seed);
    for town in [XU, JISHAN] {
        for outcome in ["granted", "refused"] {
            let mut tickets: Vec<(String, Id)> = draw
                .list
                .iter()
                .filter(|entry| entry.town == town && entry.outcome == outcome)
                .map(|entry| (sha256::hex(&format!("{}:{}", draw.seed, entry.case.0)), entry.case))
                .collect();
            tickets.sort();
            let n = (3 * tickets.len()).div_ceil(10);
            for (place, (_, case)) in tickets.iter().enumerate() {
                let entry = draw.list.iter().find(|entry| entry.case == *case).expect("on the list");
                assert_eq!(entry.reason() == Some(Reason::Random), place < n, "{town} {outcome} {case:?}");
            }
        }
    }
}

/// Goes wrong: a town picks its own sample. Nobody does; the draw is not even filed where towns can see it.
#[test]
fn nobody_draws_by_hand() {
    let manifest = manifest();
    let draw = manifest.collection("draw").expect("draws");
    assert!(draw.create.is_none() && draw.create_pages.is_empty());
    for action in ["announce", "freeze", "draw", "nothing", "open"] {
        let action = draw.workflow.action(action).expect("the action");
        assert!(action.automatic && action.roles.is_empty(), "{}", action.id);
    }
    assert!(draw.workflow.actions.iter().flat_map(|action| &action.roles).all(|role| role.starts_with("county")));
    for page in ["draws", "draw", "list", "strata"] {
        let roles = &manifest.page(page).expect("the page").roles;
        assert!(roles.iter().all(|role| role.starts_with("county")), "{page}");
    }
    assert_eq!(drawn().draw("2022-07").0.division, COUNTY);
}

#[test]
fn relatives_and_objections_are_checked_on_top() {
    let mut county = july();
    for ruled in &mut county.ruled {
        ruled.relative = (101..=110).contains(&ruled.document);
        ruled.objection = (111..=115).contains(&ruled.document);
    }
    county.tick("2022-07-01", "spot-check");
    county.tick("2022-08-01", "spot-check");
    let (_, draw) = county.draw("2022-07");
    assert_eq!(draw.sampled(Reason::Random), 8, "the 30 % are what they were");
    for entry in draw.list.iter().filter(|entry| entry.relative || entry.objection) {
        assert!(!entry.sample.is_empty(), "{entry:?}");
    }
    let extra = draw.sampled(Reason::Relative) + draw.sampled(Reason::Objection);
    assert_eq!(county.checks().len(), 8 + extra);
    assert_eq!(draw.strata.iter().map(|stratum| stratum.extra).sum::<usize>(), extra);
}

/// Work left half done is taken up, and a step taken twice changes nothing.
#[test]
fn an_interrupted_draw_goes_on_the_next_day() {
    let mut county = july();
    county.ruled.clear();
    for number in 0..900 {
        county.ruled.push(granted(1_000 + number, 1 + number % 40, "2022-07-15"));
    }
    county.tick("2022-06-30", "spot-check");
    county.tick("2022-07-01", "spot-check");
    let step = |county: &mut County, date: &str| {
        county.as_user(date, SYSTEM);
        let step = county.world.run(|context| DelegatedApproval::tick(context, "spot-check", context.today, None));
        let step = step.expect("a step");
        county.world.apply(&step.effects);
        county.draw("2022-07")
    };
    let (document, draw) = step(&mut county, "2022-08-01");
    assert_eq!((document.state.as_str(), draw.list.len()), ("freezing", 400));
    let (document, draw) = step(&mut county, "2022-08-02");
    assert_eq!((document.state.as_str(), draw.list.len()), ("freezing", 800));
    county.tick("2022-08-03", "spot-check");
    let (document, draw) = county.draw("2022-07");
    assert_eq!((document.state.as_str(), draw.list.len(), draw.opened), ("drawn", 900, 900));
    assert_eq!(county.checks().len(), 270);
    county.tick("2022-08-04", "spot-check");
    assert_eq!(county.checks().len(), 270, "once is enough");
}

#[test]
fn pages_of_the_answers_do_not_change_the_draw() {
    let whole = drawn().draw("2022-07").1;
    let mut turned = july();
    turned.ruled.reverse();
    turned.tick("2022-07-01", "spot-check");
    turned.tick("2022-08-01", "spot-check");
    let other = turned.draw("2022-07").1;
    assert_eq!((whole.digest, whole.seed, whole.list), (other.digest, other.seed, other.list));
}

/// A county that was away is brought up to date; each seed still comes before its list.
#[test]
fn missed_periods_are_announced_late_and_drawn_a_day_later() {
    let mut county = july();
    county.tick("2022-09-10", "spot-check");
    for period in ["2022-06", "2022-07", "2022-08", "2022-09"] {
        let (document, draw) = county.draw(period);
        assert_eq!((document.state.as_str(), draw.announced), ("announced", day("2022-09-10")), "{period}");
    }
    county.tick("2022-09-11", "spot-check");
    let states: BTreeMap<String, String> = ["2022-06", "2022-07", "2022-08", "2022-09"]
        .into_iter()
        .map(|period| (period.to_owned(), county.draw(period).0.state))
        .collect();
    assert_eq!(
        states.into_values().collect::<Vec<_>>(),
        ["empty", "drawn", "drawn", "announced"],
        "August had one decision"
    );
}

/// Cases accepted under an order are the town's even when it has been withdrawn: they are drawn from, too.
#[test]
fn decisions_after_a_withdrawal_are_drawn_from_still() {
    let mut county = july();
    county.ruled.push(granted(501, 5, "2022-09-05"));
    for _ in 0..2 {
        let order =
            county.world.documents().find(|document| document.collection == "order" && document.state == "adopted");
        let order = order.cloned();
        let values = json!({ "on": "2022-08-15", "reason": "收回" });
        county.press_on("2022-08-15", APPROVER, "order", order, "withdraw", values).expect("withdrawn");
    }
    county.days("2022-09-01", "2022-10-01");
    assert_eq!(county.draw("2022-09").1.population(), 1);
}

#[test]
fn a_household_that_has_left_stops_nobody_elses() {
    let mut county = july();
    county.ruled.push(granted(601, 999, "2022-07-10"));
    county.tick("2022-07-01", "spot-check");
    county.tick("2022-08-01", "spot-check");
    let (_, draw) = county.draw("2022-07");
    let strata: Vec<_> = draw.strata.iter().map(|s| (s.town, s.population, s.drawn)).collect();
    assert_eq!(strata[0], (0, 1, 1), "it is drawn from on its own");
    assert_eq!(draw.population(), 25);
}

/// Going over to quarters in August: what July has drawn is not drawn again.
#[test]
fn a_quarter_begins_where_the_months_ended() {
    let mut county = july();
    county.days("2022-07-01", "2022-08-01");
    let mut county = County { world: county.world.clone().parameter("period", "2022-09-01", 2), ..county };
    county.days("2022-09-01", "2022-10-01");
    let (_, third) = county.draw("2022-09");
    assert_eq!((third.period.from, third.period.to), (day("2022-09-01"), day("2022-09-30")));
    assert_eq!(county.draw("2022-08").1.population(), 1);
    assert_eq!(county.draw("2022-Q4").1.period.to, day("2022-12-31"));
}
