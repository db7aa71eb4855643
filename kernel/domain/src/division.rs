//! The administrative tree (行政区划): city → county → town → village, by the 12-digit statistical code.
//!
//! 6 digits county, 3 town, 3 village; a code's level shows in its trailing zeros. A **county** (6 digits, development zones
//! included) is a tenant. The subtree of a division is a range of codes, so that scope is two comparisons in every query.
//! An ID number's first six digits are *not* a county: see [`crate::id_number`].

use crate::error::{Error, Result};
use std::fmt;

/// A 12-digit division code such as `340223001200`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DivisionCode(i64);

/// A tenant: the first six digits of a county-level code, e.g. 340223. The city itself (340200) keeps its own users and
/// parameters under its own number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct County(pub i32);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    City,
    County,
    Town,
    Village,
}

/// What kind of unit a town- or village-level code names, by its own last three digits (统计用区划代码).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnitKind {
    /// A city or county.
    Area,
    /// 街道 001–099.
    Subdistrict,
    /// 镇 100–199.
    Town,
    /// 乡 200–399.
    Township,
    /// 居委会 001–199.
    Community,
    /// 村委会 200–399.
    Village,
    /// 400 and above: parks and virtual units, left out of "every town" and "every village" duties.
    Special,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Division {
    pub code: DivisionCode,
    pub name: String,
    pub level: Level,
    pub parent: Option<DivisionCode>,
}

impl DivisionCode {
    pub fn new(code: i64) -> Result<DivisionCode> {
        if (100_000_000_000..=999_999_999_999).contains(&code) {
            Ok(DivisionCode(code))
        } else {
            Err(Error::invalid("区划代码", "division.code", format!("区划代码应为 12 位数字，收到的是 {code}")))
        }
    }

    pub fn parse(text: &str) -> Result<DivisionCode> {
        let bad = || Error::invalid("区划代码", "division.code", format!("区划代码应为 12 位数字，收到的是“{text}”"));
        let trimmed = text.trim();
        if trimmed.len() != 12 {
            return Err(bad());
        }
        DivisionCode::new(trimmed.parse().map_err(|_| bad())?)
    }

    pub const fn value(self) -> i64 {
        self.0
    }

    pub fn level(self) -> Level {
        match self.0 {
            c if c % 1_000 != 0 => Level::Village,
            c if c % 1_000_000 != 0 => Level::Town,
            c if c % 100_000_000 != 0 => Level::County,
            _ => Level::City,
        }
    }

    /// The tenant this code lies in; the city's own number for the city.
    pub fn county(self) -> County {
        County((self.0 / 1_000_000) as i32)
    }

    /// The town-level code this lies in, if it is a town or a village.
    pub fn town(self) -> Option<DivisionCode> {
        matches!(self.level(), Level::Town | Level::Village).then_some(DivisionCode(self.0 / 1_000 * 1_000))
    }

    /// Inclusive range of codes of this division and all below it.
    pub fn subtree(self) -> (i64, i64) {
        let width = match self.level() {
            Level::City => 100_000_000,
            Level::County => 1_000_000,
            Level::Town => 1_000,
            Level::Village => 1,
        };
        (self.0, self.0 + width - 1)
    }

    pub fn contains(self, other: DivisionCode) -> bool {
        let (low, high) = self.subtree();
        (low..=high).contains(&other.0)
    }

    pub fn unit_kind(self) -> UnitKind {
        let own = |code: i64| code % 1_000;
        match self.level() {
            Level::City | Level::County => UnitKind::Area,
            Level::Town => match own(self.0 / 1_000) {
                1..=99 => UnitKind::Subdistrict,
                100..=199 => UnitKind::Town,
                200..=399 => UnitKind::Township,
                _ => UnitKind::Special,
            },
            Level::Village => match own(self.0) {
                1..=199 => UnitKind::Community,
                200..=399 => UnitKind::Village,
                _ => UnitKind::Special,
            },
        }
    }
}

impl County {
    pub fn division(self) -> DivisionCode {
        DivisionCode(i64::from(self.0) * 1_000_000)
    }
}

impl fmt::Display for DivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for County {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for County {
    type Err = Error;
    fn from_str(text: &str) -> Result<County> {
        let digits = if text.len() == 12 { &text[..text.floor_char_boundary(6)] } else { text };
        match digits.parse() {
            Ok(code @ 100_000..=999_999) => Ok(County(code)),
            _ => Err(Error::invalid("县区", "county.code", format!("县区代码应为 6 位数字，收到的是“{text}”"))),
        }
    }
}

impl Level {
    pub const fn code(self) -> &'static str {
        match self {
            Level::City => "city",
            Level::County => "county",
            Level::Town => "town",
            Level::Village => "village",
        }
    }

    pub fn parse(text: &str) -> Option<Level> {
        [Level::City, Level::County, Level::Town, Level::Village].into_iter().find(|level| level.code() == text)
    }
}

#[cfg(test)]
mod tests;
