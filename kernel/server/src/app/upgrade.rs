//! An upgrade as a county does it: what is new, what it asks for, whether the settings fit, what it would change (the shadow
//! report), the county's own acceptance cases, a second signature where the change is beyond the county's bounds; then the
//! switch, a look at how it does, and the way back.
//!
//! [`path`] looks at all of it without changing anything and says of each step whether it is done, and how to mend what is
//! not. [`switch`] asks the same questions again and refuses while one is open.

mod changes;
mod migration;
mod report;
mod steps;
mod watch;

use super::acceptance::{self, AcceptanceRun, Terms};
use super::plugin::{self, GrantChoice, PluginRef};
use super::shadow::{self, ShadowDraft, ShadowReport};
use super::trust::{self, UpgradeTrust};
use super::{App, consult, in_own_task, manifests};
pub use changes::{Change, PermissionDifference};
use doudi_documents::Manifest;
use doudi_domain::package::{Enablement, Release};
use doudi_domain::policy::{self, Permission};
use doudi_domain::upgrade::{Bounds, Exceeded, State, Upgrade};
use doudi_domain::{Actor, Date, EnablementId, Error, Problem, Result, ShadowOrderId, UpgradeId, calendar};
use doudi_plugin_host::{Plugin, requested};
use doudi_storage::enablement::NewEnablement;
use doudi_storage::upgrade::NewUpgrade;
use doudi_storage::{ReadSet, Snapshot};
pub use migration::Documents;
pub use report::Report;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
pub use steps::{Step, StepKind, StepState};
pub use watch::{Watch, WatchRow};

/// Upgrades shown in a list.
const LISTED: u32 = 200;
/// How often a switch is tried while officers go on working on documents that have to be rewritten.
const ATTEMPTS: u32 = 5;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct UpgradeDraft {
    pub plugin: String,
    /// A version (`1.2.0`), a digest or the beginning of one.
    pub target: String,
    pub begins: Date,
    /// `None`: those in force.
    pub settings: Option<serde_json::Value>,
    /// `Keep` decides nothing about what the other version asks for beyond the one in force.
    pub grants: GrantChoice,
    /// The explicit word for going to an older version.
    pub older: bool,
}

/// Everything a county looks at before it switches, and after.
#[derive(Clone, Debug)]
pub struct Path {
    pub from: PluginRef,
    pub to: PluginRef,
    /// Once it is asked for.
    pub upgrade: Option<Upgrade>,
    pub begins: Date,
    pub changes: Vec<Change>,
    pub permissions: PermissionDifference,
    pub trust: UpgradeTrust,
    pub documents: Documents,
    /// The newest shadow report between these two versions.
    pub report: Option<Report>,
    pub bounds: Bounds,
    pub exceeded: Vec<Exceeded>,
    /// Empty for a measure that does not assess.
    pub acceptance: AcceptanceRun,
    pub steps: Vec<Step>,
    /// Once it is switched.
    pub watch: Option<Watch>,
}

impl Path {
    pub fn ready(&self) -> bool {
        self.steps.iter().all(|step| step.state != StepState::Open)
    }

    /// Everything still missing in one refusal.
    fn refusal(&self) -> Option<Error> {
        let missing: Vec<Problem> =
            self.steps.iter().filter(|step| step.state == StepState::Open).map(Step::problem).collect();
        if missing.is_empty() {
            return None;
        }
        Some(Error::Refused {
            message: format!("还不能切换，有 {} 项没有完成", missing.len()), problems: missing
        })
    }
}

/// What the switch did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Switched {
    pub pin: EnablementId,
    pub documents: i64,
    /// How long the one transaction took in which everything changed, from its turn to its end: so long others waited.
    pub took: Duration,
}

/// An upgrade in a list.
#[derive(Clone, Debug)]
pub struct UpgradeRow {
    pub upgrade: Upgrade,
    pub from: PluginRef,
    pub to: PluginRef,
}

/// The county's bounds, and who set them; `None`: they are the program's own.
pub type CountyBounds = (Bounds, Option<doudi_domain::upgrade::Deed>);

