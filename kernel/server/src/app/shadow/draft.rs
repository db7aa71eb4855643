//! What is asked of a shadow run: which release each side runs, on which day, with which parameters.

use super::super::parameter;
use doudi_documents::Manifest;
use doudi_domain::{Date, Error, Problem, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Two sides of one measure. It travels as JSON to whoever carries it out.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ShadowDraft {
    pub plugin: String,
    pub before: SideDraft,
    pub after: SideDraft,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SideDraft {
    pub release: ReleaseChoice,
    /// The legal date: whose families, ages and facts, and which of the law's own dates.
    pub on: Date,
    /// The day whose parameters are used; the legal date when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters_on: Option<Date>,
    /// Values in the place of those in force, by the parameter's own code, as the contract carries them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, i64>,
    /// In the place of the county's settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<serde_json::Value>,
    /// In the place of the grants the release would get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Vec<String>>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseChoice {
    /// What the county runs on the legal date.
    InForce,
    /// `ID@VERSION`, a digest or its beginning: installed, and perhaps not enabled yet.
    Named(String),
}

impl SideDraft {
    /// What the county runs on a day, as it is.
    pub fn in_force(on: Date) -> SideDraft {
        SideDraft::new(ReleaseChoice::InForce, on)
    }

    pub fn new(release: ReleaseChoice, on: Date) -> SideDraft {
        SideDraft { release, on, parameters_on: None, values: BTreeMap::new(), settings: None, grants: None }
    }

    /// The day whose parameters are used.
    pub fn parameters_day(&self) -> Date {
        self.parameters_on.unwrap_or(self.on)
    }
}

impl ShadowDraft {
    /// What a release would change on a day.
    pub fn release(plugin: &str, release: &str, as_of: Date) -> ShadowDraft {
        ShadowDraft {
            plugin: plugin.to_owned(),
            before: SideDraft::in_force(as_of),
            after: SideDraft::new(ReleaseChoice::Named(release.to_owned()), as_of),
        }
    }

    /// What other parameters would change on a day.
    pub fn what_if(plugin: &str, as_of: Date, values: BTreeMap<String, i64>) -> ShadowDraft {
        ShadowDraft {
            plugin: plugin.to_owned(),
            before: SideDraft::in_force(as_of),
            after: SideDraft { values, ..SideDraft::in_force(as_of) },
        }
    }
}

/// Reads typed values by the manifest's units; everything wrong is told at once.
pub fn read_parameters(manifest: &Manifest, typed: &[(String, String)]) -> Result<BTreeMap<String, i64>> {
    let mut values = BTreeMap::new();
    let mut problems = Vec::new();
    for (code, text) in typed {
        let own = code.strip_prefix(&format!("{}.", manifest.id)).unwrap_or(code).trim();
        match manifest.parameters.iter().find(|entry| entry.code == own) {
            None => problems.push(Problem::new(code.clone(), "parameter.unknown", unknown(manifest, own))),
            Some(entry) => match parameter::parse(entry, text) {
                Ok(value) => drop(values.insert(own.to_owned(), value)),
                Err(message) => {
                    problems.push(Problem::new(entry.label.zh.clone(), "parameter.value", message));
                }
            },
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(Error::Invalid(problems)) }
}

/// Says which parameters there are.
pub(super) fn unknown(manifest: &Manifest, code: &str) -> String {
    let known: Vec<String> =
        manifest.parameters.iter().map(|entry| format!("{}（{}）", entry.code, entry.label.zh)).collect();
    format!("{}没有参数“{code}”，可填：{}", manifest.name.zh, known.join("、"))
}
