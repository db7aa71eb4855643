//! The subsidy on the author's machine: scenarios, who is on benefit by other measures, and an application from button to decision.

use doudi_sdk::prelude::*;
use doudi_sdk::testing::{World, run_scenarios, scenarios};
use heating_subsidy::HeatingSubsidy;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

fn world() -> World {
    let (_, scenario) = scenarios(FOLDER).into_iter().nth(2).expect("the third: nobody is entitled by himself");
    World::new("2022-11-15").manifest(include_str!("../plugin.toml")).scenario(&scenario)
}

fn recipients(households: &[i64]) -> Block {
    Block::of(Table::new("recipient", households.len()).ints("household", households.iter().copied()))
}

#[test]
fn scenarios_give_the_expected_answers() {
    assert_eq!(run_scenarios::<HeatingSubsidy>(FOLDER), 6);
}

#[test]
fn whoever_is_on_benefit_by_another_measure_is_entitled() {
    let page = |world: &World| {
        world.run(|context| HeatingSubsidy::view(context, PageRequest::new("household").of_household(Id(1)))).unwrap()
    };
    let amount = |page: &Page| match page.blocks.as_slice() {
        [PageBlock::Reasons { amount, .. }] => *amount,
        other => panic!("{other:?}"),
    };
    assert_eq!(amount(&page(&world())), None);
    assert_eq!(amount(&page(&world().answer("benefit.recipients", "some", recipients(&[2, 3])))), None);
    assert_eq!(amount(&page(&world().answer("benefit.recipients", "some", recipients(&[1])))), Some(12_000));
}

#[test]
fn an_application_becomes_a_decision_that_ends_with_the_season() {
    let mut world = world().answer("benefit.recipients", "some", recipients(&[1]));
    let applied =
        world.run(|context| HeatingSubsidy::act(context, Action::new("application", "apply").household(Id(1))));
    world.apply(&applied.unwrap());
    let document = world.latest("application");
    let confirmed =
        world.run(|context| HeatingSubsidy::act(context, Action::new("application", "confirm").on(document)));
    world.apply(&confirmed.unwrap());
    assert_eq!(world.latest("application").state, "granted");
    let decision = &world.decisions()[0];
    assert_eq!((decision.amount, decision.begins.to_string()), (Fen(12_000), "2022-11-01".to_owned()));
    assert_eq!(decision.ends.map(|day| day.to_string()), Some("2023-03-31".to_owned()));
}
