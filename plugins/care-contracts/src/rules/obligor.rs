//! 义务人有无履行义务能力 (43号 第八条). An obligor not named by one of its six numbers is able, whatever he says.
//!
//! The disability predicate here is the third of three: grade 1–2 of any category, or grade 3 of 智力 or 精神 — **and** own
//! income below the area's disposable income, **and** assets within the limits of low-income families.

use super::eligibility::Terms;
use super::{assets, income};
use crate::codes::reason;
use crate::family::Member;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// GB/T 26341.
const INTELLECTUAL: i64 = 5;
const MENTAL: i64 = 6;
/// Code table `uncounted-reason`.
const IN_PRISON: i64 = 1;
const MISSING: i64 = 3;

/// 第八条(五)(六), and death, which ends the duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    #[default]
    None,
    /// 无民事行为能力.
    Incapable,
    Missing,
    Prison,
    /// Another case of a rule of the province.
    Province,
    Dead,
}

/// One obligor, as recorded with an application or read from the family's file. No name: relation and birth tell who it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Obligor {
    /// GB/T 4761, to the applicant where it was recorded, to the head where it was read.
    pub relation: i64,
    /// The member of the file it is, if he is on it.
    pub member: Option<Id>,
    pub birth: Option<Date>,
    /// Own income, fen a month.
    pub income: i64,
    /// Within the limits of low-income families.
    pub assets_within: bool,
    pub tekun: bool,
    pub dibao: bool,
    pub disability: i64,
    pub grade: i64,
    pub standing: Standing,
    /// Signed the authority for the finance check (第十条).
    pub signed: bool,
    pub note: String,
}

impl Default for Obligor {
    fn default() -> Obligor {
        Obligor {
            relation: 0,
            member: None,
            birth: None,
            income: 0,
            assets_within: false,
            tekun: false,
            dibao: false,
            disability: 0,
            grade: 0,
            standing: Standing::None,
            signed: false,
            note: String::new(),
        }
    }
}

impl Obligor {
    /// An obligor the family's file knows. `tekun`: he qualifies himself.
    pub fn on_file(member: &Member, terms: &Terms, tekun: bool) -> Obligor {
        let standing = match member.uncounted {
            _ if member.has_died(terms.on) => Standing::Dead,
            IN_PRISON => Standing::Prison,
            MISSING => Standing::Missing,
            _ => Standing::None,
        };
        Obligor {
            relation: member.relation,
            member: Some(member.person),
            birth: member.birth,
            income: income::own(&member.incomes, terms.on).counted,
            assets_within: assets::is_low(&member.assets, &terms.params, terms.on),
            tekun,
            disability: member.disability,
            grade: member.grade,
            standing,
            ..Obligor::default()
        }
    }

    fn age(&self, on: Date) -> i64 {
        self.birth.map_or(0, |birth| i64::from(birth.age_on(on)))
    }
}

/// 43号 第八条(四): 重度 (grade 1–2), or grade 3 of 智力/精神.
pub const fn is_severe(category: i64, grade: i64) -> bool {
    category != 0 && (matches!(grade, 1 | 2) || (grade == 3 && matches!(category, INTELLECTUAL | MENTAL)))
}

/// Whether an obligor is able, with the number of the article that says he is not.
pub fn is_able(obligor: &Obligor, terms: &Terms, trail: &mut Trail) -> bool {
    let Obligor { relation, income, .. } = *obligor;
    let (rules, params) = (&terms.rules, &terms.params);
    let age = obligor.age(terms.on);
    if obligor.tekun {
        trail.say(reason::OBLIGOR_TEKUN, [relation]);
        return false;
    }
    if obligor.dibao && age >= i64::from(rules.obligor_dibao_age) {
        trail.say(reason::OBLIGOR_DIBAO, [relation, age]);
        return false;
    }
    if obligor.standing == Standing::Province {
        trail.say(reason::OBLIGOR_PROVINCE, [relation]);
        return false;
    }
    let yearly = income * 12;
    let low_income = yearly < params.disposable;
    let (old, severe) = (age >= i64::from(rules.obligor_old_age), is_severe(obligor.disability, obligor.grade));
    if old && low_income && obligor.assets_within {
        trail.say(reason::OBLIGOR_OLD, [relation, age, yearly, params.disposable]);
        return false;
    }
    if severe && low_income && obligor.assets_within {
        trail.say(reason::OBLIGOR_DISABLED, [relation, obligor.disability, obligor.grade, yearly, params.disposable]);
        return false;
    }
    let (gone, said) = match obligor.standing {
        Standing::Incapable => (true, reason::OBLIGOR_INCAPABLE),
        Standing::Missing => (true, reason::OBLIGOR_MISSING),
        Standing::Prison => (true, reason::OBLIGOR_PRISON),
        _ => (false, reason::OBLIGOR_ABLE),
    };
    if gone && obligor.assets_within {
        trail.say(said, [relation]);
        return false;
    }
    // Able; what was nearly an exemption is said, so that nobody has to guess.
    if (old || severe) && !low_income {
        trail.say(reason::OBLIGOR_INCOME_OVER, [relation, yearly, params.disposable]);
    }
    if (old || severe || gone) && !obligor.assets_within {
        trail.say(reason::OBLIGOR_ASSETS_OVER, [relation]);
    }
    if obligor.disability != 0 && !severe {
        trail.say(reason::OBLIGOR_DISABILITY_SHORT, [relation, obligor.disability, obligor.grade]);
    }
    trail.say(reason::OBLIGOR_ABLE, [relation]);
    true
}
