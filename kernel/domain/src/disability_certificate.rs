//! The number of a disability certificate (残疾人证号): the holder's 18-character identity number, one digit category, one digit
//! grade (GB/T 26341); a reissue adds `B` and its count (`B1`).
//!
//! It repeats what the file says elsewhere, so it is a cross-check: who holds it, which category, which grade.

use crate::codes;
use crate::error::{Error, Problem, Result};
use crate::id_number::IdNumber;
use std::fmt;

const FIELD: &str = "残疾人证号";

/// A number that passed the check. Without `Display`, like the identity number inside it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DisabilityCertificate {
    number: String,
    holder: IdNumber,
    category: u8,
    grade: u8,
    reissue: u8,
}

impl DisabilityCertificate {
    /// Accepts blanks, full-width digits and small letters; everything else gets a sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<DisabilityCertificate> {
        let number: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| match c {
                '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
                'ａ'..='ｚ' | 'Ａ'..='Ｚ' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c).to_ascii_uppercase(),
                c => c.to_ascii_uppercase(),
            })
            .collect();
        let invalid = |code: &str, message: String| Err(Error::invalid(FIELD, code, message));
        let length = number.chars().count();
        if !number.is_ascii() {
            return invalid("disability-certificate.characters", "只能由数字和字母 X、B 组成".to_owned());
        }
        if length < 20 {
            return invalid(
                "disability-certificate.length",
                format!("应为 20 位（18 位公民身份号码、1 位类别、1 位等级），收到的是 {length} 位"),
            );
        }
        let holder = match IdNumber::parse(&number[..18]) {
            Ok(holder) => holder,
            Err(error) => {
                return invalid("disability-certificate.holder", format!("前 18 位不是有效的公民身份号码（{error}）"));
            }
        };
        let digit = |index: usize| number.as_bytes()[index].wrapping_sub(b'0');
        let (category, grade) = (digit(18), digit(19));
        if !(1..=7).contains(&category) {
            return invalid(
                "disability-certificate.category",
                format!("第 19 位（残疾类别）应为 1 至 7，收到的是“{}”", &number[18..19]),
            );
        }
        if !(1..=4).contains(&grade) {
            return invalid(
                "disability-certificate.grade",
                format!("第 20 位（残疾等级）应为 1 至 4，收到的是“{}”", &number[19..20]),
            );
        }
        let reissue = match &number[20..] {
            "" => 0,
            suffix => match suffix.strip_prefix('B').map(str::parse) {
                Some(Ok(count @ 1..=99)) => count,
                _ => {
                    return invalid(
                        "disability-certificate.reissue",
                        format!("补发次数应写作 B1、B2 等，收到的是“{suffix}”"),
                    );
                }
            },
        };
        Ok(DisabilityCertificate { number, holder, category, grade, reissue })
    }

    /// Whose certificate it says it is.
    pub fn holder(&self) -> &IdNumber {
        &self.holder
    }

    /// Code table `disability-category`, 1–7.
    pub fn category(&self) -> u8 {
        self.category
    }

    /// Code table `disability-grade`, 1 the worst.
    pub fn grade(&self) -> u8 {
        self.grade
    }

    /// How often it was reissued; 0 for the first.
    pub fn reissue(&self) -> u8 {
        self.reissue
    }

    /// The clear text. Name the reason at the call, as for the identity number.
    pub fn expose(&self) -> &str {
        &self.number
    }

    /// Everything in which the number differs from what the file says; empty when they agree. A difference is a clue for the
    /// officer (an old certificate, a slip of the pen), never a decision.
    pub fn disagreements(&self, holder: &IdNumber, category: i32, grade: i32) -> Vec<Problem> {
        let word = |table: &codes::CodeTable, code: i32| {
            table.find(code).map_or_else(|| code.to_string(), |entry| entry.zh.to_owned())
        };
        let mut problems = Vec::new();
        if self.holder != *holder {
            problems.push(Problem::new(
                FIELD,
                "disability-certificate.other-holder",
                "与本人的公民身份号码不一致，请核对证件",
            ));
        }
        for (code, table, own, file) in [
            ("disability-certificate.other-category", &codes::DISABILITY, i32::from(self.category), category),
            ("disability-certificate.other-grade", &codes::DISABILITY_GRADE, i32::from(self.grade), grade),
        ] {
            if own != file {
                let (own, file) = (word(table, own), word(table, file));
                problems.push(Problem::new(
                    FIELD,
                    code,
                    format!("证号中的{}为“{own}”，登记的是“{file}”，请核对证件", table.zh),
                ));
            }
        }
        problems
    }
}

impl fmt::Debug for DisabilityCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DisabilityCertificate(…)")
    }
}

#[cfg(test)]
mod tests;
