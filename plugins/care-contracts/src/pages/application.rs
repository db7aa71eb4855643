//! The panel of an application: what is missing, what has been done, and what the answer would be now.

use super::{text_cell, trial_page, yes_cell};
use crate::actions::application::check_word;
use crate::application::{Application, Circumstances, Objection, Survey};
use crate::family::describe;
use crate::rules::form::Form;
use crate::rules::obligor::Standing;
use crate::trial::{About, Trial};
use doudi_sdk::doc::page::{ColumnHead, Row};
use doudi_sdk::prelude::*;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Application = document.body()?;
    let household = request.about()?;
    let mut page = Page::untitled();
    let Some(person) = body.applicant else { return Ok(page.missing("申请人")) };
    let about = About { household, person, circumstances: &body.circumstances, form: Form::Scattered, as_minor: false };
    let trial = Trial::of(&about, context.today, context.today);
    if let (Ok(trial), "draft" | "submitted" | "supplement") = (&trial, document.state.as_str()) {
        for problem in body.missing(&trial.family, &trial.terms).iter() {
            page = page.missing(problem.message.as_str());
        }
    }
    let assessed = trial.as_ref().is_ok_and(|trial| trial.assessment.is_some());
    for what in next_step(&body, document, assessed) {
        page = page.missing(what);
    }
    page = page.facts(declared(&body, document));
    // A village coordinator helps to apply and sees no finances.
    if context.actor.role == "village-coordinator" {
        return Ok(page);
    }
    page = steps(obligors(page, &body.circumstances), &body);
    if Application::CLOSED.contains(&document.state.as_str()) {
        return Ok(page);
    }
    Ok(match trial {
        Ok(trial) => page.and(trial_page(&trial, context.today)),
        Err(refusal) => page.note(Tone::Bad, refusal.message),
    })
}

/// What later steps lack.
fn next_step(body: &Application, document: &Document, assessed: bool) -> Vec<&'static str> {
    let mut lacks = Vec::new();
    match document.state.as_str() {
        "accepted" if body.checks.is_empty() => lacks.push("信息核对结果"),
        "accepted" if body.survey.is_none() => lacks.push("两人入户调查，调查人和本人（监护人）签字"),
        "posting" => lacks.push("公示照片"),
        "confirming" if body.needs_county_check() && body.county_check.is_none() => {
            lacks.push("县级核查（抽中、近亲属或者公示有异议）");
        }
        _ => {}
    }
    let open = !Application::CLOSED.contains(&document.state.as_str());
    if open && !assessed && !matches!(document.state.as_str(), "draft" | "submitted" | "supplement") {
        lacks.push("生活自理能力评估");
    }
    lacks
}

fn declared(body: &Application, document: &Document) -> Vec<Row> {
    let mut rows = vec![
        Row::new("申请人", body.applicant.map_or(Cell::Empty, Cell::person)),
        Row::new("供养形式意愿", Cell::text(body.wish.zh())),
    ];
    if body.proxy {
        rows.push(Row::new("代办", text_cell(&body.proxy_relation)));
    }
    if body.circumstances.orphan_chosen {
        rows.push(Row::new("未成年人选择", Cell::text("孤儿基本生活保障")).note("民发〔2021〕43号 第九条"));
    }
    if body.near_relative {
        rows.push(Row::new("近亲属", Cell::badge(Tone::Soon, "经办人员或者村（居）民委员会成员近亲属，县级应当核查")));
    }
    if let Some(accepted) = body.accepted {
        rows.push(Row::new("受理日期", Cell::date(accepted)));
    }
    if Application::CLOSED.contains(&document.state.as_str()) {
        rows.push(Row::new("办结日期", Cell::date(document.since)));
    } else if let Some(limit) = body.limit {
        rows.push(Row::new("初审意见期限", Cell::due(limit)).note("民发〔2021〕43号 第十三条"));
    }
    match body.drawn {
        Some(true) => {
            rows.push(Row::new("县级抽查", Cell::badge(Tone::Soon, "抽中")).note("民发〔2021〕43号 第十六条"))
        }
        Some(false) => rows.push(Row::new("县级抽查", Cell::text("未抽中")).note("民发〔2021〕43号 第十六条")),
        None => {}
    }
    rows
}

