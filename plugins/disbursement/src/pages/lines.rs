//! 发放明细: the lines of a roster by state, flag, purpose and town, with the totals of each choice.

use super::{PAGE, after, more, others, roster_asked, words};
use crate::roster::Roster;
use crate::settings::Settings;
use doudi_sdk::doc::effect::{PaymentFlag, PaymentPurpose, PaymentState};
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::payments::{Envelope, Line, PAGE as READ, Query, Total};
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// Lines up to which towns are added up on the page; the printed summary has them for any county.
const TOWNS_UP_TO: u32 = 8_000;

/// What of a roster is shown.
#[derive(Debug, Clone, Copy, Default)]
struct Filter {
    state: Option<PaymentState>,
    flag: Option<PaymentFlag>,
    purpose: Option<PaymentPurpose>,
    /// 9 digits of the town.
    town: Option<i64>,
}

impl Filter {
    fn of(request: &PageRequest) -> Filter {
        Filter {
            state: request.query("state").and_then(PaymentState::parse),
            flag: request.query("flag").and_then(PaymentFlag::parse),
            purpose: request.query("purpose").and_then(PaymentPurpose::parse),
            town: request.query("town").and_then(|town| town.parse().ok()),
        }
    }

    fn query(&self, document: Id) -> Query {
        let mut query = Query::of_document(document);
        if let Some(state) = self.state {
            query = query.state(state);
        }
        if let Some(flag) = self.flag {
            query = query.flag(flag);
        }
        match self.purpose {
            Some(purpose) => query.purpose(purpose),
            None => query,
        }
    }

    fn fits(&self, total: &Total) -> bool {
        self.state.is_none_or(|state| state == total.state)
            && self.flag.is_none_or(|flag| flag == total.flag)
            && self.purpose.is_none_or(|purpose| purpose == total.purpose)
    }

    fn link(&self, body: &Roster) -> Link {
        let mut link = super::month::lines_of(body);
        if let Some(state) = self.state {
            link = link.with("state", state);
        }
        if let Some(flag) = self.flag {
            link = link.with("flag", flag);
        }
        if let Some(purpose) = self.purpose {
            link = link.with("purpose", purpose);
        }
        match self.town {
            Some(town) => link.with("town", town),
            None => link,
        }
    }
}

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let settings: Settings = context.settings()?;
    let Some((document, body)) = roster_asked(context, request)? else {
        let month = super::month_asked(context, request)?;
        let page = Page::new("发放明细").note(Tone::Neutral, format!("{}还没有名单。", month.chinese_month()));
        return others(page, "lines", month, &settings);
    };
    let filter = Filter::of(request);
    let envelope = payments::totals(document.id)?;
    let mut page = Page::new(format!("{}明细", body.title())).figures(figures(&envelope, &filter));
    page = page.heading("筛选").table(choices(&envelope, &filter, &body));
    let all: u32 = envelope.totals.iter().map(|total| total.lines).sum();
    if all <= TOWNS_UP_TO {
        page = page.table(towns(&document, &filter, &body)?);
    }
    let (lines, next) = read(&document, &filter, after(request))?;
    let next = next.map(|id| filter.link(&body).with("after", id.0));
    page = more(page.heading("明细").table(table(&lines)), next);
    others(page, "lines", body.month, &settings)
}

fn figures(envelope: &Envelope, filter: &Filter) -> [FigureItem; 3] {
    let fitting = || envelope.totals.iter().filter(|total| filter.fits(total) && total.state != PaymentState::Dropped);
    let lines: i64 = fitting().map(|total| i64::from(total.lines)).sum();
    let amount: Fen = fitting().map(|total| total.amount).sum();
    let sealed = envelope.sealed.map_or(Cell::text("未锁定"), |sealed| Cell::money(sealed.amount));
    [
        FigureItem::new("笔数", Cell::number(lines)),
        FigureItem::new("金额", Cell::money(amount)),
        FigureItem::new("报送时锁定的总额", sealed),
    ]
}

