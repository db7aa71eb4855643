//! How often a covered household is looked at again (民发〔2021〕57号 第三十一条): yearly when stable, half-yearly when income is
//! irregular or someone can work. Counties sort into A, B and C: no one able to work; partly; able, or income that varies.

use super::household::Standing;
use super::ruleset::RuleSet;
use crate::codes::Income;
use crate::codes::reason;
use crate::family::Family;
use crate::parameters::Params;
use doudi_sdk::prelude::*;

/// A, B or C.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// No one able to work, income stable.
    A = 1,
    /// Someone with part of the capacity left.
    B = 2,
    /// Someone able to work, or income that varies.
    C = 3,
}

/// Code table `labour-capacity`.
const ABLE: i64 = 1;
const PARTLY: i64 = 2;
/// Code table `employment`: 灵活就业.
const CASUAL: i64 = 2;

impl Class {
    pub const fn from_code(code: i64) -> Option<Class> {
        match code {
            1 => Some(Class::A),
            2 => Some(Class::B),
            3 => Some(Class::C),
            _ => None,
        }
    }

    pub fn from_letter(letter: &str) -> Option<Class> {
        [Class::A, Class::B, Class::C].into_iter().find(|class| class.letter() == letter)
    }

    pub const fn letter(self) -> &'static str {
        match self {
            Class::A => "A",
            Class::B => "B",
            Class::C => "C",
        }
    }

    /// Months between rechecks: the county's, else those of the article.
    pub fn months(self, params: &Params, rules: &RuleSet) -> u32 {
        let (own, article) = match self {
            Class::A => (params.recheck_months[0], rules.recheck_stable),
            Class::B => (params.recheck_months[1], rules.recheck_unstable),
            Class::C => (params.recheck_months[2], rules.recheck_unstable),
        };
        own.unwrap_or(article)
    }

    /// The day by which the household must have been looked at again: as many months after the last decision or recheck.
    pub fn due(self, last: Date, params: &Params, rules: &RuleSet) -> Date {
        last.add_months(self.months(params, rules) as i32)
    }

    const fn sentence(self) -> ReasonCode<1> {
        match self {
            Class::A => reason::RECHECK_A,
            Class::B => reason::RECHECK_B,
            Class::C => reason::RECHECK_C,
        }
    }
}

/// The class of a household. Students and those at the age of rest are not counted as able; an adult of working age whose
/// labour capacity is not on file is taken as able, so that the gap in the file is looked at soonest.
pub fn classify(
    family: &Family,
    standings: &[Standing],
    params: &Params,
    rules: &RuleSet,
    adult_born_by: Date,
    old_born_by: Date,
    trail: &mut Trail,
) -> Class {
    let mut class = Class::A;
    for (member, _) in family.members.iter().zip(standings).filter(|(_, standing)| **standing == Standing::Counted) {
        let working_age = member.birth.is_none_or(|birth| birth <= adult_born_by && birth > old_born_by);
        if working_age && member.study == 0 {
            match member.labour {
                0 | ABLE => class = Class::C,
                PARTLY => class = class.max(Class::B),
                _ => {}
            }
        }
        if member.employment == CASUAL || member.incomes.iter().any(|item| item.kind == Income::Business) {
            class = Class::C;
        }
    }
    trail.say(class.sentence(), [i64::from(class.months(params, rules))]);
    class
}
