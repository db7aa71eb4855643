//! What people may do with a draw: have more cases checked, and report on it when every check has a conclusion. Nobody draws by hand.

use super::required;
use crate::check::{Check, OPEN, of_period};
use crate::draw::Draw;
use crate::drawing::clues_of;
use crate::meeting::dealings;
use crate::rules::sample::Reason;
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let document = action.document()?;
    let mut body: Draw = document.body()?;
    let values = &action.values;
    match action.id.as_str() {
        "add-case" => add(context, document, body, values),
        "report" => {
            let number = required(values, "number", "通报文号")?;
            let open = of_period(&body.period.code())?;
            let open = open.iter().filter(|(document, _)| OPEN.contains(&document.state.as_str())).count();
            if open > 0 {
                return Err(Refusal::new(format!("还有 {open} 件抽查没有结论，不能通报")));
            }
            number.clone_into(&mut body.report);
            Ok(Effects::new().document(document.to("reported").note(format!("通报：{number}")).body(&body)))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// On top of what was drawn: complaints, letters, clues from elsewhere.
fn add(context: &Context, document: &Document, mut body: Draw, values: &FormValues) -> Result<Effects> {
    let household = values
        .id("household")
        .ok_or_else(|| Refusal::invalid("请填写家庭").problem("household", "请填写户编号或者公民身份号码"))?;
    let why = required(values, "reason", "追加理由")?;
    let by = calendar::add_working_days(context.today, crate::parameters::check_days(context.today)?)?;
    let dealt = dealings(body.period.from.add_months(-3), body.period.to)?;
    let mut effects = Effects::new();
    let mut known = false;
    let head = Draw { period: body.period, labels: body.labels.clone(), check_by: Some(by), ..Draw::default() };
    for entry in body.list.iter_mut().filter(|entry| entry.household == household) {
        known = true;
        if entry.sample.is_empty() {
            Reason::Added.code().clone_into(&mut entry.sample);
            let mut check = Check::of(document.id, &head, entry, &clues_of(entry, &dealt), context.today);
            why.clone_into(&mut check.why);
            effects = effects.document(check.open(entry));
        }
    }
    if effects.is_empty() {
        let message = if known {
            "该家庭本期的决定已经在抽查之中"
        } else {
            "该家庭本期没有由镇街审核确认的决定"
        };
        return Err(Refusal::new(message).problem("household", message));
    }
    let put = document.to("drawn").note(format!("追加核查：{why}")).body(&body);
    Ok(effects.document(match document.due {
        Some(due) => put.due(due),
        None => put,
    }))
}
