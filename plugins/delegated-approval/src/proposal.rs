//! The body of a proposal to suspend a town's order (暂停下放建议): the figures, and what a person made of them.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const PROPOSAL: &str = "proposal";

/// 暂停下放建议.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Proposal {
    pub town: i64,
    /// Checks with a conclusion in the year before `on`.
    pub concluded: usize,
    pub substance: usize,
    /// Basis points.
    pub rate: i64,
    pub limit: i64,
    pub on: Date,
    pub settled: String,
}
