//! How everybody who is supported is cared for on a day: level, agreement, and why an agreement does not hold. The coverage
//! list, the indicators and the answers to other measures all read this one view, so that they cannot differ.

use crate::agreement::{self, Agreed, Payee};
use crate::assessment::{self, Assessed};
use crate::carer;
use crate::rules::agreement::{CarerState, Invalid};
use crate::rules::form::Form;
use crate::rules::level::Level;
use crate::running::{self, Support};
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// One supported person on a day.
#[derive(Debug, Clone)]
pub struct Cared {
    pub household: Id,
    pub person: Id,
    pub form: Form,
    /// The assessment that governs.
    pub assessment: Option<Assessed>,
    /// The agreement that holds, or the one that comes nearest.
    pub agreement: Option<Agreed>,
    /// Why no agreement holds; absent when one does, or there is none at all.
    pub invalid: Option<Invalid>,
}

impl Cared {
    pub fn level(&self) -> Option<Level> {
        self.assessment.as_ref().and_then(Assessed::level)
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
#[derive(Debug, Default)]
pub struct View {
    assessments: BTreeMap<Id, Vec<Assessed>>,
    agreements: BTreeMap<Id, Vec<Agreed>>,
    carers: BTreeMap<Id, CarerState>,
}

impl View {
    /// Reads assessments, agreements and carers of the scope.
    ///
    /// # Errors
    /// As [`documents::scan`].
    pub fn read() -> Result<View> {
        let mut agreements: BTreeMap<Id, Vec<Agreed>> = BTreeMap::new();
        for agreed in agreement::scan(documents::Query::of("agreement").states(&agreement::FILED))? {
            agreements.entry(agreed.member).or_default().push(agreed);
        }
        Ok(View { assessments: assessment::register()?, agreements, carers: carer::register()? })
    }

    /// Reads those whose fee goes to the person's own account: few, and often nobody.
    ///
    /// # Errors
    /// As [`documents::scan`].
    pub fn paid_themselves() -> Result<View> {
        let own = documents::Query::of("agreement").states(&agreement::FILED).index("payee", Payee::Person.code());
        let found = agreement::scan(own)?;
        if found.is_empty() {
            return Ok(View::default());
        }
        let mut agreements: BTreeMap<Id, Vec<Agreed>> = BTreeMap::new();
        for agreed in found {
            agreements.entry(agreed.member).or_default().push(agreed);
        }
        Ok(View { assessments: assessment::register()?, agreements, carers: carer::register()? })
    }

    /// Reads those of one person.
    ///
    /// # Errors
    /// As [`documents::find`].
    pub fn of_person(person: Id) -> Result<View> {
        let agreements = agreement::scan(documents::Query::of("agreement").person(person).states(&agreement::FILED))?;
        let mut carers = BTreeMap::new();
        for agreed in &agreements {
            if let Ok((_, known)) = carer::get(agreed.carer) {
                carers.insert(agreed.carer, known.state());
            }
        }
        let assessments = assessment::of_person(person)?.iter().map(Assessed::from).collect();
        Ok(View {
            assessments: BTreeMap::from([(person, assessments)]),
            agreements: BTreeMap::from([(person, agreements)]),
            carers,
        })
    }

    /// One person's care on a day.
    pub fn cared(&self, support: Support, day: Date) -> Cared {
        let person = support.person.unwrap_or_default();
        let own = self.assessments.get(&person).map_or(&[][..], Vec::as_slice);
        let assessment = assessment::governing(own, day).copied();
        let level = assessment.as_ref().and_then(Assessed::level);
        let mut best: Option<(&Agreed, Option<Invalid>)> = None;
        for agreed in self.agreements.get(&person).map_or(&[][..], Vec::as_slice) {
            // One that holds, else the newest: its reason is the one to mend.
            match agreed.holds(self.carers.get(&agreed.carer).copied(), level, day) {
                Ok(()) => {
                    best = Some((agreed, None));
                    break;
                }
                Err(invalid) => best = Some((agreed, Some(invalid))),
            }
        }
        Cared {
            household: support.household,
            person,
            form: support.form,
            assessment,
            agreement: best.map(|(agreed, _)| agreed.clone()),
            invalid: best.and_then(|(_, invalid)| invalid),
        }
    }

    /// Everybody supported on a day.
    ///
    /// # Errors
    /// As [`running::everybody`].
    pub fn everybody(&self, day: Date) -> Result<Vec<Cared>> {
        Ok(running::everybody(day)?.into_iter().map(|support| self.cared(support, day)).collect())
    }
}

/// Those at home: whom the notice asks an agreement for.
pub fn scattered(everybody: &[Cared]) -> impl Iterator<Item = &Cared> {
    everybody.iter().filter(|cared| cared.form == Form::Scattered)
}
