//! 走访: one document for each time somebody went. What stands in it is what the officer entered on the phone; questions are added by
//! the nightly screening and settled by the town.

use crate::rules::genuine::Question;
use crate::rules::position::Spot;
use crate::rules::words::{Difficulty, Place, Stay, Wish};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const VISIT: &str = "visit";
/// Visits that stand: checked, or looked into and found genuine.
pub const STANDING: [&str; 2] = ["clean", "genuine"];

/// What a visit belonged to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Errand {
    Patrol,
    Clue,
    Review,
    /// Nobody had asked for it.
    Chance,
}

impl Errand {
    pub const fn zh(self) -> &'static str {
        match self {
            Errand::Patrol => "定期巡访",
            Errand::Clue => "核实线索",
            Errand::Review => "监测户排查",
            Errand::Chance => "日常走访",
        }
    }
}

/// A photo, by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    pub file: Id,
    /// SHA-256, hex.
    pub digest: String,
}

/// The body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    pub moment: Moment,
    pub officer: Id,
    pub errand: Errand,
    /// The patrol, clue or review.
    #[serde(default)]
    pub subject: Option<Id>,
    pub place: Place,
    /// As the grid list had it that day.
    #[serde(default)]
    pub stay: Option<Stay>,
    /// Members of the household who were seen.
    #[serde(default)]
    pub seen: Vec<Id>,
    /// Others who were seen: neighbours, carers.
    #[serde(default)]
    pub others: String,
    /// Nobody opened: it was an attempt, not a visit.
    #[serde(default)]
    pub nobody: bool,
    pub findings: String,
    #[serde(default)]
    pub hardships: Vec<Difficulty>,
    #[serde(default)]
    pub urgent: bool,
    pub wish: Wish,
    /// The family was told what it may apply for (57号 第六条, 43号 第十一条).
    #[serde(default)]
    pub told: bool,
    /// They cannot apply by themselves.
    #[serde(default)]
    pub unable: bool,
    #[serde(default)]
    pub position: Option<Position>,
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// Filled in on the phone.
    #[serde(default)]
    pub taken: Option<Moment>,
    /// Arrived.
    #[serde(default)]
    pub sent: Option<Moment>,
    #[serde(default)]
    pub questions: Vec<Question>,
    /// What the town found when it looked into the questions.
    #[serde(default)]
    pub settled: String,
}

impl Visit {
    pub fn spot(&self) -> Option<Spot> {
        self.position.as_ref().and_then(Spot::of)
    }

    /// Finds all visits of an officer in a minute.
    pub fn minute(&self) -> String {
        format!("{}@{}", self.officer.0, self.moment)
    }

    /// The month it is found by.
    pub fn month(&self) -> String {
        self.moment.date.month_code()
    }
}
