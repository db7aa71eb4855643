//! 最低生活保障 (dibao): the monthly cash top-up to households below the standard. Wiring only; the rules are in [`rules`],
//! the buttons in [`actions`], the pages in [`pages`].

pub mod codes;
pub mod family;
pub mod parameters;
pub mod rules;

use crate::codes::FIGURES;
use crate::family::Family;
use crate::parameters::Params;
use crate::rules::{Case, Desk, Terms, decide};
use doudi_sdk::prelude::*;

/// The measure.
pub struct Dibao;

doudi_sdk::export!(Dibao: assess);

impl Assess for Dibao {
    type Family = Family;

    /// Every household of the block, on the rules and parameters of `context.today`.
    fn assess(context: &Context, mut families: Families<'_, Family>, out: &mut Outcomes) -> Result<()> {
        let terms = terms_on(context.today)?;
        let mut desk = Desk::default();
        while let Some(family) = families.next() {
            let verdict = decide(family, &terms, &Case::default(), &mut desk);
            let covered = u32::try_from(verdict.covered).unwrap_or_default();
            let mut row =
                out.row(verdict.outcome).amount(Fen(verdict.amount)).covered(covered).figures(&verdict.figures);
            for (reason, args, facts) in desk.trail.iter() {
                row = row.reason_at(reason, args, facts);
            }
        }
        Ok(())
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
            "{} 早于{}施行之日（{}），无法按现行规定核算",
            date.chinese(),
            first.document,
            first.begins().chinese()
        ))
    })
}

/// Length check of the figures, where it costs nothing.
const _: () = assert!(FIGURES == 12);
