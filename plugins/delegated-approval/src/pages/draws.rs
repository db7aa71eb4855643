//! 抽查: the draws, the strata with population and sample, the frozen list with each case's line and ticket, and how to repeat it all.

use super::{PAGE, count_cell, date_cell, more, rate_cell, skip, span, town_cell};
use crate::draw::{DRAW, Draw, outcome_word};
use crate::rules::quality::rate;
use crate::rules::sample::{FLOOR, Reason, ticket};
use crate::scorecard::{days_to_decision, drawn_within};
use doudi_sdk::doc::page::{ColumnHead, FigureItem, Row};
use doudi_sdk::prelude::*;

/// Digits of a ticket shown in a table: enough to tell any two apart.
const SHOWN: usize = 16;

pub fn page(_: &Context, request: &PageRequest) -> Result<Page> {
    let query = documents::Query::of(DRAW);
    let query = match request.query("period") {
        Some(period) => query.index("period", period),
        None => query,
    };
    let mut draws = documents::bodies::<Draw>(query)?;
    draws.reverse();
    let mut table = PageTable::new([
        ColumnHead::new("周期"),
        ColumnHead::new("环节"),
        ColumnHead::number("决定"),
        ColumnHead::number("随机抽取"),
        ColumnHead::number("另查"),
        ColumnHead::number("比例"),
        ColumnHead::new("冻结日期"),
        ColumnHead::new("核查期限"),
    ])
    .empty("还没有抽查。有了下放文件以后，系统每期自动冻结名单并抽取。");
    for (document, draw) in &draws {
        let random = draw.sampled(Reason::Random);
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                Cell::text(draw.period.chinese()),
                state(&document.state),
                count_cell(draw.population()),
                count_cell(random),
                count_cell(draw.checked() - random),
                rate_cell(rate(random, draw.population())),
                date_cell(draw.frozen),
                date_cell(draw.check_by),
            ],
        );
    }
    Ok(Page::new("审核确认抽查").table(table))
}

fn state(state: &str) -> Cell {
    let (tone, word) = match state {
        "announced" => (Tone::Progress, "已公布种子"),
        "freezing" => (Tone::Progress, "冻结名单"),
        "drawing" => (Tone::Progress, "建立核查"),
        "drawn" => (Tone::Progress, "核查中"),
        "reported" => (Tone::Good, "已通报"),
        _ => (Tone::Neutral, "没有下放的决定"),
    };
    Cell::badge(tone, word)
}

/// The panel of a draw.
pub fn panel(request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let draw: Draw = document.body()?;
    if draw.frozen.is_none() {
        return Ok(Page::untitled()
            .facts([
                Row::new("抽查种子", Cell::text(draw.published.as_str()))
                    .note(format!("{}公布", draw.announced.chinese())),
                Row::new("冻结名单", Cell::date(draw.period.to.add_days(1))),
                Row::new("已读入", count_cell(draw.list.len())),
            ])
            .note(Tone::Neutral, "种子先于名单公布，谁也不能按名单挑选种子。名单由系统在本期结束后冻结并抽取。"));
    }
    let random = draw.sampled(Reason::Random);
    let page = Page::untitled()
        .figures([
            FigureItem::new("审核确认决定", count_cell(draw.population())),
            FigureItem::new("随机抽取", count_cell(random)),
            FigureItem::new("另查", count_cell(draw.checked() - random)),
            FigureItem::new("抽取比例", rate_cell(rate(random, draw.population()))),
        ])
        .heading("分层抽取")
        .table(strata(&draw));
    Ok(page.and(repeat(&draw)).table(
        PageTable::new(["查看"])
            .linked_row(of(&draw, "list"), [Cell::text("冻结的名单")])
            .linked_row(of(&draw, "checks"), [Cell::text("核查件")])
            .linked_row(
                Link::page("towns").with("begins", draw.period.from).with("ends", draw.period.from),
                [Cell::text("各镇（街）问题")],
            ),
    ))
}

fn of(draw: &Draw, page: &str) -> Link {
    Link::page(page).with("period", draw.period.code())
}

fn strata(draw: &Draw) -> PageTable {
    let mut table = PageTable::new([
        ColumnHead::new("镇（街）"),
        ColumnHead::new("决定"),
        ColumnHead::number("总数 N"),
        ColumnHead::number("应抽 n"),
        ColumnHead::number("另必查"),
        ColumnHead::number("比例"),
    ])
    .empty("本期没有由镇街审核确认的决定。");
    for stratum in &draw.strata {
        table = table.row([
            town_cell(stratum.town),
            Cell::text(outcome_word(&stratum.outcome)),
            count_cell(stratum.population),
            count_cell(stratum.drawn),
            count_cell(stratum.extra),
            rate_cell(rate(stratum.drawn, stratum.population)),
        ]);
    }
    table
}

