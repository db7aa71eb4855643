//! 转办单: sent, reminded, answered; accepted, the alert it follows from goes on.

use super::{line, past_date, required};
use crate::alert::Alert;
use crate::referral::Referral;
use crate::source;
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let values = &action.values;
    if action.id == "refer" {
        let to = required(values, "department", "转办部门")?;
        let source = source::all()?.into_iter().find(|(source, _)| source.key == to);
        let (source, body) = source.ok_or_else(|| {
            Refusal::invalid("没有这个部门").problem("department", "没有这个部门，请先在“数据来源”中登记")
        })?;
        let need = required(values, "need", "需要落实的事项")?.to_owned();
        let referral = Referral { to: source.key, name: body.name, need, ..Referral::default() };
        let put = referral.open(action.about()?, values.id("person"), context.today)?;
        return Ok(Effects::new().document(put));
    }
    let document = action.document()?;
    let mut body: Referral = document.body()?;
    match action.id.as_str() {
        "remind" => {
            body.reminders += 1;
            let note = format!("第 {} 次催办{}", body.reminders, body.name);
            Ok(Effects::new().document(body.to(document, "sent", note)))
        }
        "answer" => {
            required(values, "reply", "答复内容")?.clone_into(&mut body.reply);
            let on = past_date(context, values, "replied", "答复日期")?;
            if on < body.sent {
                return Err(Refusal::invalid("答复日期不能早于转办日期").problem("replied", "早于转办日期"));
            }
            body.replied = Some(on);
            let note = format!("{}已答复", body.name);
            Ok(Effects::new().document(body.to(document, "answered", note)))
        }
        "again" => {
            let reason = required(values, "reason", "退回理由")?;
            let due = crate::parameters::referral_due(context.today)?;
            body.due = due;
            body.replied = None;
            Ok(Effects::new().document(body.to(document, "sent", line(&format!("答复未落实，再次转办：{reason}")))))
        }
        "accept" => accept(context, document, body, values),
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// The answer is enough: delivered, or not to be had.
fn accept(context: &Context, document: &Document, mut body: Referral, values: &FormValues) -> Result<Effects> {
    let delivered = required(values, "delivered", "落实情况")? == "yes";
    body.delivered = Some(delivered);
    let word = if delivered { "已落实" } else { "不符合政策，未落实" };
    let mut effects = Effects::new().document(body.to(document, "done", word));
    if let Some(id) = body.alert {
        let of = documents::get(id)?;
        if of.state == "handling" {
            let mut alert: Alert = of.body()?;
            if delivered {
                alert.aided = Some(context.today);
            }
            effects = effects.document(alert.to(&of, "feedback", format!("{}：{word}", body.name)));
        }
    }
    Ok(effects)
}
