//! A visit, and what it sets going: a person who grew weaker is reported for assessment, a death or a prison term is reviewed, a
//! stay in hospital suspends the agreement, a card in other hands without a filed paper is a concern to settle.

use super::{assessment, member, past_date, required};
use crate::agreement;
use crate::assessment::Assessment;
use crate::review::{self, Review};
use crate::rules::agreement::{Pause, PauseReason};
use crate::running;
use crate::visit::{Card, Visit, card_is_filed, keeper_word};
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let household = action.about()?;
    match action.id.as_str() {
        "record" | "record-new" => record(context, action, household),
        "settle" => {
            let document = action.document()?;
            let mut body: Visit = document.body()?;
            body.settled = required(&action.values, "finding", "处理情况")?.to_owned();
            let note = format!("已处理：{}", body.settled);
            Ok(Effects::new().document(document.to("settled").note(note).body(&body)))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn record(context: &Context, action: &Action, household: Id) -> Result<Effects> {
    let values = &action.values;
    let at = values
        .moment("visited-at")
        .ok_or_else(|| Refusal::invalid("请填写走访时间").problem("visited-at", "请填写走访时间"))?;
    let done = at.date;
    if done > context.today {
        return Err(Refusal::invalid("走访时间不能晚于今天").problem("visited-at", "时间晚于今天，请更正"));
    }
    let mut body: Visit = match &action.document {
        Some(document) => document.body()?,
        None => Visit { member: Some(member(values, "供养对象")?), ..Visit::default() },
    };
    let person = body.member.ok_or_else(|| Refusal::new("本件没有供养对象"))?;
    if running::supports_or_will(household, person, context.today)?.is_none() {
        return Err(Refusal::new("该人员目前不在特困供养，不需要登记走访"));
    }
    body.done = Some(done);
    body.time = at.to_string().split_once('T').map_or_else(String::new, |(_, time)| time.to_owned());
    body.visitor = Some(context.actor.user);
    body.has_position = values.position("position").is_some();
    body.seen = values.yes("seen");
    body.carer_came = values.yes("carer-came");
    body.living_good = values.text("living") == Some("good");
    body.weaker = values.yes("weaker");
    required(values, "where", "本人现在何处")?.clone_into(&mut body.place);
    required(values, "card", "银行卡由谁保管")?.clone_into(&mut body.card);
    required(values, "findings", "走访情况")?.clone_into(&mut body.findings);
    body.photos = values.ids("photos");
    body.digests = photo_digests(action);
    body.concerns = concerns(&body, person)?;
    if seen_before(person, &body.digests)? {
        body.concerns.push("照片与以前的走访相同，请核实是否入户".to_owned());
    }
    let state = if body.concerns.is_empty() { "done" } else { "concern" };
    let note = if body.concerns.is_empty() { "已走访".to_owned() } else { body.concerns.join("；") };
    let put = match &action.document {
        Some(document) => document.to(state),
        None => DocumentPut::create("visit", "走访").household(household).person(person).state(state),
    };
    let put = put.note(note).index("person", person.0).body(&body);
    let mut effects = Effects::new().document(put);
    if let Some(document) = &action.document {
        effects = effects.attach(AttachmentLink::new(document.id, "走访照片", body.photos.iter().copied()));
    }
    Ok(effects.and(follow_up(context, household, person, &body, done)?))
}

/// The photos by their bytes: the same picture is the same, whatever it is called.
fn photo_digests(action: &Action) -> Vec<String> {
    let photos = action.values.ids("photos");
    action.files.iter().filter(|file| photos.contains(&file.id)).map(|file| file.digest.clone()).collect()
}

/// Whether a photo came with an earlier visit to this person.
fn seen_before(person: Id, digests: &[String]) -> Result<bool> {
    if digests.is_empty() {
        return Ok(false);
    }
    for document in documents::all(documents::Query::of("visit").person(person))? {
        let before: Visit = document.body()?;
        if before.digests.iter().any(|digest| digests.contains(digest)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What somebody must settle.
fn concerns(body: &Visit, person: Id) -> Result<Vec<String>> {
    let mut concerns = Vec::new();
    let gone = matches!(body.place.as_str(), "died" | "prison" | "hospital" | "institution");
    if !body.seen && !gone {
        concerns.push("没有见到本人".to_owned());
    }
    if body.place == "unknown" {
        concerns.push("本人下落不明".to_owned());
    }
    if !body.carer_came && !gone {
        concerns.push("照料人没有按协议照料".to_owned());
    }
    if !body.living_good {
        concerns.push("生活情况有问题".to_owned());
    }
    match body.card.as_str() {
        "self" => {}
        "carer" => concerns.push("银行卡由照料人保管，属于协议禁止的行为，应当交还".to_owned()),
        keeper if !card_is_filed(person)? => {
            concerns.push(format!("银行卡由{}保管，没有代管协议备案，应当交还或者报县级备案", keeper_word(keeper)));
        }
        _ => {}
    }
    Ok(concerns)
}

/// What a visit sets going by itself: cases for people, and a suspension that only states a fact.
fn follow_up(context: &Context, household: Id, person: Id, body: &Visit, done: Date) -> Result<Effects> {
    let mut effects = Effects::new();
    if body.weaker && !crate::assessment::is_open(person)? {
        let report = Assessment {
            member: Some(person),
            cause: "change".to_owned(),
            reported: Some(done),
            description: format!("走访发现：{}", body.findings),
            ..Assessment::default()
        };
        effects = effects.document(report.open(household, Some(assessment::due(done, context.today)?)));
    }
    let (kind, pause) = match body.place.as_str() {
        "died" => (Some("death"), None),
        "prison" => (Some("prison"), Some(PauseReason::Prison)),
        "unknown" => (Some("missing"), None),
        "institution" => (Some("form"), Some(PauseReason::Central)),
        "hospital" => (None, Some(PauseReason::Hospital)),
        _ => (None, None),
    };
    if let Some(kind) = kind
        && review::open_of(person, Some(kind))?.is_none()
    {
        let review = Review {
            kind: kind.to_owned(),
            member: Some(person),
            on: Some(done),
            reason: format!("走访发现：{}", body.findings),
            circumstances: review::last_circumstances(person)?,
            ..Review::default()
        };
        effects = effects.document(review.open(household, "", Some(context.today.add_months(1))));
    }
    if let Some(reason) = pause {
        for filed in agreement::of_person(person)? {
            if filed.document.state == "active" {
                let mut paused = filed.body;
                paused.pauses.push(Pause { reason, from: done, until: None });
                let note = format!("走访发现{}，协议中止", reason.zh());
                effects = effects.document(filed.document.to("suspended").note(note).body(&paused));
            }
        }
    }
    Ok(effects)
}

/// Cards kept by others: a written agreement, filed with the county; a carer may not.
pub fn act_card(context: &Context, action: &Action) -> Result<Effects> {
    let household = action.about()?;
    let values = &action.values;
    if action.id == "submit" {
        let person = member(values, "供养对象")?;
        let keeper = required(values, "keeper", "代管人")?.to_owned();
        if keeper == "carer" {
            return Err(Refusal::new("照料人不得代持银行卡，不能备案")
                .problem("keeper", "请交还本人，或者改由监护人、亲属代管并签书面协议"));
        }
        if documents::first(documents::Query::of("card").person(person).states(&["submitted", "filed"]))?.is_some() {
            return Err(Refusal::new("该人员的银行卡代管已经报备，不需要重复登记"));
        }
        let body = Card {
            member: Some(person),
            keeper,
            signed: Some(past_date(context, values, "signed-on", "协议签订日期")?),
            reason: required(values, "reason", "代管原因")?.to_owned(),
        };
        let put = DocumentPut::create("card", "银行卡代管备案")
            .household(household)
            .person(person)
            .state("submitted")
            .index("person", person.0)
            .note(format!("由{}代管", keeper_word(&body.keeper)))
            .body(&body);
        return Ok(Effects::new().document(put));
    }
    let document = action.document()?;
    let (state, note) = match action.id.as_str() {
        "file" => ("filed", "县级备案".to_owned()),
        "refuse" => ("refused", format!("不予备案：{}", required(values, "reason", "原因")?)),
        "return" => ("returned", format!("已交还：{}", required(values, "reason", "原因")?)),
        other => return Err(Refusal::unknown("操作", other)),
    };
    Ok(Effects::new().document(document.to(state).note(note)))
}
