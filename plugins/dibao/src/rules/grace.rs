//! 渐退期: months of grace for a covered household whose income has risen above the standard **because someone found work**.
//! An inheritance or a gift gives none. Three rules follow each other in time (see [`super::ruleset`]): months by the
//! locality (57号), 6–12 (the notice of 2022-06-23), in principle at most 6 (民发〔2022〕83号, from 2022-10-20).

use super::ruleset::RuleSet;
use crate::codes::reason;
use crate::parameters::GracePay;
use doudi_sdk::prelude::*;

/// A grace period: its first day, its inclusive last day, and the day payment stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    pub months: u32,
    pub from: Date,
    pub to: Date,
    pub stop: Date,
}

/// Why no grace can be given as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The rise does not come from employment.
    NotFromEmployment,
    /// Fewer months than the rule gives.
    TooShort { least: u32 },
    /// More months than any rule gives.
    TooLong { most: u32 },
    /// More than in principle, and no special reason.
    NeedsReason { in_principle: u32 },
}

/// What the wages of the household were when it was last decided, and are now.
#[derive(Debug, Clone, Copy)]
pub struct Rise {
    pub wage_before: i64,
    pub wage_now: i64,
    pub income_before: i64,
    pub income_now: i64,
}

impl Rise {
    /// Whether employment alone explains it: without the rise in wages the income would not be above `line` (S×n).
    pub const fn from_employment(&self, line: i64) -> bool {
        let rise = self.wage_now - self.wage_before;
        rise > 0 && self.income_now >= line && self.income_now - rise < line
    }
}

/// Grace of so many months, decided on a day: it begins the month after, and payment stops the month after it ends.
///
/// # Errors
/// [`Refused`] by the rules in force on the day.
pub fn grant(
    rules: &RuleSet,
    on: Date,
    months: u32,
    from_employment: bool,
    special_reason: bool,
    trail: &mut Trail,
) -> Result<Grace, Refused> {
    if !from_employment {
        return Err(Refused::NotFromEmployment);
    }
    if months < rules.grace_least {
        return Err(Refused::TooShort { least: rules.grace_least });
    }
    if months > rules.grace_most {
        return Err(Refused::TooLong { most: rules.grace_most });
    }
    if months > rules.grace_in_principle && !special_reason {
        return Err(Refused::NeedsReason { in_principle: rules.grace_in_principle });
    }
    let from = on.first_of_month().add_months(1);
    let stop = from.add_months(months as i32);
    let grace = Grace { months, from, to: stop.add_days(-1), stop };
    trail.say(reason::GRACE_GRANTED, [i64::from(months), i64::from(from.days()), i64::from(stop.days())]);
    if months > rules.grace_in_principle {
        trail.say(reason::GRACE_OVERRIDE, [i64::from(months), i64::from(rules.grace_in_principle)]);
    }
    Ok(grace)
}

impl Grace {
    /// What is paid in the `month`-th month (1 is the first): the original amount, or the original falling by equal parts to the
    /// last; never more than the household's line allows.
    pub fn pay(&self, original: i64, line: i64, mode: GracePay, month: u32) -> i64 {
        let original = original.min(line);
        match mode {
            GracePay::Original => original,
            GracePay::Taper => {
                let left = i64::from(self.months.saturating_sub(month.saturating_sub(1)));
                original * left / i64::from(self.months.max(1))
            }
        }
    }
}
