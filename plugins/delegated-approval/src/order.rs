//! The body of a delegation order (审核确认权下放文件): one document for each town, so that the town's own officers can be answered.

use crate::rules::authority::ALL_SCHEMES;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const ORDER: &str = "order";
/// States in which an order says who decides; a draft says nothing.
pub const GOVERNING: [&str; 3] = ["adopted", "suspended", "withdrawn"];

/// 下放文件.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Order {
    /// 文号.
    pub number: String,
    /// The county office that issued it.
    pub issuer: String,
    pub issued: Option<Date>,
    /// 12 digits.
    pub town: i64,
    /// Scheme codes; `*`: every scheme.
    pub schemes: Vec<String>,
    /// What the schemes are called.
    pub labels: Vec<String>,
    pub from: Date,
    /// Inclusive.
    pub to: Option<Date>,
    /// The day it was entered as adopted: from then on its decisions are sampled here.
    pub adopted: Option<Date>,
    pub pauses: Vec<Pause>,
    /// From this day on the county decides again.
    pub withdrawn: Option<Date>,
    /// Why it was withdrawn.
    pub reason: String,
}

/// 暂停: the county decides from `from` until the day before `to`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pause {
    pub from: Date,
    pub to: Option<Date>,
    pub reason: String,
}

impl Order {
    pub fn schemes_word(&self) -> String {
        if self.schemes.iter().any(|scheme| scheme == ALL_SCHEMES) {
            return "全部社会救助".to_owned();
        }
        let words: Vec<&str> = self
            .schemes
            .iter()
            .enumerate()
            .map(|(at, scheme)| self.labels.get(at).filter(|label| !label.is_empty()).unwrap_or(scheme).as_str())
            .collect();
        words.join("、")
    }
}

/// Every order in sight, with its document: of a county a few dozen, of a town its own.
///
/// # Errors
/// As [`documents::find`].
pub fn all(states: &[&str]) -> Result<Vec<(Document, Order)>> {
    documents::bodies(documents::Query::of(ORDER).states(states))
}

/// The orders that say who decides.
///
/// # Errors
/// As [`documents::find`].
pub fn governing() -> Result<Vec<Order>> {
    Ok(all(&GOVERNING)?.into_iter().map(|(_, order)| order).collect())
}
