//! 无劳动能力 (43号 第五条), and minors who stay supported (第二十四条).
//!
//! The disability list here is the second of three predicates in social assistance: 智力 and 精神 of grade 1–3, 肢体 of grade
//! 1–2, 视力 of grade 1. Deaf or mute of grade 1 does **not** qualify by itself; neither does 多重, whose severest part is
//! certified by its own category.

use super::eligibility::Terms;
use crate::codes::reason;
use crate::family::Member;
use doudi_sdk::prelude::*;

/// GB/T 26341.
const VISION: i64 = 1;
const LIMB: i64 = 4;
const INTELLECTUAL: i64 = 5;
const MENTAL: i64 = 6;
/// Code table `study`: 小学, 初中, 高中, 中职. 专科 and above are beyond the article.
const SCHOOL: std::ops::RangeInclusive<i64> = 2..=5;

/// Why a person has no labour capacity, as the figure `ground` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    Old = 1,
    Minor = 2,
    Disabled = 3,
    Province = 4,
    /// Supported as a minor and still at school, or not yet 18.
    Continues = 5,
}

impl Ground {
    /// A minor's ground ends with childhood or school.
    pub const fn is_of_minors(code: i64) -> bool {
        code == Ground::Minor as i64 || code == Ground::Continues as i64
    }
}

/// 43号 第五条(三).
pub const fn is_without_labour(category: i64, grade: i64) -> bool {
    match category {
        INTELLECTUAL | MENTAL => matches!(grade, 1..=3),
        LIMB => matches!(grade, 1 | 2),
        VISION => grade == 1,
        _ => false,
    }
}

/// 43号 第二十四条: to 18, and beyond while in compulsory, general high or secondary vocational school.
pub fn continues(age: i64, study: i64, adult_age: u32) -> bool {
    age < i64::from(adult_age) || SCHOOL.contains(&study)
}

/// Settles the ground and says it; none, with the reason, when there is none. `as_minor`: supported since he was a minor.
pub fn ground(member: &Member, terms: &Terms, as_minor: bool, province: bool, trail: &mut Trail) -> Option<Ground> {
    let Some(age) = member.age(terms.on) else {
        if is_without_labour(member.disability, member.grade) {
            trail.say(reason::LABOUR_DISABLED, [member.disability, member.grade]);
            return Some(Ground::Disabled);
        }
        trail.say(reason::BIRTH_UNKNOWN, []);
        return None;
    };
    if age >= i64::from(terms.rules.old_age) {
        trail.say(reason::LABOUR_OLD, [age]);
        return Some(Ground::Old);
    }
    if age < i64::from(terms.rules.minor_age) {
        trail.say(reason::LABOUR_MINOR, [age]);
        return Some(Ground::Minor);
    }
    if is_without_labour(member.disability, member.grade) {
        trail.say(reason::LABOUR_DISABLED, [member.disability, member.grade]);
        return Some(Ground::Disabled);
    }
    if as_minor && continues(age, member.study, terms.rules.adult_age) {
        trail.say(reason::LABOUR_CONTINUES, [age]);
        return Some(Ground::Continues);
    }
    if province {
        trail.say(reason::LABOUR_PROVINCE, []);
        return Some(Ground::Province);
    }
    trail.say(reason::LABOUR_NONE, [age, member.disability, member.grade]);
    None
}
