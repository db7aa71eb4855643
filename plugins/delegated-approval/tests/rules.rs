//! The rules as tables a caseworker could read: how many are drawn and which, who decides on a day, who may vote, what the files say,
//! and when a rate is too high.

use delegated_approval::order::{Order, Pause};
use delegated_approval::rules::authority::{ALL_SCHEMES, governing, holds, holds_within, overlap};
use delegated_approval::rules::clues::{self, Clue, Dealt, Decision};
use delegated_approval::rules::period::{Length, Period};
use delegated_approval::rules::quality::{Approvals, Found, rate};
use delegated_approval::rules::sample::{self, Case, FLOOR, Reason, size};
use delegated_approval::rules::town::{parse, town_of};
use delegated_approval::rules::vote::{Ballot, Spoilt, Tally, count, quorate};
use delegated_approval::rules::sha256;
use delegated_approval::topics::merge;
use doudi_sdk::prelude::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const EAST: i64 = 340_223_102_000;
const WEST: i64 = 340_223_101_000;

fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

fn case(case: i64, town: i64, outcome: &str) -> Case {
    let on = day("2022-07-01").add_days((case % 28) as i32);
    let (scheme, outcome) = ("relief".to_owned(), outcome.to_owned());
    Case { case: Id(case), town, scheme, outcome, on, relative: false, objection: false }
}

fn cases(count: i64, first: i64, town: i64, outcome: &str) -> Vec<Case> {
    (first..first + count).map(|number| case(number, town, outcome)).collect()
}

// ---- The sampling table of the handbook -------------------------------------------------------------------------------------

/// domain.md M8: n = ceil(0.30 × N) as (3N + 9) / 10, every row.
#[test]
fn the_sampling_table() {
    for (population, drawn) in
        [(0, 0), (1, 1), (2, 1), (3, 1), (4, 2), (7, 3), (10, 3), (11, 4), (33, 10), (34, 11)]
    {
        assert_eq!(size(population, 3_000), drawn, "N = {population}");
        assert_eq!((3 * population + 9) / 10, drawn, "N = {population}");
        let list = cases(population as i64, 1, EAST, "granted");
        let random = sample::draw(&list, "seed", 3_000).cases.len();
        assert_eq!(random, drawn, "drawn of {population}");
    }
}

/// Goes wrong: floor() instead of ceil(). Never below 30 %, and never a whole case more than needed.
#[test]
fn rounding_is_up_for_every_population_and_rate() {
    for population in 0..2_000_usize {
        for rate in [3_000, 3_333, 5_000, 10_000] {
            let drawn = size(population, rate) as i64;
            let needed = population as i64 * rate;
            assert!(drawn * 10_000 >= needed && (drawn - 1) * 10_000 < needed, "{drawn} of {population} at {rate}");
        }
    }
}

/// 不低于 30%: a county may draw more, never less.
#[test]
fn the_rate_never_falls_below_the_notice() {
    for (set, drawn) in [(0, 30), (1_000, 30), (2_999, 30), (3_000, 30), (3_001, 31), (5_000, 50), (10_000, 100), (99_999, 100)] {
        assert_eq!(size(100, set), drawn, "{set}");
    }
    assert_eq!(FLOOR, 3_000);
}

/// domain.md M8, worked: three towns with one decision each, pooled n = 1, per town n = 3; a town with 20 approved and 3 refused: 6 + 1.
#[test]
fn the_worked_examples() {
    let list: Vec<Case> =
        (0..3).map(|town| case(town + 1, WEST + town * 1_000, "granted")).collect();
    assert_eq!(size(3, 3_000), 1, "pooled");
    assert_eq!(sample::draw(&list, "seed", 3_000).cases.len(), 3, "per town");
    let mut list = cases(20, 1, EAST, "granted");
    list.extend(cases(3, 21, EAST, "refused"));
    let strata = sample::draw(&list, "seed", 3_000).strata;
    let drawn: Vec<_> = strata.iter().map(|s| (s.outcome.as_str(), s.population, s.drawn)).collect();
    assert_eq!(drawn, [("granted", 20, 6), ("refused", 3, 1)]);
}

