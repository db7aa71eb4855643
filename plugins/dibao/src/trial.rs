//! One household's answer in words: the same [`decide`] the county's bulk assessment calls, for the trial beside a form, the
//! opinion and the confirmation.

use crate::codes::FIGURES;
use crate::family::Family;
use crate::rules::{Basis, Case, Desk, Terms, Trail, decide};
use crate::{Dibao, terms_on};
use doudi_sdk::decided::Decided;
use doudi_sdk::prelude::*;

/// Decides one household and writes its row.
pub fn write(out: &mut Outcomes, family: &Family, terms: &Terms, case: &Case, desk: &mut Desk) {
    let verdict = decide(family, terms, case, desk, out.trail());
    let covered = u32::try_from(verdict.covered).unwrap_or_default();
    out.row(verdict.outcome).amount(Fen(verdict.amount)).covered(covered).figures(&desk.figures);
}

/// The answer for a household that has been read.
///
/// # Errors
/// `internal` only: manifest and code disagree.
pub fn decided(family: &Family, terms: &Terms, case: &Case) -> Result<Decided> {
    let mut out = Outcomes::new(FIGURES);
    write(&mut out, family, terms, case, &mut Desk::default());
    Decided::of::<Dibao>(&out, 0)
}

/// The reasons of a trail as a decision carries them.
pub fn reasons(trail: &Trail) -> Vec<GivenReason> {
    let codes = <Dibao as Plugin>::REASONS;
    trail
        .iter()
        .map(|(reason, args, facts)| GivenReason {
            code: codes[reason as usize].code.to_owned(),
            args: args.to_vec(),
            facts: facts.to_vec(),
        })
        .collect()
}

/// Whether an answer pays.
pub fn pays(decided: &Decided) -> bool {
    decided.amount.0 > 0 && matches!(decided.outcome.code, "dibao" | "single")
}

/// A household as of a day, its terms, and its answer.
#[derive(Debug)]
pub struct Trial {
    pub family: Family,
    pub terms: Terms,
    pub decided: Decided,
}

impl Trial {
    /// Reads and decides.
    ///
    /// # Errors
    /// `refused` when a required parameter is missing; `not-found` outside the scope.
    pub fn of(household: Id, on: Date, case: &Case) -> Result<Trial> {
        let terms = terms_on(on)?;
        let family: Family = records::household(household, on)?;
        let decided = decided(&family, &terms, case)?;
        Ok(Trial { family, terms, decided })
    }

    pub fn pays(&self) -> bool {
        pays(&self.decided)
    }
}

/// The case of a running decision: one member alone if it was made for one.
pub fn case_of(decision: &Decision) -> Case {
    let basis = match decision.person {
        Some(person) => Basis::Single(person),
        None if decision.outcome == "single" => Basis::Best,
        None => Basis::Family,
    };
    Case { basis, ..Case::default() }
}
