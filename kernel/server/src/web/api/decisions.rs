//! Decisions over the API: listing, the whole reasoning of one, and running it again.

use super::call::{Ask, At, Call, Kinds, limit};
use super::households::{Fact, fact};
use super::notices::Notice;
use super::parameters::Value;
use super::problem::Answer;
use super::reply::{File, Shown};
use super::shape::{Day, Id, Listed, Moment, Place};
use crate::app::decision::{self, DecisionQuery};
use doudi_domain::{DecisionId, HouseholdId, decision as domain};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// 决定
#[derive(Serialize, ToSchema)]
pub struct Decision {
    id: Id,
    scheme: String,
    household: Id,
    person: Option<Id>,
    document: Option<Id>,
    division: Place,
    /// grant 给予，refuse 不予，change 变更，stop 停止
    effect: &'static str,
    outcome: String,
    outcome_name: String,
    /// 每月金额（分）
    amount_fen: i64,
    covered_persons: i32,
    from: Day,
    to: Option<Day>,
    /// 按哪一天的规定
    as_of: Day,
    supersedes: Option<Id>,
    decided_at: Moment,
    decided_by: String,
    plugin: String,
    version: String,
}

impl From<domain::Decision> for Decision {
    fn from(decision: domain::Decision) -> Decision {
        Decision {
            id: Id(decision.id.0),
            scheme: decision.scheme,
            household: Id(decision.household.0),
            person: decision.person.map(|id| Id(id.0)),
            document: decision.document.map(|id| Id(id.0)),
            division: Place(decision.division),
            effect: decision.effect.code(),
            outcome: decision.outcome,
            outcome_name: decision.outcome_zh,
            amount_fen: decision.amount.0,
            covered_persons: decision.covered_persons,
            from: Day(decision.from),
            to: decision.to.map(Day),
            as_of: Day(decision.as_of),
            supersedes: decision.supersedes.map(|id| Id(id.0)),
            decided_at: Moment(decision.decided_at),
            decided_by: decision.decided_by_name,
            plugin: decision.cause.plugin,
            version: decision.cause.version,
        }
    }
}

/// Which decisions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DecisionAsk {
    scheme: Option<String>,
    plugin: Option<String>,
    outcome: Option<String>,
    /// 每页行数，1 至 500，默认 50
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    cursor: Option<String>,
}

/// 列表中的决定
#[derive(Serialize, ToSchema)]
pub struct DecisionRow {
    decision: Decision,
    /// 家庭，姓名已遮盖
    household_title: String,
    division_name: String,
}

pub async fn index(call: Call, Ask(ask): Ask<DecisionAsk>) -> Answer<Listed<DecisionRow>> {
    let query = DecisionQuery {
        scheme: ask.scheme,
        plugin: ask.plugin,
        outcome: ask.outcome,
        cursor: ask.cursor,
        limit: limit(ask.limit)?,
    };
    let page = decision::page(&call.app, &call.actor, &query).await?;
    let row = |row: decision::DecisionRow| DecisionRow {
        decision: row.decision.into(),
        household_title: row.household_title,
        division_name: row.division_name,
    };
    Ok(Listed { items: page.items.into_iter().map(row).collect(), next: page.next })
}

/// 家庭的全部决定，最近的在前
#[derive(Serialize, ToSchema)]
pub struct Decisions {
    items: Vec<Decision>,
}

pub async fn of_household(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<Decisions>> {
    let found = decision::list_of_household(&call.app, &call.actor, HouseholdId(id.0)).await?;
    Ok(Shown(Decisions { items: found.into_iter().map(Decision::from).collect() }))
}

/// 决定及理由
#[derive(Serialize, ToSchema)]
pub struct Why {
    decision: Decision,
    household_title: String,
    person_name: Option<String>,
    division_name: String,
    reasons: Vec<Reason>,
    figures: Vec<Figure>,
    /// 理由所依据的登记信息
    facts: Vec<Fact>,
    /// 所用的政策参数
    parameters: Vec<Value>,
    notices: Vec<Notice>,
    cause: Cause,
}

/// 一条理由
#[derive(Serialize, ToSchema)]
struct Reason {
    code: String,
    /// met 符合，not-met 不符合，finding 认定
    verdict: &'static str,
    /// 依据的条款
    article: String,
    text: String,
    facts: Vec<Id>,
}

/// 一个计算值
#[derive(Serialize, ToSchema)]
struct Figure {
    code: String,
    label: String,
    /// fen 分，count 数量，date 自 1970-01-01 起的天数，basis-points 万分之一，code 代码
    unit: String,
    value: i64,
}

/// 决定的全部由来，用于重算核对
#[derive(Serialize, ToSchema)]
struct Cause {
    /// 措施包的 SHA-256
    digest: String,
    input_hash: String,
    parameters: Vec<Id>,
}

pub async fn show(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<Why>> {
    let view = decision::view(&call.app, &call.actor, DecisionId(id.0)).await?;
    let decision = view.decision;
    Ok(Shown(Why {
        household_title: view.household_title,
        person_name: view.person_name,
        division_name: view.division_name,
        reasons: decision
            .reasons
            .iter()
            .map(|reason| Reason {
                code: reason.code.clone(),
                verdict: reason.verdict.code(),
                article: reason.article.clone(),
                text: reason.zh.clone(),
                facts: reason.facts.iter().map(|id| Id(id.0)).collect(),
            })
            .collect(),
        figures: decision
            .figures
            .iter()
            .map(|figure| Figure {
                code: figure.code.clone(),
                label: figure.zh.clone(),
                unit: figure.unit.clone(),
                value: figure.value,
            })
            .collect(),
        facts: view.facts.into_iter().map(fact).collect(),
        parameters: view.parameters.into_iter().map(Value::from).collect(),
        notices: view.notices.into_iter().map(Notice::from).collect(),
        cause: Cause {
            digest: decision.cause.digest.clone(),
            input_hash: decision.cause.input_hash.clone(),
            parameters: decision.cause.parameters.iter().map(|id| Id(id.0)).collect(),
        },
        decision: decision.into(),
    }))
}

/// 重算的结果
#[derive(Serialize, ToSchema)]
pub struct Replayed {
    decision: Id,
    /// 与当时逐字节相同
    same: bool,
    /// 第一处不同在哪里；相同时为空
    difference: String,
}

pub async fn replay(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<Replayed>> {
    let replayed = decision::replay(&call.app, &call.actor, DecisionId(id.0)).await?;
    Ok(Shown(Replayed { decision: id, same: replayed.same, difference: replayed.difference }))
}

/// A decision as one file.
pub struct Bundle;

impl Kinds for Bundle {
    const TYPES: &'static [&'static str] = &["application/octet-stream"];
}

pub async fn export(call: Call, At((id,)): At<(Id,)>) -> Answer<File<Bundle>> {
    let file = decision::bundle::export(&call.app, &call.actor, DecisionId(id.0)).await?;
    Ok(File::new(&format!("决定-{}.json", id.0), "application/octet-stream", file))
}
