//! The decision on an application: the right office, a survey by others, what was posted is what is confirmed (57号 第二十条,
//! 第二十一条), and what the decision leaves behind for those who look at it later.

use super::{REFUSAL_DAYS, Step};
use crate::actions::required;
use crate::application::Ruling;
use crate::notice;
use crate::once::refuse_if_covered;
use crate::running::{EDGE, SCHEME};
use crate::trial::Trial;
use doudi_sdk::prelude::*;

impl Step<'_> {
    /// What both decisions need: the right office, a survey by others, the county's own visit where the rule asks for it.
    fn may_decide(&self) -> Result<Trial> {
        let by_town = self.action.id.ends_with("-by-town");
        if by_town != self.body.delegated {
            return Err(Refusal::new(if by_town {
                "本县没有把审核确认权下放到镇街，应由县级民政部门审核确认"
            } else {
                "本县已把审核确认权下放到镇街，应由镇街审核确认"
            }));
        }
        if self.body.surveyed_by(self.context.actor.user) {
            return Err(Refusal::new("参加入户调查的人员不能审核确认同一办件，请由其他人员办理"));
        }
        let trial = self.trial()?;
        if self.body.needs_county_visit(&trial.family) && self.body.county_visit.is_none() {
            return Err(Refusal::new("属于近亲属备案家庭或者公示有异议，县级民政部门应当入户调查，还没有登记县级入户")
                .article("民发〔2021〕57号 第二十条"));
        }
        Ok(trial)
    }

    /// The decision to cover: what was posted is what is confirmed, and both are what the rules give today.
    pub(super) fn confirm(mut self) -> Result<Effects> {
        let trial = self.may_decide()?;
        refuse_if_covered(self.household, &self.body, self.context.today)?;
        let opinion = self.body.opinion.as_ref().filter(|opinion| opinion.grant);
        let posted = self.body.posted.as_ref().is_some_and(|posted| posted.over);
        let (Some(opinion), true) = (opinion, posted) else {
            return Err(
                Refusal::new("初审意见没有公示期满，不能确认同意。请退回镇街").article("民发〔2021〕57号 第十九条")
            );
        };
        if !trial.pays() {
            return Err(against(&trial, "按现有档案重算不符合低保条件，不能确认同意"));
        }
        let decided = &trial.decided;
        if opinion.amount != decided.amount.0
            || opinion.covered != decided.covered
            || opinion.outcome != decided.outcome.code
        {
            return Err(Refusal::new(format!(
                "公示的是每月 {} 元、{} 人，按现有档案重算是每月 {} 元、{} 人，两者不一致。请退回镇街重新提出初审意见并公示",
                Fen(opinion.amount),
                opinion.covered,
                decided.amount,
                decided.covered
            )));
        }
        let from = self.context.today.first_of_next_month();
        let mut record = decided.record(SCHEME, self.household, from, self.context.today).document(self.document.id);
        if let (true, Some(applicant)) = (self.body.single, self.body.applicant) {
            record = record.person(applicant);
        }
        let letter = notice::confirmed(self.document, self.household, decided, from, &self.settings);
        let event = EventPublish::new("dibao.confirmed").household(self.household).document(self.document.id).payload(
            serde_json::json!({ "amount": decided.amount.0, "covered": decided.covered, "from": from.to_string() }),
        );
        self.body.ruling = Some(self.ruling(&trial, decided.amount));
        let note = format!("确认同意，每月 {} 元，自 {}起", decided.amount, from.chinese_month());
        Ok(Effects::new().document(self.put("confirmed", note)).decision(record).notice(letter).event(event))
    }

    /// The refusal, in writing within three working days (57号 第二十一条). A family within the 边缘 line is recognised as
    /// such by a decision of its own.
    pub(super) fn refuse(mut self) -> Result<Effects> {
        let trial = self.may_decide()?;
        let ground = required(&self.action.values, "ground", "理由")?;
        let finding = self.action.values.text("finding").unwrap_or_default();
        let decided = &trial.decided;
        let mut record = decided
            .record(SCHEME, self.household, self.context.today, self.context.today)
            .document(self.document.id)
            .amount(0)
            .covered(0);
        record.outcome = "refused".to_owned();
        if let (true, Some(applicant)) = (self.body.single, self.body.applicant) {
            record = record.person(applicant);
        }
        match ground {
            "rule" => {
                if trial.pays() {
                    return Err(Refusal::new("按现有档案重算符合低保条件，不能以不符合条件为由不予确认")
                        .problem("ground", "有其他理由的请选择相应理由并写明查明的情况"));
                }
            }
            other => {
                if finding.is_empty() {
                    return Err(
                        Refusal::invalid("请写明查明的情况").problem("finding", "请写明查明的情况，告知书上要载明")
                    );
                }
                let code = match other {
                    "false" => "false-statement",
                    "objection" => "objection-upheld",
                    _ => "county-finding",
                };
                record = record.reason(code, &[], &[]);
            }
        }
        let edge = ground == "rule" && decided.outcome.code == "edge";
        let serve_by = calendar::add_working_days(self.context.today, REFUSAL_DAYS)?;
        let letter = notice::refused(self.document, self.household, decided, ground, finding, serve_by, &self.settings);
        let event = EventPublish::new("dibao.refused")
            .household(self.household)
            .document(self.document.id)
            .payload(serde_json::json!({ "ground": ground, "edge": edge }));
        self.body.ruling = Some(self.ruling(&trial, Fen::ZERO));
        let mut effects =
            Effects::new().document(self.put("refused", "不予确认")).decision(record).notice(letter).event(event);
        if edge {
            let from = self.context.today.first_of_next_month();
            effects = effects
                .decision(decided.record(EDGE, self.household, from, self.context.today).document(self.document.id));
        }
        Ok(effects)
    }

    /// Who decided, and whether the register of near relatives knew the family that day: spot checks look at both.
    fn ruling(&self, trial: &Trial, amount: Fen) -> Ruling {
        Ruling { by: self.context.actor.user, relative: self.body.is_relative(&trial.family), amount: amount.0 }
    }
}

/// A refusal that lists every reason that speaks against.
pub(super) fn against(trial: &Trial, message: &str) -> Refusal {
    let mut refusal = Refusal::new(message);
    for given in trial.decided.reasons.iter().filter(|given| given.reason.verdict == "not-met") {
        refusal = refusal.problem("", format!("{}（依据：{}）", given.text().zh, given.reason.article));
    }
    refusal
}
