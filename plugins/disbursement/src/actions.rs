//! Every button, by collection. The kernel has checked state, office and separation; what is left here is the sense of the step, and
//! the control totals.

pub mod failure;
pub mod finding;
pub mod overpayment;
pub mod roster;

use doudi_sdk::prelude::*;

impl Act for crate::Disbursement {
    fn act(context: &Context, action: Action) -> Result<Effects> {
        match action.collection.as_str() {
            "roster" => roster::act(context, &action),
            "finding" => finding::act(&action),
            "failure" => failure::act(&action),
            "overpayment" => overpayment::act(context, &action),
            other => Err(Refusal::unknown("办件类别", other)),
        }
    }
}

/// A text that must be there.
pub(crate) fn required<'v>(values: &'v FormValues, field: &str, label: &str) -> Result<&'v str> {
    values
        .text(field)
        .ok_or_else(|| Refusal::invalid(format!("请填写{label}")).problem(field, format!("请填写{label}")))
}

/// A sum that must be there.
pub(crate) fn money(values: &FormValues, field: &str, label: &str) -> Result<Fen> {
    values
        .money(field)
        .ok_or_else(|| Refusal::invalid(format!("请填写{label}")).problem(field, format!("请填写{label}")))
}

/// A date that must be there and not lie ahead.
pub(crate) fn past_date(context: &Context, values: &FormValues, field: &str, label: &str) -> Result<Date> {
    let date = values
        .date(field)
        .ok_or_else(|| Refusal::invalid(format!("请填写{label}")).problem(field, format!("请填写{label}")))?;
    if date > context.today {
        let message = format!("{label}不能晚于今天");
        return Err(Refusal::invalid(message.as_str()).problem(field, message));
    }
    Ok(date)
}
