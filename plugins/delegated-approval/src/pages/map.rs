//! 权限下放一览: town by scheme, who decides and since when; and the panel of a household.

use super::town_cell;
use crate::check::{CHECK, Check, conclusion_word};
use crate::draw::outcome_word;
use crate::household::homes;
use crate::order::{self, Order};
use crate::proposal::{PROPOSAL, Proposal};
use crate::rules::authority::{ALL_SCHEMES, covers, governing, holds};
use crate::rules::town::town_of;
use doudi_sdk::divisions;
use doudi_sdk::doc::page::{ColumnHead, FigureItem, Row};
use doudi_sdk::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub fn page(context: &Context) -> Result<Page> {
    let orders = order::all(&["draft", "adopted", "suspended", "withdrawn"])?;
    let governing: Vec<Order> =
        orders.iter().filter(|(document, _)| document.state != "draft").map(|(_, order)| order.clone()).collect();
    let own = town_of(context.actor.division);
    let mut towns: Vec<i64> =
        divisions::list()?.iter().filter(|place| place.is_real_town()).map(|place| place.code).collect();
    towns.extend(governing.iter().map(|order| order.town));
    towns.retain(|town| own.is_none_or(|own| own == *town));
    towns.sort_unstable();
    towns.dedup();
    let delegated: BTreeSet<i64> =
        governing.iter().filter(|order| holds(order, context.today)).map(|order| order.town).collect();
    let page = Page::new("审核确认权下放一览").figures([
        FigureItem::new("镇（街）", Cell::number(towns.len() as i64)),
        FigureItem::new("已下放的镇（街）", Cell::number(delegated.len() as i64)),
    ]);
    let page = proposals(page)?;
    let page = page.table(table(&towns, &governing, context.today));
    Ok(files(page.heading("下放文件"), &orders))
}

/// Schemes the orders speak of, with what they are called; those of every scheme stand first.
fn schemes(orders: &[Order]) -> Vec<(String, String)> {
    let mut schemes: BTreeMap<String, String> = BTreeMap::new();
    for order in orders {
        for (at, scheme) in order.schemes.iter().enumerate() {
            let label = match scheme.as_str() {
                ALL_SCHEMES => "全部社会救助",
                _ => order.labels.get(at).filter(|label| !label.is_empty()).unwrap_or(scheme),
            };
            schemes.entry(scheme.clone()).or_insert_with(|| label.to_owned());
        }
    }
    schemes.into_iter().collect()
}

fn table(towns: &[i64], orders: &[Order], today: Date) -> PageTable {
    let schemes = schemes(orders);
    let heads = std::iter::once(ColumnHead::new("镇（街）"))
        .chain(schemes.iter().map(|(_, label)| ColumnHead::new(label.as_str())));
    let mut table = PageTable::new(heads.collect::<Vec<_>>()).empty("没有登记镇（街）。");
    for town in towns {
        let mut cells = vec![Cell::division(*town)];
        cells.extend(schemes.iter().map(|(scheme, _)| who(orders, *town, scheme, today)));
        table = table.row(cells);
    }
    table
}

/// Who decides, and since when.
fn who(orders: &[Order], town: i64, scheme: &str, today: Date) -> Cell {
    if let Some(order) = governing(orders, town, scheme, today) {
        let resumed = order.pauses.iter().filter_map(|pause| pause.to).filter(|to| *to <= today).max();
        let since = resumed.unwrap_or(order.from);
        return Cell::badge(Tone::Good, format!("镇（街），{since} 起"));
    }
    // The county since the order's end, its pause or its withdrawal, whatever came last; always, where there was none.
    let ended = |order: &Order| {
        let pauses = order.pauses.iter().map(|pause| pause.from);
        let over = order.to.map(|to| to.add_days(1));
        pauses.chain(over).chain(order.withdrawn).filter(|day| *day <= today).max()
    };
    let own = orders.iter().filter(|order| order.town == town && covers(order, scheme));
    let since = own.clone().filter_map(ended).max();
    let coming = own.filter(|order| order.from > today && order.withdrawn.is_none()).map(|order| order.from).min();
    match (since, coming) {
        (_, Some(from)) => Cell::badge(Tone::Progress, format!("县级，{from} 起下放")),
        (Some(since), None) => Cell::badge(Tone::Soon, format!("县级，{since} 起")),
        (None, None) => Cell::text("县级"),
    }
}

