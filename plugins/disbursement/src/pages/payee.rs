//! The panel on a household's page: what was paid, month by month, and what came of it.

use super::words;
use crate::failure::reason_word;
use doudi_sdk::doc::effect::PaymentState;
use doudi_sdk::doc::page::ColumnHead;
use doudi_sdk::payments::{Line, Query};
use doudi_sdk::prelude::*;

/// Newest lines shown: two years of months with their back-pay.
const SHOWN: usize = 48;

pub fn panel(request: &PageRequest) -> Result<Page> {
    let household = request.about()?;
    let mut lines = payments::all(Query::default().households([household]))?;
    lines.retain(|line| line.state != PaymentState::Dropped);
    lines.sort_by_key(|line| std::cmp::Reverse((line.month, line.id)));
    let credited: Fen = lines.iter().filter(|line| line.state == PaymentState::Credited).map(|line| line.amount).sum();
    let mut table = PageTable::new([
        ColumnHead::new("月份"),
        ColumnHead::new("用途"),
        ColumnHead::new("领款人"),
        ColumnHead::number("金额"),
        ColumnHead::new("状态"),
        ColumnHead::new("日期"),
        ColumnHead::new("说明"),
    ])
    .empty("还没有发放记录。");
    for line in lines.iter().take(SHOWN) {
        table = table.linked_row(
            Link::Document { document: line.document },
            [
                Cell::text(line.month.month_code()),
                Cell::text(words::purpose_word(line.purpose)),
                line.person.map_or(Cell::text("全家"), Cell::person),
                Cell::money(line.amount),
                words::state(line.state),
                line.settled.map_or(Cell::Empty, Cell::date),
                Cell::text(remark(line)),
            ],
        );
    }
    let page = Page::untitled();
    let page = match credited.is_zero() {
        true => page,
        false => page.paragraph(format!("已入账共 {credited} 元。")),
    };
    Ok(page.table(table))
}

fn remark(line: &Line) -> String {
    match (line.state, line.reason) {
        (PaymentState::Returned, Some(reason)) => {
            format!("第 {} 次退回：{}", line.attempt, reason_word(reason.code()))
        }
        _ if line.attempt > 1 => format!("第 {} 次发放", line.attempt),
        _ => line.note.clone(),
    }
}