/// The obligors on record.
pub fn obligors(page: Page, known: &Circumstances) -> Page {
    if known.none {
        return page.heading("法定义务人").paragraph("申请人声明没有法定赡养、抚养、扶养义务人。");
    }
    let heads = [
        ColumnHead::new("关系"),
        ColumnHead::number("月收入"),
        ColumnHead::new("财产符合低收入规定"),
        ColumnHead::new("身份"),
        ColumnHead::new("残疾"),
        ColumnHead::new("情形"),
        ColumnHead::new("依据"),
    ];
    let mut table =
        PageTable::new(heads).empty("没有登记义务人，也没有声明没有义务人。请登记义务人，或者修改申请作出声明。");
    for obligor in &known.obligors {
        let status = match (obligor.tekun, obligor.dibao) {
            (true, _) => "特困人员",
            (_, true) => "低保对象",
            _ => "",
        };
        let disability =
            if obligor.disability == 0 { Cell::Empty } else { Cell::code("disability-category", obligor.disability) };
        table = table.row([
            Cell::text(describe(obligor.relation, obligor.birth)),
            Cell::money(obligor.income),
            yes_cell(obligor.assets_within),
            text_cell(status),
            disability,
            text_cell(standing_word(obligor.standing)),
            text_cell(&obligor.note),
        ]);
    }
    page.heading("法定义务人").table(table)
}

fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::None => "",
        Standing::Incapable => "无民事行为能力",
        Standing::Missing => "宣告失踪",
        Standing::Prison => "服刑",
        Standing::Province => "省级规定情形",
        Standing::Dead => "已去世",
    }
}

/// What has been done, in the order of the procedure.
fn steps(mut page: Page, body: &Application) -> Page {
    if !body.asked.is_empty() {
        page = page.heading("已告知补正").paragraph(body.asked.join("；"));
    }
    if !body.checks.is_empty() {
        let mut table = PageTable::new(["核对日期", "结论", "报告编号", "疑点"]);
        for check in &body.checks {
            let tone = if check.result == "pass" { Tone::Good } else { Tone::Soon };
            table = table.row([
                Cell::date(check.on),
                Cell::badge(tone, check_word(&check.result)),
                Cell::text(check.report.as_str()),
                text_cell(&check.summary),
            ]);
        }
        page = page.heading("信息核对").table(table);
    }
    if let Some(survey) = &body.survey {
        page = page.heading("入户调查").facts(survey_rows(survey));
    }
    if let Some(opinion) = &body.opinion {
        page = page.heading("初审意见").facts([
            Row::new("意见", Cell::text(if opinion.grant { "拟确认为特困人员" } else { "拟不予确认" })),
            Row::new("每月金额", Cell::money(opinion.amount)),
            Row::new("日期", Cell::date(opinion.on)).note(opinion.remark.as_str()),
        ]);
    }
    if let Some(posted) = &body.posted {
        page = page.heading("公示").facts([
            Row::new("公示地点", Cell::text(posted.place.as_str())),
            Row::new("公示起止", Cell::text(format!("{} 至 {}", posted.from.chinese(), posted.to.chinese()))),
        ]);
    }
    page = objections(page, &body.objections);
    if let Some(check) = &body.county_check {
        page = page.heading("县级核查").facts(survey_rows(check));
    }
    page
}

pub fn objections(mut page: Page, objections: &[Objection]) -> Page {
    for objection in objections {
        let outcome = match objection.upheld {
            None => Cell::badge(Tone::Progress, "处理中"),
            Some(true) => Cell::badge(Tone::Bad, "成立"),
            Some(false) => Cell::badge(Tone::Good, "不成立"),
        };
        page = page.heading("公示异议").facts([
            Row::new("异议内容", Cell::text(objection.content.as_str())).note(objection.on.to_string()),
            Row::new("处理结果", outcome).note(objection.finding.as_str()),
        ]);
    }
    page
}

/// A visit of two people in rows.
pub fn survey_rows(survey: &Survey) -> Vec<Row> {
    let mut rows = vec![
        Row::new("入户日期", Cell::date(survey.on)),
        Row::new("入户人数", Cell::text(format!("{} 人", survey.visitors.len()))),
    ];
    if let Some(met) = survey.met {
        rows.push(Row::new("在场成员", Cell::person(met)));
    }
    if !survey.neighbours.is_empty() {
        rows.push(Row::new("邻里访问", Cell::text(survey.neighbours.as_str())));
    }
    rows.push(Row::new("结论", Cell::text(survey.findings.as_str())));
    rows
}
