//! Guest effects → checked payloads, or a refusal of the whole list that names plugin, effect and cause. One bad effect
//! refuses all: half of what a plugin wished is something nobody wished.
//!
//! Checked here is all that the manifest, the grants and the catalogue can tell. What needs the stored state (revisions,
//! scope, the actor's office, separation) is checked by the caller when it applies the list.

mod payments;

use crate::bindings::doudi::types::types as wit;
use crate::capability::{Allowance, Effective};
use crate::error::Cause;
use crate::json;
use crate::limits::Limits;
use crate::state::HostState;
use doudi_documents::effect::{
    AttachmentLink, DecisionRecord, DocumentPut, EventPublish, FactPropose, NoticeForm, NoticeIssue,
};
use doudi_documents::manifest::Manifest;
use doudi_documents::{EffectPayload, Id, kinds};
use doudi_domain::catalogue::{self, Kind, Origin};
use doudi_domain::codes;
use doudi_domain::{Date, DivisionCode};
use std::collections::BTreeSet;

/// Longest key, title and one-line texts, in characters.
const LINE: usize = 200;
/// Longest word in front of a paper's number, in characters.
const WORD: usize = 20;
/// Facts a single reason may cite, and numbers it may take.
const CITED: usize = 1_000;

/// At which point the effects were wished, as far as it limits them.
#[derive(Clone, Debug)]
pub(crate) enum Occasion {
    Act { collection: String, action: String, document: Option<i64> },
    Migrate { documents: Vec<i64> },
    Other,
}

/// Checks a list a guest returned; ungranted capabilities are noted as denials.
pub(crate) fn accept(
    effects: Vec<wit::Effect>,
    state: &mut HostState,
    occasion: &Occasion,
) -> Result<Vec<EffectPayload>, Cause> {
    let plugin = state.plugin.clone();
    let rules = Rules { manifest: plugin.manifest(), effective: &state.effective, limits: &state.limits, occasion };
    let outcome = rules.check_all(effects);
    match &outcome {
        Ok(payloads) => state.log.used.extend(payloads.iter().map(|payload| capability_of(payload, &state.effective))),
        Err(Cause::Denied { capability }) => drop(state.log.denials.insert(capability.clone())),
        Err(_) => {}
    }
    outcome
}

/// The capability an accepted effect made use of, as the grant screen lists it.
fn capability_of(payload: &EffectPayload, effective: &Effective) -> String {
    let target = match payload {
        EffectPayload::DecisionRecord(decision) => Some(decision.scheme.as_str()),
        EffectPayload::FactPropose(fact) => Some(fact.field.as_str()),
        EffectPayload::PaymentOpen(open) => Some(open.scheme.as_str()),
        EffectPayload::PaymentDraw(draw) => Some(draw.scheme.as_str()),
        _ => None,
    };
    effective.word(payload.kind(), target)
}

struct Rules<'a> {
    manifest: &'a Manifest,
    effective: &'a Effective,
    limits: &'a Limits,
    occasion: &'a Occasion,
}

/// What is wrong with one effect.
enum Fault {
    Bad(String),
    Denied(String),
}

impl Fault {
    /// Names the place in front of what is wrong there.
    fn at(self, place: String) -> Fault {
        match self {
            Fault::Bad(message) => Fault::Bad(format!("{place}：{message}")),
            denied => denied,
        }
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Fault {
        Fault::Bad(message)
    }
}

fn bad<T>(message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Bad(message.into()))
}

