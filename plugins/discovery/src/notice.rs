//! The letter a family receives when it was found to be in need: what it may apply for, where, and that somebody will help.

use crate::settings::Settings;
use doudi_sdk::prelude::*;

/// 社会救助政策告知书 (57号 第六条, 43号 第十一条). Only for a family on file: a letter needs somebody to send it to.
///
/// # Errors
/// When the settings cannot be read.
pub fn told(context: &Context, document: &Document, what: &str) -> Result<Option<NoticeIssue>> {
    let Some(household) = document.household else { return Ok(None) };
    let settings: Settings = context.settings()?;
    let letter = NoticeIssue::letter(household, "社会救助政策告知书")
        .document(document.id)
        .word(settings.word.as_str())
        .paragraph("工作人员了解到您家庭遇到困难，现将可以申请的社会救助告知如下：")
        .paragraph(what.to_owned())
        .paragraph("申请向户籍所在地或者居住地镇人民政府（街道办事处）提出；行动不便或者填写有困难的，村（居）民委员会帮助申请。")
        .paragraph("申请社会救助不收取任何费用。")
        .paragraph(format!("咨询：{}。", settings.contact()));
    Ok(Some(match document.person {
        Some(person) => letter.person(person),
        None => letter,
    }))
}
