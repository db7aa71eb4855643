//! The rules of 特困 recognition and of care, one file a provision, each function with its article. Pure: plain numbers in,
//! plain numbers out, integer fen throughout, the legal date always handed in. [`decide`](eligibility::decide) is the one way
//! to an answer: the bulk assessment, the trial beside a form, the confirmation and every review call it.

pub mod agreement;
pub mod assets;
pub mod change;
pub mod check;
pub mod eligibility;
pub mod form;
pub mod income;
pub mod kinship;
pub mod labour;
pub mod level;
pub mod obligor;
pub mod ruleset;
pub mod visit;

pub use doudi_sdk::Trail;
pub use eligibility::{Case, Desk, Terms, Verdict, decide};
pub use ruleset::RuleSet;
