//! The sentences a citizen receives. Plain Chinese; the finding, the line compared with, the article, the remedies and whom to
//! turn to. A posting carries numbers, category, amount, dates and contact, and nothing of disability, illness or self-care;
//! the kernel adds the name.

mod agreement;

pub use agreement::agreement;

use crate::running::{LABEL, label};
use crate::settings::Settings;
use doudi_sdk::decided::{Decided, Given};
use doudi_sdk::prelude::*;

/// Whom a paper is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub household: Id,
    pub person: Option<Id>,
    pub document: Option<&'a Document>,
}

impl<'a> Subject<'a> {
    pub fn of(document: &'a Document, household: Id) -> Subject<'a> {
        Subject { household, person: document.person, document: Some(document) }
    }

    fn paper(&self, notice: NoticeIssue, settings: &Settings) -> NoticeIssue {
        let mut notice = notice.word(settings.word.as_str());
        if let Some(person) = self.person {
            notice = notice.person(person);
        }
        match self.document {
            Some(document) => notice.document(document.id),
            None => notice,
        }
    }

    fn letter(&self, title: impl Into<Text>, settings: &Settings) -> NoticeIssue {
        self.paper(NoticeIssue::letter(self.household, title), settings)
    }

    fn key(&self) -> &str {
        self.document.map_or("", |document| document.key.as_str())
    }
}

/// 公示 (43号 第十五条 and 第二十六条). One person, whatever the household.
pub fn posting(
    subject: Subject<'_>,
    title: &str,
    proposal: &str,
    amount: i64,
    (from, to): (Date, Date),
    settings: &Settings,
) -> NoticeIssue {
    let posting = Posting {
        members: 1,
        covered: 1,
        proposal: Text::from(proposal),
        amount,
        from: from.to_string(),
        to: to.to_string(),
        contact: settings.contact().to_owned(),
    };
    subject.paper(NoticeIssue::posting(subject.household, title, posting), settings)
}

fn turn_to(settings: &Settings) -> String {
    format!("联系单位和电话：{}。", settings.contact())
}

/// 补正: everything missing, at once (第十二条).
pub fn supplement(subject: Subject<'_>, asked: &[String], settings: &Settings) -> NoticeIssue {
    let list = asked.iter().enumerate().map(|(index, item)| Text::from(format!("{}．{item}", index + 1)));
    subject
        .letter("补正材料告知书", settings)
        .paragraph(format!("您提出的{LABEL}申请，材料不齐全，请补正以下各项："))
        .paragraphs(list)
        .paragraph("补正完成后即予受理，补正所用时间不计入办理时限。")
        .paragraph(turn_to(settings))
}

/// The finance check found against the person: told, with the way to object.
pub fn check_failed(subject: Subject<'_>, report: &str, settings: &Settings) -> NoticeIssue {
    subject
        .letter("家庭经济状况信息核对结果告知书", settings)
        .paragraph(format!("经信息核对（报告编号 {report}），有关情况与特困人员认定条件不符。"))
        .paragraph("对核对结果有异议的，可以提供证明材料，由镇街核实。")
        .paragraph(turn_to(settings))
}

/// What a letter repeats of the reckoning; health and obligors' means stay in the file.
fn is_told(given: &Given) -> bool {
    matches!(
        given.reason.code,
        "basic-paid"
            | "care-self"
            | "care-half"
            | "care-full"
            | "care-unassessed"
            | "amount-sum"
            | "income-below"
            | "income-not-below"
            | "form-scattered"
            | "form-central"
    )
}

/// 确认同意 (第十七条).
pub fn confirmed(subject: Subject<'_>, decided: &Decided, form: &str, from: Date, settings: &Settings) -> NoticeIssue {
    subject
        .letter("特困人员救助供养确认告知书", settings)
        .paragraph(format!("您提出的{LABEL}申请（编号 {}），经审核，确认为特困人员，{form}。", subject.key()))
        .paragraph(format!("每月 {} 元，自 {}起给予供养。", decided.amount, from.chinese_month()))
        .paragraphs(decided.reasons.iter().filter(|given| is_told(given)).map(Given::text))
        .paragraph("收入、财产、义务人、自理能力等情况变化的，请及时报告。救助供养证每年审验一次。")
        .paragraph(turn_to(settings))
}

/// 不予确认: day of application, the finding and the line compared with, article, remedies, contact, within three working days
/// (第十八条).
pub fn refused(
    subject: Subject<'_>,
    applied: Date,
    decided: &Decided,
    ground: &str,
    finding: &str,
    serve_by: Date,
    settings: &Settings,
) -> NoticeIssue {
    let mut notice = subject.letter("不予确认告知书", settings).paragraph(format!(
        "您于 {} 提出的{LABEL}申请（编号 {}），经审核，不予确认。理由如下：",
        applied.chinese(),
        subject.key()
    ));
    if ground == "rule" {
        notice = notice.paragraphs(against(decided));
    } else {
        let (sentence, article) = ground_words(ground);
        notice = notice.paragraph(format!("{sentence}（依据：{article}）"));
    }
    if !finding.is_empty() {
        notice = notice.paragraph(finding.to_owned());
    }
    remedies(notice, settings).serve_by(serve_by)
}

/// What speaks against, each with its article.
fn against(decided: &Decided) -> impl Iterator<Item = Text> + '_ {
    decided
        .reasons
        .iter()
        .filter(|given| given.reason.verdict == "not-met")
        .map(|given| Text::from(format!("{}（依据：{}）", given.text().zh, given.reason.article)))
}

