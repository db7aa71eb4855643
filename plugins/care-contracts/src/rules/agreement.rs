//! When a care agreement is valid, and what it must hold (民发〔2019〕124号; the notice, item 4). Coverage — 全员覆盖、不漏一人 — counts
//! an agreement only on days it is: signed, within its term, not suspended or ended, the carer alive and fit, and for the level
//! of the latest assessment.

use super::level::Level;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// A time in which the agreement rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub reason: PauseReason,
    pub from: Date,
    /// The first day it runs again.
    pub until: Option<Date>,
}

/// 中止的情形.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PauseReason {
    Hospital,
    Central,
    Prison,
    #[default]
    Other,
}

/// What validity depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term<'a> {
    pub signed: Option<Date>,
    /// Inclusive.
    pub from: Date,
    pub to: Date,
    pub level: Level,
    pub pauses: &'a [Pause],
    /// The day from which it holds no more.
    pub ended: Option<Date>,
}

/// The carer as far as validity asks: until when he was able, and whether an open question stands against him.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CarerState {
    /// The day he died, became unfit or left.
    pub left: Option<Date>,
    /// Declared fit, or the county has answered the question about his age or state.
    pub fit: bool,
}

/// Why an agreement is not valid on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalid {
    Unsigned,
    NotBegun,
    Expired,
    Paused(PauseReason),
    Ended,
    CarerLeft,
    CarerUnfit,
    NotAssessed,
    LevelDiffers { agreed: Level, assessed: Level },
}

impl PauseReason {
    pub fn parse(text: &str) -> PauseReason {
        match text {
            "hospital" => PauseReason::Hospital,
            "central" => PauseReason::Central,
            "prison" => PauseReason::Prison,
            _ => PauseReason::Other,
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            PauseReason::Hospital => "住院",
            PauseReason::Central => "转集中供养",
            PauseReason::Prison => "服刑或者被羁押",
            PauseReason::Other => "其他",
        }
    }
}

impl Invalid {
    /// What the coverage list says beside the person.
    pub fn zh(self) -> String {
        match self {
            Invalid::Unsigned => "协议待签".to_owned(),
            Invalid::NotBegun => "协议还未开始".to_owned(),
            Invalid::Expired => "协议已到期".to_owned(),
            Invalid::Paused(reason) => format!("协议中止：{}", reason.zh()),
            Invalid::Ended => "协议已终止".to_owned(),
            Invalid::CarerLeft => "照料人去世、丧失能力或者已退出".to_owned(),
            Invalid::CarerUnfit => "照料人的照料能力待核实".to_owned(),
            Invalid::NotAssessed => "没有自理能力评估".to_owned(),
            Invalid::LevelDiffers { agreed, assessed } => {
                format!("协议档次（{}）与最近评估（{}）不一致", agreed.zh(), assessed.zh())
            }
        }
    }
}

/// Whether it is valid on a day; `assessed` is the level that governs on that day.
///
/// # Errors
/// The first thing that speaks against it.
pub fn validity(term: &Term<'_>, carer: CarerState, assessed: Option<Level>, day: Date) -> Result<(), Invalid> {
    if term.signed.is_none_or(|signed| day < signed) {
        return Err(Invalid::Unsigned);
    }
    if day < term.from {
        return Err(Invalid::NotBegun);
    }
    if term.ended.is_some_and(|ended| ended <= day) {
        return Err(Invalid::Ended);
    }
    if day > term.to {
        return Err(Invalid::Expired);
    }
    let resting = |pause: &&Pause| pause.from <= day && pause.until.is_none_or(|until| day < until);
    if let Some(pause) = term.pauses.iter().find(resting) {
        return Err(Invalid::Paused(pause.reason));
    }
    if carer.left.is_some_and(|left| left <= day) {
        return Err(Invalid::CarerLeft);
    }
    if !carer.fit {
        return Err(Invalid::CarerUnfit);
    }
    match assessed {
        None => Err(Invalid::NotAssessed),
        Some(assessed) if assessed != term.level => Err(Invalid::LevelDiffers { agreed: term.level, assessed }),
        Some(_) => Ok(()),
    }
}

