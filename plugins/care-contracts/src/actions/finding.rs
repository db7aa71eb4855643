//! 登记核实情况: what a survey or a finance check established becomes a fact, with its source. What stood there before is
//! superseded, never overwritten.

use super::{member, past_date, required};
use crate::family::{Family, Member};
use doudi_sdk::prelude::*;

/// The fact the form states, in place of the one it replaces.
///
/// # Errors
/// `invalid` for what is missing or somebody else's member; `refused` when several stand there and it is not clear which is meant.
pub fn effects(context: &Context, values: &FormValues, family: &Family) -> Result<Effects> {
    let field = required(values, "kind", "核实事项")?;
    let who = member(values, "成员")?;
    let amount = values
        .money("amount")
        .ok_or_else(|| Refusal::invalid("请填写金额").problem("amount", "请填写金额，没有的填 0"))?;
    let on_file = family
        .member(who)
        .ok_or_else(|| Refusal::invalid("所选人员不是本户成员").problem("member", "请选择本户成员"))?;
    let code = |name: &str| values.text(name).and_then(|code| code.parse::<i32>().ok());
    let mut fact = FactPropose::of_person(who, field)
        .value(amount.0)
        .qualifier(code("qualifier").unwrap_or(0))
        .from(past_date(context, values, "from", "起始日期")?)
        .source(code("source").and_then(|source| u8::try_from(source).ok()).unwrap_or(2))
        .note(values.text("note").unwrap_or_default());
    if values.yes("replaces") {
        match running(on_file, field, context.today).as_slice() {
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

/// The facts of one kind that hold on a day.
fn running(member: &Member, field: &str, day: Date) -> Vec<Id> {
    fn of<K: ItemKind>(items: &[Item<K>], field: &str, day: Date) -> Vec<Id> {
        items.iter().filter(|item| item.kind.code() == field && item.covers(day)).map(|item| item.fact).collect()
    }
    let mut facts = of(&member.incomes, field, day);
    facts.extend(of(&member.assets, field, day));
    facts
}
