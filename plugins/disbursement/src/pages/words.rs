//! The words of codes, each as a badge with its meaning.

use doudi_sdk::doc::effect::{PaymentFlag, PaymentPurpose, PaymentState};
use doudi_sdk::prelude::*;

pub fn state_word(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Drawn => "待发放",
        PaymentState::Held => "暂缓",
        PaymentState::Dropped => "剔除",
        PaymentState::Sealed => "已报送",
        PaymentState::Credited => "已入账",
        PaymentState::Returned => "已退回",
    }
}

pub fn state(state: PaymentState) -> Cell {
    let tone = match state {
        PaymentState::Credited => Tone::Good,
        PaymentState::Returned => Tone::Bad,
        PaymentState::Held => Tone::Soon,
        PaymentState::Drawn | PaymentState::Sealed => Tone::Progress,
        PaymentState::Dropped => Tone::Neutral,
    };
    Cell::badge(tone, state_word(state))
}

pub fn purpose_word(purpose: PaymentPurpose) -> &'static str {
    match purpose {
        PaymentPurpose::Regular => "当月",
        PaymentPurpose::BackPay => "补发",
        PaymentPurpose::Recovery => "扣回",
    }
}

pub fn flag_word(flag: PaymentFlag) -> &'static str {
    match flag {
        PaymentFlag::New => "新增",
        PaymentFlag::Same => "续发",
        PaymentFlag::Changed => "变更",
    }
}

/// The state of a roster, as its workflow words it.
pub fn roster_state(state: &str) -> Cell {
    let (tone, word) = match state {
        "drawing" => (Tone::Progress, "生成中"),
        "checking" => (Tone::Progress, "待校验"),
        "reviewing" => (Tone::Progress, "待复核"),
        "sending" => (Tone::Progress, "待报送"),
        "auditing" => (Tone::Progress, "财政审核"),
        "allocating" => (Tone::Progress, "待拨付"),
        "crediting" => (Tone::Progress, "待入账"),
        "posting" => (Tone::Progress, "公示中"),
        "reconciled" => (Tone::Good, "已对账"),
        "archived" => (Tone::Good, "已归档"),
        _ => (Tone::Neutral, "未建立"),
    };
    Cell::badge(tone, word)
}
