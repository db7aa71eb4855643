//! 数据完备: how many of the fields a file should have are filled, village by village, as the monthly look counted them.

use super::months_asked;
use crate::rules::compare::Rate;
use crate::survey;
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let page = Page::new("数据完备");
    let mut latest = None;
    for month in months_asked(context, request).iter().rev() {
        latest = survey::of(*month, false)?;
        if latest.is_some() {
            break;
        }
    }
    let Some((_, body)) = latest else {
        return Ok(page.note(Tone::Soon, "该期间还没有巡查。每月1日自动巡查全部在册家庭，完成后在这里按村（居）列出。"));
    };
    let (part, whole) = body.completeness();
    let mut villages: Vec<(&String, Rate)> =
        body.villages.iter().map(|(code, (part, whole))| (code, Rate { part: *part, whole: *whole })).collect();
    villages.sort_by_key(|(code, rate)| (rate.basis_points(), code.as_str()));
    let mut table = PageTable::new([
        ColumnHead::new("村（居）"),
        ColumnHead::number("应填项"),
        ColumnHead::number("已填项"),
        ColumnHead::number("缺项"),
        ColumnHead::number("完备率"),
    ])
    .empty("没有在册家庭。");
    for (code, rate) in villages {
        table = table.row([
            Cell::Division { division: code.clone() },
            Cell::number(rate.whole),
            Cell::number(rate.part),
            Cell::number(rate.whole - rate.part),
            Cell::ratio(rate.basis_points()),
        ]);
    }
    Ok(page
        .figures([
            FigureItem::new("完备率", Cell::ratio(Rate { part, whole }.basis_points())),
            FigureItem::new("巡查户数", Cell::number(body.households)),
            FigureItem::new("缺项", Cell::number(whole - part)),
        ])
        .paragraph(format!(
            "{}巡查的结果。应填项：户籍类别、主要致贫原因、住房状况；每名成员的与户主关系、出生日期、健康状况、劳动能力、就业或者就学状况。",
            body.month.chinese_month()
        ))
        .table(table))
}
