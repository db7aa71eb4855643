//! Pages: the ledger, who is to be visited, the grids, the visits and the questions about them, the watch list, and the panels of
//! documents and households. Data only; names are the kernel's to fill in.

pub mod documents;
pub mod grids;
pub mod household;
pub mod ledger;
pub mod patrols;
pub mod proactive;
pub mod visits;
pub mod watchlist;

use crate::rules::words::{Risk, Urgency};
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;

impl View for crate::Discovery {
    fn view(context: &Context, request: PageRequest) -> Result<Page> {
        match request.page.as_str() {
            "ledger" => ledger::page(context, &request),
            "patrols" => patrols::page(context, &request),
            "grids" => grids::page(context, &request),
            "visits" => visits::page(context, &request),
            "watch-list" => watchlist::page(context, &request),
            "proactive" => proactive::page(context, &request),
            "household" => household::panel(context, &request),
            "clue" => documents::clue(&request),
            "grid" => documents::grid(&request),
            "patrol" => documents::patrol(context, &request),
            "visit" => documents::visit(&request),
            "review" => documents::review(&request),
            "sweep" => documents::sweep(&request),
            other => Err(Refusal::unknown("页面", other)),
        }
    }
}

/// Rows a list shows at once.
pub(crate) const PAGE: usize = 50;

/// The period of the address; this month when it names none.
pub(crate) fn period(context: &Context, request: &PageRequest) -> Period {
    let day = |name: &str| request.query(name).and_then(|text| text.parse().ok());
    Period {
        from: day("from").unwrap_or(context.today.first_of_month()),
        to: day("to").unwrap_or(context.today.last_of_month()),
    }
}

/// A link to a page with the same query but for what is given.
pub(crate) fn here(request: &PageRequest, page: &str) -> Link {
    request.query.iter().fold(Link::page(page), |link, (name, value)| link.with(name, value))
}

/// The rows of the address's page of a list, and the link to the next one.
pub(crate) fn window<'r, T>(rows: &'r [T], request: &PageRequest, page: &str) -> (usize, &'r [T], Option<Link>) {
    let at: usize = request.query("at").and_then(|at| at.parse().ok()).unwrap_or(0).min(rows.len());
    let end = rows.len().min(at + PAGE);
    let next = (end < rows.len()).then(|| here(request, page).with("at", end));
    (at, &rows[at..end], next)
}

/// One more page of the same list.
pub(crate) fn more(page: Page, next: Option<Link>) -> Page {
    match next {
        Some(next) => page.table(PageTable::new(["更多"]).linked_row(next, [Cell::text("下一页")])),
        None => page,
    }
}

/// A day in a cell, or nothing.
pub(crate) fn date_cell(date: Option<Date>) -> Cell {
    date.map_or(Cell::Empty, Cell::date)
}

/// A text in a cell, or nothing.
pub(crate) fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::text(text) }
}

/// Whom a document is about, as the kernel may name them: the person, else the household.
pub(crate) fn whom(document: &Document) -> Cell {
    match (document.person, document.household) {
        (Some(person), _) => Cell::person(person),
        (None, Some(household)) => Cell::household(household),
        (None, None) => Cell::text("未建档"),
    }
}

pub(crate) fn risk(risk: Risk) -> Cell {
    let tone = match risk {
        Risk::High => Tone::Bad,
        Risk::Medium => Tone::Soon,
        Risk::Low => Tone::Neutral,
    };
    Cell::badge(tone, risk.zh())
}

pub(crate) fn urgency(urgency: Urgency) -> Cell {
    let tone = if urgency == Urgency::Urgent { Tone::Bad } else { Tone::Neutral };
    Cell::badge(tone, urgency.zh())
}

/// A share of a figure on top of a list; nothing of nothing.
pub(crate) fn ratio(part: i64, whole: i64) -> Cell {
    crate::rules::figures::share(part, whole).map_or(Cell::text("—"), Cell::ratio)
}
