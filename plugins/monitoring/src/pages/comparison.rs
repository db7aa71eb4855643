//! 信息比对台账: month × department: people asked about and rows that came back, differences, true and false, handled; those that are missing
//! named.

use super::{months_asked, neighbours, words};
use crate::alert::{ALERT, counted};
use crate::batch::{Batch, of_month};
use crate::rules::compare::{Rate, Sent, interconnected, monthly};
use crate::source::{self, Source};
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let months = months_asked(context, request);
    let mut page = Page::new("信息比对台账");
    for month in &months {
        page = of(page, *month)?;
    }
    Ok(match months.as_slice() {
        [month] => neighbours(page, "comparison", *month),
        _ => page,
    })
}

fn of(page: Page, month: Date) -> Result<Page> {
    let sources = source::all()?;
    let batches = of_month(month)?;
    let compared =
        |key: &str| batches.iter().any(|(document, body)| body.source == key && body.compares(&document.state));
    let sent: Vec<Sent> = sources.iter().map(|(document, body)| body.sent(compared(&document.key))).collect();
    let (rate, missing) = monthly(month, &sent);
    let names: Vec<&str> = missing.iter().map(|one| one.name.as_str()).collect();
    let tone = if missing.is_empty() { Tone::Good } else { Tone::Bad };
    let mut page = page.heading(month.chinese_month()).figures([
        FigureItem::new("每月比对率", Cell::ratio(rate.basis_points())).tone(tone),
        FigureItem::new("已比对的未对接部门", Cell::number(rate.part)),
        FigureItem::new("未对接部门", Cell::number(rate.whole)),
    ]);
    page = match (sources.is_empty(), missing.is_empty()) {
        (true, _) => page.note(Tone::Soon, "还没有数据来源。系统每日自动建立，也可以在“数据来源”中登记。"),
        (false, true) => page.note(Tone::Good, "未对接的部门都已比对。"),
        (false, false) => page.note(
            Tone::Bad,
            format!("本月尚未比对：{}。未实现共享对接前，每月至少进行 1 次信息比对（通知第一条）。", names.join("、")),
        ),
    };
    let mut table = PageTable::new([
        ColumnHead::new("部门"),
        ColumnHead::new("数据内容"),
        ColumnHead::new("环节"),
        ColumnHead::number("发出人数"),
        ColumnHead::number("返回行数"),
        ColumnHead::number("无法使用"),
        ColumnHead::number("不在册"),
        ColumnHead::number("疑点"),
        ColumnHead::number("属实"),
        ColumnHead::number("误报"),
        ColumnHead::number("已办结"),
        ColumnHead::new("提示"),
    ])
    .empty("没有数据来源，请先登记。");
    for (document, body) in &sources {
        let own: Vec<&(Document, Batch)> = batches.iter().filter(|(_, batch)| batch.source == document.key).collect();
        if own.is_empty() {
            table = without(table, document, body, month);
        }
        for (batch, counts) in own {
            table = with(table, batch, counts)?;
        }
    }
    page = page.table(table);
    Ok(page)
}

/// A department that sent nothing.
fn without(table: PageTable, document: &Document, body: &Source, month: Date) -> PageTable {
    let one = body.sent(false);
    let hint = if interconnected(&one, month) {
        Cell::badge(Tone::Good, "已对接")
    } else if body.required {
        Cell::badge(Tone::Bad, "本月未比对")
    } else {
        Cell::badge(Tone::Neutral, "可选")
    };
    let mut cells = vec![Cell::text(body.name.as_str())];
    cells.extend((0..10).map(|_| Cell::Empty));
    cells.push(hint);
    table.linked_row(Link::Document { document: document.id }, cells)
}

fn with(table: PageTable, document: &Document, body: &Batch) -> Result<PageTable> {
    let counts = body.counts();
    let results = Results::of(document.id)?;
    let hint = if let Some(month) = body.same_as {
        Cell::badge(Tone::Bad, format!("与{}的文件相同", month.chinese_month()))
    } else if body.late {
        Cell::badge(Tone::Bad, "迟到，不计入当月")
    } else if body.only_positives() {
        Cell::badge(Tone::Soon, "只返回命中的数据")
    } else {
        Cell::Empty
    };
    Ok(table.linked_row(
        Link::Document { document: document.id },
        [
            Cell::text(body.name.as_str()),
            Cell::text(body.event().label()),
            words::batch_state(&document.state),
            Cell::number(body.sent),
            Cell::number(body.rows),
            Cell::number(body.failed.max(counts.rejected)),
            Cell::number(counts.unmatched),
            Cell::number(results.all.whole),
            Cell::number(results.truth),
            Cell::number(results.falsehood),
            Cell::number(results.all.part),
            hint,
        ],
    ))
}

/// What became of the alerts of a batch.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Results {
    /// Settled, of all.
    pub all: Rate,
    pub truth: i64,
    pub falsehood: i64,
}

impl Results {
    /// Counts them.
    ///
    /// # Errors
    /// As [`documents::find`].
    pub fn of(batch: Id) -> Result<Results> {
        let mut results = Results::default();
        for alert in counted(documents::Query::of(ALERT).index("batch", batch.0))? {
            results.all.count(alert.settled);
            results.truth += i64::from(alert.course.truth == Some(true));
            results.falsehood += i64::from(alert.course.truth == Some(false));
        }
        Ok(results)
    }
}
