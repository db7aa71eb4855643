//! The steps of a recheck (57号 第三十一条) and of 渐退期 (the notice, item 2; 民发〔2022〕83号).

use super::finding::Finding;
use super::{required, visit};
use crate::codes::{outcome, reason};
use crate::notice;
use crate::parameters::GracePay;
use crate::recheck::Recheck;
use crate::rules::grace::{self, Grace, Rise};
use crate::rules::{Trail, change};
use crate::running::{self, EDGE, SCHEME};
use crate::settings::Settings;
use crate::trial::{self, Trial, case_of};
use doudi_sdk::decided::Decided;
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let household = action.about()?;
    if action.id == "start" {
        let decision = running::require(household, action.person, context.today)?;
        let reason = required(&action.values, "reason", "事由")?.to_owned();
        let body = Recheck { reason, decision: Some(decision.id), ..Recheck::default() };
        // Started by hand, outside the recheck calendar: a month to look.
        return Ok(Effects::new().document(body.open(&decision, context.today.add_months(1))));
    }
    let document = action.document()?;
    let mut body: Recheck = document.body()?;
    match action.id.as_str() {
        "record-finding" => {
            let finding = Finding::read(context, &action.values)?;
            let family = records::household(household, context.today)?;
            let put = keep_due(document, document.to("due")).note("登记核实情况");
            Ok(Effects::new().document(put).and(finding.effects(&family, context.today)?))
        }
        "check" => {
            body.visit = Some(visit(context, &action.values)?);
            let papers = AttachmentLink::new(document.id, "核查材料", action.values.ids("papers"));
            Ok(Effects::new().document(document.to("checked").note("入户核查完成").body(&body)).attach(papers))
        }
        "return" => {
            body.visit = None;
            let reason = required(&action.values, "reason", "退回理由")?;
            Ok(Effects::new().document(document.to("due").note(format!("退回：{reason}")).body(&body)))
        }
        "cancel" => {
            let reason = required(&action.values, "reason", "原因")?;
            Ok(Effects::new().document(document.to("cancelled").note(format!("取消：{reason}"))))
        }
        "decide" => decide(context, action, document, household, body),
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// The state goes on and its due date with it.
pub(crate) fn keep_due(document: &Document, put: DocumentPut) -> DocumentPut {
    match document.due {
        Some(due) => put.due(due),
        None => put,
    }
}

fn decide(
    context: &Context,
    action: &Action,
    document: &Document,
    household: Id,
    mut body: Recheck,
) -> Result<Effects> {
    if body.visit.as_ref().is_some_and(|visit| visit.visitors.contains(&context.actor.user)) {
        return Err(Refusal::new("参加入户核查的人员不能作出决定，请由其他人员办理"));
    }
    let old = running::require(household, document.person, context.today)?;
    let trial = Trial::of(household, context.today, &case_of(&old))?;
    let settings: Settings = context.settings()?;
    let remark = action.values.text("remark").unwrap_or_default();
    if action.values.text("decision") == Some("grace") {
        return grant_grace(context, action, document, &old, &trial, body, &settings);
    }
    let from = change::effective(context.today);
    let changed = Changed::of(&old, &trial.decided, from, context.today, Trail::default());
    body.outcome.clone_from(&changed.record.outcome);
    let note = match remark {
        "" => changed.note(),
        remark => format!("{}。{remark}", changed.note()),
    };
    let put = document.to(&changed.record.outcome).note(note).body(&body);
    Ok(Effects::new().document(put).and(changed.effects(Some(document), &trial.decided, &settings)))
}

/// A running payment and what takes its place.
pub struct Changed {
    pub record: DecisionRecord,
    pub old: i64,
    from: Date,
    /// The change's own sentences, for the letter.
    sentences: Vec<Text>,
}

impl Changed {
    /// Compares the running decision with what the rules give now. `first` are reasons that come before: a death, a new
    /// standard.
    pub fn of(old: &Decision, now: &Decided, from: Date, as_of: Date, first: Trail) -> Changed {
        let mut trail = Trail::default();
        let pays = trial::pays(now);
        let new = if pays { now.amount.0 } else { 0 };
        let code = change::compare(old.amount.0, new, pays, &mut trail);
        let mut record = now.record(SCHEME, old.household, from, as_of).supersedes(old.id);
        record.person = old.person;
        record.outcome = <crate::Dibao as Plugin>::OUTCOMES[code.0 as usize].code.to_owned();
        if code == outcome::STOPPED {
            record.amount = 0;
            record.covered_persons = 0;
        }
        let mut given: Vec<GivenReason> = trial::reasons(&first);
        given.extend(trial::reasons(&trail));
        let sentences = sentences(&given);
        given.append(&mut record.reasons);
        record.reasons = given;
        Changed { record, old: old.amount.0, from, sentences }
    }

    pub fn is_stop(&self) -> bool {
        self.record.outcome == "stopped"
    }

    fn note(&self) -> String {
        let word = running::label(&self.record.outcome);
        format!(
            "{word}：每月 {} 元 → {} 元，自 {}起",
            Fen(self.old),
            Fen(self.record.amount),
            self.from.chinese_month()
        )
    }

    /// The decision, the letter and the event; a family that is now within the 边缘 line is recognised as such.
    pub fn effects(self, document: Option<&Document>, now: &Decided, settings: &Settings) -> Effects {
        let household = self.record.household;
        let mut sentences = self.sentences;
        sentences.extend(
            now.reasons
                .iter()
                .filter(|given| matches!(given.reason.code, "household-size" | "income-counted" | "amount-difference"))
                .map(|given| given.text()),
        );
        if self.record.outcome == "stopped" {
            sentences.extend(now.against());
        }
        let letter = notice::changed(
            household,
            document,
            &self.record.outcome,
            Fen(self.record.amount),
            self.from,
            sentences,
            settings,
        );
        let topic = if self.record.outcome == "stopped" { "dibao.stopped" } else { "dibao.changed" };
        let mut event = EventPublish::new(topic).household(household).payload(serde_json::json!({
            "outcome": self.record.outcome, "old": self.old, "amount": self.record.amount, "from": self.from.to_string(),
        }));
        let mut record = self.record;
        let mut edge = (now.outcome.code == "edge")
            .then(|| now.record(EDGE, household, self.from, record.as_of.parse().unwrap_or(self.from)));
        if let Some(document) = document {
            event = event.document(document.id);
            record.document = Some(document.id);
            if let Some(edge) = &mut edge {
                edge.document = Some(document.id);
            }
        }
        let mut effects = Effects::new().decision(record);
        if let Some(edge) = edge {
            effects = effects.decision(edge);
        }
        effects.notice(letter).event(event)
    }
}

/// Reasons in words, as the manifest has them.
pub(crate) fn sentences(given: &[GivenReason]) -> Vec<Text> {
    given
        .iter()
        .filter_map(|given| {
            let reason = <crate::Dibao as Plugin>::REASONS.iter().find(|reason| reason.code == given.code)?;
            let (args, facts) = (given.args.clone(), given.facts.clone());
            Some(doudi_sdk::decided::Given { reason, args, facts }.text())
        })
        .collect()
}

/// 渐退期: only when employment alone raised the income above the line, for as many months as the rules of the day allow.
fn grant_grace(
    context: &Context,
    action: &Action,
    document: &Document,
    old: &Decision,
    trial: &Trial,
    mut body: Recheck,
    settings: &Settings,
) -> Result<Effects> {
    if trial.pays() {
        return Err(Refusal::new("按现有档案重算仍符合低保条件，不需要渐退")
            .problem("decision", "请选择按重算结果维持、增发或减发"));
    }
    if old.outcome == "grace" {
        return Err(Refusal::new("该家庭已在渐退期内，不能再次给予渐退期"));
    }
    let figure = |code: &str| trial.decided.figure(code).unwrap_or(0);
    let rise = Rise {
        wage_before: old.figure("wage").unwrap_or(0),
        wage_now: figure("wage"),
        income_before: old.figure("income").unwrap_or(0),
        income_now: figure("income"),
    };
    let params = &trial.terms.params;
    let months = action
        .values
        .number("months")
        .and_then(|months| u32::try_from(months).ok())
        .or(params.grace_months)
        .ok_or_else(|| Refusal::invalid("请填写渐退期").problem("months", "本县未规定渐退期，请填写月数"))?;
    let special = action.values.text("special");
    let mut trail = Trail::default();
    trail.say(reason::EMPLOYMENT_RAISED, [rise.wage_before, rise.wage_now, rise.income_before, rise.income_now]);
    let line = figure("line");
    let grace = grace::grant(
        &trial.terms.rules,
        context.today,
        months,
        rise.from_employment(line),
        special.is_some(),
        &mut trail,
    )
    .map_err(|refused| grace_refused(refused, trial.terms.rules.document))?;

    let mut effects = Effects::new();
    let mut amounts = Vec::new();
    for (month, from, to) in periods(&grace, params.grace_pay) {
        let amount = grace.pay(old.amount.0, line, params.grace_pay, month);
        let mut reasons = trail.clone();
        match params.grace_pay {
            GracePay::Original => reasons.say(reason::GRACE_PAY_ORIGINAL, [amount]),
            GracePay::Taper => reasons.say(reason::GRACE_PAY_TAPER, [amount]),
        }
        let mut record = trial
            .decided
            .record(SCHEME, old.household, from, context.today)
            .to(to)
            .amount(amount)
            .covered(old.covered)
            .document(document.id);
        record.outcome = "grace".to_owned();
        record.person = old.person;
        record.supersedes = (month == 1).then_some(old.id);
        let mut given = trial::reasons(&reasons);
        given.append(&mut record.reasons);
        record.reasons = given;
        effects = effects.decision(record);
        amounts.push(amount);
    }
    body.outcome = "grace".to_owned();
    body.stop = Some(grace.stop);
    let put = document
        .to("grace")
        .due(grace.stop)
        .note(format!("渐退期 {months} 个月，{}起停发", grace.stop.chinese_month()))
        .body(&body);
    let first = amounts.first().copied().unwrap_or(0);
    let letter = notice::changed(
        old.household,
        Some(document),
        "grace",
        Fen(first),
        grace.from,
        sentences(&trial::reasons(&trail)),
        settings,
    );
    let event = EventPublish::new("dibao.changed").household(old.household).document(document.id).payload(
        serde_json::json!({ "outcome": "grace", "old": old.amount.0, "amount": first, "from": grace.from.to_string(), "stop": grace.stop.to_string() }),
    );
    Ok(Effects::new().document(put).and(effects).notice(letter).event(event))
}

/// One period at the original amount, or one for each month when the amount falls.
fn periods(grace: &Grace, pay: GracePay) -> Vec<(u32, Date, Date)> {
    match pay {
        GracePay::Original => vec![(1, grace.from, grace.to)],
        GracePay::Taper => (1..=grace.months)
            .map(|month| {
                let from = grace.from.add_months(month as i32 - 1);
                (month, from, from.last_of_month())
            })
            .collect(),
    }
}

fn grace_refused(refused: grace::Refused, document: &str) -> Refusal {
    match refused {
        grace::Refused::NotFromEmployment => {
            Refusal::new("收入超过标准不是因为就业，不适用渐退期").article("芜湖市2022年6月23日通知 第二条")
        }
        grace::Refused::TooShort { least } => {
            Refusal::invalid(format!("渐退期不少于 {least} 个月")).article(document).problem("months", "请增加月数")
        }
        grace::Refused::TooLong { most } => {
            Refusal::invalid(format!("渐退期不超过 {most} 个月")).article(document).problem("months", "请减少月数")
        }
        grace::Refused::NeedsReason { in_principle } => {
            Refusal::invalid(format!("渐退期原则上不超过 {in_principle} 个月，超过的应当说明特殊理由"))
                .article(document)
                .problem("special", "请写明特殊理由，或者减少月数")
        }
    }
}
