//! 审核确认权下放与抽查监督 (delegated approval): an order of the county lets a town decide; the town decides together, in a joint meeting; the
//! county draws a share of the decisions, refusals included, and looks. It knows no benefit: whatever measure asks who decides is
//! answered, and whatever measure says what was decided is drawn from. Reading order: [`rules`] → [`topics`] → [`order`] → [`answers`]
//! → [`group`] → [`meeting`] → [`draw`] → [`drawing`] → [`check`] → [`actions`] → [`scorecard`] → [`pages`].

pub mod actions;
pub mod answers;
pub mod check;
pub mod codes;
pub mod draw;
pub mod drawing;
pub mod form;
pub mod group;
pub mod household;
pub mod jobs;
pub mod meeting;
pub mod order;
pub mod pages;
pub mod parameters;
pub mod proposal;
pub mod rules;
pub mod scorecard;
pub mod settings;
pub mod topics;

/// The measure.
#[derive(Debug)]
pub struct DelegatedApproval;

doudi_sdk::export!(DelegatedApproval: act, tick, view, fill, answer, indicators, check_settings);
