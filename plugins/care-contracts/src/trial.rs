//! One person's answer in words: the same [`decide`] the county's bulk assessment calls, for the trial beside a form, the
//! opinion, the confirmation and every review.

use crate::application::Circumstances;
use crate::assessment::{self, Assessment};
use crate::codes::FIGURES;
use crate::family::Family;
use crate::rules::form::Form;
use crate::rules::{Case, Desk, Terms, Trail, decide};
use crate::{CareContracts, terms_on};
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
    Decided::of::<CareContracts>(&out, 0)
}

/// The reasons of a trail as a decision carries them.
pub fn reasons(trail: &Trail) -> Vec<GivenReason> {
    let codes = <CareContracts as Plugin>::REASONS;
    trail
        .iter()
        .map(|(reason, args, facts)| GivenReason {
            code: codes[reason as usize].code.to_owned(),
            args: args.to_vec(),
            facts: facts.to_vec(),
        })
        .collect()
}

/// A person in his household as of a day, the terms, the assessment that governs, and the answer.
#[derive(Debug)]
pub struct Trial {
    pub family: Family,
    pub terms: Terms,
    pub assessment: Option<Assessment>,
    pub case: Case,
    pub decided: Decided,
}

/// What a trial is about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    pub household: Id,
    pub person: Id,
    pub circumstances: &'a Circumstances,
    pub form: Form,
    /// Supported since he was a minor.
    pub as_minor: bool,
}

impl Trial {
    /// Reads and decides as of a day, at the level that governs on `level_on`.
    ///
    /// # Errors
    /// `refused` when a required parameter is missing; `not-found` outside the scope.
    pub fn of(about: &About<'_>, on: Date, level_on: Date) -> Result<Trial> {
        let assessments = assessment::of_person(about.person)?;
        let governing = assessment::governing(&assessments, level_on).cloned();
        let failed = governing.as_ref().map(Assessment::count);
        Trial::at(about, on, failed, governing)
    }

    fn at(about: &About<'_>, on: Date, failed: Option<i64>, assessment: Option<Assessment>) -> Result<Trial> {
        let terms = terms_on(on)?;
        let family: Family = records::household(about.household, on)?;
        let case = Case {
            person: Some(about.person),
            stated: about.circumstances.is_stated(),
            obligors: about.circumstances.obligors.clone(),
            orphan_chosen: about.circumstances.orphan_chosen,
            province: !about.circumstances.province.is_empty(),
            as_minor: about.as_minor,
            failed,
            form: about.form,
        };
        let decided = decided(&family, &terms, &case)?;
        Ok(Trial { family, terms, assessment, case, decided })
    }

    /// As it would be at another level.
    ///
    /// # Errors
    /// As [`Trial::of`].
    pub fn at_level(about: &About<'_>, on: Date, assessment: Assessment) -> Result<Trial> {
        Trial::at(about, on, Some(assessment.count()), Some(assessment))
    }

    pub fn grants(&self) -> bool {
        self.decided.grants()
    }
}
