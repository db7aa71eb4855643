//! 监测户排查: once a month the watch list is compared with those covered (`sweep`), and each household found uncovered is somebody's
//! errand in the period (`review`) until somebody was there or it was covered.

use crate::rules::uncovered::Tally;
use crate::rules::words::Wish;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection of errands.
pub const REVIEW: &str = "review";
/// The collection of comparisons.
pub const SWEEP: &str = "sweep";

/// An uncovered household: the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// First day of the period.
    pub period: Date,
    /// Code table `monitoring`.
    pub monitoring: i64,
    /// The day it was found uncovered.
    pub found: Date,
    /// By when somebody must have been there.
    pub by: Date,
    #[serde(default)]
    pub visited: Option<Date>,
    #[serde(default)]
    pub officer: Option<Id>,
    #[serde(default)]
    pub wish: Option<Wish>,
    /// What was found at the door.
    #[serde(default)]
    pub findings: String,
    /// The day it proved covered, or a case was opened, before anybody went.
    #[serde(default)]
    pub covered: Option<Date>,
}

impl Review {
    /// One for each household and period, however often the list is compared.
    pub fn key(period: Date, household: Id) -> String {
        format!("{period}-{}", household.0)
    }

    /// Somebody had to go, or went: not settled by being covered in between.
    pub const fn counts(&self) -> bool {
        self.visited.is_some() || self.covered.is_none()
    }
}

/// One comparison of the county: the body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sweep {
    /// The day it ran.
    pub on: Date,
    /// First day of the period.
    pub period: Date,
    pub tally: Tally,
    /// The last household compared.
    pub after: Id,
    pub done: bool,
}
