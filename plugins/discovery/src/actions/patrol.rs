//! The buttons of a patrol: go there, rate it anew, strike it off.

use super::{outing, required, word};
use crate::parameters;
use crate::patrol::{self, Patrol};
use crate::rules::words::{Place, Reason, Risk, Stay};
use crate::visit::Errand;
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let document = action.document()?;
    let body: Patrol = document.body()?;
    match action.id.as_str() {
        "visit" => visit(context, action, document, body),
        "change" => change(context, action, document, body),
        "end" => end(context, action, document, body),
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn visit(context: &Context, action: &Action, document: &Document, mut body: Patrol) -> Result<Effects> {
    let visit = outing::read(context, action, Errand::Patrol, Some(body.stay))?;
    if visit.place == Place::Phone && !patrol::counts(&visit, &body) && !visit.nobody {
        return Err(Refusal::new("电话或视频联系不能代替入户走访；确实长期在外的，请先在“调整”中登记居住情况")
            .problem("place", "请选择实际走访的地点"));
    }
    let note = if visit.nobody { "无人应答，须再次走访" } else { "已走访" };
    if !visit.nobody {
        body.visited(visit.moment.date);
    }
    let intervals = parameters::intervals(context.today)?;
    Ok(Effects::new()
        .document(body.to(document, context.today, &intervals, note))
        .document(outing::put(&visit, action.household, None))
        .and(outing::told_others(&visit, action.household, Some(document.id), &[]))
        .and(outing::clues(context, &visit, action.household, None)?))
}

fn change(context: &Context, action: &Action, document: &Document, mut body: Patrol) -> Result<Effects> {
    let values = &action.values;
    body.risk = word(values, "risk", "风险等级", Risk::of)?;
    body.reason = word(values, "reason", "列入原因", Reason::of)?;
    body.stay = word(values, "stay", "居住情况", Stay::of)?;
    required(values, "note", "调整理由")?.clone_into(&mut body.note);
    let intervals = parameters::intervals(context.today)?;
    let note = format!("调整为{}、{}：{}", body.risk.zh(), body.stay.zh(), body.note);
    Ok(Effects::new().document(body.to(document, context.today, &intervals, note)))
}

fn end(context: &Context, action: &Action, document: &Document, mut body: Patrol) -> Result<Effects> {
    let reason = required(&action.values, "reason", "理由")?;
    body.ended = Some(context.today);
    reason.clone_into(&mut body.note);
    Ok(Effects::new().document(document.to("ended").note(format!("移出重点名单：{reason}")).body(&body)))
}
