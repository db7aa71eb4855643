//! Packages and pins over the API: what is installed and what it asks for, installing, enabling, settings, grants.

use super::call::{At, Body, Call, Kinds, Raw, Word};
use super::problem::Answer;
use super::reply::{Done, Made, Shown};
use super::shape::{Day, Free, Id, Label, Moment};
use super::trust::Trust;
use crate::app::delivery;
use crate::app::plugin::{self, EnableDraft, EnablementView, GrantChoice, PackageView};
use doudi_domain::package::Enablement;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A component.
pub struct Wasm;

impl Kinds for Wasm {
    const TYPES: &'static [&'static str] = &["application/wasm"];
}

/// A bundle.
pub struct Zip;

impl Kinds for Zip {
    const TYPES: &'static [&'static str] = &["application/zip"];
}

/// 措施包
#[derive(Serialize, ToSchema)]
pub struct Package {
    /// SHA-256，即措施包的身份
    digest: String,
    plugin: String,
    version: String,
    name: Label,
    summary: Label,
    publisher: String,
    /// 字节
    size: i64,
    installed_at: Moment,
    /// 本县区今天使用的就是它
    in_force: bool,
    /// 它要读什么、做什么
    permissions: Vec<Permission>,
    pins: Vec<Pin>,
    trust: Trust,
}

/// 一项权限
#[derive(Serialize, ToSchema)]
struct Permission {
    sentence: Label,
    /// 涉及收入、财产、健康或家庭情况
    sensitive: bool,
    grants: Vec<String>,
}

/// 启用记录：本县区从哪天起使用哪个措施包
#[derive(Serialize, ToSchema)]
pub struct Pin {
    id: Id,
    plugin: String,
    digest: String,
    from: Day,
    /// 到哪天的前一天为止
    to: Option<Day>,
    settings: Free,
    grants: Vec<String>,
    enabled_at: Moment,
}

impl From<Enablement> for Pin {
    fn from(pin: Enablement) -> Pin {
        Pin {
            id: Id(pin.id.0),
            plugin: pin.plugin,
            digest: pin.digest,
            from: Day(pin.from),
            to: pin.to.map(Day),
            settings: Free::parse(&pin.settings),
            grants: pin.grants,
            enabled_at: Moment(pin.enabled_at),
        }
    }
}

fn package(view: PackageView) -> Package {
    Package {
        digest: view.release.digest,
        plugin: view.release.plugin,
        version: view.release.version,
        name: (&view.manifest.name).into(),
        summary: (&view.manifest.summary).into(),
        publisher: view.release.publisher,
        size: view.release.size,
        installed_at: Moment(view.release.installed_at),
        in_force: view.in_force,
        permissions: view
            .permissions
            .into_iter()
            .map(|permission| Permission {
                sentence: permission.sentence.into(),
                sensitive: permission.sensitive,
                grants: permission.grants.into_iter().map(|item| item.grant).collect(),
            })
            .collect(),
        pins: view.pins.into_iter().map(Pin::from).collect(),
        trust: view.trust.into(),
    }
}

/// 全市安装的措施包
#[derive(Serialize, ToSchema)]
pub struct Packages {
    items: Vec<Package>,
}

pub async fn index(call: Call) -> Answer<Shown<Packages>> {
    let packages = plugin::packages(&call.app, &call.actor).await?;
    Ok(Shown(Packages { items: packages.into_iter().map(package).collect() }))
}

pub async fn show(call: Call, At((digest,)): At<(Word,)>) -> Answer<Shown<Package>> {
    Ok(Shown(package(plugin::package(&call.app, &call.actor, &digest.0).await?)))
}

/// 安装的措施包
#[derive(Serialize, ToSchema)]
pub struct Installed {
    digest: String,
    plugin: String,
    version: String,
    name: Label,
    size: u64,
}

impl From<delivery::Installed> for Installed {
    fn from(installed: delivery::Installed) -> Installed {
        Installed {
            digest: installed.digest,
            plugin: installed.plugin,
            version: installed.version,
            name: installed.name.into(),
            size: installed.size,
        }
    }
}

