//! Pages: who decides where, the meetings due and held, the draws with everything needed to repeat them, the checks, and what they found
//! in each town. Data only; names of people and places are the kernel's to fill in.

pub mod checks;
pub mod documents;
pub mod draws;
pub mod map;
pub mod meetings;
pub mod towns;

use doudi_sdk::prelude::*;

impl View for crate::DelegatedApproval {
    fn view(context: &Context, request: PageRequest) -> Result<Page> {
        match request.page.as_str() {
            "map" => map::page(context),
            "meetings" => meetings::page(context, &request),
            "draws" => draws::page(context, &request),
            "strata" => draws::strata_page(context, &request),
            "list" => draws::list(&request),
            "intervals" => draws::intervals(context, &request),
            "checks" => checks::page(context, &request),
            "towns" => towns::page(context, &request),
            "panel" => map::panel(context, &request),
            "order" => documents::order(context, &request),
            "group" => documents::group(context, &request),
            "meeting" => documents::meeting(&request),
            "draw" => draws::panel(&request),
            "check" => checks::panel(&request),
            "proposal" => documents::proposal(&request),
            other => Err(Refusal::unknown("页面", other)),
        }
    }
}

/// Rows a list shows at once.
pub(crate) const PAGE: usize = 50;

/// A date in a cell, or nothing.
pub(crate) fn date_cell(date: Option<Date>) -> Cell {
    date.map_or(Cell::Empty, Cell::date)
}

/// A town in a cell; cases of households that have left the county have none.
pub(crate) fn town_cell(town: i64) -> Cell {
    if town == 0 { Cell::text("已迁出本县") } else { Cell::division(town) }
}

/// A share in a cell; nothing of nothing is no share.
pub(crate) fn rate_cell(rate: Option<i64>) -> Cell {
    rate.map_or(Cell::Empty, Cell::ratio)
}

/// A count in a cell.
pub(crate) fn count_cell(count: usize) -> Cell {
    Cell::number(count as i64)
}

/// The month of the address, else this month.
pub(crate) fn month_asked(context: &Context, request: &PageRequest) -> Date {
    request.query("month").and_then(Date::of_month).unwrap_or(context.today).first_of_month()
}

/// The days of the address, else the year to date: last year as well in its first three months.
pub(crate) fn span(context: &Context, request: &PageRequest) -> (Date, Date) {
    let day = |name: &str| request.query(name).and_then(|day| day.parse().ok());
    let ends = day("ends").unwrap_or(context.today);
    let begins = day("begins").unwrap_or_else(|| ends.add_months(-3).first_of_month());
    (begins, ends)
}

/// Where a list of the address begins, in rows.
pub(crate) fn skip(request: &PageRequest) -> usize {
    request.query("skip").and_then(|skip| skip.parse().ok()).unwrap_or(0)
}

/// One more page of the same list.
pub(crate) fn more(page: Page, next: Option<Link>) -> Page {
    match next {
        Some(next) => page.table(PageTable::new(["更多"]).linked_row(next, [Cell::text("下一页")])),
        None => page,
    }
}
