//! Every button, by collection. The kernel has checked state, office and separation; what is left here is the sense of the step.

pub mod alert;
pub mod batch;
pub mod recognition;
pub mod referral;
pub mod source;
pub mod visit;

use doudi_sdk::prelude::*;

impl Act for crate::Monitoring {
    fn act(context: &Context, action: Action) -> Result<Effects> {
        match action.collection.as_str() {
            "source" => source::act(context, &action),
            "batch" => batch::act(context, &action),
            "alert" => alert::act(context, &action),
            "referral" => referral::act(context, &action),
            "recognition" => recognition::act(context, &action),
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

/// As a timeline shows it: one line, not too long.
pub(crate) fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(160).collect()
}
