//! The panels of assessments, reviews, visits and card filings.

use super::application::{objections, obligors, survey_rows};
use super::{date_cell, text_cell, trial_page, yes_cell};
use crate::assessment::{Assessment, ITEMS, cause_word};
use crate::review::{Review, kind_word};
use crate::rules::change::{months_paid_after_death, stops_after_death};
use crate::rules::level::Level;
use crate::running::{self, Line, label};
use crate::trial::{About, Trial};
use crate::visit::{Card, Visit, keeper_word, place_word};
use doudi_sdk::doc::page::Row;
use doudi_sdk::prelude::*;

pub fn assessment(request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Assessment = document.body()?;
    let mut rows = vec![
        Row::new("评估对象", body.member.map_or(Cell::Empty, Cell::person)),
        Row::new("事由", Cell::text(cause_word(&body.cause))),
        Row::new("报告日期", date_cell(body.reported)),
    ];
    if !body.description.is_empty() {
        rows.push(Row::new("变化情况", Cell::text(body.description.as_str())));
    }
    let page = Page::untitled();
    let Some(assessed) = body.assessed else {
        return Ok(page.missing("两名评估人到场评估六项指标").facts(rows));
    };
    rows.push(Row::new("评估日期", Cell::date(assessed)));
    rows.push(Row::new("评估人", Cell::text(format!("{} 人", body.assessors.len()))));
    let mut table = PageTable::new(["指标", "结果"]);
    for (item, label) in ITEMS {
        let failed = body.failed.iter().any(|failed| failed == item);
        let cell = if failed { Cell::badge(Tone::Bad, "不能达到") } else { Cell::badge(Tone::Good, "能达到") };
        table = table.row([Cell::text(label), cell]);
    }
    let level = body.level().map_or("", Level::zh);
    let mut result = vec![
        Row::new("照料档次", Cell::text(level)).note(format!("{} 项不能达到", body.count())),
        Row::new("能否表达意愿", yes_cell(body.will)),
        Row::new("执行日期", date_cell(body.governs)),
    ];
    if let Some(advice) = body.advice {
        result.push(Row::new("供养形式建议", Cell::text(advice.zh())).note(body.finding.as_str()));
    }
    Ok(page.facts(rows).table(table).facts(result))
}

pub fn review(context: &Context, request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let household = request.about()?;
    let body: Review = document.body()?;
    let mut rows = vec![
        Row::new("供养对象", body.member.map_or(Cell::Empty, Cell::person)),
        Row::new("事由", Cell::text(kind_word(&body.kind))),
        Row::new("发生日期", date_cell(body.on)),
        Row::new("说明", text_cell(&body.reason)),
    ];
    if !body.outcome.is_empty() {
        rows.push(Row::new("决定", Cell::text(label(&body.outcome))));
    }
    if let ("death", Some(died)) = (body.kind.as_str(), body.on) {
        rows.push(Row::new("停发日期", Cell::date(stops_after_death(died))));
        if let Some(last) = body.last_paid {
            let months = months_paid_after_death(died, last);
            rows.push(Row::new("去世次月起已发", Cell::text(format!("{months} 个月"))));
        }
    }
    let mut page = Page::untitled().facts(rows);
    if let Some(survey) = &body.survey {
        page = page.heading("入户核实").facts(survey_rows(survey));
    }
    if context.actor.role == "village-coordinator" || !Review::OPEN.contains(&document.state.as_str()) {
        return Ok(page);
    }
    page = objections(obligors(page, &body.circumstances), &body.objections);
    let old = match running::require(household, body.member, context.today) {
        Ok(old) => old,
        Err(refusal) => return Ok(page.note(Tone::Soon, refusal.message)),
    };
    let about = About {
        household,
        person: old.person.unwrap_or_default(),
        circumstances: &body.circumstances,
        form: old.form(),
        as_minor: old.is_as_minor(),
    };
    let page = page.facts([Row::new("现在每月金额", Cell::money(old.amount)).note(format!("{} 起", old.begins))]);
    Ok(match Trial::of(&about, context.today, context.today.first_of_next_month()) {
        Ok(trial) => page.and(trial_page(&trial, context.today)),
        Err(refusal) => page.note(Tone::Bad, refusal.message),
    })
}

pub fn visit(request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Visit = document.body()?;
    let mut rows = vec![Row::new("供养对象", body.member.map_or(Cell::Empty, Cell::person))];
    if let Some(due) = body.due {
        rows.push(Row::new("期限", if body.done.is_some() { Cell::date(due) } else { Cell::due(due) }));
    }
    let mut page = Page::untitled();
    let Some(done) = body.done else { return Ok(page.missing("入户走访，见到本人").facts(rows)) };
    rows.push(Row::new("走访日期", Cell::date(done)).note(body.time.as_str()));
    rows.push(Row::new("见到本人", yes_cell(body.seen)));
    rows.push(Row::new("照料人按协议照料", yes_cell(body.carer_came)));
    rows.push(Row::new("本人现在何处", Cell::text(place_word(&body.place))));
    rows.push(Row::new("银行卡保管", Cell::text(keeper_word(&body.card))));
    rows.push(Row::new("走访情况", text_cell(&body.findings)).note(format!("照片 {} 张", body.photos.len())));
    for concern in &body.concerns {
        page = page.note(Tone::Bad, concern.as_str());
    }
    if !body.settled.is_empty() {
        rows.push(Row::new("处理情况", Cell::text(body.settled.as_str())));
    }
    Ok(page.facts(rows))
}

pub fn card(request: &PageRequest) -> Result<Page> {
    let body: Card = request.document()?.body()?;
    Ok(Page::untitled().facts([
        Row::new("供养对象", body.member.map_or(Cell::Empty, Cell::person)),
        Row::new("代管人", Cell::text(keeper_word(&body.keeper))),
        Row::new("协议签订日期", date_cell(body.signed)),
        Row::new("代管原因", text_cell(&body.reason)),
    ]))
}