impl Rules<'_> {
    fn check_all(&self, effects: Vec<wit::Effect>) -> Result<Vec<EffectPayload>, Cause> {
        if effects.len() > self.limits.effects {
            return Err(Cause::TooMuch {
                message: format!("一次最多 {} 个效果，实有 {} 个", self.limits.effects, effects.len()),
            });
        }
        let bytes: usize =
            effects.iter().map(|effect| effect.kind.len() + effect.target.len() + effect.payload.len()).sum();
        if bytes > self.limits.output {
            return Err(Cause::TooMuch {
                message: format!("全部效果共 {bytes} 字节，上限为 {} 字节", self.limits.output),
            });
        }
        let mut payloads = Vec::with_capacity(effects.len());
        for (index, effect) in effects.iter().enumerate() {
            let name = format!("第 {} 个效果（{}）", index + 1, printable(&effect.kind));
            let payload = self.parse(&name, effect)?;
            self.check(&payload).map_err(|fault| match fault {
                Fault::Bad(message) => Cause::BadOutput { message: format!("{name}：{message}") },
                Fault::Denied(capability) => Cause::Denied { capability },
            })?;
            payloads.push(payload);
        }
        if let Occasion::Migrate { documents } = self.occasion {
            check_migration(&payloads, documents).map_err(|message| Cause::BadOutput { message })?;
        }
        Ok(payloads)
    }

    fn parse(&self, name: &str, effect: &wit::Effect) -> Result<EffectPayload, Cause> {
        if !kinds::ALL.contains(&effect.kind.as_str()) {
            return Err(Cause::BadOutput { message: format!("{name}：内核不认识这种效果") });
        }
        json::bounded(name, &effect.payload, self.limits)?;
        match EffectPayload::parse(&effect.kind, &effect.payload) {
            Some(Ok(payload)) => Ok(payload),
            Some(Err(error)) => {
                Err(Cause::BadOutput { message: format!("{name}：内容的格式有误（{error}）") })
            }
            None => Err(Cause::BadOutput { message: format!("{name}：内核不认识这种效果") }),
        }
    }

    fn check(&self, payload: &EffectPayload) -> Result<(), Fault> {
        match payload {
            EffectPayload::DocumentPut(put) => {
                self.allowed(kinds::DOCUMENT_PUT, None)?;
                self.check_document(put)
            }
            EffectPayload::DecisionRecord(decision) => {
                self.allowed(kinds::DECISION_RECORD, Some(&decision.scheme))?;
                self.check_decision(decision)
            }
            EffectPayload::FactPropose(fact) => {
                self.allowed(kinds::FACT_PROPOSE, Some(&fact.field))?;
                check_fact(fact)
            }
            EffectPayload::EventPublish(event) => {
                self.allowed(kinds::EVENT_PUBLISH, None)?;
                self.check_event(event)
            }
            EffectPayload::NoticeIssue(notice) => {
                self.allowed(kinds::NOTICE_ISSUE, None)?;
                check_notice(notice)
            }
            EffectPayload::AttachmentLink(link) => {
                self.allowed(kinds::ATTACHMENT_LINK, None)?;
                check_attachments(link)
            }
            EffectPayload::PaymentOpen(open) => {
                self.allowed(kinds::PAYMENT_OPEN, Some(&open.scheme))?;
                payments::open(open)
            }
            EffectPayload::PaymentDraw(draw) => {
                self.allowed(kinds::PAYMENT_DRAW, Some(&draw.scheme))?;
                payments::draw(draw)
            }
            EffectPayload::PaymentHold(mark) | EffectPayload::PaymentDrop(mark) => {
                self.allowed(payload.kind(), None)?;
                payments::mark(mark, true)
            }
            EffectPayload::PaymentRelease(mark) => {
                self.allowed(kinds::PAYMENT_RELEASE, None)?;
                payments::mark(mark, false)
            }
            EffectPayload::PaymentSeal(seal) => {
                self.allowed(kinds::PAYMENT_SEAL, None)?;
                payments::totals(seal.document, seal.amount)
            }
            EffectPayload::PaymentStep(step) => {
                self.allowed(kinds::PAYMENT_STEP, None)?;
                payments::step(step)
            }
            EffectPayload::PaymentSettle(settle) => {
                self.allowed(kinds::PAYMENT_SETTLE, None)?;
                payments::settle(settle)
            }
            EffectPayload::PaymentReissue(reissue) => {
                self.allowed(kinds::PAYMENT_REISSUE, None)?;
                payments::reissue(reissue)
            }
        }
    }

    fn allowed(&self, kind: &str, target: Option<&str>) -> Result<(), Fault> {
        let word = match target {
            None => format!("effect:{kind}"),
            Some(target) => format!("effect:{kind}:{}", printable(target)),
        };
        match self.effective.effect(kind, target) {
            Allowance::Granted => Ok(()),
            Allowance::Ungranted => Err(Fault::Denied(word)),
            Allowance::Undeclared => bad(format!("清单没有申报“{word}”")),
        }
    }

    fn check_document(&self, put: &DocumentPut) -> Result<(), Fault> {
        let Some(collection) = self.manifest.collection(&put.collection) else {
            return bad(format!("没有办件类别“{}”", printable(&put.collection)));
        };
        if collection.workflow.state(&put.state).is_none() {
            return bad(format!("“{}”没有状态“{}”", put.collection, printable(&put.state)));
        }
        if put.id.is_some() != put.expected_revision.is_some() {
            return bad("修改办件须同时给出编号和所依据的版本，新建办件两者都不给");
        }
        positive("办件", put.id)?;
        positive("家庭", put.household)?;
        positive("人员", put.person)?;
        one_line("编号", &put.key, false)?;
        one_line("标题", &put.title.zh, true)?;
        one_line("标题", &put.title.en, false)?;
        if let Some(division) = &put.division {
            if put.household.is_some() {
                return bad("有家庭的办件以家庭所在区划为准，不能另定区划");
            }
            if DivisionCode::parse(division).is_err() {
                return bad(format!("区划“{}”应为 12 位代码", printable(division)));
            }
        }
        if let Some(due) = &put.due {
            date("期限", due)?;
        }
        if let Some(role) = &put.assignee {
            let acts = |action: &doudi_documents::Action| !action.automatic && action.roles.contains(role);
            if !collection.workflow.actions_from(&put.state).any(acts) {
                return bad(format!("岗位“{}”在状态“{}”没有可办的操作，不能指定由其办理", printable(role), put.state));
            }
        }
        for (name, value) in &put.indexes {
            if !collection.indexes.contains(name) {
                return bad(format!("“{}”没有申报索引“{}”", put.collection, printable(name)));
            }
            one_line("索引值", value, false)?;
        }
        if !put.body.is_object() {
            return bad("办件内容应为一个对象");
        }
        if let Occasion::Act { collection: acted, action, document } = self.occasion {
            let is_acted_on = put.collection == *acted && put.id.map(|id| id.0) == *document;
            let entry = collection.workflow.action(action);
            if is_acted_on && !entry.is_some_and(|entry| entry.to.contains(&put.state)) {
                return bad(format!("操作“{}”不能把办件带到状态“{}”", printable(action), put.state));
            }
        }
        Ok(())
    }

    fn check_decision(&self, decision: &DecisionRecord) -> Result<(), Fault> {
        let manifest = self.manifest;
        if manifest.outcome(&decision.outcome).is_none() {
            return bad(format!("没有结论“{}”", printable(&decision.outcome)));
        }
        positive("家庭", Some(decision.household))?;
        positive("人员", decision.person)?;
        positive("办件", decision.document)?;
        positive("被取代的决定", decision.supersedes)?;
        if decision.amount < 0 {
            return bad("金额不得为负数");
        }
        if i32::try_from(decision.covered_persons).is_err() {
            return bad("保障人数过大");
        }
        let from = date("起始日期", &decision.from)?;
        date("适用日期", &decision.as_of)?;
        if let Some(to) = &decision.to
            && date("截止日期", to)? < from
        {
            return bad("截止日期早于起始日期");
        }
        if decision.reasons.is_empty() {
            return bad("决定必须说明理由");
        }
        for reason in &decision.reasons {
            let Some(entry) = manifest.reason(&reason.code) else {
                return bad(format!("没有理由“{}”", printable(&reason.code)));
            };
            if reason.args.len() != entry.args as usize {
                return bad(format!("理由“{}”应有 {} 个数值，实有 {} 个", reason.code, entry.args, reason.args.len()));
            }
            if reason.facts.len() > CITED {
                return bad(format!("理由“{}”引用的事实超过 {CITED} 条", reason.code));
            }
            reason.facts.iter().try_for_each(|fact| positive("事实", Some(*fact)))?;
        }
        for code in decision.figures.keys() {
            if !manifest.figures.iter().any(|figure| figure.code == *code) {
                return bad(format!("没有计算值“{}”", printable(code)));
            }
        }
        Ok(())
    }

    fn check_event(&self, event: &EventPublish) -> Result<(), Fault> {
        let own = event.topic.strip_prefix(self.manifest.id.as_str()).and_then(|rest| rest.strip_prefix('.'));
        if !own.is_some_and(crate::manifest::is_word) {
            return bad(format!(
                "事件名称应为“{}.”加小写单词，收到的是“{}”",
                &self.manifest.id,
                printable(&event.topic)
            ));
        }
        positive("家庭", event.household)?;
        positive("人员", event.person)?;
        positive("办件", event.document)
    }
}

