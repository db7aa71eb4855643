//! `doudi plugin list` and `show`: the packages of the city, and what each asks for.

use super::install::signers;
use crate::app::App;
use crate::app::plugin::{self, PackageView};
use crate::commands::{city_operator, operator, print_json};
use doudi_domain::{Actor, Date, Result};

#[derive(clap::Args)]
pub(in crate::commands) struct List {
    #[arg(long)]
    county: Option<String>,
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        list(app, self.county.as_deref(), self.json).await
    }
}

#[derive(clap::Args)]
pub(in crate::commands) struct Show {
    /// 摘要的前 8 位或全部
    digest: String,
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let view = plugin::package(app, &city_operator(app).await?, &self.digest).await?;
        if self.json {
            print_json(&package_json(&view))
        } else {
            show(&view)
        }
        Ok(())
    }
}

async fn list(app: &App, county: Option<&str>, json: bool) -> Result<()> {
    let actor: Actor = match county {
        Some(county) => operator(app, county).await?,
        None => city_operator(app).await?,
    };
    let packages = plugin::packages(app, &actor).await?;
    if json {
        print_json(&packages.iter().map(package_json).collect::<Vec<_>>().into());
        return Ok(());
    }
    for view in &packages {
        let state = if county.is_some() { state(view, app.today()) } else { String::new() };
        say!(
            "{}  {} {}  {}  {}  签名：{}{state}",
            &view.release.digest[..12],
            view.release.plugin,
            view.release.version,
            view.manifest.name.zh,
            view.release.publisher,
            signers(&view.trust.signatures)
        );
    }
    say!("共 {} 个插件包", packages.len());
    Ok(())
}

/// Where the county stands with a package, today and as planned.
fn state(view: &PackageView, today: Date) -> String {
    // One that was voided before it began never held.
    let held = || view.pins.iter().filter(|pin| pin.to.is_none_or(|to| pin.from < to));
    let planned = held().find(|pin| pin.from > today);
    let ends = held().find(|pin| plugin::holds(pin, today)).and_then(|pin| pin.to);
    match (view.in_force, planned, ends) {
        (true, _, Some(to)) => format!("  启用中，计划自 {to} 起停用或换版本"),
        (true, ..) => "  启用中".to_owned(),
        (false, Some(pin), _) => format!("  计划自 {} 起启用", pin.from),
        (false, None, _) if held().next().is_none() => "  未启用".to_owned(),
        _ => "  已停用".to_owned(),
    }
}

fn show(view: &PackageView) {
    say!("{}（{} {}）", view.manifest.name.zh, view.release.plugin, view.release.version);
    say!("发布者：{}", view.release.publisher);
    say!("摘要：{}", view.release.digest);
    say!("签名：{}", signers(&view.trust.signatures));
    say!("申请的权限：");
    for permission in &view.permissions {
        say!("  {}", permission.sentence.zh);
        for item in &permission.grants {
            say!("    {}", item.grant);
        }
    }
}

fn package_json(view: &PackageView) -> serde_json::Value {
    let permissions: Vec<_> = view
        .permissions
        .iter()
        .map(|permission| {
            let grants: Vec<&str> = permission.grants.iter().map(|item| item.grant.as_str()).collect();
            serde_json::json!({"sentence": permission.sentence.zh, "grants": grants, "sensitive": permission.sensitive})
        })
        .collect();
    let pins: Vec<_> =
        view.pins.iter().map(|pin| serde_json::json!({"from": pin.from, "to": pin.to, "grants": pin.grants})).collect();
    let signatures: Vec<_> = view
        .trust
        .signatures
        .iter()
        .map(|signature| {
            serde_json::json!({
                "key_id": signature.key_id, "key": signature.key.as_ref().map(|(name, _)| name),
                "standing": signature.standing.code(), "received_at": signature.received_at.minute(),
            })
        })
        .collect();
    serde_json::json!({
        "signatures": signatures, "trusted": view.trust.verdict.trusted,
        "digest": view.release.digest, "plugin": view.release.plugin, "version": view.release.version,
        "name": view.manifest.name.zh, "publisher": view.release.publisher, "size": view.release.size,
        "in_force": view.in_force, "pins": pins, "permissions": permissions,
    })
}
