//! The steps of a post: 提出人选 → 公示 → 上岗 → (考核、续聘、申报近亲属) → 离岗 → 交接 → 注销.

use super::{amiss, date, officer, past_date, place, required};
use crate::cases;
use crate::post::{self, Appraisal, Handover, Post, Posted, Relative, Source};
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    if action.id == "propose" {
        return propose(&action.values);
    }
    let document = action.document()?;
    let step = Step { context, values: &action.values, document, body: document.body()? };
    match action.id.as_str() {
        "publish" => step.publish(),
        "take-up" => step.take_up(),
        "drop" => step.drop(),
        "renew" => step.renew(),
        "appraise" => step.appraise(),
        "declare" => step.declare(),
        "retract" => step.retract(),
        "leave" => step.leave(),
        "hand-over" => step.hand_over(),
        "return" => step.give_back(),
        "close" => step.close(),
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// Nobody is put up for two posts: one person listed in several villages fills none of them.
fn propose(values: &FormValues) -> Result<Effects> {
    let place = place(values, "division")?;
    if !place.is_real_village() && !place.is_real_town() {
        return Err(amiss("division", "请选择村（居）或者镇（街）；园区和虚拟社区不配备协理员"));
    }
    let officer = officer(values, "officer", "人选")?;
    if let Some(other) = post::of_officer(officer)?.first() {
        return Err(amiss(
            "officer",
            format!("所选人员已有协理员岗位（编号 {}），一人只能在一个村（居）任职", other.document.key),
        ));
    }
    let source = values.text("source").and_then(Source::of).ok_or_else(|| amiss("source", "请选择人员来源"))?;
    let part_time = required(values, "time", "任职方式")? == "part";
    if source == Source::Cadre && !part_time {
        return Err(amiss("time", "村（居）干部兼任的，任职方式应为兼职"));
    }
    let body = Post {
        division: place.code,
        officer,
        part_time,
        source,
        allowance: values.money("allowance").map_or(0, |fen| fen.0.max(0)),
        qualification: values.text("qualification").unwrap_or_default().to_owned(),
        kin_of_cadre: required(values, "kin", "是否村（居）干部近亲属")? == "yes",
        ..Post::default()
    };
    Ok(Effects::new().document(body.open()))
}

struct Step<'a> {
    context: &'a Context,
    values: &'a FormValues,
    document: &'a Document,
    body: Post,
}

