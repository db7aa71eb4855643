//! The monthly amount (民发〔2021〕57号 第二十三条) and what reduces it (第三十四条).

use crate::codes::reason;
use crate::parameters::Rounding;
use doudi_sdk::Trail;

/// 补差: `A = S×n − I`, in fen. Never `(S − I/n)×n`, which pays for the digits a division leaves behind.
#[inline]
pub const fn difference(standard: i64, members: i64, income: i64) -> i64 {
    standard * members - income
}

/// One person's part of a household's amount, rounded down so that what is taken away is never more than the part.
#[inline]
pub const fn share(amount: i64, members: i64) -> i64 {
    if members > 0 { amount / members } else { 0 }
}

/// What a refusal of work takes away from the person's own part, by the county's share in basis points; the whole part where
/// the county has set none (第三十四条: 减发或者停发其本人的最低生活保障金).
pub fn work_refusal(part: i64, reduction: Option<i64>, times: i64, trail: &mut Trail) -> i64 {
    match reduction {
        Some(basis_points) if basis_points < 10_000 => {
            let less = part * basis_points / 10_000;
            trail.say(reason::WORK_REFUSAL_REDUCED, [times, less]);
            less
        }
        _ => {
            trail.say(reason::WORK_REFUSAL_STOPPED, [times, part]);
            part
        }
    }
}

/// Rounds the sum once, at the end.
pub fn round(amount: i64, rounding: Rounding, trail: &mut Trail) -> i64 {
    match rounding {
        Rounding::None => amount,
        Rounding::UpToYuan => {
            let rounded = (amount + 99) / 100 * 100;
            if rounded != amount {
                trail.say(reason::ROUNDED_UP, [amount, rounded]);
            }
            rounded
        }
    }
}
