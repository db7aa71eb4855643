//! The lists behind figures and duties. Each shows exactly what was counted, because it calls the function that counted.

use super::PAGE;
use crate::answers::Rhythm;
use crate::codes::parameter;
use crate::ledger;
use crate::running::{Line, lines_on};
use crate::scorecard;
use crate::upcoming;
use doudi_sdk::doc::page::ColumnHead;
use doudi_sdk::prelude::*;

/// One row of a list, and where it leads.
type Row = (Link, Vec<Cell>);

/// 办件清单: by limit, or decided in a period.
pub fn cases(context: &Context, request: &PageRequest) -> Result<Page> {
    let (from, to) = period(context, request)?;
    let (title, heads, lines) = match request.query("list").unwrap_or("limit") {
        "granted" => {
            let mut lines = Vec::new();
            for (document, body) in scorecard::decided(&["confirmed"], from, to)? {
                let mark = if body.was_relative() { Cell::badge(Tone::Soon, "近亲属备案") } else { Cell::Empty };
                lines.push(case(&document, [Cell::date(document.since), mark]));
            }
            ("新增低保对象", ["家庭", "申请人", "确认日期", "备案"], lines)
        }
        "refused" => {
            let overturned = scorecard::overturned()?;
            let mut lines = Vec::new();
            for (document, _) in scorecard::decided(&["refused"], from, to)? {
                let wrong = overturned.contains(&document.id);
                let mark = if wrong { Cell::badge(Tone::Bad, "抽查认定有误") } else { Cell::Empty };
                lines.push(case(&document, [Cell::date(document.since), mark]));
            }
            ("不予确认的申请", ["家庭", "申请人", "决定日期", "抽查"], lines)
        }
        list => {
            let due = match list {
                "due" => scorecard::applications_due(from, to, context.today)?,
                _ => ledger::limited(from, to)?,
            };
            let level = request.query("level");
            let lines = due
                .iter()
                .filter(|case| level.is_none_or(|level| (level == "town") == case.body.delegated))
                .map(|due| {
                    let state = match (due.in_time(context.today), due.closed()) {
                        (Some(true), _) => Cell::badge(Tone::Good, format!("{} 按期办结", due.document.since)),
                        (Some(false), Some(closed)) => Cell::badge(Tone::Bad, format!("{closed} 逾期办结")),
                        (Some(false), None) => Cell::badge(Tone::Bad, "逾期未办结"),
                        (None, Some(closed)) => Cell::badge(Tone::Neutral, format!("{closed} 撤回或终止")),
                        (None, None) => Cell::badge(Tone::Progress, "办理中"),
                    };
                    case(&due.document, [Cell::due(due.limit), state])
                })
                .collect();
            ("低保申请办结期限", ["家庭", "申请人", "办结期限", "情况"], lines)
        }
    };
    sheet(Page::new(title).paragraph(span(from, to)), request, heads.map(ColumnHead::new).to_vec(), lines)
}

fn case(document: &Document, cells: [Cell; 2]) -> Row {
    let mut row = vec![
        document.household.map_or(Cell::Empty, Cell::household),
        document.person.map_or(Cell::Empty, Cell::person),
    ];
    row.extend(cells);
    (Link::Document { document: document.id }, row)
}

