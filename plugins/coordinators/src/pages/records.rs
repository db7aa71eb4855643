//! 户籍人口 and 核定编配.

use super::{Line, date, sheet};
use crate::establishment::{lies_in, villages};
use crate::population::{self, Basis};
use crate::quota::{QUOTA, Quota};
use crate::settings::Settings;
use doudi_sdk::doc::page::ColumnHead;
use doudi_sdk::prelude::*;

/// Every village with the number that holds; villages nobody has recorded come first.
pub fn populations(context: &Context, request: &PageRequest) -> Result<Page> {
    let settings: Settings = context.settings()?;
    let day = date(request, "on").unwrap_or(context.today);
    let recorded = population::all()?;
    let mut rows: Vec<(i64, Option<Basis>, usize)> = villages()?
        .iter()
        .filter(|village| lies_in(village.code, context.actor.division))
        .map(|village| {
            let records = recorded.get(&village.code).map_or(&[][..], Vec::as_slice);
            (village.code, population::basis(records, day, &settings), records.len())
        })
        .collect();
    rows.sort_by_key(|(village, basis, _)| (basis.is_some(), *village));
    let missing = rows.iter().filter(|(_, basis, _)| basis.is_none()).count();
    let lines: Vec<Line> = rows
        .iter()
        .map(|(village, basis, records)| {
            let state = match basis {
                None => Cell::badge(Tone::Bad, "没有记录"),
                Some(basis) if basis.fixed => Cell::badge(Tone::Good, "统计日数据"),
                Some(_) => Cell::badge(Tone::Soon, "不是统计日数据"),
            };
            let cells = vec![
                Cell::division(*village),
                basis.map_or(Cell::Empty, |basis| Cell::number(i64::from(basis.count))),
                basis.map_or(Cell::Empty, |basis| Cell::date(basis.on)),
                state,
                Cell::number(*records as i64),
            ];
            (None, cells)
        })
        .collect();
    let heads = vec![
        ColumnHead::new("村（居）"),
        ColumnHead::number("户籍人口"),
        ColumnHead::new("统计日期"),
        ColumnHead::new("情况"),
        ColumnHead::number("历次记录"),
    ];
    let page = Page::new("户籍人口").paragraph(format!(
        "按{}的户籍人口（不是常住人口）测算；{missing} 个村（居）没有记录。可以逐个录入，也可以导入文件。",
        settings.counted_on(day).chinese()
    ));
    Ok(sheet(page, request, heads, lines, "没有村（居）。"))
}

/// 核定编配, newest first.
pub fn quotas(request: &PageRequest) -> Result<Page> {
    let mut found = Vec::new();
    for document in documents::all(documents::Query::of(QUOTA))? {
        let body: Quota = document.body()?;
        found.push((document, body));
    }
    found.sort_by_key(|(_, body)| std::cmp::Reverse(body.year));
    let lines = found
        .iter()
        .map(|(document, body)| {
            let required: u32 = body.rows.iter().map(crate::quota::Row::number).sum();
            let state = match body.settled {
                Some(on) => Cell::badge(Tone::Good, format!("{on} 核定")),
                None => Cell::badge(Tone::Soon, "待核定"),
            };
            let cells = vec![
                Cell::text(format!("{}年", body.year)),
                Cell::number(body.rows.len() as i64),
                Cell::number(i64::from(required)),
                Cell::number(body.unknown() as i64),
                document.due.map_or(Cell::Empty, Cell::due),
                state,
            ];
            (Some(Link::Document { document: document.id }), cells)
        })
        .collect();
    let heads = vec![
        ColumnHead::new("年度"),
        ColumnHead::number("村（居）"),
        ColumnHead::number("应配"),
        ColumnHead::number("无户籍人口"),
        ColumnHead::new("期限"),
        ColumnHead::new("情况"),
    ];
    Ok(sheet(
        Page::new("核定编配"),
        request,
        heads,
        lines,
        "还没有核定过编配。每年1月1日自动测算，也可以点“新建核定编配”。",
    ))
}