/// The reason code of a ground beyond the reckoning.
pub fn ground_code(ground: &str) -> &'static str {
    match ground {
        "false" => "false-statement",
        "objection" => "objection-upheld",
        _ => "county-finding",
    }
}

fn ground_words(ground: &str) -> (&'static str, &'static str) {
    let code = ground_code(ground);
    <crate::CareContracts as Plugin>::REASONS
        .iter()
        .find(|reason| reason.code == code)
        .map_or(("", ""), |reason| (reason.zh, reason.article))
}

fn remedies(notice: NoticeIssue, settings: &Settings) -> NoticeIssue {
    notice
        .paragraph(format!(
            "对本决定有异议的，可以向受理申请的镇人民政府（街道办事处）提出；也可以自收到本告知书之日起六十日内向{}申请行政复议，\
             或者六个月内向{}提起行政诉讼。",
            settings.reconsideration(),
            settings.court()
        ))
        .paragraph(turn_to(settings))
}

/// 终止审核: refuses without good reason to cooperate (第十三条).
pub fn procedure_ended(subject: Subject<'_>, reason: &str, settings: &Settings) -> NoticeIssue {
    let notice = subject
        .letter("终止审核告知书", settings)
        .paragraph(format!("您提出的{LABEL}申请（编号 {}）终止审核。原因：{reason}", subject.key()))
        .paragraph("依据：民发〔2021〕43号 第十三条。可以重新提出申请。");
    remedies(notice, settings)
}

/// 增发, 减发, 维持, 终止, with the reasons (第二十六条: 将终止理由书面告知当事人、村(居)民委员会).
pub fn changed(
    subject: Subject<'_>,
    outcome: &str,
    amount: Fen,
    from: Date,
    reasons: impl IntoIterator<Item = Text>,
    settings: &Settings,
) -> NoticeIssue {
    let sentence = if outcome == "ended" {
        format!("您的特困人员救助供养自 {}起终止。理由如下：", from.chinese_month())
    } else {
        format!("您的特困人员救助供养自 {}起每月 {amount} 元（{}）。理由如下：", from.chinese_month(), label(outcome))
    };
    let mut notice = subject
        .letter(format!("特困人员救助供养{}告知书", label(outcome)), settings)
        .paragraph(sentence)
        .paragraphs(reasons);
    if outcome == "ended" {
        notice = notice
            .paragraph("符合最低生活保障、临时救助等其他条件的，可以向镇街申请（依据：民发〔2021〕43号 第二十七条）。");
    }
    remedies(notice, settings)
}
