//! Pages: the panels of documents and households, and the lists of the menu. Data only; names are the kernel's to fill in.

pub mod application;
pub mod household;
pub mod ledger;
pub mod lists;
pub mod others;

use crate::trial::Trial;
use doudi_sdk::prelude::*;

impl View for crate::Dibao {
    fn view(context: &Context, request: PageRequest) -> Result<Page> {
        match request.page.as_str() {
            "application" => application::page(context, &request),
            "recheck" => others::recheck(context, &request),
            "change" => others::change(context, &request),
            "relative" => others::relative(&request),
            "panel" => household::panel(context, &request),
            "recipients" => lists::recipients(context, &request),
            "rechecks" => lists::rechecks(context, &request),
            "setup" => lists::setup(context),
            "cases" => ledger::cases(context, &request),
            "planned" => ledger::planned(context, &request),
            "deaths" => ledger::deaths(context, &request),
            "singles" => ledger::singles(context, &request),
            "covered" => ledger::covered(context, &request),
            "uprating" => ledger::uprating(context, &request),
            other => Err(Refusal::unknown("页面", other)),
        }
    }
}

/// 如果现在决定: the outcome, its reasons, and the parameters nobody has confirmed.
pub fn trial_page(trial: &Trial, today: Date) -> Page {
    let page = Page::untitled()
        .heading("如果现在决定")
        .note(Tone::Neutral, "按家庭档案现有记录试算，不是决定。")
        .block(trial.decided.block());
    match parameters::get(crate::codes::parameter::STANDARD, today) {
        Ok(Some(standard)) if !standard.verified => page.note(
            Tone::Soon,
            format!("低保标准 {} 元尚未核实（来源：{}），请系统管理员确认。", standard.fen(), standard.source),
        ),
        _ => page,
    }
}

/// A date in a cell, or nothing.
pub fn date_cell(date: Option<Date>) -> Cell {
    date.map_or(Cell::Empty, Cell::date)
}

/// A text in a cell, or nothing.
pub fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::text(text) }
}

/// Rows a list shows at once.
pub const PAGE: usize = 50;

/// The cursor of a list's address.
pub fn after(request: &PageRequest) -> Id {
    Id(request.query("after").and_then(|after| after.parse().ok()).unwrap_or(0))
}
