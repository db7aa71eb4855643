//! 处置: what is done about a clue that was verified: 无需救助, 告知政策, 代办申请, 转介, 急难先行救助; or the family does not wish to
//! apply, and somebody tries again on a day that is set.

use super::clue::{DUTY_TO_TELL, Desk};
use super::{required, word};
use crate::clue::{Application, Declined, Referral, Verified};
use crate::notice;
use crate::parameters;
use crate::rules::clock::{Stand, may_try_again_on};
use crate::rules::words::{Measure, Partner};
use doudi_sdk::prelude::*;

/// The benefit of 急难先行救助.
const EMERGENCY: &str = "temporary-aid";

pub fn act(desk: Desk<'_>) -> Result<Effects> {
    match desk.action.id.as_str() {
        "no-need" => no_need(desk),
        "tell" => tell(desk),
        "apply" => apply(desk),
        "refer" => refer(desk),
        "reply" => reply(desk),
        "emergency" => emergency(desk),
        "decline" => decline(desk),
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// Help is for what proved true.
fn genuine(desk: &Desk<'_>) -> Result<()> {
    match &desk.body.verified {
        Some(verified) if verified.genuine => Ok(()),
        _ => Err(Refusal::new("核实不属实的线索只能按“无需救助”办结；有新情况的，请重新核实")),
    }
}

/// What is done, and the day it was decided.
fn decide(desk: &mut Desk<'_>, measure: Measure) {
    desk.body.measure = Some(measure);
    desk.body.decided.get_or_insert(desk.context.today);
}

fn no_need(mut desk: Desk<'_>) -> Result<Effects> {
    required(&desk.action.values, "reason", "理由")?.clone_into(&mut desk.body.remark);
    decide(&mut desk, Measure::NoNeed);
    let note = format!("无需救助：{}", desk.body.remark);
    desk.move_to(Stand::Feedback, note)
}

/// The family goes itself. Who cannot must be helped to.
fn tell(mut desk: Desk<'_>) -> Result<Effects> {
    genuine(&desk)?;
    if desk.body.verified.as_ref().is_some_and(|verified| verified.unable) {
        return Err(Refusal::new("当事人无法自行申请的，应当主动帮助申请，不能只告知政策，请办理“代办申请”")
            .article(DUTY_TO_TELL));
    }
    let how = required(&desk.action.values, "how", "告知方式")?.to_owned();
    let what = required(&desk.action.values, "what", "告知内容")?.to_owned();
    desk.tell(&how);
    decide(&mut desk, Measure::Tell);
    desk.body.remark.clone_from(&what);
    let letter = notice::told(desk.context, desk.document, &what)?;
    let effects = desk.move_to(Stand::Feedback, format!("已告知政策（{how}）"))?;
    Ok(match letter {
        Some(letter) => effects.notice(letter),
        None => effects,
    })
}

/// Somebody applies for them. The benefit is told, and answers when it has decided.
fn apply(mut desk: Desk<'_>) -> Result<Effects> {
    genuine(&desk)?;
    let Some(household) = desk.document.household else {
        return Err(Refusal::new("代办申请须有家庭档案，请先“关联家庭档案”"));
    };
    let values = &desk.action.values;
    let scheme = required(values, "scheme", "申请事项")?.to_owned();
    if !values.yes("consent") {
        return Err(Refusal::new("代办须经当事人或者其监护人同意").problem("consent", "请征得同意后勾选"));
    }
    let (applicant, proxy) = (values.id("applicant").or(desk.document.person), desk.context.actor.user);
    let today = desk.context.today;
    desk.body.application = Some(Application {
        scheme: scheme.clone(),
        applicant,
        proxy,
        on: today,
        case: None,
        outcome: None,
        ended: None,
    });
    desk.body.measure = Some(Measure::Apply);
    desk.tell("代办申请时告知");
    let event = EventPublish::new("discovery.application")
        .household(household)
        .document(desk.document.id)
        .payload(serde_json::json!({ "scheme": scheme, "proxy": proxy.0.to_string() }));
    let event = match applicant {
        Some(person) => event.person(person),
        None => event,
    };
    Ok(desk.move_to(Stand::Applying, "代办申请")?.event(event))
}

/// Somebody else can help better: the person and the need go, and nothing else.
fn refer(mut desk: Desk<'_>) -> Result<Effects> {
    genuine(&desk)?;
    let values = &desk.action.values;
    let to = word(values, "to", "转介对象", Partner::of)?;
    let need = required(values, "need", "需求")?.to_owned();
    if !values.yes("consent") {
        return Err(Refusal::new("转介须经当事人或者其监护人同意").problem("consent", "请征得同意后勾选"));
    }
    let payload = serde_json::json!({ "to": to.code(), "need": need, "hardship": [desk.body.difficulty.code()] });
    desk.body.referral = Some(Referral { to, need, on: desk.context.today, reply: String::new(), replied: None });
    decide(&mut desk, Measure::Refer);
    let event = EventPublish::new("discovery.referred").document(desk.document.id).payload(payload);
    let event = match desk.document.household {
        Some(household) => event.household(household),
        None => event,
    };
    Ok(desk.move_to(Stand::Referred, format!("转介{}", to.zh()))?.event(event))
}

fn reply(mut desk: Desk<'_>) -> Result<Effects> {
    let answer = required(&desk.action.values, "reply", "答复")?.to_owned();
    let today = desk.context.today;
    match desk.body.referral.as_mut() {
        Some(referral) => {
            referral.reply.clone_from(&answer);
            referral.replied = Some(today);
        }
        None => return Err(Refusal::internal("转介中的线索没有转介记录")),
    }
    desk.move_to(Stand::Feedback, format!("转介答复：{answer}"))
}

/// Help first, papers after: what was found is written down with it (notice, sixth measure).
fn emergency(mut desk: Desk<'_>) -> Result<Effects> {
    if desk.body.verified.as_ref().is_some_and(|verified| !verified.genuine) {
        genuine(&desk)?;
    }
    let values = &desk.action.values;
    let given = required(values, "given", "先行救助的内容")?.to_owned();
    let findings = required(values, "findings", "情况说明")?.to_owned();
    let today = desk.context.today;
    desk.body.verified.get_or_insert(Verified { on: today, genuine: true, findings, unable: false });
    decide(&mut desk, Measure::Emergency);
    desk.body.remark.clone_from(&given);
    let effects = desk.move_to(Stand::Feedback, format!("急难先行救助：{given}"))?;
    let Some(household) = desk.document.household else { return Ok(effects) };
    let payload = serde_json::json!({ "scheme": EMERGENCY, "proxy": desk.context.actor.user.0.to_string() });
    let event = EventPublish::new("discovery.application").household(household).document(desk.document.id);
    Ok(effects.event(event.payload(payload)))
}

/// Pride is no reason to be forgotten: why, and when somebody tries again.
fn decline(mut desk: Desk<'_>) -> Result<Effects> {
    let values = &desk.action.values;
    let reason = required(values, "reason", "不愿申请的原因")?.to_owned();
    let again = values.date("again").ok_or_else(|| super::missing("again", "再次上门日期"))?;
    let today = desk.context.today;
    let at_most = parameters::retry_days(today)?;
    if !may_try_again_on(again, today, at_most) {
        let message = format!("再次上门应在今天以后、{at_most} 天以内");
        return Err(Refusal::invalid(message.as_str()).problem("again", message));
    }
    if let Some(how) = values.text("told-how") {
        desk.tell(how);
    }
    if desk.body.told.is_none() {
        return Err(Refusal::new("家庭还不知道可以申请什么，不能算作不愿申请")
            .article(DUTY_TO_TELL)
            .problem("told-how", "请先告知，并写明怎样告知"));
    }
    let note = format!("家庭暂不申请：{reason}；{} 再次上门", again.chinese());
    desk.body.declined.push(Declined { on: today, reason, again });
    Ok(Effects::new().document(desk.put(Stand::Resting, note)?.due(again)))
}
