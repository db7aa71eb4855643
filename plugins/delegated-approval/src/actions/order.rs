//! The steps of a delegation order: drafted by one, adopted by another, suspended and withdrawn from a day that has not gone by, so that
//! what was accepted before stays with whoever it was accepted for.

use super::{coming_date, past_date, required};
use crate::order::{ORDER, Order, Pause};
use crate::rules::authority::{ALL_SCHEMES, overlap};
use crate::rules::town::{parse, town_of};
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    if action.id == "draft" {
        let body = read(context, &action.values, Order::default())?;
        refuse_overlap(&body, None)?;
        let put = DocumentPut::create(ORDER, title(&body)).division(body.town).state("draft").note("拟定下放文件");
        return Ok(Effects::new().document(indexed(put, &body)));
    }
    let document = action.document()?;
    let mut body: Order = document.body()?;
    let values = &action.values;
    match action.id.as_str() {
        "edit" => {
            let town = body.town;
            let body = read(context, values, body)?;
            if body.town != town {
                return Err(
                    Refusal::invalid("下放的镇（街）不能改动").problem("town", "另一镇（街）请另建一份，原件请作废")
                );
            }
            refuse_overlap(&body, Some(document.id))?;
            Ok(Effects::new().document(indexed(document.to("draft").title(title(&body)).note("修改下放文件"), &body)))
        }
        "drop" => Ok(Effects::new().document(document.to("dropped").note("作废"))),
        "adopt" => {
            refuse_overlap(&body, Some(document.id))?;
            body.adopted = Some(context.today);
            let note = format!("{}起由镇（街）审核确认", body.from.chinese());
            Ok(Effects::new().document(document.to("adopted").note(note).body(&body)))
        }
        "suspend" => {
            let from = coming_date(context, values, "on", "暂停日期")?;
            let reason = required(values, "reason", "理由")?;
            Ok(Effects::new().document(suspend(document, body, from, reason)))
        }
        "resume" => {
            let on = coming_date(context, values, "on", "恢复日期")?;
            match body.pauses.last_mut() {
                Some(pause) if on > pause.from => pause.to = Some(on),
                _ => {
                    return Err(Refusal::invalid("恢复日期应当晚于暂停日期").problem("on", "请填写暂停日期以后的日期"));
                }
            }
            let note = format!("{}起恢复由镇（街）审核确认", on.chinese());
            Ok(Effects::new().document(document.to("adopted").note(note).body(&body)))
        }
        "withdraw" => {
            let on = coming_date(context, values, "on", "收回日期")?;
            required(values, "reason", "理由")?.clone_into(&mut body.reason);
            body.withdrawn = Some(on);
            let note = format!("{}起收回，由县级审核确认：{}", on.chinese(), body.reason);
            Ok(Effects::new().document(document.to("withdrawn").note(note).body(&body)))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// Puts an order to rest from a day on.
pub fn suspend(document: &Document, mut body: Order, from: Date, reason: &str) -> DocumentPut {
    body.pauses.push(Pause { from, to: None, reason: reason.to_owned() });
    document.to("suspended").note(format!("{}起暂停，由县级审核确认：{reason}", from.chinese())).body(&body)
}

fn title(body: &Order) -> String {
    format!("审核确认权下放：{}", body.number)
}

fn indexed(put: DocumentPut, body: &Order) -> DocumentPut {
    put.index("town", body.town).body(body)
}

fn read(context: &Context, values: &FormValues, old: Order) -> Result<Order> {
    let mut problems = Problems::new();
    let town = values.text("town").and_then(parse).filter(|town| town_of(*town) == Some(*town));
    problems.require(town.is_some(), "town", "请选择镇（街）");
    let from = values.date("from");
    problems.require(from.is_some(), "from", "请填写起始日期");
    let to = values.date("to");
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        problems.add("to", "截止日期早于起始日期");
    }
    let mut schemes: Vec<String> = values.choices("schemes").into_iter().map(str::to_owned).collect();
    problems.require(!schemes.is_empty(), "schemes", "请选择下放的救助");
    if schemes.iter().any(|scheme| scheme == ALL_SCHEMES) {
        schemes.truncate(0);
        schemes.push(ALL_SCHEMES.to_owned());
    }
    let known = crate::form::schemes(context)?;
    let label = |scheme: &String| known.iter().find(|(code, _)| code == scheme).map(|(_, label)| label.clone());
    let unknown: Vec<&str> =
        schemes.iter().filter(|scheme| *scheme != ALL_SCHEMES && label(scheme).is_none()).map(String::as_str).collect();
    if !unknown.is_empty() {
        problems.add("schemes", format!("没有救助“{}”，请在列出的救助中选择", unknown.join("、")));
    }
    problems.refuse("下放文件填写不完整")?;
    Ok(Order {
        number: required(values, "number", "文号")?.to_owned(),
        issuer: required(values, "issuer", "发文单位")?.to_owned(),
        issued: Some(past_date(context, values, "issued", "发文日期")?),
        town: town.unwrap_or_default(),
        labels: schemes.iter().map(|scheme| label(scheme).unwrap_or_default()).collect(),
        schemes,
        from: from.unwrap_or_default(),
        to,
        ..old
    })
}

/// One order for each town, scheme and day.
fn refuse_overlap(body: &Order, own: Option<Id>) -> Result<()> {
    for (document, other) in crate::order::all(&["adopted", "suspended", "withdrawn"])? {
        if Some(document.id) != own && overlap(body, &other) {
            return Err(Refusal::new(format!(
                "该镇（街）已有文件 {}（{}，{} 起）下放同样的救助，同一天只能有一份有效。请先收回原文件，或者调整起止日期",
                other.number,
                other.schemes_word(),
                other.from.chinese()
            ))
            .problem("from", "与已有文件的有效期重叠"));
        }
    }
    Ok(())
}
