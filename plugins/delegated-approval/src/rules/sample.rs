//! The draw: how many of each town's decisions of each outcome, and which. Everything follows from the frozen list and the published
//! seed, so that anybody can repeat it with a list and `sha256sum`:
//!
//! 1. list line of a case: `case,town,scheme,outcome,day,relative,objection`; lines in order of case number, joined by line feeds;
//! 2. digest of the list = SHA-256 of that text; seed of the draw = SHA-256 of `digest:published seed`;
//! 3. ticket of a case = SHA-256 of `seed of the draw:case`;
//! 4. in each stratum (town × outcome) the `ceil(rate × N)` smallest tickets are drawn.
//!
//! A ticket depends on the case and the seed alone: neither the order in which measures answered nor the other strata matter.

use super::sha256;
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// 不低于 30% (the notice, item 8), in basis points: what a county may raise and not lower.
pub const FLOOR: i64 = 3_000;
const WHOLE: i64 = 10_000;

/// How many of `population` are drawn at a rate in basis points: rounded up, never below the notice's share, never more than there
/// are. At 30 % it is `(3N + 9) / 10`.
pub fn size(population: usize, rate: i64) -> usize {
    let rate = rate.clamp(FLOOR, WHOLE);
    let population = population as i64;
    ((population * rate + WHOLE - 1) / WHOLE) as usize
}

/// One decision as the list states it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    pub case: Id,
    /// 12 digits.
    pub town: i64,
    pub scheme: String,
    /// `granted`, `refused` …
    pub outcome: String,
    pub on: Date,
    /// 近亲属备案.
    pub relative: bool,
    /// Somebody objected.
    pub objection: bool,
}

impl Case {
    /// The line of the list.
    pub fn line(&self) -> String {
        format!(
            "{},{:012},{},{},{},{},{}",
            self.case.0,
            self.town,
            self.scheme,
            self.outcome,
            self.on,
            u8::from(self.relative),
            u8::from(self.objection)
        )
    }

    fn stratum(&self) -> (i64, String) {
        (self.town, self.outcome.clone())
    }

    /// Why it is checked whether drawn or not, if it is (57号 第二十条: near relatives and objections).
    pub fn mandatory(&self) -> Option<Reason> {
        match (self.relative, self.objection) {
            (true, _) => Some(Reason::Relative),
            (_, true) => Some(Reason::Objection),
            _ => None,
        }
    }
}

/// Why a case is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Drawn.
    Random,
    /// On top: near relatives of handlers.
    Relative,
    /// On top: an objection.
    Objection,
    /// On top: a person asked for it, with a reason.
    Added,
}

impl Reason {
    pub const ALL: [Reason; 4] = [Reason::Random, Reason::Relative, Reason::Objection, Reason::Added];

    pub fn code(self) -> &'static str {
        match self {
            Reason::Random => "random",
            Reason::Relative => "relative",
            Reason::Objection => "objection",
            Reason::Added => "added",
        }
    }

    pub fn of(code: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.code() == code)
    }

    pub fn label(self) -> &'static str {
        match self {
            Reason::Random => "随机抽取",
            Reason::Relative => "近亲属备案，必查",
            Reason::Objection => "有异议，必查",
            Reason::Added => "人工追加",
        }
    }
}

/// One town's decisions of one outcome.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Stratum {
    pub town: i64,
    pub outcome: String,
    /// N: every decision of the period.
    pub population: usize,
    /// n: drawn by chance.
    pub drawn: usize,
    /// On top of n, never part of it.
    pub extra: usize,
}

/// The whole draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    pub digest: String,
    pub seed: String,
    pub strata: Vec<Stratum>,
    /// In order of case.
    pub cases: BTreeMap<Id, Reason>,
}

/// The digest of a list, in whatever order it was read.
pub fn digest(list: &[Case]) -> String {
    let mut lines: Vec<(Id, String)> = list.iter().map(|case| (case.case, case.line())).collect();
    lines.sort();
    lines.dedup();
    sha256::hex(&lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n"))
}

/// The seed of the draw.
pub fn seed(digest: &str, published: &str) -> String {
    sha256::hex(&format!("{digest}:{published}"))
}

/// The ticket of a case: the smallest are drawn.
pub fn ticket(seed: &str, case: Id) -> String {
    sha256::hex(&format!("{seed}:{}", case.0))
}

/// Draws from a frozen list.
pub fn draw(list: &[Case], published: &str, rate: i64) -> Drawn {
    let digest = digest(list);
    let seed = seed(&digest, published);
    let mut strata: BTreeMap<(i64, String), Vec<(String, &Case)>> = BTreeMap::new();
    for case in list {
        strata.entry(case.stratum()).or_default().push((ticket(&seed, case.case), case));
    }
    let mut drawn = Drawn { digest, seed, strata: Vec::with_capacity(strata.len()), cases: BTreeMap::new() };
    for ((town, outcome), mut cases) in strata {
        cases.sort();
        cases.dedup_by_key(|(_, case)| case.case);
        let count = size(cases.len(), rate);
        drawn.cases.extend(cases.iter().take(count).map(|(_, case)| (case.case, Reason::Random)));
        let extra: Vec<(Id, Reason)> =
            cases.iter().skip(count).filter_map(|(_, case)| Some((case.case, case.mandatory()?))).collect();
        drawn.strata.push(Stratum { town, outcome, population: cases.len(), drawn: count, extra: extra.len() });
        drawn.cases.extend(extra);
    }
    drawn
}
