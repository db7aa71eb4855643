//! 救助链: one chain for each household and person (一户(人)一条救助链): alerts, referrals, recognitions, the cases of every measure and
//! what is paid, in order of time.

use super::{in_full, words};
use crate::alert::{ALERT, Alert};
use crate::benefits::{self, Case};
use crate::recognition::{RECOGNITION, standing};
use crate::referral::{REFERRAL, Referral};
use crate::rules::watch::Line;
use doudi_sdk::doc::page::TimelineItem;
use doudi_sdk::prelude::*;

/// How far the chain reaches back into closed cases, months.
const REACH: i32 = 60;

/// A link of the chain, by day.
struct Step {
    on: Date,
    text: String,
    tone: Tone,
}

impl Step {
    fn new(on: Date, tone: Tone, text: impl Into<String>) -> Step {
        Step { on, text: text.into(), tone }
    }
}

pub fn panel(context: &Context, request: &PageRequest) -> Result<Page> {
    let household = request.about()?;
    let full = in_full(context);
    let mut steps = Vec::new();
    let mut open = PageTable::new(["期限", "事项", "人员", "环节"]).empty("没有在办的预警和转办。");
    for document in documents::find(documents::Query::of(ALERT).household(household))? {
        let alert: Alert = document.body()?;
        let rule = alert.rule.rule();
        let name = if full { rule.label } else { rule.risk.label() };
        alert_steps(&alert, name, &mut steps);
        if alert.closed.is_none() && document.state != "withdrawn" {
            let cells = [
                words::due(&document),
                Cell::text(name),
                words::person(&document),
                words::alert_state(&document.state),
            ];
            open = open.linked_row(Link::Document { document: document.id }, cells);
        }
    }
    for document in documents::find(documents::Query::of(REFERRAL).household(household))? {
        let referral: Referral = document.body()?;
        referral_steps(&referral, full, &mut steps);
        if referral.delivered.is_none() {
            let cells = [
                words::due(&document),
                Cell::text(referral.title()),
                words::person(&document),
                words::referral_state(&document.state),
            ];
            open = open.linked_row(Link::Document { document: document.id }, cells);
        }
    }
    for document in documents::find(documents::Query::of(RECOGNITION).household(household))? {
        steps.push(Step::new(document.created, Tone::Progress, "申请认定刚性支出困难家庭"));
        match document.state.as_str() {
            "recognised" => steps.push(Step::new(document.since, Tone::Good, "认定为刚性支出困难家庭")),
            "refused" => steps.push(Step::new(document.since, Tone::Neutral, "不予认定刚性支出困难家庭")),
            _ => {}
        }
    }
    let since = context.today.add_months(-REACH);
    benefits::cases(context.today, Some(since), Some(household))?.iter().for_each(|case| case_steps(case, &mut steps));
    let lines = benefits::among(&[household], context.today)?;
    let lines = lines.get(&household).map_or(&[][..], Vec::as_slice);
    for line in lines {
        steps.push(Step::new(line.begins, Tone::Good, format!("现行救助开始（保障 {} 人）", line.covered)));
    }
    steps.sort_by_key(|step| step.on);
    let mut page = Page::untitled();
    page = now(page, lines);
    if let Some(decision) = standing(household, context.today)?
        && let Some(ends) = decision.ends
    {
        page = page.note(Tone::Good, format!("刚性支出困难家庭，有效期至{}。", ends.chinese()));
    }
    page = page.table(open);
    if steps.is_empty() {
        return Ok(page.note(Tone::Neutral, "还没有预警、转办和救助记录。"));
    }
    Ok(page
        .heading("救助链")
        .timeline(steps.into_iter().map(|step| TimelineItem::new(step.on, step.text).tone(step.tone))))
}

fn now(page: Page, lines: &[Line]) -> Page {
    if lines.is_empty() { page.note(Tone::Neutral, "目前没有享受基本生活救助。") } else { page }
}

fn alert_steps(alert: &Alert, name: &str, steps: &mut Vec<Step>) {
    steps.push(Step::new(alert.raised, Tone::Soon, format!("{}预警：{name}", alert.level.label())));
    if let Some(visit) = &alert.visit {
        steps.push(Step::new(visit.on, Tone::Progress, format!("入户核实：{name}")));
    }
    if let (Some(on), Some(truth)) = (alert.judged, alert.truth) {
        let word = if truth { "属实" } else { "误报" };
        steps.push(Step::new(on, Tone::Progress, format!("核实{word}：{name}")));
    }
    if let (Some(on), Some(way)) = (alert.disposed, alert.disposition) {
        steps.push(Step::new(on, Tone::Progress, format!("处置：{}", way.label())));
    }
    if let Some(on) = alert.aided {
        steps.push(Step::new(on, Tone::Good, "纳入救助或者政策落实"));
    }
    if let Some(on) = alert.closed {
        steps.push(Step::new(on, Tone::Good, format!("办结：{name}")));
    }
}

fn referral_steps(referral: &Referral, full: bool, steps: &mut Vec<Step>) {
    let need = if full { format!("转{}：{}", referral.name, referral.need) } else { referral.title() };
    steps.push(Step::new(referral.sent, Tone::Progress, need));
    if let Some(on) = referral.replied {
        let word = match referral.delivered {
            Some(true) => "已落实",
            Some(false) => "未落实",
            None => "已答复",
        };
        steps.push(Step::new(on, Tone::Progress, format!("{}{word}", referral.name)));
    }
}

fn case_steps(case: &Case, steps: &mut Vec<Step>) {
    steps.push(Step::new(case.opened, Tone::Progress, format!("申请{}", case.label)));
    if let Some(on) = case.closed {
        let (tone, word) = match case.outcome.as_deref() {
            Some("granted") => (Tone::Good, "确认同意"),
            Some("refused") => (Tone::Neutral, "不予确认"),
            Some("withdrawn") => (Tone::Neutral, "撤回"),
            _ => (Tone::Neutral, "办结"),
        };
        steps.push(Step::new(on, tone, format!("{}：{word}", case.label)));
    }
}