fn proposals(page: Page) -> Result<Page> {
    let open = documents::bodies::<Proposal>(documents::Query::of(PROPOSAL).state("open"))?;
    if open.is_empty() {
        return Ok(page);
    }
    let mut table = PageTable::new([
        ColumnHead::new("镇（街）"),
        ColumnHead::number("近一年核查"),
        ColumnHead::number("实体错误"),
        ColumnHead::number("错误率"),
        ColumnHead::number("上限"),
    ]);
    for (document, body) in &open {
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                town_cell(body.town),
                Cell::number(body.concluded as i64),
                Cell::number(body.substance as i64),
                Cell::ratio(body.rate),
                Cell::ratio(body.limit),
            ],
        );
    }
    Ok(page
        .heading("建议研究是否暂停下放")
        .note(Tone::Soon, "错误率超过本县规定的上限。是否暂停由县级审核确认人决定，系统不会自动暂停。")
        .table(table))
}

fn files(page: Page, orders: &[(Document, Order)]) -> Page {
    let mut table = PageTable::new(["文号", "镇（街）", "救助", "起", "止", "状态"])
        .empty("还没有下放文件，全部由县级审核确认。需要下放的请新建下放文件。");
    for (document, order) in orders {
        let state = match document.state.as_str() {
            "draft" => Cell::badge(Tone::Progress, "待确认"),
            "suspended" => Cell::badge(Tone::Soon, "暂停"),
            "withdrawn" => Cell::badge(Tone::Neutral, "已收回"),
            _ => Cell::badge(Tone::Good, "有效"),
        };
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                Cell::text(order.number.as_str()),
                town_cell(order.town),
                Cell::text(order.schemes_word()),
                Cell::date(order.from),
                super::date_cell(order.to.into_iter().chain(order.withdrawn).min()),
                state,
            ],
        );
    }
    page.table(table)
}

/// On a household's page: who would decide on a case accepted today, and what spot checks there were.
pub fn panel(context: &Context, request: &PageRequest) -> Result<Page> {
    let household = request.about()?;
    let homes = homes(&[household], context.today)?;
    let town = homes.get(&household).and_then(|home| home.town());
    let orders = order::governing()?;
    let mine: Vec<&Order> =
        orders.iter().filter(|order| Some(order.town) == town && holds(order, context.today)).collect();
    let mut page = Page::untitled();
    page = match mine.is_empty() {
        true => page.paragraph("今天受理的申请由县级审核确认。"),
        false => page.facts(mine.iter().map(|order| {
            Row::new(order.schemes_word(), Cell::text("今天受理的由镇（街）审核确认")).note(format!(
                "{}，{} 起",
                order.number,
                order.from.chinese()
            ))
        })),
    };
    let mut table = PageTable::new(["抽查", "救助", "原决定", "决定日期", "结论"]).empty("没有抽查记录。");
    for (document, check) in documents::bodies::<Check>(documents::Query::of(CHECK).household(household))? {
        let conclusion = match document.state.as_str() {
            "open" | "checking" | "confirming" => Cell::badge(Tone::Progress, "核查中"),
            _ => Cell::text(conclusion_word(&check.conclusion)),
        };
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                Cell::text(check.period.as_str()),
                Cell::text(check.label.as_str()),
                Cell::text(outcome_word(&check.outcome)),
                Cell::date(check.decided),
                conclusion,
            ],
        );
    }
    Ok(page.table(table))
}
