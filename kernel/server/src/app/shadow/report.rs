//! The report of a shadow run: what is kept beside the totals, as one JSON document, and what is kept with each household. Old
//! reports are read for years: fields are added with a default, never taken away.

use super::draft::ShadowDraft;
use doudi_documents::Text;
use doudi_domain::shadow::{Change, ShadowRun, ShadowTotals};
use doudi_domain::{Date, DivisionCode, Error, Fen, HouseholdId, Result};
use serde::{Deserialize, Serialize};

/// A kept report, read.
#[derive(Clone, PartialEq, Debug)]
pub struct ShadowReport {
    pub run: ShadowRun,
    pub body: ReportBody,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ReportBody {
    pub draft: ShadowDraft,
    pub name: Text,
    /// `None`: the measure was not enabled on the first side.
    pub before: Option<SideView>,
    pub after: SideView,
    /// Granted to the second side and not to what the county runs now: a yes nobody has said yet.
    pub extra_grants: Vec<ExtraGrant>,
    /// Parameters whose values differ between the sides.
    pub parameters: Vec<ParameterChange>,
    /// What each of the things that differ contributes to a month's difference, one after the other; they add up to it.
    pub effects: Vec<Effect>,
    /// From which outcome to which.
    pub moves: Vec<Move>,
    /// By town, in order of code.
    pub towns: Vec<TownTotals>,
    /// Reasons that differ, most households first.
    pub reasons: Vec<ReasonTally>,
    /// Households whose month's money differs, by how much.
    pub buckets: Vec<Bucket>,
    /// Unchanged households that have other reasons or figures in them.
    pub other_reasons: i64,
    /// How long the run took.
    pub millis: i64,
}

/// One side, as it was decided.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SideView {
    pub version: String,
    pub digest: String,
    pub on: Date,
    pub parameters_on: Date,
    /// Settings other than the county's.
    pub other_settings: bool,
    /// Asked for by the release and withheld by the county, in words.
    pub withheld: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExtraGrant {
    pub grant: String,
    pub label: Text,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ParameterChange {
    pub code: String,
    pub label: Text,
    /// As an officer reads it; `None` when it has no value.
    pub before: Option<String>,
    pub after: Option<String>,
    /// A value nobody has set.
    pub supposed: bool,
}

/// What two sides can differ in, in the order the difference is taken apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Factor {
    /// The day: families and their facts, ages, what the law itself dates.
    Facts,
    Parameters,
    /// The release, with its settings and grants.
    Release,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Effect {
    pub factor: Factor,
    /// A month, in fen.
    pub amount: i64,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Move {
    pub before: String,
    pub after: String,
    pub before_label: Text,
    pub after_label: Text,
    pub households: i64,
    pub difference: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TownTotals {
    pub division: i64,
    pub households: i64,
    pub gained: i64,
    pub lost: i64,
    pub changed: i64,
    pub unchanged: i64,
    pub before: i64,
    pub after: i64,
}

/// A reason, and how many of the households that fare differently have it on one side only, or with other numbers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReasonTally {
    pub code: String,
    /// The sentence, with an ellipsis where its numbers stand.
    pub sentence: Text,
    pub article: String,
    pub appears: i64,
    pub vanishes: i64,
    pub differs: i64,
    /// The month's difference of these households together.
    pub difference: i64,
    /// The household among them with the largest difference, and what it is told on each side.
    pub example: i64,
    pub example_before: Option<String>,
    pub example_after: Option<String>,
}

/// Differences above `over` and up to `to`, in fen; open where absent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Bucket {
    pub over: Option<i64>,
    pub to: Option<i64>,
    pub households: i64,
    pub difference: i64,
}

/// What is kept with a household.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct RowDetail {
    pub reasons: Vec<ReasonDifference>,
    /// As the report's effects, for this household.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<i64>,
}

/// What the household is told on one side only, or with other numbers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReasonDifference {
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl ShadowReport {
    pub fn of(run: ShadowRun) -> Result<ShadowReport> {
        let body = serde_json::from_str(&run.report).map_err(unreadable)?;
        Ok(ShadowReport { run, body })
    }

    /// A month's difference, and what it comes to in a year.
    pub fn difference(&self) -> Fen {
        self.run.totals.difference()
    }

    pub fn difference_a_year(&self) -> Fen {
        Fen(self.difference().0 * 12)
    }

    /// The label of an outcome on either side.
    pub fn outcome(&self, code: &str) -> Option<&Text> {
        self.body.moves.iter().find_map(|step| match code {
            code if code == step.before => Some(&step.before_label),
            code if code == step.after => Some(&step.after_label),
            _ => None,
        })
    }
}

impl ReportBody {
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(unreadable)
    }
}

impl RowDetail {
    pub fn parse(text: &str) -> Result<RowDetail> {
        serde_json::from_str(text).map_err(unreadable)
    }

    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(unreadable)
    }
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::failure("测算报告无法读取", error)
}

impl ReasonTally {
    pub fn households(&self) -> i64 {
        self.appears + self.vanishes + self.differs
    }

    pub fn example_household(&self) -> HouseholdId {
        HouseholdId(self.example)
    }
}

impl TownTotals {
    pub fn code(&self) -> Option<DivisionCode> {
        DivisionCode::new(self.division).ok()
    }

    pub(super) fn new(division: DivisionCode) -> TownTotals {
        TownTotals {
            division: division.value(),
            households: 0,
            gained: 0,
            lost: 0,
            changed: 0,
            unchanged: 0,
            before: 0,
            after: 0,
        }
    }

    pub(super) fn count(&mut self, change: Change, before: Fen, after: Fen) {
        let mut totals = ShadowTotals::default();
        totals.count(change);
        self.households += totals.households;
        self.gained += totals.gained;
        self.lost += totals.lost;
        self.changed += totals.changed;
        self.unchanged += totals.unchanged;
        self.before += before.0;
        self.after += after.0;
    }
}

impl Factor {
    pub const fn code(self) -> &'static str {
        match self {
            Factor::Facts => "facts",
            Factor::Parameters => "parameters",
            Factor::Release => "release",
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            Factor::Facts => "家庭情况与日期",
            Factor::Parameters => "政策参数",
            Factor::Release => "规则版本",
        }
    }
}

impl Bucket {
    /// `减少 200 元以上`, `增加 50 至 100 元`, `金额不变`.
    pub fn label(&self) -> String {
        let yuan = |fen: i64| (fen / 100).abs();
        match (self.over, self.to) {
            (None, Some(to)) => format!("减少 {} 元及以上", yuan(to)),
            (Some(over), None) => format!("增加超过 {} 元", yuan(over)),
            (Some(over), Some(to)) if over >= 0 => match over {
                0 => format!("增加 {} 元以内", yuan(to)),
                _ => format!("增加 {} 至 {} 元", yuan(over), yuan(to)),
            },
            (Some(over), Some(-1)) => format!("减少 {} 元以内", yuan(over)),
            (Some(-1), Some(0)) => "金额不变".to_owned(),
            (Some(over), Some(to)) => format!("减少 {} 至 {} 元", yuan(to), yuan(over)),
            (None, None) => "全部".to_owned(),
        }
    }
}