/// Goes wrong: sampling only approvals. Every outcome of every town is drawn from, whatever it is called.
#[test]
fn refusals_and_stops_are_drawn_too() {
    let mut list = cases(50, 1, EAST, "granted");
    list.push(case(90, EAST, "refused"));
    list.push(case(91, EAST, "stopped"));
    list.push(case(92, WEST, "refused"));
    let drawn = sample::draw(&list, "seed", 3_000);
    for id in [90, 91, 92] {
        assert_eq!(drawn.cases.get(&Id(id)), Some(&Reason::Random), "{id}");
    }
}

/// Mandatory checks come on top: they never take a place among the 30 %.
#[test]
fn relatives_and_objections_come_on_top() {
    for flagged in 0..=10 {
        let mut list = cases(10, 1, EAST, "granted");
        for (at, case) in list.iter_mut().take(flagged).enumerate() {
            (case.relative, case.objection) = (at % 2 == 0, at % 2 == 1);
        }
        let drawn = sample::draw(&list, "a published seed", 3_000);
        let random = drawn.cases.values().filter(|reason| **reason == Reason::Random).count();
        assert_eq!(random, 3, "the random part stays ceil(0.30 × 10)");
        for case in list.iter().filter(|case| case.mandatory().is_some()) {
            assert!(drawn.cases.contains_key(&case.case), "{case:?} must be checked");
        }
        let stratum = &drawn.strata[0];
        assert_eq!((stratum.drawn, stratum.drawn + stratum.extra), (3, drawn.cases.len()));
    }
}

/// Goes wrong: the same household drawn forever. The same ten cases each month for three years, with each month's seed.
#[test]
fn nobody_is_drawn_forever_and_nobody_never() {
    let list = cases(10, 1, EAST, "granted");
    let mut times: BTreeMap<Id, u32> = BTreeMap::new();
    for month in 0..36 {
        let published = sha256::hex(&format!("{month}"));
        for case in sample::draw(&list, &published, 3_000).cases.into_keys() {
            *times.entry(case).or_default() += 1;
        }
    }
    assert_eq!(times.values().sum::<u32>(), 36 * 3);
    assert_eq!(times.len(), 10, "everybody is drawn at some time");
    assert!(times.values().all(|times| *times < 22), "{times:?}");
}

// ---- Repeating a draw --------------------------------------------------------------------------------------------------------

