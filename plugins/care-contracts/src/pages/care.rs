//! The lists of care: who at home has an agreement that holds and who has not (全员覆盖、不漏一人), which agreements end soon, whose
//! assessment is old, and where those who need care live. Each is exactly what the indicator of its name counts.

use super::{PAGE, date_cell, day_of, more, params, start};
use crate::agreement;
use crate::care::{Cared, View, scattered};
use crate::rules::form::Form;
use crate::rules::level::Level;
use crate::scorecard::{coverage as covered, is_fresh, needing};
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;

/// A share as figures: done, of, and the percentage. Of nobody there is no share, as the scorecard has it.
fn figures(page: Page, words: [&str; 3], (part, whole): (i64, i64)) -> Page {
    let (ratio, tone) = match whole {
        0 => (Cell::text("—"), Tone::Neutral),
        whole if part == whole => (Cell::ratio(10_000), Tone::Good),
        whole => (Cell::ratio(part * 10_000 / whole), Tone::Bad),
    };
    page.figures([
        FigureItem::new(words[0], Cell::number(part)).tone(tone),
        FigureItem::new(words[1], Cell::number(whole)),
        FigureItem::new(words[2], ratio).tone(tone),
    ])
}

pub fn coverage(context: &Context, request: &PageRequest) -> Result<Page> {
    let day = day_of(context, request, "on");
    let everybody = View::read()?.everybody(day)?;
    let mut at_home: Vec<&Cared> = scattered(&everybody).collect();
    // Those who are missing come first: they are what the page is for.
    at_home.sort_by_key(|cared| (cared.is_covered(), cared.household));
    let of = at_home.len();
    let shown: Vec<&Cared> = at_home.into_iter().skip(start(request)).take(PAGE).collect();
    let mut table =
        PageTable::new(["供养对象", "家庭", "照料档次", "协议", "协议截止"]).empty("没有分散供养的特困人员。");
    for cared in &shown {
        let state = match cared.gap() {
            None => Cell::badge(Tone::Good, "有效"),
            Some(gap) => Cell::badge(Tone::Bad, gap),
        };
        let link = match &cared.agreement {
            Some(agreed) => Link::Document { document: agreed.id },
            None => Link::Household { household: cared.household },
        };
        table = table.linked_row(
            link,
            [
                Cell::person(cared.person),
                Cell::household(cared.household),
                cared.level().map_or(Cell::badge(Tone::Soon, "未评估"), |level| Cell::text(level.zh())),
                state,
                date_cell(cared.agreement.as_ref().map(|agreed| agreed.to)),
            ],
        );
    }
    let page = Page::new("委托照料服务协议覆盖");
    let page = figures(page, ["协议有效", "分散供养", "覆盖率"], covered(&everybody))
        .note(Tone::Neutral, format!("{} 的情况。没有有效协议的排在前面，逐人列明原因。", day.chinese()))
        .table(table);
    Ok(more(page, request, start(request) + shown.len(), of))
}

pub fn agreements(context: &Context, request: &PageRequest) -> Result<Page> {
    let lead = params(context.today).map_or(30, |params| params.agreement_lead_days);
    let by = context.today.add_days(lead);
    let mut live = agreement::scan(documents::Query::of("agreement").states(&agreement::LIVE))?;
    live.retain(|agreed| agreed.state != "active" || agreed.to <= by);
    live.sort_by_key(|agreed| agreed.to);
    let of = live.len();
    let mut table =
        PageTable::new(["截止日期", "供养对象", "家庭", "环节", "照料档次"]).empty("没有快到期、待签和中止的协议。");
    for agreed in live.iter().skip(start(request)).take(PAGE) {
        let state = match agreed.state.as_str() {
            "unsigned" => Cell::badge(Tone::Soon, "待签"),
            "suspended" => Cell::badge(Tone::Soon, "中止"),
            _ if agreed.to < context.today => Cell::badge(Tone::Bad, "已到期"),
            _ => Cell::badge(Tone::Progress, "快到期"),
        };
        table = table.linked_row(
            Link::Document { document: agreed.id },
            [
                Cell::due(agreed.to),
                Cell::person(agreed.member),
                agreed.household.map_or(Cell::Empty, Cell::household),
                state,
                Cell::text(agreed.level.zh()),
            ],
        );
    }
    let page =
        Page::new("协议到期").note(Tone::Neutral, format!("{lead} 天内到期的，以及待签、中止的协议。")).table(table);
    Ok(more(page, request, (start(request) + PAGE).min(of), of))
}