pub async fn list(app: &App, actor: &Actor, plugin: &str) -> Result<Vec<UpgradeRow>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let mut rows = Vec::new();
    for upgrade in snapshot.upgrades_list(plugin, LISTED).await? {
        rows.push(UpgradeRow {
            from: consult::plugin_ref(&mut snapshot, &upgrade.from_digest).await?,
            to: consult::plugin_ref(&mut snapshot, &upgrade.to_digest).await?,
            upgrade,
        });
    }
    Ok(rows)
}

pub async fn bounds(app: &App, actor: &Actor) -> Result<CountyBounds> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    bounds_of(app, &mut snapshot).await
}

async fn bounds_of(app: &App, snapshot: &mut Snapshot) -> Result<CountyBounds> {
    Ok(match snapshot.upgrade_bounds().await? {
        Some((bounds, deed)) => (bounds, Some(deed)),
        None => (app.config.upgrade_bounds(), None),
    })
}

/// Whoever may sign for what is beyond them says where they are.
pub async fn set_bounds(app: &App, actor: &Actor, bounds: Bounds) -> Result<()> {
    policy::require(actor, Permission::UpgradeSign)?;
    let mut problems = Vec::new();
    let mut check = |what: &str, value: i64, most: i64| {
        if !(0..=most).contains(&value) {
            problems.push(Problem::new(what, "upgrade.bounds", "超出可以填写的范围"));
        }
    };
    check("不再享受的比例", bounds.lost, 10_000);
    check("有变化的比例", bounds.changed, 10_000);
    check("金额变化的比例", bounds.money, 10_000);
    check("保留天数", bounds.grace_days, 3_650);
    check("报告有效天数", bounds.report_days, 365);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.upgrade_bounds_set(&bounds).await?;
        write.commit().await
    })
    .await
}

// ---------------------------------------------------------------------------------------------------------------------
// Looking

/// Both ends of an upgrade, found in one snapshot.
struct Ends {
    pin: Enablement,
    from: Arc<Manifest>,
    release: Release,
    to: Arc<Manifest>,
}

impl Ends {
    /// The pin that holds on the day the upgrade begins, and the version to go to.
    async fn find(snapshot: &mut Snapshot, plugin: &str, target: &str, begins: Date) -> Result<Ends> {
        let Some(pin) = snapshot.enablement_at(plugin, begins).await? else {
            return Err(Error::refused("这项措施没有启用，不能升级。请先启用（doudi plugin enable）"));
        };
        let release = release_of(snapshot, plugin, target).await?;
        Ends::of(snapshot, pin, release).await
    }

    async fn of(snapshot: &mut Snapshot, pin: Enablement, release: Release) -> Result<Ends> {
        let from = manifests::of_digest(snapshot, &pin.digest).await?;
        let to = manifests::of_digest(snapshot, &release.digest).await?;
        Ok(Ends { pin, from, release, to })
    }

    /// Words of the other version that the one in force does not ask for.
    fn wider(&self) -> BTreeSet<String> {
        let codes = |manifest: &Manifest| -> BTreeSet<String> {
            requested(manifest).into_iter().map(|capability| capability.code).collect()
        };
        codes(&self.to).difference(&codes(&self.from)).cloned().collect()
    }
}

/// A release by version, or by digest or the beginning of one.
async fn release_of(snapshot: &mut Snapshot, plugin: &str, target: &str) -> Result<Release> {
    let releases = snapshot.releases_list().await?;
    let own: Vec<&Release> = releases.iter().filter(|release| release.plugin == plugin).collect();
    if let Some(release) = own.iter().find(|release| release.version == target.trim()) {
        return Ok((*release).clone());
    }
    if semver::Version::parse(target.trim()).is_ok() {
        let versions: Vec<&str> = own.iter().map(|release| release.version.as_str()).collect();
        let known = if versions.is_empty() { "没有".to_owned() } else { versions.join("、") };
        return Err(Error::refused(format!("没有安装 {plugin} {target}。已安装的版本：{known}")));
    }
    plugin::find_release(snapshot, target, Some(plugin)).await
}

/// What the other version gets: as asked, before anything is kept.
struct Wishes {
    begins: Date,
    settings: String,
    /// `None`: those in force, and what is asked for beyond them is undecided.
    grants: Option<Vec<String>>,
    older: bool,
}

impl Wishes {
    fn granted(&self, ends: &Ends) -> Vec<String> {
        let asked: BTreeSet<String> = requested(&ends.to).into_iter().map(|capability| capability.code).collect();
        let given = self.grants.as_ref().unwrap_or(&ends.pin.grants);
        given.iter().filter(|grant| asked.contains(*grant)).cloned().collect()
    }
}

