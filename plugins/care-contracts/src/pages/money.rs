//! Money beyond the person's own account: what goes to institutions, with a ledger for each person, and what goes to carers under
//! their agreements. The rosters of disbursement know no payee but the household, so that these lists are what finance pays by.

use super::{PAGE, day_of, more, start};
use crate::agreement::{Agreement, Payee};
use crate::care::View;
use crate::carer;
use crate::codes::figure;
use crate::rules::form::Form;
use crate::running::{self, Line, SCHEME, Support, label};
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// In which institution everybody is: the newest decision on a form names it.
fn whereabouts() -> Result<BTreeMap<Id, Id>> {
    let mut places = BTreeMap::new();
    let mut note = |query: documents::Query, who: &str| {
        documents::scan(query, &[who, "/institution"], |row| {
            if let (Some(person), Some(institution)) = (row.id_of(who), row.id_of("/institution")) {
                places.insert(person, institution);
            }
            Ok(())
        })
    };
    note(documents::Query::of("application").state("confirmed"), "/applicant")?;
    note(documents::Query::of("review").states(&["kept", "raised", "lowered"]), "/member")?;
    Ok(places)
}

/// 集中供养拨付名单: by institution, a line for each person.
pub fn institutions(context: &Context, request: &PageRequest) -> Result<Page> {
    let day = day_of(context, request, "on");
    let places = whereabouts()?;
    let mut names: BTreeMap<Id, (String, i64)> = BTreeMap::new();
    for document in documents::all(documents::Query::of("institution"))? {
        let body: carer::Institution = document.body()?;
        names.insert(document.id, (body.name, body.beds));
    }
    let mut lines: BTreeMap<Option<Id>, Vec<Support>> = BTreeMap::new();
    for line in running::everybody(day)?.into_iter().filter(|line| line.form == Form::Central) {
        let place = line.person.and_then(|person| places.get(&person).copied());
        lines.entry(place).or_default().push(line);
    }
    let mut page = Page::new("集中供养拨付名单")
        .note(Tone::Neutral, format!("{}，按供养服务机构列出，由财政拨付到机构账户，逐人记账。", day.chinese_month()));
    if lines.is_empty() {
        page = page.paragraph("没有集中供养的特困人员。");
    }
    for (place, lines) in &lines {
        let (name, beds) = place
            .and_then(|place| names.get(&place).cloned())
            .unwrap_or_else(|| ("没有登记机构，请发起供养形式变更补录".to_owned(), 0));
        let total: i64 = lines.iter().map(|line| line.amount.0).sum();
        let mut table = PageTable::new([
            ColumnHead::new("供养对象"),
            ColumnHead::new("照料档次"),
            ColumnHead::number("基本生活费"),
            ColumnHead::number("照料护理费"),
            ColumnHead::number("合计"),
        ]);
        for line in lines {
            let person = line.person.unwrap_or_default();
            table = table.linked_row(
                Link::page("ledger").with("household", line.household.0).with("person", person.0),
                [
                    Cell::person(person),
                    Cell::text(line.level.map_or("未评估", crate::rules::level::Level::zh)),
                    Cell::money(line.basic),
                    Cell::money(line.care),
                    Cell::money(line.amount),
                ],
            );
        }
        page = page
            .heading(name)
            .figures([
                FigureItem::new("人数", Cell::number(lines.len() as i64))
                    .tone(if beds > 0 && lines.len() as i64 > beds { Tone::Bad } else { Tone::Neutral }),
                FigureItem::new("床位", Cell::number(beds)),
                FigureItem::new("本月应拨付", Cell::money(total)),
            ])
            .table(table);
    }
    Ok(page)
}

