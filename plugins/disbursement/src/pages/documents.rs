//! The panels of rosters, findings, failures and overpayments.

use super::month::lines_of;
use super::words;
use crate::actions::overpayment::from_word;
use crate::failure::{Failure, reason_word};
use crate::finding::Finding;
use crate::overpayment::Overpayment;
use crate::roster::{Roster, totals_of};
use doudi_sdk::doc::effect::{PaymentFlag, PaymentPurpose, PaymentState};
use doudi_sdk::doc::page::{ColumnHead, FigureItem, Row};
use doudi_sdk::payments::Envelope;
use doudi_sdk::prelude::*;

pub fn roster(request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Roster = document.body()?;
    let envelope = payments::totals(document.id)?;
    let held = i64::from(envelope.held_lines);
    let mut page = Page::untitled()
        .figures([
            FigureItem::new("应发笔数", Cell::number(i64::from(envelope.lines))),
            FigureItem::new("应发金额", Cell::money(envelope.amount)),
            FigureItem::new("暂缓笔数", Cell::number(held)).tone(if held > 0 { Tone::Soon } else { Tone::Neutral }),
            FigureItem::new("暂缓金额", Cell::money(envelope.held_amount)),
        ])
        .facts(dates(&body))
        .heading("构成")
        .table(parts(&envelope));
    if envelope.sealed.is_some() {
        page = page.heading("三方对账").table(books(&body, &envelope));
    }
    if held > 0 && envelope.sealed.is_none() {
        page = page.missing(format!("暂缓 {held} 笔，请在“疑点和失败”中核查；报送时仍未处理的本月不发放"));
    }
    let more = PageTable::new(["查看"])
        .linked_row(lines_of(&body), [Cell::text("发放明细")])
        .linked_row(link("changes", &body), [Cell::text("增减变动")])
        .linked_row(Link::page("exceptions"), [Cell::text("疑点和失败")]);
    Ok(page.table(more))
}

fn link(page: &str, body: &Roster) -> Link {
    Link::page(page).with("month", body.month.month_code()).with("scheme", &body.scheme)
}

fn dates(body: &Roster) -> Vec<Row> {
    let mut rows = vec![Row::new("冻结日期", body.frozen.map_or(Cell::Empty, Cell::date))];
    for (label, by, advised, done) in [
        ("报送", body.send_by, body.send_advised, body.sent),
        ("拨付", body.allocate_by, body.allocate_advised, body.allocated_on),
        ("入账", body.credit_by, body.credit_advised, body.credited_on),
    ] {
        let row = match (done, advised) {
            (Some(done), _) => Row::new(label, Cell::date(done)),
            (None, Some(advised)) => Row::new(label, Cell::due(advised)),
            (None, None) => Row::new(label, Cell::Empty),
        };
        rows.push(match by {
            Some(by) => row.note(format!("期限 {}", by.chinese())),
            None => row,
        });
    }
    if !body.budget.is_empty() {
        rows.push(Row::new("预算科目", Cell::text(body.budget.as_str())));
    }
    if !body.voucher.is_empty() {
        rows.push(Row::new("支付凭证号", Cell::text(body.voucher.as_str())));
    }
    rows
}

/// Number and sum by purpose and flag.
fn parts(envelope: &Envelope) -> PageTable {
    let mut table = PageTable::new([
        ColumnHead::new("用途"),
        ColumnHead::new("变动"),
        ColumnHead::number("笔数"),
        ColumnHead::number("金额"),
    ])
    .empty("名单中没有款项。");
    for purpose in PaymentPurpose::ALL {
        for flag in PaymentFlag::ALL {
            let fitting = envelope.totals.iter().filter(|total| {
                total.purpose == *purpose
                    && total.flag == *flag
                    && !matches!(total.state, PaymentState::Dropped | PaymentState::Held)
            });
            let (lines, amount) =
                fitting.fold((0_i64, Fen::ZERO), |sum, total| (sum.0 + i64::from(total.lines), sum.1 + total.amount));
            if lines > 0 {
                let flag = if *purpose == PaymentPurpose::Regular { words::flag_word(*flag) } else { "" };
                table = table.row([
                    Cell::text(words::purpose_word(*purpose)),
                    Cell::text(flag),
                    Cell::number(lines),
                    Cell::money(amount),
                ]);
            }
        }
    }
    table
}

