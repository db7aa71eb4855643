//! The steps of an agreement: drafted and printed, signed by each party, renewed or changed by another that takes its place,
//! suspended and resumed, ended.

use super::{date, member, past_date, required};
use crate::agreement::{Agreement, Payee, load_of};
use crate::assessment;
use crate::carer;
use crate::notice::{self, Subject};
use crate::rules::agreement::{Pause, PauseReason, Signatures, Signer, has_room};
use crate::rules::form::Form;
use crate::running::{self, Line};
use crate::settings::Settings;
use crate::store::keep_due;
use crate::terms_on;
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let household = action.about()?;
    let values = &action.values;
    match action.id.as_str() {
        "draft" => return Ok(create(household, &read(context, household, values, None)?)),
        "renew" | "change" => {
            let old = action.document()?;
            let before: Agreement = old.body()?;
            let mut body = read(context, household, values, Some(&before))?;
            let word = if action.id == "renew" { "renewed" } else { "changed" };
            body.replaces = Some((old.id, word.to_owned()));
            return Ok(create(household, &body));
        }
        _ => {}
    }
    let document = action.document()?;
    let body: Agreement = document.body()?;
    match action.id.as_str() {
        "edit" => {
            let mut edited = read(context, household, values, Some(&body))?;
            edited.replaces = body.replaces;
            let put = document
                .to("unsigned")
                .note("修改协议")
                .index("carer", edited.carer.0)
                .index("payee", edited.payee.code())
                .body(&edited);
            Ok(Effects::new().document(keep_due(document, put)))
        }
        "print" => print(context, document, household, body),
        "sign" => sign(context, action, document, body),
        "suspend" => suspend(context, values, document, body),
        "resume" => resume(context, values, document, body),
        "end" => end(context, values, document, body),
        "discard" => {
            let reason = required(values, "reason", "原因")?;
            Ok(Effects::new().document(document.to("void").note(format!("作废：{reason}"))))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn create(household: Id, body: &Agreement) -> Effects {
    Effects::new().document(
        DocumentPut::create("agreement", "委托照料服务协议")
            .household(household)
            .person(body.member)
            .state("unsigned")
            .index("person", body.member.0)
            .index("carer", body.carer.0)
            .index("payee", body.payee.code())
            .note(format!("起草协议，{} 至 {}", body.from, body.to))
            .body(body),
    )
}

/// The paper for signing, with the number the document has by now.
fn print(context: &Context, document: &Document, household: Id, mut body: Agreement) -> Result<Effects> {
    let (register, carer) = carer::get(body.carer)?;
    let settings: Settings = context.settings()?;
    let subject = Subject::of(document, household);
    let paper = notice::agreement(subject, &body, &carer, &register.key, &settings);
    body.printed = Some(context.today);
    let put = document.to("unsigned").note("打印协议书，交各方签字").body(&body);
    Ok(Effects::new().document(keep_due(document, put)).notice(paper))
}

/// The form, with everything wrong at once: an agreement that would not hold is not written.
fn read(context: &Context, household: Id, values: &FormValues, before: Option<&Agreement>) -> Result<Agreement> {
    let person = match before {
        Some(before) => before.member,
        None => member(values, "被照料人")?,
    };
    let line = running::require(household, Some(person), context.today)?;
    if line.form() == Form::Central {
        return Err(Refusal::new("集中供养的由供养服务机构照料，不签委托照料服务协议"));
    }
    let params = terms_on(context.today)?.params;
    let (from, to) = (date(values, "from", "协议起始日期")?, date(values, "to", "协议截止日期")?);
    let assessments = assessment::of_person(person)?;
    // The level that governs when it begins; today's for one that begins earlier.
    let governing = assessment::governing(&assessments, from.max(context.today));
    let level = governing.and_then(assessment::Assessment::level).ok_or_else(|| {
        Refusal::new("还没有生活自理能力评估，不能确定照料档次。请先登记评估").article("民发〔2021〕43号 第二十条")
    })?;
    let carer_id =
        values.id("carer").ok_or_else(|| Refusal::invalid("请选择照料人").problem("carer", "请选择照料人"))?;
    let (register, carer) = carer::get(carer_id)?;
    let override_reason = values.text("override").unwrap_or_default().to_owned();
    let visit_days = values.number("visit-days").unwrap_or(0);
    let fee = values.money("fee").map_or(0, |fen| fen.0.max(0));

    let mut problems = Problems::new();
    problems.require(to > from, "to", "协议截止日期应晚于起始日期");
    problems.require(register.state == "active", "carer", "该照料人已退出，请另选照料人");
    if register.state == "active" && carer.is_person() && !has_room(load_of(carer_id, person)?, params.carer_capacity) {
        let capacity = params.carer_capacity.unwrap_or(0);
        problems.add("carer", format!("该照料人已照料 {capacity} 人，达到本县上限，请另选照料人"));
    }
    let questions = carer.questions(params.carer_age, context.today);
    if !questions.is_empty() && override_reason.is_empty() {
        let said: Vec<String> = questions.iter().map(|question| question.zh()).collect();
        problems.add("override", format!("{}，仍由其照料的请写明理由，或者由县级先核实照料能力", said.join("；")));
    }
    if let Some(limit) = params.visit_interval(level)
        && !(1..=limit).contains(&visit_days)
    {
        problems.add("visit-days", format!("{}的走访间隔不得超过 {limit} 天", level.zh()));
    }
    if let Some(tier) = params.care_fee(level)
        && fee > tier
    {
        problems.add("fee", format!("照料服务费不得超过{}的照料护理标准 {} 元", level.zh(), Fen(tier)));
    }
    let chosen = |field: &str| values.choices(field).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let (services, emergency) = (chosen("services"), chosen("emergency"));
    problems.require(!services.is_empty(), "services", "请选择服务内容");
    problems.require(!emergency.is_empty(), "emergency", "请选择紧急情况联系");
    problems.refuse("协议内容不能成立")?;
    Ok(Agreement {
        member: person,
        party: required(values, "party", "委托方")?.to_owned(),
        carer: carer_id,
        override_reason,
        services,
        times: values.number("times").unwrap_or(1),
        from,
        to,
        level,
        fee,
        payer: required(values, "payer", "支付方")?.to_owned(),
        payee: Payee::parse(required(values, "payee", "支付给谁")?),
        method: required(values, "method", "支付方式")?.to_owned(),
        visitor: values
            .id("visitor")
            .ok_or_else(|| Refusal::invalid("请选择村（居）走访专人").problem("visitor", "请选择走访专人"))?,
        visit_days,
        emergency,
        printed: None,
        signed: None,
        signatures: Signatures::default(),
        witness: None,
        pauses: Vec::new(),
        ended: None,
        end_reason: String::new(),
        replaces: None,
    })
}

fn signer(text: Option<&str>) -> Signer {
    match text {
        Some("self") => Signer::Own,
        Some("guardian") => Signer::Guardian,
        Some("carer") => Signer::Carer,
        _ => Signer::Village,
    }
}

/// Each party signs for itself; what is signed takes the place of the agreement before it.
fn sign(context: &Context, action: &Action, document: &Document, mut body: Agreement) -> Result<Effects> {
    let values = &action.values;
    if body.printed.is_none() {
        return Err(Refusal::new("协议书还没有打印，或者打印后又作了修改。请先打印，再由各方签字"));
    }
    let signed = past_date(context, values, "signed-on", "签订日期")?;
    let signatures = Signatures {
        person: signer(values.text("by-person")),
        guardian: values.text("guardian").unwrap_or_default().to_owned(),
        carer: signer(values.text("by-carer")),
        party: values.yes("by-party"),
    };
    let witness = values
        .id("witness")
        .filter(|witness| *witness != body.visitor)
        .ok_or_else(|| Refusal::invalid("请选择见证人").problem("witness", "见证人应当是走访专人以外的人员"))?;
    let mut problems = Problems::new();
    for wrong in signatures.check().err().unwrap_or_default() {
        problems.add(wrong.field(), wrong.zh());
    }
    problems.refuse("签字不能成立，协议不生效（依据：民发〔2019〕124号）")?;
    body.signed = Some(signed);
    body.signatures = signatures;
    body.witness = Some(witness);
    let papers = AttachmentLink::new(document.id, "签字后的协议", values.ids("papers"));
    let put = document.to("active").due(body.to).note(format!("各方签字，{signed} 签订")).body(&body);
    let mut effects = Effects::new().document(put).attach(papers);
    if let Some((old, word)) = &body.replaces {
        let old = documents::get(*old)?;
        if matches!(old.state.as_str(), "active" | "suspended") {
            let mut before: Agreement = old.body()?;
            // The earlier one holds until the later one does.
            before.ended = Some(signed.max(body.from));
            effects = effects.document(old.to(word).note("由新协议接替").body(&before));
        }
    }
    Ok(effects)
}

fn suspend(context: &Context, values: &FormValues, document: &Document, mut body: Agreement) -> Result<Effects> {
    let reason = PauseReason::parse(required(values, "reason", "情形")?);
    let from = past_date(context, values, "on", "中止日期")?;
    body.pauses.push(Pause { reason, from, until: None });
    let note = format!("中止：{}，自 {from} 起", reason.zh());
    Ok(Effects::new().document(document.to("suspended").note(note).body(&body)))
}

fn resume(context: &Context, values: &FormValues, document: &Document, mut body: Agreement) -> Result<Effects> {
    let on = past_date(context, values, "on", "恢复日期")?;
    let pause = body.pauses.last_mut().filter(|pause| pause.until.is_none());
    let pause = pause.ok_or_else(|| Refusal::new("协议没有中止，不需要恢复"))?;
    if on < pause.from {
        return Err(Refusal::invalid("恢复日期早于中止日期").problem("on", "请填写中止以后的日期"));
    }
    pause.until = Some(on);
    let put = document.to("active").due(body.to).note(format!("自 {on} 恢复")).body(&body);
    Ok(Effects::new().document(put))
}

fn end(context: &Context, values: &FormValues, document: &Document, mut body: Agreement) -> Result<Effects> {
    let on = past_date(context, values, "on", "终止日期")?;
    body.ended = Some(on);
    required(values, "reason", "情形")?.clone_into(&mut body.end_reason);
    let note = values.text("note").unwrap_or_default();
    Ok(Effects::new().document(document.to("ended").note(format!("终止，自 {on} 起。{note}")).body(&body)))
}
