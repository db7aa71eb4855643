//! A person (人员): identity and the few things that define it. Everything that can change with time and source
//! (disability, employment, schooling …) is a [`crate::fact::Fact`], not a column here.

use crate::division::DivisionCode;
use crate::id_number::IdNumber;
use crate::ids::PersonId;
use jiff::civil::Date;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sex {
    Unknown,
    Male,
    Female,
    Unstated,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    /// Sealed in storage; present only when the read asked for it.
    pub id_number: Option<IdNumber>,
    pub sex: Sex,
    pub birth_date: Date,
    /// GB/T 3304, 1–56.
    pub ethnicity: u8,
    pub hukou_address: String,
    /// Sealed in storage; present only when the read asked for it.
    pub phone: Option<String>,
    pub death_date: Option<Date>,
    pub revision: i64,
}

/// What is needed to enter a person for the first time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewPerson {
    pub name: String,
    pub id_number: IdNumber,
    pub sex: Sex,
    pub birth_date: Date,
    pub ethnicity: u8,
    pub hukou_address: String,
    pub phone: Option<String>,
    /// Where the person is filed: search and scope.
    pub division: DivisionCode,
}

impl Sex {
    /// GB/T 2261.1.
    pub const fn code(self) -> u8 {
        match self {
            Sex::Unknown => 0,
            Sex::Male => 1,
            Sex::Female => 2,
            Sex::Unstated => 9,
        }
    }

    pub const fn from_code(code: u8) -> Option<Sex> {
        match code {
            0 => Some(Sex::Unknown),
            1 => Some(Sex::Male),
            2 => Some(Sex::Female),
            9 => Some(Sex::Unstated),
            _ => None,
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            Sex::Unknown => "未知",
            Sex::Male => "男",
            Sex::Female => "女",
            Sex::Unstated => "未说明",
        }
    }
}