pub fn assessments(context: &Context, request: &PageRequest) -> Result<Page> {
    let day = day_of(context, request, "on");
    let months = params(day).ok().and_then(|params| params.assessment_months);
    let mut everybody = View::read()?.everybody(day)?;
    let assessed = |cared: &Cared| cared.assessment.as_ref().and_then(|assessment| assessment.assessed);
    everybody.sort_by_key(|cared| (is_fresh(cared, day, months), assessed(cared), cared.household));
    let fresh = everybody.iter().filter(|cared| is_fresh(cared, day, months)).count() as i64;
    let of = everybody.len();
    let heads = [
        ColumnHead::new("供养对象"),
        ColumnHead::new("家庭"),
        ColumnHead::new("供养形式"),
        ColumnHead::number("不能达到的项数"),
        ColumnHead::new("照料档次"),
        ColumnHead::new("上次评估"),
        ColumnHead::new("下次评估"),
    ];
    let mut table = PageTable::new(heads).empty("没有供养对象。");
    for cared in everybody.iter().skip(start(request)).take(PAGE) {
        let interval = i32::try_from(months.unwrap_or(12)).unwrap_or(12);
        let next = assessed(cared).map(|day| day.add_months(interval));
        table = table.linked_row(
            Link::Household { household: cared.household },
            [
                Cell::person(cared.person),
                Cell::household(cared.household),
                Cell::text(cared.form.zh()),
                cared.assessment.as_ref().map_or(Cell::Empty, |assessment| Cell::number(assessment.failed)),
                cared.level().map_or(Cell::badge(Tone::Bad, "未评估"), |level| Cell::text(level.zh())),
                date_cell(assessed(cared)),
                next.map_or(Cell::Empty, Cell::due),
            ],
        );
    }
    let page = figures(Page::new("评估到期"), ["评估有效", "供养对象", "有效率"], (fresh, of as i64)).table(table);
    Ok(more(page, request, (start(request) + PAGE).min(of), of))
}

pub fn levels(context: &Context, request: &PageRequest) -> Result<Page> {
    let day = day_of(context, request, "on");
    let everybody = View::read()?.everybody(day)?;
    let mut all = needing(&everybody);
    all.sort_by_key(|cared| (cared.form == Form::Central, cared.household));
    let central = all.iter().filter(|cared| cared.form == Form::Central).count() as i64;
    let of = all.len();
    let mut table = PageTable::new(["供养对象", "家庭", "照料档次", "供养形式", "能否表达意愿"])
        .empty("没有半护理、全护理的供养对象。");
    for cared in all.iter().skip(start(request)).take(PAGE) {
        let will = cared.assessment.as_ref().is_none_or(|assessment| assessment.will);
        table = table.linked_row(
            Link::Household { household: cared.household },
            [
                Cell::person(cared.person),
                Cell::household(cared.household),
                Cell::text(cared.level().map_or("", Level::zh)),
                Cell::text(cared.form.zh()),
                if will { Cell::text("能") } else { Cell::badge(Tone::Soon, "不能，应当综合评估") },
            ],
        );
    }
    let page = figures(
        Page::new("失能半失能人员集中供养"),
        ["集中供养", "半护理、全护理", "集中供养率"],
        (central, of as i64),
    )
    .table(table);
    Ok(more(page, request, (start(request) + PAGE).min(of), of))
}
