//! 社会救助协理员 (coordinators): how many each village is to have by its 户籍人口, who holds the posts, who was trained, who hands over,
//! and who may not handle whose case. Reading order: [`rules`] → [`parameters`] → [`population`] → [`quota`] → [`post`] →
//! [`establishment`] → [`training`] → [`recusal`] → [`actions`] → [`intake`] → [`jobs`] → [`answers`] → [`scorecard`] → [`pages`].

pub mod actions;
pub mod answers;
pub mod cases;
pub mod codes;
pub mod establishment;
pub mod form;
pub mod intake;
pub mod jobs;
pub mod pages;
pub mod parameters;
pub mod population;
pub mod post;
pub mod quota;
pub mod recusal;
pub mod rules;
pub mod scorecard;
pub mod settings;
pub mod training;

/// The measure.
#[derive(Debug)]
pub struct Coordinators;

doudi_sdk::export!(Coordinators: act, tick, view, fill, answer, indicators, intake, check_settings);
