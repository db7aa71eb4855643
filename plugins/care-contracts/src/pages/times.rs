//! The lists of time: visits due and done in a period, re-assessments after a report, and what 义务日历 counts.

use super::{PAGE, date_cell, more, period, start, yes_cell};
use crate::review::{Yearly, yearly_reviews};
use crate::scorecard::{Reported, VisitDue, owed_in, reports, visits_due};
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
        table = table.linked_row(Link::Document { document: visit.id }, visit_cells(visit));
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

fn visit_cells(visit: &VisitDue) -> [Cell; 5] {
    let state = match (visit.done, visit.state.as_str()) {
        (None, _) => Cell::badge(Tone::Bad, "没有走访"),
        (Some(_), "concern") => Cell::badge(Tone::Soon, "有问题待处理"),
        (Some(done), _) if done > visit.due => Cell::badge(Tone::Soon, "超期走访"),
        (Some(_), _) => Cell::badge(Tone::Good, "按期"),
    };
    [
        Cell::date(visit.due),
        visit.person.map_or(Cell::Empty, Cell::person),
        visit.household.map_or(Cell::Empty, Cell::household),
        date_cell(visit.done),
        state,
    ]
}

/// What visits found and nobody has settled yet.
fn concerns(page: Page) -> Result<Page> {
    let open = documents::all(documents::Query::of("visit").state("concern"))?;
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
            Link::Document { document: report.id },
            [
                Cell::date(report.reported),
                Cell::date(report.due),
                report.person.map_or(Cell::Empty, Cell::person),
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
    let (from, to) = period(context.today, request);
    let mut all: Vec<Owed> = owed(request.query("kind").unwrap_or("opinion"), from, to)?
        .into_iter()
        .filter(|owed| owed.is_in(from, to))
        .collect();
    all.sort_by_key(|owed| (owed.done, owed.due, owed.id));
    let of = all.len();
    let mut table = PageTable::new(["期限", "对象", "家庭", "完成"]).empty("这段时间没有到期的事项。");
    for owed in all.iter().skip(start(request)).take(PAGE) {
        table = table.linked_row(
            Link::Document { document: owed.id },
            [
                Cell::due(owed.due),
                owed.person.map_or(Cell::Empty, Cell::person),
                owed.household.map_or(Cell::Empty, Cell::household),
                yes_cell(owed.done),
            ],
        );
    }
    Ok(more(Page::new("办理时限").table(table), request, (start(request) + PAGE).min(of), of))
}

/// One thing a duty counts.
struct Owed {
    id: Id,
    person: Option<Id>,
    household: Option<Id>,
    due: Date,
    done: bool,
}

impl Owed {
    fn is_in(&self, from: Date, to: Date) -> bool {
        from <= self.due && self.due <= to
    }
}

fn owed(kind: &str, from: Date, to: Date) -> Result<Vec<Owed>> {
    let mut found = Vec::new();
    match kind {
        "assessment" => {
            for Reported { id, person, household, due, assessed, .. } in owed_in(from, to)? {
                found.push(Owed { id, person, household, due, done: assessed.is_some() });
            }
        }
        "review" => {
            for Yearly { id, person, household, due, done } in yearly_reviews()? {
                found.push(Owed { id, person: Some(person), household, due, done });
            }
        }
        "decision" => {
            let confirming = documents::Query::of("application").state("confirming");
            documents::scan(confirming, &["person", "household", "due"], |row| {
                let (person, household) = (row.id_of("person"), row.id_of("household"));
                found.extend(row.date("due").map(|due| Owed { id: row.id, person, household, due, done: false }));
                Ok(())
            })?;
        }
        _ => {
            let values = ["person", "household", "/limit", "/opinion"];
            documents::scan(documents::Query::of("application"), &values, |row| {
                let (person, household, done) =
                    (row.id_of("person"), row.id_of("household"), row.text("/opinion").is_some());
                found.extend(row.date("/limit").map(|due| Owed { id: row.id, person, household, due, done }));
                Ok(())
            })?;
        }
    }
    Ok(found)
}
