//! The steps of a joint meeting: convened, attended, an agenda of cases that are still undecided, a vote on each with those recused who
//! must be, minutes by one and their signature by another.

use super::{date, own_town, past_date, required, seats};
use crate::group::of_town;
use crate::household::homes;
use crate::meeting::{Item, MEETING, Meeting, Vote};
use crate::rules::vote::{Spoilt, quorate};
use crate::{parameters, topics};
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    if action.id == "convene" {
        return convene(context, action);
    }
    let document = action.document()?;
    let body: Meeting = document.body()?;
    let step = Step { context, values: &action.values, document, body };
    match action.id.as_str() {
        "add-cases" => step.add_cases(),
        "remove-case" => step.remove_case(),
        "attend" => step.attend(),
        "vote" => step.vote(),
        "minute" => step.minute(),
        "return" => {
            let reason = required(&action.values, "reason", "退回理由")?.to_owned();
            Ok(step.put("convened", format!("退回：{reason}")))
        }
        "sign" => step.sign(),
        "cancel" => {
            let reason = required(&action.values, "reason", "取消理由")?.to_owned();
            Ok(step.put("cancelled", format!("取消：{reason}")))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// A meeting of the town's group as it stands on the day.
fn convene(context: &Context, action: &Action) -> Result<Effects> {
    let town = own_town(context)?;
    let on = date(&action.values, "on", "会议日期")?;
    let place = required(&action.values, "place", "地点")?.to_owned();
    let Some((_, group)) = of_town(town)? else {
        return Err(
            Refusal::new("本镇（街）还没有建立联审联批领导小组，请先建立").article("芜湖市2022年6月23日通知 第八条")
        );
    };
    let members = group.on(on);
    if !members.iter().any(|member| member.role == "lead") {
        return Err(Refusal::new(format!("{}联审联批组没有组长，请先在组中登记", on.chinese()))
            .problem("on", "镇（街）主要负责同志是第一责任人"));
    }
    refuse_late(context, on)?;
    let body = Meeting { town, on, place, members, ..Meeting::default() };
    Ok(Effects::new().document(
        DocumentPut::create(MEETING, format!("{}联审联批会议", on.chinese()))
            .state("convened")
            .index("month", on.month_code())
            .index("town", town)
            .due(on)
            .note(format!("{}召开", on.chinese()))
            .body(&body),
    ))
}

/// Nothing is entered long after the meeting: minutes are no way to catch up on what was decided without one.
fn refuse_late(context: &Context, on: Date) -> Result<()> {
    let days = parameters::minutes_days(context.today)?;
    let last = calendar::add_working_days(on, days)?;
    if context.today > last {
        return Err(Refusal::new(format!(
            "会议日期是 {}，会后 {days} 个工作日（{}）以后不能再补记会议和办件。没有上会的办件请列入下次会议",
            on.chinese(),
            last.chinese()
        ))
        .problem("on", "超过补记期限"));
    }
    Ok(())
}

struct Step<'a> {
    context: &'a Context,
    values: &'a FormValues,
    document: &'a Document,
    body: Meeting,
}

impl Step<'_> {
    fn put(&self, state: &str, note: impl Into<String>) -> Effects {
        let put = self.document.to(state).note(note).body(&self.body);
        Effects::new().document(if state == "convened" { put.due(self.body.on) } else { put })
    }

    /// Only what is under way and was opened by the day of the meeting.
    fn add_cases(mut self) -> Result<Effects> {
        refuse_late(self.context, self.body.on)?;
        let open = topics::cases(self.context.today, None)?;
        let mut added = Vec::new();
        let mut problems = Problems::new();
        for case in self.values.choices("cases").into_iter().filter_map(|case| case.parse().ok()).map(Id) {
            match open.iter().find(|open| open.document == case && open.closed.is_none()) {
                None => problems.add("cases", format!("办件 {} 不在办理中，已经办结的不能事后补列会议", case.0)),
                Some(open) if open.opened > self.body.on => problems.add(
                    "cases",
                    format!("办件 {} 是 {} 提出的，晚于会议日期，不能列入", case.0, open.opened.chinese()),
                ),
                Some(_) if self.body.item(case).is_some() => {}
                Some(open) => added.push(open.clone()),
            }
        }
        problems.require(!self.values.choices("cases").is_empty(), "cases", "请选择上会的办件");
        problems.refuse("有办件不能列入会议")?;
        let households: Vec<Id> = added.iter().map(|case| case.household).collect();
        let homes = homes(&households, self.context.today)?;
        let count = added.len();
        for case in added {
            self.body.items.push(Item {
                case: case.document,
                household: case.household,
                person: case.person,
                scheme: case.scheme,
                label: case.label,
                opened: case.opened,
                surveyor: case.surveyor,
                relative: homes.get(&case.household).is_some_and(|home| home.has_relative()),
                vote: None,
            });
        }
        Ok(self.put("convened", format!("列入办件 {count} 件")))
    }

    fn remove_case(mut self) -> Result<Effects> {
        let case = self.case()?;
        if self.body.item(case).is_some_and(|item| item.vote.is_some()) {
            return Err(Refusal::new("该办件已经表决，不能从会议中移出"));
        }
        self.body.items.retain(|item| item.case != case);
        Ok(self.put("convened", format!("移出办件 {}", case.0)))
    }

    fn case(&self) -> Result<Id> {
        let case = self.values.text("case").and_then(|case| case.parse().ok()).map(Id);
        case.filter(|case| self.body.item(*case).is_some())
            .ok_or_else(|| Refusal::invalid("请选择会议中的办件").problem("case", "请选择会议中的办件"))
    }

    fn attend(mut self) -> Result<Effects> {
        past_date(self.context, &FormValues::default().with("on", self.body.on.to_string()), "on", "会议日期")?;
        if self.body.items.iter().any(|item| item.vote.is_some()) {
            return Err(Refusal::new("已经有办件表决，不能再改到会人员"));
        }
        let present = seats(self.values, "present");
        if let Some(seat) = present.iter().find(|seat| self.body.member(**seat).is_none()) {
            return Err(Refusal::invalid(format!("{seat} 号不是会议当日的成员")).problem("present", "请重新选择"));
        }
        let quorum = parameters::quorum(self.body.on)?;
        if !quorate(present.len(), self.body.members.len(), quorum) {
            return Err(Refusal::new(format!(
                "到会 {} 人，成员 {} 人，不足法定人数，不能开会。请改期，或者取消本次会议",
                present.len(),
                self.body.members.len()
            ))
            .problem("present", format!("到会人数应不少于成员的 {}.{:02}%", quorum / 100, quorum % 100)));
        }
        self.body.present = present;
        let note = format!("到会 {} 人", self.body.present.len());
        Ok(self.put("convened", note))
    }

    /// One case. Those present who are neither recused nor against nor abstaining are for it.
    fn vote(mut self) -> Result<Effects> {
        refuse_late(self.context, self.body.on)?;
        let case = self.case()?;
        let Some(item) = self.body.item(case).cloned() else {
            return Err(Refusal::invalid("请选择会议中的办件"));
        };
        if self.body.present.is_empty() {
            return Err(Refusal::new("还没有登记到会人员，不能表决"));
        }
        let open = topics::cases(self.context.today, None)?;
        if !open.iter().any(|open| open.document == case && open.closed.is_none()) {
            return Err(Refusal::new("该办件已经办结，不能事后补记表决").problem("case", "会议应当在审核确认以前召开"));
        }
        let proposal = required(self.values, "proposal", "拟作决定")?.to_owned();
        let vote = Vote {
            proposal,
            recused: seats(self.values, "recused"),
            grounds: self.values.text("grounds").unwrap_or_default().to_owned(),
            against: seats(self.values, "against"),
            abstain: seats(self.values, "abstain"),
            remark: self.values.text("remark").unwrap_or_default().to_owned(),
            ..Vote::default()
        };
        self.recusals(&item, &vote)?;
        let quorum = parameters::quorum(self.body.on)?;
        let vote = vote.settle(&self.body, quorum).map_err(spoilt)?;
        let word = crate::draw::outcome_word(&vote.proposal);
        let tally = vote.tally();
        let note = format!(
            "办件 {}：拟{word}，同意 {}，反对 {}，弃权 {}，回避 {}，{}",
            case.0,
            tally.approve,
            tally.against,
            tally.abstain,
            tally.recused,
            if vote.passed { "通过" } else { "未通过" }
        );
        if let Some(item) = self.body.items.iter_mut().find(|item| item.case == case) {
            item.vote = Some(vote);
        }
        Ok(self.put("convened", note))
    }

    /// Who surveyed does not vote; where a near relative of a handler lives, somebody leaves the room or it is said why nobody must.
    fn recusals(&self, item: &Item, vote: &Vote) -> Result<()> {
        let mut problems = Problems::new();
        for seat in item.surveyor.map(|surveyor| self.body.seats_of(surveyor)).unwrap_or_default() {
            if !vote.recused.contains(&seat) {
                problems.add("recused", format!("{seat} 号参加了该户的入户调查，应当回避：调查人不得审核确认同一办件"));
            }
        }
        if item.relative && vote.recused.is_empty() && vote.grounds.is_empty() {
            problems.add(
                "recused",
                "该家庭有经办人员或者村（居）委会成员近亲属备案，请勾选应当回避的成员；涉及的人员不是到会成员的，请在说明中写明",
            );
        }
        if !vote.recused.is_empty() && vote.grounds.is_empty() {
            problems.add("grounds", "请写明回避的原因");
        }
        problems.refuse("回避没有落实，不能表决")
    }

    fn minute(mut self) -> Result<Effects> {
        let mut problems = Problems::new();
        problems.require(!self.body.present.is_empty(), "", "还没有登记到会人员");
        for item in self.body.items.iter().filter(|item| item.vote.is_none()) {
            problems.add("", format!("办件 {} 还没有表决，请表决或者移出", item.case.0));
        }
        problems.refuse("还不能形成会议纪要")?;
        required(self.values, "minutes", "会议纪要")?.clone_into(&mut self.body.minutes);
        Ok(self.put("minuted", format!("形成会议纪要，办件 {} 件", self.body.items.len())))
    }

    fn sign(mut self) -> Result<Effects> {
        self.body.signed = Some(self.context.today);
        let note = format!("{}签发会议纪要", self.context.today.chinese());
        Ok(self.put("signed", note))
    }
}

fn spoilt(spoilt: Spoilt) -> Refusal {
    match spoilt {
        Spoilt::Absent(seat) => Refusal::invalid(format!("{seat} 号没有到会")).problem("against", "没有到会的不能表决"),
        Spoilt::RecusedVoted(seat) => {
            Refusal::invalid(format!("{seat} 号已经回避")).problem("recused", "回避的人员不能表决")
        }
        Spoilt::Twice(seat) => {
            Refusal::invalid(format!("{seat} 号既反对又弃权")).problem("abstain", "一人只能选择一种意见")
        }
        Spoilt::NoQuorum { present, entitled } => Refusal::new(format!(
            "回避以后可以表决的到会 {present} 人，应到 {entitled} 人，不足法定人数，请把该办件列入下次会议"
        ))
        .problem("recused", "不足法定人数"),
    }
}
