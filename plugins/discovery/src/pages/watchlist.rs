//! 监测户排查: the watch list of the month with those covered and those in hand, and every household that is neither.

use super::{date_cell, more, period, ratio, whom, window};
use crate::review::Review;
use crate::rules::words::Wish;
use crate::scorecard::{reviews, reviews_due};
use crate::watchlist::sweep;
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let period = period(context, request);
    let mut listed = match request.query("list") {
        Some("due") => reviews_due(context, period)?,
        _ => reviews(context, period)?,
    };
    listed.sort_by_key(|(document, review)| (review.visited.is_some(), review.by, document.id));
    let mut page = Page::new("未纳入保障的监测户排查");
    if let Some((_, sweep)) = sweep(period.to)? {
        page = page.figures([
            FigureItem::new("监测户", Cell::number(sweep.tally.watched)),
            FigureItem::new("已纳入保障", Cell::number(sweep.tally.covered)),
            FigureItem::new("正在办理", Cell::number(sweep.tally.open)),
            FigureItem::new("未纳入", Cell::number(sweep.tally.uncovered)),
        ]);
        if !sweep.done {
            page = page.note(Tone::Progress, "本月比对正在进行，数字还会增加。");
        }
    } else {
        page = page.note(Tone::Neutral, format!("{}还没有比对。每月 1 日由系统自动比对。", period.to.chinese_month()));
    }
    let all = listed.len() as i64;
    let visited = listed.iter().filter(|(_, review)| review.visited.is_some()).count() as i64;
    let applying = listed.iter().filter(|(_, review)| review.wish == Some(Wish::Apply)).count() as i64;
    page = page.figures([
        FigureItem::new("应排查", Cell::number(all)),
        FigureItem::new("已走访", Cell::number(visited)),
        FigureItem::new("排查率", ratio(visited, all)),
        FigureItem::new("申请率", ratio(applying, visited)),
    ]);
    let (_, shown, next) = window(&listed, request, "watch-list");
    page = more(page.table(table(shown)), next);
    let mut others = PageTable::new(["其他月份"]);
    for month in [period.from.add_months(-1), period.from.add_months(1)] {
        let link = Link::page("watch-list").with("from", month.first_of_month()).with("to", month.last_of_month());
        others = others.linked_row(link, [Cell::text(month.chinese_month())]);
    }
    Ok(page.table(others))
}

fn table(shown: &[(Document, Review)]) -> PageTable {
    let mut table = PageTable::new([
        ColumnHead::new("期限"),
        ColumnHead::new("家庭"),
        ColumnHead::new("村（社区）"),
        ColumnHead::new("监测类别"),
        ColumnHead::new("走访"),
        ColumnHead::new("意愿"),
    ])
    .empty("没有未纳入保障的监测户。");
    for (document, review) in shown {
        let due = match review.visited {
            Some(_) => Cell::date(review.by),
            None => Cell::due(review.by),
        };
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                due,
                whom(document),
                Cell::division(document.division),
                Cell::code("monitoring", review.monitoring),
                date_cell(review.visited),
                review.wish.map_or(Cell::Empty, |wish| Cell::text(wish.zh())),
            ],
        );
    }
    table
}
