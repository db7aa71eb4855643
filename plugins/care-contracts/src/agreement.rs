//! The body of a 委托照料服务协议: parties, services, fee, term, visits, signatures, and what became of it.

use crate::rules::agreement::{CarerState, Invalid, Pause, Signatures, Term, validity};
use crate::rules::level::Level;
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
    pub fn holds(
        &self,
        carer: Option<CarerState>,
        assessed: Option<Level>,
        day: Date,
    ) -> std::result::Result<(), Invalid> {
        holds(&self.term(), carer, !self.override_reason.is_empty(), assessed, day)
    }
}

/// `excused`: the agreement gives its reason for a carer against whom a question stands.
fn holds(
    term: &Term<'_>,
    carer: Option<CarerState>,
    excused: bool,
    assessed: Option<Level>,
    day: Date,
) -> std::result::Result<(), Invalid> {
    let carer = carer.ok_or(Invalid::CarerLeft)?;
    validity(term, CarerState { fit: carer.fit || excused, ..carer }, assessed, day)
}

/// An agreement as far as lists and figures ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// Its document.
    pub id: Id,
    pub state: String,
    pub household: Option<Id>,
    pub member: Id,
    pub carer: Id,
    pub excused: bool,
    pub level: Level,
    pub signed: Option<Date>,
    pub from: Date,
    /// Inclusive.
    pub to: Date,
    pub pauses: Vec<Pause>,
    pub ended: Option<Date>,
    /// Fen a month.
    pub fee: i64,
    pub payee: Payee,
    /// Days between visits.
    pub visit_days: i64,
}

impl Agreed {
    /// As [`Agreement::holds`].
    ///
    /// # Errors
    /// The first thing that speaks against it.
    pub fn holds(
        &self,
        carer: Option<CarerState>,
        assessed: Option<Level>,
        day: Date,
    ) -> std::result::Result<(), Invalid> {
        let Agreed { signed, from, to, level, ended, .. } = *self;
        let term = Term { signed, from, to, level, pauses: &self.pauses, ended };
        holds(&term, carer, self.excused, assessed, day)
    }

    fn read(row: &documents::Row<'_>) -> Result<Agreed> {
        let needed = |what: &str| Refusal::internal(format!("协议 {} 没有内容 {what}", row.id.0));
        let day = |name: &str| row.date(name).ok_or_else(|| needed(name));
        Ok(Agreed {
            id: row.id,
            state: row.text("state").unwrap_or_default().to_owned(),
            household: row.id_of("household"),
            member: row.id_of("/member").ok_or_else(|| needed("/member"))?,
            carer: row.id_of("/carer").ok_or_else(|| needed("/carer"))?,
            excused: row.text("/override_reason").is_some_and(|reason| !reason.is_empty()),
            level: row.read::<Option<Level>>("/level")?.ok_or_else(|| needed("/level"))?,
            signed: row.date("/signed"),
            from: day("/from")?,
            to: day("/to")?,
            pauses: row.read("/pauses")?,
            ended: row.date("/ended"),
            fee: row.int("/fee").unwrap_or(0),
            payee: row.read("/payee")?,
            visit_days: row.int("/visit_days").unwrap_or(0),
        })
    }
}

/// What [`Agreed`] is read from.
const VALUES: [&str; 14] = [
    "state",
    "household",
    "/member",
    "/carer",
    "/override_reason",
    "/level",
    "/signed",
    "/from",
    "/to",
    "/pauses",
    "/ended",
    "/fee",
    "/payee",
    "/visit_days",
];

/// Agreements of a query, in order of id.
///
/// # Errors
/// As [`documents::scan`].
pub fn scan(query: documents::Query) -> Result<Vec<Agreed>> {
    let mut found = Vec::new();
    documents::scan(query, &VALUES, |row| {
        found.push(Agreed::read(&row)?);
        Ok(())
    })?;
    Ok(found)
}

/// Agreements in the states in which they hold, may hold or have held: everything but the void ones.
pub const FILED: [&str; 6] = ["unsigned", "active", "suspended", "renewed", "changed", "ended"];

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
    let found = documents::all(documents::Query::of("agreement").person(person))?;
    found.into_iter().filter(|document| document.state != "void").map(Filed::of).collect()
}

/// How many people a carer looks after by agreements that hold or are about to, one person left out.
///
/// # Errors
/// As [`documents::find`].
pub fn load_of(carer: Id, without: Id) -> Result<i64> {
    let found = documents::all(documents::Query::of("agreement").states(&LIVE).index("carer", carer.0))?;
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

    /// As forms and the index `payee` write it.
    pub const fn code(self) -> &'static str {
        match self {
            Payee::Person => "person",
            Payee::Carer => "carer",
            Payee::Institution => "institution",
            Payee::Provider => "provider",
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
