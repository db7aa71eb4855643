//! What measures show and compute over the API: their menu, pages and panels as documents, and a trial over a whole county.

use super::call::{Ask, At, Body, Call, Word};
use super::problem::Answer;
use super::reply::Shown;
use super::shape::{Day, Free, Id, Label, Moment};
use crate::app::{assess, household, measure};
use doudi_domain::HouseholdId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// 本职务可以看的措施页面
#[derive(Serialize, ToSchema)]
pub struct Menu {
    items: Vec<MenuItem>,
}

/// 措施的一个页面
#[derive(Serialize, ToSchema)]
struct MenuItem {
    plugin: String,
    plugin_name: Label,
    page: String,
    title: Label,
}

pub async fn menu(call: Call) -> Answer<Shown<Menu>> {
    let entries = measure::menu(&call.app, &call.actor).await?;
    let item = |entry: measure::MenuEntry| MenuItem {
        plugin: entry.plugin,
        plugin_name: entry.plugin_name.into(),
        page: entry.page,
        title: entry.title.into(),
    };
    Ok(Shown(Menu { items: entries.into_iter().map(item).collect() }))
}

/// What the page is asked.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PageAsk {
    /// 页面的筛选条件，写成 名称=值，用 & 隔开
    #[serde(default)]
    query: String,
}

/// 措施的页面
#[derive(Serialize, ToSchema)]
pub struct MeasurePage {
    plugin: String,
    version: String,
    title: Label,
    /// wit/schemas/page-1.json
    page: Free,
    /// 之后有变动、还在重新汇总时，这里是汇总的时间
    as_of: Option<Moment>,
}

pub async fn show(
    call: Call,
    At((plugin, page)): At<(Word, Word)>,
    Ask(ask): Ask<PageAsk>,
) -> Answer<Shown<MeasurePage>> {
    let query: Vec<(String, String)> = serde_urlencoded::from_str(&ask.query).unwrap_or_default();
    let view = measure::page(&call.app, &call.actor, &plugin.0, &page.0, query).await?;
    Ok(Shown(MeasurePage {
        plugin: view.plugin.id,
        version: view.plugin.version,
        title: view.title.into(),
        page: Free::of(view.page.as_ref()),
        as_of: view.as_of.map(Moment),
    }))
}

/// 各措施在家庭档案中显示的内容
#[derive(Serialize, ToSchema)]
pub struct Panels {
    items: Vec<Panel>,
}

/// 一项措施显示的内容
#[derive(Serialize, ToSchema)]
struct Panel {
    plugin: String,
    title: Label,
    /// wit/schemas/page-1.json；不能显示时为 null
    page: Option<Free>,
    /// 不能显示的原因
    problem: Option<String>,
}

pub async fn panels(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<Panels>> {
    let panels = household::panels(&call.app, &call.actor, HouseholdId(id.0)).await?;
    let panel = |panel: household::PanelView| {
        let (page, problem) = match panel.page {
            Ok(page) => (Some(Free::of(page)), None),
            Err(problem) => (None, Some(problem)),
        };
        Panel { plugin: panel.plugin, title: panel.title.into(), page, problem }
    };
    Ok(Shown(Panels { items: panels.into_iter().map(panel).collect() }))
}

/// 试算什么
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    plugin: String,
    /// 按哪一天的规则、参数和家庭情况，默认今天
    as_of: Option<Day>,
    /// 列出多少户，默认 0，最多 2000
    #[serde(default)]
    #[schema(maximum = 2000)]
    households: u16,
    /// 只列出这种结论的
    outcome: Option<String>,
}

/// 试算的结果；没有写入任何内容
#[derive(Serialize, ToSchema)]
pub struct Assessed {
    households: u64,
    amount_fen: i64,
    outcomes: Vec<OutcomeTotal>,
    items: Vec<AssessedHousehold>,
}

/// 一种结论的合计
#[derive(Serialize, ToSchema)]
struct OutcomeTotal {
    outcome: String,
    label: String,
    households: u64,
    amount_fen: i64,
}

/// 一户的结论
#[derive(Serialize, ToSchema)]
struct AssessedHousehold {
    household: Id,
    number: String,
    outcome: String,
    outcome_name: String,
    amount_fen: i64,
    covered_persons: u32,
    reasons: Vec<AssessedReason>,
}

/// 理由
#[derive(Serialize, ToSchema)]
struct AssessedReason {
    code: String,
    text: String,
}

/// Households listed at most.
const LISTED: u16 = 2_000;

pub async fn assess(call: Call, Body(asked): Body<Assessment>) -> Answer<Shown<Assessed>> {
    if asked.households > LISTED {
        let message = format!("最多列出 {LISTED} 户");
        return Err(super::problem::Fault::field(super::problem::INVALID, "households", "assess.households", message));
    }
    let as_of = asked.as_of.map_or_else(|| call.app.today(), |day| day.0);
    let mut items = Vec::new();
    let mut sink = |rows: Vec<assess::AssessRow>| {
        let left = usize::from(asked.households) - items.len();
        let wanted = |row: &assess::AssessRow| asked.outcome.as_ref().is_none_or(|outcome| *outcome == row.outcome);
        items.extend(rows.into_iter().filter(wanted).take(left).map(|row| AssessedHousehold {
            household: Id(row.household.0),
            number: row.number,
            outcome: row.outcome,
            outcome_name: row.outcome_zh,
            amount_fen: row.amount.0,
            covered_persons: row.covered,
            reasons: row.reasons.into_iter().map(|(code, text)| AssessedReason { code, text }).collect(),
        }));
        Ok(())
    };
    let totals = assess::county(&call.app, &call.actor, &asked.plugin, as_of, &mut sink, &mut |_, _| {}).await?;
    let outcomes = totals.by_outcome.into_iter().map(|(outcome, label, households, amount_fen)| OutcomeTotal {
        outcome,
        label,
        households,
        amount_fen,
    });
    Ok(Shown(Assessed {
        households: totals.households,
        amount_fen: totals.amount,
        outcomes: outcomes.collect(),
        items,
    }))
}
