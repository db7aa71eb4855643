//! The steps of a change. A death stops that person's part from the month after it, is to be processed within three months
//! (民发〔2022〕83号), and what was paid after it is counted, to be recovered openly and never offset in silence.

use super::finding::Finding;
use super::recheck::{Changed, keep_due};
use super::{past_date, required};
use crate::change::Change;
use crate::codes::reason;
use crate::rules::{Trail, change as rule};
use crate::running;
use crate::settings::Settings;
use crate::trial::{Trial, case_of};
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let household = action.about()?;
    if action.id == "report" {
        return report(context, action, household);
    }
    let document = action.document()?;
    let mut body: Change = document.body()?;
    match action.id.as_str() {
        "record-finding" => {
            let finding = Finding::read(context, &action.values)?;
            let family = records::household(household, context.today)?;
            let put = keep_due(document, document.to("reported")).note("登记核实情况");
            Ok(Effects::new().document(put).and(finding.effects(&family, context.today)?))
        }
        "verify" => {
            body.findings = required(&action.values, "findings", "核实情况")?.to_owned();
            body.last_paid = action.values.date("last-paid");
            let put = document.to("verified").note("核实属实").body(&body);
            Ok(Effects::new().document(put))
        }
        "drop" => {
            let reason = required(&action.values, "reason", "原因")?;
            let put = document.to("dropped").index("closed", context.today.month_code());
            Ok(Effects::new().document(put.note(format!("不属实：{reason}"))))
        }
        "return" => {
            let reason = required(&action.values, "reason", "退回理由")?;
            Ok(Effects::new().document(document.to("reported").note(format!("退回：{reason}"))))
        }
        "confirm" => confirm(context, document, household, body),
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn report(context: &Context, action: &Action, household: Id) -> Result<Effects> {
    let values = &action.values;
    running::require(household, None, context.today)?;
    let kind = required(values, "kind", "变更类别")?.to_owned();
    let on = past_date(context, values, "on", "发生日期")?;
    let member = values.id("member");
    if kind == "death" && member.is_none() {
        return Err(Refusal::invalid("请选择去世的成员").problem("member", "请选择去世的成员"));
    }
    let description = required(values, "description", "变更说明")?.to_owned();
    let due = match kind.as_str() {
        "death" => rule::death_due(on, &crate::terms_on(context.today)?.rules),
        _ => None,
    };
    let body = Change { kind, member, on: Some(on), description, ..Change::default() };
    Ok(Effects::new().document(body.open(household, due)))
}

fn confirm(context: &Context, document: &Document, household: Id, mut body: Change) -> Result<Effects> {
    let old = running::require(household, body.member, context.today)?;
    let settings: Settings = context.settings()?;
    let mut case = case_of(&old);
    let mut first = Trail::default();
    let mut from = rule::effective(context.today);
    let died = match (body.kind.as_str(), body.on) {
        ("death", Some(on)) => Some(on),
        _ => None,
    };
    if let Some(died) = died {
        case.without = body.member;
        from = rule::stops_after_death(died);
        first.say(reason::DIED, [i64::from(died.days()), i64::from(from.days())]);
    }
    let trial = Trial::of(household, context.today, &case)?;
    if let (Some(died), Some(last_paid)) = (died, body.last_paid) {
        let months = i64::from(rule::months_paid_after_death(died, last_paid));
        let new = if trial.pays() { trial.decided.amount.0 } else { 0 };
        // What was paid, which a decision for the next month has not changed yet.
        let paid = running::paying_or_granted(household, context.today)?;
        let paid = paid.iter().find(|line| line.person == old.person).map_or(old.amount.0, |line| line.amount.0);
        let over = paid - new;
        if months > 0 && over > 0 {
            first.say(reason::PAID_AFTER_DEATH, [months, over, months * over]);
        }
    }
    let changed = Changed::of(&old, &trial.decided, from, context.today, first);
    body.outcome.clone_from(&changed.record.outcome);
    let put = document
        .to("done")
        .index("closed", context.today.month_code())
        .note(format!("确认变更：{}", running::label(&body.outcome)))
        .body(&body);
    Ok(Effects::new().document(put).and(changed.effects(Some(document), &trial.decided, &settings)))
}
