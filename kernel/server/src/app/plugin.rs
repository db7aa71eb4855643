//! Packages and who runs them: installing, enabling for a county from a date, settings, grants. What enabled measures show stands in
//! [`super::measure`].

use super::delivery::{self, Installed};
use super::reads::SnapshotReads;
use super::trust::{self, Grounds, Known, TrustView};
use super::{App, consult, in_own_task, manifests};
use doudi_documents::{Manifest, Text};
use doudi_domain::catalogue::{self, Sensitivity};
use doudi_domain::package::{Enablement, Release};
use doudi_domain::policy::{self, Permission};
use doudi_domain::upgrade::{State, state_major};
use doudi_domain::{Actor, Date, Error, Problem, Result};
use doudi_plugin_host::{Plugin, requested};
use doudi_storage::Snapshot;
use doudi_storage::enablement::NewEnablement;
use doudi_storage::package::NewRelease;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Mutex;

/// A plugin as pages name it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PluginRef {
    pub id: String,
    pub name: Text,
    pub version: String,
    pub digest: String,
}

/// A package on the console.
#[derive(Clone, Debug)]
pub struct PackageView {
    pub release: Release,
    pub manifest: Arc<Manifest>,
    pub permissions: Vec<PermissionSentence>,
    /// The county's pins of this very digest, past and planned included.
    pub pins: Vec<Enablement>,
    pub in_force: bool,
    /// Who signed it, and whether that is what the county asks for.
    pub trust: TrustView,
}

/// `读取 残疾类别、残疾等级：用于判断单人户`, and the grants it stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PermissionSentence {
    /// `read:person.disability-grade` … one for each field; `effect:decision.record` …
    pub grants: Vec<GrantItem>,
    pub sentence: Text,
    /// Concerns finances, health or family circumstances.
    pub sensitive: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GrantItem {
    pub grant: String,
    pub label: Text,
    /// Encrypted at rest: grant sparingly.
    pub sealed: bool,
}

/// A pin to be set for the actor's county.
#[derive(Clone, Debug)]
pub struct EnableDraft {
    pub plugin: String,
    /// Full digest, or a beginning of at least eight digits that fits one release only.
    pub digest: String,
    pub from: Date,
    /// `None`: those of the pin in force, else the manifest's defaults.
    pub settings: Option<serde_json::Value>,
    pub grants: GrantChoice,
    /// The operator of the machine takes a package nobody signed, where the county asks for no signature.
    pub accept_unsigned: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GrantChoice {
    /// Everything the manifest asks for.
    All,
    /// Those of the pin in force, as far as they are still asked for.
    Keep,
    These(Vec<String>),
}

/// A pin with what it runs.
#[derive(Clone, Debug)]
pub struct EnablementView {
    pub enablement: Enablement,
    pub plugin: PluginRef,
    pub manifest: Arc<Manifest>,
    pub in_force: bool,
    /// Asked for and not granted.
    pub withheld: Vec<String>,
}

/// All packages installed in the city, with what each asks for and where the actor's county stands.
pub async fn packages(app: &App, actor: &Actor) -> Result<Vec<PackageView>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let pins = snapshot.enablements_list().await?;
    let known = Known::all(&mut snapshot).await?;
    let mut views = Vec::new();
    for release in snapshot.releases_list().await? {
        views.push(package_view(&mut snapshot, release, &pins, &known, app.today()).await?);
    }
    Ok(views)
}

pub async fn package(app: &App, actor: &Actor, digest: &str) -> Result<PackageView> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let pins = snapshot.enablements_list().await?;
    let release = find_release(&mut snapshot, digest, None).await?;
    let known = Known::of(&mut snapshot, &release.digest).await?;
    package_view(&mut snapshot, release, &pins, &known, app.today()).await
}

