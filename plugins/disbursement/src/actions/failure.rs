//! A failed line: its account is corrected in the household's file, or the money goes back to the treasury.

use super::required;
use crate::failure::Failure;
use doudi_sdk::prelude::*;

pub fn act(action: &Action) -> Result<Effects> {
    let document = action.document()?;
    let mut body: Failure = document.body()?;
    match action.id.as_str() {
        "mend" => {
            required(&action.values, "note", "核实情况")?.clone_into(&mut body.mended);
            let note = format!("账户已更正：{}", body.mended);
            Ok(Effects::new().document(body.to(document, "mended", note)))
        }
        "refund" => {
            let reason = required(&action.values, "reason", "理由")?;
            Ok(Effects::new().document(body.to(document, "refunded", format!("退回财政：{reason}"))))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}
