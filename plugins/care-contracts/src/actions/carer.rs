//! The registers of carers and institutions: entered, corrected, asked about, closed.

use super::{past_date, required};
use crate::carer::{Answered, Carer, Institution, Left, leaving_word};
use doudi_sdk::prelude::*;

pub fn act_carer(context: &Context, action: &Action) -> Result<Effects> {
    let values = &action.values;
    if action.id == "register" {
        let body = read(context, values, Carer::default())?;
        return Ok(Effects::new().document(placed(
            DocumentPut::create("carer", body.describe()).state("active").note("登记照料人").body(&body),
            values,
        )?));
    }
    let document = action.document()?;
    let mut body: Carer = document.body()?;
    match action.id.as_str() {
        "edit" => {
            let body = read(context, values, body)?;
            Ok(Effects::new().document(document.to("active").title(body.describe()).note("修改登记").body(&body)))
        }
        "answer" => {
            let finding = required(values, "finding", "核实情况")?.to_owned();
            body.answered = Some(Answered { on: context.today, finding: finding.clone() });
            Ok(Effects::new().document(document.to("active").note(format!("核实照料能力：{finding}")).body(&body)))
        }
        "retire" => {
            let on = past_date(context, values, "on", "日期")?;
            let reason = required(values, "reason", "情形")?.to_owned();
            let note = format!("{}，自 {on} 起", leaving_word(&reason));
            body.left = Some(Left { on, reason });
            Ok(Effects::new().document(document.to("retired").note(note).body(&body)))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// Where the entry belongs: the place of the form.
fn placed(put: DocumentPut, values: &FormValues) -> Result<DocumentPut> {
    let place = values
        .division("division")
        .ok_or_else(|| Refusal::invalid("请选择所在地").problem("division", "请选择所在地"))?;
    Ok(put.division(place))
}

fn read(context: &Context, values: &FormValues, before: Carer) -> Result<Carer> {
    let kind = required(values, "kind", "类别")?.to_owned();
    let birth = values.date("birth");
    let body = Carer {
        label: required(values, "label", "称呼")?.to_owned(),
        tekun: values.yes("tekun"),
        healthy: values.yes("healthy"),
        left: before.left,
        // Another birth date or state raises the question anew.
        answered: before.answered.filter(|_| before.birth == birth && before.tekun == values.yes("tekun")),
        kind,
        birth,
    };
    let mut problems = Problems::new();
    if body.is_person() {
        problems.require(birth.is_some(), "birth", "照料人是个人的，请填写出生日期");
        problems.require(birth.is_none_or(|birth| birth.age_on(context.today) >= 18), "birth", "照料人应当年满18周岁");
    }
    problems.require(values.yes("card"), "card", "照料人应当保证不代持银行卡、不占用房屋");
    let digits = body.label.chars().filter(char::is_ascii_digit).count();
    problems.require(digits < 11, "label", "称呼中不要填写身份证号或者电话号码");
    problems.refuse("照料人信息不完整")?;
    Ok(body)
}

pub fn act_institution(_: &Context, action: &Action) -> Result<Effects> {
    let values = &action.values;
    let read = || -> Result<Institution> {
        Ok(Institution {
            name: required(values, "name", "机构名称")?.to_owned(),
            beds: values.number("beds").unwrap_or(0),
        })
    };
    if action.id == "register" {
        let body = read()?;
        let put = DocumentPut::create("institution", body.name.as_str()).state("active").note("登记机构").body(&body);
        return Ok(Effects::new().document(placed(put, values)?));
    }
    let document = action.document()?;
    match action.id.as_str() {
        "edit" => {
            let body = read()?;
            Ok(Effects::new().document(document.to("active").title(body.name.as_str()).note("修改登记").body(&body)))
        }
        "close" => {
            let reason = required(values, "reason", "原因")?;
            Ok(Effects::new().document(document.to("closed").note(format!("停用：{reason}"))))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}