async fn package_view(
    snapshot: &mut Snapshot,
    release: Release,
    pins: &[Enablement],
    known: &Known,
    today: Date,
) -> Result<PackageView> {
    let manifest = manifests::of_digest(snapshot, &release.digest).await?;
    let pins: Vec<Enablement> = pins.iter().filter(|pin| pin.digest == release.digest).cloned().collect();
    Ok(PackageView {
        permissions: permissions(&manifest),
        in_force: pins.iter().any(|pin| holds(pin, today)),
        trust: known.view(snapshot, &release, today).await?,
        release,
        manifest,
        pins,
    })
}

/// What a package asks for, as sentences: one for each purpose of reading, one for each wish and question.
pub fn permissions(manifest: &Manifest) -> Vec<PermissionSentence> {
    let mut sentences: Vec<PermissionSentence> = Vec::new();
    for input in &manifest.inputs {
        let fields: Vec<_> = input.fields.iter().filter_map(|code| catalogue::find(code)).collect();
        let words = |of: fn(&catalogue::Field) -> &str, between: &str| {
            fields.iter().map(|field| of(field)).collect::<Vec<_>>().join(between)
        };
        sentences.push(PermissionSentence {
            grants: fields
                .iter()
                .map(|field| GrantItem {
                    grant: format!("read:{}", field.code),
                    label: Text::new(field.zh, field.en),
                    sealed: field.sensitivity == Sensitivity::Sealed,
                })
                .collect(),
            sentence: Text::new(
                format!("读取 {}：{}", words(|field| field.zh, "、"), input.purpose.zh),
                format!("Reads {}: {}", words(|field| field.en, ", "), input.purpose.in_language(true)),
            ),
            sensitive: fields.iter().any(|field| field.sensitivity != Sensitivity::Internal),
        });
    }
    for capability in requested(manifest).into_iter().filter(|capability| !capability.code.starts_with("read:")) {
        let with_purpose = |label: &str, purpose: &str, between: &str| match purpose {
            "" => label.to_owned(),
            purpose => format!("{label}{between}{purpose}"),
        };
        sentences.push(PermissionSentence {
            sentence: Text::new(
                with_purpose(&capability.label.zh, &capability.purpose.zh, "："),
                with_purpose(capability.label.in_language(true), capability.purpose.in_language(true), ": "),
            ),
            grants: vec![GrantItem { grant: capability.code, label: capability.label, sealed: false }],
            sensitive: false,
        });
    }
    sentences
}

/// Everything admission checks. Everything wrong is told in one refusal.
pub(crate) async fn admit(app: &App, component: Vec<u8>) -> Result<(NewRelease, Installed)> {
    let admitted = app.host.admit(&component).await.map_err(|refusal| Error::Refused {
        message: format!("插件包“{}”不能安装，共有 {} 处问题", refusal.package, refusal.problems.len()),
        problems: refusal.problems,
    })?;
    let installed = Installed {
        digest: admitted.digest,
        plugin: admitted.manifest.id.clone(),
        version: admitted.manifest.version.to_string(),
        name: admitted.manifest.name.clone(),
        size: admitted.size,
        signatures: Vec::new(),
    };
    let new = NewRelease {
        plugin: installed.plugin.clone(),
        version: installed.version.clone(),
        publisher: admitted.manifest.publisher.clone(),
        manifest: admitted.manifest_text,
        component,
    };
    Ok((new, installed))
}

/// Installs one package that came without signatures.
pub async fn install(app: &App, actor: &Actor, component: Vec<u8>) -> Result<Installed> {
    let received = delivery::receive(app, actor, component, Vec::new()).await?;
    received.packages.into_iter().next().ok_or(Error::not_found("插件包"))
}

/// The county's pins, past and planned included.
pub async fn enablements(app: &App, actor: &Actor) -> Result<Vec<EnablementView>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let mut views = Vec::new();
    for enablement in snapshot.enablements_list().await? {
        let manifest = manifests::of_digest(&mut snapshot, &enablement.digest).await?;
        let asked = requested(&manifest).into_iter().map(|capability| capability.code);
        views.push(EnablementView {
            withheld: asked.filter(|code| !enablement.grants.contains(code)).collect(),
            plugin: consult::plugin_ref(&mut snapshot, &enablement.digest).await?,
            in_force: holds(&enablement, app.today()),
            enablement,
            manifest,
        });
    }
    Ok(views)
}

