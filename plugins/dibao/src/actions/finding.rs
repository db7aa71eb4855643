//! 登记核实情况: what a survey or a finance check established becomes a fact, with its source. What stood there before is
//! superseded, never overwritten.

use super::required;
use crate::family::{Family, Member};
use doudi_sdk::prelude::*;

/// What the form says.
#[derive(Debug)]
pub struct Finding {
    pub member: Id,
    pub field: String,
    pub amount: i64,
    pub qualifier: i32,
    pub from: Date,
    pub source: u8,
    pub replaces: bool,
    pub note: String,
}

impl Finding {
    /// Reads the form.
    ///
    /// # Errors
    /// `invalid`, with what is missing.
    pub fn read(context: &Context, values: &FormValues) -> Result<Finding> {
        let field = required(values, "kind", "核实事项")?.to_owned();
        let member =
            values.id("member").ok_or_else(|| Refusal::invalid("请选择成员").problem("member", "请选择成员"))?;
        let amount = values
            .money("amount")
            .ok_or_else(|| Refusal::invalid("请填写金额").problem("amount", "请填写金额，没有的填 0"))?;
        Ok(Finding {
            member,
            amount: amount.0,
            qualifier: values.text("qualifier").and_then(|code| code.parse().ok()).unwrap_or(0),
            from: super::past_date(context, values, "from", "起始日期")?,
            source: values.text("source").and_then(|code| code.parse().ok()).unwrap_or(2),
            replaces: values.yes("replaces"),
            note: values.text("note").unwrap_or_default().to_owned(),
            field,
        })
    }

    /// The fact, in place of the one it replaces.
    ///
    /// # Errors
    /// `refused` when several stand there and it is not clear which one is meant; `invalid` for somebody else's member.
    pub fn effects(&self, family: &Family, today: Date) -> Result<Effects> {
        let member = family
            .member(self.member)
            .ok_or_else(|| Refusal::invalid("所选人员不是本户成员").problem("member", "请选择本户成员"))?;
        let mut fact = FactPropose::of_person(self.member, &self.field)
            .value(self.amount)
            .qualifier(self.qualifier)
            .from(self.from)
            .source(self.source)
            .note(self.note.as_str());
        if self.replaces {
            match running(member, &self.field, today).as_slice() {
                [] => {}
                [one] => fact = fact.supersedes(*one),
                _ => {
                    return Err(Refusal::new("该成员有多条同类记录，无法判断代替哪一条")
                        .problem("replaces", "请在家庭档案中更正，或者改为新增一条"));
                }
            }
        }
        Ok(Effects::new().fact(fact))
    }
}

/// The facts of one kind that hold on a day.
fn running(member: &Member, field: &str, day: Date) -> Vec<Id> {
    fn of<K: ItemKind>(items: &[Item<K>], field: &str, day: Date) -> Vec<Id> {
        items.iter().filter(|item| item.kind.code() == field && item.covers(day)).map(|item| item.fact).collect()
    }
    let mut facts = of(&member.incomes, field, day);
    facts.extend(of(&member.assets, field, day));
    facts.extend(of(&member.spending, field, day));
    facts
}