/// Each choice with its number and sum; a click narrows the list.
fn choices(envelope: &Envelope, filter: &Filter, body: &Roster) -> PageTable {
    let mut table = PageTable::new([
        ColumnHead::new("条件"),
        ColumnHead::new("取值"),
        ColumnHead::number("笔数"),
        ColumnHead::number("金额"),
    ]);
    let add = |table: PageTable, kind: &str, word: &str, narrowed: Filter| {
        let fitting = || envelope.totals.iter().filter(|total| narrowed.fits(total));
        let lines: i64 = fitting().map(|total| i64::from(total.lines)).sum();
        if lines == 0 {
            return table;
        }
        let amount: Fen = fitting().map(|total| total.amount).sum();
        table.linked_row(
            narrowed.link(body),
            [Cell::text(kind), Cell::text(word), Cell::number(lines), Cell::money(amount)],
        )
    };
    table = add(table, "全部", "不限", Filter { town: filter.town, ..Filter::default() });
    for state in PaymentState::ALL {
        table = add(table, "状态", words::state_word(*state), Filter { state: Some(*state), ..*filter });
    }
    for flag in PaymentFlag::ALL {
        table = add(table, "变动", words::flag_word(*flag), Filter { flag: Some(*flag), ..*filter });
    }
    for purpose in PaymentPurpose::ALL {
        table = add(table, "用途", words::purpose_word(*purpose), Filter { purpose: Some(*purpose), ..*filter });
    }
    table
}

fn town_of(line: &Line) -> i64 {
    line.division / 1_000
}

fn towns(document: &Document, filter: &Filter, body: &Roster) -> Result<PageTable> {
    let mut sums: BTreeMap<i64, (i64, Fen)> = BTreeMap::new();
    for line in payments::all(filter.query(document.id))? {
        if line.state != PaymentState::Dropped || filter.state.is_some() {
            let sum = sums.entry(town_of(&line)).or_default();
            sum.0 += 1;
            sum.1 += line.amount;
        }
    }
    let mut table =
        PageTable::new([ColumnHead::new("乡镇（街道）"), ColumnHead::number("笔数"), ColumnHead::number("金额")]);
    for (town, (lines, amount)) in sums {
        let link = Filter { town: Some(town), ..*filter }.link(body);
        table = table.linked_row(link, [Cell::division(town * 1_000), Cell::number(lines), Cell::money(amount)]);
    }
    Ok(table)
}

/// The next lines that fit, and where the page after them begins.
fn read(document: &Document, filter: &Filter, after: Id) -> Result<(Vec<Line>, Option<Id>)> {
    let mut after = after;
    let mut found: Vec<Line> = Vec::new();
    let limit = if filter.town.is_some() { READ } else { PAGE as u32 + 1 };
    // A town's lines lie apart: two reads at most, and the list goes on from where they ended.
    for _ in 0..2 {
        let lines = payments::lines(&filter.query(document.id).after(after).limit(limit))?;
        let full = lines.len() == limit as usize;
        for line in lines {
            after = line.id;
            if filter.town.is_some_and(|town| town != town_of(&line)) {
                continue;
            }
            if found.len() == PAGE {
                let last = found.last().map(|line| line.id);
                return Ok((found, last));
            }
            found.push(line);
        }
        if !full {
            return Ok((found, None));
        }
    }
    Ok((found, Some(after)))
}

fn table(lines: &[Line]) -> PageTable {
    let mut table = PageTable::new([
        ColumnHead::new("家庭"),
        ColumnHead::new("领款人"),
        ColumnHead::new("月份"),
        ColumnHead::new("用途"),
        ColumnHead::number("保障人口"),
        ColumnHead::number("保障金额"),
        ColumnHead::number("分类施保金"),
        ColumnHead::number("合计"),
        ColumnHead::new("变动"),
        ColumnHead::new("状态"),
        ColumnHead::new("村（社区）"),
    ])
    .empty("没有符合条件的款项。");
    for line in lines {
        table = table.linked_row(
            Link::Decision { decision: line.decision },
            [
                Cell::household(line.household),
                line.person.map_or(Cell::text("全家"), Cell::person),
                Cell::text(line.month.month_code()),
                Cell::text(words::purpose_word(line.purpose)),
                Cell::number(i64::from(line.covered)),
                Cell::money(line.base),
                Cell::money(line.supplement),
                Cell::money(line.amount),
                Cell::text(words::flag_word(line.flag)),
                words::state(line.state),
                Cell::division(line.division),
            ],
        );
    }
    table
}
