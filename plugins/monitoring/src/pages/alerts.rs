//! 预警核查台账: alerts by state, rule and month, soonest first; and the very list behind each figure of the scorecard.

use super::{PAGE, after, in_full, months_asked, more, words};
use crate::alert::{ALERT, Alert, OPEN};
use crate::rules::compare::{Course, on_time};
use crate::rules::matrix::{Disposition, RULES, RuleId};
use crate::scorecard::raised_in;
use doudi_sdk::doc::page::ColumnHead;
use doudi_sdk::prelude::*;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    if let Some(figure) = request.query("figure") {
        return behind(context, request, figure);
    }
    let start = after(request);
    let mut query = documents::Query::of(ALERT).after(start).limit(PAGE as u32);
    let state = request.query("state");
    query = match state {
        Some("all") => query,
        Some(state) => query.state(state),
        None => query.states(&OPEN),
    };
    let rule = request.query("rule").and_then(RuleId::of).filter(|_| in_full(context));
    let month = request.query("month");
    query = match (rule, month) {
        (Some(rule), _) => query.index("rule", rule.code()),
        (None, Some(month)) => query.index("month", month),
        (None, None) => query,
    };
    let mut found = documents::find(query)?;
    let next = found.last().filter(|_| found.len() == PAGE).map(|last| {
        let mut link = Link::page("alerts").with("after", last.id.0);
        for name in ["state", "rule", "month"] {
            if let Some(value) = request.query(name) {
                link = link.with(name, value);
            }
        }
        link
    });
    found.sort_by_key(|document| (document.due.is_none(), document.due, document.id));
    let mut rows = Vec::new();
    for document in found {
        let alert: Alert = document.body()?;
        rows.push((document, alert));
    }
    let mut page = Page::new("预警核查台账")
        .note(Tone::Neutral, "比对只提供疑点，不是认定。先入户核实，再认定属实或者误报，按四种方式处置并反馈。");
    page = page.table(ledger(context, &rows));
    page = more(page, next);
    Ok(filters(context, page))
}

/// The ledger's rows.
fn ledger(context: &Context, rows: &[(Document, Alert)]) -> PageTable {
    let full = in_full(context);
    let mut table = PageTable::new([
        ColumnHead::new("期限"),
        ColumnHead::new("级别"),
        ColumnHead::new("家庭"),
        ColumnHead::new("人员"),
        ColumnHead::new(if full { "疑点" } else { "风险" }),
        ColumnHead::new("来源"),
        ColumnHead::new("预警日期"),
        ColumnHead::new("入户日期"),
        ColumnHead::new("核实"),
        ColumnHead::new("处置"),
        ColumnHead::new("环节"),
    ])
    .empty("没有预警。数据导入后和每月初巡查后在这里列出。");
    for (document, alert) in rows {
        let rule = alert.rule.rule();
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                words::due(document),
                words::level(alert.level),
                words::household(document),
                words::person(document),
                Cell::text(if full { rule.label } else { rule.risk.label() }),
                if full { Cell::text(alert.from()) } else { Cell::Empty },
                Cell::date(alert.raised),
                alert.visit.as_ref().map_or(Cell::Empty, |visit| Cell::date(visit.on)),
                words::truth(alert.truth),
                alert.disposition.map_or(Cell::Empty, |way| Cell::text(way.label())),
                words::alert_state(&document.state),
            ],
        );
    }
    table
}

/// Which alerts a figure counts, and whether they are its part.
fn counted(figure: &str, course: &Course, today: Date) -> Option<bool> {
    match figure {
        "on-time" => on_time(course, today),
        "proven" => course.truth,
        "aided" if course.truth == Some(true) && course.disposition == Some(Disposition::Apply) => Some(course.aided),
        _ => None,
    }
}

/// Exactly what a figure of the scorecard counted.
fn behind(context: &Context, request: &PageRequest, figure: &str) -> Result<Page> {
    let title = match figure {
        "on-time" => "预警按时核实",
        "proven" => "预警属实",
        "aided" => "协助申请后纳入救助",
        _ => return Err(Refusal::unknown("指标", figure)),
    };
    let (mut part, mut rest) = (Vec::new(), Vec::new());
    for month in months_asked(context, request) {
        for alert in raised_in(month)? {
            match counted(figure, &alert.course, context.today) {
                Some(true) => part.push(alert.id),
                Some(false) => rest.push(alert.id),
                None => {}
            }
        }
    }
    let (yes, no) = match figure {
        "on-time" => ("按时", "超期"),
        "proven" => ("属实", "误报"),
        _ => ("已纳入救助", "未纳入救助"),
    };
    let mut page = Page::new(title);
    for (words, name, ids) in [(yes, "part", part), (no, "rest", rest)] {
        page = page.heading(format!("{words}（{} 条）", ids.len()));
        page = some(context, request, page, name, &ids)?;
    }
    Ok(page)
}

/// A screenful of a list, from where the address says, and the way to the next.
fn some(context: &Context, request: &PageRequest, page: Page, name: &str, ids: &[Id]) -> Result<Page> {
    let start = request.query(name).and_then(|start| start.parse().ok()).unwrap_or(0_usize);
    let mut rows = Vec::new();
    for id in ids.iter().skip(start).take(PAGE) {
        let document = documents::get(*id)?;
        let alert: Alert = document.body()?;
        rows.push((document, alert));
    }
    let next = (start + PAGE < ids.len()).then(|| {
        let mut link = Link::page("alerts").with(name, start + PAGE);
        for (name, value) in request.query.iter().filter(|(other, _)| other != name) {
            link = link.with(name, value);
        }
        link
    });
    Ok(more(page.table(ledger(context, &rows)), next))
}

/// Other lists of the same ledger.
fn filters(context: &Context, page: Page) -> Page {
    let mut states = PageTable::new(["按环节查看"]);
    for state in OPEN.into_iter().chain(["closed", "withdrawn"]) {
        states = states.linked_row(Link::page("alerts").with("state", state), [words::alert_state(state)]);
    }
    if !in_full(context) {
        return page.table(states);
    }
    let mut rules = PageTable::new(["按规则查看"]);
    for rule in RULES {
        rules = rules.linked_row(Link::page("alerts").with("rule", rule.code), [Cell::text(rule.label)]);
    }
    page.columns([Page::untitled().table(states), Page::untitled().table(rules)])
}
