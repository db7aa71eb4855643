//! 数据来源: departments, how they send, and since when they are interconnected.

use crate::answers::INTERCONNECTED_BY;
use crate::rules::compare::{Sent, interconnection};
use crate::source;
use doudi_sdk::doc::page::FigureItem;
use doudi_sdk::prelude::*;

pub fn page(context: &Context) -> Result<Page> {
    let all = source::all()?;
    let sent: Vec<Sent> = all.iter().map(|(_, body)| body.sent(false)).collect();
    let rate = interconnection(context.today, &sent);
    let good = rate.part == rate.whole;
    let mut table = PageTable::new(["部门", "接口", "联系人", "互联互通", "对接日期", "每月比对"])
        .empty("还没有数据来源。系统每日自动建立通知要求的八个部门，也可以新建。");
    for (document, body) in &all {
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                Cell::text(body.name.as_str()),
                Cell::text(body.interface.as_str()),
                Cell::text(body.contact.as_str()),
                if body.connected.is_some() {
                    Cell::badge(Tone::Good, "已对接")
                } else {
                    Cell::badge(Tone::Soon, "未对接")
                },
                body.connected.map_or(Cell::Empty, Cell::date),
                Cell::text(if body.required { "应当比对" } else { "可选" }),
            ],
        );
    }
    let tone = if good { Tone::Good } else { Tone::Soon };
    let mut page = Page::new("数据来源").figures([
        FigureItem::new("互联互通", Cell::ratio(rate.basis_points())).tone(tone),
        FigureItem::new("已对接", Cell::number(rate.part)),
        FigureItem::new("应对接", Cell::number(rate.whole)),
    ]);
    if !good && context.today > INTERCONNECTED_BY {
        page = page.note(Tone::Bad, "2022年年底前应当实现信息互联互通（通知第一条），仍有部门未对接。");
    }
    Ok(page.table(table))
}
