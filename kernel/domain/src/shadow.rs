//! A shadow run: a county's whole caseload decided twice, by two sides, and nothing of it written but the report. The sides may
//! run different releases (an upgrade before it happens), different parameters (what a new standard would cost), or different
//! days (this year against last).

use crate::calendar::Instant;
use crate::division::{County, DivisionCode};
use crate::ids::{HouseholdId, ShadowOrderId, ShadowRunId, UserId};
use crate::money::Fen;
use jiff::civil::Date;

/// What the two sides differ in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ShadowKind {
    /// The release only: the same day, the same parameters. What an upgrade is judged by.
    Release,
    /// Parameters only.
    Parameters,
    /// The day, and perhaps more.
    Time,
}

/// How a household fares on the second side against the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Change {
    /// Entitled to what it was not: a payment, or a status without one.
    Gained,
    Lost,
    /// Entitled on both sides, to something else.
    Changed,
    /// The same outcome, amount and persons.
    Unchanged,
}

/// Households by change, and what all of them receive in a month.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ShadowTotals {
    pub households: i64,
    pub gained: i64,
    pub lost: i64,
    pub changed: i64,
    pub unchanged: i64,
    pub before: Fen,
    pub after: Fen,
}

/// A kept report; immutable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShadowRun {
    pub id: ShadowRunId,
    pub county: County,
    pub plugin: String,
    pub kind: ShadowKind,
    /// The part of the county that was gone through.
    pub division: DivisionCode,
    /// `None`: the measure was not enabled on the first side.
    pub before_digest: Option<String>,
    pub after_digest: String,
    /// The legal date of the second side.
    pub as_of: Date,
    /// SHA-256 over every parameter value both sides were decided by.
    pub parameters_hash: String,
    pub totals: ShadowTotals,
    /// The rest of the report: a JSON document of the server.
    pub report: String,
    pub at: Instant,
    pub by: Option<UserId>,
    pub by_name: String,
}

/// One household of a report that does not fare the same on both sides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShadowRow {
    /// Its place in the report: 1 is the largest difference.
    pub rank: i64,
    pub household: HouseholdId,
    pub division: DivisionCode,
    pub change: Change,
    /// The measure's own words; empty where it was not enabled.
    pub outcome_before: String,
    pub outcome_after: String,
    pub before: Fen,
    pub after: Fen,
    pub covered_before: i32,
    pub covered_after: i32,
    /// Which reasons differ: a JSON document of the server.
    pub detail: String,
}

/// A run somebody has asked for, while it is under way and after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShadowOrder {
    pub id: ShadowOrderId,
    pub county: County,
    /// What was asked: a JSON document of the server.
    pub draft: String,
    pub division: DivisionCode,
    /// Households done, and how many there are; both 0 until it begins.
    pub done: i64,
    pub total: i64,
    /// The report, when it is there.
    pub run: Option<ShadowRunId>,
    /// Why there is none and will be none.
    pub problem: Option<String>,
    pub at: Instant,
    pub by: Option<UserId>,
}

impl ShadowKind {
    pub const ALL: [ShadowKind; 3] = [ShadowKind::Release, ShadowKind::Parameters, ShadowKind::Time];

    pub const fn code(self) -> &'static str {
        match self {
            ShadowKind::Release => "release",
            ShadowKind::Parameters => "parameters",
            ShadowKind::Time => "time",
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            ShadowKind::Release => "影子运行",
            ShadowKind::Parameters => "参数测算",
            ShadowKind::Time => "时点比较",
        }
    }

    pub fn parse(text: &str) -> Option<ShadowKind> {
        ShadowKind::ALL.into_iter().find(|kind| kind.code() == text)
    }
}

impl Change {
    pub const ALL: [Change; 4] = [Change::Gained, Change::Lost, Change::Changed, Change::Unchanged];

    pub const fn code(self) -> &'static str {
        match self {
            Change::Gained => "gained",
            Change::Lost => "lost",
            Change::Changed => "changed",
            Change::Unchanged => "unchanged",
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            Change::Gained => "新增",
            Change::Lost => "退出",
            Change::Changed => "变动",
            Change::Unchanged => "不变",
        }
    }

    pub fn parse(text: &str) -> Option<Change> {
        Change::ALL.into_iter().find(|change| change.code() == text)
    }
}

impl ShadowTotals {
    /// A month's money on the second side less that on the first.
    pub fn difference(&self) -> Fen {
        Fen(self.after.0 - self.before.0)
    }

    pub fn count(&mut self, change: Change) {
        self.households += 1;
        *match change {
            Change::Gained => &mut self.gained,
            Change::Lost => &mut self.lost,
            Change::Changed => &mut self.changed,
            Change::Unchanged => &mut self.unchanged,
        } += 1;
    }
}

impl ShadowRow {
    pub fn difference(&self) -> Fen {
        Fen(self.after.0 - self.before.0)
    }
}
