//! 刚性支出困难家庭认定: applied for, surveyed by two, decided by the county. Whoever surveyed does not decide.

use super::{line, past_date, required};
use crate::notice;
use crate::recognition::{DAYS, RECOGNITION, Recognition, SPECIAL_DAYS, standing, trial};
use crate::rules::rigid::{IN_FORCE, SCHEME};
use crate::settings::Settings;
use doudi_sdk::prelude::*;

/// 不予认定告知书 is served within so many working days (as 民发〔2021〕57号 第二十一条 says of its own).
const SERVED_WITHIN: u32 = 3;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    if action.id == "apply" {
        return apply(context, action);
    }
    let values = &action.values;
    let document = action.document()?;
    let mut body: Recognition = document.body()?;
    match action.id.as_str() {
        "survey" => survey(context, document, body, values),
        "extend" => {
            let reason = required(values, "reason", "理由")?;
            let accepted = body.accepted.unwrap_or(document.created);
            body.due = Some(calendar::add_working_days(accepted, SPECIAL_DAYS)?);
            reason.clone_into(&mut body.extension);
            Ok(Effects::new().document(body.to(
                document,
                &document.state,
                line(&format!("特殊情形，延长时限：{reason}")),
            )))
        }
        "confirm" => decide(context, action, body, true),
        "refuse" => decide(context, action, body, false),
        "withdraw" => {
            let reason = required(values, "reason", "理由")?;
            Ok(Effects::new().document(body.to(document, "withdrawn", line(reason))))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn apply(context: &Context, action: &Action) -> Result<Effects> {
    let household = action.about()?;
    if context.today < IN_FORCE {
        return Err(Refusal::new(format!("刚性支出困难家庭认定自{}起施行，目前不能受理", IN_FORCE.chinese()))
            .article("刚性支出困难家庭认定办法"));
    }
    let values = &action.values;
    let mut problems = Problems::new();
    let applicant = values.id("applicant");
    problems.require(applicant.is_some(), "applicant", "请选择申请人");
    problems.require(values.yes("authorised"), "authorised", "须由全体成年家庭成员签署核对授权书");
    problems.refuse("申请材料不齐全")?;
    if let Some(standing) = standing(household, context.today)?
        && let Some(ends) = standing.ends
        && ends > context.today.add_months(1)
    {
        return Err(Refusal::new(format!(
            "该家庭已认定为刚性支出困难家庭，有效期至{}，期满前一个月内可以重新申请",
            ends.chinese()
        )));
    }
    let due = calendar::add_working_days(context.today, DAYS)?;
    let body = Recognition {
        applicant: applicant.unwrap_or_default(),
        accepted: Some(context.today),
        due: Some(due),
        other: values.money("other").unwrap_or_default(),
        ..Recognition::default()
    };
    let put = DocumentPut::create(RECOGNITION, "刚性支出困难家庭认定")
        .household(household)
        .state("accepted")
        .due(due)
        .note("受理申请")
        .body(&body);
    Ok(Effects::new().document(put))
}

fn survey(context: &Context, document: &Document, mut body: Recognition, values: &FormValues) -> Result<Effects> {
    let on = past_date(context, values, "surveyed", "入户日期")?;
    let second = values.id("second").filter(|second| *second != context.actor.user);
    let second = second.ok_or_else(|| {
        Refusal::invalid("入户调查应由两人以上进行").problem("second", "请选择另一名调查人员，不能是您自己")
    })?;
    required(values, "findings", "调查情况")?.clone_into(&mut body.findings);
    body.surveyed = Some(on);
    body.surveyors = vec![context.actor.user, second];
    body.other = values.money("other").unwrap_or(body.other);
    Ok(Effects::new().document(body.to(document, "surveyed", format!("{}入户调查", on.chinese()))))
}

/// The rule answers once more on the day; people decide whether its answer is theirs, and it must not be the other one.
fn decide(context: &Context, action: &Action, mut body: Recognition, grant: bool) -> Result<Effects> {
    let document = action.document()?;
    let household = action.about()?;
    if body.surveyors.contains(&context.actor.user) {
        return Err(Refusal::new("您参加了本件的入户调查，须由其他人员审核确认"));
    }
    let settings: Settings = context.settings()?;
    let found = trial(household, context.today, body.other)?;
    match (grant, found.until) {
        (true, Some(until)) => {
            body.until = Some(until);
            let mut decision = found.decided.record(SCHEME, household, context.today, context.today);
            decision.document = Some(document.id);
            decision.to = Some(until.to_string());
            decision.supersedes = standing(household, context.today)?.map(|before| before.id);
            Ok(Effects::new()
                .document(body.to(document, "recognised", format!("予以认定，有效期至{}", until.chinese())))
                .decision(decision)
                .notice(notice::recognised(document, household, until, &settings)))
        }
        (false, None) => {
            let mut decision = found.decided.record(SCHEME, household, context.today, context.today);
            decision.document = Some(document.id);
            let serve_by = calendar::add_working_days(context.today, SERVED_WITHIN)?;
            Ok(Effects::new()
                .document(body.to(document, "refused", "不予认定"))
                .decision(decision)
                .notice(notice::refused(document, household, &found.decided, serve_by, &settings)))
        }
        (true, None) => {
            let against: Vec<String> = found.decided.against().map(|text| text.zh).collect();
            Err(Refusal::new(format!("按现有档案不符合认定条件：{}", against.join("；")))
                .article("刚性支出困难家庭认定办法"))
        }
        (false, Some(_)) => Err(Refusal::new("按现有档案符合认定条件，不能不予认定；档案有误的，请先更正档案")),
    }
}
