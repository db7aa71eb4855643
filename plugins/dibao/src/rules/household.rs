//! Who belongs to the household: 共同生活的家庭成员, not the 户口簿 (民发〔2021〕57号 第七条).

use crate::codes::reason;
use crate::family::{Family, Member};
use doudi_sdk::prelude::*;

/// Whether a member counts, or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    #[default]
    Counted,
    /// 服刑, 强制隔离戒毒, 宣告失踪, 宗教教职脱离家庭三年以上.
    Uncounted,
    Deceased,
    /// A grown child who lives on his own.
    Independent,
    /// Lives elsewhere, or has no legal duty of support.
    NoDuty,
}

/// Relations by GB/T 4761. A son-in-law is 28 and a daughter-in-law 38: not children, but spouses of children.
mod relation {
    pub fn is_head(code: i64) -> bool {
        matches!(code, 1 | 2)
    }

    pub fn is_spouse(code: i64) -> bool {
        matches!(code, 10..=12)
    }

    pub fn is_child(code: i64) -> bool {
        matches!(code, 20..=27 | 30..=37)
    }

    /// Parents, grandparents, grandchildren, siblings, and the spouses of children: a duty of support binds them to somebody in
    /// the household. Other relatives (8x, 9x) and strangers (99) have none.
    pub fn has_duty(code: i64) -> bool {
        matches!(code, 0..=79)
    }
}

/// `study` up to 本科 (7); 研究生 (8) is beyond the article.
const BACHELOR: i64 = 7;

/// 57号 第七条: spouse; minor children; adult children who do not live independently, full-time students up to 本科
/// included; others with a legal duty of support **and** lasting co-residence. Not counted: clergy away for three years or
/// more, prisoners, compulsory detox, those declared missing. Parents are not named: they count only when co-resident.
#[inline]
pub fn standing(member: &Member, on: Date, adult_born_by: Date) -> Standing {
    if member.death.is_some_and(|death| death <= on) {
        return Standing::Deceased;
    }
    if member.uncounted != 0 {
        return Standing::Uncounted;
    }
    if relation::is_head(member.relation) || relation::is_spouse(member.relation) {
        return Standing::Counted;
    }
    if relation::is_child(member.relation) {
        let minor = member.birth.is_some_and(|birth| birth > adult_born_by);
        let student = (1..=BACHELOR).contains(&member.study);
        return if minor || student || member.co_resident { Standing::Counted } else { Standing::Independent };
    }
    if member.co_resident && relation::has_duty(member.relation) { Standing::Counted } else { Standing::NoDuty }
}

/// Settles who counts, writes it into `standings` (one per member) and returns how many do.
pub fn settle(
    family: &Family,
    on: Date,
    adult_born_by: Date,
    without: Option<Id>,
    standings: &mut Vec<Standing>,
    trail: &mut Trail,
) -> i64 {
    standings.clear();
    let mut counted = 0;
    for member in &family.members {
        let standing =
            if without == Some(member.person) { Standing::Deceased } else { standing(member, on, adult_born_by) };
        counted += i64::from(standing == Standing::Counted);
        standings.push(standing);
    }
    trail.say(reason::HOUSEHOLD_SIZE, [counted, family.members.len() as i64]);
    if counted != family.members.len() as i64 {
        for (member, standing) in family.members.iter().zip(standings.iter()) {
            match standing {
                Standing::Counted => {}
                Standing::Uncounted => trail.say(reason::MEMBER_UNCOUNTED, [member.relation, member.uncounted]),
                Standing::Deceased => trail.say(reason::MEMBER_DECEASED, [member.relation]),
                Standing::Independent => trail.say(reason::MEMBER_INDEPENDENT, [member.relation]),
                Standing::NoDuty => trail.say(reason::MEMBER_NO_DUTY, [member.relation]),
            }
        }
    }
    counted
}
