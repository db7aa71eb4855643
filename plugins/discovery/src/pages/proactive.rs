//! 主动发现占比: every case opened in a period, with the clue it came from. What the figure counted, row by row.

use super::{more, period, ratio, window};
use crate::scorecard::new_cases;
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let period = period(context, request);
    let mut cases = new_cases(context, period)?;
    cases.sort_by_key(|(case, clue)| (clue.is_none(), case.opened, case.document));
    let all = cases.len() as i64;
    let found = cases.iter().filter(|(_, clue)| clue.is_some()).count() as i64;
    let mut table = PageTable::new([
        ColumnHead::new("受理"),
        ColumnHead::new("家庭"),
        ColumnHead::new("事项"),
        ColumnHead::new("来自线索"),
        ColumnHead::new("线索来源"),
    ])
    .empty("本期没有新办申请。");
    let (_, shown, next) = window(&cases, request, "proactive");
    for (case, clue) in shown {
        let (badge, source) = match clue {
            Some(clue) => (Cell::badge(Tone::Good, clue.document.key.as_str()), Cell::text(clue.body.source.zh())),
            None => (Cell::badge(Tone::Neutral, "自行申请"), Cell::Empty),
        };
        let cells =
            [Cell::date(case.opened), Cell::household(case.household), Cell::text(case.label.as_str()), badge, source];
        table = match clue {
            Some(clue) => table.linked_row(Link::Document { document: clue.document.id }, cells),
            None => table.linked_row(Link::Household { household: case.household }, cells),
        };
    }
    let page = Page::new(format!("新办申请的来源（{} 至 {}）", period.from, period.to))
        .figures([
            FigureItem::new("新办申请", Cell::number(all)),
            FigureItem::new("来自主动发现", Cell::number(found)),
            FigureItem::new("占比", ratio(found, all)),
        ])
        .table(table);
    Ok(more(page, next))
}