impl Step<'_> {
    /// In office the end of the contract is what somebody must act by.
    fn put(&self, state: &str, note: impl Into<String>) -> Result<Effects> {
        let put = self.body.to(self.document, state, note);
        Ok(Effects::new().document(match self.body.contract_until {
            Some(until) if state == "in-post" => put.due(until),
            _ => put,
        }))
    }

    fn reason(&self) -> Result<&str> {
        required(self.values, "reason", "原因")
    }

    fn publish(mut self) -> Result<Effects> {
        let place = required(self.values, "place", "公示地点")?.to_owned();
        self.body.posted = Some(Posted { place, from: self.context.today });
        self.put("posting", "开始公示")
    }

    fn take_up(mut self) -> Result<Effects> {
        if !self.values.yes("no-objection") {
            return Err(amiss("no-objection", "公示期间没有异议的请勾选；有异议查实的，请不予聘用"));
        }
        // Looked at again: whoever takes a post up sees the whole county, whoever proposed it one town.
        let own = self.document.id;
        if let Some(other) = post::of_officer(self.body.officer)?.iter().find(|other| other.document.id != own) {
            return Err(Refusal::new(format!(
                "该人员已有协理员岗位（编号 {}），没有办结离岗交接的不能上岗",
                other.document.key
            )));
        }
        let from = date(self.values, "from", "上岗日期")?;
        let until = date(self.values, "until", "合同到期日")?;
        if self.body.posted.as_ref().is_some_and(|posted| from <= posted.from) {
            return Err(amiss("from", "上岗日期应在公示以后"));
        }
        if until <= from {
            return Err(amiss("until", "合同到期日应在上岗日期以后"));
        }
        if self.body.kin_of_cadre {
            let reason = self.values.text("kin-reason");
            self.body.kin_reason = reason
                .ok_or_else(|| amiss("kin-reason", "该人员是村（居）干部近亲属，请写明选聘理由和监督措施"))?
                .to_owned();
        }
        self.body.from = Some(from);
        self.body.contract_until = Some(until);
        self.put("in-post", format!("{from} 上岗，合同至 {until}"))
    }

    fn drop(self) -> Result<Effects> {
        let note = format!("不予聘用：{}", self.reason()?);
        self.put("dropped", note)
    }

    fn renew(mut self) -> Result<Effects> {
        let until = date(self.values, "until", "合同到期日")?;
        if self.body.contract_until.is_some_and(|old| until <= old) {
            return Err(amiss("until", "新的到期日应在原到期日以后"));
        }
        self.body.contract_until = Some(until);
        self.put("in-post", format!("续聘至 {until}"))
    }

    fn appraise(mut self) -> Result<Effects> {
        let year = self.values.number("year").and_then(|year| i32::try_from(year).ok());
        let year = year.filter(|year| *year <= self.context.today.year());
        let year = year.ok_or_else(|| amiss("year", "请填写考核年度，不能是以后的年度"))?;
        if self.body.appraisals.iter().any(|appraisal| appraisal.year == year) {
            return Err(amiss("year", format!("{year}年度的考核已经登记")));
        }
        let result = required(self.values, "result", "考核结果")?.to_owned();
        let note = format!("{year}年度考核：{}", appraisal_word(&result));
        let remark = self.values.text("remark").unwrap_or_default().to_owned();
        self.body.appraisals.push(Appraisal { year, result, remark, on: self.context.today });
        self.put("in-post", note)
    }

    /// Coordinators declare for themselves; the town and the county may add what they learn.
    fn declare(mut self) -> Result<Effects> {
        let actor = &self.context.actor;
        if actor.role == "village-coordinator" && actor.user != self.body.officer {
            return Err(Refusal::new("只能申报本人的近亲属家庭"));
        }
        let household = self.values.id("household").ok_or_else(|| amiss("household", "请填写户编号"))?;
        let relation = required(self.values, "relation", "关系")?.to_owned();
        if self.body.is_kin(household) {
            return Err(amiss("household", "该家庭已经申报"));
        }
        self.body.relatives.push(Relative { household, relation, on: self.context.today });
        let state = self.document.state.clone();
        self.put(&state, "申报近亲属家庭，今后办理时回避")
    }

    fn retract(mut self) -> Result<Effects> {
        let household = self.values.id("household").ok_or_else(|| amiss("household", "请填写户编号"))?;
        let note = format!("撤销近亲属申报：{}", self.reason()?);
        if !self.body.is_kin(household) {
            return Err(amiss("household", "该家庭没有申报过"));
        }
        self.body.relatives.retain(|relative| relative.household != household);
        let state = self.document.state.clone();
        self.put(&state, note)
    }

    fn leave(mut self) -> Result<Effects> {
        let last = date(self.values, "last", "最后在岗日期")?;
        if self.body.from.is_some_and(|from| last < from) {
            return Err(amiss("last", "最后在岗日期早于上岗日期"));
        }
        self.body.leaving = self.reason()?.to_owned();
        self.body.last = Some(last);
        let note = format!("{last} 离岗：{}", self.body.leaving);
        self.put("leaving", note)
    }

    /// What other measures have open in the village on the day is counted beside what the two write down.
    fn hand_over(mut self) -> Result<Effects> {
        let to = officer(self.values, "to", "接手人员")?;
        if to == self.body.officer {
            return Err(amiss("to", "接手人员不能是离岗人员本人"));
        }
        let on = past_date(self.context, self.values, "on", "交接日期")?;
        let matters = required(self.values, "matters", "交接事项")?.to_owned();
        let open = cases::of_village(self.body.division, self.context.today)?.len() as u32;
        if !self.values.yes("complete") {
            return Err(amiss("complete", format!("请逐件交接后勾选，该村（居）现有 {open} 件未办结")));
        }
        self.body.handover = Some(Handover { to, on, open, matters });
        self.put("handed", format!("已交接，未办结 {open} 件"))
    }

    fn give_back(mut self) -> Result<Effects> {
        let note = format!("交接不完整，退回：{}", self.reason()?);
        self.body.handover = None;
        self.put("leaving", note)
    }

    /// A post is closed when it has been handed over and the account is gone.
    fn close(mut self) -> Result<Effects> {
        if self.body.handover.is_none() {
            return Err(Refusal::new("还没有交接记录，不能注销岗位。请先登记交接"));
        }
        if self.body.last.is_some_and(|last| last >= self.context.today) {
            return Err(Refusal::new("该人员仍在岗，最后在岗日期过后才能注销"));
        }
        if !self.values.yes("account-closed") {
            return Err(amiss("account-closed", "请先停用该人员的系统账号，停用后勾选"));
        }
        self.body.account_closed = true;
        self.put("left", "交接完成，账号已停用")
    }
}

pub fn appraisal_word(result: &str) -> &'static str {
    match result {
        "good" => "优秀",
        "fair" => "合格",
        _ => "不合格",
    }
}
