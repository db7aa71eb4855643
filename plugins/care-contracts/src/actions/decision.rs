//! The decisions themselves: the award, the refusal, and what takes the place of running support. What is confirmed is what was
//! posted, what the assessment says and what the rules give on the day; anything else goes back.

use super::application::{Step, refuse_if_supported};
use super::required;
use crate::application::{Application, Decided as DecidedBy};
use crate::carer;
use crate::codes::reason;
use crate::notice::{self, Subject};
use crate::rules::form::{Form, FormRefused, Wish, may_decide};
use crate::rules::{Trail, change};
use crate::running::{self, SCHEME};
use crate::settings::Settings;
use crate::trial::{self, Trial};
use doudi_sdk::decided::Decided;
use doudi_sdk::prelude::*;

/// The right office, a survey by others, the county's own check where it is due.
fn may(step: &Step<'_>) -> Result<()> {
    let by_town = step.action.id.ends_with("-by-town");
    if by_town != step.body.delegated {
        return Err(Refusal::new(if by_town {
            "本县没有把审核确认权下放到镇街，应由县级民政部门审核确认"
        } else {
            "本县已把审核确认权下放到镇街，应由镇街审核确认"
        }));
    }
    if step.body.surveyed_by(step.context.actor.user) {
        return Err(Refusal::new("参加入户调查的人员不能审核确认同一办件，请由其他人员办理"));
    }
    if step.body.needs_county_check() && step.body.county_check.is_none() {
        return Err(Refusal::new("本件抽中县级核查，或者属于近亲属、公示有异议，县级民政部门还没有登记核查")
            .article("民发〔2021〕43号 第十六条"));
    }
    Ok(())
}

/// The form of support the decider chose, against the documented wish or the assessment's advice.
fn form_of(body: &Application, values: &FormValues, trial: &Trial) -> Result<Form> {
    let form = Form::parse(values.text("form").unwrap_or_default())
        .ok_or_else(|| Refusal::invalid("请选择供养形式").problem("form", "请选择供养形式"))?;
    // Who turns out in the assessment not to be able to state a wish has not stated one.
    let unable = trial.assessment.as_ref().is_some_and(|assessment| !assessment.will);
    let wish = if unable { Wish::Unable } else { body.wish };
    let advice = trial.assessment.as_ref().and_then(|assessment| assessment.advice);
    let reasoned = values.text("remark").is_some();
    may_decide(form, wish, advice, reasoned).map(|()| form).map_err(|refused| match refused {
        FormRefused::AgainstWish => Refusal::new(format!("本人书面意愿是{}，不能决定{}", wish.zh(), form.zh()))
            .problem("form", "意愿有变化的请退回镇街，重新登记意愿")
            .article("社会救助暂行办法 第十九条"),
        FormRefused::NotAssessed => Refusal::new("本人无法准确表达意愿，应当先评估并写明建议，再确定供养形式")
            .article("芜湖市2022年6月23日通知 第四条"),
        FormRefused::AgainstAdvice => {
            Refusal::invalid("与评估建议不一致的，请写明理由").problem("remark", "请写明为什么不按评估建议")
        }
    })
}

