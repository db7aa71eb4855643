//! Every button, by collection. The kernel has checked state, office and separation; what is left here is the sense of the step, and
//! the separation the kernel cannot see: who surveyed or decided elsewhere, who is a near relative, who sat in which chair.

pub mod check;
pub mod draw;
pub mod group;
pub mod meeting;
pub mod order;
pub mod proposal;

use crate::rules::town::town_of;
use doudi_sdk::prelude::*;

impl Act for crate::DelegatedApproval {
    fn act(context: &Context, action: Action) -> Result<Effects> {
        match action.collection.as_str() {
            "order" => order::act(context, &action),
            "group" => group::act(context, &action),
            "meeting" => meeting::act(context, &action),
            "draw" => draw::act(context, &action),
            "check" => check::act(context, &action),
            "proposal" => proposal::act(context, &action),
            other => Err(Refusal::unknown("办件类别", other)),
        }
    }
}

/// A text that must be there.
pub(crate) fn required<'v>(values: &'v FormValues, field: &str, label: &str) -> Result<&'v str> {
    values.text(field).ok_or_else(|| missing(field, label))
}

/// A date that must be there.
pub(crate) fn date(values: &FormValues, field: &str, label: &str) -> Result<Date> {
    values.date(field).ok_or_else(|| missing(field, label))
}

/// A date that must be there and not lie ahead.
pub(crate) fn past_date(context: &Context, values: &FormValues, field: &str, label: &str) -> Result<Date> {
    let date = date(values, field, label)?;
    if date > context.today {
        let message = format!("{label}不能晚于今天");
        return Err(Refusal::invalid(message.as_str()).problem(field, message));
    }
    Ok(date)
}

/// A date that must be there and not lie in the past.
pub(crate) fn coming_date(context: &Context, values: &FormValues, field: &str, label: &str) -> Result<Date> {
    let date = date(values, field, label)?;
    if date < context.today {
        let message = format!("{label}不能早于今天");
        return Err(Refusal::invalid(message.as_str()).problem(field, message));
    }
    Ok(date)
}

fn missing(field: &str, label: &str) -> Refusal {
    Refusal::invalid(format!("请填写{label}")).problem(field, format!("请填写{label}"))
}

/// The town whose officer acts.
pub(crate) fn own_town(context: &Context) -> Result<i64> {
    town_of(context.actor.division)
        .ok_or_else(|| Refusal::new("联审联批组和会议由镇（街）建立，请用镇（街）人员的账号办理"))
}

/// Seats among several choices.
pub(crate) fn seats(values: &FormValues, field: &str) -> Vec<crate::rules::vote::Seat> {
    let mut seats: Vec<_> = values.choices(field).into_iter().filter_map(|seat| seat.parse().ok()).collect();
    seats.sort_unstable();
    seats.dedup();
    seats
}
