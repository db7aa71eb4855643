//! The rules of 最低生活保障, one file a provision, each function with its article. Pure: plain numbers in, plain numbers
//! out, integer fen throughout, the legal date always handed in. [`decide`](eligibility::decide) is the one way to an
//! answer: the bulk assessment, the trial beside a form, the confirmation and the July recomputation all call it.

pub mod amount;
pub mod assets;
pub mod change;
pub mod eligibility;
pub mod grace;
pub mod household;
pub mod income;
pub mod recheck;
pub mod ruleset;
pub mod single;
pub mod supplement;

pub use doudi_sdk::Trail;
pub use eligibility::{Basis, Case, Desk, Terms, Verdict, decide};
pub use ruleset::RuleSet;
