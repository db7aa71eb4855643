//! Pages: what each village is to have and has, who is in post, who has yet to be trained, what is to be handed over; and the panels of
//! documents. Data only.

pub mod divisions;
pub mod documents;
pub mod people;
pub mod records;
pub mod words;

use doudi_sdk::doc::page::ColumnHead;
use doudi_sdk::prelude::*;

impl View for crate::Coordinators {
    fn view(context: &Context, request: PageRequest) -> Result<Page> {
        match request.page.as_str() {
            "divisions" => divisions::table(context, &request),
            "vacancies" => divisions::vacancies(context, &request),
            "load" => divisions::load(context, &request),
            "posts" => people::posts(context, &request),
            "several" => people::several(&request),
            "trainings" => people::trainings(context, &request),
            "trainees" => people::trainees(context, &request),
            "handovers" => people::handovers(context, &request),
            "populations" => records::populations(context, &request),
            "quotas" => records::quotas(&request),
            "post" => documents::post(context, &request),
            "population" => documents::population(&request),
            "quota" => documents::quota(&request),
            "training" => documents::training(&request),
            "recusal" => documents::recusal(&request),
            other => Err(Refusal::unknown("页面", other)),
        }
    }
}

/// Rows a list shows at once: the villages of two towns.
const PAGE: usize = 60;

/// One row of a list, and where it leads, if anywhere.
pub(crate) type Line = (Option<Link>, Vec<Cell>);

/// Draws a page of a list; the address keeps everything but where it starts.
pub(crate) fn sheet(page: Page, request: &PageRequest, heads: Vec<ColumnHead>, lines: Vec<Line>, empty: &str) -> Page {
    let start = request.query("start").and_then(|start| start.parse().ok()).unwrap_or(0_usize);
    let all = lines.len();
    let mut table = PageTable::new(heads).empty(empty);
    for (link, cells) in lines.into_iter().skip(start).take(PAGE) {
        table = match link {
            Some(link) => table.linked_row(link, cells),
            None => table.row(cells),
        };
    }
    let page = page.table(table);
    if start + PAGE >= all {
        return page;
    }
    let mut next = Link::page(&request.page).with("start", start + PAGE);
    for (name, value) in request.query.iter().filter(|(name, _)| name != "start") {
        next = next.with(name, value);
    }
    page.table(PageTable::new(["更多"]).linked_row(next, [Cell::text(format!("下一页（共 {all} 条）"))]))
}

/// A date of the address.
pub(crate) fn date(request: &PageRequest, name: &str) -> Option<Date> {
    request.query(name)?.parse().ok()
}
