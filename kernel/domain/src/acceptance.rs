//! Acceptance cases: families a county officer has saved, real ones without names or made-up ones, each with the answer the
//! county expects. Every version must give these answers before the county goes over to it.

use crate::calendar::Instant;
use crate::division::County;
use crate::ids::{AcceptanceId, UserId};
use jiff::civil::Date;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AcceptanceCase {
    pub id: AcceptanceId,
    pub county: County,
    pub plugin: String,
    /// A sentence: 三口之家，一人重残，工资 1,800 元.
    pub name: String,
    /// The legal date the rules are asked for.
    pub date: Date,
    /// Family, parameters that differ from the county's, and the expected answer, as a scenario document (JSON).
    pub scenario: String,
    pub source: Source,
    /// Why the county keeps it: 2022 年信访件.
    pub note: String,
    pub saved_at: Instant,
    pub saved_by: Option<UserId>,
    pub saved_by_name: String,
    /// No longer asked; it stays on record.
    pub withdrawn_at: Option<Instant>,
    pub withdrawn_by_name: Option<String>,
}

/// Where the family comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// A masked copy of a household's file.
    Household,
    /// Filled in on a form.
    Form,
    /// A file of scenarios.
    File,
}

impl Source {
    pub const ALL: [Source; 3] = [Source::Household, Source::Form, Source::File];

    pub const fn code(self) -> &'static str {
        match self {
            Source::Household => "household",
            Source::Form => "form",
            Source::File => "file",
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            Source::Household => "真实家庭（已隐去身份）",
            Source::Form => "填写的家庭",
            Source::File => "用例文件",
        }
    }

    pub fn parse(text: &str) -> Option<Source> {
        Source::ALL.into_iter().find(|source| source.code() == text)
    }
}