/// 核查安排: those of a period, opened or to come; `list=due` leaves out what may still be done.
pub fn planned(context: &Context, request: &PageRequest) -> Result<Page> {
    let (from, to) = period(context, request)?;
    let found = match request.query("list") {
        Some("due") => scorecard::rechecks_due(from, to, context.today)?,
        _ => upcoming::planned(from, to, context.today)?,
    };
    let kind = request.query("kind");
    let lines = found
        .iter()
        .filter(|recheck| kind.is_none_or(|kind| kind == Rhythm::of(recheck.class).code()))
        .map(|recheck| {
            let state = match (recheck.in_time(context.today), recheck.done) {
                (Some(true), Some(done)) => Cell::badge(Tone::Good, format!("{done} 按期核查")),
                (_, Some(done)) => Cell::badge(Tone::Bad, format!("{done} 逾期核查")),
                (Some(_), None) => Cell::badge(Tone::Bad, "逾期未核查"),
                (None, None) if recheck.document.is_some() => Cell::badge(Tone::Progress, "待核查"),
                (None, None) => Cell::badge(Tone::Neutral, "到期前自动生成"),
            };
            let class = recheck.class.map_or("另行发起".to_owned(), |class| format!("{}类", class.letter()));
            let link = match recheck.document {
                Some(document) => Link::Document { document },
                None => Link::Household { household: recheck.household },
            };
            let whom = recheck.person.map_or(Cell::text("全家"), Cell::person);
            (link, vec![Cell::household(recheck.household), whom, Cell::text(class), Cell::due(recheck.due), state])
        })
        .collect();
    let heads = ["家庭", "对象", "类别", "核查期限", "情况"].map(ColumnHead::new).to_vec();
    sheet(Page::new("核查安排").paragraph(span(from, to)), request, heads, lines)
}

/// 去世变更: processed in a period, with the months that were paid after the death.
pub fn deaths(context: &Context, request: &PageRequest) -> Result<Page> {
    let (from, to) = period(context, request)?;
    let found = scorecard::deaths(from, to)?;
    let months: i64 = found.iter().map(|death| i64::from(death.months)).sum();
    let lines = found
        .iter()
        .map(|death| {
            let in_time = match death.in_time {
                Some(true) => Cell::badge(Tone::Good, "三个月内"),
                Some(false) => Cell::badge(Tone::Bad, "超过三个月"),
                None => Cell::Empty,
            };
            let cells = [
                Cell::date(death.died),
                Cell::date(death.document.since),
                in_time,
                Cell::number(i64::from(death.months)),
            ];
            let mut row = vec![death.document.household.map_or(Cell::Empty, Cell::household)];
            row.extend(cells);
            (Link::Document { document: death.document.id }, row)
        })
        .collect();
    let mut heads = ["家庭", "去世日期", "办结日期", "时限"].map(ColumnHead::new).to_vec();
    heads.push(ColumnHead::number("去世次月后发放月数"));
    let page = Page::new("去世变更").paragraph(format!("{}，去世次月后共发放 {months} 个月。", span(from, to)));
    sheet(page, request, heads, lines)
}

/// 边缘家庭重度残疾人.
pub fn singles(context: &Context, request: &PageRequest) -> Result<Page> {
    let day = date(request, "on").unwrap_or(context.today);
    let lines = scorecard::singles(day, &lines_on(day)?)?
        .iter()
        .map(|single| {
            let state = match single.covered {
                true => Cell::badge(Tone::Good, "已以单人户纳入"),
                false => Cell::badge(Tone::Soon, "尚未纳入，请告知可以单独申请"),
            };
            let link = Link::Household { household: single.household };
            (link, vec![Cell::household(single.household), Cell::person(single.person), state])
        })
        .collect();
    let heads = ["家庭", "成员", "情况"].map(ColumnHead::new).to_vec();
    sheet(Page::new("低保边缘家庭中的重度残疾人"), request, heads, lines)
}

/// 保障人数: every line that pays on a day.
pub fn covered(context: &Context, request: &PageRequest) -> Result<Page> {
    let day = date(request, "on").unwrap_or(context.today);
    let lines = lines_on(day)?;
    let page = Page::new("在保人数").paragraph(format!("{}在保的家庭和人数。", day.chinese()));
    sheet_of(page, request, paid_heads("类别"), &lines, |line| paid(line, Cell::badge(Tone::Good, line.label)))
}

