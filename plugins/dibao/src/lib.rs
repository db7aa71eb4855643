//! 最低生活保障 (dibao): the monthly cash top-up to households below the standard. Wiring only. Reading order: [`family`] →
//! [`parameters`] → [`rules`] → [`trial`] → [`application`] → [`actions`] → [`notice`] → [`pages`] → [`jobs`].

pub mod actions;
pub mod answers;
pub mod application;
pub mod change;
pub mod codes;
pub mod events;
pub mod family;
pub mod form;
pub mod jobs;
pub mod ledger;
pub mod notice;
pub mod once;
pub mod origin;
pub mod pages;
pub mod parameters;
pub mod recheck;
pub mod relative;
pub mod rules;
pub mod running;
pub mod scorecard;
pub mod settings;
pub mod trial;
pub mod upcoming;

use crate::family::Family;
use crate::parameters::Params;
use crate::rules::{Case, Desk, Terms};
use doudi_sdk::prelude::*;

/// The measure.
#[derive(Debug)]
pub struct Dibao;

doudi_sdk::export!(Dibao: assess, act, react, tick, view, fill, answer, indicators, check_settings);

impl Assess for Dibao {
    type Family = Family;

    /// Every household of the block, on the rules and parameters of `context.today`: first as a whole, then its members
    /// who may be covered alone.
    fn assess(context: &Context, families: Families<'_, Family>, out: &mut Outcomes) -> Result<()> {
        assess_all(&terms_on(context.today)?, families, out);
        Ok(())
    }
}

/// As [`Assess::assess`], on terms that are known: parameters are read once for a block, and here not at all.
pub fn assess_all(terms: &Terms, mut families: Families<'_, Family>, out: &mut Outcomes) {
    let mut desk = Desk::default();
    while let Some(family) = families.next() {
        trial::write(out, family, terms, &Case::default(), &mut desk);
    }
}

/// The rules and parameters of a date.
///
/// # Errors
/// `refused` when a required parameter is not set, or the date lies before the rules this measure knows.
pub fn terms_on(date: Date) -> Result<Terms> {
    let params = Params::on(date)?;
    Terms::new(date, params).ok_or_else(|| {
        let first = rules::ruleset::ALL[0];
        Refusal::new(format!(
            "{} 早于{}施行之日（{}），不能按现行规定核算",
            date.chinese(),
            first.document,
            first.begins().chinese()
        ))
    })
}
