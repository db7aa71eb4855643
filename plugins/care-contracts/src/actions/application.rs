//! The steps of an application up to the county's desk (43号 第十条 to 第十五条). What the county or town then decides stands in
//! [`super::decision`].

use super::{decision, finding, obligor, past_date, required, survey};
use crate::application::{Application, Check, Objection, Opinion, Posted};
use crate::family::describe;
use crate::notice::{self, Subject};
use crate::rules::{RuleSet, check};
use crate::running::{self, SCHEME};
use crate::settings::Settings;
use crate::store::keep_due;
use crate::trial::{About, Trial};
use doudi_sdk::prelude::*;

/// What every step works with.
pub(super) struct Step<'a> {
    pub context: &'a Context,
    pub action: &'a Action,
    pub document: &'a Document,
    pub household: Id,
    pub body: Application,
    pub settings: Settings,
    pub rules: RuleSet,
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
        rules: crate::rules_on(context.today)?,
    };
    match action.id.as_str() {
        "edit" => step.edit(),
        "record-obligor" => step.record_obligor(),
        "drop-obligor" => step.drop_obligor(),
        "submit" => step.submit(),
        "resubmit" => step.resubmit(),
        "request-supplement" => step.request_supplement(),
        "accept" => step.accept(),
        "record-check" => step.record_check(),
        "record-finding" => step.record_finding(),
        "survey" => step.survey(),
        "survey-again" | "return" => step.send_back(),
        "opine" => step.opine(),
        "post" => step.post(),
        "object" => step.object(),
        "settle-objection" => step.settle_objection(),
        "close-posting" => step.close_posting(),
        "county-visit" => step.county_visit(),
        "confirm" | "confirm-by-town" => decision::confirm(step),
        "refuse" | "refuse-by-town" => decision::refuse(step),
        "withdraw" => {
            let reason = required(&step.action.values, "reason", "原因")?;
            step.move_to("withdrawn", &format!("申请人撤回：{reason}"))
        }
        "end" => step.end(),
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// A new draft.
fn apply(context: &Context, action: &Action) -> Result<Effects> {
    let household = action.about()?;
    let mut body = Application::default();
    body.fill(&action.values);
    let applicant =
        body.applicant.ok_or_else(|| Refusal::invalid("请选择申请人").problem("applicant", "请选择申请人"))?;
    refuse_if_supported(household, applicant, context.today)?;
    refuse_if_open(applicant, None)?;
    Ok(Effects::new().document(draft(household, applicant, &body, "建立申请")))
}

/// A draft as it is filed.
pub fn draft(household: Id, applicant: Id, body: &Application, note: &str) -> DocumentPut {
    DocumentPut::create("application", "特困供养申请")
        .household(household)
        .person(applicant)
        .state("draft")
        .index("person", applicant.0)
        .note(note)
        .body(body)
}

/// Nobody is supported twice.
pub(super) fn refuse_if_supported(household: Id, person: Id, today: Date) -> Result<()> {
    if running::supports_or_will(household, person, today)?.is_some() {
        return Err(Refusal::new("该人员已经在特困供养，不能重复申请。情况有变化的请发起核查或者申请评估"));
    }
    Ok(())
}

/// Nobody applies twice at the same time.
pub fn open_application(person: Id, own: Option<Id>) -> Result<Option<Document>> {
    let found = documents::all(documents::Query::of("application").person(person))?;
    Ok(found.into_iter().find(|other| Some(other.id) != own && !Application::CLOSED.contains(&other.state.as_str())))
}

fn refuse_if_open(person: Id, own: Option<Id>) -> Result<()> {
    match open_application(person, own)? {
        Some(other) => Err(Refusal::new(format!(
            "该人员已有正在办理的特困供养申请（编号 {}，{} 建立），不能重复申请。请在原办件上继续办理，或者先撤回原申请",
            other.key,
            other.created.chinese()
        ))),
        None => Ok(()),
    }
}

/// Who decides: the town where the county has delegated (another measure knows), else the county (第二十八条).
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
    pub fn applicant(&self) -> Result<Id> {
        self.body.applicant.ok_or_else(|| Refusal::new("还没有填写申请人，请先修改申请"))
    }

    pub fn subject(&self) -> Subject<'_> {
        Subject::of(self.document, self.household)
    }

    pub fn put(&self, state: &str, note: impl Into<String>) -> DocumentPut {
        let put = self.document.to(state).note(note).body(&self.body);
        let put = match self.body.applicant {
            Some(applicant) => put.person(applicant).index("person", applicant.0),
            None => put,
        };
        let put = if self.body.delegated && state == "confirming" { put.assignee("town-reviewer") } else { put };
        if self.document.state == state {
            return keep_due(self.document, put);
        }
        // The fifteen working days run through survey and opinion (第十三条).
        match self.body.limit {
            Some(limit) if matches!(state, "accepted" | "surveyed") => put.due(limit),
            _ => put,
        }
    }

    pub fn move_to(&self, state: &str, note: &str) -> Result<Effects> {
        Ok(Effects::new().document(self.put(state, note)))
    }

    fn stay(&self, note: impl Into<String>) -> Result<Effects> {
        let state = self.document.state.clone();
        self.move_to(&state, &note.into())
    }

    pub fn attach(&self, label: &str) -> AttachmentLink {
        AttachmentLink::new(self.document.id, label, self.action.values.ids("papers"))
    }

    pub fn trial(&self, form: crate::rules::form::Form) -> Result<Trial> {
        let about = About {
            household: self.household,
            person: self.applicant()?,
            circumstances: &self.body.circumstances,
            form,
            as_minor: false,
        };
        Trial::of(&about, self.context.today, self.context.today)
    }

    fn edit(mut self) -> Result<Effects> {
        self.body.fill(&self.action.values);
        Ok(self.stay("修改申请")?.attach(self.attach("申请材料")))
    }

    fn record_obligor(mut self) -> Result<Effects> {
        obligor::record(&mut self.body.circumstances, &self.action.values, self.context.today)?;
        let who = self.body.circumstances.obligors.last().map(|obligor| describe(obligor.relation, obligor.birth));
        Ok(self.stay(format!("登记义务人：{}", who.unwrap_or_default()))?.attach(self.attach("义务人材料")))
    }

    fn drop_obligor(mut self) -> Result<Effects> {
        let gone = obligor::remove(&mut self.body.circumstances, &self.action.values)?;
        let reason = self.action.values.text("reason").unwrap_or_default();
        self.stay(format!("删除义务人：{}，{reason}", describe(gone.relation, gone.birth)))
    }

    fn submit(self) -> Result<Effects> {
        let applicant = self.applicant()?;
        refuse_if_supported(self.household, applicant, self.context.today)?;
        refuse_if_open(applicant, Some(self.document.id))?;
        if !self.body.declared {
            return Err(Refusal::new("申请人还没有作出如实申报的承诺，请先修改申请")
                .problem("declared", "请申请人承诺后再提交"));
        }
        let papers = self.body.papers.iter().chain(&self.body.wish_papers).copied();
        let papers = AttachmentLink::new(self.document.id, "申请材料", papers);
        Ok(Effects::new().document(self.put("submitted", "提交申请")).attach(papers))
    }

    fn missing(&self) -> Result<Problems> {
        let terms = crate::terms_on(self.context.today)?;
        let family = records::household(self.household, self.context.today)?;
        Ok(self.body.missing(&family, &terms))
    }

    fn resubmit(self) -> Result<Effects> {
        self.missing()?.refuse("材料仍不齐全")?;
        self.move_to("submitted", "补正完成")
    }

    /// Tells everything missing at once; the clock has not begun.
    fn request_supplement(mut self) -> Result<Effects> {
        let mut asked: Vec<String> = self.missing()?.iter().map(|problem| problem.message.clone()).collect();
        asked.extend(self.action.values.text("more").map(str::to_owned));
        if asked.is_empty() {
            return Err(Refusal::new("系统没有发现缺项，请写明需要补正的材料，或者直接受理")
                .problem("more", "请写明需要补正的材料"));
        }
        let letter = notice::supplement(self.subject(), &asked, &self.settings);
        self.body.asked = asked;
        Ok(Effects::new().document(self.put("supplement", "一次告知补正")).notice(letter))
    }

    fn accept(mut self) -> Result<Effects> {
        self.missing()?.refuse("材料不齐全，请退回补正（依据：民发〔2021〕43号 第十二条）")?;
        let limit = calendar::add_working_days(self.context.today, self.rules.days_opinion)?;
        self.body.accepted = Some(self.context.today);
        self.body.limit = Some(limit);
        self.body.delegated = is_delegated(self.household, self.context.today);
        self.move_to("accepted", &format!("受理，初审意见期限 {limit}"))
    }

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
        let note = format!("核对结论：{}", check_word(&check.result));
        let failed =
            (check.result == "fail").then(|| notice::check_failed(self.subject(), &check.report, &self.settings));
        self.body.checks.push(check);
        let effects = self.stay(note)?.attach(self.attach("信息核对报告"));
        Ok(match failed {
            Some(letter) => effects.notice(letter),
            None => effects,
        })
    }

    fn record_finding(self) -> Result<Effects> {
        let family = records::household(self.household, self.context.today)?;
        let effects = finding::effects(self.context, &self.action.values, &family)?;
        Ok(self.stay("登记核实情况")?.and(effects))
    }

    /// Two people, signed, obligors verified (第十三条).
    fn survey(mut self) -> Result<Effects> {
        if self.body.checks.is_empty() {
            return Err(Refusal::new("信息核对结果还没有登记，不能完成调查"));
        }
        let survey = survey(self.context, &self.action.values)?;
        if self.body.accepted.is_some_and(|accepted| survey.on < accepted) {
            return Err(Refusal::invalid("入户日期早于受理日期").problem("visited-on", "请填写受理以后的入户日期"));
        }
        if !survey.signed {
            return Err(
                Refusal::invalid("入户调查表应当由调查人和本人（监护人）签字").problem("signed", "请在签字后登记")
            );
        }
        if !survey.obligors_verified {
            return Err(Refusal::invalid("赡养、抚养、扶养状况应当调查核实（依据：民发〔2021〕43号 第十三条）")
                .problem("obligors-verified", "请核实义务人情况后登记，没有义务人的核实其声明"));
        }
        self.body.survey = Some(survey);
        Ok(self.move_to("surveyed", "两人入户调查完成")?.attach(self.attach("入户调查材料")))
    }

    /// Back to an earlier step; the opinion falls with it.
    fn send_back(mut self) -> Result<Effects> {
        let reason = required(&self.action.values, "reason", "退回理由")?.to_owned();
        let to = match (self.document.state.as_str(), self.action.values.text("to")) {
            ("confirming", Some("surveyed")) => "surveyed",
            _ => "accepted",
        };
        if to == "accepted" {
            self.body.survey = None;
        }
        self.body.opinion = None;
        self.body.posted = None;
        self.body.county_check = None;
        if self.document.state == "confirming" {
            let limit = calendar::add_working_days(self.context.today, self.rules.days_opinion)?;
            self.body.limit = Some(limit);
        }
        self.move_to(to, &format!("退回：{reason}"))
    }

    /// The opinion must agree with the reckoning; a proposal to support is posted, one to refuse goes to the county.
    fn opine(mut self) -> Result<Effects> {
        if self.body.surveyed_by(self.context.actor.user) {
            return Err(Refusal::new("参加入户调查的人员不能提出初审意见，请由其他审核人办理"));
        }
        let trial = self.trial(Default::default())?;
        let grant = self.action.values.text("proposal") == Some("grant");
        let upheld = self.body.objections.iter().any(|objection| objection.upheld == Some(true));
        if grant && !trial.grants() {
            return Err(decision::against(
                &trial.decided,
                "按现有档案和义务人情况重算不符合特困条件，不能提出拟确认的意见",
            ));
        }
        if !grant && trial.grants() && !upheld {
            return Err(Refusal::new("按现有档案和义务人情况重算符合特困条件，不能提出拟不予确认的意见")
                .problem("proposal", "情况有出入的请退回调查，登记核实情况后重算"));
        }
        // What is posted is what is confirmed: the care fee must be known by then.
        if grant && trial.assessment.is_none() {
            return Err(Refusal::new("还没有生活自理能力评估，公示金额不能确定。请先登记评估，再提出初审意见")
                .article("民发〔2021〕43号 第二十条"));
        }
        let amount = if grant { trial.decided.amount.0 } else { 0 };
        let remark = self.action.values.text("remark").unwrap_or_default().to_owned();
        self.body.opinion = Some(Opinion { grant, amount, on: self.context.today, remark });
        if grant {
            self.move_to("proposed", &format!("初审意见：拟确认为特困人员，每月 {} 元", Fen(amount)))
        } else {
            self.hand_on("初审意见：拟不予确认")
        }
    }

    fn post(mut self) -> Result<Effects> {
        let place = required(&self.action.values, "place", "公示地点")?.to_owned();
        let (from, to) = (self.context.today, self.context.today.add_days(self.rules.days_posting));
        let opinion = self.body.opinion.clone().ok_or_else(|| Refusal::new("还没有初审意见，不能公示"))?;
        let posting = notice::posting(
            self.subject(),
            "特困人员认定初审公示",
            "拟确认为特困人员",
            opinion.amount,
            (from, to),
            &self.settings,
        );
        self.body.posted = Some(Posted { place, from, to, over: false });
        Ok(Effects::new().document(self.put("posting", format!("公示至 {to}"))).notice(posting))
    }

    fn object(mut self) -> Result<Effects> {
        let content = required(&self.action.values, "content", "异议内容")?.to_owned();
        let objection = Objection { content, on: self.context.today, upheld: None, finding: String::new() };
        self.body.objections.push(objection);
        self.move_to("objection", "公示期间收到异议")
    }

    /// After an objection the town gives a new opinion, which is posted anew (第十五条).
    fn settle_objection(mut self) -> Result<Effects> {
        let upheld = settle(&mut self.body.objections, &self.action.values)?;
        self.body.opinion = None;
        self.body.posted = None;
        self.body.limit = self.document.due;
        self.move_to("surveyed", settled_note(upheld))
    }

    fn close_posting(mut self) -> Result<Effects> {
        no_objection(&self.action.values)?;
        if let Some(posted) = &mut self.body.posted {
            posted.over = true;
        }
        let photos = self.attach("公示照片");
        Ok(self.hand_on("公示期满无异议")?.attach(photos))
    }

    /// On to whoever decides; the county draws among what comes to it (第十六条).
    fn hand_on(mut self, note: &str) -> Result<Effects> {
        let year = self.context.today.year();
        let mut note = note.to_owned();
        let mut index = None;
        if !self.body.delegated {
            let drawn = match self.body.drawn {
                Some(drawn) => drawn,
                None => self.draw(year)?,
            };
            self.body.drawn = Some(drawn);
            index = Some(format!("{year}-{}", if drawn { "yes" } else { "no" }));
            if drawn {
                note.push_str("，抽中县级核查");
            }
        }
        let put = self.put("confirming", note);
        Ok(Effects::new().document(match index {
            Some(index) => put.index("drawn", index),
            None => put,
        }))
    }

    fn draw(&self, year: i32) -> Result<bool> {
        let count = |word: &str| -> Result<i64> {
            let query = documents::Query::of("application").index("drawn", format!("{year}-{word}"));
            Ok(documents::all(query)?.len() as i64)
        };
        let (drawn, others) = (count("yes")?, count("no")?);
        let lot = self.context.chance().below(10_000) as i64;
        Ok(check::draws(drawn + others, drawn, self.rules.check_share, lot))
    }

    fn county_visit(mut self) -> Result<Effects> {
        self.body.county_check = Some(survey(self.context, &self.action.values)?);
        Ok(self.stay("县级核查完成")?.attach(self.attach("县级核查材料")))
    }

    /// 第十三条: refuses without good reason to cooperate.
    fn end(self) -> Result<Effects> {
        let reason = required(&self.action.values, "reason", "原因")?.to_owned();
        let letter = notice::procedure_ended(self.subject(), &reason, &self.settings);
        Ok(self.move_to("ended", &format!("终止：{reason}"))?.notice(letter))
    }
}

/// Settles the last objection; says whether it was upheld.
pub(super) fn settle(objections: &mut [Objection], values: &FormValues) -> Result<bool> {
    let finding = required(values, "finding", "重新调查核实的情况")?.to_owned();
    let upheld = values.yes("upheld");
    let objection = objections.last_mut().ok_or_else(|| Refusal::new("没有待处理的异议"))?;
    objection.upheld = Some(upheld);
    objection.finding = finding;
    Ok(upheld)
}

pub(super) const fn settled_note(upheld: bool) -> &'static str {
    if upheld { "异议成立，重新提出意见" } else { "异议不成立，重新提出意见并公示" }
}

/// A posting is closed only by saying that nobody objected.
pub(super) fn no_objection(values: &FormValues) -> Result<()> {
    if values.yes("no-objection") {
        return Ok(());
    }
    Err(Refusal::invalid("收到异议的，请先登记异议").problem("no-objection", "没有收到异议的请勾选"))
}

/// `pass`, `doubt`, `fail` in words.
pub fn check_word(result: &str) -> &'static str {
    match result {
        "pass" => "符合",
        "doubt" => "存疑，需要核实",
        _ => "不符合",
    }
}
