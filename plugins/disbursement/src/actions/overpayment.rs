//! What was paid too much comes back openly: from the estate, the next of kin or the household, in cash or, with written consent,
//! by deductions that stand on lines of their own; or it is waived by somebody who may.

use super::{money, past_date, required};
use crate::overpayment::{Overpayment, Receipt};
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let document = action.document()?;
    let mut body: Overpayment = document.body()?;
    let values = &action.values;
    let put = match action.id.as_str() {
        "recover" => {
            required(values, "from", "向谁追回")?.clone_into(&mut body.from);
            let note = required(values, "note", "说明")?;
            let note = format!("向{}追回 {} 元：{note}", from_word(&body.from), body.left());
            body.to(document, "recovering", note)
        }
        "deduct" => {
            body.monthly = money(values, "monthly", "每月扣回金额")?;
            if body.cause == "death" && document.person.is_some() {
                return Err(Refusal::new("领取人已经去世，不能从其保障金中扣回，请向遗产或近亲属追回"));
            }
            if body.monthly > body.left() {
                let message = format!("尚余 {} 元，每月扣回金额不能更大", body.left());
                return Err(Refusal::invalid("每月扣回金额过大").problem("monthly", message));
            }
            if !values.yes("consent") {
                return Err(Refusal::invalid("没有家庭的书面同意").problem("consent", "未经家庭书面同意不得扣回"));
            }
            "household".clone_into(&mut body.from);
            let note = format!("家庭书面同意每月扣回 {} 元", body.monthly);
            body.to(document, "deducting", note)
        }
        "collect" => {
            let amount = money(values, "amount", "收回金额")?;
            if amount > body.left() {
                let message = format!("尚余 {} 元，收回金额不能更大", body.left());
                return Err(Refusal::invalid("收回金额过大").problem("amount", message));
            }
            let on = past_date(context, values, "on", "收回日期")?;
            let voucher = required(values, "voucher", "收款凭证号")?.to_owned();
            body.returned += amount;
            body.receipts.push(Receipt { on, amount, voucher });
            let state = if body.left().is_zero() { "recovered" } else { &document.state };
            let note = format!("收回 {amount} 元，尚余 {} 元", body.left());
            body.to(document, state, note)
        }
        "waive" => {
            let reason = required(values, "reason", "理由")?;
            body.to(document, "waived", format!("不予追回：{reason}"))
        }
        "drop" => {
            let reason = required(values, "reason", "理由")?;
            body.to(document, "dropped", format!("没有多发：{reason}"))
        }
        other => return Err(Refusal::unknown("操作", other)),
    };
    Ok(Effects::new().document(put))
}

/// From whom, in words.
pub fn from_word(from: &str) -> &'static str {
    match from {
        "estate" => "遗产",
        "kin" => "近亲属",
        "household" => "领取的家庭",
        _ => "",
    }
}
