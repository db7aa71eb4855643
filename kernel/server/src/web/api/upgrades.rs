//! Upgrades over the API: looked at, asked for, signed, switched, rolled back, with the steps and what is still missing.

use super::call::{At, Body, Call, Word};
use super::problem::Answer;
use super::reply::{Done, Made, Shown};
use super::shape::{Day, Free, Id, Label, Moment};
use crate::app::plugin::{self, GrantChoice};
use crate::app::upgrade::{self, Path, UpgradeDraft, UpgradeRow};
use doudi_domain::UpgradeId;
use doudi_domain::upgrade::{self as domain, Deed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 一次升级
#[derive(Serialize, ToSchema)]
pub struct Upgrade {
    id: Id,
    plugin: String,
    name: Label,
    from_version: String,
    from_digest: String,
    to_version: String,
    to_digest: String,
    /// 新版本从哪天起使用
    begins: Day,
    /// open 准备中、switched 已切换、rolled-back 已回退、cancelled 已取消
    state: &'static str,
    opened: Act,
    signed: Option<Signed>,
    switched: Option<Act>,
    /// 转换了多少办件
    documents: i64,
    /// 可以回退到哪天；没有转换办件时不限
    grace_until: Option<Day>,
    ended: Option<Ended>,
}

/// 谁在什么时候办的
#[derive(Serialize, ToSchema)]
struct Act {
    at: Moment,
    by_name: String,
}

/// 第二人的签认
#[derive(Serialize, ToSchema)]
struct Signed {
    at: Moment,
    by_name: String,
    reason: String,
}

/// 回退或取消
#[derive(Serialize, ToSchema)]
struct Ended {
    at: Moment,
    by_name: String,
    reason: String,
}

impl From<&Deed> for Act {
    fn from(deed: &Deed) -> Act {
        Act { at: Moment(deed.at), by_name: deed.by_name.clone() }
    }
}

fn upgrade_shape(upgrade: &domain::Upgrade, from: &plugin::PluginRef, to: &plugin::PluginRef) -> Upgrade {
    Upgrade {
        id: Id(upgrade.id.0),
        plugin: upgrade.plugin.clone(),
        name: (&to.name).into(),
        from_version: from.version.clone(),
        from_digest: upgrade.from_digest.clone(),
        to_version: to.version.clone(),
        to_digest: upgrade.to_digest.clone(),
        begins: Day(upgrade.begins),
        state: upgrade.state.code(),
        opened: (&upgrade.opened).into(),
        signed: upgrade.signed.as_ref().map(|signed| Signed {
            at: Moment(signed.deed.at),
            by_name: signed.deed.by_name.clone(),
            reason: signed.reason.clone(),
        }),
        switched: upgrade.switched.as_ref().map(Act::from),
        documents: upgrade.documents,
        grace_until: upgrade.grace_until.map(Day),
        ended: upgrade.ended.as_ref().map(|(deed, reason)| Ended {
            at: Moment(deed.at),
            by_name: deed.by_name.clone(),
            reason: reason.clone(),
        }),
    }
}

/// 本县区的升级，最近的在前
#[derive(Serialize, ToSchema)]
pub struct Upgrades {
    items: Vec<Upgrade>,
}

pub async fn index(call: Call) -> Answer<Shown<Upgrades>> {
    let rows = upgrade::list(&call.app, &call.actor, "").await?;
    let shape = |row: &UpgradeRow| upgrade_shape(&row.upgrade, &row.from, &row.to);
    Ok(Shown(Upgrades { items: rows.iter().map(shape).collect() }))
}

/// 升级的各步
#[derive(Serialize, ToSchema)]
pub struct UpgradePath {
    plugin: String,
    from_version: String,
    to_version: String,
    begins: Day,
    /// 登记之后才有
    upgrade: Option<Upgrade>,
    /// 都已完成，可以切换
    ready: bool,
    steps: Vec<UpgradeStep>,
    /// 新版本多申请的权限
    wider: Vec<Wider>,
    /// 比较两个版本的试运行报告
    report: Option<Id>,
    cases: usize,
    cases_passed: usize,
    /// 切换之后的办理情况
    watch: Option<WatchShape>,
}

/// 一步
#[derive(Serialize, ToSchema)]
struct UpgradeStep {
    /// version、permissions、settings、documents、shadow、acceptance 或 sign-off
    step: &'static str,
    /// done、attention、open 或 not-needed；有 open 的不能切换
    state: &'static str,
    sentence: String,
    /// 怎样处理；不需要处理时为空
    mend: String,
}

/// 多申请的一项权限
#[derive(Serialize, ToSchema)]
struct Wider {
    grant: String,
    label: Label,
    granted: bool,
}

/// 切换前后的办理情况
#[derive(Serialize, ToSchema)]
struct WatchShape {
    before: WatchLine,
    since: Vec<WatchLine>,
}

/// 一个版本的办理情况
#[derive(Serialize, ToSchema)]
struct WatchLine {
    digest: String,
    calls: i64,
    /// 按规定不予办理
    refused: i64,
    failed: i64,
    mean_micros: i64,
}

fn watch_line(row: &upgrade::WatchRow) -> WatchLine {
    WatchLine {
        digest: row.digest.clone(),
        calls: row.calls,
        refused: row.refused,
        failed: row.failed,
        mean_micros: row.mean_micros,
    }
}

fn path_shape(path: &Path) -> UpgradePath {
    UpgradePath {
        plugin: path.to.id.clone(),
        from_version: path.from.version.clone(),
        to_version: path.to.version.clone(),
        begins: Day(path.begins),
        upgrade: path.upgrade.as_ref().map(|upgrade| upgrade_shape(upgrade, &path.from, &path.to)),
        ready: path.ready(),
        steps: path
            .steps
            .iter()
            .map(|step| UpgradeStep {
                step: step.kind.code(),
                state: step.state.code(),
                sentence: step.sentence.clone(),
                mend: step.mend.clone(),
            })
            .collect(),
        wider: path
            .permissions
            .wider
            .iter()
            .map(|line| Wider { grant: line.grant.clone(), label: (&line.label).into(), granted: line.granted })
            .collect(),
        report: path.report.as_ref().map(|report| Id(report.id.0)),
        cases: path.acceptance.results.len(),
        cases_passed: path.acceptance.passed(),
        watch: path.watch.as_ref().map(|watch| WatchShape {
            before: watch_line(&watch.before),
            since: watch.since.iter().map(watch_line).collect(),
        }),
    }
}

/// 要升级到的版本
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUpgrade {
    plugin: String,
    /// 版本号，或措施包的 SHA-256（可以只写前 8 位以上）
    version: String,
    /// 从哪天起，不填为今天
    begins: Option<Day>,
    /// 不填则沿用现在的设置
    settings: Option<Free>,
    /// 授权；不填则沿用现在的，新版本多申请的须逐项决定
    grants: Option<Vec<String>>,
    /// 改用更旧的版本
    #[serde(default)]
    older: bool,
}

impl NewUpgrade {
    fn draft(self, call: &Call) -> UpgradeDraft {
        UpgradeDraft {
            plugin: self.plugin,
            target: self.version,
            begins: self.begins.map_or_else(|| call.app.today(), |day| day.0),
            settings: self.settings.map(|settings| serde_json::Value::Object(settings.0)),
            grants: self.grants.map_or(GrantChoice::Keep, GrantChoice::These),
            older: self.older,
        }
    }
}

pub async fn check(call: Call, Body(new): Body<NewUpgrade>) -> Answer<Shown<UpgradePath>> {
    let draft = new.draft(&call);
    Ok(Shown(path_shape(&upgrade::path(&call.app, &call.actor, &draft).await?)))
}

/// 登记的编号
#[derive(Serialize, ToSchema)]
pub struct Opened {
    id: Id,
}

pub async fn open(call: Call, Body(new): Body<NewUpgrade>) -> Answer<Made<Opened>> {
    let draft = new.draft(&call);
    let id = Id(upgrade::open(&call.app, &call.actor, &draft).await?.0);
    Ok(Made { location: format!("/upgrades/{}", id.0), value: Opened { id } })
}

pub async fn show(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<UpgradePath>> {
    Ok(Shown(path_shape(&upgrade::show(&call.app, &call.actor, UpgradeId(id.0)).await?)))
}

/// 开始的试运行
#[derive(Serialize, ToSchema)]
pub struct UpgradeShadow {
    order: Id,
}

pub async fn order_shadow(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<UpgradeShadow>> {
    let order = upgrade::order_shadow(&call.app, &call.actor, UpgradeId(id.0)).await?;
    Ok(Shown(UpgradeShadow { order: Id(order.0) }))
}

/// 转换好的办件
#[derive(Serialize, ToSchema)]
pub struct Rewritten {
    documents: u64,
}

pub async fn prepare(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<Rewritten>> {
    let documents = upgrade::prepare_documents(&call.app, &call.actor, UpgradeId(id.0)).await?;
    Ok(Shown(Rewritten { documents }))
}

/// 原因
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Because {
    reason: String,
}

pub async fn sign(call: Call, At((id,)): At<(Id,)>, Body(because): Body<Because>) -> Answer<Done> {
    upgrade::sign(&call.app, &call.actor, UpgradeId(id.0), &because.reason).await?;
    Ok(Done)
}

/// 切换的结果
#[derive(Serialize, ToSchema)]
pub struct SwitchedShape {
    pin: Id,
    documents: i64,
    took_micros: i64,
}

pub async fn switch(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<SwitchedShape>> {
    let switched = upgrade::switch(&call.app, &call.actor, UpgradeId(id.0)).await?;
    Ok(Shown(SwitchedShape {
        pin: Id(switched.pin.0),
        documents: switched.documents,
        took_micros: i64::try_from(switched.took.as_micros()).unwrap_or(i64::MAX),
    }))
}

pub async fn roll_back(call: Call, At((id,)): At<(Id,)>, Body(because): Body<Because>) -> Answer<Done> {
    upgrade::roll_back(&call.app, &call.actor, UpgradeId(id.0), &because.reason).await?;
    Ok(Done)
}

pub async fn cancel(call: Call, At((id,)): At<(Id,)>, Body(because): Body<Because>) -> Answer<Done> {
    upgrade::cancel(&call.app, &call.actor, UpgradeId(id.0), &because.reason).await?;
    Ok(Done)
}

pub async fn cancel_planned(call: Call, At((plugin,)): At<(Word,)>) -> Answer<Done> {
    plugin::cancel_planned(&call.app, &call.actor, &plugin.0).await?;
    Ok(Done)
}

/// 不需要第二人签认的限度；比例为万分之几
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpgradeBounds {
    /// 不再享受的家庭占现有享受家庭
    lost: i64,
    /// 新增、退出和金额变化的家庭占现有享受家庭
    changed: i64,
    /// 每月金额的变化
    money: i64,
    /// 升级前的办件内容保留的天数
    grace_days: i64,
    /// 试运行报告有效的天数
    report_days: i64,
}

pub async fn bounds(call: Call) -> Answer<Shown<UpgradeBounds>> {
    let (bounds, _) = upgrade::bounds(&call.app, &call.actor).await?;
    let domain::Bounds { lost, changed, money, grace_days, report_days } = bounds;
    Ok(Shown(UpgradeBounds { lost, changed, money, grace_days, report_days }))
}

pub async fn set_bounds(call: Call, Body(new): Body<UpgradeBounds>) -> Answer<Done> {
    let UpgradeBounds { lost, changed, money, grace_days, report_days } = new;
    let bounds = domain::Bounds { lost, changed, money, grace_days, report_days };
    upgrade::set_bounds(&call.app, &call.actor, bounds).await?;
    Ok(Done)
}