/// Everything a county looks at before it goes to another version; nothing is kept. An upgrade that is open already is the one
/// that is shown.
pub async fn path(app: &App, actor: &Actor, draft: &UpgradeDraft) -> Result<Path> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let release = release_of(&mut snapshot, &draft.plugin, &draft.target).await?;
    let open = snapshot.upgrades_list(&draft.plugin, LISTED).await?;
    if let Some(open) = open.into_iter().find(|upgrade| upgrade.state == State::Open)
        && open.to_digest == release.digest
    {
        drop(snapshot);
        return show(app, actor, open.id).await;
    }
    let ends = Ends::find(&mut snapshot, &draft.plugin, &draft.target, draft.begins).await?;
    let wishes = wishes(draft, &ends)?;
    look(app, actor, snapshot, ends, wishes, None).await.map(|(path, _)| path)
}

fn wishes(draft: &UpgradeDraft, ends: &Ends) -> Result<Wishes> {
    let asked: BTreeSet<String> = requested(&ends.to).into_iter().map(|capability| capability.code).collect();
    let grants = match &draft.grants {
        GrantChoice::All => Some(asked.iter().cloned().collect()),
        GrantChoice::Keep => None,
        GrantChoice::These(grants) => {
            let unknown: Vec<Problem> = grants
                .iter()
                .filter(|grant| !asked.contains(*grant))
                .map(|grant| Problem::new("授权", "grant.unknown", format!("新版本没有申请“{grant}”，不能授予")))
                .collect();
            if !unknown.is_empty() {
                return Err(Error::Invalid(unknown));
            }
            Some(grants.clone())
        }
    };
    let settings = match &draft.settings {
        Some(settings) => settings.to_string(),
        None => changes::carried_settings(&ends.pin.settings, &ends.to),
    };
    Ok(Wishes { begins: draft.begins, settings, grants, older: draft.older })
}

/// An upgrade that was asked for: its path while it is open, and how it does once it is switched.
pub async fn show(app: &App, actor: &Actor, id: UpgradeId) -> Result<Path> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let upgrade = snapshot.upgrade_fetch(id).await?;
    look_at(app, actor, snapshot, upgrade).await.map(|(path, _)| path)
}

async fn look_at(app: &App, actor: &Actor, mut snapshot: Snapshot, upgrade: Upgrade) -> Result<(Path, ReadSet)> {
    let (ends, wishes) = ends_of(&mut snapshot, &upgrade).await?;
    look(app, actor, snapshot, ends, wishes, Some(upgrade)).await
}

/// What an upgrade was asked for with; that it may go to an older version was decided then.
async fn ends_of(snapshot: &mut Snapshot, upgrade: &Upgrade) -> Result<(Ends, Wishes)> {
    let release = snapshot.release_fetch(&upgrade.to_digest).await?;
    let pin = pin_before(snapshot, upgrade).await?;
    let wishes = Wishes {
        begins: upgrade.begins,
        settings: upgrade.settings.clone(),
        grants: Some(upgrade.grants.clone()),
        older: true,
    };
    Ok((Ends::of(snapshot, pin, release).await?, wishes))
}

/// The pin an upgrade leads away from: the one in force while it is open, the last one before its own afterwards.
async fn pin_before(snapshot: &mut Snapshot, upgrade: &Upgrade) -> Result<Enablement> {
    let pins = snapshot.enablements_list().await?;
    let before = pins
        .into_iter()
        .filter(|pin| pin.plugin == upgrade.plugin && pin.digest == upgrade.from_digest)
        .filter(|pin| upgrade.pin.is_none_or(|own| pin.id < own))
        .max_by_key(|pin| pin.id);
    before.ok_or(Error::not_found("升级前的启用记录"))
}

