//! The plugin's logic on the author's machine: no server, no sandbox.

use doudi_sdk::prelude::*;
use doudi_sdk::testing::{World, run_scenarios, scenarios};
use hello::Hello;

#[test]
fn scenarios_give_the_expected_answers() {
    assert_eq!(run_scenarios::<Hello>(env!("CARGO_MANIFEST_DIR")), 5);
}

#[test]
fn the_page_explains_the_answer() {
    let (_, scenario) = scenarios(env!("CARGO_MANIFEST_DIR")).swap_remove(0);
    let world = World::new("2022-07-20").manifest(include_str!("../plugin.toml")).scenario(&scenario);
    let page = world.run(|context| Hello::view(context, PageRequest::new("household").of_household(Id(1)))).unwrap();
    let [PageBlock::Reasons { outcome, tone, amount, reasons }] = page.blocks.as_slice() else {
        panic!("one why tree, not {:?}", page.blocks);
    };
    assert_eq!((outcome.zh.as_str(), *tone, *amount), ("发放", Tone::Good, Some(3_000)));
    let sentences: Vec<&str> = reasons.iter().map(|line| line.text.zh.as_str()).collect();
    assert_eq!(sentences, ["月工资合计 1,800.00 元，不超过上限 9,000.00 元", "共同生活 3 人"]);
    assert_eq!(reasons[0].facts, [Id(1)]);
}

#[test]
fn a_parameter_the_county_has_not_set_is_a_refusal_that_says_who_must_act() {
    let (_, mut scenario) = scenarios(env!("CARGO_MANIFEST_DIR")).swap_remove(0);
    scenario.parameters.clear();
    let world = World::new("2022-07-20").manifest(include_str!("../plugin.toml")).scenario(&scenario);
    let refusal = world
        .run(|context| Hello::view(context, PageRequest::new("household").of_household(Id(1))))
        .expect_err("there is no greeting without a parameter");
    assert_eq!(refusal.code, "refused");
    assert!(refusal.message.contains("每人问候金") && refusal.message.contains("信息化人员"), "{refusal}");
}

#[test]
fn an_unknown_page_is_refused() {
    let refusal = World::new("2022-07-20").run(|context| Hello::view(context, PageRequest::new("none"))).unwrap_err();
    assert_eq!(refusal.code, "unknown");
}
