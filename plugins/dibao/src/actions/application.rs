//! The steps of an application (57号 to 第二十三条, 第二十九条; 民发〔2022〕83号), from draft to decision.

mod decision;

use super::finding::Finding;
use super::{past_date, required, visit};
use crate::application::{Application, Check, Extension, Objection, Opinion, Posted};
use crate::notice;
use crate::once::{refuse_if_covered, refuse_if_open};
use crate::running::SCHEME;
use crate::settings::Settings;
use crate::trial::Trial;
use decision::against;
use doudi_sdk::prelude::*;

/// Days a posting is shown after the day it begins (57号 第十九条: 公示期为7天).
const POSTING_DAYS: i32 = 7;
/// Working days to serve a refusal (57号 第二十一条).
const REFUSAL_DAYS: u32 = 3;

/// What every step works with.
struct Step<'a> {
    context: &'a Context,
    action: &'a Action,
    document: &'a Document,
    household: Id,
    body: Application,
    settings: Settings,
}

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    if action.id == "apply" {
        return apply(context, action);
    }
    let document = action.document()?;
    let step = Step {
        context,
        action,
        document,
        household: action.about()?,
        body: document.body()?,
        settings: context.settings()?,
    };
    match action.id.as_str() {
        "edit" => step.edit(),
        "submit" => step.submit(),
        "resubmit" => step.resubmit(),
        "request-supplement" => step.request_supplement(),
        "accept" => step.accept(),
        "request-check" => step.move_to("checking", "提请县级开展信息核对"),
        "record-check" => step.record_check(),
        "check-again" => step.check_again(),
        "record-finding" => step.record_finding(),
        "survey" => step.survey(),
        "survey-again" | "return" => step.send_back(),
        "opine" => step.opine(),
        "post" => step.post(),
        "object" => step.object(),
        "settle-objection" => step.settle_objection(),
        "close-posting" => step.close_posting(),
        "county-visit" => step.county_visit(),
        "confirm" | "confirm-by-town" => step.confirm(),
        "refuse" | "refuse-by-town" => step.refuse(),
        "extend" => step.extend(),
        "withdraw" => step.withdraw(),
        "end" => step.end(),
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// A new draft.
fn apply(context: &Context, action: &Action) -> Result<Effects> {
    let household = action.about()?;
    let mut body = Application::default();
    body.fill(&action.values, &context.actor);
    refuse_if_covered(household, &body, context.today)?;
    refuse_if_open(household, &body, None)?;
    if body.applicant.is_none() {
        return Err(Refusal::invalid("请选择申请人").problem("applicant", "请选择申请人"));
    }
    Ok(Effects::new().document(body.draft(household, "建立申请")))
}

/// Who decides: the town where the county has delegated (another measure knows), else the county.
fn is_delegated(household: Id, today: Date) -> bool {
    let question = Block::of(Table::new("case", 1).ints("household", [household.0]).texts("scheme", [SCHEME]));
    // A county without that measure, or that does not let it be asked, decides itself.
    let Ok(replies) = questions::ask("approval.authority", today, &question) else { return false };
    replies.iter().any(|reply| {
        reply
            .block
            .table("authority")
            .and_then(|table| table.text_column("level"))
            .is_ok_and(|levels| levels.get(0) == Some("town"))
    })
}

impl Step<'_> {
    fn put(&self, state: &str, note: impl Into<String>) -> DocumentPut {
        let put = self.document.to(state).note(note).body(&self.body);
        let put = match self.body.applicant {
            Some(applicant) => put.person(applicant).index("person", applicant.0),
            None => put,
        };
        // Lists by month: when it was closed, and by when it must be decided.
        let put = if Application::CLOSED.contains(&state) {
            put.index("closed", self.context.today.month_code())
        } else {
            put
        };
        let put = match self.body.limit {
            Some(limit) => put.index("limit", limit.month_code()),
            None => put,
        };
        // Where the town decides, the case waits on the town's desk.
        let put = if self.body.delegated && state == "confirming" { put.assignee("town-reviewer") } else { put };
        // States without a limit of their own show the limit of the whole.
        match self.body.limit {
            Some(limit) if matches!(state, "surveying" | "assessed" | "proposed" | "objection") => put.due(limit),
            _ => put,
        }
    }

    fn move_to(&self, state: &str, note: &str) -> Result<Effects> {
        Ok(Effects::new().document(self.put(state, note)))
    }

    fn attach(&self, label: &str) -> AttachmentLink {
        AttachmentLink::new(self.document.id, label, self.action.values.ids("papers"))
    }

    fn trial(&self) -> Result<Trial> {
        Trial::of(self.household, self.context.today, &self.body.case())
    }

    fn edit(mut self) -> Result<Effects> {
        self.body.fill(&self.action.values, &self.context.actor);
        // A case is about whom it was begun for: his papers and his line of decisions hang on it.
        if self.document.person.is_some_and(|person| self.body.applicant != Some(person)) {
            let words = "申请人不能更换。确需更换的，请撤回本申请，再为新的申请人新建申请";
            return Err(Refusal::invalid(words).problem("applicant", words));
        }
        let state = self.document.state.clone();
        Ok(Effects::new().document(self.put(&state, "修改申请")).attach(self.attach("申请材料")))
    }

    fn submit(self) -> Result<Effects> {
        refuse_if_covered(self.household, &self.body, self.context.today)?;
        refuse_if_open(self.household, &self.body, Some(self.document.id))?;
        if !self.body.declared {
            return Err(Refusal::new("申请人还没有作出如实申报的承诺，请先修改申请")
                .problem("declared", "请申请人承诺后再提交"));
        }
        let papers = AttachmentLink::new(self.document.id, "申请材料", self.body.papers.iter().copied());
        Ok(Effects::new().document(self.put("submitted", "提交申请")).attach(papers))
    }

    /// 补正 is complete only when nothing the system can see is missing.
    fn resubmit(self) -> Result<Effects> {
        let trial = self.trial()?;
        self.body.missing(&trial.family, &trial.terms).refuse("材料仍不齐全")?;
        self.move_to("submitted", "补正完成")
    }

    /// Tells everything missing at once; the clock stands still until it is there.
    fn request_supplement(mut self) -> Result<Effects> {
        let trial = self.trial()?;
        let mut asked: Vec<String> =
            self.body.missing(&trial.family, &trial.terms).iter().map(|problem| problem.message.clone()).collect();
        asked.extend(self.action.values.text("more").map(str::to_owned));
        if asked.is_empty() {
            return Err(Refusal::new("系统没有发现缺项，请写明需要补正的材料，或者直接受理")
                .problem("more", "请写明需要补正的材料"));
        }
        let letter = notice::supplement(self.document, self.household, &asked, &self.settings);
        let note = format!("一次告知补正 {} 项", asked.len());
        self.body.asked = asked;
        Ok(Effects::new().document(self.put("supplement", note)).notice(letter))
    }

    /// Starts the clock: 30 working days in all, 20 where the town decides (57号 第二十二条; 83号).
    fn accept(mut self) -> Result<Effects> {
        let trial = self.trial()?;
        self.body.missing(&trial.family, &trial.terms).refuse("材料不齐全，不能受理，请退回补正并一次告知")?;
        let rules = &trial.terms.rules;
        self.body.delegated = is_delegated(self.household, self.context.today);
        let days = if self.body.delegated { rules.days_delegated } else { rules.days_total };
        let limit = calendar::add_working_days(self.context.today, days)?;
        self.body.accepted = Some(self.context.today);
        self.body.limit = Some(limit);
        let mut effects = Effects::new().document(self.put("accepted", format!("受理，应在 {limit} 前办结")));
        if let (Some(applicant), code @ 1..) = (self.body.applicant, self.body.near_relative)
            && trial.family.member(applicant).is_some_and(|member| member.near_relative == 0)
        {
            effects = effects.fact(
                FactPropose::of_person(applicant, "person.near-relative")
                    .value(code)
                    .from(self.context.today)
                    .source(1)
                    .note("申请时申报"),
            );
        }
        Ok(effects)
    }

    /// A match is a clue: even a result against the family goes to the survey, and the family is told and may object.
    fn record_check(mut self) -> Result<Effects> {
        let values = &self.action.values;
        let check = Check {
            result: required(values, "result", "核对结论")?.to_owned(),
            report: required(values, "report", "核对报告编号")?.to_owned(),
            on: past_date(self.context, values, "checked-on", "核对完成日期")?,
            summary: values.text("summary").unwrap_or_default().to_owned(),
        };
        if check.result == "doubt" && check.summary.is_empty() {
            return Err(Refusal::invalid("核对存疑的，应写明需要核实的疑点").problem("summary", "请写明疑点"));
        }
        let failed = check.result == "fail";
        let (note, report) = (format!("核对结论：{}", check_word(&check.result)), check.report.clone());
        self.body.checks.push(check);
        let effects = Effects::new().document(self.put("surveying", note)).attach(self.attach("信息核对报告"));
        Ok(if failed {
            effects.notice(notice::check_failed(self.document, self.household, &report, &self.settings))
        } else {
            effects
        })
    }

    fn check_again(self) -> Result<Effects> {
        let reason = required(&self.action.values, "reason", "理由")?;
        if self.body.checks.is_empty() {
            return Err(Refusal::new("还没有核对结果，不能申请复查"));
        }
        self.move_to("checking", &format!("申请人对核对结果有异议，复查：{reason}"))
    }

    fn record_finding(self) -> Result<Effects> {
        let finding = Finding::read(self.context, &self.action.values)?;
        let family = records::household(self.household, self.context.today)?;
        let effects = finding.effects(&family, self.context.today)?;
        let state = self.document.state.clone();
        let due = self.document.due;
        let mut put = self.put(&state, "登记核实情况");
        if let Some(due) = due {
            put = put.due(due);
        }
        Ok(Effects::new().document(put).and(effects))
    }

    /// 57号 第十六条: two people, signed.
    fn survey(mut self) -> Result<Effects> {
        if self.body.checks.is_empty() {
            return Err(Refusal::new("信息核对结果还没有登记，不能完成调查"));
        }
        let visit = visit(self.context, &self.action.values)?;
        if self.body.accepted.is_some_and(|accepted| visit.on < accepted) {
            return Err(Refusal::invalid("入户日期早于受理日期").problem("visited-on", "请填写受理以后的入户日期"));
        }
        if !visit.signed {
            return Err(Refusal::invalid("入户调查表应当由调查人和家庭成员签字（依据：民发〔2021〕57号 第十六条）")
                .problem("signed", "请在家庭成员签字后登记"));
        }
        self.body.survey = Some(visit);
        Ok(Effects::new().document(self.put("assessed", "两人入户调查完成")).attach(self.attach("入户调查材料")))
    }

    /// Back to an earlier step; the opinion falls with it.
    fn send_back(mut self) -> Result<Effects> {
        let reason = required(&self.action.values, "reason", "退回理由")?.to_owned();
        let to = match (self.document.state.as_str(), self.action.values.text("to")) {
            ("confirming", Some("assessed")) => "assessed",
            _ => "surveying",
        };
        if to == "surveying" {
            self.body.survey = None;
        }
        self.body.opinion = None;
        self.body.posted = None;
        self.move_to(to, &format!("退回：{reason}"))
    }

    /// The town's opinion must agree with the reckoning; a proposal to cover is posted, one to refuse goes to the county.
    fn opine(mut self) -> Result<Effects> {
        if self.body.surveyed_by(self.context.actor.user) {
            return Err(Refusal::new("参加入户调查的人员不能提出初审意见，请由其他审核人办理"));
        }
        let trial = self.trial()?;
        let grant = self.action.values.text("proposal") == Some("grant");
        let upheld = self.body.objections.iter().any(|objection| objection.upheld == Some(true));
        if grant && !trial.pays() {
            return Err(against(&trial, "按现有档案重算不符合低保条件，不能提出拟纳入的意见"));
        }
        if !grant && trial.pays() && !upheld {
            return Err(Refusal::new("按现有档案重算符合低保条件，不能提出拟不予确认的意见")
                .problem("proposal", "情况有出入的请退回调查，登记核实情况后重算"));
        }
        let decided = &trial.decided;
        let members = decided.figure("members").and_then(|count| u32::try_from(count).ok()).unwrap_or(0);
        let opinion = Opinion {
            grant,
            outcome: if grant { decided.outcome.code } else { "refused" }.to_owned(),
            amount: if grant { decided.amount.0 } else { 0 },
            members,
            covered: if grant { decided.covered } else { 0 },
            on: self.context.today,
            remark: self.action.values.text("remark").unwrap_or_default().to_owned(),
        };
        self.body.opinion = Some(opinion);
        if grant {
            self.move_to("proposed", &format!("初审意见：拟{}，每月 {} 元", decided.outcome.zh, decided.amount))
        } else {
            self.move_to("confirming", "初审意见：拟不予确认")
        }
    }

    fn post(mut self) -> Result<Effects> {
        let place = required(&self.action.values, "place", "公示地点")?.to_owned();
        let from = self.context.today;
        let to = from.add_days(POSTING_DAYS);
        let opinion = self.body.opinion.clone().ok_or_else(|| Refusal::new("还没有初审意见，不能公示"))?;
        let notice = notice::posting(self.document, self.household, &opinion, from, to, &self.settings);
        self.body.posted = Some(Posted { place, from, to, over: false });
        Ok(Effects::new().document(self.put("posting", format!("公示至 {to}"))).notice(notice))
    }

    /// 57号 第十九条: an objection is looked into by a new survey or a village hearing.
    fn object(mut self) -> Result<Effects> {
        let values = &self.action.values;
        self.body.objections.push(Objection {
            content: required(values, "content", "异议内容")?.to_owned(),
            way: required(values, "way", "处理方式")?.to_owned(),
            on: self.context.today,
            upheld: None,
            finding: String::new(),
        });
        self.move_to("objection", "公示期间收到异议")
    }

    /// After an objection the town gives a new opinion, which is posted anew.
    fn settle_objection(mut self) -> Result<Effects> {
        let finding = required(&self.action.values, "finding", "复查或评议情况")?.to_owned();
        let upheld = self.action.values.yes("upheld");
        let objection = self.body.objections.last_mut().ok_or_else(|| Refusal::new("没有待处理的异议"))?;
        objection.upheld = Some(upheld);
        objection.finding = finding;
        self.body.opinion = None;
        self.body.posted = None;
        self.move_to(
            "assessed",
            if upheld {
                "异议成立，重新提出初审意见"
            } else {
                "异议不成立，重新提出初审意见"
            },
        )
    }

    fn close_posting(mut self) -> Result<Effects> {
        if !self.action.values.yes("no-objection") {
            return Err(Refusal::invalid("收到异议的，请先登记异议").problem("no-objection", "没有收到异议的请勾选"));
        }
        if let Some(posted) = &mut self.body.posted {
            posted.over = true;
        }
        Ok(Effects::new().document(self.put("confirming", "公示期满无异议")).attach(self.attach("公示照片")))
    }

    fn county_visit(mut self) -> Result<Effects> {
        self.body.county_visit = Some(visit(self.context, &self.action.values)?);
        let mut put = self.put("confirming", "县级入户完成");
        if let Some(due) = self.document.due {
            put = put.due(due);
        }
        Ok(Effects::new().document(put).attach(self.attach("县级入户材料")))
    }

    /// 45 working days in the special cases, once, with the reason (57号 第二十二条; 83号).
    fn extend(mut self) -> Result<Effects> {
        if self.body.extended.is_some() {
            return Err(Refusal::new("本办件已经延长过一次，不能再次延长").article("民发〔2021〕57号 第二十二条"));
        }
        let accepted = self.body.accepted.ok_or_else(|| Refusal::new("还没有受理，不需要延长"))?;
        let reason = required(&self.action.values, "reason", "特殊情况")?.to_owned();
        let note = required(&self.action.values, "note", "说明")?.to_owned();
        let terms = crate::terms_on(self.context.today)?;
        let limit = calendar::add_working_days(accepted, terms.rules.days_special)?;
        self.body.limit = Some(limit);
        self.body.extended = Some(Extension { reason, note: note.clone(), on: self.context.today });
        let state = self.document.state.clone();
        let put = self.put(&state, format!("延长至 {limit}：{note}"));
        // A posting ends when it ends; every other step gets the new limit.
        let put = match self.document.due {
            Some(due) if state == "posting" => put.due(due),
            _ => put.due(limit),
        };
        Ok(Effects::new().document(put))
    }

    fn withdraw(self) -> Result<Effects> {
        let reason = required(&self.action.values, "reason", "原因")?;
        self.move_to("withdrawn", &format!("申请人撤回：{reason}"))
    }

    /// 57号 第二十九条: refuses to cooperate without good reason.
    fn end(self) -> Result<Effects> {
        let reason = required(&self.action.values, "reason", "原因")?.to_owned();
        let letter = notice::ended(self.document, self.household, &reason, &self.settings);
        Ok(Effects::new().document(self.put("ended", format!("终止：{reason}"))).notice(letter))
    }
}

/// `pass`, `doubt`, `fail` in words.
pub fn check_word(result: &str) -> &'static str {
    match result {
        "pass" => "符合",
        "doubt" => "存疑，需要核实",
        _ => "不符合",
    }
}
