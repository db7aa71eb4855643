//! 无生活来源, the income side (43号 第六条): the person's **own** monthly income, strictly below the dibao standard. Not counted:
//! the central part of the basic pension, social insurance benefits in kind, 优待抚恤金, 高龄津贴.
//!
//! 高龄津贴 has no kind of its own in the catalogue: it stands under 救助款物, which is aid and is not counted either.

use crate::codes::{Income, reason};
use crate::family::Member;
use doudi_sdk::prelude::*;

/// Counted and excluded fen a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Own {
    pub counted: i64,
    pub excluded: i64,
}

/// What runs on the day. Nothing is averaged: 43号 asks what the person lives on now.
pub fn own(incomes: &[Item<Income>], on: Date) -> Own {
    let mut own = Own::default();
    for item in incomes.iter().filter(|item| item.covers(on)) {
        let fen = item.value.0;
        match item.kind {
            Income::PensionBasicCentral | Income::VeteranAllowance | Income::GovernmentAid | Income::CityExcluded => {
                own.excluded += fen;
            }
            Income::TransferOut => own.counted -= fen,
            _ => own.counted += fen,
        }
    }
    own.counted = own.counted.max(0);
    own
}

/// Compares with S; says so with the facts it used.
pub fn is_below(member: &Member, standard: i64, on: Date, trail: &mut Trail) -> (bool, Own) {
    let own = own(&member.incomes, on);
    if own.excluded > 0 {
        trail.say(reason::INCOME_EXCLUDED, [own.excluded]);
    }
    let below = own.counted < standard;
    if below {
        trail.say(reason::INCOME_BELOW, [own.counted, standard]);
    } else {
        trail.say(reason::INCOME_NOT_BELOW, [own.counted, standard]);
    }
    for item in member.incomes.iter().filter(|item| item.covers(on)) {
        trail.fact(item.fact);
    }
    (below, own)
}
