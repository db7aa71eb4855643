//! 刚性支出困难家庭认定: an application, the body of its document, and one household's answer in words. Thirty working days, forty-five in
//! special cases; a recognition holds twelve months at most, then the family applies again.

use crate::benefits;
use crate::codes::{FIGURES, figure, outcome};
use crate::family::Family;
use crate::parameters;
use crate::rules::rigid::{self, Case, Params};
use doudi_sdk::decided::Decided;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const RECOGNITION: &str = "recognition";
/// 认定时限 in working days, and that of special cases (刚性支出困难家庭认定办法).
pub const DAYS: u32 = 30;
pub const SPECIAL_DAYS: u32 = 45;

/// 认定申请.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recognition {
    pub applicant: Id,
    pub accepted: Option<Date>,
    pub due: Option<Date>,
    /// Why it takes forty-five days.
    pub extension: String,
    pub surveyed: Option<Date>,
    pub surveyors: Vec<Id>,
    pub findings: String,
    /// Other rigid spending of twelve months the file has no field for, as the survey found it.
    pub other: Fen,
    /// Last day of a recognition.
    pub until: Option<Date>,
}

impl Recognition {
    /// Moves the document on with this body; its one deadline runs from acceptance.
    pub fn to(&self, document: &Document, state: &str, note: impl Into<String>) -> DocumentPut {
        let put = document.to(state).note(note).body(self);
        match self.due {
            Some(due) if !matches!(state, "recognised" | "refused" | "withdrawn") => put.due(due),
            _ => put,
        }
    }
}

/// A household's answer on a day, and until when it would hold.
#[derive(Debug)]
pub struct Trial {
    pub decided: Decided,
    pub until: Option<Date>,
}

/// Decides one household: the same rule as the county's bulk assessment.
///
/// # Errors
/// `refused` when the county has not set what the rule needs; `not-found` outside the scope.
pub fn trial(household: Id, on: Date, other: Fen) -> Result<Trial> {
    let params: Option<Params> = if on < rigid::IN_FORCE { None } else { Some(parameters::rigid(on)?) };
    let family: Family = records::household(household, on)?;
    let covered = benefits::among(&[household], on)?.contains_key(&household)
        || !benefits::recognised(&[household], on)?.is_empty();
    let mut out = Outcomes::new(FIGURES);
    let mut figures = [0; FIGURES];
    let found = rigid::decide(&family, on, Case { covered, other }, params.as_ref(), &mut figures, out.trail());
    let recognised = found == outcome::RECOGNISED;
    let heads = if recognised { figures[figure::MEMBERS.0 as usize] } else { 0 };
    out.row(found).covered(heads as u32).figures(&figures);
    let until = params.filter(|_| recognised).map(|params| rigid::ends(on, &params));
    Ok(Trial { decided: Decided::of::<crate::Monitoring>(&out, 0)?, until })
}

/// The recognition that holds for a household on a day.
///
/// # Errors
/// As [`decisions::governing`].
pub fn standing(household: Id, on: Date) -> Result<Option<Decision>> {
    Ok(decisions::governing(rigid::SCHEME, household, on)?.filter(|decision| decision.pays_on(on)))
}
