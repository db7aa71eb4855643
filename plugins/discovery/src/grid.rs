//! 网格: a part of a village with a leader who answers for it. The households on its list are documents of their own, see
//! [`crate::patrol`].

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const GRID: &str = "grid";

/// The body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Grid {
    /// The village, 12 digits.
    pub village: i64,
    /// Unique in the village: `03`.
    pub code: String,
    /// Where it lies: 河东三组.
    pub name: String,
    /// The officer who answers for it.
    pub leader: Option<Id>,
}

impl Grid {
    /// The document's own number: one grid for each code of a village.
    pub fn key(&self) -> String {
        format!("{}-{}", self.village, self.code)
    }

    pub fn title(&self) -> String {
        if self.name.is_empty() {
            format!("网格 {}", self.code)
        } else {
            format!("网格 {} {}", self.code, self.name)
        }
    }
}
