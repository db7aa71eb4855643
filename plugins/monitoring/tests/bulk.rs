//! A hundred thousand rows, and what must hold for any rows: the order they come in and how often a block is sent change nothing.

mod county;

use county::{County, Row, person, row};
use doudi_sdk::prelude::*;
use monitoring::batch::{Batch, Counts};
use monitoring::rules::event::Event as Statement;
use proptest::prelude::*;
use std::time::Instant;

/// Days a row may be about.
const DAYS: [&str; 4] = ["2022-05-01", "2022-05-07", "2022-05-10", "2022-05-19"];
/// Statements whose rows may come for one person several times. What contradicts itself (two grades of one disability) is left out: the
/// later day's then is the file's, and the officer's to see.
const STATEMENTS: [Statement; 9] = [
    Statement::Clear,
    Statement::Contribution,
    Statement::Medical,
    Statement::Illness,
    Statement::Vehicle,
    Statement::Disability,
    Statement::University,
    Statement::Disaster,
    Statement::WatchListed,
];

fn any_row() -> impl Strategy<Value = Row> {
    (
        2_i64..10,
        1_i64..4,
        0..STATEMENTS.len(),
        0..DAYS.len(),
        prop::option::of(1_i64..500_000),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(household, place, statement, on, amount, unknown)| Row {
            person: (!unknown).then(|| person(household, place)),
            event: Some(STATEMENTS[statement].number()),
            on: Some(DAYS[on]),
            amount: amount.or(Some(700)),
            grade: Some(1 + household % 3),
            category: Some(1 + household % 3),
            ..Row::default()
        })
}

/// A county of eight households, four of which are paid, and its batch.
fn county() -> (County, Document) {
    let mut county = County::new(8);
    county.tick("2022-05-20", "sources");
    county.pays("dibao", &[(2, None, 3, "2022-01-01"), (3, None, 3, "2022-01-01"), (5, None, 3, "2022-02-01")]);
    county.pays("care", &[(8, Some(person(8, 1)), 1, "2022-01-01")]);
    let batch = county.batch("2022-05-20", "残联", "2022-05", Statement::Disability.number(), 500);
    (county, batch)
}

/// What is left when everything is through: alerts by key with their bodies, how many facts, and the counts.
fn left(mut county: County) -> (Vec<(String, String, String)>, usize, Counts) {
    county.settle();
    let mut alerts: Vec<(String, String, String)> = county
        .alerts()
        .iter()
        .map(|(document, alert)| {
            (document.key.clone(), document.state.clone(), serde_json::to_string(alert).expect("JSON"))
        })
        .collect();
    alerts.sort();
    let counts = county.world.latest("batch").body::<Batch>().expect("a batch").counts();
    (alerts, county.facts, counts)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn rows_in_any_order_and_blocks_sent_twice_leave_the_same(
        rows in prop::collection::vec(any_row(), 1..60),
        shuffled in any::<prop::sample::Index>(),
        size in 1_usize..40,
        other in 1_usize..40,
    ) {
        let (mut county, batch) = county();
        let (mut again, same) = (county.clone(), batch.clone());
        county.upload("2022-05-20", batch.id, "f", &rows, size);
        let straight = left(county);

        let mut turned = rows.clone();
        turned.rotate_left(shuffled.index(rows.len()));
        turned.reverse();
        again.on("2022-05-20", county::OFFICER);
        let blocks: Vec<Vec<Row>> = turned.chunks(other).map(<[Row]>::to_vec).collect();
        for (number, block) in blocks.iter().enumerate() {
            for _ in 0..2 {
                let last = number + 1 == blocks.len();
                again.block(same.id, "f", number as i64, last, rows.len() as i64, block).expect("taken");
            }
        }
        // The whole file once more, as after a restart in the middle.
        for (number, block) in blocks.iter().enumerate() {
            again.block(same.id, "f", number as i64, false, rows.len() as i64, block).expect("taken");
        }
        again.through(same.id, "f", rows.len(), 0);
        let turned = left(again);
        prop_assert_eq!(&straight.0, &turned.0);
        prop_assert_eq!(straight.1, turned.1, "facts are stated once");
        prop_assert_eq!(straight.2, turned.2, "a block counts once");
    }
}

/// A block that states more than a call may wish for is worked off in steps, and nothing of it is lost.
#[test]
fn a_block_of_a_thousand_hits_is_worked_off_in_steps() {
    let mut county = County::new(1_000);
    county.tick("2022-05-20", "sources");
    let batch = county.batch("2022-05-20", "残联", "2022-05", Statement::Disability.number(), 1_000);
    let rows: Vec<Row> = (2..1_002)
        .map(|household| Row { grade: Some(2), category: Some(4), ..row(person(household, 1), Statement::Disability) })
        .collect();
    county.upload("2022-05-20", batch.id, "f", &rows, 1_000);
    let waiting = county.world.latest("rest");
    assert_eq!(waiting.state, "waiting");
    county.settle();
    assert_eq!(county.world.latest("rest").state, "done");
    assert_eq!((county.alerts().len(), county.facts), (1_000, 2_000));
    assert!(county.alerts().iter().all(|(document, _)| matches!(document.state.as_str(), "dispatched" | "raised")));
}

/// How long 100,000 rows take natively, of a county where most of them are known and a tenth state something. Prints, promises nothing:
/// the sandbox and storage have figures of their own.
#[test]
fn a_hundred_thousand_rows() {
    const ROWS: usize = 100_000;
    const HOUSEHOLDS: i64 = 1_000;
    let mut county = County::new(HOUSEHOLDS);
    county.tick("2022-05-20", "sources");
    let paid: Vec<(i64, Option<Id>, i64, &str)> =
        (2..2 + HOUSEHOLDS).filter(|home| home % 3 == 0).map(|home| (home, None, 3, "2022-01-01")).collect();
    county.pays("dibao", &paid);
    let batch = county.batch("2022-05-20", "人社", "2022-05", Statement::Contribution.number(), ROWS as i64);
    let rows: Vec<Row> = (0..ROWS as i64)
        .map(|number| {
            let who = person(2 + number * 7 % HOUSEHOLDS, 1 + number % 3);
            let hit = number % 10 == 0;
            let event = if hit { Statement::Contribution } else { Statement::Clear };
            Row { amount: hit.then_some(230_000), ..row(who, event) }
        })
        .collect();
    let begun = Instant::now();
    county.upload("2022-05-20", batch.id, "f", &rows, 1_000);
    let intake = begun.elapsed();
    county.settle();
    println!("100,000 rows natively: intake {intake:?}, with everything that follows {:?}", begun.elapsed());
    let counts = county.world.latest("batch").body::<Batch>().expect("a batch").counts();
    assert_eq!((counts.loaded, counts.positives, counts.rejected, counts.unmatched), (100_000, 10_000, 0, 0));
    let mut people: Vec<Id> = county.alerts().iter().filter_map(|(document, _)| document.person).collect();
    let alerts = people.len();
    people.sort_unstable();
    people.dedup();
    assert_eq!(people.len(), alerts, "one alert for each person and rule");
    assert!(alerts > 0);
}
