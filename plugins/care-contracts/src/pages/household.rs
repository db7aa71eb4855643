//! The panel on a household's page: who is supported, at what level and amount, who looks after him, and what falls due.

use super::{date_cell, params};
use crate::care::{Cared, View};
use crate::jobs::next_review;
use crate::rules::form::Form;
use crate::running::{self, Line, Support};
use crate::visit::card_is_filed;
use doudi_sdk::doc::page::Row;
use doudi_sdk::prelude::*;

pub fn panel(context: &Context, request: &PageRequest) -> Result<Page> {
    let household = request.about()?;
    let mut lines = running::lines(household, context.today)?;
    for coming in running::lines(household, context.today.first_of_next_month())? {
        if !lines.iter().any(|line| line.person == coming.person) {
            lines.push(coming);
        }
    }
    let mut page = Page::untitled();
    if lines.is_empty() {
        return Ok(page.note(Tone::Neutral, "目前没有特困供养人员。需要的请新建特困供养申请。"));
    }
    let months = params(context.today);
    for line in lines {
        let Some(person) = line.person else { continue };
        let mut rows = vec![
            Row::new("供养对象", Cell::person(person)),
            Row::new("供养形式", Cell::badge(Tone::Good, line.form().zh())),
            Row::new("每月金额", Cell::money(line.amount)).note(format!("{} 起", line.begins)),
        ];
        if let Ok(params) = &months
            && let Some(interval) = params.review_months
        {
            rows.push(Row::new("下次年审", Cell::due(next_review(&Support::from(&line), interval)?)));
        }
        let cared = View::of_person(person)?.cared(Support::from(&line), context.today);
        rows.extend(care_rows(&cared));
        if card_is_filed(person)? {
            rows.push(Row::new("银行卡", Cell::text("代管已备案")));
        }
        page = page.facts(rows).table(PageTable::new(["台账"]).linked_row(
            Link::page("ledger").with("household", household.0).with("person", person.0),
            [Cell::text("查看该人员的供养台账")],
        ));
    }
    Ok(page)
}

fn care_rows(cared: &Cared) -> Vec<Row> {
    let mut rows = vec![match cared.assessment.as_ref().zip(cared.level()) {
        Some((assessment, level)) => Row::new("自理能力", Cell::text(level.zh())).note(format!(
            "{} 项不能达到，{} 评估",
            assessment.failed,
            assessment.assessed.map_or_else(String::new, |day| day.to_string())
        )),
        None => Row::new("自理能力", Cell::badge(Tone::Bad, "还没有评估")),
    }];
    if cared.form == Form::Central {
        return rows;
    }
    rows.push(match cared.gap() {
        None => Row::new("照料协议", Cell::badge(Tone::Good, "有效")),
        Some(gap) => Row::new("照料协议", Cell::badge(Tone::Bad, gap)),
    });
    if let Some(agreed) = &cared.agreement {
        rows.push(Row::new("协议期限", date_cell(Some(agreed.to))).note(format!("{} 起", agreed.from)));
        rows.push(Row::new("走访间隔", Cell::text(format!("{} 天", agreed.visit_days))));
    }
    rows
}