/// 第十七条: from the month after.
pub(super) fn confirm(mut step: Step<'_>) -> Result<Effects> {
    may(&step)?;
    let applicant = step.applicant()?;
    let today = step.context.today;
    refuse_if_supported(step.household, applicant, today)?;
    let opinion = step.body.opinion.clone().filter(|opinion| opinion.grant);
    let posted = step.body.posted.as_ref().is_some_and(|posted| posted.over);
    let (Some(opinion), true) = (opinion, posted) else {
        return Err(Refusal::new("初审意见没有公示期满，不能确认同意。请退回镇街").article("民发〔2021〕43号 第十五条"));
    };
    let first = step.trial(Form::default())?;
    if first.assessment.is_none() {
        return Err(Refusal::new("还没有生活自理能力评估，不能确定照料护理标准。请先登记评估")
            .article("民发〔2021〕43号 第二十条"));
    }
    let form = form_of(&step.body, &step.action.values, &first)?;
    let trial = step.trial(form)?;
    if !trial.grants() {
        return Err(against(&trial.decided, "按现有档案和义务人情况重算不符合特困条件，不能确认同意"));
    }
    if opinion.amount != trial.decided.amount.0 {
        return Err(Refusal::new(format!(
            "公示的是每月 {} 元，按现有档案和评估重算是每月 {} 元，两者不一致。请退回镇街重新提出初审意见并公示",
            Fen(opinion.amount),
            trial.decided.amount
        )));
    }
    if form == Form::Central {
        step.body.institution = Some(carer::institution(&step.action.values)?);
    }
    let from = change::effective(today);
    let decided = &trial.decided;
    let mut said = Trail::default();
    say_form(form, trial.assessment.as_ref().is_some_and(|assessment| !assessment.will), &mut said);
    if step.body.drawn == Some(true) {
        said.say(reason::CHECKED_BY_COUNTY, [step.rules.check_share]);
    }
    let mut record = decided.record(SCHEME, step.household, from, today).document(step.document.id).person(applicant);
    record.reasons.extend(trial::reasons(&said));
    let letter = notice::confirmed(step.subject(), decided, form.zh(), from, &step.settings);
    let event = event("confirmed", step.household, applicant, Some(step.document.id)).payload(serde_json::json!({
        "amount": decided.amount.0, "covered": 1, "from": from.to_string(),
    }));
    let amount = decided.amount.0;
    step.body.decided = Some(DecidedBy { on: today, by: step.context.actor.user, form, amount });
    let note = format!("确认同意，{}，每月 {} 元，自 {}起", form.zh(), Fen(amount), from.chinese_month());
    let put = step.put("confirmed", note).index("outcome", "granted");
    Ok(Effects::new().document(put).decision(record).notice(letter).event(event))
}

fn say_form(form: Form, assessed: bool, trail: &mut Trail) {
    match form {
        Form::Scattered => trail.say(reason::FORM_SCATTERED, []),
        Form::Central => trail.say(reason::FORM_CENTRAL, []),
    }
    if assessed {
        trail.say(reason::WILL_ASSESSED, []);
    }
}

/// The refusal, in writing within three working days (第十八条).
pub(super) fn refuse(mut step: Step<'_>) -> Result<Effects> {
    may(&step)?;
    let today = step.context.today;
    let applicant = step.applicant()?;
    let trial = step.trial(Form::default())?;
    let ground = required(&step.action.values, "ground", "理由")?.to_owned();
    let finding = step.action.values.text("finding").unwrap_or_default().to_owned();
    let decided = &trial.decided;
    let mut record = decided
        .record(SCHEME, step.household, today, today)
        .document(step.document.id)
        .person(applicant)
        .amount(0)
        .covered(0);
    record.outcome = "refused".to_owned();
    if ground == "rule" {
        if trial.grants() {
            return Err(Refusal::new("按现有档案和义务人情况重算符合特困条件，不能以不符合条件为由不予确认")
                .problem("ground", "有其他理由的请选择相应理由并写明查明的情况"));
        }
    } else {
        if finding.is_empty() {
            return Err(Refusal::invalid("请写明查明的情况").problem("finding", "请写明查明的情况，告知书上要载明"));
        }
        record = record.reason(notice::ground_code(&ground), &[], &[]);
    }
    let serve_by = calendar::add_working_days(today, step.rules.days_refusal)?;
    let letter =
        notice::refused(step.subject(), step.document.created, decided, &ground, &finding, serve_by, &step.settings);
    let event = event("refused", step.household, applicant, Some(step.document.id))
        .payload(serde_json::json!({ "ground": ground, "edge": false }));
    step.body.decided = Some(DecidedBy { on: today, by: step.context.actor.user, form: Form::default(), amount: 0 });
    let put = step.put("refused", "不予确认").index("outcome", "refused");
    Ok(Effects::new().document(put).decision(record).notice(letter).event(event))
}

fn event(word: &str, household: Id, person: Id, document: Option<Id>) -> EventPublish {
    let event = EventPublish::new(&format!("care-contracts.{word}")).household(household).person(person);
    match document {
        Some(document) => event.document(document),
        None => event,
    }
}

/// Running support and what takes its place.
pub struct Changed {
    pub record: DecisionRecord,
    old: i64,
    from: Date,
    sentences: Vec<Text>,
}

