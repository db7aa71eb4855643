//! The panels of orders, groups, meetings (会议纪要) and proposals.

use super::{date_cell, town_cell};
use crate::draw::outcome_word;
use crate::group::Group;
use crate::meeting::{Item, Meeting};
use crate::order::Order;
use crate::proposal::Proposal;
use crate::rules::authority::holds;
use doudi_sdk::doc::page::{ColumnHead, FigureItem, Row};
use doudi_sdk::prelude::*;

pub fn order(context: &Context, request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Order = document.body()?;
    let mut rows = vec![
        Row::new("文号", Cell::text(body.number.as_str())),
        Row::new("发文单位", Cell::text(body.issuer.as_str())),
        Row::new("发文日期", date_cell(body.issued)),
        Row::new("镇（街）", town_cell(body.town)),
        Row::new("下放的救助", Cell::text(body.schemes_word())),
        Row::new("起", Cell::date(body.from)),
        Row::new("止", date_cell(body.to)).note("含当日"),
    ];
    for pause in &body.pauses {
        let until = pause.to.map_or("尚未恢复".to_owned(), |to| format!("{to} 恢复"));
        rows.push(Row::new("暂停", Cell::date(pause.from)).note(format!("{until}：{}", pause.reason)));
    }
    if let Some(withdrawn) = body.withdrawn {
        rows.push(Row::new("收回", Cell::date(withdrawn)).note(body.reason.as_str()));
    }
    let town = document.state != "draft" && document.state != "dropped" && holds(&body, context.today);
    let page = Page::untitled().facts(rows);
    Ok(if town {
        page.note(Tone::Good, "今天受理的申请由镇（街）审核确认。")
    } else {
        page.note(Tone::Neutral, "今天受理的申请由县级审核确认。")
    }
    .paragraph("由谁审核确认，以受理之日为准。文件变动不影响已经受理的办件。"))
}

pub fn group(context: &Context, request: &PageRequest) -> Result<Page> {
    let body: Group = request.document()?.body()?;
    let mut table = PageTable::new([
        ColumnHead::number("席位"),
        ColumnHead::new("组内职务"),
        ColumnHead::new("部门"),
        ColumnHead::new("职务"),
        ColumnHead::new("起"),
        ColumnHead::new("止"),
        ColumnHead::new("状态"),
    ]);
    for member in &body.members {
        let state = match member.serves_on(context.today) {
            true => Cell::badge(Tone::Good, "在任"),
            false => Cell::badge(Tone::Neutral, "不在任"),
        };
        table = table.row([
            Cell::number(member.seat),
            Cell::text(member.role_word()),
            Cell::text(member.department_word()),
            Cell::text(member.office.as_str()),
            Cell::date(member.from),
            date_cell(member.to),
            state,
        ]);
    }
    Ok(Page::untitled().table(table))
}

pub fn meeting(request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Meeting = document.body()?;
    let absent = body.members.iter().filter(|member| !body.present.contains(&member.seat)).count();
    let mut page = Page::untitled()
        .figures([
            FigureItem::new("成员", Cell::number(body.members.len() as i64)),
            FigureItem::new("到会", Cell::number(body.present.len() as i64)),
            FigureItem::new("办件", Cell::number(body.items.len() as i64)),
        ])
        .facts([
            Row::new("镇（街）", town_cell(body.town)),
            Row::new("日期", Cell::date(body.on)),
            Row::new("地点", Cell::text(body.place.as_str())),
            Row::new("签发", date_cell(body.signed)),
        ]);
    if document.state == "convened" {
        if body.present.is_empty() {
            page = page.missing("登记到会人员");
        }
        let open = body.items.iter().filter(|item| item.vote.is_none()).count();
        if open > 0 {
            page = page.missing(format!("还有 {open} 件没有表决"));
        }
    }
    let mut here = PageTable::new(["成员", "到会"]);
    for member in &body.members {
        let state = match body.present.contains(&member.seat) {
            true => Cell::badge(Tone::Good, "到会"),
            false => Cell::badge(Tone::Neutral, "缺席"),
        };
        here = here.row([Cell::text(member.label()), state]);
    }
    page = page.heading("办件和表决").table(items(&body)).heading("成员").table(here);
    if absent > 0 && !body.present.is_empty() {
        page = page.paragraph(format!("缺席 {absent} 人。"));
    }
    Ok(match body.minutes.is_empty() {
        true => page,
        false => page.heading("会议纪要").paragraph(body.minutes.as_str()),
    })
}

fn items(body: &Meeting) -> PageTable {
    let mut table = PageTable::new([
        ColumnHead::new("家庭"),
        ColumnHead::new("救助"),
        ColumnHead::new("拟作决定"),
        ColumnHead::number("同意"),
        ColumnHead::number("反对"),
        ColumnHead::number("弃权"),
        ColumnHead::number("回避"),
        ColumnHead::new("结果"),
        ColumnHead::new("说明"),
    ])
    .empty("还没有列入办件。");
    for item in &body.items {
        table = table.row(item_row(item));
    }
    table
}

fn item_row(item: &Item) -> [Cell; 9] {
    let household = Cell::household(item.household);
    let label = Cell::text(item.label.as_str());
    let Some(vote) = &item.vote else {
        let state = Cell::badge(Tone::Soon, "待表决");
        let relative = if item.relative { Cell::text("近亲属备案家庭") } else { Cell::Empty };
        return [household, label, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, state, relative];
    };
    let tally = vote.tally();
    let result = match vote.passed {
        true => Cell::badge(Tone::Good, "通过"),
        false => Cell::badge(Tone::Bad, "未通过"),
    };
    let words: Vec<&str> =
        [vote.grounds.as_str(), vote.remark.as_str()].into_iter().filter(|words| !words.is_empty()).collect();
    [
        household,
        label,
        Cell::text(outcome_word(&vote.proposal)),
        super::count_cell(tally.approve),
        super::count_cell(tally.against),
        super::count_cell(tally.abstain),
        super::count_cell(tally.recused),
        result,
        Cell::text(words.join("；")),
    ]
}

pub fn proposal(request: &PageRequest) -> Result<Page> {
    let body: Proposal = request.document()?.body()?;
    let page = Page::untitled()
        .facts([
            Row::new("镇（街）", town_cell(body.town)),
            Row::new("近一年有结论的核查", super::count_cell(body.concluded)),
            Row::new("实体错误", super::count_cell(body.substance)),
            Row::new("错误率", Cell::ratio(body.rate)),
            Row::new("本县规定的上限", Cell::ratio(body.limit)),
        ])
        .note(Tone::Neutral, "是否暂停由县级审核确认人决定，系统不会自动暂停。已经受理的办件不受影响。");
    Ok(match body.settled.is_empty() {
        true => page,
        false => page.facts([Row::new("处理意见", Cell::text(body.settled.as_str()))]),
    })
}
