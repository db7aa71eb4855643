//! What was paid for months that were not due: the body of its document. A person decides how it comes back; nothing is taken off
//! another payment in silence.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const OVERPAYMENT: &str = "overpayment";
/// States in which the sum is claimed or has come back.
pub const CLAIMED: [&str; 4] = ["found", "recovering", "deducting", "recovered"];
/// States in which a person has left it with the household.
pub const TOLERATED: [&str; 2] = ["waived", "dropped"];

/// 多发追回.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Overpayment {
    pub scheme: String,
    /// The roster's month in which it was found.
    pub month: Option<Date>,
    /// `death`, or empty.
    pub cause: String,
    pub died: Option<Date>,
    pub months: Vec<Part>,
    pub total: Fen,
    pub returned: Fen,
    /// From whom: `estate`, `kin`, `household`.
    pub from: String,
    /// Each month, when the household has consented to deductions.
    pub monthly: Fen,
    pub receipts: Vec<Receipt>,
}

/// One month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub month: Date,
    pub amount: Fen,
}

/// Money that came back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    pub on: Date,
    pub amount: Fen,
    pub voucher: String,
}

impl Overpayment {
    pub fn new(scheme: &str, month: Date, months: &[(Date, Fen)]) -> Overpayment {
        Overpayment {
            scheme: scheme.to_owned(),
            month: Some(month),
            months: months.iter().map(|(month, amount)| Part { month: *month, amount: *amount }).collect(),
            total: months.iter().map(|(_, amount)| *amount).sum(),
            ..Overpayment::default()
        }
    }

    pub fn left(&self) -> Fen {
        (self.total - self.returned).or_zero()
    }

    /// What of a month is claimed.
    pub fn claims(&self, month: Date) -> Fen {
        self.months.iter().filter(|part| part.month == month).map(|part| part.amount).sum()
    }

    /// A new case. The key makes finding it twice harmless.
    pub fn open(&self, household: Id, person: Option<Id>) -> DocumentPut {
        let months: Vec<String> = self.months.iter().map(|part| part.month.chinese_month()).collect();
        let put = DocumentPut::create(OVERPAYMENT, "多发追回")
            .key(self.key(household, person))
            .household(household)
            .state("found")
            .note(format!("{}多发，共 {} 元", months.join("、"), self.total));
        let put = self.indexed(put);
        match person {
            Some(person) => put.person(person),
            None => put,
        }
    }

    fn key(&self, household: Id, person: Option<Id>) -> String {
        let month = self.month.map(Date::month_code).unwrap_or_default();
        format!("{month}-{}-{}-{}", self.scheme, household.0, person.map_or(0, |person| person.0))
    }

    /// Moves the case on.
    pub fn to(&self, document: &Document, state: &str, note: impl Into<String>) -> DocumentPut {
        self.indexed(document.to(state).note(note))
    }

    fn indexed(&self, put: DocumentPut) -> DocumentPut {
        put.index("scheme", &self.scheme)
            .index("month", self.month.map(Date::month_code).unwrap_or_default())
            .index("cause", &self.cause)
            .body(self)
    }
}

/// What was found for a household's payee in a scheme, in some states.
///
/// # Errors
/// As [`documents::find`].
pub fn found(household: Id, person: Option<Id>, scheme: &str, states: &[&str]) -> Result<Vec<Overpayment>> {
    let found = documents::find(documents::Query::of(OVERPAYMENT).household(household).states(states))?;
    let mut bodies = Vec::new();
    for document in found.iter().filter(|document| document.person == person) {
        let body: Overpayment = document.body()?;
        if body.scheme == scheme {
            bodies.push(body);
        }
    }
    Ok(bodies)
}
