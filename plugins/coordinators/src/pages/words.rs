//! Words and cells several pages share.

use crate::cases::Case;
use crate::post::{Entry, Post};
use doudi_sdk::doc::page::ColumnHead;
use doudi_sdk::prelude::*;

pub fn post_state(state: &str) -> Cell {
    match state {
        "proposed" => Cell::badge(Tone::Progress, "待公示"),
        "posting" => Cell::badge(Tone::Progress, "公示中"),
        "in-post" => Cell::badge(Tone::Good, "在岗"),
        "leaving" => Cell::badge(Tone::Soon, "待交接"),
        "handed" => Cell::badge(Tone::Soon, "待注销"),
        "left" => Cell::badge(Tone::Neutral, "已离岗"),
        _ => Cell::badge(Tone::Neutral, "不予聘用"),
    }
}

pub fn time_word(body: &Post) -> &'static str {
    if body.part_time { "兼职" } else { "专职" }
}

/// A measure knows no names: an officer is told by the number of the account.
pub fn officer(user: Id) -> Cell {
    Cell::text(format!("账号 {}", user.0))
}

pub fn date_cell(date: Option<Date>) -> Cell {
    date.map_or(Cell::Empty, Cell::date)
}

pub fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::text(text) }
}

/// What a village is to have and has.
pub fn gap(required: u32, actual: u32) -> Cell {
    match (required, required.saturating_sub(actual)) {
        (0, _) if actual == 0 => Cell::badge(Tone::Soon, "至少兼职一名"),
        (0, _) => Cell::badge(Tone::Good, "已有人"),
        (_, 0) => Cell::badge(Tone::Good, "已配齐"),
        (_, missing) => Cell::badge(Tone::Bad, format!("缺 {missing} 名")),
    }
}

pub fn post_heads() -> Vec<ColumnHead> {
    ["村（居）或镇（街）", "岗位编号", "人员", "任职", "来源", "上岗", "合同到期", "情况"].map(ColumnHead::new).to_vec()
}

pub fn post_row(entry: &Entry) -> Vec<Cell> {
    let body = &entry.body;
    vec![
        Cell::division(body.division),
        Cell::text(entry.document.key.as_str()),
        officer(body.officer),
        Cell::text(time_word(body)),
        Cell::text(body.source.label()),
        date_cell(body.from),
        body.contract_until.map_or(Cell::Empty, Cell::due),
        post_state(&entry.document.state),
    ]
}

/// Open cases of a village, as other measures tell them.
pub fn cases_table(cases: &[Case]) -> PageTable {
    let mut table = PageTable::new(["事项", "家庭", "建立日期"]).empty("其他措施没有未办结的办件。");
    for case in cases {
        table = table.linked_row(
            Link::Household { household: case.household },
            [Cell::text(case.label.as_str()), Cell::household(case.household), Cell::date(case.opened)],
        );
    }
    table
}
