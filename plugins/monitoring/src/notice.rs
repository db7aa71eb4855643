//! What a family that applied for recognition receives. Plain Chinese: the finding, the line compared with, the article, whom to turn to.

use crate::settings::Settings;
use doudi_sdk::decided::Decided;
use doudi_sdk::prelude::*;

fn letter(document: &Document, household: Id, title: &str, settings: &Settings) -> NoticeIssue {
    NoticeIssue::letter(household, title).document(document.id).word(settings.word.as_str())
}

fn turn_to(settings: &Settings) -> String {
    format!(
        "对本决定有异议的，可以向作出决定的民政部门提出，也可以依法申请行政复议或者提起行政诉讼。联系单位和电话：{}。",
        settings.contact()
    )
}

/// 认定.
pub fn recognised(document: &Document, household: Id, until: Date, settings: &Settings) -> NoticeIssue {
    letter(document, household, "刚性支出困难家庭认定告知书", settings)
        .paragraph(format!(
            "您提出的刚性支出困难家庭认定申请（编号 {}），经审核，予以认定，有效期至{}。",
            document.key,
            until.chinese()
        ))
        .paragraph("有效期满仍有困难的，请重新提出申请。家庭人口、收入、财产、支出发生变化的，应当及时报告。")
        .paragraph(turn_to(settings))
}

/// 不予认定, with every reason that speaks against it.
pub fn refused(
    document: &Document,
    household: Id,
    decided: &Decided,
    serve_by: Date,
    settings: &Settings,
) -> NoticeIssue {
    letter(document, household, "不予认定刚性支出困难家庭告知书", settings)
        .paragraph(format!(
            "您于{}提出的刚性支出困难家庭认定申请（编号 {}），经审核，不予认定。理由如下：",
            document.created.chinese(),
            document.key
        ))
        .paragraphs(decided.against())
        .paragraph(turn_to(settings))
        .serve_by(serve_by)
}
