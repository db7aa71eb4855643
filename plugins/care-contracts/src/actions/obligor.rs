//! 登记义务人: one at a time, on an application or a review. An obligor is known by relation and birth; his papers are attached.

use super::{date, required};
use crate::application::Circumstances;
use crate::rules::obligor::{Obligor, Standing};
use doudi_sdk::prelude::*;

/// Adds the obligor of the form, in place of the same member if he was recorded before.
///
/// # Errors
/// `invalid`, with what is missing or does not fit.
pub fn record(circumstances: &mut Circumstances, values: &FormValues, today: Date) -> Result<()> {
    let obligor = read(values, today)?;
    if obligor.member.is_some() {
        circumstances.obligors.retain(|other| other.member != obligor.member);
    }
    circumstances.none = false;
    circumstances.obligors.push(obligor);
    Ok(())
}

/// Takes one away, with the reason on the timeline.
///
/// # Errors
/// `invalid` when it is not clear which.
pub fn remove(circumstances: &mut Circumstances, values: &FormValues) -> Result<Obligor> {
    let which: Option<usize> = values.text("which").and_then(|place| place.parse().ok());
    required(values, "reason", "原因")?;
    match which.filter(|place| *place < circumstances.obligors.len()) {
        Some(place) => Ok(circumstances.obligors.remove(place)),
        None => Err(Refusal::invalid("请选择要删除的义务人").problem("which", "请选择已登记的义务人")),
    }
}

fn read(values: &FormValues, today: Date) -> Result<Obligor> {
    let number = |field: &str| values.text(field).and_then(|code| code.parse::<i64>().ok());
    let birth = date(values, "birth", "出生日期")?;
    let relation = number("relation")
        .ok_or_else(|| Refusal::invalid("请选择与申请人的关系").problem("relation", "请选择与申请人的关系"))?;
    let (disability, grade) = (number("disability").unwrap_or(0), number("grade").unwrap_or(0));
    let mut problems = Problems::new();
    problems.require(birth <= today, "birth", "出生日期晚于今天，请更正");
    problems.require((disability == 0) == (grade == 0), "grade", "残疾类别和等级应当同时填写，没有残疾的都选“无”");
    problems.require(values.money("income").is_some(), "income", "请填写本人月收入，没有的填 0");
    let standing = match values.text("standing") {
        Some("incapable") => Standing::Incapable,
        Some("missing") => Standing::Missing,
        Some("prison") => Standing::Prison,
        Some("province") => Standing::Province,
        Some("dead") => Standing::Dead,
        _ => Standing::None,
    };
    let note = values.text("note").unwrap_or_default().to_owned();
    // Every exemption needs its evidence on record: a court paper, a notice of the prison, a rule of the province.
    let needs_evidence = standing != Standing::None || values.yes("tekun") || values.yes("dibao");
    problems.require(!needs_evidence || !note.is_empty(), "note", "无履行义务能力的，请写明依据和凭证");
    problems.refuse("义务人信息不完整")?;
    Ok(Obligor {
        relation,
        member: values.id("member"),
        birth: Some(birth),
        income: values.money("income").map_or(0, |fen| fen.0.max(0)),
        assets_within: values.yes("assets-within"),
        tekun: values.yes("tekun"),
        dibao: values.yes("dibao"),
        disability,
        grade,
        standing,
        signed: values.yes("signed"),
        note,
    })
}
