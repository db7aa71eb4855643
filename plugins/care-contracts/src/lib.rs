//! 特困人员认定与委托照料 (care-contracts): who is supported as 特困, at what care level, and who looks after those at home.
//! Wiring only. Reading order: [`family`] → [`parameters`] → [`rules`] → [`trial`] → [`application`] → [`assessment`] →
//! [`agreement`] → [`carer`] → [`actions`] → [`notice`] → [`pages`] → [`jobs`].

pub mod actions;
pub mod agreement;
pub mod answers;
pub mod application;
pub mod assessment;
pub mod care;
pub mod carer;
pub mod codes;
pub mod events;
pub mod family;
pub mod form;
pub mod jobs;
pub mod notice;
pub mod pages;
pub mod parameters;
pub mod review;
pub mod rules;
pub mod running;
pub mod scorecard;
pub mod settings;
pub mod store;
pub mod trial;
pub mod visit;

use crate::family::Family;
use crate::parameters::Params;
use crate::rules::{Case, Desk, RuleSet, Terms};
use doudi_sdk::prelude::*;

/// The measure.
#[derive(Debug)]
pub struct CareContracts;

doudi_sdk::export!(CareContracts: assess, act, react, tick, view, fill, answer, indicators, check_settings);

impl Assess for CareContracts {
    type Family = Family;

    /// Every household of the block, on the rules and parameters of `context.today`: each member without labour capacity is
    /// looked at for himself, with the obligors who are on the family's file.
    fn assess(context: &Context, mut families: Families<'_, Family>, out: &mut Outcomes) -> Result<()> {
        let terms = terms_on(context.today)?;
        let mut desk = Desk::default();
        while let Some(family) = families.next() {
            trial::write(out, family, &terms, &Case::default(), &mut desk);
        }
        Ok(())
    }
}

/// The national rules of a date.
///
/// # Errors
/// `refused` when the date lies before the rules this measure knows.
pub fn rules_on(date: Date) -> Result<RuleSet> {
    RuleSet::on(date).ok_or_else(|| {
        let first = rules::ruleset::OPINION_2021;
        let (day, since) = (date.chinese(), first.begins().chinese());
        Refusal::new(format!("{day} 早于{}施行之日（{since}），不能按现行规定认定", first.document))
    })
}

/// The rules and parameters of a date.
///
/// # Errors
/// As [`rules_on`]; `refused` when a required parameter is not set, or the basic standard lies below its floor.
pub fn terms_on(date: Date) -> Result<Terms> {
    let rules = rules_on(date)?;
    let params = Params::on(date)?;
    params.check_floor()?;
    Ok(Terms::new(date, rules, params))
}
