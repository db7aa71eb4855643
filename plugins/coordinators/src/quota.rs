//! 核定编配: the paper by which a county fixes, once a year, how many coordinators each village is to have. Its rows are computed from
//! the year-end 户籍人口; the county may raise a village's number with a reason, because of its services or its recipients.

use crate::population::Basis;
use crate::rules::required::{Need, Scale, required};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const QUOTA: &str = "quota";

/// One year.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quota {
    pub year: i32,
    pub rows: Vec<Row>,
    pub settled: Option<Date>,
}

/// One village.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub division: i64,
    /// Absent: nobody has recorded it, and nothing can be required.
    pub population: Option<u32>,
    pub on: Option<Date>,
    /// By the notice.
    pub by_notice: u32,
    /// Set by hand.
    #[serde(default)]
    pub raised: Option<Raised>,
}

/// A number above the notice's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Raised {
    pub number: u32,
    pub reason: String,
}

impl Row {
    pub fn of(division: i64, basis: Option<Basis>, scale: Scale) -> Row {
        Row {
            division,
            population: basis.map(|basis| basis.count),
            on: basis.map(|basis| basis.on),
            by_notice: basis.map_or(0, |basis| required(basis.count, scale).by_notice()),
            raised: None,
        }
    }

    /// What the village is to have.
    pub fn number(&self) -> u32 {
        self.raised.as_ref().map_or(self.by_notice, |raised| raised.number.max(self.by_notice))
    }

    /// The notice sets none, and nothing was raised: somebody part-time by 83号.
    pub fn need(&self) -> Need {
        match self.by_notice {
            0 => Need::PartTime,
            number => Need::Notice(number),
        }
    }
}

impl Quota {
    /// One a year.
    pub fn key(year: i32) -> String {
        year.to_string()
    }

    /// A new paper for the county to look at.
    pub fn open(&self, county: i64, due: Date) -> DocumentPut {
        DocumentPut::create(QUOTA, format!("{}年协理员核定编配", self.year))
            .key(Quota::key(self.year))
            .division(county)
            .state("draft")
            .due(due)
            .index("year", self.year)
            .note(self.summary())
            .body(self)
    }

    /// New rows; what was raised by hand stays, as long as it is still above the notice.
    pub fn renew(&mut self, rows: Vec<Row>) {
        let before = std::mem::replace(&mut self.rows, rows);
        for row in &mut self.rows {
            let raised = before.iter().find(|old| old.division == row.division).and_then(|old| old.raised.clone());
            row.raised = raised.filter(|raised| raised.number > row.by_notice);
        }
    }

    pub fn row(&self, division: i64) -> Option<&Row> {
        self.rows.iter().find(|row| row.division == division)
    }

    /// Villages whose population nobody has recorded.
    pub fn unknown(&self) -> usize {
        self.rows.iter().filter(|row| row.population.is_none()).count()
    }

    pub fn summary(&self) -> String {
        let required: u32 = self.rows.iter().map(Row::number).sum();
        format!("{} 个村居，应配 {required} 名", self.rows.len())
    }
}

/// The paper of a year, if there is one.
///
/// # Errors
/// As [`documents::find`].
pub fn of_year(year: i32) -> Result<Option<(Document, Quota)>> {
    let found = documents::first(documents::Query::of(QUOTA).index("year", year))?;
    found.map(|document| Ok((document.clone(), document.body()?))).transpose()
}
