//! The panels of documents.

use super::words::{cases_table, date_cell, officer, text_cell, time_word};
use crate::actions::post::appraisal_word;
use crate::cases;
use crate::population::Population;
use crate::post::{Post, Source, relation_word};
use crate::quota::Quota;
use crate::recusal::Recusal;
use crate::training::Training;
use doudi_sdk::doc::page::{ColumnHead, Row};
use doudi_sdk::prelude::*;

/// Only the own town and the county see whose households a coordinator has declared.
const SEES_RELATIVES: [&str; 4] = ["town-caseworker", "town-reviewer", "county-officer", "county-approver"];

pub fn post(context: &Context, request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Post = document.body()?;
    let mut page = Page::untitled();
    match document.state.as_str() {
        "leaving" if body.handover.is_none() => page = page.missing("离岗交接记录"),
        "handed" => page = page.missing("停用系统账号"),
        "posting" if body.kin_of_cadre => page = page.missing("选聘村（居）干部近亲属的理由和监督措施"),
        _ => {}
    }
    let mut rows = vec![
        Row::new("村（居）或镇（街）", Cell::division(body.division)),
        Row::new("人员", officer(body.officer)),
        Row::new("任职", Cell::text(format!("{}，{}", time_word(&body), body.source.label()))),
        Row::new("补贴（每月）", Cell::money(body.allowance)),
        Row::new("资格条件", text_cell(&body.qualification)),
        Row::new("上岗日期", date_cell(body.from)),
        Row::new("合同到期", body.contract_until.map_or(Cell::Empty, Cell::due)),
    ];
    if let Some(posted) = &body.posted {
        rows.push(Row::new("选聘公示", Cell::date(posted.from)).note(posted.place.as_str()));
    }
    if body.kin_of_cadre {
        rows.push(Row::new("村（居）干部近亲属", Cell::badge(Tone::Soon, "是")).note(body.kin_reason.as_str()));
    }
    if let Some(last) = body.last {
        rows.push(Row::new("最后在岗", Cell::date(last)).note(body.leaving.as_str()));
    }
    page = page.facts(rows);
    if body.source == Source::Cadre && body.allowance > 0 {
        page = page.note(Tone::Soon, "村（居）干部兼任并领取补贴，请核对是否重复领取报酬。");
    }
    if SEES_RELATIVES.contains(&context.actor.role.as_str()) || context.actor.user == body.officer {
        page = relatives(page, &body);
    }
    page = appraisals(page, &body);
    Ok(match (document.state.as_str(), &body.handover) {
        ("leaving", _) => {
            page.heading("本村（居）未办结事项").table(cases_table(&cases::of_village(body.division, context.today)?))
        }
        (_, Some(handover)) => page.heading("离岗交接").facts([
            Row::new("接手人员", officer(handover.to)).note(handover.on.to_string()),
            Row::new("交接时未办结", Cell::number(i64::from(handover.open))),
            Row::new("交接事项", Cell::text(handover.matters.as_str())),
            Row::new("系统账号", Cell::text(if body.account_closed { "已停用" } else { "未停用" })),
        ]),
        _ => page,
    })
}

fn relatives(page: Page, body: &Post) -> Page {
    let mut table = PageTable::new(["家庭", "关系", "申报日期"])
        .empty("没有申报。本人和近亲属家庭享受或申请救助的，应当申报并回避。");
    for relative in &body.relatives {
        table = table.linked_row(
            Link::Household { household: relative.household },
            [
                Cell::household(relative.household),
                Cell::text(relation_word(&relative.relation)),
                Cell::date(relative.on),
            ],
        );
    }
    page.heading("应当回避的家庭").table(table)
}

fn appraisals(page: Page, body: &Post) -> Page {
    if body.appraisals.is_empty() {
        return page;
    }
    let mut table = PageTable::new(["年度", "结果", "说明", "登记日期"]);
    for appraisal in &body.appraisals {
        let tone = if appraisal.result == "poor" { Tone::Bad } else { Tone::Good };
        table = table.row([
            Cell::text(format!("{}年", appraisal.year)),
            Cell::badge(tone, appraisal_word(&appraisal.result)),
            text_cell(&appraisal.remark),
            Cell::date(appraisal.on),
        ]);
    }
    page.heading("年度考核").table(table)
}

