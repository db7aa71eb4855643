//! What plugins learn of an uploaded file as a whole: the table `file` that comes with each block of rows, and the event that
//! follows the last one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most rows a block of a feed has. Each block is applied by itself.
pub const BLOCK: usize = 1_000;

/// Topic of the event that follows the last block of a file. Its subject is the document the file was uploaded on, if it was on
/// one; only the plugin whose feed it is gets it, and only if it subscribes.
pub const TAKEN: &str = "feed.taken";

/// Payload of [`TAKEN`].
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct FeedTaken {
    /// Id of the feed.
    pub feed: String,
    /// SHA-256 of the file's bytes, lower-case hex.
    pub digest: String,
    /// What the officer's file was called.
    pub name: String,
    /// Data rows in the file.
    pub rows: u64,
    /// Rows the plugin took.
    pub taken: u64,
    /// Rows the kernel could not read or the plugin rejected.
    pub failed: u64,
}
