//! The rules natively: every readable case of `scenarios/`, then what holds for any household, then the provisions that
//! are about time.

use dibao::Dibao;
use doudi_sdk::testing::run_scenarios;

#[test]
fn every_scenario_gives_the_answer_of_the_law() {
    let count = run_scenarios::<Dibao>(env!("CARGO_MANIFEST_DIR"));
    assert!(count >= 100, "only {count} scenarios were found");
}
