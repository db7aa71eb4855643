//! 增减变动: 新增, 变更 and 停发 against last month, each with its reason and the decision behind it.

use super::{PAGE, after, more, others, roster_asked};
use crate::drawing::paid;
use crate::roster::Roster;
use crate::rules::changes::{Flag, reason};
use crate::settings::Settings;
use doudi_sdk::doc::effect::{PaymentFlag, PaymentPurpose, PaymentState};
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::payments::{Line, Query};
use doudi_sdk::prelude::*;

/// Lines of last month compared at once when the stopped are looked for.
const COMPARED: u32 = 1_000;
/// Rounds of comparing on one page: within what a call may read.
const ROUNDS: usize = 4;
const STANDING: [PaymentState; 5] =
    [PaymentState::Drawn, PaymentState::Held, PaymentState::Sealed, PaymentState::Credited, PaymentState::Returned];

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let settings: Settings = context.settings()?;
    let Some((document, body)) = roster_asked(context, request)? else {
        let month = super::month_asked(context, request)?;
        let page = Page::new("增减变动").note(Tone::Neutral, format!("{}还没有名单。", month.chinese_month()));
        return others(page, "changes", month, &settings);
    };
    let kind = request.query("kind").and_then(Flag::of_code).unwrap_or(Flag::New);
    let envelope = payments::totals(document.id)?;
    let regular = |flag: PaymentFlag| {
        let fitting = envelope.totals.iter().filter(move |total| {
            total.flag == flag && total.purpose == PaymentPurpose::Regular && total.state != PaymentState::Dropped
        });
        fitting.fold((0_i64, Fen::ZERO), |sum, total| (sum.0 + i64::from(total.lines), sum.1 + total.amount))
    };
    let mut choose =
        PageTable::new([ColumnHead::new("变动"), ColumnHead::number("笔数"), ColumnHead::number("本月金额")]);
    for (flag, of) in [
        (Flag::New, Some(PaymentFlag::New)),
        (Flag::Changed, Some(PaymentFlag::Changed)),
        (Flag::Stopped, None),
        (Flag::Same, Some(PaymentFlag::Same)),
    ] {
        let (lines, amount) = match of {
            Some(of) => {
                let (lines, amount) = regular(of);
                (Cell::number(lines), Cell::money(amount))
            }
            None => (Cell::text("见明细"), Cell::Empty),
        };
        choose = choose.linked_row(link(&body, flag), [Cell::text(flag.label()), lines, amount]);
    }
    let (pairs, next) = match kind {
        Flag::Stopped => stopped(&document, &body, after(request))?,
        Flag::New => flagged(&document, &body, PaymentFlag::New, after(request))?,
        Flag::Changed => flagged(&document, &body, PaymentFlag::Changed, after(request))?,
        Flag::Same => flagged(&document, &body, PaymentFlag::Same, after(request))?,
    };
    let mut table = PageTable::new([
        ColumnHead::new("家庭"),
        ColumnHead::new("领款人"),
        ColumnHead::number("上月"),
        ColumnHead::number("本月"),
        ColumnHead::new("原因"),
    ])
    .empty(format!("没有{}的家庭。", kind.label()));
    let mut difference = Fen::ZERO;
    for (before, now) in &pairs {
        let Some(line) = now.as_ref().or(before.as_ref()) else { continue };
        let amount = |line: &Option<Line>| line.as_ref().map_or(Fen::ZERO, |line| line.amount);
        difference += amount(now) - amount(before);
        let money = |line: &Option<Line>| line.as_ref().map_or(Cell::Empty, |line| Cell::money(line.amount));
        table = table.linked_row(
            Link::Decision { decision: line.decision },
            [
                Cell::household(line.household),
                line.person.map_or(Cell::text("全家"), Cell::person),
                money(before),
                money(now),
                Cell::text(reason(before.as_ref().map(paid).as_ref(), now.as_ref().map(paid).as_ref())),
            ],
        );
    }
    let page = Page::new(format!("{}{}增减变动", body.month.chinese_month(), body.label))
        .table(choose)
        .heading(kind.label())
        .figures([
            FigureItem::new("本页户次", Cell::number(pairs.len() as i64)),
            FigureItem::new("本页比上月增减", Cell::money(difference)),
        ])
        .table(table);
    let page = more(page, next.map(|id| link(&body, kind).with("after", id.0)));
    others(page, "changes", body.month, &settings)
}

fn link(body: &Roster, kind: Flag) -> Link {
    Link::page("changes").with("month", body.month.month_code()).with("scheme", &body.scheme).with("kind", kind.code())
}

type Pairs = (Vec<(Option<Line>, Option<Line>)>, Option<Id>);

/// Lines of this month with a flag, beside last month's.
fn flagged(document: &Document, body: &Roster, flag: PaymentFlag, after: Id) -> Result<Pairs> {
    let query = Query::of_document(document.id)
        .purpose(PaymentPurpose::Regular)
        .states(&STANDING)
        .flag(flag)
        .after(after)
        .limit(PAGE as u32);
    let now = payments::lines(&query)?;
    let next = now.last().filter(|_| now.len() == PAGE).map(|line| line.id);
    let mut before = of_month(body, body.month.add_months(-1), &now)?;
    let pairs = now
        .into_iter()
        .map(|line| {
            let at = before.iter().position(|other| same_payee(other, &line));
            (at.map(|at| before.swap_remove(at)), Some(line))
        })
        .collect();
    Ok((pairs, next))
}

/// Lines of last month whose payee stands on no line of this month.
fn stopped(document: &Document, body: &Roster, after: Id) -> Result<Pairs> {
    let last = body.month.add_months(-1);
    let mut after = after;
    let mut pairs = Vec::new();
    for _ in 0..ROUNDS {
        let query = Query::of_scheme(&body.scheme)
            .month(last)
            .purpose(PaymentPurpose::Regular)
            .states(&STANDING)
            .after(after)
            .limit(COMPARED);
        let before = payments::lines(&query)?;
        let full = before.len() == COMPARED as usize;
        let now = of_month(body, body.month, &before)?;
        for line in before {
            after = line.id;
            let paid_on = now.iter().any(|other| other.document == document.id && same_payee(other, &line));
            if !paid_on {
                pairs.push((Some(line), None));
                if pairs.len() == PAGE {
                    return Ok((pairs, Some(after)));
                }
            }
        }
        if !full {
            return Ok((pairs, None));
        }
    }
    Ok((pairs, Some(after)))
}

fn same_payee(left: &Line, right: &Line) -> bool {
    left.household == right.household && left.person == right.person
}

/// The regular lines of a month for the households of other lines.
fn of_month(body: &Roster, month: Date, of: &[Line]) -> Result<Vec<Line>> {
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query::of_scheme(&body.scheme)
        .households(of.iter().map(|line| line.household))
        .month(month)
        .purpose(PaymentPurpose::Regular)
        .states(&STANDING);
    payments::all(query)
}
