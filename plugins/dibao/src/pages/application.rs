//! The panel of an application: what is missing, what has been done, and what the answer would be now.

use super::{date_cell, text_cell, trial_page};
use crate::actions::application::check_word;
use crate::application::{Application, Visit};
use crate::running::label;
use crate::trial::Trial;
use doudi_sdk::doc::page::Row;
use doudi_sdk::prelude::*;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Application = document.body()?;
    let household = request.about()?;
    let trial = Trial::of(household, context.today, &body.case())?;
    let mut page = Page::untitled();
    if matches!(document.state.as_str(), "draft" | "submitted" | "supplement") {
        for problem in body.missing(&trial.family, &trial.terms).iter() {
            page = page.missing(problem.message.as_str());
        }
    }
    for what in next_step(&body, document, &trial) {
        page = page.missing(what);
    }
    page = page.facts(declared(&body, document));
    // A village coordinator helps to apply and sees no finances.
    if context.actor.role == "village-coordinator" {
        return Ok(page);
    }
    page = steps(page, &body);
    Ok(if Application::CLOSED.contains(&document.state.as_str()) {
        page
    } else {
        page.and(trial_page(&trial, context.today))
    })
}

/// What later steps lack.
fn next_step(body: &Application, document: &Document, trial: &Trial) -> Vec<&'static str> {
    let mut lacks = Vec::new();
    match document.state.as_str() {
        "surveying" if body.checks.is_empty() => lacks.push("信息核对结果"),
        "surveying" if body.survey.is_none() => lacks.push("两人入户调查，调查人和家庭成员签字"),
        "posting" => lacks.push("公示照片"),
        "confirming" if body.needs_county_visit(&trial.family) && body.county_visit.is_none() => {
            lacks.push("县级入户调查（近亲属备案家庭或者公示有异议）");
        }
        _ => {}
    }
    lacks
}

fn declared(body: &Application, document: &Document) -> Vec<Row> {
    let mut rows = vec![
        Row::new("申请人", body.applicant.map_or(Cell::Empty, Cell::person)),
        Row::new("申请方式", Cell::text(if body.single { "单独申请（单人户）" } else { "以家庭申请" })),
        Row::new("已签署授权书", Cell::text(format!("{} 人", body.signed.len()))),
    ];
    if body.proxy {
        rows.push(Row::new("代办", text_cell(&body.proxy_relation)));
    }
    if body.near_relative != 0 {
        rows.push(Row::new("近亲属备案", Cell::code("near-relative", body.near_relative)));
    }
    if let Some(accepted) = body.accepted {
        rows.push(Row::new("受理日期", Cell::date(accepted)));
    }
    if Application::CLOSED.contains(&document.state.as_str()) {
        // What is over has no distance to a limit any more: it was in time, or it was not.
        let row = Row::new("办结日期", Cell::date(document.since));
        rows.push(match body.limit {
            Some(limit) if document.since > limit => row.note(format!("超过办结期限 {limit}")),
            Some(limit) => row.note(format!("办结期限 {limit}")),
            None => row,
        });
    } else if let Some(limit) = body.limit {
        let article = if body.delegated { "民发〔2022〕83号" } else { "民发〔2021〕57号 第二十二条" };
        let row = Row::new("办结期限", Cell::due(limit)).note(article);
        rows.push(row);
    }
    if let Some(extended) = &body.extended {
        rows.push(Row::new("延长", Cell::text(extended.note.as_str())).note(format!("{} 延长", extended.on)));
    }
    rows
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
        page = page.heading("入户调查").facts(visit_rows(survey));
    }
    if let Some(opinion) = &body.opinion {
        page = page.heading("初审意见").facts([
            Row::new(
                "意见",
                Cell::text(if opinion.grant {
                    format!("拟{}", label(&opinion.outcome))
                } else {
                    "拟不予确认".to_owned()
                }),
            ),
            Row::new("每月金额", Cell::money(opinion.amount)),
            Row::new("家庭人口", Cell::number(opinion.members)),
            Row::new("保障人口", Cell::number(opinion.covered)),
            Row::new("日期", Cell::date(opinion.on)).note(opinion.remark.as_str()),
        ]);
    }
    if let Some(posted) = &body.posted {
        page = page.heading("公示").facts([
            Row::new("公示地点", Cell::text(posted.place.as_str())),
            Row::new("公示起止", Cell::text(format!("{} 至 {}", posted.from.chinese(), posted.to.chinese()))),
        ]);
    }
    for objection in &body.objections {
        let outcome = match objection.upheld {
            None => Cell::badge(Tone::Progress, "处理中"),
            Some(true) => Cell::badge(Tone::Bad, "成立"),
            Some(false) => Cell::badge(Tone::Good, "不成立"),
        };
        page = page.heading("公示异议").facts([
            Row::new("异议内容", Cell::text(objection.content.as_str())).note(objection.on.to_string()),
            Row::new("处理方式", Cell::text(if objection.way == "hearing" { "民主评议" } else { "重新入户调查" })),
            Row::new("处理结果", outcome).note(objection.finding.as_str()),
        ]);
    }
    if let Some(visit) = &body.county_visit {
        page = page.heading("县级入户").facts(visit_rows(visit));
    }
    page
}

/// A visit in rows.
pub fn visit_rows(visit: &Visit) -> Vec<Row> {
    let mut rows = vec![
        Row::new("入户日期", date_cell(Some(visit.on))),
        Row::new("入户人数", Cell::text(format!("{} 人", visit.visitors.len()))),
    ];
    if let Some(met) = visit.met {
        rows.push(Row::new("在场成员", Cell::person(met)));
    }
    if !visit.place.is_empty() {
        rows.push(Row::new("入户地点", Cell::text(visit.place.as_str())));
    }
    if !visit.neighbours.is_empty() {
        rows.push(Row::new("邻里访问", Cell::text(visit.neighbours.as_str())));
    }
    rows.push(Row::new("结论", Cell::text(visit.findings.as_str())));
    rows
}
