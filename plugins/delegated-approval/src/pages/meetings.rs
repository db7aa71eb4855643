//! 联审联批会议: each town's meetings of a month, due and held. With a span of days, every month of it.

use super::{date_cell, month_asked, town_cell};
use crate::answers::duties::{Meetings, NOTICE, meetings};
use crate::group::GROUP;
use crate::meeting::{Meeting, of_month};
use crate::order;
use doudi_sdk::doc::page::ColumnHead;
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let orders = order::governing()?;
    if let (Some(begins), Some(ends)) = (request.query("begins"), request.query("ends")) {
        let (begins, ends): (Date, Date) = (begins.parse()?, ends.parse()?);
        let mut page = Page::new("联审联批会议");
        let mut month = begins.first_of_month();
        while month <= ends {
            let due = meetings(month, &orders)?;
            page = page.heading(month.chinese_month()).table(towns(&due, month, context.today)?);
            month = month.add_months(1);
        }
        return Ok(page);
    }
    let month = month_asked(context, request);
    let due = meetings(month, &orders)?;
    let page = Page::new(format!("{}联审联批会议", month.chinese_month()))
        .paragraph(format!("已下放的镇（街）原则上每月至少召开一次（依据：{NOTICE}）。"))
        .table(towns(&due, month, context.today)?)
        .heading("会议")
        .table(list(&of_month(&month.month_code(), &["convened", "minuted", "signed", "cancelled"])?));
    let groups = documents::find(documents::Query::of(GROUP).state("standing"))?;
    let mut table = PageTable::new(["联审联批组"]).empty("还没有建立联审联批组。");
    for document in &groups {
        table = table.linked_row(Link::Document { document: document.id }, [Cell::division(document.division)]);
    }
    let to = |month: Date| Link::page("meetings").with("month", month.month_code());
    let others = PageTable::new(["其他月份"])
        .linked_row(to(month.add_months(-1)), [Cell::text(month.add_months(-1).chinese_month())])
        .linked_row(to(month.add_months(1)), [Cell::text(month.add_months(1).chinese_month())]);
    Ok(page.table(table).table(others))
}

fn towns(due: &Meetings, month: Date, today: Date) -> Result<PageTable> {
    let mut held: BTreeMap<i64, Vec<(Document, Meeting)>> = BTreeMap::new();
    for (document, meeting) in of_month(&month.month_code(), &["minuted", "signed"])? {
        held.entry(meeting.town).or_default().push((document, meeting));
    }
    let mut table = PageTable::new([
        ColumnHead::new("镇（街）"),
        ColumnHead::new("本月"),
        ColumnHead::number("会议"),
        ColumnHead::number("办件"),
        ColumnHead::new("最近一次"),
    ])
    .empty("本月没有下放的镇（街），不需要召开。");
    for town in &due.due {
        let own = held.get(town).map_or(&[][..], Vec::as_slice);
        let state = match own.is_empty() {
            false => Cell::badge(Tone::Good, "已召开"),
            true if today > month.last_of_month() => Cell::badge(Tone::Bad, "没有召开"),
            true => Cell::badge(Tone::Soon, "待召开"),
        };
        table = table.row([
            town_cell(*town),
            state,
            Cell::number(own.len() as i64),
            Cell::number(own.iter().map(|(_, meeting)| meeting.items.len() as i64).sum::<i64>()),
            date_cell(own.iter().map(|(_, meeting)| meeting.on).max()),
        ]);
    }
    Ok(table)
}

fn list(meetings: &[(Document, Meeting)]) -> PageTable {
    let mut table = PageTable::new([
        ColumnHead::new("日期"),
        ColumnHead::new("镇（街）"),
        ColumnHead::number("到会"),
        ColumnHead::number("成员"),
        ColumnHead::number("办件"),
        ColumnHead::new("环节"),
    ])
    .empty("本月还没有会议。镇（街）请新建联审联批会议。");
    for (document, meeting) in meetings {
        let state = match document.state.as_str() {
            "minuted" => Cell::badge(Tone::Progress, "待签发纪要"),
            "signed" => Cell::badge(Tone::Good, "纪要已签发"),
            "cancelled" => Cell::badge(Tone::Neutral, "已取消"),
            _ => Cell::badge(Tone::Progress, "筹备和表决"),
        };
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                Cell::date(meeting.on),
                town_cell(meeting.town),
                Cell::number(meeting.present.len() as i64),
                Cell::number(meeting.members.len() as i64),
                Cell::number(meeting.items.len() as i64),
                state,
            ],
        );
    }
    table
}
