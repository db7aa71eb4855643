//! Money is an integer number of fen (分, 0.01 yuan). There is no float and no silent rounding anywhere in the house.

use std::fmt;

/// An amount in fen. Arithmetic that could overflow is checked; sums of a city's yearly budget fit with room to spare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Fen(pub i64);

impl Fen {
    pub const ZERO: Fen = Fen(0);

    /// Whole yuan. Meant for tests and literals; data comes in fen.
    pub const fn yuan(yuan: i64) -> Fen {
        Fen(yuan * 100)
    }

    pub fn checked_add(self, other: Fen) -> Option<Fen> {
        self.0.checked_add(other.0).map(Fen)
    }

    pub fn checked_sub(self, other: Fen) -> Option<Fen> {
        self.0.checked_sub(other.0).map(Fen)
    }

    pub fn checked_mul(self, count: i64) -> Option<Fen> {
        self.0.checked_mul(count).map(Fen)
    }

    /// Reads what an officer types: `630`, `630.5`, `1,630.50`, `1，630.50元`, `￥630`, full-width digits.
    ///
    /// `None` if it is not an amount with at most two decimals. Commas and blanks must stand between groups of three digits:
    /// `6,5` is more likely a slip for 6.5 than 65 yuan, and a guess would be wrong by a factor of ten.
    pub fn parse(text: &str) -> Option<Fen> {
        let text: String = text
            .trim()
            .trim_start_matches(['¥', '￥'])
            .trim_end_matches('元')
            .trim()
            .chars()
            .map(|c| match c {
                '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
                '．' => '.',
                '，' | ' ' | '\u{a0}' => ',',
                c => c,
            })
            .collect();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.as_str()),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let whole = ungroup(whole)?;
        if part.len() > 2 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let part: i64 = format!("{part:0<2}").parse().ok()?;
        let fen = whole.checked_mul(100)?.checked_add(part)?;
        Some(Fen(if negative { -fen } else { fen }))
    }
}

/// `1,630` → 1630: digits, plain or in groups of three behind a first group of one to three.
fn ungroup(text: &str) -> Option<i64> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty() || first.len() <= 3 && rest.iter().all(|group| group.len() == 3);
    let digits = std::iter::once(first).chain(rest).collect::<String>();
    if !grouped || first.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// `1,630.50`: two decimals, thousands grouped, no unit.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = (self.0.unsigned_abs() / 100).to_string();
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        f.pad(&format!("{sign}{grouped}.{:02}", self.0.unsigned_abs() % 100))
    }
}

impl std::ops::Add for Fen {
    type Output = Fen;
    /// Panics on overflow: amounts that large are a bug, never data. Data goes through [`Fen::checked_add`].
    fn add(self, other: Fen) -> Fen {
        Fen(self.0.checked_add(other.0).expect("an amount beyond 92 quadrillion yuan"))
    }
}

impl std::iter::Sum for Fen {
    fn sum<I: Iterator<Item = Fen>>(amounts: I) -> Fen {
        amounts.fold(Fen::ZERO, |sum, amount| sum + amount)
    }
}

#[cfg(test)]
mod tests;
