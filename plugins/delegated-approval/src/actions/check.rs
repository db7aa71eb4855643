//! The steps of a check: assigned to an officer who had no part in the case, looked at, concluded; an error of substance is confirmed by
//! a second person before anybody is told; the town mends and replies, the county looks again.

use super::{coming_date, past_date, required};
use crate::check::{CONCLUSIONS, Check, ERRORS, FINDINGS, Record, Reply, WAYS, error_word, touches_decision};
use crate::parameters;
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let document = action.document()?;
    let body: Check = document.body()?;
    let step = Step { context, values: &action.values, document, body };
    match action.id.as_str() {
        "assign" | "reassign" => step.assign(),
        "record" => step.record(action),
        "conclude" => step.conclude(),
        "uphold" => step.uphold(),
        "reject" => step.reject(),
        "reply" => step.reply(action),
        "accept" => step.accept(),
        "send-back" => step.send_back(),
        "follow" => step.follow(),
        other => Err(Refusal::unknown("操作", other)),
    }
}

struct Step<'a> {
    context: &'a Context,
    values: &'a FormValues,
    document: &'a Document,
    body: Check,
}

impl Step<'_> {
    fn put(&self, state: &str, due: Option<Date>, note: impl Into<String>) -> DocumentPut {
        let put = self
            .document
            .to(state)
            .note(note)
            .index("officer", self.body.officer.map_or(0, |officer| officer.0))
            .body(&self.body);
        let put = match self.body.mend_by {
            Some(day) => put.index("mend", day.month_code()),
            None => put,
        };
        match due {
            Some(due) => put.due(due),
            None => put,
        }
    }

    /// The county officer who looks: neither who surveyed nor who decided.
    fn assign(mut self) -> Result<Effects> {
        let officer = self
            .values
            .id("officer")
            .ok_or_else(|| Refusal::invalid("请选择核查人").problem("officer", "请选择核查人"))?;
        if self.body.handled_by(officer) {
            return Err(Refusal::new("该人员参加过本件的入户调查或者审核确认，不能核查本件")
                .problem("officer", "请选择其他人员"));
        }
        if self.body.officer == Some(officer) {
            return Err(Refusal::new("本件已经分派给该人员").problem("officer", "请选择其他人员"));
        }
        self.body.officer = Some(officer);
        Ok(Effects::new().document(self.put("checking", self.body.due, "分派核查人")))
    }

    /// Only whom it is assigned to, and never a handler of the case.
    fn must_be_officer(&self) -> Result<()> {
        if self.body.handled_by(self.context.actor.user) {
            return Err(Refusal::new("您参加过本件的入户调查或者审核确认，不能核查本件，请重新分派"));
        }
        if self.body.officer != Some(self.context.actor.user) {
            return Err(Refusal::new("本件分派给其他人员核查，请由被分派的人员办理，或者重新分派"));
        }
        Ok(())
    }

    fn record(mut self, action: &Action) -> Result<Effects> {
        self.must_be_officer()?;
        let way = required(self.values, "way", "核查方式")?;
        if !WAYS.iter().any(|(known, _)| *known == way) {
            return Err(Refusal::invalid("请选择核查方式").problem("way", "请选择核查方式"));
        }
        let on = past_date(self.context, self.values, "on", "核查日期")?;
        if on < self.body.opened {
            return Err(Refusal::invalid("核查日期早于抽查日期")
                .problem("on", format!("本件 {} 抽中，请填写以后的日期", self.body.opened.chinese())));
        }
        let mut by = vec![self.context.actor.user];
        match self.values.id("second").filter(|second| !by.contains(second)) {
            Some(second) if self.body.handled_by(second) => {
                return Err(Refusal::new("同行人员参加过本件的入户调查或者审核确认，不能参加核查")
                    .problem("second", "请选择其他人员"));
            }
            Some(second) => by.push(second),
            None if way == "home" => {
                return Err(
                    Refusal::invalid("入户核查应当由两人以上进行").problem("second", "请选择您以外的另一名人员")
                );
            }
            None => {}
        }
        let record = Record {
            way: way.to_owned(),
            on,
            by,
            met: self.values.id("met"),
            found: required(self.values, "found", "核查情况")?.to_owned(),
        };
        let note = format!("{}：{}", crate::check::way_word(&record.way), on);
        self.body.records.push(record);
        let papers = AttachmentLink::new(self.document.id, "核查材料", action.values.ids("papers"));
        Ok(Effects::new().document(self.put("checking", self.body.due, note)).attach(papers))
    }

    /// 属实 closes; 程序问题 goes to the town; 实体错误 goes to a second person first.
    fn conclude(mut self) -> Result<Effects> {
        self.must_be_officer()?;
        let conclusion = required(self.values, "conclusion", "结论")?.to_owned();
        let findings: Vec<String> = self.values.choices("findings").into_iter().map(str::to_owned).collect();
        let error = self.values.text("error").unwrap_or_default().to_owned();
        let order = self.values.text("order").unwrap_or_default().to_owned();
        let mut problems = Problems::new();
        problems.require(!self.body.records.is_empty(), "", "还没有登记核查情况，不能作出结论");
        problems.require(CONCLUSIONS.iter().any(|(known, _)| *known == conclusion), "conclusion", "请选择结论");
        let known = |code: &String| FINDINGS.iter().any(|(known, ..)| known == code);
        problems.require(findings.iter().all(known), "findings", "请在列出的问题中选择");
        let substantial = findings.iter().any(|code| touches_decision(code));
        match conclusion.as_str() {
            "true" => problems.require(findings.is_empty(), "findings", "结论为属实的，不应有问题；有问题的请改结论"),
            "procedure" => {
                problems.require(!findings.is_empty(), "findings", "请选择发现的问题");
                problems.require(!substantial, "conclusion", "所选问题涉及决定本身，结论应为实体错误");
            }
            "substance" => {
                problems.require(substantial, "findings", "实体错误请选择涉及决定本身的问题");
                problems.require(ERRORS.iter().any(|(known, _)| *known == error), "error", "请选择错误类型");
                let refused = self.body.outcome == "refused";
                problems.require(
                    error.is_empty() || refused == (error == "missed"),
                    "error",
                    if refused {
                        "原决定是不予确认，错误类型应为漏保"
                    } else {
                        "原决定不是不予确认，不能是漏保"
                    },
                );
            }
            _ => {}
        }
        self.body.conclusion.clone_from(&conclusion);
        if self.body.needs_home() && !self.body.been_home() {
            problems.add(
                "",
                "近亲属备案、有异议的和实体错误的，应当入户核查以后再作结论（依据：民发〔2021〕57号 第二十条）",
            );
        }
        let asks = conclusion != "true";
        problems.require(!asks || !order.is_empty(), "order", "请写明整改要求");
        problems.refuse("还不能作出结论")?;
        required(self.values, "opinion", "核查意见")?.clone_into(&mut self.body.opinion);
        self.body.findings = findings;
        self.body.error = if conclusion == "substance" { error } else { String::new() };
        self.body.order = order;
        self.body.concluded = Some(self.context.today);
        if asks {
            self.body.mend_by = Some(self.mend_by()?);
        }
        let word = crate::check::conclusion_word(&conclusion);
        let (state, due) = match conclusion.as_str() {
            "true" => ("settled", None),
            "procedure" => ("rectifying", self.body.mend_by),
            _ => ("confirming", self.body.due),
        };
        Ok(Effects::new().document(self.put(state, due, format!("核查结论：{word}"))))
    }

    /// The day the town must reply by: as the form says, else the county's number of working days.
    fn mend_by(&self) -> Result<Date> {
        if self.values.date("mend-by").is_some() {
            return coming_date(self.context, self.values, "mend-by", "整改期限");
        }
        calendar::add_working_days(self.context.today, parameters::rectify_days(self.context.today)?)
    }

    /// A second person agrees: the town is told to mend, and the measures learn that a decision was wrong.
    fn uphold(mut self) -> Result<Effects> {
        if self.body.officer == Some(self.context.actor.user) || self.body.handled_by(self.context.actor.user) {
            return Err(Refusal::new("核查人和本件原经办人员不能认定实体错误，请由其他人员办理"));
        }
        self.body.mend_by = Some(match self.body.mend_by {
            Some(day) if day >= self.context.today => day,
            _ => self.mend_by()?,
        });
        let payload = serde_json::json!({
            "scheme": self.body.scheme,
            "decision": self.body.decision,
            "case": self.body.case,
            "finding": self.body.error,
        });
        let mut event = EventPublish::new("delegated-approval.reversed").document(self.document.id).payload(payload);
        event.household = self.document.household;
        event.person = self.document.person;
        let note = format!("认定实体错误：{}", error_word(&self.body.error));
        Ok(Effects::new().document(self.put("rectifying", self.body.mend_by, note)).event(event))
    }

    fn reject(mut self) -> Result<Effects> {
        let reason = required(self.values, "reason", "理由")?.to_owned();
        self.body.conclusion = String::new();
        self.body.concluded = None;
        self.body.mend_by = None;
        Ok(Effects::new().document(self.put("checking", self.body.due, format!("不予认定，继续核查：{reason}"))))
    }

    fn reply(mut self, action: &Action) -> Result<Effects> {
        let text = required(self.values, "text", "整改情况")?.to_owned();
        self.body.replies.push(Reply { on: self.context.today, by: self.context.actor.user, text });
        let papers = AttachmentLink::new(self.document.id, "整改材料", action.values.ids("papers"));
        let due = calendar::add_working_days(self.context.today, parameters::rectify_days(self.context.today)?)?;
        Ok(Effects::new().document(self.put("reviewing", Some(due), "镇（街）回复整改情况")).attach(papers))
    }

    /// What touched the decision is looked at once more after some months.
    fn accept(self) -> Result<Effects> {
        let note = format!("整改复核通过：{}", required(self.values, "note", "复核意见")?);
        if self.body.conclusion != "substance" {
            return Ok(Effects::new().document(self.put("settled", None, note)));
        }
        let months = parameters::follow_months(self.context.today)?;
        let due = self.context.today.add_months(i32::try_from(months).unwrap_or(0));
        Ok(Effects::new().document(self.put("following", Some(due), note)))
    }

    fn send_back(mut self) -> Result<Effects> {
        let reason = required(self.values, "reason", "理由")?.to_owned();
        self.body.mend_by = Some(self.mend_by()?);
        Ok(Effects::new().document(self.put("rectifying", self.body.mend_by, format!("整改不到位，退回：{reason}"))))
    }

    fn follow(mut self) -> Result<Effects> {
        let text = required(self.values, "text", "回访情况")?.to_owned();
        let again = self.values.yes("again");
        self.body.followed.push(Reply { on: self.context.today, by: self.context.actor.user, text });
        if again {
            self.body.mend_by = Some(self.mend_by()?);
            let put = self.put("rectifying", self.body.mend_by, "回访发现问题反弹，重新整改");
            return Ok(Effects::new().document(put));
        }
        Ok(Effects::new().document(self.put("settled", None, "回访没有发现问题")))
    }
}
