//! 核定编配: computed anew, raised by hand, fixed by the approver. What is fixed was computed on the population on record that day.

use super::{amiss, required, village};
use crate::establishment;
use crate::parameters::Params;
use crate::quota::{self, Quota, Raised};
use crate::rules::required::{NotAllowed, adjusted};
use crate::settings::Settings;
use doudi_sdk::prelude::*;

const ARTICLE: &str = "芜湖市2022年6月23日通知 第十一条";

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let settings: Settings = context.settings()?;
    if action.id == "begin" {
        return begin(context, action, &settings);
    }
    let document = action.document()?;
    let mut body: Quota = document.body()?;
    match action.id.as_str() {
        "recalculate" => {
            body.renew(establishment::rows(context.today, &settings)?);
            Ok(Effects::new().document(put(document, "draft", &body, "按现有户籍人口重新测算", &settings)))
        }
        "raise" => raise(context, action, document, body, &settings),
        "settle" => settle(context, document, body, &settings),
        "reopen" => {
            let reason = required(&action.values, "reason", "理由")?;
            body.settled = None;
            Ok(Effects::new().document(put(document, "draft", &body, &format!("重新核定：{reason}"), &settings)))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn put(document: &Document, state: &str, body: &Quota, note: &str, settings: &Settings) -> DocumentPut {
    let put = document.to(state).note(format!("{note}（{}）", body.summary())).body(body);
    if state == "draft" { put.due(settings.quota_by(body.year)) } else { put }
}

fn begin(context: &Context, action: &Action, settings: &Settings) -> Result<Effects> {
    let year = action.values.number("year").and_then(|year| i32::try_from(year).ok());
    let year = year.ok_or_else(|| amiss("year", "请填写年度"))?;
    if year > context.today.year() {
        return Err(amiss("year", "不能核定以后的年度"));
    }
    if quota::of_year(year)?.is_some() {
        return Err(amiss("year", format!("{year}年的核定编配已经建立，请在原件上办理")));
    }
    let county = i64::from(context.county) * 1_000_000;
    let body = establishment::draft(year, context.today, settings)?;
    Ok(Effects::new().document(body.open(county, settings.quota_by(year))))
}

/// Services and recipients may ask for more than the notice's number, never for fewer, and never for more than the most.
fn raise(
    context: &Context,
    action: &Action,
    document: &Document,
    mut body: Quota,
    settings: &Settings,
) -> Result<Effects> {
    let village = village(&action.values, "division")?;
    let number = action.values.number("number").and_then(|number| u32::try_from(number).ok());
    let number = number.ok_or_else(|| amiss("number", "请填写核定人数"))?;
    let reason = required(&action.values, "reason", "理由")?.to_owned();
    let scale = Params::on(context.today)?.scale;
    let row = body.rows.iter_mut().find(|row| row.division == village);
    let row = row.ok_or_else(|| amiss("division", "核定表中没有这个村（居），请先重新测算"))?;
    match adjusted(row.need(), number, scale) {
        Ok(number) => row.raised = (number > row.by_notice).then_some(Raised { number, reason }),
        Err(NotAllowed::Fewer { by_notice }) => {
            return Err(amiss("number", format!("按户籍人口应配 {by_notice} 名，只能增加不能减少")).article(ARTICLE));
        }
        Err(NotAllowed::Beyond { most }) => {
            return Err(amiss("number", format!("每个村（居）最多 {most} 名")).article(ARTICLE));
        }
    }
    Ok(Effects::new().document(put(document, "draft", &body, &format!("核定 {number} 名"), settings)))
}

fn settle(context: &Context, document: &Document, mut body: Quota, settings: &Settings) -> Result<Effects> {
    let unknown = body.unknown();
    if unknown > 0 {
        return Err(Refusal::new(format!(
            "还有 {unknown} 个村（居）没有户籍人口，不能核定。请在“户籍人口”中录入或导入，再重新测算"
        )));
    }
    let mut now = body.clone();
    now.renew(establishment::rows(context.today, settings)?);
    if now.rows != body.rows {
        return Err(Refusal::new("测算以后户籍人口有新的记录或更正，请先重新测算，核对后再核定"));
    }
    body.settled = Some(context.today);
    Ok(Effects::new().document(put(document, "settled", &body, "核定", settings)))
}
