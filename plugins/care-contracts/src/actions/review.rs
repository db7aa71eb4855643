//! The steps of a review (43号 第二十四条 to 第二十七条): two people look, the county keeps, changes, or proposes to end; an end is
//! posted for seven days and decided after, from the next month. A death is certain by its record and is not posted.

use super::application::{no_objection, settle, settled_note};
use super::decision::{self, Changed};
use super::{finding, member, obligor, past_date, required, survey};
use crate::agreement::LIVE;
use crate::application::{Objection, Posted};
use crate::carer;
use crate::codes::reason;
use crate::family::describe;
use crate::notice::{self, Subject};
use crate::review::{self, Review, kind_word};
use crate::rules::form::Form;
use crate::rules::{RuleSet, Trail, change};
use crate::running::{self, Line};
use crate::settings::Settings;
use crate::store::keep_due;
use crate::trial::{self, About, Trial};
use doudi_sdk::prelude::*;

struct Step<'a> {
    context: &'a Context,
    action: &'a Action,
    document: &'a Document,
    household: Id,
    body: Review,
    settings: Settings,
    rules: RuleSet,
}

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let household = action.about()?;
    if action.id == "start" {
        return start(context, action, household);
    }
    let document = action.document()?;
    let step = Step {
        context,
        action,
        document,
        household,
        body: document.body()?,
        settings: context.settings()?,
        rules: crate::rules_on(context.today)?,
    };
    match action.id.as_str() {
        "record-finding" => step.record_finding(),
        "record-obligor" => step.record_obligor(),
        "drop-obligor" => step.drop_obligor(),
        "check" => step.check(),
        "return" => step.send_back(),
        "decide" => step.decide(),
        "propose-stop" => step.propose_stop(),
        "stop-after-death" => step.stop_after_death(),
        "post" => step.post(),
        "object" => step.object(),
        "settle-objection" => step.settle_objection(),
        "close-posting" => step.close_posting(),
        "stop" => step.stop(),
        "cancel" => {
            let reason = required(&step.action.values, "reason", "原因")?;
            step.move_to("cancelled", format!("取消：{reason}"))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn start(context: &Context, action: &Action, household: Id) -> Result<Effects> {
    let values = &action.values;
    let person = member(values, "供养对象")?;
    let line = running::require(household, Some(person), context.today)?;
    let kind = required(values, "kind", "事由")?.to_owned();
    if review::open_of(person, Some(&kind))?.is_some() {
        return Err(Refusal::new(format!("该人员已有正在办理的{}，请在原办件上继续办理", kind_word(&kind))));
    }
    let body = Review {
        on: Some(past_date(context, values, "on", "发生日期")?),
        reason: required(values, "reason", "说明")?.to_owned(),
        circumstances: review::last_circumstances(person)?,
        member: line.person,
        kind,
        ..Review::default()
    };
    Ok(Effects::new().document(body.open(household, "", Some(context.today.add_months(1)))))
}

impl Step<'_> {
    fn put(&self, state: &str, note: impl Into<String>) -> DocumentPut {
        let put = self.document.to(state).note(note).body(&self.body);
        if self.document.state == state { keep_due(self.document, put) } else { put }
    }

    fn move_to(&self, state: &str, note: impl Into<String>) -> Result<Effects> {
        Ok(Effects::new().document(self.put(state, note)))
    }

    fn attach(&self, label: &str) -> AttachmentLink {
        AttachmentLink::new(self.document.id, label, self.action.values.ids("papers"))
    }

    fn old(&self) -> Result<Decision> {
        running::require(self.household, self.body.member, self.context.today)
    }

    fn trial(&self, old: &Decision, form: Form) -> Result<Trial> {
        let about = About {
            household: self.household,
            person: old.person.unwrap_or_default(),
            circumstances: &self.body.circumstances,
            form,
            as_minor: old.is_as_minor(),
        };
        Trial::of(&about, self.context.today, change::effective(self.context.today))
    }

    fn record_finding(self) -> Result<Effects> {
        let family = records::household(self.household, self.context.today)?;
        let effects = finding::effects(self.context, &self.action.values, &family)?;
        Ok(self.move_to("open", "登记核实情况")?.and(effects))
    }

    fn record_obligor(mut self) -> Result<Effects> {
        obligor::record(&mut self.body.circumstances, &self.action.values, self.context.today)?;
        Ok(self.move_to("open", "登记义务人")?.attach(self.attach("义务人材料")))
    }

    fn drop_obligor(mut self) -> Result<Effects> {
        let gone = obligor::remove(&mut self.body.circumstances, &self.action.values)?;
        // Nobody left: the earlier statement that there was somebody no longer holds.
        self.body.circumstances.none = self.body.circumstances.obligors.is_empty();
        let reason = self.action.values.text("reason").unwrap_or_default();
        self.move_to("open", format!("删除义务人：{}，{reason}", describe(gone.relation, gone.birth)))
    }

    fn check(mut self) -> Result<Effects> {
        let values = &self.action.values;
        self.body.survey = Some(survey(self.context, values)?);
        self.body.certificate = values.yes("certificate");
        self.body.last_paid = values.date("last-paid");
        if self.body.kind == "yearly" && !self.body.certificate {
            return Err(Refusal::invalid("年审应当核对救助供养证").problem("certificate", "请核对救助供养证后登记"));
        }
        Ok(self.move_to("checked", "两人入户核实完成")?.attach(self.attach("核实材料")))
    }

    fn send_back(mut self) -> Result<Effects> {
        self.body.survey = None;
        let reason = required(&self.action.values, "reason", "退回理由")?;
        self.move_to("open", format!("退回：{reason}"))
    }

    fn may_decide(&self) -> Result<()> {
        if self.body.survey.as_ref().is_some_and(|survey| survey.visitors.contains(&self.context.actor.user)) {
            return Err(Refusal::new("参加入户核实的人员不能作出决定，请由其他人员办理"));
        }
        Ok(())
    }

    /// Keeps or changes; who no longer qualifies is not lowered to nothing but ended, after a posting.
    fn decide(mut self) -> Result<Effects> {
        self.may_decide()?;
        let old = self.old()?;
        let values = &self.action.values;
        let form = values.text("form").and_then(Form::parse).unwrap_or_else(|| old.form());
        let trial = self.trial(&old, form)?;
        if self.body.kind == "death" {
            return Err(Refusal::new("供养对象去世的，请办理“去世终止”；不属实的退回核实"));
        }
        if !trial.grants() {
            return Err(decision::against(&trial.decided, "按规定重算不再符合特困条件，应当提出拟终止并公示"));
        }
        let mut first = Trail::default();
        if form != old.form() {
            if trial.assessment.as_ref().is_none_or(|assessment| assessment.will)
                && values.ids("wish-papers").is_empty()
            {
                return Err(Refusal::invalid("变更供养形式应当有本人书面意愿")
                    .problem("wish-papers", "请上传本人意愿书")
                    .article("社会救助暂行办法 第十九条"));
            }
            if form == Form::Central {
                self.body.institution = Some(carer::institution(values)?);
            }
            first.say(reason::FORM_CHANGED, []);
        }
        let from = change::effective(self.context.today);
        let changed = Changed::amount(&old, &trial.decided, from, self.context.today, &first);
        self.body.outcome = changed.outcome().to_owned();
        let put = self.put(decision::state_of(changed.outcome()), changed.note());
        let papers = AttachmentLink::new(self.document.id, "意愿书", values.ids("wish-papers"));
        let effects =
            Effects::new().document(put).attach(papers).and(changed.effects(Some(self.document), &self.settings));
        // Who moves is looked after at home to the last day there.
        match old.person.filter(|_| form == Form::Central && old.form() == Form::Scattered) {
            Some(person) => Ok(effects.and(stop_care(person, "central", from)?)),
            None => Ok(effects),
        }
    }

    fn propose_stop(mut self) -> Result<Effects> {
        self.may_decide()?;
        let old = self.old()?;
        let ground = required(&self.action.values, "ground", "终止情形")?.to_owned();
        let remark = required(&self.action.values, "remark", "说明")?.to_owned();
        if ground == "rule" && self.trial(&old, old.form())?.grants() {
            return Err(Refusal::new("按现有档案和义务人情况重算仍符合特困条件，不能以不再符合条件为由终止")
                .problem("ground", "有其他情形的请选择相应情形"));
        }
        self.body.ground = ground;
        self.move_to("proposed", format!("拟终止救助供养：{remark}"))
    }

    fn post(mut self) -> Result<Effects> {
        let place = required(&self.action.values, "place", "公示地点")?.to_owned();
        let (from, to) = (self.context.today, self.context.today.add_days(self.rules.days_posting));
        self.body.posted = Some(Posted { place, from, to, over: false });
        let posting = notice::posting(
            Subject::of(self.document, self.household),
            "特困人员拟终止救助供养公示",
            "拟终止特困人员救助供养",
            0,
            (from, to),
            &self.settings,
        );
        Ok(self.move_to("posting", format!("公示至 {to}"))?.notice(posting))
    }

    fn object(mut self) -> Result<Effects> {
        let content = required(&self.action.values, "content", "异议内容")?.to_owned();
        let objection = Objection { content, on: self.context.today, upheld: None, finding: String::new() };
        self.body.objections.push(objection);
        self.move_to("objection", "公示期间收到异议")
    }

    /// Decided anew, and posted anew if it is still to end (第二十六条).
    fn settle_objection(mut self) -> Result<Effects> {
        let upheld = settle(&mut self.body.objections, &self.action.values)?;
        self.body.posted = None;
        self.body.ground.clear();
        self.move_to("checked", settled_note(upheld))
    }

    fn close_posting(mut self) -> Result<Effects> {
        no_objection(&self.action.values)?;
        if let Some(posted) = &mut self.body.posted {
            posted.over = true;
        }
        Ok(self.move_to("posted", "公示期满无异议")?.attach(self.attach("公示照片")))
    }

    /// The decision to end, from the next month (第二十六条).
    fn stop(mut self) -> Result<Effects> {
        self.may_decide()?;
        let old = self.old()?;
        let mut said = Trail::default();
        match self.body.ground.as_str() {
            "missing" => said.say(reason::MISSING, []),
            "prison" => said.say(reason::IN_PRISON, []),
            "exit" => said.say(reason::LEFT, []),
            _ => {}
        }
        said.say(reason::POSTED_AGAIN, []);
        let mut given = trial::reasons(&said);
        if self.body.ground == "rule" {
            let trial = self.trial(&old, old.form())?;
            if trial.grants() {
                return Err(Refusal::new("按现有档案重算又符合特困条件，不能终止。请退回核实后取消"));
            }
            given.extend(decision::not_met(&trial.decided));
        }
        let from = change::effective(self.context.today);
        let changed = Changed::end(&old, from, self.context.today, given);
        self.end(changed, from)
    }

    /// From the month after the death; what was paid beyond it is counted, to be recovered openly.
    fn stop_after_death(mut self) -> Result<Effects> {
        self.may_decide()?;
        let person = self.body.member.ok_or_else(|| Refusal::new("本件没有供养对象"))?;
        let died = match (self.body.kind.as_str(), self.body.on) {
            ("death", Some(on)) => on,
            _ => return Err(Refusal::new("本件不是去世核查，请提出拟终止")),
        };
        let from = change::stops_after_death(died);
        let old = running::supports_or_will(self.household, person, self.context.today)?
            .ok_or_else(|| Refusal::new("该人员已经不在供养，不需要再终止"))?;
        let mut said = Trail::default();
        said.say(reason::DIED, [i64::from(died.days())]);
        if let Some(last) = self.body.last_paid {
            let months = change::months_paid_after_death(died, last);
            if months > 0 {
                said.say(reason::PAID_AFTER_DEATH, [months, old.amount.0, months * old.amount.0]);
            }
        }
        // Support that has not begun is not stopped before it begins.
        let from = from.max(old.begins);
        let changed = Changed::end(&old, from, self.context.today, trial::reasons(&said));
        self.body.ground = "death".to_owned();
        self.end(changed, died)
    }

    /// The end of support ends the agreement and the visits with it.
    fn end(&mut self, changed: Changed, care_ends: Date) -> Result<Effects> {
        self.body.outcome = changed.outcome().to_owned();
        let put = self.put("stopped", changed.note());
        let effects = Effects::new().document(put).and(changed.effects(Some(self.document), &self.settings));
        let Some(person) = self.body.member else { return Ok(effects) };
        let reason = if self.body.ground == "death" { "death" } else { "exit" };
        Ok(effects.and(stop_care(person, reason, care_ends)?))
    }
}

/// Ends agreements, voids those not signed yet, and takes away visits that are due.
///
/// # Errors
/// As [`documents::find`].
pub fn stop_care(person: Id, reason: &str, on: Date) -> Result<Effects> {
    let mut effects = Effects::new();
    for document in documents::all(documents::Query::of("agreement").person(person).states(&LIVE))? {
        let mut body: crate::agreement::Agreement = document.body()?;
        if document.state == "unsigned" {
            effects = effects.document(document.to("void").note("供养结束，不再签订"));
            continue;
        }
        body.ended = Some(on);
        reason.clone_into(&mut body.end_reason);
        effects = effects.document(document.to("ended").note("供养结束，协议终止").body(&body));
    }
    for document in documents::all(documents::Query::of("visit").person(person).state("due"))? {
        effects = effects.document(document.to("cancelled").note("供养结束，不再走访"));
    }
    Ok(effects)
}