fn check_fact(fact: &FactPropose) -> Result<(), Fault> {
    let Some(field) = catalogue::find(&fact.field) else {
        return bad(format!("目录中没有“{}”", printable(&fact.field)));
    };
    if field.origin == Origin::Core {
        return bad(format!("“{}”属于档案本身，不能作为事实提出", field.zh));
    }
    let about_household = field.table == catalogue::Table::Household;
    if fact.household.is_some() != about_household || fact.person.is_some() == about_household {
        return bad(format!("“{}”应只指向{}", field.zh, if about_household { "家庭" } else { "人员" }));
    }
    positive("家庭", fact.household)?;
    positive("人员", fact.person)?;
    positive("被取代的事实", fact.supersedes)?;
    match (&field.kind, fact.value, &fact.text) {
        (Kind::Text, None, Some(text)) => one_line(field.zh, text, true)?,
        (Kind::Text, ..) => return bad(format!("“{}”应为文字", field.zh)),
        (_, Some(_), Some(_)) | (_, None, _) => return bad(format!("“{}”应为一个数值", field.zh)),
        (Kind::Code(table), Some(value), None)
            if i32::try_from(value).ok().and_then(|code| table.find(code)).is_none() =>
        {
            return bad(format!("“{}”没有代码 {value}", table.zh));
        }
        (Kind::YesNo, Some(value), None) if !(0..=1).contains(&value) => {
            return bad(format!("“{}”应为 0 或 1", field.zh));
        }
        (Kind::Count | Kind::Money, Some(value), None) if value < 0 => {
            return bad(format!("“{}”不得为负数", field.zh));
        }
        (Kind::Date, Some(value), None) if i32::try_from(value).ok().and_then(crate::convert::date).is_none() => {
            return bad(format!("“{}”不是日期", field.zh));
        }
        _ => {}
    }
    match field.qualifier {
        None if fact.qualifier != 0 => return bad(format!("“{}”没有细分情形", field.zh)),
        Some(table) if table.find(fact.qualifier).is_none() => {
            return bad(format!("“{}”没有代码 {}", table.zh, fact.qualifier));
        }
        _ => {}
    }
    if codes::SOURCE.find(i32::from(fact.source)).is_none() {
        return bad(format!("没有来源代码 {}", fact.source));
    }
    let from = date("起始日期", &fact.from)?;
    if let Some(to) = &fact.to
        && date("截止日期", to)? < from
    {
        return bad("截止日期早于起始日期");
    }
    one_line("备注", &fact.note, false)
}

