//! The citizen's identity number (公民身份号码, GB 11643-1999): 6 digits place of first registration, 8 birth date, 3 sequence
//! (odd is male), 1 check character.
//!
//! The first six digits are where the person was *first* registered, often under a code abolished since; they are never the
//! current county and never a ground to reject a number.

use crate::error::{Error, Result};
use crate::person::Sex;
use jiff::civil::Date;
use std::fmt;

/// A number that passed the check. Deliberately without `Display`: what reaches a page goes through [`crate::mask`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdNumber(String);

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

impl IdNumber {
    /// Accepts surrounding blanks, full-width digits and a small x; everything else gets a sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<IdNumber> {
        const FIELD: &str = "公民身份号码";
        let number = plain(text);
        let length = number.chars().count();
        if length == 15 && number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Error::invalid(FIELD, "id-number.fifteen", "是 15 位的旧号码，请核对后填写 18 位公民身份号码"));
        }
        if length != 18 {
            return Err(Error::invalid(FIELD, "id-number.length", format!("应为 18 位，收到的是 {length} 位")));
        }
        let bytes = number.as_bytes();
        if bytes.len() != 18
            || !bytes[..17].iter().all(u8::is_ascii_digit)
            || !(bytes[17].is_ascii_digit() || bytes[17] == b'X')
        {
            return Err(Error::invalid(FIELD, "id-number.characters", "只能由数字组成，末位可以是 X"));
        }
        let parsed = IdNumber(number);
        if parsed.read_birth_date().is_none() {
            return Err(Error::invalid(FIELD, "id-number.birth-date", "第 7 至 14 位不是有效的出生日期"));
        }
        let expected = Self::check_character(parsed.0.as_bytes());
        if parsed.0.as_bytes()[17] != expected {
            return Err(Error::invalid(
                FIELD,
                "id-number.check-digit",
                format!("校验位不符（末位应为 {}）", expected as char),
            ));
        }
        Ok(parsed)
    }

    /// As [`IdNumber::parse`], and a number of 15 digits, as old papers and other departments' lists still have it, becomes the one
    /// of 18 it stands for: the century 19 before the year, the check character behind (GB 11643-1999, annex). Whoever has been
    /// given another number since is not found by it; a person known under two numbers stays two.
    pub fn parse_old(text: &str) -> Result<IdNumber> {
        let digits = plain(text);
        if digits.len() != 15 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return IdNumber::parse(text);
        }
        let mut number = format!("{}19{}", &digits[..6], &digits[6..]);
        number.push(char::from(Self::check_character(number.as_bytes())));
        IdNumber::parse(&number)
    }

    /// The check character for the first 17 digits. Callers have checked that they are digits.
    pub fn check_character(first_17: &[u8]) -> u8 {
        let sum: u32 = first_17.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        CHECKS[(sum % 11) as usize]
    }

    fn read_birth_date(&self) -> Option<Date> {
        let number = |range: std::ops::Range<usize>| self.0[range].parse::<i16>().ok();
        Date::new(number(6..10)?, number(10..12)? as i8, number(12..14)? as i8).ok().filter(|day| day.year() >= 1800)
    }

    pub fn birth_date(&self) -> Date {
        self.read_birth_date().expect("checked when it was parsed")
    }

    pub fn sex(&self) -> Sex {
        if (self.0.as_bytes()[16] - b'0') % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// The clear text. Name the reason at the call: sealing, masking, or a logged reveal.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn last_four(&self) -> &str {
        &self.0[14..]
    }
}

/// Without blanks, with narrow digits and a capital X.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
            'x' | 'ｘ' | 'Ｘ' => 'X',
            c => c,
        })
        .collect()
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(…)")
    }
}

#[cfg(test)]
mod tests;
