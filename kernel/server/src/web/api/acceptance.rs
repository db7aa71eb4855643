//! Acceptance cases over the API: listed, saved from a scenario or from a household, put to a version, withdrawn.

use super::call::{Ask, At, Body, Call};
use super::problem::Answer;
use super::reply::{Done, Made, Shown};
use super::shape::{Day, Free, Id, Moment};
use crate::app::acceptance::{self, AcceptanceDraft, CaseResult, CaseView, HouseholdCase};
use doudi_domain::acceptance::Source;
use doudi_domain::{AcceptanceId, Error, Fen, HouseholdId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// 验收用例
#[derive(Serialize, ToSchema)]
pub struct AcceptanceCase {
    id: Id,
    plugin: String,
    name: String,
    /// 按哪天的规则和参数
    date: Day,
    /// household 真实家庭（已隐去身份）、form 填写的家庭、file 用例文件
    source: &'static str,
    note: String,
    expected_outcome: String,
    expected_amount_fen: i64,
    saved_at: Moment,
    saved_by_name: String,
    withdrawn_at: Option<Moment>,
}

fn case(view: &CaseView) -> AcceptanceCase {
    AcceptanceCase {
        id: Id(view.case.id.0),
        plugin: view.case.plugin.clone(),
        name: view.case.name.clone(),
        date: Day(view.case.date),
        source: view.case.source.code(),
        note: view.case.note.clone(),
        expected_outcome: view.expected.outcome.clone(),
        expected_amount_fen: view.expected.amount.0,
        saved_at: Moment(view.case.saved_at),
        saved_by_name: view.case.saved_by_name.clone(),
        withdrawn_at: view.case.withdrawn_at.map(Moment),
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CaseAsk {
    /// 只列一项措施的
    #[serde(default)]
    plugin: Option<String>,
    /// 也列已停用的
    #[serde(default)]
    withdrawn: Option<bool>,
}

/// 本县区的验收用例
#[derive(Serialize, ToSchema)]
pub struct AcceptanceCases {
    items: Vec<AcceptanceCase>,
}

pub async fn index(call: Call, Ask(ask): Ask<CaseAsk>) -> Answer<Shown<AcceptanceCases>> {
    let plugin = ask.plugin.unwrap_or_default();
    let cases = acceptance::list(&call.app, &call.actor, &plugin, ask.withdrawn.unwrap_or(false)).await?;
    Ok(Shown(AcceptanceCases { items: cases.iter().map(case).collect() }))
}

/// 验收用例和它的家庭
#[derive(Serialize, ToSchema)]
pub struct AcceptanceDetail {
    case: AcceptanceCase,
    /// 按 wit/schemas 中示例（scenario）的写法
    scenario: Free,
}

pub async fn show(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<AcceptanceDetail>> {
    let view = acceptance::fetch(&call.app, &call.actor, AcceptanceId(id.0)).await?;
    Ok(Shown(AcceptanceDetail { case: case(&view), scenario: Free::of(&view.scenario) }))
}

/// 新的验收用例
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    plugin: String,
    /// 家庭和期望的结论，写法与插件自带的示例（scenario）相同
    scenario: Free,
    #[serde(default)]
    note: String,
}

/// 登记的编号
#[derive(Serialize, ToSchema)]
pub struct CaseSaved {
    id: Id,
}

fn saved(id: AcceptanceId) -> Made<CaseSaved> {
    Made { location: format!("/acceptance-cases/{id}"), value: CaseSaved { id: Id(id.0) } }
}

pub async fn create(call: Call, Body(new): Body<NewCase>) -> Answer<Made<CaseSaved>> {
    let scenario = serde_json::from_value(serde_json::Value::Object(new.scenario.0))
        .map_err(|error| Error::invalid("scenario", "acceptance.scenario", format!("用例的写法有误：{error}")))?;
    let draft = AcceptanceDraft { plugin: new.plugin, scenario, source: Source::Form, note: new.note };
    Ok(saved(acceptance::save(&call.app, &call.actor, draft).await?))
}

/// 把一户存为验收用例
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHouseholdCase {
    plugin: String,
    name: String,
    /// 哪一天的情况，不填为今天
    on: Option<Day>,
    /// 期望的结论；不填则为现在的版本给出的
    #[schema(inline)]
    expected: Option<ExpectedCase>,
    #[serde(default)]
    note: String,
}

/// 期望的结论
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExpectedCase {
    outcome: String,
    amount_fen: i64,
}

pub async fn create_of_household(
    call: Call,
    At((id,)): At<(Id,)>,
    Body(new): Body<NewHouseholdCase>,
) -> Answer<Made<CaseSaved>> {
    let case = HouseholdCase {
        plugin: new.plugin,
        household: HouseholdId(id.0),
        on: new.on.map_or_else(|| call.app.today(), |day| day.0),
        name: new.name,
        expected: new.expected.map(|expected| (expected.outcome, Fen(expected.amount_fen))),
        note: new.note,
    };
    Ok(saved(acceptance::save_household(&call.app, &call.actor, case).await?))
}

/// 用哪个版本验证
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunAsk {
    plugin: String,
    /// 措施包的 SHA-256（可以只写前 8 位以上）；不填为正在使用的版本
    digest: Option<String>,
}

/// 验证的结果
#[derive(Serialize, ToSchema)]
pub struct AcceptanceResults {
    plugin: String,
    version: String,
    digest: String,
    passed: usize,
    items: Vec<AcceptanceResult>,
}

/// 一个用例的结果
#[derive(Serialize, ToSchema)]
struct AcceptanceResult {
    case: Id,
    name: String,
    passed: bool,
    /// 每一处不同
    faults: Vec<String>,
}

pub async fn run(call: Call, Body(ask): Body<RunAsk>) -> Answer<Shown<AcceptanceResults>> {
    let run = acceptance::run(&call.app, &call.actor, &ask.plugin, ask.digest.as_deref()).await?;
    let item = |result: &CaseResult| AcceptanceResult {
        case: Id(result.view.case.id.0),
        name: result.view.case.name.clone(),
        passed: result.passed(),
        faults: result.faults.clone(),
    };
    Ok(Shown(AcceptanceResults {
        passed: run.passed(),
        items: run.results.iter().map(item).collect(),
        plugin: run.plugin.id,
        version: run.plugin.version,
        digest: run.plugin.digest,
    }))
}

/// 停用的原因
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawCase {
    reason: String,
}

pub async fn withdraw(call: Call, At((id,)): At<(Id,)>, Body(because): Body<WithdrawCase>) -> Answer<Done> {
    acceptance::withdraw(&call.app, &call.actor, AcceptanceId(id.0), &because.reason).await?;
    Ok(Done)
}