/// 提标重算: which lines have been decided on the standard of a July.
pub fn uprating(context: &Context, request: &PageRequest) -> Result<Page> {
    let year = request.query("year").and_then(|year| year.parse().ok()).unwrap_or(context.today.year());
    let (begins, due) = match Date::new(year, 7, 1) {
        Some(begins) => (begins, begins.last_of_month()),
        None => return Err(Refusal::invalid("年份不正确")),
    };
    let standard = parameters::get(parameter::STANDARD, due)?.filter(|standard| standard.begins >= begins);
    let page = Page::new(format!("{year}年7月提标"));
    let Some(standard) = standard else {
        return Ok(page.note(Tone::Soon, "当年7月起执行的低保标准还没有录入，请系统管理员在“参数”中录入。"));
    };
    let on_it = |line: &Line| line.standard == Some(standard.value);
    let mut found = lines_on(context.today.clamp(begins, due))?;
    // What is left to do comes first.
    found.sort_by_key(|line| (on_it(line), line.household));
    let page = page.paragraph(format!("{}起低保标准每人每月 {} 元。", standard.begins.chinese(), standard.fen()));
    sheet_of(page, request, paid_heads("情况"), &found, |line| {
        let state = match on_it(line) {
            true => Cell::badge(Tone::Good, "已按新标准"),
            false => Cell::badge(Tone::Soon, "待重算或核查"),
        };
        paid(line, state)
    })
}

fn paid(line: &Line, state: Cell) -> Row {
    let whom = line.person.map_or(Cell::text("全家"), Cell::person);
    let cells =
        vec![Cell::household(line.household), whom, Cell::number(line.covered), Cell::money(line.amount), state];
    (Link::Household { household: line.household }, cells)
}

fn paid_heads(last: &str) -> Vec<ColumnHead> {
    vec![
        ColumnHead::new("家庭"),
        ColumnHead::new("对象"),
        ColumnHead::number("保障人口"),
        ColumnHead::number("每月金额"),
        ColumnHead::new(last),
    ]
}

/// The period of the address; this month when it names none.
fn period(context: &Context, request: &PageRequest) -> Result<(Date, Date)> {
    let from = date(request, "from").unwrap_or(context.today.first_of_month());
    let to = date(request, "to").unwrap_or(from.last_of_month());
    if from.add_years(1) < to {
        return Err(Refusal::invalid("时段不能超过一年"));
    }
    Ok((from, to))
}

fn date(request: &PageRequest, name: &str) -> Option<Date> {
    request.query(name)?.parse().ok()
}

fn span(from: Date, to: Date) -> String {
    if from == to { from.chinese() } else { format!("{}至{}", from.chinese(), to.chinese()) }
}

/// Draws a page of a list; the address keeps everything but where it starts.
fn sheet(page: Page, request: &PageRequest, heads: Vec<ColumnHead>, lines: Vec<Row>) -> Result<Page> {
    sheet_of(page, request, heads, &lines, Row::clone)
}

/// Of a list of thousands only those shown become rows.
fn sheet_of<T>(
    page: Page,
    request: &PageRequest,
    heads: Vec<ColumnHead>,
    all_of_them: &[T],
    row: impl Fn(&T) -> Row,
) -> Result<Page> {
    let start = request.query("start").and_then(|start| start.parse().ok()).unwrap_or(0_usize);
    let all = all_of_them.len();
    let mut table = PageTable::new(heads).empty("没有需要列出的。");
    for one in all_of_them.iter().skip(start).take(PAGE) {
        let (link, cells) = row(one);
        table = table.linked_row(link, cells);
    }
    let page = page.paragraph(format!("共 {all} 件。")).table(table);
    if start + PAGE >= all {
        return Ok(page);
    }
    let mut next = Link::page(&request.page).with("start", start + PAGE);
    for (name, value) in request.query.iter().filter(|(name, _)| name != "start") {
        next = next.with(name, value);
    }
    Ok(page.table(PageTable::new(["更多"]).linked_row(next, [Cell::text("下一页")])))
}
