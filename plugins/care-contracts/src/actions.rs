//! Every button, by collection. The kernel has checked state, office and separation; what is left here is the sense of the
//! step, and what it leaves behind.

pub mod agreement;
pub mod application;
pub mod assessment;
pub mod carer;
pub mod decision;
pub mod finding;
pub mod obligor;
pub mod review;
pub mod visit;

use crate::application::Survey;
use doudi_sdk::prelude::*;

impl Act for crate::CareContracts {
    fn act(context: &Context, action: Action) -> Result<Effects> {
        match action.collection.as_str() {
            "application" => application::act(context, &action),
            "assessment" => assessment::act(context, &action),
            "review" => review::act(context, &action),
            "agreement" => agreement::act(context, &action),
            "carer" => carer::act_carer(context, &action),
            "institution" => carer::act_institution(context, &action),
            "visit" => visit::act(context, &action),
            "card" => visit::act_card(context, &action),
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

/// A member that must be named.
pub(crate) fn member(values: &FormValues, label: &str) -> Result<Id> {
    values
        .id("member")
        .ok_or_else(|| Refusal::invalid(format!("请选择{label}")).problem("member", format!("请选择{label}")))
}

/// A date that must be there.
pub(crate) fn date(values: &FormValues, field: &str, label: &str) -> Result<Date> {
    values
        .date(field)
        .ok_or_else(|| Refusal::invalid(format!("请填写{label}")).problem(field, format!("请填写{label}")))
}

/// A date that must be there and not lie ahead.
pub(crate) fn past_date(context: &Context, values: &FormValues, field: &str, label: &str) -> Result<Date> {
    let date = date(values, field, label)?;
    if date > context.today {
        return Err(Refusal::invalid(format!("{label}不能晚于今天")).problem(field, "日期晚于今天，请更正"));
    }
    Ok(date)
}

/// The actor and another officer: two people (43号 第十三条 asks for a survey; two is the rule of the house for any).
pub(crate) fn two(context: &Context, values: &FormValues, what: &str) -> Result<Vec<Id>> {
    let second = values.id("second").filter(|second| *second != context.actor.user).ok_or_else(|| {
        Refusal::invalid(format!("{what}应当由两人以上进行")).problem("second", "请选择您以外的另一名人员")
    })?;
    Ok(vec![context.actor.user, second])
}

/// A visit to the home as the form gives it.
pub(crate) fn survey(context: &Context, values: &FormValues) -> Result<Survey> {
    Ok(Survey {
        on: past_date(context, values, "visited-on", "入户日期")?,
        visitors: two(context, values, "入户")?,
        met: values.id("met"),
        signed: values.yes("signed"),
        obligors_verified: values.yes("obligors-verified"),
        neighbours: values.text("neighbours").unwrap_or_default().to_owned(),
        findings: required(values, "findings", "结论")?.to_owned(),
    })
}
