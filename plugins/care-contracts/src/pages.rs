//! Pages: the panels of documents and households, and the lists of the menu. Data only; names are the kernel's to fill in.

pub mod application;
pub mod care;
pub mod household;
pub mod lists;
pub mod money;
pub mod others;
pub mod registers;
pub mod times;

use crate::parameters::Params;
use crate::trial::Trial;
use doudi_sdk::prelude::*;

impl View for crate::CareContracts {
    fn view(context: &Context, request: PageRequest) -> Result<Page> {
        match request.page.as_str() {
            "application" => application::page(context, &request),
            "assessment" => others::assessment(&request),
            "review" => others::review(context, &request),
            "visit" => others::visit(&request),
            "card" => others::card(&request),
            "agreement" => registers::agreement(context, &request),
            "carer" => registers::carer(context, &request),
            "institution" => registers::institution(context, &request),
            "panel" => household::panel(context, &request),
            "ledger" => money::ledger(context, &request),
            "recipients" => lists::recipients(context, &request),
            "coverage" => care::coverage(context, &request),
            "agreements" => care::agreements(context, &request),
            "levels" => care::levels(context, &request),
            "assessments" => care::assessments(context, &request),
            "visits" => times::visits(context, &request),
            "lag" => times::lag(context, &request),
            "duties" => times::duties(context, &request),
            "carers" => registers::carers(context, &request),
            "institutions" => money::institutions(context, &request),
            "fees" => money::fees(context, &request),
            "setup" => lists::setup(context),
            other => Err(Refusal::unknown("页面", other)),
        }
    }
}

/// 如果现在决定: the outcome, its reasons, and the parameters nobody has confirmed.
pub fn trial_page(trial: &Trial, today: Date) -> Page {
    let page = Page::untitled()
        .heading("如果现在决定")
        .note(Tone::Neutral, "按家庭档案、义务人登记和评估试算，不是决定。")
        .block(trial.decided.block());
    match parameters::get(crate::codes::parameter::BASIC_STANDARD, today) {
        Ok(Some(standard)) if !standard.verified => page.note(
            Tone::Soon,
            format!("基本生活标准 {} 元尚未核实（来源：{}），请系统管理员确认。", standard.fen(), standard.source),
        ),
        _ => page,
    }
}

/// The county's numbers, or what is wrong with them: a page says so and goes on.
pub fn params(on: Date) -> std::result::Result<Params, Refusal> {
    crate::terms_on(on).map(|terms| terms.params)
}

/// A date in a cell, or nothing.
pub fn date_cell(date: Option<Date>) -> Cell {
    date.map_or(Cell::Empty, Cell::date)
}

/// A text in a cell, or nothing.
pub fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::text(text) }
}

/// Yes in green, no in red.
pub fn yes_cell(yes: bool) -> Cell {
    if yes { Cell::badge(Tone::Good, "是") } else { Cell::badge(Tone::Bad, "否") }
}

/// The day a list is asked for; today without one, or beyond it.
pub fn day_of(context: &Context, request: &PageRequest, name: &str) -> Date {
    let asked = request.query(name).and_then(|text| text.parse().ok());
    asked.map_or(context.today, |day: Date| day.min(context.today))
}

/// The period a list is asked for; this month without one.
pub fn period(today: Date, request: &PageRequest) -> (Date, Date) {
    let day = |name: &str| request.query(name).and_then(|text| text.parse::<Date>().ok());
    (day("from").unwrap_or(today.first_of_month()), day("to").unwrap_or(today.last_of_month()))
}

/// Rows a list shows at once.
pub const PAGE: usize = 200;

/// Where a list goes on.
pub fn start(request: &PageRequest) -> usize {
    request.query("start").and_then(|start| start.parse().ok()).unwrap_or(0)
}

/// A link to the rest of a list, when there is more; the query of the list goes with it.
pub fn more(page: Page, request: &PageRequest, shown_to: usize, of: usize) -> Page {
    if shown_to >= of {
        return page;
    }
    let mut next = Link::page(&request.page);
    for (name, value) in request.query.iter().filter(|(name, _)| name != "start") {
        next = next.with(name, value);
    }
    let next = next.with("start", shown_to);
    page.table(PageTable::new(["更多"]).linked_row(next, [Cell::text(format!("后面还有 {} 行", of - shown_to))]))
}