async fn look(
    app: &App,
    actor: &Actor,
    mut snapshot: Snapshot,
    ends: Ends,
    wishes: Wishes,
    upgrade: Option<Upgrade>,
) -> Result<(Path, ReadSet)> {
    let loaded = consult::load(app, &mut snapshot, &ends.release.digest).await?;
    let in_force = snapshot.enablement_at(&ends.pin.plugin, wishes.begins).await?;
    let (bounds, _) = bounds_of(app, &mut snapshot).await?;
    let from = consult::plugin_ref(&mut snapshot, &ends.pin.digest).await?;
    let to = consult::plugin_ref(&mut snapshot, &ends.release.digest).await?;
    let day = wishes.begins.max(app.today());
    let trust = trust::of_upgrade(&mut snapshot, &ends.pin.digest, &ends.release, day).await?;
    let report = report::latest(app, actor, &ends, &wishes, &bounds).await?;
    let documents = migration::plan(&mut snapshot, &ends, upgrade.as_ref()).await?;
    let watch = match &upgrade {
        Some(upgrade) if upgrade.pin.is_some() => Some(watch::of(&mut snapshot, upgrade).await?),
        _ => None,
    };
    let read_set = snapshot.read_set().await?;
    drop(snapshot);

    let grants = wishes.granted(&ends);
    let pending = upgrade.as_ref().is_none_or(|upgrade| upgrade.state == State::Open);
    let settings =
        if pending { settings_problems(app, actor, &loaded, &wishes.settings, &grants).await? } else { Vec::new() };
    let assesses = |manifest: &Manifest| manifest.points.iter().any(|point| point == "assess");
    let acceptance = if assesses(&ends.to) {
        let terms = Terms { settings: wishes.settings.clone(), grants: grants.clone() };
        let snapshot = app.storage.snapshot(actor.scope()).await?;
        acceptance::put_to(app, actor, snapshot, &loaded, &terms).await?
    } else {
        AcceptanceRun { plugin: to.clone(), results: Vec::new() }
    };
    let exceeded = report.as_ref().map(|report| report.difference.exceeds(&bounds)).unwrap_or_default();
    let mut path = Path {
        changes: changes::between(&ends.from, &ends.to),
        permissions: changes::permissions(&ends, wishes.grants.as_deref()),
        trust,
        begins: wishes.begins,
        from,
        to,
        upgrade,
        documents,
        report,
        bounds,
        exceeded,
        acceptance,
        steps: Vec::new(),
        watch,
    };
    path.steps = steps::of(
        &path,
        &steps::Findings {
            ends: &ends,
            in_force: in_force.as_ref(),
            settings,
            older: wishes.older,
            today: app.today(),
            compares: assesses(&ends.from) && assesses(&ends.to),
        },
    );
    Ok((path, read_set))
}

async fn settings_problems(
    app: &App,
    actor: &Actor,
    plugin: &Arc<Plugin>,
    settings: &str,
    grants: &[String],
) -> Result<Vec<Problem>> {
    let grants: BTreeSet<String> = grants.iter().cloned().collect();
    let snapshot = app.storage.snapshot(actor.scope()).await?;
    match plugin::check_settings(app, actor, plugin, settings, &grants, snapshot).await {
        Ok(()) => Ok(Vec::new()),
        Err(Error::Invalid(problems)) => Ok(problems),
        Err(Error::Refused { message, .. }) => Ok(vec![Problem::new("", "settings.refused", message)]),
        Err(error) => Err(error),
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Doing

/// Asks for the shadow run an upgrade is judged by, under the terms it was asked for with. It goes on in the background.
pub async fn order_shadow(app: &App, actor: &Actor, id: UpgradeId) -> Result<ShadowOrderId> {
    shadow::order::order(app, actor, &shadow_draft(app, actor, id).await?).await
}

/// The same, waited for: what the command line does.
pub async fn run_shadow(
    app: &App,
    actor: &Actor,
    id: UpgradeId,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<ShadowReport> {
    shadow::run(app, actor, &shadow_draft(app, actor, id).await?, progress).await
}

/// Both versions are asked for the day of the switch, or for today when it lies ahead: the facts of today are what there is.
async fn shadow_draft(app: &App, actor: &Actor, id: UpgradeId) -> Result<ShadowDraft> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let upgrade = snapshot.upgrade_fetch(id).await?;
    let (ends, wishes) = ends_of(&mut snapshot, &upgrade).await?;
    Ok(report::draft(&ends, &wishes, app.today()))
}

/// Asks for an upgrade: what can only be decided at the beginning is decided here (from when, settings, grants, and whether it
/// is an older version), everything else on the way.
pub async fn open(app: &App, actor: &Actor, draft: &UpgradeDraft) -> Result<UpgradeId> {
    policy::require(actor, Permission::Configure)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    if draft.begins < app.today() {
        return Err(Error::refused(format!("切换日期 {} 早于今天，请填写今天或以后的日期", draft.begins)));
    }
    let ends = Ends::find(&mut snapshot, &draft.plugin, &draft.target, draft.begins).await?;
    let wishes = wishes(draft, &ends)?;
    let mut problems = steps::at_the_beginning(&ends, &wishes, app.today());
    let loaded = consult::load(app, &mut snapshot, &ends.release.digest).await?;
    let grants = wishes.granted(&ends);
    problems.extend(settings_problems(app, actor, &loaded, &wishes.settings, &grants).await?);
    if !problems.is_empty() {
        return Err(Error::Refused {
            message: "还不能开始升级，请先处理以下问题".to_owned(), problems
        });
    }
    let read_set = snapshot.read_set().await?;
    drop(snapshot);
    let new = NewUpgrade {
        plugin: draft.plugin.clone(),
        from_digest: ends.pin.digest,
        to_digest: ends.release.digest,
        begins: draft.begins,
        settings: wishes.settings,
        grants,
    };
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.check(&read_set).await?;
        let id = write.upgrade_open(&new).await?;
        write.commit().await?;
        Ok(id)
    })
    .await
}

