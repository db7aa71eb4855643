//! How everybody who is supported is cared for on a day: level, agreement, and why an agreement does not hold. The coverage
//! list, the indicators and the answers to other measures all read this one view, so that they cannot differ.

use crate::agreement::{self, Filed};
use crate::assessment::{self, Assessment};
use crate::carer::{self, Carer};
use crate::rules::agreement::Invalid;
use crate::rules::form::Form;
use crate::rules::level::Level;
use crate::running::{self, Line};
use crate::store;
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// One supported person on a day.
#[derive(Debug, Clone)]
pub struct Cared {
    pub line: Decision,
    pub person: Id,
    pub form: Form,
    /// The assessment that governs.
    pub assessment: Option<Assessment>,
    /// The agreement that holds, or the one that comes nearest.
    pub agreement: Option<Filed>,
    /// Why no agreement holds; absent when one does, or there is none at all.
    pub invalid: Option<Invalid>,
}

impl Cared {
    pub fn level(&self) -> Option<Level> {
        self.assessment.as_ref().and_then(Assessment::level)
    }

    /// Whether an agreement holds.
    pub fn is_covered(&self) -> bool {
        self.agreement.is_some() && self.invalid.is_none()
    }

    /// Why not, in an officer's words.
    pub fn gap(&self) -> Option<String> {
        match (&self.agreement, self.invalid) {
            (None, _) => Some("没有协议".to_owned()),
            (Some(_), Some(invalid)) => Some(invalid.zh()),
            (Some(_), None) => None,
        }
    }
}

/// Everybody's care on a day, from documents read once.
#[derive(Debug)]
pub struct View {
    assessments: BTreeMap<Id, Vec<Assessment>>,
    agreements: BTreeMap<Id, Vec<Filed>>,
    carers: BTreeMap<Id, (Document, Carer)>,
}

impl View {
    /// Reads assessments, agreements and carers of the scope.
    ///
    /// # Errors
    /// As [`documents::find`].
    pub fn read() -> Result<View> {
        let mut assessments: BTreeMap<Id, Vec<Assessment>> = BTreeMap::new();
        for document in store::all(documents::Query::of("assessment").state("valid"))? {
            if let Some(person) = document.person {
                assessments.entry(person).or_default().push(document.body()?);
            }
        }
        let mut agreements: BTreeMap<Id, Vec<Filed>> = BTreeMap::new();
        for filed in agreement::in_states(&["unsigned", "active", "suspended", "renewed", "changed", "ended"])? {
            agreements.entry(filed.body.member).or_default().push(filed);
        }
        Ok(View { assessments, agreements, carers: carer::register()? })
    }

    /// Reads those of one person.
    ///
    /// # Errors
    /// As [`documents::find`].
    pub fn of_person(person: Id) -> Result<View> {
        let agreements = agreement::of_person(person)?;
        let mut carers = BTreeMap::new();
        for filed in &agreements {
            if let Ok(known) = carer::get(filed.body.carer) {
                carers.insert(filed.body.carer, known);
            }
        }
        Ok(View {
            assessments: BTreeMap::from([(person, assessment::of_person(person)?)]),
            agreements: BTreeMap::from([(person, agreements)]),
            carers,
        })
    }

    pub fn carer(&self, id: Id) -> Option<&Carer> {
        self.carers.get(&id).map(|(_, carer)| carer)
    }

    /// One person's care on a day.
    pub fn cared(&self, line: Decision, day: Date) -> Cared {
        let person = line.person.unwrap_or_default();
        let own = self.assessments.get(&person).map_or(&[][..], Vec::as_slice);
        let assessment = assessment::governing(own, day).cloned();
        let level = assessment.as_ref().and_then(Assessment::level);
        let mut best: Option<(&Filed, Option<Invalid>)> = None;
        for filed in self.agreements.get(&person).map_or(&[][..], Vec::as_slice) {
            let holds = filed.body.holds(self.carer(filed.body.carer), level, day);
            // One that holds, else the newest: its reason is the one to mend.
            match (holds, &best) {
                (Ok(()), _) => {
                    best = Some((filed, None));
                    break;
                }
                (Err(invalid), _) => best = Some((filed, Some(invalid))),
            }
        }
        let form = line.form();
        Cared {
            person,
            form,
            assessment,
            agreement: best.map(|(filed, _)| filed.clone()),
            invalid: best.and_then(|(_, invalid)| invalid),
            line,
        }
    }

    /// Everybody supported on a day.
    ///
    /// # Errors
    /// As [`running::everybody`].
    pub fn everybody(&self, day: Date) -> Result<Vec<Cared>> {
        Ok(running::everybody(day)?.into_iter().map(|line| self.cared(line, day)).collect())
    }
}

/// Those at home: whom the notice asks an agreement for.
pub fn scattered(everybody: &[Cared]) -> impl Iterator<Item = &Cared> {
    everybody.iter().filter(|cared| cared.form == Form::Scattered)
}