pub async fn install(call: Call, file: Raw<Wasm>) -> Answer<Made<Installed>> {
    let installed = plugin::install(&call.app, &call.actor, file.content).await?;
    Ok(Made { location: format!("/plugins/{}", installed.digest), value: installed.into() })
}

/// 安装的全部措施包
#[derive(Serialize, ToSchema)]
pub struct InstalledAll {
    items: Vec<Installed>,
}

pub async fn install_bundle(call: Call, file: Raw<Zip>) -> Answer<Shown<InstalledAll>> {
    let received = delivery::receive(&call.app, &call.actor, file.content, Vec::new()).await?;
    Ok(Shown(InstalledAll { items: received.packages.into_iter().map(Installed::from).collect() }))
}

/// 本县区的启用记录
#[derive(Serialize, ToSchema)]
pub struct Enablements {
    items: Vec<EnablementShape>,
}

/// 启用记录及其状态
#[derive(Serialize, ToSchema)]
struct EnablementShape {
    pin: Pin,
    name: Label,
    version: String,
    in_force: bool,
    /// 申请了而没有授予的
    withheld: Vec<String>,
}

fn enablement(view: EnablementView) -> EnablementShape {
    EnablementShape {
        pin: view.enablement.into(),
        name: view.plugin.name.into(),
        version: view.plugin.version,
        in_force: view.in_force,
        withheld: view.withheld,
    }
}

pub async fn enablements(call: Call) -> Answer<Shown<Enablements>> {
    let found = plugin::enablements(&call.app, &call.actor).await?;
    Ok(Shown(Enablements { items: found.into_iter().map(enablement).collect() }))
}

/// 启用
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPin {
    plugin: String,
    /// 措施包的 SHA-256，可以只写前 8 位以上
    digest: String,
    /// 从哪天起，不早于今天
    from: Day,
    /// 不填则沿用现在的设置，没有时用措施包的默认设置
    settings: Option<Free>,
    #[schema(inline)]
    grants: Grants,
}

/// 授权：all 全部，keep 沿用现在的，或逐项列出
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
enum Grants {
    Word(GrantWord),
    These(Vec<String>),
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum GrantWord {
    All,
    Keep,
}

pub async fn enable(call: Call, Body(new): Body<NewPin>) -> Answer<Shown<Pin>> {
    let draft = EnableDraft {
        plugin: new.plugin,
        digest: new.digest,
        from: new.from.0,
        settings: new.settings.map(|settings| serde_json::Value::Object(settings.0)),
        grants: match new.grants {
            Grants::Word(GrantWord::All) => GrantChoice::All,
            Grants::Word(GrantWord::Keep) => GrantChoice::Keep,
            Grants::These(grants) => GrantChoice::These(grants),
        },
        accept_unsigned: false,
    };
    Ok(Shown(plugin::enable(&call.app, &call.actor, draft).await?.into()))
}

/// 停用
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// 从哪天起停用，不早于今天
    from: Day,
}

pub async fn disable(call: Call, At((plugin,)): At<(Word,)>, Body(end): Body<End>) -> Answer<Done> {
    plugin::disable(&call.app, &call.actor, &plugin.0, end.from.0).await?;
    Ok(Done)
}

/// 新的设置，从今天起
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSettings {
    /// 按措施包的设置规定（JSON Schema）
    settings: Free,
}

pub async fn set_settings(call: Call, At((plugin,)): At<(Word,)>, Body(new): Body<NewSettings>) -> Answer<Shown<Pin>> {
    let settings = serde_json::Value::Object(new.settings.0);
    Ok(Shown(plugin::set_settings(&call.app, &call.actor, &plugin.0, settings).await?.into()))
}

/// 新的授权，从今天起
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrants {
    grants: Vec<String>,
}

pub async fn set_grants(call: Call, At((plugin,)): At<(Word,)>, Body(new): Body<NewGrants>) -> Answer<Shown<Pin>> {
    Ok(Shown(plugin::set_grants(&call.app, &call.actor, &plugin.0, new.grants).await?.into()))
}