/// A second person answers for a change beyond the county's bounds, as the newest report shows it.
pub async fn sign(app: &App, actor: &Actor, id: UpgradeId, reason: &str) -> Result<()> {
    policy::require(actor, Permission::UpgradeSign)?;
    let Some(user) = actor.user_id() else {
        return Err(Error::forbidden("签认须由有姓名的人员登录后办理，不能由系统代办"));
    };
    let reason = reason_of(reason, "签认")?;
    let path = show(app, actor, id).await?;
    let Some(upgrade) = &path.upgrade else { return Err(Error::not_found("升级记录")) };
    if upgrade.opened.by == Some(user) {
        return Err(Error::forbidden("提出升级的人不能自己签认。请由另一位有权限的人员签认"));
    }
    let Some(report) = path.report.filter(|report| report.fresh) else {
        return Err(Error::refused("没有最近的试运行报告，不能签认。请先试运行"));
    };
    if path.exceeded.is_empty() {
        return Err(Error::refused("变化没有超出本县区的限度，不需要签认"));
    }
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.upgrade_sign(id, &reason, &report.difference).await?;
        write.commit().await
    })
    .await
}

/// Rewrites the documents aside, in chunks, while the version in force goes on working. How many were rewritten.
pub async fn prepare_documents(app: &App, actor: &Actor, id: UpgradeId) -> Result<u64> {
    policy::require(actor, Permission::Configure)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let upgrade = snapshot.upgrade_fetch(id).await?;
    let (ends, _) = ends_of(&mut snapshot, &upgrade).await?;
    drop(snapshot);
    if !migration::needed(&ends) {
        return Err(Error::refused("这次升级不需要转换办件"));
    }
    migration::rewrite(app, actor, &upgrade, &ends).await
}

/// Switches: everything at once, in one short transaction, or nothing. Calls under way end on the version they began with, or
/// begin again on the other; none fails.
pub async fn switch(app: &App, actor: &Actor, id: UpgradeId) -> Result<Switched> {
    policy::require(actor, Permission::Configure)?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut attempt = 1;
        loop {
            match switch_once(&app, &actor, id).await {
                // An officer has worked on a document since it was rewritten, or changed a setting: look again.
                Err(Error::Conflict { .. }) if attempt < ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    })
    .await
}

async fn switch_once(app: &App, actor: &Actor, id: UpgradeId) -> Result<Switched> {
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let upgrade = snapshot.upgrade_fetch(id).await?;
    if upgrade.state != State::Open {
        return Err(Error::refused(format!("这次升级{}，不能再切换", upgrade.state.zh())));
    }
    let (path, read_set) = look_at(app, actor, snapshot, upgrade.clone()).await?;
    if let Some(refusal) = path.refusal() {
        return Err(refusal);
    }
    let migrates = path.documents.needed;
    if migrates {
        prepare_documents(app, actor, id).await?;
    }
    let grace = calendar::from_days(
        calendar::days(app.today()).saturating_add(i32::try_from(path.bounds.grace_days).unwrap_or(i32::MAX)),
    );
    let mut write = app.storage.write(actor, app.now()).await?;
    let begun = std::time::Instant::now();
    write.check(&read_set).await?;
    let pin = write.upgrade_switch(id, migrates, Some(grace)).await?;
    let grounds = path.trust.grounds();
    write.enablement_trust_record(&upgrade.to_digest, &grounds.by, grounds.policy, grounds.unsigned);
    write.commit().await?;
    Ok(Switched { pin, documents: path.documents.total, took: begun.elapsed() })
}

