//! 户籍人口 of a village on a day: entered by the county or read from a file, never derived. One document for a village and a day; a
//! number that turns out wrong is corrected on it, and what stood there before stays.

use crate::settings::Settings;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The collection.
pub const POPULATION: &str = "population";

/// 户籍人口.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Population {
    /// 12 digits.
    pub division: i64,
    /// The day it was counted for.
    pub on: Date,
    pub count: u32,
    /// 公安户籍年报 …
    pub source: String,
    pub earlier: Vec<Earlier>,
}

/// A number that was corrected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    pub count: u32,
    pub until: Date,
    pub reason: String,
}

impl Population {
    /// One for each village and day.
    pub fn key(division: i64, on: Date) -> String {
        format!("{division:012}-{on}")
    }

    pub fn open(&self) -> DocumentPut {
        DocumentPut::create(POPULATION, format!("户籍人口：{}", self.on.chinese()))
            .key(Population::key(self.division, self.on))
            .division(self.division)
            .state("recorded")
            .index("on", self.on)
            .index("division", self.division)
            .note(format!("{} 人", self.count))
            .body(self)
    }

    /// Another number for the same village and day.
    pub fn corrected(mut self, document: &Document, count: u32, reason: &str, today: Date) -> DocumentPut {
        self.earlier.push(Earlier { count: self.count, until: today, reason: reason.to_owned() });
        let note = format!("{} 人更正为 {count} 人：{reason}", self.count);
        self.count = count;
        document.to("recorded").note(note).body(&self)
    }
}

/// The number that holds for a village on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    pub count: u32,
    pub on: Date,
    /// Counted on the county's day of counting; else the last number there is.
    pub fixed: bool,
}

/// Every record by village, oldest first.
///
/// # Errors
/// As [`documents::find`].
pub fn all() -> Result<BTreeMap<i64, Vec<Population>>> {
    let mut found: BTreeMap<i64, Vec<Population>> = BTreeMap::new();
    for document in documents::all(documents::Query::of(POPULATION))? {
        let body: Population = document.body()?;
        found.entry(body.division).or_default().push(body);
    }
    found.values_mut().for_each(|records| records.sort_by_key(|record| record.on));
    Ok(found)
}

/// The number that holds on a day: that of the last day of counting; where there is none, the last one recorded before the day.
pub fn basis(records: &[Population], day: Date, settings: &Settings) -> Option<Basis> {
    let fixed = settings.counted_on(day);
    let of = |record: &Population| Basis { count: record.count, on: record.on, fixed: record.on == fixed };
    let at = records.iter().find(|record| record.on == fixed);
    at.or_else(|| records.iter().rfind(|record| record.on <= day)).map(of)
}
