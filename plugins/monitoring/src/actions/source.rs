//! Departments: what is known of each, and since when it is interconnected.

use super::{past_date, required};
use crate::source::Source;
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let values = &action.values;
    if action.id == "add" {
        let mut body = Source { required: values.yes("required"), ..Source::default() };
        fill(&mut body, values)?;
        required(values, "name", "单位名称")?.clone_into(&mut body.name);
        // The kernel's number tells county-made sources apart; the batch needs a word of its own.
        let key = format!("other-{}", context.now / 1_000_000);
        return Ok(Effects::new().document(body.open(&key)));
    }
    let document = action.document()?;
    let mut body: Source = document.body()?;
    let put = match action.id.as_str() {
        "edit" => {
            fill(&mut body, values)?;
            body.required = values.yes("required");
            body.to(document, &document.state, "更新联系人和接口")
        }
        "connect" => {
            fill(&mut body, values)?;
            let since = past_date(context, values, "connected", "对接日期")?;
            body.connected = Some(since);
            body.to(document, "connected", format!("{}起信息互联互通", since.chinese()))
        }
        "disconnect" => {
            let reason = required(values, "reason", "理由")?;
            body.connected = None;
            body.to(document, "manual", super::line(&format!("对接中断，恢复每月比对：{reason}")))
        }
        "retire" => {
            let reason = required(values, "reason", "理由")?;
            body.to(document, "retired", super::line(&format!("不再使用：{reason}")))
        }
        "revive" => {
            let state = if body.connected.is_some() { "connected" } else { "manual" };
            body.to(document, state, "恢复使用")
        }
        other => return Err(Refusal::unknown("操作", other)),
    };
    Ok(Effects::new().document(put))
}

fn fill(body: &mut Source, values: &FormValues) -> Result<()> {
    required(values, "interface", "数据接口或者交换方式")?.clone_into(&mut body.interface);
    required(values, "contact", "联系人和电话")?.clone_into(&mut body.contact);
    Ok(())
}