/// Who signed for a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signer {
    /// The party itself, by hand, fingerprint or seal.
    #[default]
    Own,
    Guardian,
    Village,
    Carer,
}

/// The signatures on the paper.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signatures {
    pub person: Signer,
    /// Relation and authority of the guardian.
    pub guardian: String,
    pub carer: Signer,
    /// The commissioning party signed and sealed.
    pub party: bool,
}

/// Why signatures do not make an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureRefused {
    /// The village signed for the person: 村(居)代签.
    VillageForPerson,
    /// The carer signed for whom he cares for.
    CarerForPerson,
    VillageForCarer,
    NoParty,
    GuardianUnnamed,
}

impl Signatures {
    /// Each party signs for itself; for who cannot, his guardian, named with his authority.
    ///
    /// # Errors
    /// What is wrong, all at once.
    pub fn check(&self) -> Result<(), Vec<SignatureRefused>> {
        let mut wrong = Vec::new();
        match self.person {
            Signer::Own => {}
            Signer::Guardian if self.guardian.trim().is_empty() => wrong.push(SignatureRefused::GuardianUnnamed),
            Signer::Guardian => {}
            Signer::Village => wrong.push(SignatureRefused::VillageForPerson),
            Signer::Carer => wrong.push(SignatureRefused::CarerForPerson),
        }
        if self.carer != Signer::Own {
            wrong.push(SignatureRefused::VillageForCarer);
        }
        if !self.party {
            wrong.push(SignatureRefused::NoParty);
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

impl SignatureRefused {
    pub const fn field(self) -> &'static str {
        match self {
            SignatureRefused::VillageForPerson | SignatureRefused::CarerForPerson => "by-person",
            SignatureRefused::VillageForCarer => "by-carer",
            SignatureRefused::NoParty => "by-party",
            SignatureRefused::GuardianUnnamed => "guardian",
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            SignatureRefused::VillageForPerson => {
                "村（居）不得代被照料人签字，请由本人签字或者按指印，不能表达的由监护人签字"
            }
            SignatureRefused::CarerForPerson => "照料人不得代被照料人签字，请由本人或者监护人签字",
            SignatureRefused::VillageForCarer => "村（居）不得代照料人签字，请由照料人本人签字或者机构盖章",
            SignatureRefused::NoParty => "委托方还没有签字盖章",
            SignatureRefused::GuardianUnnamed => "由监护人签字的，请写明与本人的关系和监护依据",
        }
    }
}

/// A question about a carer that people must answer before he may care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CarerQuestion {
    /// Older than the county's parameter.
    Old { age: i64, limit: i64 },
    /// 特困 himself.
    Tekun,
    /// Not declared fit.
    Unfit,
}

impl CarerQuestion {
    pub fn zh(self) -> String {
        match self {
            CarerQuestion::Old { age, limit } => format!("照料人 {age} 周岁，超过 {limit} 周岁"),
            CarerQuestion::Tekun => "照料人本人是特困人员".to_owned(),
            CarerQuestion::Unfit => "照料人身体状况不能承担照料".to_owned(),
        }
    }
}

/// The questions a carer raises: 照料人本人是特困人员或者年事已高.
pub fn carer_questions(age: Option<i64>, age_limit: Option<i64>, tekun: bool, healthy: bool) -> Vec<CarerQuestion> {
    let mut questions = Vec::new();
    if let (Some(age), Some(limit)) = (age, age_limit)
        && age > limit
    {
        questions.push(CarerQuestion::Old { age, limit });
    }
    if tekun {
        questions.push(CarerQuestion::Tekun);
    }
    if !healthy {
        questions.push(CarerQuestion::Unfit);
    }
    questions
}

/// Whether a carer may take one more: `others` are those he looks after already. No limit set, no limit.
pub fn has_room(others: i64, capacity: Option<i64>) -> bool {
    capacity.is_none_or(|capacity| others < capacity)
}
