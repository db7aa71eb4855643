//! The same cases a county runs, on your machine: no server, no sandbox. `cargo test`.

use doudi_sdk::prelude::*;
use doudi_sdk::testing::{World, run_scenarios, scenarios};
use starter::Starter;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn scenarios_give_the_expected_answers() {
    assert_eq!(run_scenarios::<Starter>(FOLDER), 4);
}

#[test]
fn the_page_explains_the_answer() {
    let (_, scenario) = scenarios(FOLDER).swap_remove(0);
    let world = World::new("2022-07-20").manifest(include_str!("../plugin.toml")).scenario(&scenario);
    let page = world.run(|context| Starter::view(context, PageRequest::new("household").of_household(Id(1)))).unwrap();
    assert!(matches!(page.blocks.as_slice(), [PageBlock::Reasons { amount: Some(3_000), .. }]), "{page:?}");
}
