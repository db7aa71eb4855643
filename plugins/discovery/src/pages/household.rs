//! The panel on a household's page: when somebody must go there, what was found, and who was there.

use super::{date_cell, risk};
use crate::clue;
use crate::patrol;
use crate::visit::{VISIT, Visit};
use doudi_sdk::doc::page::Row;
use doudi_sdk::prelude::*;

/// Newest visits shown.
const SHOWN: usize = 20;

pub fn panel(_: &Context, request: &PageRequest) -> Result<Page> {
    let household = request.about()?;
    let mut page = Page::untitled();
    page = match patrol::of(household)? {
        Some((document, patrol)) => page.facts([
            Row::new("重点家庭", risk(patrol.risk)).note(patrol.reason.zh()),
            Row::new("居住情况", Cell::text(patrol.stay.zh())),
            Row::new("上次走访", date_cell(patrol.last_visit())),
            Row::new("下次走访", document.due.map_or(Cell::Empty, Cell::due)),
        ]),
        None => page.note(Tone::Neutral, "不在重点名单上。需要定期走访的，请在“网格”中列入。"),
    };
    let mut clues = PageTable::new(["发现时间", "困难情形", "来源", "环节", "救助措施"]).empty("没有线索。");
    for filed in clue::of_household(household)?.into_iter().rev() {
        clues = clues.linked_row(
            Link::Document { document: filed.document.id },
            [
                Cell::date(filed.body.found),
                Cell::text(filed.body.difficulty.zh()),
                Cell::text(filed.body.source.zh()),
                Cell::badge(if filed.stand.is_over() { Tone::Good } else { Tone::Progress }, filed.stand.zh()),
                Cell::text(super::ledger::measure(&filed.body)),
            ],
        );
    }
    let mut visits = PageTable::new(["走访时间", "事由", "地点", "情况", "核对"]).empty("还没有走访记录。");
    let found = documents::find(documents::Query::of(VISIT).household(household))?;
    for document in found.iter().rev().take(SHOWN) {
        let visit: Visit = document.body()?;
        visits = visits.linked_row(
            Link::Document { document: document.id },
            [
                Cell::text(visit.moment.to_string().replace('T', " ")),
                Cell::text(visit.errand.zh()),
                Cell::text(if visit.nobody { "无人应答" } else { visit.place.zh() }),
                Cell::text(visit.findings.as_str()),
                super::visits::state(&document.state),
            ],
        );
    }
    Ok(page.heading("线索").table(clues).heading("走访").table(visits))
}