/// How anybody can repeat the draw.
fn repeat(draw: &Draw) -> Page {
    let lowered = draw.rate == FLOOR;
    let page = Page::untitled().heading("怎样重做这次抽取").facts([
        Row::new("公布的种子", Cell::text(draw.published.as_str())).note(format!("{}公布", draw.announced.chinese())),
        Row::new("名单摘要", Cell::text(draw.digest.as_str())).note("名单各行按办件号排列、换行相连后的 SHA-256"),
        Row::new("抽取种子", Cell::text(draw.seed.as_str())).note("“名单摘要:公布的种子”的 SHA-256"),
        Row::new("抽取比例", Cell::ratio(draw.rate)).note(if lowered {
            "通知要求的最低比例"
        } else {
            "本县规定的比例"
        }),
    ]);
    page.paragraph("每件的签号是“抽取种子:办件号”的 SHA-256。每个镇（街）的每种决定分别按签号从小到大排列，取前 n 件，n 为 N 乘以比例后向上取整。")
        .paragraph("在任何装有 sha256sum 的电脑上都可以核对：printf '%s' \"抽取种子:办件号\" | sha256sum")
}

/// Strata of every draw of a span, as the figure counts them.
pub fn strata_page(context: &Context, request: &PageRequest) -> Result<Page> {
    let (begins, ends) = span(context, request);
    let mut page = Page::new("分层抽取");
    for (_, draw) in drawn_within(begins, ends)? {
        page = page.heading(draw.period.chinese()).table(strata(&draw));
    }
    Ok(page)
}

/// The frozen list of a period, as it was hashed.
pub fn list(request: &PageRequest) -> Result<Page> {
    let period = request.query("period").unwrap_or_default();
    let Some((_, draw)) = crate::draw::of_period(period)?.filter(|(_, draw)| draw.frozen.is_some()) else {
        return Ok(Page::new("冻结的名单").note(Tone::Neutral, "名单还没有冻结。"));
    };
    let skip = skip(request);
    let mut table = PageTable::new(["家庭", "镇（街）", "救助", "决定", "名单行", "签号（前16位）", "抽查"]);
    for entry in draw.list.iter().skip(skip).take(PAGE) {
        let sampled = entry.reason().map_or(Cell::Empty, |reason| {
            Cell::badge(if reason == Reason::Random { Tone::Good } else { Tone::Soon }, reason.label())
        });
        let ticket = ticket(&draw.seed, entry.case);
        table = table.row([
            Cell::household(entry.household),
            town_cell(entry.town),
            Cell::text(draw.label(&entry.scheme)),
            Cell::text(outcome_word(&entry.outcome)),
            Cell::text(entry.case().line()),
            Cell::text(&ticket[..SHOWN]),
            sampled,
        ]);
    }
    let page = Page::new(format!("{}冻结的名单", draw.period.chinese()))
        .paragraph(format!("共 {} 件，按办件号排列。名单摘要 {}", draw.population(), draw.digest))
        .table(table);
    let next = skip + PAGE;
    Ok(more(page, (next < draw.list.len()).then(|| of(&draw, "list").with("skip", next))))
}

/// From meeting to decision, case by case.
pub fn intervals(context: &Context, request: &PageRequest) -> Result<Page> {
    let (begins, ends) = span(context, request);
    let draws: Vec<(Id, Draw)> =
        drawn_within(begins, ends)?.into_iter().map(|(document, draw)| (document.id, draw)).collect();
    let intervals = days_to_decision(&draws)?;
    let skip = skip(request);
    let mut table = PageTable::new([
        ColumnHead::new("家庭"),
        ColumnHead::new("镇（街）"),
        ColumnHead::new("救助"),
        ColumnHead::new("会议"),
        ColumnHead::new("审核确认并告知"),
        ColumnHead::number("天数"),
    ])
    .empty("没有会议以后作出的决定。");
    for interval in intervals.iter().skip(skip).take(PAGE) {
        table = table.row([
            Cell::household(interval.household),
            town_cell(interval.town),
            Cell::text(interval.scheme.as_str()),
            Cell::date(interval.met),
            Cell::date(interval.decided),
            Cell::number(i64::from(interval.days)),
        ]);
    }
    let page = Page::new("会议到审核确认的天数").paragraph(format!("共 {} 件。", intervals.len())).table(table);
    let next = skip + PAGE;
    let link = || Link::page("intervals").with("begins", begins).with("ends", ends).with("skip", next);
    Ok(more(page, (next < intervals.len()).then(link)))
}