impl Changed {
    /// The amount anew. `first` are reasons that come before: a new level, a new standard, another form.
    pub fn amount(old: &Decision, now: &Decided, from: Date, as_of: Date, first: &Trail) -> Changed {
        let mut trail = Trail::default();
        let code = change::compare(old.amount.0, now.amount.0, &mut trail);
        let mut given = trial::reasons(first);
        given.extend(trial::reasons(&trail));
        let sentences = sentences(&given);
        let mut record = now.record(SCHEME, old.household, from, as_of).supersedes(old.id);
        given.append(&mut record.reasons);
        record.reasons = given;
        record.person = old.person;
        record.outcome = code_of(code);
        record.covered_persons = 1;
        Changed { record, old: old.amount.0, from, sentences }
    }

    /// The end of support, for the reasons given.
    pub fn end(old: &Decision, from: Date, as_of: Date, mut given: Vec<GivenReason>) -> Changed {
        let mut trail = Trail::default();
        trail.say(reason::ENDED, [old.amount.0]);
        given.extend(trial::reasons(&trail));
        let mut record = DecisionRecord::new(SCHEME, old.household, "ended").from(from).as_of(as_of).supersedes(old.id);
        record.person = old.person;
        record.figures = old.figures.iter().cloned().collect();
        let sentences = sentences(&given);
        record.reasons = given;
        Changed { record, old: old.amount.0, from, sentences }
    }

    /// Without superseding: what is decided for days that another decision covers already.
    pub fn beside(mut self, supersedes: Option<Id>, to: Option<Date>) -> Changed {
        self.record.supersedes = supersedes;
        self.record.to = to.map(|to| to.to_string());
        self
    }

    pub fn outcome(&self) -> &str {
        &self.record.outcome
    }

    pub fn note(&self) -> String {
        let word = running::label(&self.record.outcome);
        format!(
            "{word}：每月 {} 元 → {} 元，自 {}起",
            Fen(self.old),
            Fen(self.record.amount),
            self.from.chinese_month()
        )
    }

    /// The decision, the letter and the event.
    pub fn effects(mut self, document: Option<&Document>, settings: &Settings) -> Effects {
        let (household, person) = (self.record.household, self.record.person);
        let subject = Subject { household, person, document };
        let letter = notice::changed(
            subject,
            &self.record.outcome,
            Fen(self.record.amount),
            self.from,
            self.sentences,
            settings,
        );
        let word = if self.record.outcome == "ended" { "stopped" } else { "changed" };
        let event = event(word, household, person.unwrap_or_default(), document.map(|document| document.id)).payload(
            serde_json::json!({
                "outcome": self.record.outcome, "old": self.old, "amount": self.record.amount, "from": self.from.to_string(),
            }),
        );
        self.record.document = document.map(|document| document.id);
        Effects::new().decision(self.record).notice(letter).event(event)
    }
}

fn code_of(code: OutcomeCode) -> String {
    <crate::CareContracts as Plugin>::OUTCOMES[code.0 as usize].code.to_owned()
}

/// Reasons as sentences, for a letter.
pub fn sentences(given: &[GivenReason]) -> Vec<Text> {
    let codes = <crate::CareContracts as Plugin>::REASONS;
    given
        .iter()
        .filter_map(|given| {
            let reason = codes.iter().find(|reason| reason.code == given.code)?;
            let given = doudi_sdk::decided::Given { reason, args: given.args.clone(), facts: Vec::new() };
            Some(given.text())
        })
        .collect()
}

/// A refusal that lists every reason that speaks against.
pub(super) fn against(decided: &Decided, message: &str) -> Refusal {
    let mut refusal = Refusal::new(message);
    for given in decided.reasons.iter().filter(|given| given.reason.verdict == "not-met") {
        refusal = refusal.problem("", format!("{}（依据：{}）", given.text().zh, given.reason.article));
    }
    refusal
}

/// The reasons of an answer that speak against it, as a decision carries them.
pub(super) fn not_met(decided: &Decided) -> Vec<GivenReason> {
    let against = decided.reasons.iter().filter(|given| given.reason.verdict == "not-met");
    against.map(doudi_sdk::decided::Given::record).collect()
}

/// The outcome as a review's state.
pub(super) fn state_of(code: &str) -> &'static str {
    match code {
        "raised" => "raised",
        "lowered" => "lowered",
        _ => "kept",
    }
}
