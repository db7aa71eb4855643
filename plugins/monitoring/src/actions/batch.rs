//! Batches: a month's file is announced, closed when its alerts are settled, or declared void with the alerts nobody has visited yet.

use super::{line, required};
use crate::alert::{ALERT, Alert, counted};
use crate::batch::{BATCH, Batch};
use crate::rules::event::Event as Statement;
use crate::rules::stale::{Freshness, freshness};
use crate::source;
use doudi_sdk::prelude::*;
use serde::Deserialize;

/// The topic of the next step of withdrawing a void batch's alerts.
pub const WITHDRAW: &str = "monitoring.withdraw";
/// Alerts withdrawn in a step.
const STEP: usize = 200;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    match action.id.as_str() {
        "receive" => receive(context, &action.values),
        "close" => close(action.document()?),
        "void" => {
            let document = action.document()?;
            let reason = required(&action.values, "reason", "理由")?;
            let body: Batch = document.body()?;
            let put = body.to(document, "void", line(&format!("批次作废：{reason}")));
            Ok(Effects::new().document(put).event(withdraw(document.id, Id(0))))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn receive(context: &Context, values: &FormValues) -> Result<Effects> {
    let wanted = required(values, "source", "数据来源")?;
    let period = required(values, "period", "所属月份")?;
    let mut problems = Problems::new();
    let period = Date::of_month(period);
    problems.require(period.is_some(), "period", "应写作 2022-08 的样式");
    let source = source::all()?.into_iter().find(|(document, body)| document.key == wanted || body.name == wanted);
    problems.require(source.is_some(), "source", "没有这个数据来源，请先在“数据来源”中登记");
    let event = values.text("event").and_then(|number| number.parse().ok()).and_then(Statement::of);
    problems.require(event.is_some(), "event", "请选择数据内容");
    if let Some(period) = period
        && freshness(period, context.today, 0, &[]) == Freshness::Ahead
    {
        problems.add("period", format!("{}还没有开始", period.chinese_month()));
    }
    problems.refuse("批次信息不完整")?;
    let (Some(period), Some((from, source)), Some(event)) = (period, source, event) else {
        return Err(Refusal::internal("批次信息不完整"));
    };
    let body = Batch {
        source: from.key.clone(),
        department: source.department,
        name: source.name,
        period,
        event: event.number(),
        sent: values.number("sent").unwrap_or(0),
        sender: values.text("sender").unwrap_or_default().to_owned(),
        remark: values.text("remark").unwrap_or_default().to_owned(),
        ..Batch::default()
    };
    Ok(Effects::new().document(body.open(&free_key(&body, &from.key, event)?)))
}

/// One file for each source, month and kind of data; another only in place of a void one.
fn free_key(body: &Batch, source: &str, event: Statement) -> Result<String> {
    let key = Batch::key(source, body.period, event);
    let known = documents::all(documents::Query::of(BATCH).index("source", source))?;
    let same = known.iter().filter(|document| document.key == key || document.key.starts_with(&format!("{key}-v")));
    let mut voided = 0;
    for document in same {
        if document.state != "void" {
            let message = format!("{}已经登记，请在该批次中上传文件；重新上传会代替原来的文件", body.title());
            return Err(Refusal::new(message.as_str()).problem("period", message));
        }
        voided += 1;
    }
    Ok(if voided == 0 { key } else { format!("{key}-v{voided}") })
}

fn close(document: &Document) -> Result<Effects> {
    let alerts = counted(documents::Query::of(ALERT).index("batch", document.id.0))?;
    let open = alerts.iter().filter(|alert| !alert.settled).count();
    if open > 0 {
        return Err(Refusal::new(format!("本批次还有 {open} 条预警没有办结，办结后才能关闭批次")));
    }
    let body: Batch = document.body()?;
    Ok(Effects::new().document(body.to(document, "closed", "全部预警办结")))
}

fn withdraw(batch: Id, after: Id) -> EventPublish {
    EventPublish::new(WITHDRAW).document(batch).payload(serde_json::json!({ "after": after }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cursor {
    after: Id,
}

/// Alerts of a void batch that nobody has visited and no other batch supports are withdrawn; those that were visited are people's.
///
/// # Errors
/// As [`documents::find`].
pub fn step(event: &Event) -> Result<Effects> {
    let Some(batch) = event.document else { return Ok(Effects::new()) };
    let cursor: Cursor = event.payload()?;
    let of = documents::get(batch)?;
    let query = documents::Query::of(ALERT).index("batch", batch.0).after(cursor.after).limit(STEP as u32);
    let found = documents::find(query)?;
    let mut effects = Effects::new();
    for document in found.iter().filter(|document| matches!(document.state.as_str(), "raised" | "dispatched")) {
        let mut alert: Alert = document.body()?;
        alert.clues.retain(|clue| clue.batch != of.key);
        if alert.clues.is_empty() {
            effects = effects.document(alert.to(document, "withdrawn", "数据批次作废，撤回"));
        } else {
            effects = effects.document(alert.to(document, &document.state, "数据批次作废，撤回其中的疑点"));
        }
    }
    match found.last().filter(|_| found.len() == STEP) {
        Some(last) => Ok(effects.event(withdraw(batch, last.id))),
        None => Ok(effects),
    }
}
