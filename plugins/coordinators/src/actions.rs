//! Every button, by collection. The kernel has checked state, office and separation; what is left here is the sense of the step.

pub mod population;
pub mod post;
pub mod quota;
pub mod recusal;
pub mod training;

use doudi_sdk::prelude::*;

impl Act for crate::Coordinators {
    fn act(context: &Context, action: Action) -> Result<Effects> {
        match action.collection.as_str() {
            crate::post::POST => post::act(context, &action),
            crate::population::POPULATION => population::act(context, &action),
            crate::quota::QUOTA => quota::act(context, &action),
            crate::training::TRAINING => training::act(context, &action),
            crate::recusal::RECUSAL => recusal::act(&action),
            other => Err(Refusal::unknown("办件类别", other)),
        }
    }
}

/// A refusal about one field, in one sentence.
pub(crate) fn amiss(field: &str, sentence: impl Into<String>) -> Refusal {
    let sentence = sentence.into();
    Refusal::invalid(sentence.as_str()).problem(field, sentence)
}

/// A text that must be there.
pub(crate) fn required<'v>(values: &'v FormValues, field: &str, label: &str) -> Result<&'v str> {
    values.text(field).ok_or_else(|| amiss(field, format!("请填写{label}")))
}

/// A date that must be there.
pub(crate) fn date(values: &FormValues, field: &str, label: &str) -> Result<Date> {
    values.date(field).ok_or_else(|| amiss(field, format!("请填写{label}")))
}

/// A date that must be there and not lie ahead.
pub(crate) fn past_date(context: &Context, values: &FormValues, field: &str, label: &str) -> Result<Date> {
    let date = date(values, field, label)?;
    if date > context.today {
        return Err(amiss(field, format!("{label}不能晚于今天")));
    }
    Ok(date)
}

/// A user that must be named.
pub(crate) fn officer(values: &FormValues, field: &str, label: &str) -> Result<Id> {
    values.id(field).ok_or_else(|| amiss(field, format!("请选择{label}")))
}

/// A village or community every village's duties apply to.
pub(crate) fn village(values: &FormValues, field: &str) -> Result<i64> {
    let place = place(values, field)?;
    if place.is_real_village() {
        return Ok(place.code);
    }
    Err(amiss(field, "请选择村或者社区；园区和虚拟社区不在配备范围内"))
}

/// A place of the county.
pub(crate) fn place(values: &FormValues, field: &str) -> Result<Division> {
    let code = values.division(field).ok_or_else(|| amiss(field, "请选择村（居）或镇（街）"))?;
    let found = divisions::list()?.into_iter().find(|division| division.code == code);
    found.ok_or_else(|| amiss(field, "本县没有这个区划，请重新选择"))
}
