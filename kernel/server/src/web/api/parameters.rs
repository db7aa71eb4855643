//! Policy parameters over the API: what measures declare, the county's dated values, entering and confirming one.

use super::call::{At, Body, Call};
use super::households::Created;
use super::problem::Answer;
use super::reply::{Made, Shown};
use super::shape::{Day, Id, Label, Moment};
use crate::app::parameter::{self, ParameterDraft, ParameterGroup, ParameterRow};
use doudi_documents::manifest::Unit;
use doudi_domain::ParameterId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 一个参数值
#[derive(Serialize, ToSchema)]
pub struct Value {
    id: Id,
    code: String,
    label: Label,
    article: String,
    /// 按单位的整数：分、万分之一、月、天……
    value: i64,
    /// 供人阅读的值，例如 710.00 元
    shown: String,
    from: Day,
    /// 依据的文件
    source: String,
    /// 已对照文件核实
    verified: bool,
    recorded_at: Moment,
    /// 被哪一个值更正
    replaced_by: Option<Id>,
    /// 今天适用的就是它
    in_force: bool,
}

impl From<ParameterRow> for Value {
    fn from(row: ParameterRow) -> Value {
        let parameter = row.parameter;
        Value {
            id: Id(parameter.id.0),
            code: parameter.code,
            label: row.label.into(),
            article: row.article,
            value: parameter.value,
            shown: row.shown,
            from: Day(parameter.from),
            source: parameter.source,
            verified: parameter.verified,
            recorded_at: Moment(parameter.recorded_at),
            replaced_by: parameter.replaced_by.map(|id| Id(id.0)),
            in_force: row.in_force,
        }
    }
}

/// 已启用措施的全部参数
#[derive(Serialize, ToSchema)]
pub struct Parameters {
    items: Vec<Parameter>,
}

/// 一个参数及其各时期的值，最近的在前
#[derive(Serialize, ToSchema)]
struct Parameter {
    code: String,
    plugin: String,
    label: Label,
    /// fen、basis-points、months、days、count、date、code 或 yes-no
    unit: &'static str,
    article: String,
    optional: bool,
    /// 必须有而今天没有值
    missing: bool,
    values: Vec<Value>,
}

pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Fen => "fen",
        Unit::BasisPoints => "basis-points",
        Unit::Months => "months",
        Unit::Days => "days",
        Unit::Count => "count",
        Unit::Date => "date",
        Unit::Code => "code",
        Unit::YesNo => "yes-no",
    }
}

fn group(group: ParameterGroup) -> Parameter {
    Parameter {
        code: group.code,
        plugin: group.plugin,
        label: group.entry.label.into(),
        unit: unit(group.entry.unit),
        article: group.entry.article,
        optional: group.entry.optional,
        missing: group.missing,
        values: group.values.into_iter().map(Value::from).collect(),
    }
}

pub async fn index(call: Call) -> Answer<Shown<Parameters>> {
    let groups = parameter::list(&call.app, &call.actor).await?;
    Ok(Shown(Parameters { items: groups.into_iter().map(group).collect() }))
}

/// 从某天起的新值；代码和日期相同的再登记一次是更正
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewValue {
    /// 措施编号加点加参数名
    code: String,
    /// 填写的值：710.00、150%、6、2025-12-31、是
    value: String,
    from: Day,
    /// 依据的文件名称和文号
    source: String,
    #[serde(default)]
    verified: bool,
}

pub async fn create(call: Call, Body(new): Body<NewValue>) -> Answer<Made<Created>> {
    let draft = ParameterDraft {
        code: new.code,
        value: new.value,
        from: new.from.0,
        source: new.source,
        verified: new.verified,
    };
    let id = parameter::set(&call.app, &call.actor, draft).await?;
    Ok(Made { location: "/parameters".to_owned(), value: Created { id: Id(id.0) } })
}

pub async fn verify(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<Created>> {
    let id = parameter::verify(&call.app, &call.actor, ParameterId(id.0)).await?;
    Ok(Shown(Created { id: Id(id.0) }))
}
