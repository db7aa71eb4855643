//! The sentences a citizen receives. Plain Chinese; the finding, the line compared with, the article, the remedies and whom
//! to turn to. A posting carries household size, covered members, category, amount, dates and contact, and nothing else; the
//! kernel adds the name.

use crate::application::Opinion;
use crate::running::label;
use crate::settings::Settings;
use doudi_sdk::decided::Decided;
use doudi_sdk::prelude::*;

/// 公示 (57号 第十九条).
pub fn posting(
    document: &Document,
    household: Id,
    opinion: &Opinion,
    from: Date,
    to: Date,
    settings: &Settings,
) -> NoticeIssue {
    NoticeIssue::posting(
        household,
        "最低生活保障初审公示",
        Posting {
            members: opinion.members,
            covered: opinion.covered,
            proposal: Text::new(format!("拟{}", label(&opinion.outcome)), String::new()),
            amount: opinion.amount,
            from: from.to_string(),
            to: to.to_string(),
            contact: settings.contact().to_owned(),
        },
    )
    .document(document.id)
    .word(settings.word.as_str())
}

fn letter(document: &Document, household: Id, title: &str, settings: &Settings) -> NoticeIssue {
    let letter = NoticeIssue::letter(household, title).document(document.id).word(settings.word.as_str());
    match document.person {
        Some(person) => letter.person(person),
        None => letter,
    }
}

fn turn_to(settings: &Settings) -> String {
    format!("联系单位和电话：{}。", settings.contact())
}

/// 补正: everything missing, at once (57号).
pub fn supplement(document: &Document, household: Id, asked: &[String], settings: &Settings) -> NoticeIssue {
    let list: Vec<String> = asked.iter().enumerate().map(|(index, item)| format!("{}．{item}", index + 1)).collect();
    letter(document, household, "补正材料告知书", settings)
        .paragraph("您提出的最低生活保障申请，材料不齐全，请补正以下各项：".to_owned())
        .paragraphs(list.into_iter().map(Text::from))
        .paragraph("补正完成后即予受理，补正所用时间不计入办理时限。".to_owned())
        .paragraph(turn_to(settings))
}

/// The finance check found against the family: told, with the way to object (57号 第十七条).
pub fn check_failed(document: &Document, household: Id, report: &str, settings: &Settings) -> NoticeIssue {
    letter(document, household, "家庭经济状况信息核对结果告知书", settings)
        .paragraph(format!("经信息核对（报告编号 {report}），您的家庭经济状况与低保规定不符。"))
        .paragraph("对核对结果有异议的，可以提供证明材料，申请复查。".to_owned())
        .paragraph(turn_to(settings))
}

/// 确认同意 (57号 第二十一条).
pub fn confirmed(
    document: &Document,
    household: Id,
    decided: &Decided,
    from: Date,
    settings: &Settings,
) -> NoticeIssue {
    letter(document, household, "最低生活保障确认告知书", settings)
        .paragraph(format!("您提出的最低生活保障申请（编号 {}），经审核确认，{}。", document.key, decided.outcome.zh))
        .paragraph(format!(
            "保障 {} 人，每月发放 {} 元，自 {}起发放。",
            decided.covered,
            decided.amount,
            from.chinese_month()
        ))
        .paragraphs(decided.reasons.iter().filter(|given| is_reckoning(given.reason.code)).map(|given| given.text()))
        .paragraph("家庭人口、收入、财产发生变化的，应当及时报告。有劳动能力的成员应当积极就业。".to_owned())
        .paragraph(turn_to(settings))
}

/// The steps of the reckoning a letter repeats.
fn is_reckoning(code: &str) -> bool {
    matches!(
        code,
        "household-size"
            | "income-counted"
            | "below-standard"
            | "not-below-standard"
            | "within-edge"
            | "not-within-edge"
            | "amount-difference"
            | "single-full"
            | "single-difference"
            | "single-fixed"
            | "financial-over"
    ) || code.starts_with("supplement-")
}

/// 不予确认: number, day of application, the finding and the line compared with, article, remedies, contact, within three
/// working days (57号 第二十一条).
pub fn refused(
    document: &Document,
    household: Id,
    decided: &Decided,
    ground: &str,
    finding: &str,
    serve_by: Date,
    settings: &Settings,
) -> NoticeIssue {
    let mut notice = letter(document, household, "不予确认告知书", settings).paragraph(format!(
        "您于 {} 提出的最低生活保障申请（编号 {}），经审核，不予确认。理由如下：",
        document.created.chinese(),
        document.key
    ));
    if ground == "rule" {
        // What speaks against follows with its article; it is not said twice.
        notice = notice.paragraphs(
            decided
                .reasons
                .iter()
                .filter(|given| given.reason.verdict != "not-met" && is_reckoning(given.reason.code))
                .map(|given| given.text()),
        );
        notice = notice.paragraphs(
            decided
                .reasons
                .iter()
                .filter(|given| given.reason.verdict == "not-met")
                .map(|given| Text::from(format!("{}（依据：{}）", given.text().zh, given.reason.article))),
        );
        if decided.outcome.code == "edge" {
            notice = notice.paragraph("您的家庭认定为低保边缘家庭，可以按规定享受相应的专项救助。".to_owned());
        }
    } else {
        let (sentence, article) = ground_words(ground);
        notice = notice.paragraph(format!("{sentence}（依据：{article}）"));
    }
    if !finding.is_empty() {
        notice = notice.paragraph(finding.to_owned());
    }
    remedies(notice, settings).serve_by(serve_by)
}

/// What an approver may refuse for beyond the reckoning, as the manifest words it.
fn ground_words(ground: &str) -> (&'static str, &'static str) {
    let code = match ground {
        "false" => "false-statement",
        "objection" => "objection-upheld",
        _ => "county-finding",
    };
    <crate::Dibao as Plugin>::REASONS
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

/// 终止 (57号 第二十九条).
pub fn ended(document: &Document, household: Id, reason: &str, settings: &Settings) -> NoticeIssue {
    let notice = letter(document, household, "终止审核告知书", settings)
        .paragraph(format!("您提出的最低生活保障申请（编号 {}）终止审核。原因：{reason}", document.key))
        .paragraph("依据：民发〔2021〕57号 第二十九条。可以重新提出申请。".to_owned());
    remedies(notice, settings)
}

/// 增发, 减发, 维持, 停发, 渐退, with the reasons (57号 第三十一条: 告知理由).
pub fn changed(
    household: Id,
    document: Option<&Document>,
    outcome: &str,
    amount: Fen,
    from: Date,
    reasons: impl IntoIterator<Item = Text>,
    settings: &Settings,
) -> NoticeIssue {
    let mut notice =
        NoticeIssue::letter(household, format!("最低生活保障{}告知书", label(outcome))).word(settings.word.as_str());
    if let Some(document) = document {
        notice = notice.document(document.id);
    }
    let sentence = if outcome == "stopped" {
        format!("您家庭的最低生活保障金自 {}起停发。理由如下：", from.chinese_month())
    } else {
        format!("您家庭的最低生活保障金自 {}起每月 {amount} 元（{}）。理由如下：", from.chinese_month(), label(outcome))
    };
    notice = notice.paragraph(sentence).paragraphs(reasons);
    remedies(notice, settings)
}
