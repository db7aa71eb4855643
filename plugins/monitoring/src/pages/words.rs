//! The words of codes, each as a badge with its meaning.

use crate::rules::matrix::Level;
use doudi_sdk::prelude::*;

pub fn level(level: Level) -> Cell {
    let tone = if level == Level::Red { Tone::Bad } else { Tone::Soon };
    Cell::badge(tone, level.label())
}

pub fn alert_state_word(state: &str) -> &'static str {
    match state {
        "raised" => "待派单",
        "dispatched" => "待入户核实",
        "visited" => "待认定",
        "proven" => "待处置",
        "council" => "一事一议",
        "handling" => "处置中",
        "feedback" => "待反馈",
        "closed" => "已办结",
        "withdrawn" => "已撤回",
        _ => "未建立",
    }
}

pub fn alert_state(state: &str) -> Cell {
    let tone = match state {
        "closed" => Tone::Good,
        "withdrawn" => Tone::Neutral,
        "raised" | "dispatched" => Tone::Soon,
        _ => Tone::Progress,
    };
    Cell::badge(tone, alert_state_word(state))
}

pub fn batch_state(state: &str) -> Cell {
    let (tone, word) = match state {
        "open" => (Tone::Soon, "待导入"),
        "loading" => (Tone::Progress, "导入中"),
        "loaded" => (Tone::Progress, "已导入"),
        "closed" => (Tone::Good, "已办结"),
        "stale" => (Tone::Bad, "旧文件"),
        "void" => (Tone::Neutral, "已作废"),
        _ => (Tone::Neutral, "未建立"),
    };
    Cell::badge(tone, word)
}

pub fn referral_state(state: &str) -> Cell {
    let (tone, word) = match state {
        "sent" => (Tone::Soon, "待答复"),
        "answered" => (Tone::Progress, "待确认"),
        "done" => (Tone::Good, "已办结"),
        _ => (Tone::Neutral, "未建立"),
    };
    Cell::badge(tone, word)
}

/// 属实, 不属实 or not known yet.
pub fn truth(truth: Option<bool>) -> Cell {
    match truth {
        Some(true) => Cell::badge(Tone::Bad, "属实"),
        Some(false) => Cell::badge(Tone::Good, "误报"),
        None => Cell::Empty,
    }
}

pub fn household(document: &Document) -> Cell {
    document.household.map_or(Cell::Empty, Cell::household)
}

pub fn person(document: &Document) -> Cell {
    document.person.map_or(Cell::Empty, Cell::person)
}

pub fn due(document: &Document) -> Cell {
    document.due.map_or(Cell::Empty, Cell::due)
}
