//! 生活自理能力: six items; none failed is 全自理, up to three 半护理, four and more 全护理 (43号 第二十一条、第二十二条).

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// How many items an assessment has.
pub const ITEMS: i64 = 6;

/// 照料档次.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    SelfCaring = 1,
    Half = 2,
    Full = 3,
}

impl Level {
    /// By the number of items that are not met; none for a number that is no count of items.
    pub const fn from_failed(failed: i64) -> Option<Level> {
        match failed {
            0 => Some(Level::SelfCaring),
            1..=3 => Some(Level::Half),
            4..=ITEMS => Some(Level::Full),
            _ => None,
        }
    }

    /// By the figure of a decision.
    pub const fn from_code(code: i64) -> Option<Level> {
        match code {
            1 => Some(Level::SelfCaring),
            2 => Some(Level::Half),
            3 => Some(Level::Full),
            _ => None,
        }
    }

    pub const fn code(self) -> i64 {
        self as i64
    }

    /// Position in the county's lists of three.
    pub const fn index(self) -> usize {
        self as usize - 1
    }

    pub const fn zh(self) -> &'static str {
        match self {
            Level::SelfCaring => "全自理",
            Level::Half => "半护理",
            Level::Full => "全护理",
        }
    }

    /// Disabled in the notice's sense: 失能 or 半失能.
    pub const fn needs_care(self) -> bool {
        matches!(self, Level::Half | Level::Full)
    }
}

/// From when an assessment governs: one that changes the level of somebody supported from the month after it (43号 第二十三条, paid
/// by the month), any other from its day.
pub fn governs_from(assessed: Date, changes: bool) -> Date {
    if changes { assessed.first_of_next_month() } else { assessed }
}