/// Pins a release for the actor's county from a date.
///
/// `Invalid` for settings or grants the manifest does not know; `Refused` for a date that would rewrite what has run, and for
/// signatures that are not what the county asks for.
pub async fn enable(app: &App, actor: &Actor, draft: EnableDraft) -> Result<Enablement> {
    policy::require(actor, Permission::Configure)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let release = find_release(&mut snapshot, &draft.digest, Some(&draft.plugin)).await?;
    let earlier: Vec<Enablement> =
        snapshot.enablements_list().await?.into_iter().filter(|pin| pin.plugin == draft.plugin).collect();
    // The operator of the machine may set up the past of a new county; nobody changes what cases were decided by.
    if actor.role().is_some() && draft.from < app.today() && !earlier.is_empty() {
        return Err(Error::refused(format!(
            "启用日期 {} 早于今天。已经办理的事项按当时的版本留存，请从今天或以后的日期起启用",
            draft.from
        )));
    }
    let manifest = manifests::of_digest(&mut snapshot, &release.digest).await?;
    refuse_unlooked_at(&mut snapshot, actor, &earlier, &release, &manifest).await?;
    let current = snapshot.enablement_at(&draft.plugin, draft.from).await?;
    let asked: BTreeSet<String> = requested(&manifest).into_iter().map(|capability| capability.code).collect();
    let grants: BTreeSet<String> = match draft.grants {
        GrantChoice::All => asked.clone(),
        GrantChoice::Keep => {
            current.iter().flat_map(|pin| &pin.grants).filter(|grant| asked.contains(*grant)).cloned().collect()
        }
        GrantChoice::These(grants) => grants.into_iter().collect(),
    };
    let unknown: Vec<Problem> = grants
        .difference(&asked)
        .map(|grant| Problem::new("授权", "grant.unknown", format!("插件没有申请“{grant}”，不能授予")))
        .collect();
    if !unknown.is_empty() {
        return Err(Error::Invalid(unknown));
    }
    // The same program with no more than it has is no new enablement: a county must be able to take grants away from a package
    // whose publisher has fallen into disrepute.
    let continues = current
        .as_ref()
        .is_some_and(|pin| pin.digest == release.digest && grants.iter().all(|grant| pin.grants.contains(grant)));
    let grounds = match continues {
        true => None,
        false => {
            let day = draft.from.max(app.today());
            Some(trust::require(&mut snapshot, actor, &release, day, draft.accept_unsigned).await?)
        }
    };
    let settings = match draft.settings {
        Some(settings) => settings.to_string(),
        None => match &current {
            Some(pin) => pin.settings.clone(),
            None => {
                manifest.settings.as_ref().map_or_else(|| "{}".to_owned(), |settings| settings.defaults.to_string())
            }
        },
    };
    // Loaded now, so that the first officer of the day does not wait for the compiler.
    let plugin = consult::load(app, &mut snapshot, &release.digest).await?;
    check_settings(app, actor, &plugin, &settings, &grants, snapshot).await?;
    let new = NewEnablement {
        plugin: draft.plugin.clone(),
        digest: release.digest,
        from: draft.from,
        settings,
        grants: grants.into_iter().collect(),
    };
    pin(app, actor, new, grounds).await
}

