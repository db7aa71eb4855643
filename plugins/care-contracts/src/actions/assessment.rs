//! The steps of an assessment: reported, assessed by two within ten working days, and where the level of somebody supported
//! changes, confirmed — in effect from the month after (43号 第二十条 to 第二十三条).

use super::decision::Changed;
use super::{member, past_date, required, two};
use crate::assessment::{self, Assessment, ITEMS, cause_word};
use crate::codes::reason;
use crate::rules::Trail;
use crate::rules::form::Form;
use crate::rules::level::{Level, governs_from};
use crate::running::{self, Line};
use crate::settings::Settings;
use crate::trial::{About, Trial};
use crate::{review, rules_on};
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let household = action.about()?;
    if action.id == "report" {
        return report(context, action, household);
    }
    let document = action.document()?;
    let body: Assessment = document.body()?;
    match action.id.as_str() {
        "assess" => assess(context, action, document, household, body),
        "confirm" => confirm(context, document, household, body),
        "return" => {
            let reason = required(&action.values, "reason", "退回理由")?;
            let emptied = Assessment {
                member: body.member,
                cause: body.cause.clone(),
                reported: body.reported,
                description: body.description.clone(),
                ..Assessment::default()
            };
            Ok(Effects::new().document(document.to("reported").note(format!("退回：{reason}")).body(&emptied)))
        }
        "drop" => {
            let reason = required(&action.values, "reason", "原因")?;
            Ok(Effects::new().document(document.to("dropped").note(format!("不需评估：{reason}"))))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn report(context: &Context, action: &Action, household: Id) -> Result<Effects> {
    let values = &action.values;
    let person = member(values, "评估对象")?;
    if assessment::is_open(person)? {
        return Err(Refusal::new("该人员已有正在办理的评估，不需要重复报告"));
    }
    let reported = past_date(context, values, "reported-on", "报告日期")?;
    let body = Assessment {
        member: Some(person),
        cause: required(values, "cause", "事由")?.to_owned(),
        reported: Some(reported),
        description: values.text("description").unwrap_or_default().to_owned(),
        ..Assessment::default()
    };
    Ok(Effects::new().document(body.open(household, Some(due(reported, context.today)?))))
}

/// Ten working days from the report, whenever it was entered.
///
/// # Errors
/// `refused` beyond the statutory calendar, or before the rules.
pub fn due(reported: Date, today: Date) -> Result<Date> {
    calendar::add_working_days(reported, rules_on(today)?.days_assessment)
}

fn assess(
    context: &Context,
    action: &Action,
    document: &Document,
    household: Id,
    mut body: Assessment,
) -> Result<Effects> {
    let values = &action.values;
    let person = body.member.ok_or_else(|| Refusal::new("本件没有评估对象，请重新报告评估"))?;
    let assessed = past_date(context, values, "assessed-on", "评估日期")?;
    let mut problems = Problems::new();
    let mut failed = Vec::new();
    for (item, label) in ITEMS {
        match values.text(item) {
            Some("yes") => {}
            Some("no") => failed.push(item.to_owned()),
            _ => problems.add(item, format!("“{label}”没有填写")),
        }
    }
    let will = values.yes("will");
    let advice = values.text("advice").and_then(Form::parse);
    problems.require(will || advice.is_some(), "advice", "不能准确表达意愿的，应当写明综合评估建议");
    problems.refuse("评估表不完整（依据：民发〔2021〕43号 第二十一条）")?;
    body.assessors = two(context, values, "评估")?;
    body.assessed = Some(assessed);
    body.failed = failed;
    body.will = will;
    body.advice = advice.filter(|_| !will);
    body.finding = values.text("finding").unwrap_or_default().to_owned();

    let supported = running::supports_or_will(household, person, context.today)?;
    let level = body.level().ok_or_else(|| Refusal::internal("评估项数不在六项之内"))?;
    let changes = supported.as_ref().is_some_and(|line| line.level() != Some(level));
    body.governs = Some(governs_from(assessed, changes));
    let state = if changes { "assessed" } else { "valid" };
    let note = format!("{} 项不能达到，{}", body.count(), level.zh());
    let put = document.to(state).note(note).body(&body);
    let papers = AttachmentLink::new(document.id, "评估表和照片", values.ids("papers"));
    let effects = Effects::new().document(put).attach(papers);
    // A level somebody must confirm is no fact yet.
    Ok(if changes { effects } else { effects.fact(fact(person, &body)) })
}

fn fact(person: Id, body: &Assessment) -> FactPropose {
    let mut fact = FactPropose::of_person(person, "person.self-care-failed").value(body.count()).source(2);
    if let Some(governs) = body.governs {
        fact = fact.from(governs);
    }
    fact.note(format!("自理能力评估（{}）", cause_word(&body.cause)))
}

/// The new level, from the month after the assessment; never earlier than the month after the last decision would allow.
fn confirm(context: &Context, document: &Document, household: Id, mut body: Assessment) -> Result<Effects> {
    if body.assessors.contains(&context.actor.user) {
        return Err(Refusal::new("评估人不能确认自己评估的档次，请由其他人员办理"));
    }
    let person = body.member.ok_or_else(|| Refusal::new("本件没有评估对象，请重新报告评估"))?;
    let old = running::require(household, Some(person), context.today)?;
    let assessed = body.assessed.ok_or_else(|| Refusal::new("还没有登记评估"))?;
    let from = assessed.first_of_next_month().max(old.begins);
    body.governs = Some(from);
    let circumstances = review::last_circumstances(person)?;
    let about =
        About { household, person, circumstances: &circumstances, form: old.form(), as_minor: old.is_as_minor() };
    let trial = Trial::at_level(&about, context.today, body.clone())?;
    if !trial.grants() {
        return Err(super::decision::against(
            &trial.decided,
            "按现有档案和义务人情况重算已不符合特困条件，不能只调整档次，请先发起核查",
        ));
    }
    let mut first = Trail::default();
    let before = old.value(crate::codes::figure::FAILED);
    first.say(reason::LEVEL_CHANGED, [before, body.count(), i64::from(assessed.days())]);
    let changed = Changed::amount(&old, &trial.decided, from, context.today, &first);
    let settings: Settings = context.settings()?;
    let word = Level::from_failed(body.count()).map_or("", Level::zh);
    let put = document.to("valid").note(format!("{word}。{}", changed.note())).body(&body);
    Ok(Effects::new().document(put).fact(fact(person, &body)).and(changed.effects(Some(document), &settings)))
}
