//! A decision: what was decided, for whom, from when, and why; immutable. It carries its whole cause (plugin digest,
//! parameter versions, input hash, invocation), so that it can be explained and replayed years later.

use crate::calendar::Instant;
use crate::division::DivisionCode;
use crate::ids::{DecisionId, DocumentId, FactId, HouseholdId, InvocationId, ParameterId, PersonId, UserId};
use crate::money::Fen;
use jiff::civil::Date;

/// Whether a step of the reasoning spoke for, against, or only established something.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    Met,
    NotMet,
    Finding,
}

/// One branch of the reasoning, in the words it was given in at the time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    pub code: String,
    pub verdict: Verdict,
    /// The rule: `民发〔2021〕57号 第四条`.
    pub article: String,
    pub zh: String,
    pub en: String,
    pub facts: Vec<FactId>,
}

/// A named intermediate result: counted income, per-capita income, base amount.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    pub code: String,
    pub zh: String,
    pub en: String,
    /// `fen`, `count`, `date` (days), `code`.
    pub unit: String,
    pub value: i64,
}

/// What a decision does to the entitlement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Effect {
    /// Begins or continues a payment or a status.
    Grant,
    Refuse,
    /// Changes the amount of a running payment.
    Change,
    Stop,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    pub id: DecisionId,
    pub scheme: String,
    pub household: HouseholdId,
    /// Set when the decision is about one person only (单人户).
    pub person: Option<PersonId>,
    pub document: Option<DocumentId>,
    pub division: DivisionCode,
    pub effect: Effect,
    /// The plugin's own word and its labels: `granted`, `edge`, `refused` …
    pub outcome: String,
    pub outcome_zh: String,
    pub outcome_en: String,
    /// Per month; zero where the outcome pays nothing.
    pub amount: Fen,
    pub covered_persons: i32,
    /// First day the decision has effect, and the inclusive last day if it is limited.
    pub from: Date,
    pub to: Option<Date>,
    pub reasons: Vec<Reason>,
    pub figures: Vec<Figure>,
    pub supersedes: Option<DecisionId>,
    /// The legal date the rules were applied for.
    pub as_of: Date,
    pub cause: Cause,
    pub decided_at: Instant,
    pub decided_by: Option<UserId>,
    pub decided_by_name: String,
}

/// What a pass over the decisions that govern a day is about.
///
/// Without `since` the decisions that pay on the day. With it those of the households about which anything was decided under the
/// scheme at that moment or later, stops and ended decisions included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Governing<'a> {
    pub scheme: &'a str,
    pub day: Date,
    pub since: Option<Instant>,
    /// Households above this one.
    pub after: HouseholdId,
    /// Households.
    pub limit: u32,
}

/// What a figure or a list over a whole county reads of a decision: of the figures those it asked for, in the order of its asking.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlimDecision {
    pub id: DecisionId,
    pub household: HouseholdId,
    pub person: Option<PersonId>,
    pub effect: Effect,
    pub outcome: String,
    pub amount: Fen,
    pub covered_persons: i32,
    pub from: Date,
    pub to: Option<Date>,
    /// The day it was made.
    pub decided: Date,
    pub figures: Vec<Option<i64>>,
}

impl SlimDecision {
    /// Of a whole one.
    pub fn of(decision: &Decision, figures: &[String]) -> SlimDecision {
        let value = |code: &String| decision.figures.iter().find(|one| one.code == *code).map(|one| one.value);
        SlimDecision {
            id: decision.id,
            household: decision.household,
            person: decision.person,
            effect: decision.effect,
            outcome: decision.outcome.clone(),
            amount: decision.amount,
            covered_persons: decision.covered_persons,
            from: decision.from,
            to: decision.to,
            decided: decision.decided_at.date(),
            figures: figures.iter().map(value).collect(),
        }
    }
}

/// Everything the answer depended on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cause {
    pub plugin: String,
    pub version: String,
    /// SHA-256 of the component, hex.
    pub digest: String,
    pub parameters: Vec<ParameterId>,
    /// SHA-256 of the recorded input, hex.
    pub input_hash: String,
    pub invocation: InvocationId,
}

impl Verdict {
    pub const fn code(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::NotMet => "not-met",
            Verdict::Finding => "finding",
        }
    }

    pub fn parse(text: &str) -> Option<Verdict> {
        [Verdict::Met, Verdict::NotMet, Verdict::Finding].into_iter().find(|verdict| verdict.code() == text)
    }
}

impl Effect {
    pub const fn code(self) -> &'static str {
        match self {
            Effect::Grant => "grant",
            Effect::Refuse => "refuse",
            Effect::Change => "change",
            Effect::Stop => "stop",
        }
    }

    pub fn parse(text: &str) -> Option<Effect> {
        [Effect::Grant, Effect::Refuse, Effect::Change, Effect::Stop].into_iter().find(|effect| effect.code() == text)
    }
}