/// Enabling is for the first time, for other grants and settings, and for once more after a pause. Another version is an
/// upgrade, with its path; only the operator of the machine may set one without, and nobody where the documents are of another
/// form.
async fn refuse_unlooked_at(
    snapshot: &mut Snapshot,
    actor: &Actor,
    earlier: &[Enablement],
    release: &Release,
    manifest: &Manifest,
) -> Result<()> {
    // One that was voided before it began has left nothing behind.
    let held = earlier.iter().filter(|pin| pin.to.is_none_or(|to| pin.from < to));
    let Some(last) = held.max_by_key(|pin| (pin.from, pin.id)).filter(|last| last.digest != release.digest) else {
        return Ok(());
    };
    let before = manifests::of_digest(snapshot, &last.digest).await?;
    let majors = [&before, manifest].map(|manifest| state_major(&manifest.state_version));
    let query = doudi_storage::document::DocumentQuery { plugin: Some(release.plugin.clone()), ..Default::default() };
    let other_form = majors[0] != majors[1] && snapshot.documents_count(&query).await? > 0;
    if actor.role().is_none() && !other_form {
        return Ok(());
    }
    let why = if other_form {
        "两个版本的办件格式不同，须先转换"
    } else {
        "换版本要先核对权限、设置、试运行结果和验收用例"
    };
    Err(Error::refused(format!(
        "本县区最近使用的是 {}，换成 {} 是一次升级：{why}。请在措施页面选择“升级”，或用 doudi plugin upgrade {}@{}；已停用的，请先重新启用原来的版本",
        before.version, release.version, release.plugin, release.version
    )))
}

/// Whether enabling this release would be an upgrade: the county runs, or last ran, another one.
pub async fn is_upgrade(app: &App, actor: &Actor, plugin: &str, digest: &str) -> Result<bool> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let pins = snapshot.enablements_list().await?;
    let held = pins.iter().filter(|pin| pin.plugin == plugin && pin.to.is_none_or(|to| pin.from < to));
    Ok(held.max_by_key(|pin| (pin.from, pin.id)).is_some_and(|last| last.digest != digest))
}

async fn pin(app: &App, actor: &Actor, new: NewEnablement, grounds: Option<Grounds>) -> Result<Enablement> {
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.enablement_set(&new).await?;
        if let Some(grounds) = grounds {
            write.enablement_trust_record(&new.digest, &grounds.by, grounds.policy, grounds.unsigned);
        }
        write.commit().await?;
        let mut snapshot = app.storage.snapshot(actor.scope()).await?;
        snapshot.enablement_at(&new.plugin, new.from).await?.ok_or(Error::not_found("启用记录"))
    })
    .await
}

/// By the manifest's schema first, then by the plugin's own sense.
pub(crate) async fn check_settings(
    app: &App,
    actor: &Actor,
    plugin: &Arc<Plugin>,
    settings: &str,
    grants: &BTreeSet<String>,
    snapshot: Snapshot,
) -> Result<()> {
    let problems = plugin.settings_problems(settings);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let (today, now) = (app.today(), app.now());
    let mut context = doudi_plugin_host::CallContext::new(actor.clone(), today, now);
    context.settings = settings.to_owned();
    context.grants = doudi_plugin_host::Grants::new(grants.iter().cloned());
    context.trial = true;
    let shared = Arc::new(Mutex::new(snapshot.without_noting()));
    let reads = Box::new(SnapshotReads::new(app, actor, &shared, plugin.id(), today, now, true));
    match app.host.check_settings(plugin, &context, reads).await.map_err(|error| error.into_domain())? {
        Some(called) if !called.value.is_empty() => Err(Error::Invalid(called.value)),
        _ => Ok(()),
    }
}

/// From that day on the plugin is not enabled; its documents and decisions stay.
pub async fn disable(app: &App, actor: &Actor, plugin: &str, from: Date) -> Result<()> {
    policy::require(actor, Permission::Configure)?;
    if actor.role().is_some() && from < app.today() {
        return Err(Error::refused("停用日期不能早于今天"));
    }
    let (app, actor, plugin) = (app.clone(), actor.clone(), plugin.to_owned());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.enablement_end(&plugin, from).await?;
        write.commit().await
    })
    .await
}

