//! 走访记录: what came in, and the questions raised about it, for the town to verify.

use super::{more, period, whom, window};
use crate::rules::genuine::Question;
use crate::visit::{VISIT, Visit};
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    if request.query("list") == Some("questions") {
        return questions(request);
    }
    let period = period(context, request);
    let mut visits = Vec::new();
    let mut month = period.from.first_of_month();
    while month <= period.to {
        let of_month = documents::bodies::<Visit>(documents::Query::of(VISIT).index("month", month.month_code()))?;
        visits.extend(of_month.into_iter().filter(|(_, visit)| period.contains(visit.moment.date)));
        month = month.add_months(1);
    }
    visits.sort_by_key(|(document, visit)| (std::cmp::Reverse(visit.moment), document.id));
    let count = |state: &str| visits.iter().filter(|(document, _)| document.state == state).count() as i64;
    let open = count("questioned");
    let tone = if open > 0 { Tone::Bad } else { Tone::Good };
    let page = Page::new("走访记录").figures([
        FigureItem::new("走访", Cell::number(visits.len() as i64)),
        FigureItem::new("有疑点待核实", Cell::number(open)).tone(tone),
        FigureItem::new("核实为不实", Cell::number(count("rejected"))),
    ]);
    let page = list(page, request, &visits);
    let link = Link::page("visits").with("list", "questions");
    Ok(page.table(PageTable::new(["其他清单"]).linked_row(link, [Cell::text("全部待核实的疑点")])))
}

/// Every visit with an open question, oldest first.
fn questions(request: &PageRequest) -> Result<Page> {
    let visits = documents::bodies::<Visit>(documents::Query::of(VISIT).state("questioned"))?;
    let page = Page::new("走访疑点")
        .note(Tone::Neutral, "疑点只是提醒，不是结论：没有信号、手机没电、时钟不准都会引起疑点。请核实后写明情况。");
    Ok(list(page, request, &visits))
}

fn list(page: Page, request: &PageRequest, visits: &[(Document, Visit)]) -> Page {
    let mut table = PageTable::new([
        ColumnHead::new("走访时间"),
        ColumnHead::new("家庭"),
        ColumnHead::new("村（社区）"),
        ColumnHead::new("事由"),
        ColumnHead::new("地点"),
        ColumnHead::number("照片"),
        ColumnHead::new("核对"),
        ColumnHead::new("疑点"),
    ])
    .empty("没有走访记录。");
    let (_, shown, next) = window(visits, request, "visits");
    for (document, visit) in shown {
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                Cell::text(visit.moment.to_string().replace('T', " ")),
                whom(document),
                Cell::division(document.division),
                Cell::text(visit.errand.zh()),
                Cell::text(if visit.nobody { "无人应答" } else { visit.place.zh() }),
                Cell::number(visit.photos.len() as i64),
                state(&document.state),
                Cell::text(sentences(&visit.questions)),
            ],
        );
    }
    more(page.table(table), next)
}

pub fn sentences(questions: &[Question]) -> String {
    questions.iter().map(Question::sentence).collect::<Vec<_>>().join("；")
}

pub fn state(state: &str) -> Cell {
    match state {
        "clean" => Cell::badge(Tone::Good, "无疑点"),
        "questioned" => Cell::badge(Tone::Soon, "待核实"),
        "genuine" => Cell::badge(Tone::Good, "核实无误"),
        "rejected" => Cell::badge(Tone::Bad, "走访不实"),
        _ => Cell::badge(Tone::Progress, "待核对"),
    }
}
