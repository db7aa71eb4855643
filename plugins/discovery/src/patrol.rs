//! 巡访计划: one document for each household on a grid list. It knows its risk, where the people really are, when somebody was there,
//! and by when somebody must be there again.

use crate::rules::patrol::{self, Intervals};
use crate::rules::words::{Reason, Risk, Stay};
use crate::visit::Visit;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const PATROL: &str = "patrol";
/// Listed and not struck off.
pub const OPEN: [&str; 2] = ["planned", "due"];
/// Visits remembered: two years of weekly ones.
const REMEMBERED: usize = 110;

/// The body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patrol {
    /// The grid's document.
    pub grid: Id,
    pub risk: Risk,
    pub reason: Reason,
    pub stay: Stay,
    pub listed: Date,
    /// Days somebody was there, oldest first; what proved not to have been a visit is taken out again.
    #[serde(default)]
    pub visits: Vec<Date>,
    #[serde(default)]
    pub ended: Option<Date>,
    #[serde(default)]
    pub note: String,
}

impl Patrol {
    pub fn due(&self, intervals: &Intervals) -> Date {
        patrol::due(self.listed, self.last_visit(), self.risk, intervals)
    }

    pub fn last_visit(&self) -> Option<Date> {
        self.visits.last().copied()
    }

    pub fn visited(&mut self, on: Date) {
        self.visits.push(on);
        self.visits.sort_unstable();
        let surplus = self.visits.len().saturating_sub(REMEMBERED);
        self.visits.drain(..surplus);
    }

    /// A visit proved not to have been one.
    pub fn unvisited(&mut self, on: Date) {
        if let Some(at) = self.visits.iter().position(|day| *day == on) {
            self.visits.remove(at);
        }
    }

    /// On the list in a period, if only for a day.
    pub fn listed_between(&self, begins: Date, ends: Date) -> bool {
        self.listed <= ends && self.ended.is_none_or(|ended| ended >= begins)
    }

    pub fn visited_between(&self, begins: Date, ends: Date) -> bool {
        self.visits.iter().any(|day| (begins..=ends).contains(day))
    }

    /// Due this week, or only planned.
    pub fn state(due: Date, today: Date) -> &'static str {
        if due <= patrol::week_of(today).1 { "due" } else { "planned" }
    }

    /// The document moved on, with its next day.
    pub fn to(&self, document: &Document, today: Date, intervals: &Intervals, note: impl Into<String>) -> DocumentPut {
        let due = self.due(intervals);
        document.to(Patrol::state(due, today)).due(due).note(note).index("risk", self.risk.code()).body(self)
    }
}

/// The patrol of a household, if it is on a list.
///
/// # Errors
/// What the kernel says.
pub fn of(household: Id) -> Result<Option<(Document, Patrol)>> {
    let found = documents::first(documents::Query::of(PATROL).states(&OPEN).household(household))?;
    found.map(|document| document.body().map(|body| (document, body))).transpose()
}

/// Whether a visit was the patrol that was due: somebody was there and somebody was met.
pub fn counts(visit: &Visit, patrol: &Patrol) -> bool {
    !visit.nobody && patrol::counts(visit.place, patrol.stay)
}

/// The stay of a household on a list.
///
/// # Errors
/// What the kernel says.
pub fn stay_of(household: Option<Id>) -> Result<Option<Stay>> {
    Ok(match household {
        Some(household) => of(household)?.map(|(_, patrol)| patrol.stay),
        None => None,
    })
}
