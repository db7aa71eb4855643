//! Every button, by collection. The kernel has checked state, office and separation; what is left here is the sense of the
//! step, and what it leaves behind.

pub mod application;
pub mod change;
pub mod finding;
pub mod recheck;
pub mod relative;

use doudi_sdk::prelude::*;

impl Act for crate::Dibao {
    fn act(context: &Context, action: Action) -> Result<Effects> {
        refuse_kin(context, action.household)?;
        match action.collection.as_str() {
            "application" => application::act(context, &action),
            "recheck" => recheck::act(context, &action),
            "change" => change::act(context, &action),
            "relative-filing" => relative::act(context, &action),
            other => Err(Refusal::unknown("办件类别", other)),
        }
    }
}

/// A coordinator handles neither his own family's case nor a near relative's (回避): another measure knows what he has declared.
fn refuse_kin(context: &Context, household: Option<Id>) -> Result<()> {
    let (Some(household), "village-coordinator") = (household, context.actor.role.as_str()) else { return Ok(()) };
    let question =
        Block::of(Table::new("case", 1).ints("household", [household.0]).ints("user", [context.actor.user.0]));
    // Where nobody keeps such a register, nothing is known against him.
    let Ok(replies) = questions::ask("recusal.declared", context.today, &question) else { return Ok(()) };
    for reply in &replies {
        if reply.block.table("recusal")?.int_column("conflict")?.get(0) == Some(1) {
            return Err(Refusal::new("您已申报该家庭为本人或近亲属家庭，应当回避，请由镇街安排其他人员办理"));
        }
    }
    Ok(())
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
        return Err(Refusal::invalid(format!("{label}不能晚于今天")).problem(field, "日期晚于今天，请更正"));
    }
    Ok(date)
}

/// A visit as the form gives it: the actor and another officer (57号 第十六条: at least two).
pub(crate) fn visit(context: &Context, values: &FormValues) -> Result<crate::application::Visit> {
    let on = past_date(context, values, "visited-on", "入户日期")?;
    let second = values.id("second").filter(|second| *second != context.actor.user).ok_or_else(|| {
        Refusal::invalid("入户应当由两人以上进行（依据：民发〔2021〕57号 第十六条）")
            .problem("second", "请选择您以外的另一名人员")
    })?;
    Ok(crate::application::Visit {
        on,
        visitors: vec![context.actor.user, second],
        met: values.id("met"),
        signed: values.yes("signed"),
        place: values.text("place").unwrap_or_default().to_owned(),
        neighbours: values.text("neighbours").unwrap_or_default().to_owned(),
        findings: required(values, "findings", "结论")?.to_owned(),
    })
}