/// Back to the version from before, with its settings and grants, and to the documents as they were. What was worked on since
/// with rewritten documents stands in the way and is listed: nothing anybody did is ever thrown away.
pub async fn roll_back(app: &App, actor: &Actor, id: UpgradeId, reason: &str) -> Result<Duration> {
    policy::require(actor, Permission::Configure)?;
    let reason = reason_of(reason, "回退")?;
    let begun = std::time::Instant::now();
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let upgrade = snapshot.upgrade_fetch(id).await?;
    if upgrade.state != State::Switched {
        return Err(Error::refused(format!("这次升级{}，没有可以回退的切换", upgrade.state.zh())));
    }
    let today = app.today();
    let before = pin_before(&mut snapshot, &upgrade).await?;
    let day = upgrade.begins.max(today);
    let in_force = snapshot.enablement_at(&upgrade.plugin, day).await?;
    if in_force.is_none_or(|pin| pin.digest != upgrade.to_digest) {
        return Err(Error::refused("这次升级之后又换过版本或已停用，不能直接回退。请从最近的一次升级开始回退"));
    }
    if let Some(until) = upgrade.grace_until {
        if today > until {
            return Err(Error::refused(format!(
                "升级前的办件内容只保留到 {until}，已不能回退。请安装修正后的版本并再次升级"
            )));
        }
        refuse_obstacles(&mut snapshot, &upgrade).await?;
    }
    // In memory now, so that the first officer does not wait for it.
    consult::load(app, &mut snapshot, &before.digest).await?;
    let read_set = snapshot.read_set().await?;
    drop(snapshot);
    let again = NewEnablement {
        plugin: before.plugin,
        digest: before.digest,
        // A switch that was planned is as if it had never been planned.
        from: today,
        settings: before.settings,
        grants: before.grants,
    };
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.check(&read_set).await?;
        write.upgrade_roll_back(id, &again, &reason).await?;
        write.commit().await
    })
    .await?;
    Ok(begun.elapsed())
}

async fn refuse_obstacles(snapshot: &mut Snapshot, upgrade: &Upgrade) -> Result<()> {
    let (obstacles, all) = snapshot.upgrade_obstacles(upgrade).await?;
    if all == 0 {
        return Ok(());
    }
    let problems = obstacles
        .into_iter()
        .map(|obstacle| {
            let what = if obstacle.is_new { "切换之后新建" } else { "切换之后又办理过" };
            Problem::new(
                format!("办件 {}", obstacle.key),
                "upgrade.obstacle",
                format!("{}：{what}，旧版本读不懂它现在的内容", obstacle.title),
            )
        })
        .collect();
    Err(Error::Refused {
        message: format!(
            "有 {all} 个办件在切换之后有变动，回退会丢掉这些工作，没有回退。请保留新版本，由供应商修正后再升级"
        ),
        problems,
    })
}

/// Gives up an upgrade that was not switched.
pub async fn cancel(app: &App, actor: &Actor, id: UpgradeId, reason: &str) -> Result<()> {
    policy::require(actor, Permission::Configure)?;
    let reason = reason_of(reason, "取消")?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.upgrade_cancel(id, &reason).await?;
        write.commit().await
    })
    .await
}

/// Forgets the documents' bodies of upgrades whose grace time is over. Of how many upgrades.
pub async fn expire(app: &App, actor: &Actor) -> Result<usize> {
    policy::require(actor, Permission::Configure)?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        match write.upgrade_documents_expire(app.today()).await? {
            0 => write.rollback().await.map(|()| 0),
            forgotten => write.commit().await.map(|()| forgotten),
        }
    })
    .await
}

fn reason_of(text: &str, what: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 500 {
        return Err(Error::invalid("原因", "upgrade.reason", format!("请写明{what}的原因，500 字以内")));
    }
    Ok(text.to_owned())
}
