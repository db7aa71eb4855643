//! 新增, 续发, 变更, 停发: this month's regular line beside last month's, with what moved.

use doudi_sdk::prelude::*;

/// What a regular line pays and why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paid {
    pub amount: Fen,
    pub base: Fen,
    /// 分类施保 within the amount.
    pub supplement: Fen,
    pub covered: i64,
    pub decision: Id,
}

/// How a payee stands to last month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    New,
    Same,
    Changed,
    Stopped,
}

impl Flag {
    pub const ALL: [Flag; 4] = [Flag::New, Flag::Same, Flag::Changed, Flag::Stopped];

    /// As payment lines carry it.
    pub fn code(self) -> &'static str {
        match self {
            Flag::New => "new",
            Flag::Same => "same",
            Flag::Changed => "changed",
            Flag::Stopped => "stopped",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Flag::New => "新增",
            Flag::Same => "续发",
            Flag::Changed => "变更",
            Flag::Stopped => "停发",
        }
    }

    pub fn of_code(code: &str) -> Option<Flag> {
        Flag::ALL.into_iter().find(|flag| flag.code() == code)
    }
}

/// The flag of a payee by last month's and this month's line; `None` when there is neither.
pub fn flag(before: Option<&Paid>, now: Option<&Paid>) -> Option<Flag> {
    Some(match (before, now) {
        (None, None) => return None,
        (None, Some(_)) => Flag::New,
        (Some(_), None) => Flag::Stopped,
        (Some(before), Some(now)) if before.amount == now.amount => Flag::Same,
        (Some(_), Some(_)) => Flag::Changed,
    })
}

/// What moved, in words.
pub fn reason(before: Option<&Paid>, now: Option<&Paid>) -> String {
    match (before, now) {
        (None, None) => String::new(),
        (None, Some(now)) => format!("首次列入或恢复发放，保障 {} 人", now.covered),
        (Some(before), None) => format!("上月 {} 元，本月起不再发放", before.amount),
        (Some(before), Some(now)) => {
            let mut parts = Vec::new();
            if before.covered != now.covered {
                parts.push(format!("保障人口 {} 人改为 {} 人", before.covered, now.covered));
            }
            if before.base != now.base {
                parts.push(format!("保障金 {} 元改为 {} 元", before.base, now.base));
            }
            if before.supplement != now.supplement {
                parts.push(format!("分类施保金 {} 元改为 {} 元", before.supplement, now.supplement));
            }
            if parts.is_empty() {
                parts.push(match before.decision == now.decision {
                    true => "没有变化".to_owned(),
                    false => "有新的决定，金额不变".to_owned(),
                });
            }
            parts.join("，")
        }
    }
}