fn check_notice(notice: &NoticeIssue) -> Result<(), Fault> {
    positive("家庭", Some(notice.household))?;
    positive("人员", notice.person)?;
    positive("办件", notice.document)?;
    one_line("标题", &notice.title.zh, true)?;
    if notice.word.chars().count() > WORD || notice.word.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return bad(format!("文号代字应在 {WORD} 字以内，不含空格"));
    }
    if let Some(by) = &notice.serve_by {
        date("送达期限", by)?;
    }
    match (&notice.form, &notice.posting) {
        (NoticeForm::Letter, Some(_)) => bad("告知书不应带公示内容"),
        (NoticeForm::Letter, None) if notice.paragraphs.is_empty() => bad("告知书没有正文"),
        (NoticeForm::Posting, None) => bad("公示缺少公示内容"),
        (NoticeForm::Posting, Some(posting)) => {
            if posting.amount < 0 || posting.covered > posting.members {
                return bad("公示的金额或人数有误");
            }
            if date("公示截止日期", &posting.to)? < date("公示起始日期", &posting.from)? {
                return bad("公示截止日期早于起始日期");
            }
            Ok(())
        }
        (NoticeForm::Letter, None) => Ok(()),
    }
}

fn check_attachments(link: &AttachmentLink) -> Result<(), Fault> {
    positive("办件", Some(link.document))?;
    if link.attachments.is_empty() {
        return bad("没有附件");
    }
    link.attachments.iter().try_for_each(|id| positive("附件", Some(*id)))?;
    one_line("附件名称", &link.label.zh, true)
}

/// One `document.put` for each document that was handed in.
fn check_migration(payloads: &[EffectPayload], documents: &[i64]) -> Result<(), String> {
    let mut left: BTreeSet<i64> = documents.iter().copied().collect();
    for payload in payloads {
        let id = match payload {
            EffectPayload::DocumentPut(put) => put.id,
            _ => None,
        };
        if !id.is_some_and(|id| left.remove(&id.0)) {
            return Err("升级只能逐一改写交给它的办件".into());
        }
    }
    match left.first() {
        Some(id) => Err(format!("升级漏掉了办件 {id}")),
        None => Ok(()),
    }
}

fn positive(what: &str, id: Option<Id>) -> Result<(), Fault> {
    match id {
        Some(Id(id)) if id <= 0 => bad(format!("{what}编号 {id} 无效")),
        _ => Ok(()),
    }
}

fn date(what: &str, text: &str) -> Result<Date, Fault> {
    text.parse().map_err(|_| Fault::Bad(format!("{what}“{}”不是日期，应如 2022-07-06", printable(text))))
}

fn one_line(what: &str, text: &str, required: bool) -> Result<(), Fault> {
    if required && text.trim().is_empty() {
        return bad(format!("{what}不能为空"));
    }
    if text.chars().count() > LINE || text.chars().any(char::is_control) {
        return bad(format!("{what}应为 {LINE} 字以内的一行文字"));
    }
    Ok(())
}

/// A guest's word, short enough for a message.
fn printable(text: &str) -> String {
    crate::discretion::sentence(text.chars().filter(|c| !c.is_control()).take(60).collect())
}

#[cfg(test)]
mod tests;
