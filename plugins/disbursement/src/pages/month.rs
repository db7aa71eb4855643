//! 发放总览: the path of a month with its deadlines, and where each benefit's roster stands.

use super::{month_asked, others, words};
use crate::roster::{self, Roster, totals_of};
use crate::rules::path::{DayKind, Due};
use crate::settings::Settings;
use doudi_sdk::doc::effect::PaymentState;
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let settings: Settings = context.settings()?;
    let month = month_asked(context, request)?;
    let page = Page::new(format!("{}资金发放", month.chinese_month()));
    let Some(first) = settings.first_month() else {
        return Ok(
            page.note(Tone::Bad, "尚未设置由本系统发放的第一个月，不会生成名单。请系统管理员在资金发放的设置中填写。")
        );
    };
    if month < first {
        return Ok(page.note(Tone::Neutral, format!("{}以前不由本系统发放。", first.chinese_month())));
    }
    let path = settings.path(month)?;
    let rosters = roster::of_month(month)?;
    let page = match rosters.is_empty() {
        true => {
            page.note(Tone::Neutral, format!("{}冻结变更并生成名单，此前作出的决定列入本月。", path.freeze.chinese()))
        }
        false => figures(page, &rosters)?,
    };
    let bodies: Vec<&Roster> = rosters.iter().map(|(_, body)| body).collect();
    let step = |name: &str, due: &Due, done: &dyn Fn(&Roster) -> Option<Date>| {
        step_row(name, due, &bodies.iter().map(|body| done(body)).collect::<Vec<_>>(), context.today)
    };
    let table = PageTable::new(["步骤", "期限", "建议日期", "说明", "完成情况"])
        .row(step("民政报送名单", &path.send, &|body| body.sent))
        .row(step("财政拨付资金", &path.allocate, &|body| body.allocated_on))
        .row(step("银行存入账户", &path.credit, &|body| body.credited_on));
    let page = page.heading("期限").table(table).heading("名单").table(list(&rosters)?);
    others(page, "month", month, &settings)
}

fn figures(page: Page, rosters: &[(Document, Roster)]) -> Result<Page> {
    let (mut lines, mut amount, mut held, mut credited) = (0_i64, Fen::ZERO, 0_i64, Fen::ZERO);
    for (document, _) in rosters {
        let envelope = payments::totals(document.id)?;
        lines += i64::from(envelope.lines);
        amount += envelope.amount;
        held += i64::from(envelope.held_lines);
        credited += totals_of(&envelope, &[PaymentState::Credited]).amount;
    }
    Ok(page.figures([
        FigureItem::new("应发笔数", Cell::number(lines)),
        FigureItem::new("应发金额", Cell::money(amount)),
        FigureItem::new("暂缓笔数", Cell::number(held)).tone(if held > 0 { Tone::Soon } else { Tone::Neutral }),
        FigureItem::new("已入账金额", Cell::money(credited)),
    ]))
}

fn step_row(name: &str, due: &Due, done: &[Option<Date>], today: Date) -> [Cell; 5] {
    let explained = match due.kind {
        DayKind::Worked => Cell::Empty,
        DayKind::Holiday => Cell::text("期限逢法定节假日，可以提前"),
        DayKind::Weekend => Cell::text("期限逢周末，建议提前"),
    };
    let finished = done.iter().flatten().count();
    let last = done.iter().flatten().max();
    let state = match last {
        _ if done.is_empty() || finished < done.len() => match finished {
            0 if today > due.due => Cell::badge(Tone::Bad, "已逾期"),
            0 => Cell::badge(Tone::Neutral, "未完成"),
            some => Cell::badge(Tone::Progress, format!("{some}/{} 已完成", done.len())),
        },
        Some(last) if *last <= due.due => Cell::badge(Tone::Good, format!("{} 按时完成", last.chinese())),
        Some(last) => Cell::badge(Tone::Soon, format!("{} 逾期完成", last.chinese())),
        None => Cell::Empty,
    };
    // What is done is not late any more, whatever day it is.
    let is_done = !done.is_empty() && finished == done.len();
    let advised = if is_done { Cell::date(due.advised) } else { Cell::due(due.advised) };
    [Cell::text(name), Cell::date(due.due), advised, explained, state]
}

fn list(rosters: &[(Document, Roster)]) -> Result<PageTable> {
    let mut table = PageTable::new([
        ColumnHead::new("救助"),
        ColumnHead::new("环节"),
        ColumnHead::number("应发笔数"),
        ColumnHead::number("应发金额"),
        ColumnHead::number("暂缓"),
        ColumnHead::number("已入账"),
        ColumnHead::number("已退回"),
    ])
    .empty("本月还没有名单。到冻结日系统会自动生成。");
    for (document, body) in rosters {
        let envelope = payments::totals(document.id)?;
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                Cell::text(body.label.as_str()),
                words::roster_state(&document.state),
                Cell::number(i64::from(envelope.lines)),
                Cell::money(envelope.amount),
                Cell::number(i64::from(envelope.held_lines)),
                Cell::money(totals_of(&envelope, &[PaymentState::Credited]).amount),
                Cell::money(totals_of(&envelope, &[PaymentState::Returned]).amount),
            ],
        );
    }
    Ok(table)
}

/// A link to a roster's lines.
pub fn lines_of(body: &Roster) -> Link {
    Link::page("lines").with("month", body.month.month_code()).with("scheme", &body.scheme)
}
