//! The draw: how many, which, and how anybody repeats it.

use crate::{EAST, WEST, day};
use delegated_approval::rules::sample::{self, Case, FLOOR, Reason, size};
use delegated_approval::rules::sha256;
use delegated_approval::topics::merge;
use doudi_sdk::prelude::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

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
#[allow(clippy::manual_div_ceil, reason = "the handbook's own formula")]
fn the_sampling_table() {
    for (population, drawn) in [(0, 0), (1, 1), (2, 1), (3, 1), (4, 2), (7, 3), (10, 3), (11, 4), (33, 10), (34, 11)] {
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
    for (set, drawn) in
        [(0, 30), (1_000, 30), (2_999, 30), (3_000, 30), (3_001, 31), (5_000, 50), (10_000, 100), (99_999, 100)]
    {
        assert_eq!(size(100, set), drawn, "{set}");
    }
    assert_eq!(FLOOR, 3_000);
}

/// domain.md M8, worked: three towns with one decision each, pooled n = 1, per town n = 3; a town with 20 approved and 3 refused: 6 + 1.
#[test]
fn the_worked_examples() {
    let list: Vec<Case> = (0..3).map(|town| case(town + 1, WEST + town * 1_000, "granted")).collect();
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
    let strata: Vec<_> =
        drawn.strata.iter().map(|s| (s.town, s.outcome.as_str(), s.population, s.drawn, s.extra)).collect();
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