/// Takes back what is planned for a later day, a version or an end: what holds today goes on holding.
pub async fn cancel_planned(app: &App, actor: &Actor, plugin: &str) -> Result<()> {
    policy::require(actor, Permission::Configure)?;
    let (app, actor, plugin) = (app.clone(), actor.clone(), plugin.to_owned());
    in_own_task(async move {
        let today = app.today();
        let mut snapshot = app.storage.snapshot(actor.scope()).await?;
        let planned = snapshot.upgrades_list(&plugin, 10).await?;
        drop(snapshot);
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.enablement_cancel_planned(&plugin, today).await?;
        for upgrade in planned.iter().filter(|upgrade| upgrade.state == State::Switched && upgrade.begins > today) {
            write.upgrade_withdraw(upgrade.id, "取消计划").await?;
        }
        write.commit().await
    })
    .await
}

/// New settings for the pin in force, from today on.
pub async fn set_settings(app: &App, actor: &Actor, plugin: &str, settings: serde_json::Value) -> Result<Enablement> {
    policy::require(actor, Permission::Configure)?;
    let current = in_force(app, actor, plugin).await?;
    enable(
        app,
        actor,
        EnableDraft {
            plugin: plugin.to_owned(),
            digest: current.digest,
            from: app.today(),
            settings: Some(settings),
            grants: GrantChoice::Keep,
            accept_unsigned: false,
        },
    )
    .await
}

/// New grants for the pin in force, from today on.
pub async fn set_grants(app: &App, actor: &Actor, plugin: &str, grants: Vec<String>) -> Result<Enablement> {
    policy::require(actor, Permission::Configure)?;
    let current = in_force(app, actor, plugin).await?;
    enable(
        app,
        actor,
        EnableDraft {
            plugin: plugin.to_owned(),
            digest: current.digest,
            from: app.today(),
            settings: None,
            grants: GrantChoice::These(grants),
            accept_unsigned: false,
        },
    )
    .await
}

async fn in_force(app: &App, actor: &Actor, plugin: &str) -> Result<Enablement> {
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    snapshot.enablement_at(plugin, app.today()).await?.ok_or(Error::not_found("已启用的措施"))
}

/// A release by its digest or the beginning of it.
pub(crate) async fn find_release(snapshot: &mut Snapshot, digest: &str, plugin: Option<&str>) -> Result<Release> {
    let digest = digest.trim().to_ascii_lowercase();
    let found: Vec<Release> = snapshot
        .releases_list()
        .await?
        .into_iter()
        .filter(|release| release.digest.starts_with(&digest) && plugin.is_none_or(|plugin| release.plugin == plugin))
        .collect();
    match found.len() {
        1 if digest.len() >= 8 => Ok(found.into_iter().next().ok_or(Error::not_found("插件包"))?),
        0 => Err(Error::not_found("插件包")),
        _ => Err(Error::invalid("摘要", "digest.ambiguous", "摘要太短，对应多个插件包。请至少写出前 8 位，必要时写全")),
    }
}

/// A release by `ID@VERSION`, or by its digest or the beginning of it.
pub(crate) async fn find_named(snapshot: &mut Snapshot, plugin: &str, name: &str) -> Result<Release> {
    let Some((id, version)) = name.split_once('@') else { return find_release(snapshot, name, Some(plugin)).await };
    let releases = snapshot.releases_list().await?;
    let mut of_plugin = releases.into_iter().filter(|release| release.plugin == id && id == plugin).peekable();
    if of_plugin.peek().is_none() {
        return Err(Error::refused(format!("没有安装插件 {id}。请先安装：doudi plugin install 文件")));
    }
    let versions: Vec<Release> = of_plugin.collect();
    let known: Vec<&str> = versions.iter().map(|release| release.version.as_str()).collect();
    let message = format!("没有安装 {id} 的 {version} 版，已安装的是：{}", known.join("、"));
    versions.into_iter().find(|release| release.version == version).ok_or_else(|| Error::refused(message))
}

pub(crate) fn holds(pin: &Enablement, day: Date) -> bool {
    pin.from <= day && pin.to.is_none_or(|to| day < to)
}