pub fn population(request: &PageRequest) -> Result<Page> {
    let body: Population = request.document()?.body()?;
    let page = Page::untitled().facts([
        Row::new("村（居）", Cell::division(body.division)),
        Row::new("户籍人口", Cell::number(i64::from(body.count))).note(body.source.as_str()),
        Row::new("统计日期", Cell::date(body.on)),
    ]);
    if body.earlier.is_empty() {
        return Ok(page);
    }
    let mut table =
        PageTable::new([ColumnHead::number("原人口数"), ColumnHead::new("更正日期"), ColumnHead::new("原因")]);
    for earlier in &body.earlier {
        table = table.row([
            Cell::number(i64::from(earlier.count)),
            Cell::date(earlier.until),
            Cell::text(earlier.reason.as_str()),
        ]);
    }
    Ok(page.heading("更正记录").table(table))
}

pub fn quota(request: &PageRequest) -> Result<Page> {
    let body: Quota = request.document()?.body()?;
    let mut page = Page::untitled().paragraph(format!("{}年：{}。", body.year, body.summary()));
    if body.unknown() > 0 {
        page = page.missing(format!("{} 个村（居）的户籍人口", body.unknown()));
    }
    let mut table = PageTable::new([
        ColumnHead::new("村（居）"),
        ColumnHead::number("户籍人口"),
        ColumnHead::new("统计日期"),
        ColumnHead::number("按人口应配"),
        ColumnHead::number("核定"),
        ColumnHead::new("理由"),
    ]);
    for row in &body.rows {
        table = table.row([
            Cell::division(row.division),
            match row.population {
                Some(count) => Cell::number(i64::from(count)),
                None => Cell::badge(Tone::Bad, "没有记录"),
            },
            date_cell(row.on),
            match (row.population, row.by_notice) {
                (Some(_), 0) => Cell::text("0（83号文：至少兼职一名）"),
                (_, number) => Cell::number(i64::from(number)),
            },
            Cell::number(i64::from(row.number())),
            row.raised.as_ref().map_or(Cell::Empty, |raised| Cell::text(raised.reason.as_str())),
        ]);
    }
    Ok(page.table(table))
}

pub fn training(request: &PageRequest) -> Result<Page> {
    let body: Training = request.document()?.body()?;
    let page = Page::untitled().facts([
        Row::new("培训日期", Cell::date(body.on)),
        Row::new("培训内容", Cell::text(body.topic.as_str())),
        Row::new("举办单位", Cell::text(body.organiser.as_str())),
        Row::new("学时", Cell::number(i64::from(body.hours))),
        Row::new("考试", Cell::text(if body.test { "有" } else { "无" })),
    ]);
    let mut table = PageTable::new(["村（居）或镇（街）", "岗位编号", "人员"]);
    for post in &body.posts {
        // A town sees only its own posts of a county's training.
        let Ok(document) = documents::get(*post) else { continue };
        let holder: Post = document.body()?;
        table = table.linked_row(
            Link::Document { document: *post },
            [Cell::division(holder.division), Cell::text(document.key.as_str()), officer(holder.officer)],
        );
    }
    Ok(page.heading(format!("参加人员 {} 人", body.posts.len())).table(table))
}

pub fn recusal(request: &PageRequest) -> Result<Page> {
    let body: Recusal = request.document()?.body()?;
    let page = Page::untitled().facts([
        Row::new("办件", Cell::text(body.case.as_str())),
        Row::new("应当回避的人员", officer(body.officer)).note(relation_word(&body.relation)),
        Row::new("接办人员", body.instead.map_or(Cell::Empty, officer)),
    ]);
    Ok(if body.instead.is_none() { page.missing("接办人员") } else { page })
}
