//! Money: whole fen, never a float. Sums that do not fit stop the call rather than wrap: a wrong amount is worse than none.

use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};
use std::str::FromStr;

/// An amount in fen (0.01 元). In JSON the bare number, as everywhere in Doudi's documents.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

const OVERFLOW: &str = "an amount of money beyond ninety quadrillion yuan is an error in the data";

impl Fen {
    /// Nothing.
    pub const ZERO: Fen = Fen(0);

    /// Whole yuan.
    #[inline]
    pub const fn yuan(yuan: i64) -> Fen {
        match yuan.checked_mul(100) {
            Some(fen) => Fen(fen),
            None => panic!("{}", OVERFLOW),
        }
    }

    /// Whether it is nothing.
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The amount, or zero where it is negative.
    #[inline]
    pub const fn or_zero(self) -> Fen {
        if self.0 < 0 { Fen::ZERO } else { self }
    }

    /// A share in basis points (10,000 is the whole), rounded half away from zero.
    #[inline]
    pub fn share(self, basis_points: i64) -> Fen {
        let product = i128::from(self.0) * i128::from(basis_points);
        let rounded = (product.abs() + 5_000) / 10_000 * product.signum();
        Fen(i64::try_from(rounded).expect(OVERFLOW))
    }

    /// Up to whole yuan: 见角进元. A whole amount stays.
    #[inline]
    pub fn up_to_yuan(self) -> Fen {
        let rest = self.0.rem_euclid(100);
        if rest == 0 { self } else { self + Fen(100 - rest) }
    }
}

impl Add for Fen {
    type Output = Fen;
    #[inline]
    fn add(self, other: Fen) -> Fen {
        Fen(self.0.checked_add(other.0).expect(OVERFLOW))
    }
}

impl Sub for Fen {
    type Output = Fen;
    #[inline]
    fn sub(self, other: Fen) -> Fen {
        Fen(self.0.checked_sub(other.0).expect(OVERFLOW))
    }
}

impl Mul<i64> for Fen {
    type Output = Fen;
    #[inline]
    fn mul(self, times: i64) -> Fen {
        Fen(self.0.checked_mul(times).expect(OVERFLOW))
    }
}

impl Neg for Fen {
    type Output = Fen;
    #[inline]
    fn neg(self) -> Fen {
        Fen(self.0.checked_neg().expect(OVERFLOW))
    }
}

impl AddAssign for Fen {
    #[inline]
    fn add_assign(&mut self, other: Fen) {
        *self = *self + other;
    }
}

impl SubAssign for Fen {
    #[inline]
    fn sub_assign(&mut self, other: Fen) {
        *self = *self - other;
    }
}

impl Sum for Fen {
    #[inline]
    fn sum<I: Iterator<Item = Fen>>(amounts: I) -> Fen {
        amounts.fold(Fen::ZERO, Add::add)
    }
}

impl From<Fen> for i64 {
    #[inline]
    fn from(amount: Fen) -> i64 {
        amount.0
    }
}

/// Money on a page.
impl From<Fen> for doudi_documents::page::Cell {
    #[inline]
    fn from(amount: Fen) -> doudi_documents::page::Cell {
        doudi_documents::page::Cell::Money { fen: amount.0 }
    }
}

/// `1234.50`, without grouping or unit.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", fen / 100, fen % 100))
    }
}

/// Reads `710`, `710.5` and `-710.50`; more than two decimals are refused, not rounded.
impl FromStr for Fen {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Fen, Refusal> {
        let bad = || Refusal::invalid(format!("金额“{text}”不能识别，应写作 710.00 的样式，最多两位小数"));
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (yuan, fen) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(yuan) || !plain(fen) || fen.len() > 2 {
            return Err(bad());
        }
        let yuan: i64 = yuan.parse().map_err(|_| bad())?;
        let cents: i64 = fen.parse().map_err(|_| bad())?;
        let cents = if fen.len() == 1 { cents * 10 } else { cents };
        let amount = yuan.checked_mul(100).and_then(|amount| amount.checked_add(cents)).ok_or_else(bad)?;
        Ok(Fen(if negative { -amount } else { amount }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_both_ways() {
        for (text, fen, shown) in
            [("710", 71_000, "710.00"), ("0.5", 50, "0.50"), ("-12.34", -1_234, "-12.34"), ("0.05", 5, "0.05")]
        {
            let amount: Fen = text.parse().expect(text);
            assert_eq!(amount, Fen(fen));
            assert_eq!(amount.to_string(), shown);
        }
        for text in ["", "-", ".5", "5.", "1.234", "1,000", "1e3", "１", "99999999999999999999"] {
            assert!(text.parse::<Fen>().is_err(), "{text}");
        }
    }

    #[test]
    fn shares_round_half_away_from_zero() {
        assert_eq!(Fen(100).share(10_000), Fen(100));
        assert_eq!(Fen(71_000).share(3_000), Fen(21_300));
        assert_eq!(Fen(1).share(5_000), Fen(1));
        assert_eq!(Fen(-1).share(5_000), Fen(-1));
        assert_eq!(Fen(1).share(4_999), Fen(0));
        assert_eq!(Fen(66_200).share(3_333), Fen(22_064));
    }

    #[test]
    fn up_to_yuan() {
        assert_eq!(Fen(63_000).up_to_yuan(), Fen(63_000));
        assert_eq!(Fen(63_001).up_to_yuan(), Fen(63_100));
        assert_eq!(Fen(-150).up_to_yuan(), Fen(-100));
    }

    #[test]
    #[should_panic(expected = "error in the data")]
    fn overflow_stops() {
        let _ = Fen(i64::MAX) + Fen(1);
    }
}
