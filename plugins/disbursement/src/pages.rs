//! Pages: the month with its path 5 → 10 → 15, the lines of a roster, what changed since last month, what needs somebody, and the
//! panels of documents and households. Data only; names are the kernel's to fill in.

pub mod changes;
pub mod documents;
pub mod exceptions;
pub mod lines;
pub mod month;
pub mod payee;
pub mod words;

use crate::roster::{self, Roster};
use crate::settings::Settings;
use doudi_sdk::prelude::*;

impl View for crate::Disbursement {
    fn view(context: &Context, request: PageRequest) -> Result<Page> {
        match request.page.as_str() {
            "month" => month::page(context, &request),
            "lines" => lines::page(context, &request),
            "changes" => changes::page(context, &request),
            "exceptions" => exceptions::page(&request),
            "payee" => payee::panel(&request),
            "roster" => documents::roster(&request),
            "finding" => documents::finding(&request),
            "failure" => documents::failure(&request),
            "overpayment" => documents::overpayment(&request),
            other => Err(Refusal::unknown("页面", other)),
        }
    }
}

/// Rows a list shows at once.
pub(crate) const PAGE: usize = 50;

/// The cursor of a list's address.
pub(crate) fn after(request: &PageRequest) -> Id {
    Id(request.query("after").and_then(|after| after.parse().ok()).unwrap_or(0))
}

/// The month of the address; else next month when its rosters exist already, else this month.
pub(crate) fn month_asked(context: &Context, request: &PageRequest) -> Result<Date> {
    if let Some(month) = request.query("month").and_then(Date::of_month) {
        return Ok(month);
    }
    let this = context.today.first_of_month();
    let next = this.add_months(1);
    Ok(if roster::of_month(next)?.is_empty() { this } else { next })
}

/// The roster of the address: by document, else by month and scheme, else the first of the month.
pub(crate) fn roster_asked(context: &Context, request: &PageRequest) -> Result<Option<(Document, Roster)>> {
    let month = month_asked(context, request)?;
    let mut rosters = roster::of_month(month)?;
    let wanted = request.query("scheme");
    let at = rosters.iter().position(|(_, body)| wanted.is_none_or(|scheme| scheme == body.scheme));
    Ok(at.map(|at| rosters.swap_remove(at)))
}

/// Links to the month before and after, and to the other benefits of the month.
pub(crate) fn others(page: Page, name: &str, month: Date, settings: &Settings) -> Result<Page> {
    let mut table = PageTable::new(["其他月份和救助"]);
    let to = |month: Date| Link::page(name).with("month", month.month_code());
    for other in [month.add_months(-1), month.add_months(1)] {
        if settings.first_month().is_some_and(|first| other >= first) {
            table = table.linked_row(to(other), [Cell::text(other.chinese_month())]);
        }
    }
    let rosters = roster::of_month(month)?;
    if rosters.len() > 1 {
        for (_, body) in &rosters {
            table = table.linked_row(to(month).with("scheme", &body.scheme), [Cell::text(body.label.as_str())]);
        }
    }
    Ok(if table.is_empty() { page } else { page.table(table) })
}

/// One more page of the same list.
pub(crate) fn more(page: Page, next: Option<Link>) -> Page {
    match next {
        Some(next) => page.table(PageTable::new(["更多"]).linked_row(next, [Cell::text("下一页")])),
        None => page,
    }
}
