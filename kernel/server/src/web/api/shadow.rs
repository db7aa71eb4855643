//! Shadow runs over the API: asking for one, how far it is, the reports and their households; and what would turn a measure's
//! answer for one household.

use super::call::{Ask, At, Body, Call, limit};
use super::problem::{Answer, BAD_REQUEST, Fault};
use super::reply::{Made, Shown};
use super::shape::{Day, Free, Id, Label, Listed, Moment, Place};
use crate::app::qualify;
use crate::app::shadow::{self, ReleaseChoice, ShadowDraft, ShadowReport, ShadowRowQuery, SideDraft, order};
use doudi_domain::shadow::Change;
use doudi_domain::{Date, HouseholdId, ShadowOrderId, ShadowRunId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// 影子运行或测算的报告
#[derive(Serialize, ToSchema)]
pub struct ShadowSummary {
    id: Id,
    plugin: String,
    name: Label,
    /// release 比较版本，parameters 测算参数，time 比较时点
    kind: &'static str,
    as_of: Day,
    /// 比较前的程序指纹；没有启用时为 null
    before_digest: Option<String>,
    after_digest: String,
    /// 两边所用参数值的指纹
    parameters_hash: String,
    households: i64,
    gained: i64,
    lost: i64,
    changed: i64,
    unchanged: i64,
    /// 每月金额
    before_fen: i64,
    after_fen: i64,
    difference_fen: i64,
    difference_a_year_fen: i64,
    at: Moment,
    by_name: String,
}

/// 报告全文
#[derive(Serialize, ToSchema)]
pub struct ShadowDetails {
    #[serde(flatten)]
    summary: ShadowSummary,
    /// 为什么报告已不反映现在的情况；仍然有效时为 null
    stale: Option<String>,
    /// 比较的两边、参数、差额的来源、结论变化、分镇街、理由和分布
    report: Free,
}

fn summary(report: &ShadowReport) -> ShadowSummary {
    let (run, totals) = (&report.run, report.run.totals);
    ShadowSummary {
        id: Id(run.id.0),
        plugin: run.plugin.clone(),
        name: Label::from(&report.body.name),
        kind: run.kind.code(),
        as_of: Day(run.as_of),
        before_digest: run.before_digest.clone(),
        after_digest: run.after_digest.clone(),
        parameters_hash: run.parameters_hash.clone(),
        households: totals.households,
        gained: totals.gained,
        lost: totals.lost,
        changed: totals.changed,
        unchanged: totals.unchanged,
        before_fen: totals.before.0,
        after_fen: totals.after.0,
        difference_fen: report.difference().0,
        difference_a_year_fen: report.difference_a_year().0,
        at: Moment(run.at),
        by_name: run.by_name.clone(),
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    cursor: Option<String>,
    /// 每页行数，1 至 500
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

pub async fn index(call: Call, Ask(asked): Ask<Paging>) -> Answer<Listed<ShadowSummary>> {
    let page = shadow::list(&call.app, &call.actor, asked.cursor.as_deref(), limit(asked.limit)?).await?;
    Ok(Listed { items: page.items.iter().map(summary).collect(), next: page.next })
}

pub async fn show(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<ShadowDetails>> {
    let report = shadow::fetch(&call.app, &call.actor, ShadowRunId(id.0)).await?;
    let stale = shadow::stale(&call.app, &call.actor, &report).await?;
    Ok(Shown(ShadowDetails { summary: summary(&report), stale, report: Free::of(&report.body) }))
}

/// 报告中的一户
#[derive(Serialize, ToSchema)]
pub struct ShadowHousehold {
    /// 按差额大小的名次
    rank: i64,
    household: Id,
    /// 姓名遮盖
    title: String,
    division: Place,
    /// gained 新增，lost 退出，changed 变动
    change: &'static str,
    outcome_before: String,
    outcome_after: String,
    before_fen: i64,
    after_fen: i64,
    covered_before: i32,
    covered_after: i32,
    /// 不同的理由
    reasons: Vec<ShadowReason>,
}

/// 不同的理由
#[derive(Serialize, ToSchema)]
struct ShadowReason {
    code: String,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RowsAsked {
    /// gained、lost 或 changed
    change: Option<String>,
    cursor: Option<String>,
    /// 每页行数，1 至 500
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

pub async fn rows(call: Call, At((id,)): At<(Id,)>, Ask(asked): Ask<RowsAsked>) -> Answer<Listed<ShadowHousehold>> {
    let wrong = || Fault::field(BAD_REQUEST, "change", "query.change", "应为 gained、lost 或 changed");
    let query = ShadowRowQuery {
        change: asked.change.as_deref().map(|word| Change::parse(word).ok_or_else(wrong)).transpose()?,
        division: None,
        cursor: asked.cursor,
        limit: limit(asked.limit)?,
    };
    let page = shadow::rows(&call.app, &call.actor, ShadowRunId(id.0), &query).await?;
    let items = page.items.into_iter().map(|view| ShadowHousehold {
        rank: view.row.rank,
        household: Id(view.row.household.0),
        title: view.household_title,
        division: Place(view.row.division),
        change: view.row.change.code(),
        outcome_before: view.row.outcome_before,
        outcome_after: view.row.outcome_after,
        before_fen: view.row.before.0,
        after_fen: view.row.after.0,
        covered_before: view.row.covered_before,
        covered_after: view.row.covered_after,
        reasons: view
            .detail
            .reasons
            .into_iter()
            .map(|reason| ShadowReason { code: reason.code, before: reason.before, after: reason.after })
            .collect(),
    });
    Ok(Listed { items: items.collect(), next: page.next })
}

/// 要试运行或测算什么
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShadowAsked {
    plugin: String,
    before: SideAsked,
    after: SideAsked,
}

/// 比较的一边
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SideAsked {
    /// 措施编号@版本号或程序指纹；省略时为当天启用的版本
    release: Option<String>,
    /// 按哪一天的规则和家庭情况，默认今天
    on: Option<Day>,
    /// 用哪一天的参数，默认与家庭情况同一天
    parameters_on: Option<Day>,
    /// 假设的参数值：参数名和接口所用的数值（金额为分）
    #[serde(default)]
    values: BTreeMap<String, i64>,
}

/// 已经受理的试运行
#[derive(Serialize, ToSchema)]
pub struct ShadowOrdered {
    id: Id,
    /// 已计算的户数
    done: i64,
    total: i64,
    /// 算完后的报告；还没有算完时为 null
    run: Option<Id>,
    /// 没有算成的原因
    problem: Option<String>,
}

pub async fn ask(call: Call, Body(asked): Body<ShadowAsked>) -> Answer<Made<ShadowOrdered>> {
    let today = call.app.today();
    let draft =
        ShadowDraft { plugin: asked.plugin, before: side(asked.before, today), after: side(asked.after, today) };
    let id = order::order(&call.app, &call.actor, &draft).await?;
    let value = ShadowOrdered { id: Id(id.0), done: 0, total: 0, run: None, problem: None };
    Ok(Made { location: format!("/shadow-orders/{id}"), value })
}

fn side(asked: SideAsked, today: Date) -> SideDraft {
    SideDraft {
        parameters_on: asked.parameters_on.map(|day| day.0),
        values: asked.values,
        ..SideDraft::new(
            asked.release.map_or(ReleaseChoice::InForce, ReleaseChoice::Named),
            asked.on.map_or(today, |day| day.0),
        )
    }
}

pub async fn progress(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<ShadowOrdered>> {
    let order = order::progress(&call.app, &call.actor, ShadowOrderId(id.0)).await?;
    Ok(Shown(ShadowOrdered {
        id,
        done: order.done,
        total: order.total,
        run: order.run.map(|run| Id(run.0)),
        problem: order.problem,
    }))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct QualifyAsked {
    plugin: String,
    /// 按哪一天的规则、参数和家庭情况，默认今天
    #[param(value_type = Option<Day>)]
    as_of: Option<Day>,
}

/// 差在哪里
#[derive(Serialize, ToSchema)]
pub struct WouldQualify {
    household: Id,
    outcome: Label,
    amount_fen: i64,
    /// 现在已经符合并有金额，没有再找
    pays: bool,
    /// 有任何一项就能符合，改变小的在前
    items: Vec<Finding>,
}

/// 一项改变和改变以后的结论
#[derive(Serialize, ToSchema)]
struct Finding {
    change: String,
    field: Option<String>,
    /// 金额改变多少；不是金额时为 null
    size_fen: Option<i64>,
    outcome: Label,
    amount_fen: i64,
    covered_persons: u32,
}

pub async fn would_qualify(
    call: Call,
    At((id,)): At<(Id,)>,
    Ask(asked): Ask<QualifyAsked>,
) -> Answer<Shown<WouldQualify>> {
    let as_of = asked.as_of.map_or_else(|| call.app.today(), |day| day.0);
    let found = qualify::would_qualify(&call.app, &call.actor, HouseholdId(id.0), &asked.plugin, as_of).await?;
    let items = found.findings.into_iter().map(|finding| Finding {
        change: finding.sentence,
        field: finding.field.map(|field| field.as_str().to_owned()),
        size_fen: finding.size.map(|size| size.0),
        outcome: finding.answer.outcome.into(),
        amount_fen: finding.answer.amount.0,
        covered_persons: finding.answer.covered,
    });
    Ok(Shown(WouldQualify {
        household: id,
        outcome: found.now.outcome.into(),
        amount_fen: found.now.amount.0,
        pays: found.pays,
        items: items.collect(),
    }))
}
