//! 疑点和失败: everything somebody must still settle, soonest first.

use super::{PAGE, after, more};
use crate::actions::overpayment::from_word;
use crate::failure::{FAILURE, Failure, reason_word};
use crate::finding::{FINDING, Finding};
use crate::overpayment::{OVERPAYMENT, Overpayment};
use doudi_sdk::doc::page::ColumnHead;
use doudi_sdk::prelude::*;

pub fn page(request: &PageRequest) -> Result<Page> {
    let kind = request.query("kind").unwrap_or("all");
    let mut page = Page::new("疑点和失败");
    let wants = |of: &str| kind == "all" || kind == of;
    if wants("finding") {
        page = findings(page, request, kind)?;
    }
    if wants("failure") {
        page = failures(page, request, kind)?;
    }
    if wants("overpayment") {
        page = overpayments(page, request, kind)?;
    }
    Ok(page)
}

/// One page of open cases of a collection, and the link to the next.
fn open(collection: &str, states: &[&str], request: &PageRequest, kind: &str) -> Result<(Vec<Document>, Option<Link>)> {
    let start = if kind == collection { after(request) } else { Id(0) };
    let query = documents::Query::of(collection).states(states).after(start).limit(PAGE as u32);
    let mut found = documents::find(query)?;
    let next = found
        .last()
        .filter(|_| found.len() == PAGE)
        .map(|last| Link::page("exceptions").with("kind", collection).with("after", last.id.0));
    found.sort_by_key(|document| (document.due.is_none(), document.due, document.id));
    Ok((found, next))
}

fn due(document: &Document) -> Cell {
    document.due.map_or(Cell::Empty, Cell::due)
}

fn household(document: &Document) -> Cell {
    document.household.map_or(Cell::Empty, Cell::household)
}

fn findings(page: Page, request: &PageRequest, kind: &str) -> Result<Page> {
    let (found, next) = open(FINDING, &["open", "carried"], request, kind)?;
    let mut table = PageTable::new([
        ColumnHead::new("期限"),
        ColumnHead::new("家庭"),
        ColumnHead::new("疑点"),
        ColumnHead::number("金额"),
        ColumnHead::new("环节"),
    ])
    .empty("没有待核查的疑点。");
    for document in &found {
        let body: Finding = document.body()?;
        let state = match document.state.as_str() {
            "carried" => Cell::badge(Tone::Progress, "下月补发"),
            _ => Cell::badge(Tone::Soon, "待核查"),
        };
        table = table.linked_row(
            Link::Document { document: document.id },
            [due(document), household(document), Cell::text(body.label()), Cell::money(body.amount), state],
        );
    }
    Ok(more(page.heading("疑点").table(table), next))
}

fn failures(page: Page, request: &PageRequest, kind: &str) -> Result<Page> {
    let (found, next) = open(FAILURE, &["open", "mended", "reissued"], request, kind)?;
    let mut table = PageTable::new([
        ColumnHead::new("期限"),
        ColumnHead::new("家庭"),
        ColumnHead::new("原因"),
        ColumnHead::number("次数"),
        ColumnHead::number("金额"),
        ColumnHead::new("环节"),
    ])
    .empty("没有发放失败的款项。");
    for document in &found {
        let body: Failure = document.body()?;
        let state = match document.state.as_str() {
            "mended" => Cell::badge(Tone::Progress, "待重发"),
            "reissued" => Cell::badge(Tone::Progress, "已重发"),
            _ => Cell::badge(Tone::Bad, "待更正账户"),
        };
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                due(document),
                household(document),
                Cell::text(reason_word(&body.reason)),
                Cell::number(i64::from(body.times)),
                Cell::money(body.amount),
                state,
            ],
        );
    }
    Ok(more(page.heading("发放失败").table(table), next))
}

fn overpayments(page: Page, request: &PageRequest, kind: &str) -> Result<Page> {
    let (found, next) = open(OVERPAYMENT, &["found", "recovering", "deducting"], request, kind)?;
    let mut table = PageTable::new([
        ColumnHead::new("期限"),
        ColumnHead::new("家庭"),
        ColumnHead::new("月份"),
        ColumnHead::number("多发金额"),
        ColumnHead::number("尚未追回"),
        ColumnHead::new("环节"),
    ])
    .empty("没有待追回的款项。");
    for document in &found {
        let body: Overpayment = document.body()?;
        let state = match document.state.as_str() {
            "recovering" => Cell::badge(Tone::Progress, format!("向{}追回", from_word(&body.from))),
            "deducting" => Cell::badge(Tone::Progress, "逐月扣回"),
            _ => Cell::badge(Tone::Soon, "待核实"),
        };
        let months: Vec<String> = body.months.iter().map(|part| part.month.chinese_month()).collect();
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                due(document),
                household(document),
                Cell::text(months.join("、")),
                Cell::money(body.total),
                Cell::money(body.left()),
                state,
            ],
        );
    }
    Ok(more(page.heading("多发追回").table(table), next))
}
