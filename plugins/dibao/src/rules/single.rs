//! One person alone (单人户): who may be covered apart from the household, and what is paid.
//!
//! "Severe disability" here is the predicate of 民发〔2021〕57号 第八条: grade 1–2 of any category, or grade 3 of 智力 or 精神. The
//! predicates of 特困 and of obligors are others; none may stand for another.

use super::income::Total;
use crate::codes::reason;
use crate::family::Member;
use crate::parameters::{Params, SingleMode};
use doudi_sdk::prelude::*;

/// GB/T 26341.
const INTELLECTUAL: i64 = 5;
const MENTAL: i64 = 6;
/// Code table `uncounted-reason`: 宗教教职脱离家庭三年以上.
const CLERGY: i64 = 4;
/// Code table `employment`: 在职职工, 灵活就业.
const EMPLOYED: [i64; 2] = [1, 2];

/// 57号 第八条(一): severely disabled of grade 1–2, or 智力/精神 of grade 3.
#[inline]
pub const fn is_severe(category: i64, grade: i64) -> bool {
    category != 0 && (matches!(grade, 1 | 2) || (grade == 3 && matches!(category, INTELLECTUAL | MENTAL)))
}

/// 民发〔2022〕83号: 成年无业重度残疾人. Severe there is grade 1–2; jobless is neither employed nor earning.
pub fn is_jobless_severe_adult(member: &Member, adult_born_by: Date, earned: i64) -> bool {
    member.disability != 0
        && matches!(member.grade, 1 | 2)
        && member.birth.is_some_and(|birth| birth <= adult_born_by)
        && !EMPLOYED.contains(&member.employment)
        && earned == 0
}

/// Whether a member of a 边缘 family may be covered alone (57号 第八条); says why, or why a disability does not suffice.
pub fn qualifies_in_edge(member: &Member, trail: &mut Trail) -> bool {
    if is_severe(member.disability, member.grade) {
        trail.say(reason::SINGLE_DISABILITY, [member.disability, member.grade]);
        true
    } else if member.ill {
        trail.say(reason::SINGLE_ILLNESS, []);
        true
    } else {
        if member.disability != 0 {
            trail.say(reason::SINGLE_NOT_QUALIFIED, [member.disability, member.grade]);
        }
        false
    }
}

/// 57号 第八条(三): clergy three years or more away from the family and in hardship, on his own income.
pub fn is_clergy(member: &Member) -> bool {
    member.uncounted == CLERGY
}

/// What one person is paid: the full standard, the standard less his own income, or a fixed sum, as the county says; where it
/// says nothing, the difference of 第二十三条 with one head. Zero when nothing is left to make up.
pub fn amount(own: &Total, params: &Params, trail: &mut Trail) -> i64 {
    match params.single_mode {
        SingleMode::Full => {
            trail.say(reason::SINGLE_FULL, [params.standard]);
            params.standard
        }
        SingleMode::Difference => {
            let amount = super::amount::difference(params.standard, 1, own.income);
            if amount <= 0 {
                trail.say(reason::SINGLE_NO_GAP, [own.income, params.standard]);
                return 0;
            }
            trail.say(reason::SINGLE_DIFFERENCE, [params.standard, own.income, amount]);
            amount
        }
        SingleMode::Fixed(fixed) => {
            trail.say(reason::SINGLE_FIXED, [fixed]);
            fixed
        }
    }
}
