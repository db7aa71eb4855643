//! A file of a feed (数据接入) on its way to a measure: taken block by block, each in its own transaction, so that an interruption
//! loses nothing and repeats nothing.

use crate::calendar::Instant;
use crate::division::DivisionCode;
use crate::ids::{DocumentId, FeedRunId, UserId};

/// What is known of a file that is, or was, taken in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedRun {
    pub id: FeedRunId,
    pub plugin: String,
    /// Id of the feed in the plugin's manifest.
    pub feed: String,
    pub document: DocumentId,
    pub file_name: String,
    /// SHA-256 of the file, hex.
    pub digest: String,
    /// Where the officer acts.
    pub division: DivisionCode,
    /// Data rows of the file.
    pub rows: i64,
    /// Rows dealt with so far, taken or failed.
    pub done: i64,
    pub taken: i64,
    pub failed: i64,
    /// 0-based number of the next block.
    pub block: i64,
    /// Why it came to an end before its last row.
    pub problem: Option<String>,
    pub at: Instant,
    pub by: Option<UserId>,
    pub by_name: String,
    pub ended_at: Option<Instant>,
}

/// One thing wrong with one row of a file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FeedProblem {
    /// As the spreadsheet program counts.
    pub line: i64,
    /// Heading of the column; empty when it concerns the whole row.
    pub column: String,
    pub message: String,
}

impl FeedRun {
    /// Nothing more happens to it.
    pub fn is_over(&self) -> bool {
        self.ended_at.is_some()
    }
}
