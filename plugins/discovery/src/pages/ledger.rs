//! 困难群众主动发现台账, with the columns of the notice's third measure. Names and numbers stand in the household's file, where showing them
//! is recorded; a village's officer sees what her village found.

use super::{date_cell, here, more, period, ratio, window};
use crate::answers::closed_in;
use crate::clue::{self, CLUE, Clue, Filed};
use crate::rules::figures::{days_word, median};
use crate::rules::words::Measure;
use crate::scorecard::{clues_since, decided, on_grid};
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;

/// What of the ledger is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// Found in the period.
    Found,
    /// Decided in the period: what the median was taken of.
    Decided,
    /// About households on a grid list: what the missed ones are a share of.
    Grid,
    /// Whose step is due, and those struck off.
    Due,
    /// Not struck off yet.
    Open,
}

impl List {
    const ALL: [(List, &'static str, &'static str); 5] = [
        (List::Found, "found", "本期发现"),
        (List::Open, "open", "尚未销号"),
        (List::Due, "due", "本期到期"),
        (List::Decided, "decided", "本期作出决定"),
        (List::Grid, "grid", "网格内家庭"),
    ];

    fn of(request: &PageRequest) -> List {
        let asked = request.query("list").unwrap_or("found");
        List::ALL.into_iter().find(|(_, code, _)| *code == asked).map_or(List::Found, |(list, _, _)| list)
    }

    fn read(self, period: Period) -> Result<Vec<Filed>> {
        Ok(match self {
            List::Found => clue::found_between(period.from, period.to)?,
            List::Decided => decided(&clues_since(period)?, period).cloned().collect(),
            List::Grid => on_grid(&clues_since(period)?, period).cloned().collect(),
            List::Due => due(period)?,
            List::Open => open()?,
        })
    }
}

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let (list, period) = (List::of(request), period(context, request));
    let clues = list.read(period)?;
    let mut page = Page::new("困难群众主动发现台账").figures(figures(list, &clues));
    let (at, shown, next) = window(&clues, request, "ledger");
    page = more(page.table(table(at, shown)), next);
    page = page.note(
        Tone::Neutral,
        "姓名按岗位显示；公民身份号码在家庭档案中查看，显示完整号码的会记录。未建档的人员建档后，在线索中“关联家庭档案”。",
    );
    let mut others = PageTable::new(["其他清单"]);
    for (other, code, label) in List::ALL {
        if other != list {
            let link = Link::page("ledger").with("list", code).with("from", period.from).with("to", period.to);
            others = others.linked_row(link, [Cell::text(label)]);
        }
    }
    for month in [period.from.add_months(-1), period.from.add_months(1)] {
        let link = here(request, "ledger").with("from", month.first_of_month()).with("to", month.last_of_month());
        others = others.linked_row(link.with("at", 0), [Cell::text(month.chinese_month())]);
    }
    Ok(page.heading("其他清单和月份").table(others))
}

fn figures(list: List, clues: &[Filed]) -> Vec<FigureItem> {
    let count = |wanted: &dyn Fn(&Clue) -> bool| clues.iter().filter(|clue| wanted(&clue.body)).count() as i64;
    let all = clues.len() as i64;
    let mut items = vec![FigureItem::new("线索", Cell::number(all))];
    match list {
        List::Decided => {
            let mut days: Vec<i64> = clues.iter().filter_map(|clue| clue.body.days_to_decision()).collect();
            let median = median(&mut days).map_or("—".to_owned(), days_word);
            items.push(FigureItem::new("发现到决定天数中位数", Cell::text(median)));
        }
        List::Grid => {
            let outside = count(&|clue| clue.source.is_outside());
            items.push(FigureItem::new("由热线、信访、媒体首先反映", Cell::number(outside)));
            items.push(FigureItem::new("占比", ratio(outside, all)));
        }
        List::Found | List::Due | List::Open => {
            items.push(FigureItem::new("已作出决定", Cell::number(count(&|clue| clue.decided.is_some()))));
            items.push(FigureItem::new("代办申请", Cell::number(count(&|clue| clue.application.is_some()))));
            items.push(FigureItem::new("村级逾期由系统上报", Cell::number(count(&|clue| clue.parked))));
        }
    }
    items
}

fn table(at: usize, shown: &[Filed]) -> PageTable {
    let mut table = PageTable::new([
        ColumnHead::number("序号"),
        ColumnHead::new("村"),
        ColumnHead::new("姓名"),
        ColumnHead::new("身份证"),
        ColumnHead::new("困难情形"),
        ColumnHead::new("发现时间"),
        ColumnHead::new("发现人"),
        ColumnHead::new("上报时间"),
        ColumnHead::new("镇街核实"),
        ColumnHead::new("救助措施"),
        ColumnHead::new("办结时间"),
        ColumnHead::new("回访"),
    ])
    .empty("没有符合条件的线索。走访中发现的困难会自动登记；热线、信访等线索请用“新建线索”登记。");
    for (offset, Filed { document, body, stand }) in shown.iter().enumerate() {
        let first = body.reports.first();
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                Cell::number((at + offset + 1) as i64),
                Cell::division(document.division),
                super::whom(document),
                document.household.map_or(Cell::Empty, |_| Cell::text("见家庭档案")),
                Cell::text(body.difficulty.zh()),
                Cell::date(body.found),
                Cell::text(format!("{}（{}）", first.map_or("", |report| report.finder.as_str()), body.source.zh())),
                date_cell(body.reported),
                verified(body, stand.zh()),
                Cell::text(measure(body)),
                date_cell(body.decided),
                date_cell(body.followed.as_ref().map(|followed| followed.on)),
            ],
        );
    }
    table
}

fn verified(body: &Clue, stand: &str) -> Cell {
    match &body.verified {
        Some(verified) if verified.genuine => Cell::badge(Tone::Good, format!("属实 {}", verified.on)),
        Some(verified) => Cell::badge(Tone::Neutral, format!("不属实 {}", verified.on)),
        None => Cell::badge(Tone::Progress, stand),
    }
}

/// What was done, in one line.
pub fn measure(body: &Clue) -> String {
    let declined = body.declined.last().map(|declined| format!("暂不申请，{} 再次上门", declined.again));
    match (body.measure, &body.application, &body.referral) {
        (Some(Measure::Apply), Some(application), _) => match application.outcome {
            Some(outcome) => format!("{}：{}", Measure::Apply.zh(), outcome.zh()),
            None => declined.unwrap_or_else(|| Measure::Apply.zh().to_owned()),
        },
        (Some(Measure::Refer), _, Some(referral)) => format!("转介{}", referral.to.zh()),
        (Some(measure), _, _) => measure.zh().to_owned(),
        (None, _, _) => declined.unwrap_or_default(),
    }
}

/// Whose step must be taken in the period, and those struck off in it.
fn due(period: Period) -> Result<Vec<Filed>> {
    let mut clues: Vec<Filed> = open()?
        .into_iter()
        .filter(|clue| {
            clue.document.due.is_some_and(|due| period.contains(due))
                && clue.stand != crate::rules::clock::Stand::Resting
        })
        .collect();
    clues.extend(clues_since(period)?.into_iter().filter(|clue| closed_in(clue, period).is_some()));
    Ok(clues)
}

/// Not struck off yet, oldest first.
fn open() -> Result<Vec<Filed>> {
    let open = [
        "registered",
        "reported",
        "verifying",
        "verified",
        "applying",
        "referred",
        "resting",
        "feedback",
        "following",
        "checking-off",
    ];
    documents::all(documents::Query::of(CLUE).states(&open))?.into_iter().map(Filed::of).collect()
}
