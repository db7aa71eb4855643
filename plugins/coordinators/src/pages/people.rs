//! 花名册, 培训 and 离岗交接.

use super::words::{date_cell, officer, post_heads, post_row, post_state};
use super::{Line, date, sheet};
use crate::parameters::Params;
use crate::post::{self, BOUND, Entry};
use crate::scorecard;
use crate::training;
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;

fn line(entry: &Entry) -> Line {
    (Some(Link::Document { document: entry.document.id }), post_row(entry))
}

/// 协理员花名册: all posts, or those of a village; `list=all` with those who have left.
pub fn posts(_: &Context, request: &PageRequest) -> Result<Page> {
    let division = request.query("division").and_then(|division| division.parse::<i64>().ok());
    let everybody = request.query("list") == Some("all");
    let mut found = post::all(if everybody { &[] } else { &BOUND })?;
    found.retain(|entry| division.is_none_or(|division| entry.body.division == division));
    found.sort_by_key(|entry| (entry.body.division, entry.document.id));
    let page = Page::new("协理员花名册").figures([
        FigureItem::new("在岗", Cell::number(in_state(&found, "in-post"))),
        FigureItem::new("待公示和公示中", Cell::number(in_state(&found, "proposed") + in_state(&found, "posting"))),
        FigureItem::new("离岗待交接", Cell::number(in_state(&found, "leaving") + in_state(&found, "handed"))),
    ]);
    let lines = found.iter().map(line).collect();
    let page = sheet(page, request, post_heads(), lines, "还没有协理员岗位。请点“新建协理员岗位”提出人选。");
    let mut other = Link::page("posts").with("list", if everybody { "bound" } else { "all" });
    if let Some(division) = division {
        other = other.with("division", division);
    }
    let label = if everybody { "不含已离岗人员" } else { "含已离岗人员" };
    Ok(page.table(
        PageTable::new(["其他"])
            .linked_row(other, [Cell::text(label)])
            .linked_row(Link::page("load"), [Cell::text("各村（居）服务对象")]),
    ))
}

fn in_state(found: &[Entry], state: &str) -> i64 {
    found.iter().filter(|entry| entry.document.state == state).count() as i64
}

/// 一人多岗.
pub fn several(request: &PageRequest) -> Result<Page> {
    let lines = scorecard::several()?.iter().flatten().map(line).collect();
    let page = Page::new("一人多岗").paragraph("一名人员只能在一个村（居）任职，请核实后办理离岗或者不予聘用。");
    Ok(sheet(page, request, post_heads(), lines, "没有一人多岗的情况。"))
}

/// 培训: those of a year, and how many have yet to come.
pub fn trainings(context: &Context, request: &PageRequest) -> Result<Page> {
    let year = request.query("year").and_then(|year| year.parse().ok()).unwrap_or(context.today.year());
    let mut table = PageTable::new([
        ColumnHead::new("日期"),
        ColumnHead::new("内容"),
        ColumnHead::new("举办单位"),
        ColumnHead::number("学时"),
        ColumnHead::number("人数"),
    ])
    .empty("本年度还没有培训记录。请点“新建业务培训”登记。");
    for (document, body) in training::of_year(year)? {
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                Cell::date(body.on),
                Cell::text(body.topic.as_str()),
                Cell::text(body.organiser.as_str()),
                Cell::number(i64::from(body.hours)),
                Cell::number(body.posts.len() as i64),
            ],
        );
    }
    let day = Date::new(year, 12, 31).unwrap_or(context.today).min(context.today);
    let needed = Params::on(day)?.trainings;
    let trainees = training::trainees(day)?;
    let done = trainees.iter().filter(|trainee| trainee.times >= needed).count() as i64;
    let left = trainees.len() as i64 - done;
    let page = Page::new(format!("{year}年协理员业务培训")).figures([
        FigureItem::new("在岗", Cell::number(trainees.len() as i64)),
        FigureItem::new("已培训", Cell::number(done)),
        FigureItem::new("未培训", Cell::number(left)).tone(if left > 0 { Tone::Soon } else { Tone::Good }),
    ]);
    let others = PageTable::new(["其他"])
        .linked_row(Link::page("trainees").with("on", day), [Cell::text("培训情况逐人列表")])
        .linked_row(Link::page("trainings").with("year", year - 1), [Cell::text(format!("{}年", year - 1))]);
    Ok(page.table(table).table(others))
}

/// Who has yet to be trained comes first.
pub fn trainees(context: &Context, request: &PageRequest) -> Result<Page> {
    let day = date(request, "on").unwrap_or(context.today);
    let needed = Params::on(day)?.trainings;
    let mut found = training::trainees(day)?;
    found.sort_by_key(|trainee| (trainee.times >= needed, trainee.entry.body.division));
    let lines = found
        .iter()
        .map(|trainee| {
            let body = &trainee.entry.body;
            let state = match trainee.times >= needed {
                true => Cell::badge(Tone::Good, "已培训"),
                false => Cell::badge(Tone::Soon, "未培训"),
            };
            let cells = vec![
                Cell::division(body.division),
                Cell::text(trainee.entry.document.key.as_str()),
                officer(body.officer),
                Cell::number(i64::from(trainee.times)),
                date_cell(trainee.last),
                state,
            ];
            (Some(Link::Document { document: trainee.entry.document.id }), cells)
        })
        .collect();
    let heads =
        ["村（居）或镇（街）", "岗位编号", "人员", "本年次数", "最近一次", "情况"].map(ColumnHead::new).to_vec();
    let page = Page::new(format!("{}年培训情况", day.year()))
        .paragraph(format!("{}在岗的协理员，每人每年应培训不少于 {needed} 次。", day.chinese()));
    Ok(sheet(page, request, heads, lines, "没有在岗协理员。"))
}

/// 离岗交接: what is to be handed over, and what was.
pub fn handovers(_: &Context, request: &PageRequest) -> Result<Page> {
    let mut found = post::all(&["leaving", "handed", "left"])?;
    found.sort_by_key(|entry| (entry.document.state == "left", entry.document.due, entry.document.id));
    let lines = found
        .iter()
        .map(|entry| {
            let body = &entry.body;
            let handover = body.handover.as_ref();
            let account = match body.account_closed {
                true => Cell::badge(Tone::Good, "已停用"),
                false => Cell::badge(Tone::Soon, "未停用"),
            };
            let cells = vec![
                Cell::division(body.division),
                officer(body.officer),
                date_cell(body.last),
                entry.document.due.map_or(Cell::Empty, Cell::due),
                handover.map_or(Cell::Empty, |handover| officer(handover.to)),
                handover.map_or(Cell::Empty, |handover| Cell::number(i64::from(handover.open))),
                account,
                post_state(&entry.document.state),
            ];
            (Some(Link::Document { document: entry.document.id }), cells)
        })
        .collect();
    let heads = ["村（居）或镇（街）", "离岗人员", "最后在岗", "交接期限", "接手人员", "未办结", "系统账号", "情况"]
        .map(ColumnHead::new)
        .to_vec();
    Ok(sheet(Page::new("离岗交接"), request, heads, lines, "没有离岗人员。"))
}
