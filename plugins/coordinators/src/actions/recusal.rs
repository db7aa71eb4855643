//! 回避: the town names who handles the case instead.

use super::{amiss, officer, required};
use crate::recusal::{Recusal, conflicts};
use doudi_sdk::prelude::*;

pub fn act(action: &Action) -> Result<Effects> {
    let document = action.document()?;
    let mut body: Recusal = document.body()?;
    match action.id.as_str() {
        "assign" => {
            let instead = officer(&action.values, "officer", "接办人员")?;
            if instead == body.officer || conflicts(instead, action.about()?)? {
                return Err(amiss("officer", "所选人员也应当回避，请选择其他人员"));
            }
            body.instead = Some(instead);
            Ok(Effects::new().document(document.to("assigned").note("已安排其他人员办理").body(&body)))
        }
        "drop" => {
            let reason = required(&action.values, "reason", "原因")?;
            Ok(Effects::new().document(document.to("dropped").note(format!("不需要回避：{reason}"))))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}
