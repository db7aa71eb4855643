//! The steps of a joint group: founded once in each town, members come and go by dates.

use super::{date, own_town, required};
use crate::group::{DEPARTMENTS, GROUP, Group, Member, ROLES, of_town};
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    if action.id == "found" {
        let town = own_town(context)?;
        if of_town(town)?.is_some() {
            return Err(Refusal::new("本镇（街）已经有联审联批组，请在原组中增减成员"));
        }
        let mut body = Group { town, members: Vec::new() };
        let lead = member(&action.values, &body)?;
        if lead.role != "lead" {
            return Err(Refusal::invalid("请先登记组长")
                .problem("role", "镇（街）主要负责同志是第一责任人，应当担任组长")
                .article("芜湖市2022年6月23日通知 第八条"));
        }
        body.members.push(lead);
        return Ok(Effects::new().document(
            DocumentPut::create(GROUP, "联审联批领导小组")
                .state("standing")
                .index("town", town)
                .note("建立联审联批领导小组")
                .body(&body),
        ));
    }
    let document = action.document()?;
    let mut body: Group = document.body()?;
    match action.id.as_str() {
        "add-member" => {
            let member = member(&action.values, &body)?;
            if member.role == "lead" && body.on(member.from).iter().any(|other| other.role == "lead") {
                return Err(Refusal::new("同一时间只能有一名组长。请先登记原组长的任期截止日"));
            }
            let note = format!("增加成员：{}", member.label());
            body.members.push(member);
            Ok(Effects::new().document(document.to("standing").note(note).body(&body)))
        }
        "end-member" => {
            let seat = action.values.text("seat").and_then(|seat| seat.parse().ok()).unwrap_or(0);
            let last = date(&action.values, "to", "任期截止日")?;
            let Some(member) = body.members.iter_mut().find(|member| member.seat == seat && member.to.is_none()) else {
                return Err(Refusal::invalid("请选择成员").problem("seat", "该成员不存在或者任期已经截止"));
            };
            if last < member.from {
                return Err(Refusal::invalid("任期截止日早于起始日").problem("to", "请更正日期"));
            }
            member.to = Some(last);
            let note = format!("{}任期至 {last}", member.label());
            Ok(Effects::new().document(document.to("standing").note(note).body(&body)))
        }
        "dissolve" => {
            let reason = required(&action.values, "reason", "理由")?;
            Ok(Effects::new().document(document.to("dissolved").note(format!("撤销：{reason}"))))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn member(values: &FormValues, group: &Group) -> Result<Member> {
    let from = date(values, "from", "任期起始日")?;
    let user = values.id("user");
    if let Some(user) = user
        && group.on(from).iter().any(|member| member.user == Some(user))
    {
        return Err(Refusal::invalid("该人员已经是成员").problem("user", "一人只能有一个席位"));
    }
    let known = |field: &str, label: &str, words: &[(&str, &str)]| -> Result<String> {
        let code = required(values, field, label)?;
        match words.iter().any(|(word, _)| *word == code) {
            true => Ok(code.to_owned()),
            false => Err(Refusal::invalid(format!("请选择{label}")).problem(field, format!("请选择{label}"))),
        }
    };
    Ok(Member {
        seat: group.next_seat(),
        user,
        department: known("department", "部门", &DEPARTMENTS)?,
        office: required(values, "office", "职务")?.to_owned(),
        role: known("role", "组内职务", &ROLES)?,
        from,
        to: None,
    })
}
