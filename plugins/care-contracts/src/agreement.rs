//! The body of a 委托照料服务协议: parties, services, fee, term, visits, signatures, and what became of it.

use crate::carer::Carer;
use crate::rules::agreement::{Invalid, Pause, Signatures, Term, validity};
use crate::rules::level::Level;
use crate::store;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// To whom the care fee goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payee {
    /// The person's own account, with the basic living money.
    Person,
    #[default]
    Carer,
    Institution,
    Provider,
}

/// 委托照料服务协议.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    pub member: Id,
    /// `town` or `village`.
    pub party: String,
    /// A document of the carers' register.
    pub carer: Id,
    /// Why this carer although a question stands against him.
    #[serde(default)]
    pub override_reason: String,
    pub services: Vec<String>,
    /// Times a week.
    pub times: i64,
    pub from: Date,
    /// Inclusive.
    pub to: Date,
    pub level: Level,
    /// Fen a month.
    pub fee: i64,
    /// `county` or `town`.
    pub payer: String,
    pub payee: Payee,
    pub method: String,
    /// The village's named visitor, a user.
    pub visitor: Id,
    /// Days between visits.
    pub visit_days: i64,
    pub emergency: Vec<String>,
    /// The day the paper was last written; editing makes it void.
    #[serde(default)]
    pub printed: Option<Date>,
    #[serde(default)]
    pub signed: Option<Date>,
    #[serde(default)]
    pub signatures: Signatures,
    #[serde(default)]
    pub witness: Option<Id>,
    #[serde(default)]
    pub pauses: Vec<Pause>,
    #[serde(default)]
    pub ended: Option<Date>,
    #[serde(default)]
    pub end_reason: String,
    /// The agreement it takes the place of once it is signed, and whether as `renewed` or `changed`.
    #[serde(default)]
    pub replaces: Option<(Id, String)>,
}

/// States in which it may hold, or come to hold.
pub const LIVE: [&str; 3] = ["unsigned", "active", "suspended"];

impl Agreement {
    pub fn term(&self) -> Term<'_> {
        Term {
            signed: self.signed,
            from: self.from,
            to: self.to,
            level: self.level,
            pauses: &self.pauses,
            ended: self.ended,
        }
    }

    /// Whether it holds on a day.
    ///
    /// # Errors
    /// The first thing that speaks against it.
    pub fn holds(&self, carer: Option<&Carer>, assessed: Option<Level>, day: Date) -> std::result::Result<(), Invalid> {
        match carer {
            Some(carer) => validity(&self.term(), carer.state_with(&self.override_reason, day), assessed, day),
            None => Err(Invalid::CarerLeft),
        }
    }
}

/// An agreement with its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    pub document: Document,
    pub body: Agreement,
}

impl Filed {
    fn of(document: Document) -> Result<Filed> {
        Ok(Filed { body: document.body()?, document })
    }
}

/// A person's agreements, oldest first, without the void ones.
///
/// # Errors
/// As [`documents::find`].
pub fn of_person(person: Id) -> Result<Vec<Filed>> {
    let found = store::all(documents::Query::of("agreement").person(person))?;
    found.into_iter().filter(|document| document.state != "void").map(Filed::of).collect()
}

/// All agreements in these states.
///
/// # Errors
/// As [`documents::find`].
pub fn in_states(states: &[&str]) -> Result<Vec<Filed>> {
    store::all(documents::Query::of("agreement").states(states))?.into_iter().map(Filed::of).collect()
}

/// How many people a carer looks after by agreements that hold or are about to, one person left out.
///
/// # Errors
/// As [`documents::find`].
pub fn load_of(carer: Id, without: Id) -> Result<i64> {
    let found = store::all(documents::Query::of("agreement").states(&LIVE).index("carer", carer.0))?;
    let mut people: Vec<Id> = found.iter().filter_map(|document| document.person).filter(|id| *id != without).collect();
    people.sort_unstable();
    people.dedup();
    Ok(people.len() as i64)
}

pub fn service_word(service: &str) -> &'static str {
    match service {
        "living" => "生活照料",
        "watch" => "日常看护",
        "hospital" => "送医和住院照护",
        "errands" => "代购代办",
        _ => "安全检查",
    }
}

pub fn contact_word(contact: &str) -> &'static str {
    match contact {
        "carer" => "照料人",
        "village" => "村（居）民委员会",
        "town" => "镇街民政办",
        "kin" => "亲属",
        _ => "急救和公安",
    }
}

impl Payee {
    pub fn parse(text: &str) -> Payee {
        match text {
            "person" => Payee::Person,
            "institution" => Payee::Institution,
            "provider" => Payee::Provider,
            _ => Payee::Carer,
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            Payee::Person => "供养对象本人账户",
            Payee::Carer => "照料人",
            Payee::Institution => "供养服务机构",
            Payee::Provider => "服务单位",
        }
    }
}
