//! Facts over the API: every statement of a field, recording and withdrawing one, and the catalogue of fields with its code
//! tables, without which nobody could write one.

use super::call::{Ask, At, Body, Call};
use super::households::{Created, Fact, fact};
use super::problem::{Answer, Fault, INVALID};
use super::reply::{Done, Made, Shown};
use super::shape::{Day, Id};
use crate::app::household::{self, FactDraft};
use doudi_domain::catalogue::{self, Kind, Origin, Sensitivity};
use doudi_domain::fact::Subject;
use doudi_domain::{AttachmentId, FactId, Fen, HouseholdId, PersonId, codes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Whose field.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// 信息项代码，例如 income.wage
    field: String,
    /// 哪一位成员；家庭的信息不填
    #[param(value_type = Option<Id>)]
    person: Option<Id>,
}

/// 一个信息项登记过的全部内容，从早到晚
#[derive(Serialize, ToSchema)]
pub struct History {
    items: Vec<Fact>,
}

pub async fn history(call: Call, At((id,)): At<(Id,)>, Ask(which): Ask<Which>) -> Answer<Shown<History>> {
    let household = HouseholdId(id.0);
    let view = household::file(&call.app, &call.actor, household, None).await?;
    let subject = match which.person {
        None => Subject::Household(household),
        Some(person) => {
            let person = PersonId(person.0);
            // A member of this household: others are found in theirs.
            if !view.members.iter().any(|member| member.person == person) {
                return Err(doudi_domain::Error::not_found("家庭成员").into());
            }
            Subject::Person(person)
        }
    };
    let facts = household::fact_history(&call.app, &call.actor, subject, &which.field).await?;
    Ok(Shown(History { items: facts.into_iter().map(fact).collect() }))
}

/// 登记一条信息。金额用 value_fen，其他用 value，二者填一
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFact {
    /// 哪一位成员；家庭的信息不填
    person: Option<Id>,
    /// 信息项代码，见 /fields
    field: String,
    /// 填写的值：代码或其名称、是或否、数量、日期、文字
    value: Option<String>,
    /// 金额（分）
    #[schema(minimum = 0)]
    value_fen: Option<i64>,
    /// 第二代码，例如车辆类别；没有时为 0
    #[serde(default)]
    qualifier: i32,
    from: Day,
    to: Option<Day>,
    /// 来源代码，默认 1（本人申报）
    #[serde(default = "declared")]
    source: u8,
    #[serde(default)]
    note: String,
    /// 取代哪一条
    supersedes: Option<Id>,
    /// 证明材料的编号
    evidence: Option<Id>,
}

fn declared() -> u8 {
    1
}

pub async fn create(call: Call, At((id,)): At<(Id,)>, Body(new): Body<NewFact>) -> Answer<Made<Created>> {
    let money = catalogue::find(&new.field).is_some_and(|field| matches!(field.kind, Kind::Money));
    let value = match (new.value, new.value_fen) {
        (Some(value), None) => value,
        (None, Some(fen)) if money => Fen(fen).to_string(),
        (None, Some(_)) => {
            return Err(Fault::field(INVALID, "value_fen", "fact.value", "这个信息项不是金额，请填 value"));
        }
        _ => return Err(Fault::field(INVALID, "value", "fact.value", "value 和 value_fen 应填一个，且只填一个")),
    };
    let draft = FactDraft {
        person: new.person.map(|id| PersonId(id.0)),
        field: new.field,
        value,
        qualifier: new.qualifier,
        from: new.from.0,
        to: new.to.map(|day| day.0),
        source: new.source,
        note: new.note,
        supersedes: new.supersedes.map(|id| FactId(id.0)),
        evidence: new.evidence.map(|id| AttachmentId(id.0)),
    };
    let fact = household::record_fact(&call.app, &call.actor, HouseholdId(id.0), draft).await?;
    Ok(Made { location: format!("/households/{}", id.0), value: Created { id: Id(fact.0) } })
}

/// 撤销登记有误的信息
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    reason: String,
}

pub async fn withdraw(
    call: Call,
    At((household, fact)): At<(Id, Id)>,
    Body(withdrawal): Body<Withdrawal>,
) -> Answer<Done> {
    // The household of the address must be there for this caller.
    household::file(&call.app, &call.actor, HouseholdId(household.0), None).await?;
    household::withdraw_fact(&call.app, &call.actor, FactId(fact.0), withdrawal.reason).await?;
    Ok(Done)
}

/// 可以登记和查看的信息项，及代码表
#[derive(Serialize, ToSchema)]
pub struct Catalogue {
    fields: Vec<Field>,
    codes: Vec<CodeTable>,
}

/// 信息项
#[derive(Serialize, ToSchema)]
struct Field {
    code: &'static str,
    label: &'static str,
    /// household、person、income、asset 或 spending
    table: &'static str,
    /// money、code、yes-no、count、date 或 text
    kind: &'static str,
    /// 代码表；不是代码时为 null
    code_table: Option<&'static str>,
    /// 第二代码的代码表
    qualifier: Option<&'static str>,
    /// internal 范围内可见；sensitive 能看收入与财产的可见；sealed 加密保存
    sensitivity: &'static str,
    /// 可以登记；false 是档案本身的内容，例如出生日期
    recordable: bool,
    /// 同时可以有几条
    several: bool,
}

/// 代码表
#[derive(Serialize, ToSchema)]
struct CodeTable {
    id: &'static str,
    label: &'static str,
    /// 依据，例如 GB/T 4761
    source: &'static str,
    entries: Vec<Code>,
}

/// 代码
#[derive(Serialize, ToSchema)]
struct Code {
    code: i32,
    label: &'static str,
}

pub async fn catalogue(_: Call) -> Answer<Shown<Catalogue>> {
    let fields = catalogue::FIELDS.iter().map(|field| Field {
        code: field.code.as_str(),
        label: field.zh,
        table: match field.table {
            catalogue::Table::Household => "household",
            catalogue::Table::Person => "person",
            catalogue::Table::Income => "income",
            catalogue::Table::Asset => "asset",
            catalogue::Table::Spending => "spending",
        },
        kind: match field.kind {
            Kind::Money => "money",
            Kind::Code(_) => "code",
            Kind::YesNo => "yes-no",
            Kind::Count => "count",
            Kind::Date => "date",
            Kind::Text => "text",
        },
        code_table: if let Kind::Code(table) = field.kind { Some(table.id) } else { None },
        qualifier: field.qualifier.map(|table| table.id),
        sensitivity: match field.sensitivity {
            Sensitivity::Internal => "internal",
            Sensitivity::Sensitive => "sensitive",
            Sensitivity::Sealed => "sealed",
        },
        recordable: field.origin != Origin::Core,
        several: field.origin == Origin::Item,
    });
    let tables = codes::ALL.iter().map(|table| CodeTable {
        id: table.id,
        label: table.zh,
        source: table.source,
        entries: table.entries.iter().map(|code| Code { code: code.code, label: code.zh }).collect(),
    });
    Ok(Shown(Catalogue { fields: fields.collect(), codes: tables.collect() }))
}
