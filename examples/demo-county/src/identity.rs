//! Invented identities that pass every check: ID numbers with a right check character, telephone numbers of a range no
//! operator hands out, accounts of a bank that does not exist. None is taken from a list of anything real.

use crate::random::Random;
use doudi_domain::Date;
use doudi_domain::id_number::IdNumber;
use doudi_domain::person::Sex;
use std::collections::BTreeSet;

/// The bank of the demonstration. There is none of this name.
pub const BANK: &str = "芜湖示范农村合作银行";

/// Hands out numbers and never one twice.
#[derive(Default)]
pub struct Numbers {
    ids: BTreeSet<String>,
    phones: u32,
    accounts: u64,
}

/// Places of first registration seen in Nanling: mostly the county's own, but people marry and move in, and their numbers keep
/// the code of a place renamed or merged since (domain rule: the first six digits are never the current county).
const PLACES: &[(&str, u32)] = &[
    ("340223", 80),
    ("340221", 5),
    ("340222", 4),
    ("342623", 6),
    ("340203", 2),
    ("340208", 1),
    ("341422", 1),
    ("340202", 1),
];

impl Numbers {
    pub fn id(&mut self, random: &mut Random, birth: Date, sex: Sex) -> IdNumber {
        loop {
            let mut place = *random.weighted(PLACES);
            // Wuwei carried 342623 until 1998 and 341422 until 2010; nobody born later was registered under them.
            if (place == "342623" && birth.year() > 1998)
                || (place == "341422" && !(1999..=2010).contains(&birth.year()))
            {
                place = "340223";
            }
            let sequence = random.between(0, 499) * 2 + i64::from(sex == Sex::Male);
            let first = format!("{place}{:04}{:02}{:02}{sequence:03}", birth.year(), birth.month(), birth.day());
            let number = format!("{first}{}", IdNumber::check_character(first.as_bytes()) as char);
            if self.ids.insert(number.clone()) {
                return IdNumber::parse(&number).expect("computed with its own check character");
            }
        }
    }

    /// 154 is given to no operator, so that nobody's telephone rings.
    pub fn phone(&mut self) -> String {
        self.phones += 1;
        format!("154{:08}", 10_000 + self.phones * 7)
    }

    /// Nineteen digits under an issuer number nobody holds, with a right Luhn digit.
    pub fn account(&mut self) -> String {
        self.accounts += 1;
        let first = format!("999900{:012}", 880_000_000 + self.accounts * 13);
        format!("{first}{}", luhn(&first))
    }
}

/// The digit that makes the whole pass the Luhn check.
fn luhn(first: &str) -> u32 {
    let sum: u32 = first
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            let digit = u32::from(digit - b'0') * if index % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn ids_pass_the_check_tell_birth_and_sex_and_never_repeat() {
        let (mut numbers, mut random) = (Numbers::default(), Random::new(5));
        let mut seen = BTreeSet::new();
        for index in 0..600 {
            let sex = if index % 2 == 0 { Sex::Male } else { Sex::Female };
            let birth = date(1948, 3, 12);
            let id = numbers.id(&mut random, birth, sex);
            assert_eq!((id.birth_date(), id.sex()), (birth, sex));
            assert!(seen.insert(id.expose().to_owned()));
        }
    }

    #[test]
    fn no_child_of_2015_carries_the_code_wuwei_gave_up_in_1998() {
        let (mut numbers, mut random) = (Numbers::default(), Random::new(6));
        for _ in 0..400 {
            let id = numbers.id(&mut random, date(2015, 6, 1), Sex::Female);
            assert!(!id.expose().starts_with("342623") && !id.expose().starts_with("341422"), "{}", id.expose());
        }
    }

    #[test]
    fn the_luhn_digit_is_the_textbook_one() {
        assert_eq!(luhn("7992739871"), 3);
    }
}