fn books(body: &Roster, envelope: &Envelope) -> PageTable {
    let books = body.books(envelope);
    let mut table = PageTable::new([ColumnHead::new("项目"), ColumnHead::number("笔数"), ColumnHead::number("金额")]);
    for (label, totals) in [
        ("民政报送", Some(books.roster)),
        ("财政拨付", books.allocated),
        ("银行入账", Some(books.credited)),
        ("银行退回", Some(books.returned)),
        ("等待回盘", Some(totals_of(envelope, &[PaymentState::Sealed]))),
    ] {
        table = match totals {
            Some(totals) => table.row([Cell::text(label), Cell::number(totals.lines), Cell::money(totals.amount)]),
            None => table.row([Cell::text(label), Cell::Empty, Cell::text("未登记")]),
        };
    }
    table
}

pub fn finding(request: &PageRequest) -> Result<Page> {
    let body: Finding = request.document()?.body()?;
    let mut rows = vec![Row::new("疑点", Cell::badge(Tone::Soon, body.label()))];
    if let Some(month) = body.for_month {
        rows.push(Row::new("所属月份", Cell::text(month.chinese_month())));
        rows.push(Row::new("金额", Cell::money(body.amount)));
    }
    if let Some(other) = body.other_household {
        rows.push(Row::new("共用账户的家庭", Cell::household(other)));
    }
    if let Some(died) = body.died {
        rows.push(Row::new("去世日期", Cell::date(died)));
        rows.push(Row::new("停发月份", Cell::text(died.first_of_next_month().chinese_month())));
    }
    if !body.settled.is_empty() {
        rows.push(Row::new("处理意见", Cell::text(body.settled.as_str())));
    }
    let advice = body.code().map_or("", |code| code.advice());
    let page = Page::untitled().facts(rows);
    Ok(if advice.is_empty() { page } else { page.note(Tone::Neutral, advice) })
}

pub fn failure(request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Failure = document.body()?;
    let mut rows = vec![
        Row::new("退回原因", Cell::badge(Tone::Bad, reason_word(&body.reason))),
        Row::new("所属月份", body.month.map_or(Cell::Empty, |month| Cell::text(month.chinese_month()))),
        Row::new("金额", Cell::money(body.amount)),
        Row::new("退回次数", Cell::number(i64::from(body.times))),
        Row::new("首次退回", body.first_returned.map_or(Cell::Empty, Cell::date)),
    ];
    if !body.mended.is_empty() {
        rows.push(Row::new("更正情况", Cell::text(body.mended.as_str())));
    }
    if let Some(cleared) = body.cleared {
        rows.push(Row::new("入账日期", Cell::date(cleared)));
    }
    let page = Page::untitled().facts(rows);
    Ok(match document.state.as_str() {
        "open" => page.note(Tone::Neutral, "请先在家庭档案中更正开户行、户名或账号，再点“账户已更正”。"),
        _ => page,
    })
}

pub fn overpayment(request: &PageRequest) -> Result<Page> {
    let body: Overpayment = request.document()?.body()?;
    let mut rows = vec![
        Row::new("多发金额", Cell::money(body.total)),
        Row::new("已经追回", Cell::money(body.returned)),
        Row::new("尚未追回", Cell::money(body.left())),
    ];
    if let Some(died) = body.died {
        rows.push(Row::new("去世日期", Cell::date(died)));
    }
    if !body.from.is_empty() {
        rows.push(Row::new("向谁追回", Cell::text(from_word(&body.from))));
    }
    if !body.monthly.is_zero() {
        rows.push(Row::new("每月扣回", Cell::money(body.monthly)));
    }
    let mut months = PageTable::new([ColumnHead::new("月份"), ColumnHead::number("多发金额")]);
    for part in &body.months {
        months = months.row([Cell::text(part.month.chinese_month()), Cell::money(part.amount)]);
    }
    let mut page = Page::untitled().facts(rows).table(months);
    if !body.receipts.is_empty() {
        let mut receipts =
            PageTable::new([ColumnHead::new("收回日期"), ColumnHead::number("金额"), ColumnHead::new("凭证")]);
        for receipt in &body.receipts {
            receipts = receipts.row([
                Cell::date(receipt.on),
                Cell::money(receipt.amount),
                Cell::text(receipt.voucher.as_str()),
            ]);
        }
        page = page.heading("收回的款项").table(receipts);
    }
    Ok(page)
}
