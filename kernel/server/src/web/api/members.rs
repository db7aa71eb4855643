//! Members of a household over the API: reading one, adding, ending a membership, recording a death, and showing one in
//! clear, which is recorded before anything is shown.

use super::call::{At, Body, Call};
use super::households::{Created, Member, NewPerson, member};
use super::problem::Answer;
use super::reply::{Done, Made, Shown};
use super::shape::{Day, Id};
use crate::app::household::{self, MemberDraft, MemberView};
use doudi_domain::{Error, HouseholdId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A member as of today; what is shown and what is done are one thing.
async fn find(call: &Call, household: Id, person: Id) -> Answer<MemberView> {
    let view = household::file(&call.app, &call.actor, HouseholdId(household.0), None).await?;
    let found = view.members.into_iter().find(|member| member.person == PersonId(person.0));
    Ok(found.ok_or(Error::not_found("家庭成员"))?)
}

pub async fn show(call: Call, At((household, person)): At<(Id, Id)>) -> Answer<Shown<Member>> {
    Ok(Shown(member(find(&call, household, person).await?)))
}

/// 新成员
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    person: NewPerson,
    /// 与户主关系的代码（GB/T 4761）
    relation: u8,
    /// 是否共同生活，默认是
    #[serde(default = "yes")]
    co_resident: bool,
    /// 共同生活但按规定不计入的原因代码，默认 0（计入）
    #[serde(default)]
    uncounted_reason: u8,
    /// 加入日期
    from: Day,
}

fn yes() -> bool {
    true
}

pub async fn create(call: Call, At((id,)): At<(Id,)>, Body(new): Body<NewMember>) -> Answer<Made<Created>> {
    let draft = MemberDraft {
        person: new.person.into(),
        relation: new.relation,
        co_resident: new.co_resident,
        uncounted_reason: new.uncounted_reason,
        from: new.from.0,
    };
    let person = household::add_member(&call.app, &call.actor, HouseholdId(id.0), draft).await?;
    let location = format!("/households/{}/members/{person}", id.0);
    Ok(Made { location, value: Created { id: Id(person.0) } })
}

/// 离开家庭
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Leaving {
    /// 在本家庭的最后一天
    last_day: Day,
}

pub async fn end(call: Call, At((household, person)): At<(Id, Id)>, Body(leaving): Body<Leaving>) -> Answer<Done> {
    let membership = find(&call, household, person).await?.membership.id;
    let household = HouseholdId(household.0);
    household::end_membership(&call.app, &call.actor, household, membership, leaving.last_day.0).await?;
    Ok(Done)
}

/// 死亡
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Death {
    /// 死亡日期
    day: Day,
}

pub async fn record_death(call: Call, At((household, person)): At<(Id, Id)>, Body(death): Body<Death>) -> Answer<Done> {
    find(&call, household, person).await?;
    household::record_death(&call.app, &call.actor, PersonId(person.0), death.day.0).await?;
    Ok(Done)
}

/// 完整的姓名和号码
#[derive(Serialize, ToSchema)]
pub struct Revealed {
    name: String,
    id_number: String,
    phone: String,
    /// 其他保密的信息，例如银行账号
    others: Vec<RevealedFact>,
}

/// 一项保密的信息
#[derive(Serialize, ToSchema)]
struct RevealedFact {
    label: String,
    value: String,
}

pub async fn reveal(call: Call, At((household, person)): At<(Id, Id)>) -> Answer<Shown<Revealed>> {
    let clear = household::reveal(&call.app, &call.actor, HouseholdId(household.0), PersonId(person.0)).await?;
    Ok(Shown(Revealed {
        name: clear.name,
        id_number: clear.id_number,
        phone: clear.phone,
        others: clear.others.into_iter().map(|(label, value)| RevealedFact { label, value }).collect(),
    }))
}
