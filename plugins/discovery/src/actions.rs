//! Every button, by collection. The kernel has checked state, office and separation; what is left here is the sense of the step, and
//! what it leaves behind.

pub mod clue;
pub mod disposal;
pub mod grid;
pub mod outing;
pub mod patrol;
pub mod review;
pub mod visit;

use doudi_sdk::prelude::*;

impl Act for crate::Discovery {
    fn act(context: &Context, action: Action) -> Result<Effects> {
        match action.collection.as_str() {
            "clue" => clue::act(context, &action),
            "grid" => grid::act(context, &action),
            "patrol" => patrol::act(context, &action),
            "visit" => visit::act(context, &action),
            "review" => review::act(context, &action),
            other => Err(Refusal::unknown("办件类别", other)),
        }
    }
}

/// A text that must be there.
pub(crate) fn required<'v>(values: &'v FormValues, field: &str, label: &str) -> Result<&'v str> {
    values.text(field).ok_or_else(|| missing(field, label))
}

/// A field that must be there and is not.
pub(crate) fn missing(field: &str, label: &str) -> Refusal {
    Refusal::invalid(format!("请填写{label}")).problem(field, format!("请填写{label}"))
}

/// One of a list of words that must be there.
pub(crate) fn word<W>(values: &FormValues, field: &str, label: &str, of: fn(&str) -> Option<W>) -> Result<W> {
    of(required(values, field, label)?)
        .ok_or_else(|| Refusal::invalid(format!("{label}不在可选范围内")).problem(field, "请重新选择"))
}

/// A date that must be there and not lie ahead.
pub(crate) fn past_date(context: &Context, values: &FormValues, field: &str, label: &str) -> Result<Date> {
    let date = values.date(field).ok_or_else(|| missing(field, label))?;
    if date > context.today {
        let message = format!("{label}不能晚于今天");
        return Err(Refusal::invalid(message.as_str()).problem(field, message));
    }
    Ok(date)
}

/// Whether the actor works in a village, and so reports to the town.
pub(crate) fn is_village(context: &Context) -> bool {
    context.actor.role == "village-coordinator"
}

/// The office of the actor, as the ledger names who found a clue.
pub(crate) fn office(context: &Context) -> &'static str {
    match context.actor.role.as_str() {
        "village-coordinator" => "村居协理员（网格员）",
        "town-caseworker" | "town-reviewer" => "镇街工作人员",
        "county-officer" | "county-approver" => "县民政工作人员",
        _ => "系统",
    }
}
