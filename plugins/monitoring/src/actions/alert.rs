//! Alerts: sent down, visited, judged, dealt with in one of the four ways, answered and closed. None is closed that nobody visited.

use super::{line, past_date, required, visit};
use crate::alert::{Alert, closed_index};
use crate::dispatch;
use crate::referral::Referral;
use crate::rules::clue::verified;
use crate::rules::matrix::Disposition;
use crate::source;
use doudi_sdk::prelude::*;
use serde_json::json;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let values = &action.values;
    let document = action.document()?;
    let alert: Alert = document.body()?;
    match action.id.as_str() {
        "dispatch" => Ok(dispatch::send(document, &alert, values.text("note").unwrap_or("县级派单"))),
        "visit" => visit::register(context, action),
        "judge" => judge(context, document, alert, values),
        "dispose" => {
            let disposition = values
                .text("disposition")
                .and_then(Disposition::of)
                .ok_or_else(|| Refusal::invalid("请选择处置方式").problem("disposition", "请选择处置方式"))?;
            let measure = required(values, "measure", "处置措施")?;
            dispose(context, document, alert, disposition, measure, values)
        }
        "decide" => decide(context, document, alert, values),
        "finish" => {
            let mut alert = alert;
            let result = required(values, "result", "处置结果")?;
            // Timelines are everybody's: what was done stands in the case, for those who need it.
            alert.measure = format!("{}；{result}", alert.measure);
            if values.yes("aided") {
                alert.aided = Some(context.today);
            }
            Ok(Effects::new().document(alert.to(document, "feedback", "处置完成")))
        }
        "return" => {
            let mut alert = alert;
            let reason = required(values, "reason", "退回理由")?;
            // What was found so far is on the timeline; the next visit is a new one.
            alert.visit = None;
            alert.truth = None;
            alert.judged = None;
            Ok(Effects::new().document(alert.to(document, "dispatched", line(&format!("退回重新核实：{reason}")))))
        }
        "close" => close(context, document, alert, values),
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// 属实 or 误报, by whoever knows the visit. What has usual false positives becomes a fact now, not before.
fn judge(context: &Context, document: &Document, mut alert: Alert, values: &FormValues) -> Result<Effects> {
    visited(&alert)?;
    let finding = required(values, "finding", "核实结论")?;
    let truth = match required(values, "truth", "是否属实")? {
        "true" => true,
        "false" => false,
        _ => return Err(Refusal::invalid("请选择是否属实").problem("truth", "请选择是否属实")),
    };
    alert.truth = Some(truth);
    alert.judged = Some(context.today);
    finding.clone_into(&mut alert.finding);
    let (state, word) = if truth { ("proven", "属实") } else { ("feedback", "不属实，误报") };
    let mut effects = Effects::new().document(alert.to(document, state, word));
    if let (true, Some(person), Some(clue)) = (truth, document.person, alert.clues.last()) {
        let note = format!("预警核实 {}", document.key);
        if let Some(fact) = verified(alert.rule, clue, person, values.money("amount"), &note) {
            effects = effects.fact(fact);
        }
    }
    Ok(effects)
}

fn visited(alert: &Alert) -> Result<()> {
    match alert.visit {
        Some(_) => Ok(()),
        None => Err(Refusal::new("还没有入户核实，不能认定和办结。请先登记入户，写明时间、定位、见到的人和照片")),
    }
}

/// One of the four ways.
fn dispose(
    context: &Context,
    document: &Document,
    mut alert: Alert,
    disposition: Disposition,
    measure: &str,
    values: &FormValues,
) -> Result<Effects> {
    visited(&alert)?;
    alert.disposition = Some(disposition);
    alert.disposed = Some(context.today);
    measure.clone_into(&mut alert.measure);
    let state = if disposition == Disposition::Council { "council" } else { "handling" };
    let effects = Effects::new().document(alert.to(document, state, disposition.label()));
    let event = |topic: &str| EventPublish {
        household: document.household,
        person: document.person,
        document: Some(document.id),
        ..EventPublish::new(topic)
    };
    Ok(match disposition {
        Disposition::Deliver => {
            let to = required(values, "department", "转办部门")?;
            let need = required(values, "need", "需要落实的事项")?;
            let source = source::all()?.into_iter().find(|(source, _)| source.key == to);
            let (source, body) = source.ok_or_else(|| {
                Refusal::invalid("没有这个部门").problem("department", "没有这个部门，请先在“数据来源”中登记")
            })?;
            let referral = Referral {
                to: source.key,
                name: body.name,
                need: need.to_owned(),
                alert: Some(document.id),
                ..Referral::default()
            };
            let household = document.household.unwrap_or_default();
            effects.document(referral.open(household, document.person, context.today)?)
        }
        Disposition::Apply => {
            let scheme = required(values, "scheme", "可以申请的救助")?;
            effects.event(event("monitoring.eligible").payload(json!({ "rule": alert.rule.code(), "scheme": scheme })))
        }
        Disposition::End => {
            effects.event(event("monitoring.ended").payload(json!({ "rule": alert.rule.code(), "on": context.today })))
        }
        Disposition::Council => effects,
    })
}

/// 一事一议: the county's coordination decides, on paper, what is done.
fn decide(context: &Context, document: &Document, mut alert: Alert, values: &FormValues) -> Result<Effects> {
    let held = past_date(context, values, "held", "会议日期")?;
    let number = required(values, "number", "会议纪要编号")?;
    let decision = required(values, "decision", "议定事项")?;
    let measure = format!("{}一事一议（{number}）：{decision}", held.chinese());
    match values.text("disposition").and_then(Disposition::of) {
        Some(Disposition::Council) | None => {
            measure.clone_into(&mut alert.measure);
            let note = format!("{}一事一议（{number}）", held.chinese());
            Ok(Effects::new().document(alert.to(document, "feedback", line(&note))))
        }
        Some(disposition) => dispose(context, document, alert, disposition, &measure, values),
    }
}

/// 反馈 to the department, and the end. The month is kept, so that what a person settled is not raised again at once.
fn close(context: &Context, document: &Document, mut alert: Alert, values: &FormValues) -> Result<Effects> {
    visited(&alert)?;
    let reply = required(values, "reply", "反馈内容")?;
    if alert.truth == Some(true) && alert.disposition.is_none() {
        return Err(Refusal::new("属实的预警还没有处置，不能办结"));
    }
    reply.clone_into(&mut alert.reply);
    alert.closed = Some(context.today);
    let word = match (alert.truth, alert.disposition) {
        (Some(true), Some(disposition)) => format!("办结：{}", disposition.label()),
        _ => "办结：误报".to_owned(),
    };
    let put = alert.to(document, "closed", word).index("closed", closed_index(alert.rule, &context.today.month_code()));
    Ok(Effects::new().document(put))
}
