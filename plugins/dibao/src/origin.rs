//! What brought a case when the family itself did not: a clue of the village, an alert that proved true, a spot check. The other
//! measure's document is kept, so that the same cause never opens two cases, however often it is told.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// Who found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finder {
    /// 主动发现: somebody visited and the family wishes to apply.
    Clue,
    /// 动态监测: an alert proved true.
    Alert,
    /// 抽查: the county found a delegated decision wrong.
    SpotCheck,
}

/// Where a case comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub finder: Finder,
    /// The other measure's document.
    pub source: Option<Id>,
    /// The decided application it is about, when a spot check found it wrong.
    #[serde(default)]
    pub case: Option<Id>,
    /// As the other measure says it.
    #[serde(default)]
    pub finding: String,
}

impl Finder {
    /// As indexes and keys carry it.
    pub const fn code(self) -> &'static str {
        match self {
            Finder::Clue => "clue",
            Finder::Alert => "alert",
            Finder::SpotCheck => "spot-check",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Finder::Clue => "主动发现后代办",
            Finder::Alert => "动态监测预警",
            Finder::SpotCheck => "县级抽查",
        }
    }
}

impl Origin {
    pub fn of(finder: Finder, source: Option<Id>) -> Origin {
        Origin { finder, source, case: None, finding: String::new() }
    }

    /// `clue-17`: unique among causes.
    pub fn code(&self) -> String {
        format!("{}-{}", self.finder.code(), self.source.map_or(0, |source| source.0))
    }

    /// Whether a case of the collection was opened for this cause before, whatever became of it. A cause without a document
    /// cannot be told from another and counts as new.
    ///
    /// # Errors
    /// As [`documents::find`].
    pub fn opened_before(&self, collection: &str) -> Result<bool> {
        if self.source.is_none() {
            return Ok(false);
        }
        Ok(documents::first(documents::Query::of(collection).index("source", self.code()))?.is_some())
    }
}
