//! A person settles a proposal to suspend: the town's orders rest from a day on, or stay with a reason.

use super::{coming_date, order::suspend, required};
use crate::order;
use crate::proposal::Proposal;
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let document = action.document()?;
    let mut body: Proposal = document.body()?;
    let reason = required(&action.values, "reason", "理由")?;
    reason.clone_into(&mut body.settled);
    match action.id.as_str() {
        "suspend" => {
            let from = coming_date(context, &action.values, "on", "暂停日期")?;
            let mut effects = Effects::new();
            for (document, order) in order::all(&["adopted"])? {
                if order.town == body.town {
                    effects = effects.document(suspend(&document, order, from, reason));
                }
            }
            if effects.is_empty() {
                return Err(Refusal::new("该镇（街）没有有效的下放文件，请选择“维持下放”并说明"));
            }
            let note = format!("{}起暂停下放：{reason}", from.chinese());
            Ok(effects.document(document.to("suspended").note(note).body(&body)))
        }
        "keep" => Ok(Effects::new().document(document.to("kept").note(format!("维持下放：{reason}")).body(&body))),
        other => Err(Refusal::unknown("操作", other)),
    }
}
