//! The panels of rechecks, changes and the register of near relatives.

use super::application::visit_rows;
use super::{date_cell, text_cell, trial_page};
use crate::change::{Change, kind_word};
use crate::form::class_word;
use crate::recheck::Recheck;
use crate::relative::Relative;
use crate::rules::change::{months_paid_after_death, stops_after_death};
use crate::running::{self, label};
use crate::trial::{Trial, case_of};
use doudi_sdk::doc::page::Row;
use doudi_sdk::prelude::*;

pub fn recheck(context: &Context, request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let household = request.about()?;
    let body: Recheck = document.body()?;
    let mut rows = vec![Row::new("事由", text_cell(&body.reason)), Row::new("类别", Cell::text(class_word(&body)))];
    if !body.outcome.is_empty() {
        rows.push(Row::new("决定", Cell::text(label(&body.outcome))));
    }
    if body.stop.is_some() {
        rows.push(Row::new("停发日期", date_cell(body.stop)));
    }
    let mut page = Page::untitled().facts(rows);
    if let Some(visit) = &body.visit {
        page = page.heading("入户核查").facts(visit_rows(visit));
    }
    if !matches!(document.state.as_str(), "due" | "checked") {
        return Ok(page);
    }
    page = match running::require(household, document.person, context.today) {
        Ok(old) => {
            let trial = Trial::of(household, context.today, &case_of(&old))?;
            page.facts([Row::new("现在每月金额", Cell::money(old.amount)).note(format!("{} 起", old.begins))])
                .and(trial_page(&trial, context.today))
        }
        Err(refusal) => page.note(Tone::Soon, refusal.message),
    };
    Ok(page)
}

pub fn change(context: &Context, request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let household = request.about()?;
    let body: Change = document.body()?;
    let mut rows = vec![
        Row::new("变更类别", Cell::text(kind_word(&body.kind))),
        Row::new("涉及成员", body.member.map_or(Cell::Empty, Cell::person)),
        Row::new("发生日期", date_cell(body.on)),
        Row::new("说明", text_cell(&body.description)),
    ];
    if !body.findings.is_empty() {
        rows.push(Row::new("核实情况", Cell::text(body.findings.as_str())));
    }
    if !body.outcome.is_empty() {
        rows.push(Row::new("结果", Cell::text(label(&body.outcome))));
    }
    if let ("death", Some(died)) = (body.kind.as_str(), body.on) {
        rows.push(Row::new("份额停发日期", Cell::date(stops_after_death(died))));
        if let Some(last) = body.last_paid {
            let months = months_paid_after_death(died, last);
            rows.push(Row::new("去世次月起已发", Cell::text(format!("{months} 个月"))));
        }
    }
    let page = Page::untitled().facts(rows);
    if context.actor.role == "village-coordinator" || !matches!(document.state.as_str(), "reported" | "verified") {
        return Ok(page);
    }
    Ok(match running::require(household, body.member, context.today) {
        Ok(old) => {
            let mut case = case_of(&old);
            if body.kind == "death" {
                case.without = body.member;
            }
            let trial = Trial::of(household, context.today, &case)?;
            page.facts([Row::new("现在每月金额", Cell::money(old.amount)).note(format!("{} 起", old.begins))])
                .and(trial_page(&trial, context.today))
        }
        Err(refusal) => page.note(Tone::Soon, refusal.message),
    })
}

pub fn relative(request: &PageRequest) -> Result<Page> {
    let body: Relative = request.document()?.body()?;
    let mut page = Page::untitled().facts([
        Row::new("家庭成员", body.member.map_or(Cell::Empty, Cell::person)),
        Row::new("关系", Cell::code("near-relative", body.kind)),
        Row::new("职务", text_cell(&body.office)),
    ]);
    page = match &body.visit {
        Some(visit) => page.heading("县级入户").facts(visit_rows(visit)),
        None => page.missing("县级民政部门入户调查"),
    };
    Ok(page)
}
