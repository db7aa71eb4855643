//! The lists of time: visits due and done in a period, re-assessments after a report, and what 义务日历 counts.

use super::{PAGE, date_cell, more, period, start, yes_cell};
use crate::actions::assessment::due;
use crate::application::Application;
use crate::assessment::Assessment;
use crate::review::Review;
use crate::scorecard::{VisitDue, reports, visits_due};
use crate::store;
use crate::visit::Visit;
use doudi_sdk::doc::page::FigureItem;
use doudi_sdk::prelude::*;

pub fn visits(context: &Context, request: &PageRequest) -> Result<Page> {
    let (from, to) = period(context.today, request);
    let upto = to.min(context.today);
    let mut all = visits_due(from, to, upto)?;
    all.sort_by_key(|visit| (visit.is_in_time(), visit.due));
    let done = all.iter().filter(|visit| visit.is_in_time()).count();
    let of = all.len();
    let mut table = PageTable::new(["期限", "供养对象", "家庭", "走访日期", "情况"])
        .empty("这段时间没有到期的走访。系统每天按协议的走访间隔生成走访任务。");
    for visit in all.iter().skip(start(request)).take(PAGE) {
        table = table.linked_row(Link::Document { document: visit.document.id }, visit_cells(visit)?);
    }
    let page = Page::new("走访情况")
        .figures([
            FigureItem::new("按期走访", Cell::number(done as i64)),
            FigureItem::new("应当走访", Cell::number(of as i64)),
        ])
        .note(Tone::Neutral, format!("{} 至 {} 到期的走访，没有按期的排在前面。", from.chinese(), to.chinese()))
        .table(table);
    Ok(more(concerns(page)?, request, (start(request) + PAGE).min(of), of))
}

fn visit_cells(visit: &VisitDue) -> Result<[Cell; 5]> {
    let state = match (visit.done, visit.document.state.as_str()) {
        (None, _) => Cell::badge(Tone::Bad, "没有走访"),
        (Some(_), "concern") => Cell::badge(Tone::Soon, "有问题待处理"),
        (Some(done), _) if done > visit.due => Cell::badge(Tone::Soon, "超期走访"),
        (Some(_), _) => Cell::badge(Tone::Good, "按期"),
    };
    Ok([
        Cell::date(visit.due),
        visit.document.person.map_or(Cell::Empty, Cell::person),
        visit.document.household.map_or(Cell::Empty, Cell::household),
        date_cell(visit.done),
        state,
    ])
}

/// What visits found and nobody has settled yet.
fn concerns(page: Page) -> Result<Page> {
    let open = store::all(documents::Query::of("visit").state("concern"))?;
    if open.is_empty() {
        return Ok(page);
    }
    let mut table = PageTable::new(["供养对象", "走访日期", "问题"]);
    for document in open.iter().take(PAGE) {
        let body: Visit = document.body()?;
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                document.person.map_or(Cell::Empty, Cell::person),
                date_cell(body.done),
                Cell::badge(Tone::Bad, body.concerns.join("；")),
            ],
        );
    }
    Ok(page.heading("走访发现的问题").table(table))
}

pub fn lag(context: &Context, request: &PageRequest) -> Result<Page> {
    let (from, to) = period(context.today, request);
    let mut all = reports(from, to, to.min(context.today))?;
    all.sort_by_key(|report| (report.in_time, report.due));
    let in_time = all.iter().filter(|report| report.in_time).count();
    let of = all.len();
    let mut table = PageTable::new(["报告日期", "期限", "供养对象", "评估日期", "按期", "新档次执行"])
        .empty("这段时间没有自理能力变化的报告。");
    for report in all.iter().skip(start(request)).take(PAGE) {
        table = table.linked_row(
            Link::Document { document: report.document.id },
            [
                Cell::date(report.reported),
                Cell::date(report.due),
                report.document.person.map_or(Cell::Empty, Cell::person),
                date_cell(report.assessed),
                yes_cell(report.in_time),
                date_cell(report.governs),
            ],
        );
    }
    let page = Page::new("自理能力变化后的评估时限")
        .figures([
            FigureItem::new("10个工作日内评估", Cell::number(in_time as i64)),
            FigureItem::new("变化报告", Cell::number(of as i64)),
        ])
        .table(table);
    Ok(more(page, request, (start(request) + PAGE).min(of), of))
}

/// What a duty counts: by kind and period.
pub fn duties(context: &Context, request: &PageRequest) -> Result<Page> {
    let kind = request.query("kind").unwrap_or("opinion").to_owned();
    let collection = match kind.as_str() {
        "assessment" => "assessment",
        "review" => "review",
        _ => "application",
    };
    let (from, to) = period(context.today, request);
    let mut table = PageTable::new(["期限", "对象", "家庭", "完成"]).empty("这段时间没有到期的事项。");
    let mut rows = Vec::new();
    for document in store::all(documents::Query::of(collection))? {
        if let Some((day, done)) = owed(&kind, &document)?
            && from <= day
            && day <= to
        {
            rows.push((done, day, document));
        }
    }
    rows.sort_by_key(|(done, day, document)| (*done, *day, document.id));
    let of = rows.len();
    for (done, day, document) in rows.iter().skip(start(request)).take(PAGE) {
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                Cell::due(*day),
                document.person.map_or(Cell::Empty, Cell::person),
                document.household.map_or(Cell::Empty, Cell::household),
                yes_cell(*done),
            ],
        );
    }
    Ok(more(Page::new("办理时限").table(table), request, (start(request) + PAGE).min(of), of))
}

fn owed(kind: &str, document: &Document) -> Result<Option<(Date, bool)>> {
    Ok(match kind {
        "assessment" => {
            let body: Assessment = document.body()?;
            let open = document.state != "dropped";
            match body.reported.filter(|_| open) {
                Some(reported) => Some((due(reported, reported)?, body.assessed.is_some())),
                None => None,
            }
        }
        "review" => {
            let body: Review = document.body()?;
            let counts = body.kind == "yearly" && document.state != "cancelled";
            let due = document.key.get(document.key.len().saturating_sub(10)..).and_then(|due| due.parse().ok());
            due.filter(|_| counts).map(|due| (due, !Review::OPEN.contains(&document.state.as_str())))
        }
        "decision" => document.due.filter(|_| document.state == "confirming").map(|due| (due, false)),
        _ => {
            let body: Application = document.body()?;
            body.limit.map(|limit| (limit, body.opinion.is_some()))
        }
    })
}
