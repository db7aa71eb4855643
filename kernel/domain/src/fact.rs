//! A fact: one dated statement about a person or a household, with where it comes from. Facts are never changed; a better
//! one **supersedes** the old, which stays readable, so that the file can be shown as it stood on any date.
//!
//! Example: "wage 1,800.00 a month at 南陵县某服装厂, from 2022-03-01, declared on 2022-07-01, verified by HRSS batch 2022-07".

use crate::calendar::Instant;
use crate::catalogue::FieldCode;
use crate::ids::{AttachmentId, FactId, HouseholdId, PersonId, UserId};
use jiff::civil::Date;

/// Whom the statement is about. Items of income, assets and spending belong to a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    Household(HouseholdId),
    Person(PersonId),
}

/// What is stated. The catalogue says which arm a field takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Fen (monthly for income and spending, market value for assets), a code, a count, a yes/no, or days for dates.
    Int(i64),
    Text(String),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    pub id: FactId,
    pub subject: Subject,
    pub field: FieldCode,
    pub value: Value,
    /// A second code for item fields: kind of vehicle, kind of home … (0 when there is none).
    pub qualifier: i32,
    /// The period the statement is about.
    pub from: Date,
    /// Inclusive last day, open when it still holds.
    pub to: Option<Date>,
    /// Code table `source`: 本人申报, 入户调查, 人社 …
    pub source: u8,
    /// Payer, bank, licence plate …, as stated.
    pub note: String,
    /// The import or data batch it came with.
    pub batch: Option<String>,
    pub evidence: Option<AttachmentId>,
    pub recorded_at: Instant,
    pub recorded_by: Option<UserId>,
    /// Set when a later fact took its place, with the moment it did.
    pub superseded_by: Option<FactId>,
    pub superseded_at: Option<Instant>,
}

/// A fact before it is recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewFact {
    pub subject: Subject,
    pub field: FieldCode,
    pub value: Value,
    pub qualifier: i32,
    pub from: Date,
    pub to: Option<Date>,
    pub source: u8,
    pub note: String,
    pub batch: Option<String>,
    pub evidence: Option<AttachmentId>,
    /// The fact this one replaces.
    pub supersedes: Option<FactId>,
}

impl Fact {
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}
