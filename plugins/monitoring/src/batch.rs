//! One file of one department for one month: the body of its document. Counts are kept by block, so that a block that comes twice counts
//! once.

use crate::department::Department;
use crate::rules::event::Event;
use crate::rules::stale::only_positives;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The collection.
pub const BATCH: &str = "batch";
/// States of a file that has been taken in and counts, if it is not late.
pub const TAKEN: [&str; 2] = ["loaded", "closed"];

/// 比对批次.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Batch {
    /// Key of the source's document.
    pub source: String,
    pub department: Option<Department>,
    pub name: String,
    /// First day of the month it is meant for.
    pub period: Date,
    /// What its rows state where they do not say.
    pub event: i64,
    /// People the county asked about (比对人数).
    pub sent: i64,
    pub sender: String,
    pub received: Option<Date>,
    /// The file's digest and name.
    pub digest: String,
    pub file: String,
    /// Data rows in the file.
    pub rows: i64,
    /// Rows the kernel could not read or this measure rejected, once the file is through.
    pub failed: i64,
    /// By number of the block.
    pub blocks: BTreeMap<i64, Counts>,
    /// Came after its month, and does not count as its comparison.
    pub late: bool,
    /// The month the same file was sent for before.
    pub same_as: Option<Date>,
    pub remark: String,
}

/// What became of the rows of a block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Rows that could be used.
    pub loaded: i64,
    pub rejected: i64,
    /// Of the loaded ones: people not in our files.
    pub unmatched: i64,
    /// Of the loaded ones: rows that state something.
    pub positives: i64,
}

impl Batch {
    /// One file for each source, month and kind of data.
    pub fn key(source: &str, period: Date, event: Event) -> String {
        format!("{}-{source}-{}", period.month_code(), event.number())
    }

    pub fn title(&self) -> String {
        format!("{}{}比对：{}", self.period.chinese_month(), self.name, self.event().label())
    }

    pub fn event(&self) -> Event {
        Event::of(self.event).unwrap_or(Event::Clear)
    }

    /// A new batch, waiting for its file.
    pub fn open(&self, key: &str) -> DocumentPut {
        DocumentPut::create(BATCH, self.title())
            .key(key)
            .state("open")
            .index("month", self.period.month_code())
            .index("source", &self.source)
            .body(self)
    }

    /// Moves the document on with this body.
    pub fn to(&self, document: &Document, state: &str, note: impl Into<String>) -> DocumentPut {
        let put = document.to(state).note(note).body(self);
        // A source's own files are looked for by digest, whatever month they were meant for.
        if self.digest.is_empty() { put } else { put.index("digest", &self.digest) }
    }

    /// All blocks together.
    pub fn counts(&self) -> Counts {
        self.blocks.values().fold(Counts::default(), |sum, block| Counts {
            loaded: sum.loaded + block.loaded,
            rejected: sum.rejected + block.rejected,
            unmatched: sum.unmatched + block.unmatched,
            positives: sum.positives + block.positives,
        })
    }

    /// Whether it is a comparison of its month.
    pub fn compares(&self, state: &str) -> bool {
        TAKEN.contains(&state) && !self.late && self.same_as.is_none() && self.counts().loaded > 0
    }

    /// Only hits came back.
    pub fn only_positives(&self) -> bool {
        let counts = self.counts();
        only_positives(self.sent, counts.loaded, counts.positives)
    }
}

/// The batches of a month, in order of id.
///
/// # Errors
/// As [`documents::find`].
pub fn of_month(month: Date) -> Result<Vec<(Document, Batch)>> {
    documents::bodies(documents::Query::of(BATCH).index("month", month.month_code()))
}

/// The months a file of the same digest was sent for by the same source, other documents than this one.
///
/// # Errors
/// As [`documents::find`].
pub fn same_file(document: Id, source: &str, digest: &str) -> Result<Vec<Date>> {
    let found = documents::bodies::<Batch>(documents::Query::of(BATCH).index("digest", digest))?;
    let others = found.into_iter().filter(|(other, body)| other.id != document && body.source == source);
    Ok(others.map(|(_, body)| body.period).collect())
}