/// FIPS 180-4 and the one block and two block messages of NIST, and every length around the padding's edge against a second way.
#[test]
fn sha256_is_what_sha256sum_prints() {
    for (text, digest) in [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ] {
        assert_eq!(sha256::hex(text), digest, "{text}");
    }
    let million = "a".repeat(1_000_000);
    assert_eq!(sha256::hex(&million), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/// The test vector of the README, computed with Python's hashlib: twenty decisions of two towns.
#[test]
fn the_test_vector_of_the_readme() {
    let list: Vec<Case> = (101..=120)
        .map(|number| {
            let town = if number < 110 { WEST } else { EAST };
            let outcome = if number % 4 == 0 { "refused" } else { "granted" };
            Case { relative: number == 105, objection: number == 118, ..case(number, town, outcome) }
        })
        .collect();
    assert_eq!(list[0].line(), "101,340223101000,relief,granted,2022-07-18,0,0");
    assert_eq!(list[17].line(), "118,340223102000,relief,granted,2022-07-07,0,1");
    let drawn = sample::draw(&list, "0123456789abcdef", 3_000);
    assert_eq!(drawn.digest, "785fdef43c98e011c44173acbc4d4f7b6957355a576598fd6a6941d921f9a91e");
    assert_eq!(drawn.seed, "df7412aa024ca26e016d86f4b1938dbf7ebaa9ed63dd6e4a219c725a9fb743d5");
    let of = |reason: Reason| -> Vec<i64> {
        drawn.cases.iter().filter(|(_, why)| **why == reason).map(|(case, _)| case.0).collect()
    };
    assert_eq!(of(Reason::Random), [102, 103, 107, 108, 111, 112, 113, 117]);
    assert_eq!(of(Reason::Relative), [105]);
    assert_eq!(of(Reason::Objection), [118]);
    let strata: Vec<_> = drawn.strata.iter().map(|s| (s.town, s.outcome.as_str(), s.population, s.drawn, s.extra)).collect();
    assert_eq!(
        strata,
        [
            (WEST, "granted", 7, 3, 1),
            (WEST, "refused", 2, 1, 0),
            (EAST, "granted", 8, 3, 1),
            (EAST, "refused", 3, 1, 0),
        ]
    );
}

/// The list is part of the seed: whoever adds, drops or alters a decision afterwards is found out.
#[test]
fn an_altered_list_has_another_digest() {
    let list = cases(12, 1, EAST, "granted");
    let digest = sample::digest(&list);
    let altered = |change: fn(&mut Vec<Case>)| {
        let mut list = list.clone();
        change(&mut list);
        sample::digest(&list)
    };
    for other in [
        altered(|list| drop(list.pop())),
        altered(|list| list.push(case(99, EAST, "granted"))),
        altered(|list| list[3].outcome = "refused".to_owned()),
        altered(|list| list[3].town = WEST),
        altered(|list| list[3].on = day("2022-07-31")),
        altered(|list| list[3].relative = true),
    ] {
        assert_ne!(other, digest);
    }
    let mut turned = list.clone();
    turned.reverse();
    assert_eq!(sample::digest(&turned), digest, "the order of reading is none of its business");
}

prop_compose! {
    fn any_list()(rows in prop::collection::btree_map(1_i64..5_000, (0_i64..4, 0_usize..3, any::<bool>(), any::<bool>()), 0..120)) -> Vec<Case> {
        rows.into_iter().map(|(number, (town, outcome, relative, objection))| Case {
            relative,
            objection,
            ..case(number, WEST + town * 1_000, ["granted", "refused", "stopped"][outcome])
        }).collect()
    }
}

proptest! {
    /// However the measures page their answers and in whatever order they answer, the merged list and the draw are the same.
    #[test]
    fn the_draw_does_not_depend_on_the_order_of_pages(
        list in any_list(), seed in "[0-9a-f]{16}", owners in prop::collection::vec(0_usize..3, 120), limits in prop::array::uniform3(1_usize..40), turned in any::<bool>(),
    ) {
        let measures: Vec<Vec<Case>> = (0..3)
            .map(|measure| list.iter().zip(&owners).filter(|(_, owner)| **owner == measure).map(|(case, _)| case.clone()).collect())
            .collect();
        let mut read = Vec::new();
        let mut after = Id(0);
        loop {
            let page = |measure: usize| -> Vec<Case> {
                let mut rows: Vec<Case> =
                    measures[measure].iter().filter(|case| case.case > after).take(limits[measure]).cloned().collect();
                if turned { rows.reverse(); }
                rows
            };
            let mut replies: Vec<Vec<Case>> = (0..3).map(page).collect();
            if turned { replies.reverse(); }
            let merged = merge(replies, after, |case| case.case);
            read.extend(merged.rows);
            match merged.next {
                Some(next) => { prop_assert!(next > after); after = next; }
                None => break,
            }
        }
        prop_assert_eq!(&read, &list, "each decision once, in order");
        let drawn = sample::draw(&list, &seed, 3_000);
        let mut shuffled = list.clone();
        shuffled.rotate_left(list.len() / 2);
        prop_assert_eq!(sample::draw(&shuffled, &seed, 3_000), drawn);
    }

    /// In any subset or superset the strata have the right sizes, the drawn lie within them, and the whole is at least 30 %.
    #[test]
    fn strata_keep_their_sizes_in_every_subset(list in any_list(), keep in prop::collection::vec(any::<bool>(), 120), seed in "[0-9a-f]{16}") {
        let subset: Vec<Case> = list.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(case, _)| case.clone()).collect();
        for list in [list.clone(), subset] {
            let drawn = sample::draw(&list, &seed, 3_000);
            let mut sizes: BTreeMap<(i64, &str), usize> = BTreeMap::new();
            for case in &list { *sizes.entry((case.town, case.outcome.as_str())).or_default() += 1; }
            prop_assert_eq!(drawn.strata.len(), sizes.len());
            for stratum in &drawn.strata {
                let population = sizes[&(stratum.town, stratum.outcome.as_str())];
                prop_assert_eq!(stratum.population, population);
                prop_assert_eq!(stratum.drawn, (3 * population).div_ceil(10));
                let random = list.iter().filter(|case| (case.town, case.outcome.as_str()) == (stratum.town, stratum.outcome.as_str()))
                    .filter(|case| drawn.cases.get(&case.case) == Some(&Reason::Random)).count();
                prop_assert_eq!(random, stratum.drawn);
            }
            let random = drawn.cases.values().filter(|reason| **reason == Reason::Random).count();
            prop_assert!(random * 10 >= list.len() * 3);
            let known: BTreeSet<Id> = list.iter().map(|case| case.case).collect();
            prop_assert!(drawn.cases.keys().all(|case| known.contains(case)));
        }
    }
}

// ---- Who decides ---------------------------------------------------------------------------------------------------------------

fn order(schemes: &[&str], from: &str, to: Option<&str>) -> Order {
    Order {
        number: "南民〔2022〕12号".to_owned(),
        town: EAST,
        schemes: schemes.iter().map(|scheme| (*scheme).to_owned()).collect(),
        from: day(from),
        to: to.map(day),
        ..Order::default()
    }
}

/// First and last day are inclusive; a pause and a withdrawal count from their own day on.
#[test]
fn an_order_at_its_boundaries() {
    let plain = order(&["relief"], "2022-07-01", Some("2022-12-31"));
    let pause = |from: &str, to: Option<&str>| Pause { from: day(from), to: to.map(day), reason: String::new() };
    let paused = Order { pauses: vec![pause("2022-08-10", Some("2022-09-01"))], ..plain.clone() };
    let resting = Order { pauses: vec![pause("2022-08-10", None)], ..plain.clone() };
    let withdrawn = Order { withdrawn: Some(day("2022-10-01")), ..plain.clone() };
    let open = order(&["relief"], "2022-07-01", None);
    for (words, order, on, town) in [
        ("the day before", &plain, "2022-06-30", false),
        ("the first day", &plain, "2022-07-01", true),
        ("the last day", &plain, "2022-12-31", true),
        ("the day after", &plain, "2023-01-01", false),
        ("without an end", &open, "2032-01-01", true),
        ("the day before the pause", &paused, "2022-08-09", true),
        ("the first day of the pause", &paused, "2022-08-10", false),
        ("its last day", &paused, "2022-08-31", false),
        ("resumed", &paused, "2022-09-01", true),
        ("not resumed", &resting, "2022-12-01", false),
        ("the day before the withdrawal", &withdrawn, "2022-09-30", true),
        ("the day of the withdrawal", &withdrawn, "2022-10-01", false),
    ] {
        assert_eq!(holds(order, day(on)), town, "{words}");
    }
}

/// One scheme is not another, one town not another; nobody's order means the county.
#[test]
fn an_order_speaks_of_its_own_town_and_schemes() {
    let orders = [order(&["relief", "care"], "2022-07-01", None)];
    let all = [order(&[ALL_SCHEMES], "2022-07-01", None)];
    for (orders, town, scheme, on, decides) in [
        (&orders, EAST, "relief", "2022-07-01", true),
        (&orders, EAST, "care", "2022-07-01", true),
        (&orders, EAST, "other", "2022-07-01", false),
        (&orders, WEST, "relief", "2022-07-01", false),
        (&all, EAST, "other", "2022-07-01", true),
        (&all, EAST, "other", "2022-06-30", false),
    ] {
        assert_eq!(governing(orders, town, scheme, day(on)).is_some(), decides, "{town} {scheme} {on}");
    }
    assert!(governing(&[], EAST, "relief", day("2022-07-01")).is_none());
}

/// Only one in force for a town, a scheme and a day.
#[test]
fn orders_do_not_overlap() {
    let first = order(&["relief"], "2022-07-01", Some("2022-12-31"));
    let elsewhere = Order { town: WEST, ..first.clone() };
    let withdrawn = Order { withdrawn: Some(day("2022-10-01")), ..first.clone() };
    for (words, left, right, both) in [
        ("the same days", &first, order(&["relief"], "2022-07-01", None), true),
        ("the last day", &first, order(&["relief"], "2022-12-31", None), true),
        ("the day after", &first, order(&["relief"], "2023-01-01", None), false),
        ("the day before", &first, order(&["relief"], "2022-01-01", Some("2022-06-30")), false),
        ("another scheme", &first, order(&["care"], "2022-07-01", None), false),
        ("every scheme", &first, order(&[ALL_SCHEMES], "2022-07-01", None), true),
        ("another town", &elsewhere, order(&["relief"], "2022-07-01", None), false),
        ("from the withdrawal on", &withdrawn, order(&["relief"], "2022-10-01", None), false),
        ("the day before the withdrawal", &withdrawn, order(&["relief"], "2022-09-30", None), true),
    ] {
        assert_eq!(overlap(left, &right), both, "{words}");
        assert_eq!(overlap(&right, left), both, "{words}, the other way round");
    }
    assert!(holds_within(&first, day("2022-06-01"), day("2022-07-01")));
    assert!(!holds_within(&first, day("2022-06-01"), day("2022-06-30")));
}

#[test]
fn a_place_lies_in_its_town() {
    for (place, town) in [
        (340_223_102_205, Some(EAST)),
        (EAST, Some(EAST)),
        (340_223_000_000, None),
        (340_200_000_000, None),
        // A village below a park belongs to the park.
        (340_212_401_200, Some(340_212_401_000)),
    ] {
        assert_eq!(town_of(place), town, "{place}");
    }
    assert_eq!((parse("340223102000"), parse("340223"), parse("三四零二二三")), (Some(EAST), None, None));
}

// ---- Periods -------------------------------------------------------------------------------------------------------------------

#[test]
fn months_and_quarters() {
    for (on, length, code, from, to, before) in [
        ("2022-07-15", Length::Month, "2022-07", "2022-07-01", "2022-07-31", "2022-06"),
        ("2022-02-28", Length::Month, "2022-02", "2022-02-01", "2022-02-28", "2022-01"),
        ("2024-02-01", Length::Month, "2024-02", "2024-02-01", "2024-02-29", "2024-01"),
        ("2022-01-01", Length::Quarter, "2022-Q1", "2022-01-01", "2022-03-31", "2021-Q4"),
        ("2022-09-30", Length::Quarter, "2022-Q3", "2022-07-01", "2022-09-30", "2022-Q2"),
        ("2022-12-31", Length::Quarter, "2022-Q4", "2022-10-01", "2022-12-31", "2022-Q3"),
    ] {
        let period = Period::containing(day(on), length);
        assert_eq!((period.code().as_str(), period.from, period.to), (code, day(from), day(to)), "{on}");
        assert_eq!(period.before(length).code(), before, "{on}");
        assert!(period.contains(day(on)) && !period.contains(period.to.add_days(1)));
    }
    assert_eq!(Period::containing(day("2022-08-05"), Length::Quarter).chinese(), "2022年第3季度");
}

// ---- Meetings --------------------------------------------------------------------------------------------------------------------

#[test]
fn a_quorum_is_two_thirds_of_those_entitled() {
    for (present, entitled, enough) in
        [(0, 3, false), (1, 3, false), (2, 3, true), (3, 5, false), (4, 5, true), (4, 6, true), (5, 9, false), (6, 9, true), (0, 0, false), (9, 9, true)]
    {
        assert_eq!(quorate(present, entitled, 6_666), enough, "{present} of {entitled}");
    }
    // Half means at least half: 不少于.
    assert!(quorate(2, 4, 5_000) && !quorate(2, 5, 5_000));
}

/// Who is recused is neither entitled nor counted.
#[test]
fn votes_are_counted_without_the_recused() {
    let ballot = |recused: &[u32], against: &[u32], abstain: &[u32]| Ballot {
        entitled: (1..=6).collect(),
        present: vec![1, 2, 3, 4, 5],
        recused: recused.to_vec(),
        against: against.to_vec(),
        abstain: abstain.to_vec(),
    };
    let tally = |approve, against, abstain, recused| Ok(Tally { approve, against, abstain, recused });
    for (ballot, expected, passed) in [
        (ballot(&[], &[], &[]), tally(5, 0, 0, 0), true),
        (ballot(&[], &[1, 2], &[]), tally(3, 2, 0, 0), true),
        (ballot(&[], &[1, 2], &[3]), tally(2, 2, 1, 0), false),
        (ballot(&[5], &[1, 2], &[]), tally(2, 2, 0, 1), false),
        (ballot(&[5], &[1], &[]), tally(3, 1, 0, 1), true),
        (ballot(&[1], &[1], &[]), Err(Spoilt::RecusedVoted(1)), false),
        (ballot(&[], &[6], &[]), Err(Spoilt::Absent(6)), false),
        (ballot(&[], &[1], &[1]), Err(Spoilt::Twice(1)), false),
        // Three of the five left the room: two of three entitled are a quorum, one of two is none.
        (ballot(&[1, 2, 3], &[], &[]), tally(2, 0, 0, 3), true),
        (ballot(&[1, 2, 3, 4], &[], &[]), Err(Spoilt::NoQuorum { present: 1, entitled: 2 }), false),
        (ballot(&[1, 2, 3, 4, 5], &[], &[]), Err(Spoilt::NoQuorum { present: 0, entitled: 1 }), false),
    ] {
        let counted = count(&ballot, 6_666);
        assert_eq!(counted, expected, "{ballot:?}");
        assert_eq!(counted.is_ok_and(Tally::passed), passed, "{ballot:?}");
    }
}

// ---- What the files say --------------------------------------------------------------------------------------------------------

/// Goes wrong: minutes for cases decided later; relatives not recused; one person surveys and confirms.
#[test]
fn files_that_do_not_agree_are_clues() {
    let decision = Decision {
        outcome: "granted".to_owned(),
        on: day("2022-07-20"),
        surveyor: Some(Id(13)),
        decider: Some(Id(12)),
        relative: false,
    };
    let good = Dealt {
        meeting: Id(5),
        on: day("2022-07-18"),
        signed: Some(day("2022-07-19")),
        outcome: Some("granted".to_owned()),
        voters: vec![Id(12), Id(14)],
        recused: 0,
    };
    let dealt = |change: &dyn Fn(&mut Dealt)| {
        let mut dealt = good.clone();
        change(&mut dealt);
        vec![dealt]
    };
    for (words, dealt, expected) in [
        ("all is well", vec![good.clone()], vec![]),
        ("no meeting", vec![], vec![Clue::NoMeeting]),
        ("signed the same day", dealt(&|m| m.signed = Some(day("2022-07-20"))), vec![]),
        ("signed a day later", dealt(&|m| m.signed = Some(day("2022-07-21"))), vec![Clue::MinutesLater]),
        ("met after the decision", dealt(&|m| (m.on, m.signed) = (day("2022-07-21"), Some(day("2022-07-22")))), vec![Clue::MinutesLater]),
        ("voted to refuse", dealt(&|m| m.outcome = Some("refused".to_owned())), vec![Clue::AgainstVote]),
        ("the vote failed", dealt(&|m| m.outcome = None), vec![Clue::AgainstVote]),
        ("the surveyor voted", dealt(&|m| m.voters.push(Id(13))), vec![Clue::SurveyorVoted]),
    ] {
        assert_eq!(clues::of(&decision, &dealt), expected, "{words}");
    }
    let relative = Decision { relative: true, ..decision.clone() };
    assert_eq!(clues::of(&relative, &[good.clone()]), [Clue::NoRecusal]);
    assert_eq!(clues::of(&relative, &dealt(&|m| m.recused = 1)), []);
    let alone = Decision { decider: Some(Id(13)), ..decision.clone() };
    assert_eq!(clues::of(&alone, &[good.clone()]), [Clue::SurveyorDecided]);
    // A second meeting put right what the first had left: the last one before the decision speaks.
    let first = Dealt { on: day("2022-07-11"), signed: Some(day("2022-07-12")), outcome: None, ..good.clone() };
    assert_eq!(clues::of(&decision, &[first, good]), []);
}

// ---- Rates -----------------------------------------------------------------------------------------------------------------------

#[test]
fn a_high_error_rate_takes_enough_checks_to_be_one() {
    let found = |concluded, substance| Found { concluded, substance, ..Found::default() };
    for (concluded, substance, alarming) in
        [(0, 0, false), (9, 9, false), (10, 1, false), (10, 2, true), (20, 2, false), (20, 3, true), (100, 10, false), (100, 11, true)]
    {
        assert_eq!(found(concluded, substance).alarming(1_000, 10), alarming, "{substance} of {concluded}");
    }
}

#[test]
fn approval_rates_are_compared_with_the_other_towns() {
    let town = Approvals { granted: 9, decided: 10 };
    let county = Approvals { granted: 39, decided: 60 };
    assert_eq!(town.against(county), Some(9_000 - 6_000));
    assert_eq!(town.against(town), None, "alone there is nothing to compare with");
    assert_eq!((rate(1, 3), rate(2, 3), rate(0, 0)), (Some(3_333), Some(6_667), None));
}
