//! The body of a spot-check draw (抽查): the seed published beforehand, the frozen list, the strata, and what was drawn.

use crate::rules::period::Period;
use crate::rules::sample::{Case, Reason, Stratum};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The collection.
pub const DRAW: &str = "draw";

/// 抽查. The list is long: its fields have short names on file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draw {
    pub period: Period,
    /// 16 hexadecimal digits, made when the period was announced and before its list could be known.
    pub published: String,
    pub announced: Date,
    /// How far the list has been read.
    pub after: Id,
    pub list: Vec<Entry>,
    /// What the schemes are called.
    pub labels: BTreeMap<String, String>,
    pub frozen: Option<Date>,
    /// Basis points, as applied.
    pub rate: i64,
    pub digest: String,
    pub seed: String,
    pub strata: Vec<Stratum>,
    /// Entries whose checks have been opened.
    pub opened: usize,
    /// By when the checks must be done.
    pub check_by: Option<Date>,
    /// 通报文号 and remarks, once reported.
    pub report: String,
}

/// A delegated decision of the period.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    #[serde(rename = "c")]
    pub case: Id,
    #[serde(rename = "h")]
    pub household: Id,
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub person: Option<Id>,
    /// 12 digits; 0 when the household has left the county since.
    #[serde(rename = "t")]
    pub town: i64,
    #[serde(rename = "s")]
    pub scheme: String,
    #[serde(rename = "o")]
    pub outcome: String,
    #[serde(rename = "d")]
    pub on: Date,
    #[serde(rename = "u", skip_serializing_if = "Option::is_none")]
    pub surveyor: Option<Id>,
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    pub decider: Option<Id>,
    #[serde(rename = "r", skip_serializing_if = "is_no")]
    pub relative: bool,
    #[serde(rename = "j", skip_serializing_if = "is_no")]
    pub objection: bool,
    #[serde(rename = "a")]
    pub amount: Fen,
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    pub decision: Option<Id>,
    /// A word of [`Reason`]; empty: not checked.
    #[serde(rename = "x", skip_serializing_if = "String::is_empty")]
    pub sample: String,
}

fn is_no(value: &bool) -> bool {
    !*value
}

impl Entry {
    /// As the rule sees it.
    pub fn case(&self) -> Case {
        Case {
            case: self.case,
            town: self.town,
            scheme: self.scheme.clone(),
            outcome: self.outcome.clone(),
            on: self.on,
            relative: self.relative,
            objection: self.objection,
        }
    }

    pub fn reason(&self) -> Option<Reason> {
        Reason::of(&self.sample)
    }
}

impl Draw {
    pub fn cases(&self) -> Vec<Case> {
        self.list.iter().map(Entry::case).collect()
    }

    pub fn label<'d>(&'d self, scheme: &'d str) -> &'d str {
        self.labels.get(scheme).map_or(scheme, String::as_str)
    }

    pub fn population(&self) -> usize {
        self.list.len()
    }

    pub fn sampled(&self, reason: Reason) -> usize {
        self.list.iter().filter(|entry| entry.reason() == Some(reason)).count()
    }

    pub fn checked(&self) -> usize {
        self.list.iter().filter(|entry| !entry.sample.is_empty()).count()
    }
}

/// The draw of a period.
///
/// # Errors
/// As [`documents::find`].
pub fn of_period(code: &str) -> Result<Option<(Document, Draw)>> {
    let found = documents::first(documents::Query::of(DRAW).index("period", code))?;
    found.map(|document| document.body().map(|body| (document, body))).transpose()
}

/// Outcomes in an officer's words; one nobody has named stands by its code.
pub fn outcome_word(outcome: &str) -> &str {
    match outcome {
        "granted" => "确认同意",
        "refused" => "不予确认",
        "stopped" => "停发",
        other => other,
    }
}
