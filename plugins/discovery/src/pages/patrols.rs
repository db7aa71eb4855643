//! 巡访: who is to be visited and by when, by risk; and the lists behind the coverage figure and the week of the county's calendar.

use super::{date_cell, more, period, ratio, risk, whom, window};
use crate::parameters;
use crate::patrol::{OPEN, PATROL, Patrol};
use crate::rules::patrol::{week_done, week_of};
use crate::rules::words::Risk;
use crate::scorecard::key_households;
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    match request.query("list") {
        Some("coverage") => coverage(request, period(context, request)),
        Some("week") => week(context, request, period(context, request)),
        _ => due(context, request),
    }
}

fn heads() -> [ColumnHead; 7] {
    [
        ColumnHead::new("期限"),
        ColumnHead::new("家庭"),
        ColumnHead::new("村（社区）"),
        ColumnHead::new("风险"),
        ColumnHead::new("列入原因"),
        ColumnHead::new("居住情况"),
        ColumnHead::new("上次走访"),
    ]
}

fn cells(document: &Document, patrol: &Patrol, first: Cell) -> [Cell; 7] {
    [
        first,
        whom(document),
        Cell::division(document.division),
        risk(patrol.risk),
        Cell::text(patrol.reason.zh()),
        Cell::text(patrol.stay.zh()),
        date_cell(patrol.last_visit()),
    ]
}

/// Everybody on a list, most pressing first: overdue, this week, later; within a day the higher risk first.
fn due(context: &Context, request: &PageRequest) -> Result<Page> {
    let wanted = request.query("risk").and_then(Risk::of);
    let mut listed: Vec<(Document, Patrol)> = Vec::new();
    let mut after = Id(0);
    loop {
        let mut query = documents::Query::of(PATROL).states(&OPEN).after(after);
        if let Some(risk) = wanted {
            query = query.index("risk", risk.code());
        }
        let found = documents::find(query)?;
        let full = found.len() == 200;
        after = found.last().map_or(after, |last| last.id);
        for document in found {
            let body: Patrol = document.body()?;
            listed.push((document, body));
        }
        if !full {
            break;
        }
    }
    listed.sort_by_key(|(document, patrol)| (document.due.is_none(), document.due, patrol.risk, document.id));
    let (today, (_, sunday)) = (context.today, week_of(context.today));
    let by =
        |day: Date| listed.iter().filter(|(document, _)| document.due.is_some_and(|due| due <= day)).count() as i64;
    let overdue = by(today.add_days(-1));
    let mut table = PageTable::new(heads()).empty("没有重点家庭。请在“网格”中把需要定期走访的家庭列入名单。");
    let (_, shown, next) = window(&listed, request, "patrols");
    for (document, patrol) in shown {
        let due = document.due.map_or(Cell::Empty, Cell::due);
        table = table.linked_row(Link::Document { document: document.id }, cells(document, patrol, due));
    }
    let intervals = parameters::intervals(today)?;
    let mut levels =
        PageTable::new([ColumnHead::new("风险"), ColumnHead::number("间隔（天）"), ColumnHead::number("户数")]);
    for level in Risk::ALL {
        let count = listed.iter().filter(|(_, patrol)| patrol.risk == *level).count() as i64;
        let row = [risk(*level), Cell::number(i64::from(intervals.of(*level))), Cell::number(count)];
        levels = levels.linked_row(Link::page("patrols").with("risk", level.code()), row);
    }
    let page = Page::new("重点家庭巡访")
        .figures([
            FigureItem::new("重点家庭", Cell::number(listed.len() as i64)),
            FigureItem::new("已超期", Cell::number(overdue)).tone(if overdue > 0 { Tone::Bad } else { Tone::Good }),
            FigureItem::new("本周应走访", Cell::number(by(sunday))),
        ])
        .table(table);
    Ok(more(page, next).heading("按风险等级").table(levels))
}

/// What the coverage figure counted: every key household of the period, visited or not; those not visited first.
fn coverage(request: &PageRequest, period: Period) -> Result<Page> {
    let mut listed = key_households(period)?;
    let visited = |patrol: &Patrol| patrol.visited_between(period.from, period.to);
    listed.sort_by_key(|(document, patrol)| (visited(patrol), document.id));
    let done = listed.iter().filter(|(_, patrol)| visited(patrol)).count() as i64;
    list(request, format!("重点家庭走访覆盖（{} 至 {}）", period.from, period.to), &listed, done, &visited)
}

/// What a week of the calendar counted: the households whose visit fell due by its Sunday.
fn week(context: &Context, request: &PageRequest, period: Period) -> Result<Page> {
    let intervals = parameters::intervals(context.today)?;
    let made =
        |patrol: &Patrol| week_done(patrol.listed, &patrol.visits, patrol.risk, &intervals, (period.from, period.to));
    let mut listed = key_households(period)?;
    listed.retain(|(_, patrol)| made(patrol).is_some());
    listed.sort_by_key(|(document, patrol)| (made(patrol), document.id));
    let visited = |patrol: &Patrol| made(patrol) == Some(true);
    let done = listed.iter().filter(|(_, patrol)| visited(patrol)).count() as i64;
    list(request, format!("一周巡访（{} 至 {}）", period.from, period.to), &listed, done, &visited)
}

fn list(
    request: &PageRequest,
    title: String,
    listed: &[(Document, Patrol)],
    done: i64,
    visited: &dyn Fn(&Patrol) -> bool,
) -> Result<Page> {
    let all = listed.len() as i64;
    let mut table = PageTable::new([ColumnHead::new("走访情况")].into_iter().chain(heads().into_iter().skip(1)))
        .empty("没有重点家庭。");
    let (_, shown, next) = window(listed, request, "patrols");
    for (document, patrol) in shown {
        let first = match visited(patrol) {
            true => Cell::badge(Tone::Good, "已走访"),
            false => Cell::badge(Tone::Bad, "未走访"),
        };
        table = table.linked_row(Link::Document { document: document.id }, cells(document, patrol, first));
    }
    let page = Page::new(title)
        .figures([
            FigureItem::new("应走访", Cell::number(all)),
            FigureItem::new("已走访", Cell::number(done)),
            FigureItem::new("走访率", ratio(done, all)),
        ])
        .table(table);
    Ok(more(page, next))
}
