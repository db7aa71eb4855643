//! 核查件: the list by period, by day of mending or by figure, and the panel of one check (抽查记录表).

use super::{PAGE, date_cell, more, skip, span, town_cell};
use crate::check::{CHECK, CONCLUDED, Check, conclusion_word, error_word, finding_word, of_period, way_word};
use crate::draw::outcome_word;
use crate::rules::sample::Reason;
use crate::scorecard::{Sampled, belongs, counts};
use doudi_sdk::doc::page::{ColumnHead, Row};
use doudi_sdk::prelude::*;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let what = request.query("what").unwrap_or_default();
    let (title, mut found) = asked(context, request)?;
    found.retain(|(document, check)| belongs(what, document, check, context.today));
    let counted = found.iter().filter(|(document, check)| counts(what, document, check, context.today)).count();
    // What the figure counts stands first.
    found.sort_by_key(|(document, check)| (!counts(what, document, check, context.today), check.due, document.id));
    let mut table = PageTable::new(["期限", "家庭", "镇（街）", "救助", "原决定", "抽查", "环节", "结论"])
        .empty("没有这样的核查件。");
    let skip = skip(request);
    for (document, check) in found.iter().skip(skip).take(PAGE) {
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                document.due.map_or(Cell::Empty, Cell::due),
                document.household.map_or(Cell::Empty, Cell::household),
                town_cell(check.town),
                Cell::text(check.label.as_str()),
                Cell::text(outcome_word(&check.outcome)),
                Cell::text(check.reason().map_or("", Reason::label)),
                state(&document.state),
                conclusion(document, check),
            ],
        );
    }
    let page = Page::new(title);
    let page = match what {
        "" => page.paragraph(format!("共 {} 件。", found.len())),
        _ => page.paragraph(format!("共 {} 件，其中{} {counted} 件，列在前面。", found.len(), what_word(what))),
    };
    let next = skip + PAGE;
    let link = request.query.iter().filter(|(name, _)| name != "skip");
    let link = link.fold(Link::page("checks").with("skip", next), |link, (name, value)| link.with(name, value));
    Ok(more(page.table(table), (next < found.len()).then_some(link)))
}

fn what_word(what: &str) -> &'static str {
    match what {
        "timely" => "按期办结",
        "problem" => "有问题",
        "reversed" => "实体错误",
        _ => "漏保",
    }
}

fn asked(context: &Context, request: &PageRequest) -> Result<(String, Vec<(Document, Check)>)> {
    if let Some(period) = request.query("period") {
        return Ok((format!("{period} 抽查核查"), of_period(period)?));
    }
    if let Some(day) = request.query("mend") {
        let day: Date = day.parse()?;
        let mut found = documents::bodies::<Check>(documents::Query::of(CHECK).index("mend", day.month_code()))?;
        found.retain(|(_, check)| check.mend_by == Some(day));
        return Ok((format!("{}应当回复的整改", day.chinese()), found));
    }
    if request.query("begins").is_some() {
        let (begins, ends) = span(context, request);
        return Ok(("抽查核查".to_owned(), Sampled::within(begins, ends)?.checks));
    }
    let open = ["open", "checking", "confirming", "rectifying", "reviewing", "following"];
    let found = documents::bodies::<Check>(documents::Query::of(CHECK).states(&open))?;
    Ok(("没有办结的抽查核查".to_owned(), found))
}

fn state(state: &str) -> Cell {
    let (tone, word) = match state {
        "open" => (Tone::Soon, "待分派"),
        "checking" => (Tone::Progress, "核查中"),
        "confirming" => (Tone::Progress, "待认定"),
        "rectifying" => (Tone::Soon, "整改中"),
        "reviewing" => (Tone::Progress, "整改待复核"),
        "following" => (Tone::Progress, "待回访"),
        _ => (Tone::Good, "已办结"),
    };
    Cell::badge(tone, word)
}

fn conclusion(document: &Document, check: &Check) -> Cell {
    if !CONCLUDED.contains(&document.state.as_str()) {
        return Cell::Empty;
    }
    match check.conclusion.as_str() {
        "true" => Cell::badge(Tone::Good, "属实"),
        "procedure" => Cell::badge(Tone::Soon, "程序问题"),
        _ => Cell::badge(Tone::Bad, format!("实体错误：{}", error_word(&check.error))),
    }
}

/// 抽查记录表.
pub fn panel(request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let check: Check = document.body()?;
    let mut rows = vec![
        Row::new("镇（街）", town_cell(check.town)),
        Row::new("救助", Cell::text(check.label.as_str())),
        Row::new("原决定", Cell::text(outcome_word(&check.outcome))).note(check.decided.chinese()),
        Row::new("每月金额", Cell::money(check.amount)),
        Row::new("办件号", Cell::text(check.case.0.to_string())),
        Row::new("抽查原因", Cell::text(check.reason().map_or("", Reason::label))),
    ];
    if !check.why.is_empty() {
        rows.push(Row::new("追加理由", Cell::text(check.why.as_str())));
    }
    if !check.conclusion.is_empty() {
        rows.push(Row::new("结论", Cell::text(conclusion_word(&check.conclusion))));
    }
    if !check.error.is_empty() {
        rows.push(Row::new("错误类型", Cell::badge(Tone::Bad, error_word(&check.error))));
    }
    if !check.opinion.is_empty() {
        rows.push(Row::new("核查意见", Cell::text(check.opinion.as_str())));
    }
    let mut page = Page::untitled().facts(rows);
    for clue in check.clues() {
        page = page.note(Tone::Soon, format!("系统比对：{}。请核实，比对结果不是结论。", clue.label()));
    }
    if check.needs_home() && !check.been_home() && !CONCLUDED.contains(&document.state.as_str()) {
        page = page.missing("近亲属备案、有异议的，应当入户核查");
    }
    if !check.findings.is_empty() {
        let findings = check
            .findings
            .iter()
            .fold(PageTable::new(["发现的问题"]), |table, code| table.row([Cell::text(finding_word(code))]));
        page = page.table(findings);
    }
    page = page.heading("核查记录").table(records(&check));
    Ok(if check.mend_by.is_some() { mending(page, &check) } else { page })
}

fn records(check: &Check) -> PageTable {
    let mut table = PageTable::new([
        ColumnHead::new("日期"),
        ColumnHead::new("方式"),
        ColumnHead::number("参加人数"),
        ColumnHead::new("见到的人"),
        ColumnHead::new("核查情况"),
    ])
    .empty("还没有核查记录。");
    for record in &check.records {
        table = table.row([
            Cell::date(record.on),
            Cell::text(way_word(&record.way)),
            Cell::number(record.by.len() as i64),
            record.met.map_or(Cell::Empty, Cell::person),
            Cell::text(record.found.as_str()),
        ]);
    }
    table
}

fn mending(page: Page, check: &Check) -> Page {
    let mut table = PageTable::new(["日期", "内容"]).empty("镇（街）还没有回复。");
    for reply in check.replies.iter().chain(&check.followed) {
        table = table.row([Cell::date(reply.on), Cell::text(reply.text.as_str())]);
    }
    page.heading("整改")
        .facts([Row::new("整改要求", Cell::text(check.order.as_str())), Row::new("整改期限", date_cell(check.mend_by))])
        .table(table)
}