/// 照料服务费名单: to whom each fee goes; those without an agreement that holds are named and get none.
pub fn fees(context: &Context, request: &PageRequest) -> Result<Page> {
    let day = day_of(context, request, "on");
    let everybody = View::read()?.everybody(day)?;
    let at_home: Vec<_> = crate::care::scattered(&everybody).collect();
    let of = at_home.len();
    let mut total = 0;
    for cared in &at_home {
        total += cared.agreement.as_ref().filter(|_| cared.is_covered()).map_or(0, |agreed| agreed.fee);
    }
    let mut table = PageTable::new([
        ColumnHead::new("供养对象"),
        ColumnHead::new("支付给"),
        ColumnHead::new("照料人"),
        ColumnHead::number("每月费用"),
        ColumnHead::new("支付方式"),
    ])
    .empty("没有分散供养的特困人员。");
    for cared in at_home.into_iter().skip(start(request)).take(PAGE) {
        let cells = match (&cared.agreement, cared.is_covered()) {
            (Some(agreed), true) => [
                Cell::person(cared.person),
                Cell::text(agreed.payee.zh()),
                carer::get(agreed.carer).map_or(Cell::Empty, |(_, carer)| Cell::text(carer.describe())),
                Cell::money(agreed.fee),
                Cell::text(match agreed.payee {
                    Payee::Person => "随基本生活费发放".to_owned(),
                    _ => documents::get(agreed.id)?.body::<Agreement>()?.method,
                }),
            ],
            _ => [
                Cell::person(cared.person),
                Cell::badge(Tone::Bad, cared.gap().unwrap_or_default()),
                Cell::Empty,
                Cell::money(0_i64),
                Cell::text("没有有效协议，不列支"),
            ],
        };
        table = table.linked_row(Link::Household { household: cared.household }, cells);
    }
    let page = Page::new("照料服务费名单")
        .figures([FigureItem::new("本月费用合计", Cell::money(total))])
        .note(Tone::Neutral, "付给照料人、机构和服务单位的，按本名单由财政支付；付给本人的随基本生活费列入发放名单。")
        .table(table);
    Ok(more(page, request, (start(request) + PAGE).min(of), of))
}

/// 供养台账 of one person: every decision with what it was, from the first.
pub fn ledger(_: &Context, request: &PageRequest) -> Result<Page> {
    let id = |name: &str| request.query(name).and_then(|text| text.parse().ok()).map(Id);
    let (Some(household), Some(person)) = (id("household"), id("person")) else {
        return Err(Refusal::invalid("没有指明人员，请从家庭档案或者名单进入"));
    };
    let mut table = PageTable::new([
        ColumnHead::new("决定日期"),
        ColumnHead::new("决定"),
        ColumnHead::new("供养形式"),
        ColumnHead::new("照料档次"),
        ColumnHead::number("基本生活费"),
        ColumnHead::number("照料护理费"),
        ColumnHead::number("每月金额"),
        ColumnHead::new("起"),
        ColumnHead::new("止"),
    ])
    .empty("该人员没有特困供养的决定。");
    for decision in decisions::of_household(household)? {
        if decision.scheme != SCHEME || decision.person != Some(person) {
            continue;
        }
        let pays = matches!(decision.effect.as_str(), "grant" | "change");
        table = table.linked_row(
            Link::Decision { decision: decision.id },
            [
                Cell::date(decision.decided),
                Cell::text(label(&decision.outcome)),
                if pays { Cell::text(decision.form().zh()) } else { Cell::Empty },
                decision.level().filter(|_| pays).map_or(Cell::Empty, |level| Cell::text(level.zh())),
                Cell::money(if pays { decision.value(figure::BASIC) } else { 0 }),
                Cell::money(if pays { decision.value(figure::CARE) } else { 0 }),
                Cell::money(decision.amount),
                Cell::date(decision.begins),
                decision.ends.map_or(Cell::Empty, Cell::date),
            ],
        );
    }
    Ok(Page::new("供养台账").facts([doudi_sdk::doc::page::Row::new("供养对象", Cell::person(person))]).table(table))
}
