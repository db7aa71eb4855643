//! The steps of the register of near relatives: filed apart, and the county visits the home.

use super::{required, visit};
use crate::relative::Relative;
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let household = action.about()?;
    if action.id == "file" {
        let values = &action.values;
        let member = values
            .id("member")
            .ok_or_else(|| Refusal::invalid("请选择家庭成员").problem("member", "请选择家庭成员"))?;
        let kind: i64 = required(values, "kind", "关系")?.parse().unwrap_or(1);
        let office = required(values, "note", "职务")?.to_owned();
        let open = documents::Query::of("relative-filing").person(member).states(&["filed", "visited"]);
        if documents::first(open)?.is_some() {
            return Err(Refusal::new("该成员已经备案").problem("member", "不需要重复备案"));
        }
        let body = Relative { member: Some(member), kind, office: office.clone(), visit: None };
        return Ok(Effects::new()
            .document(
                DocumentPut::create("relative-filing", "近亲属备案")
                    .household(household)
                    .person(member)
                    .state("filed")
                    .index("person", member.0)
                    .note(office.as_str())
                    .body(&body),
            )
            .fact(fact(context, member, kind, &office)));
    }
    let document = action.document()?;
    let mut body: Relative = document.body()?;
    match action.id.as_str() {
        "visit" => {
            body.visit = Some(visit(context, &action.values)?);
            let papers = AttachmentLink::new(document.id, "县级入户材料", action.values.ids("papers"));
            Ok(Effects::new().document(document.to("visited").note("县级入户完成").body(&body)).attach(papers))
        }
        "release" => {
            let reason = required(&action.values, "reason", "原因")?.to_owned();
            let put = document.to("released").note(format!("解除备案：{reason}"));
            let effects = Effects::new().document(put);
            Ok(match body.member {
                Some(member) => effects.fact(fact(context, member, 0, &reason)),
                None => effects,
            })
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn fact(context: &Context, member: Id, kind: i64, note: &str) -> FactPropose {
    FactPropose::of_person(member, "person.near-relative").value(kind).from(context.today).source(2).note(note)
}
