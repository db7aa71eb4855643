//! What stops a measure: the limits of each resource class, what the process as a whole allows, and who rests in the actor's
//! county after repeated failures. A rest ends by itself; an administrator who has looked may end it at once.

use super::plugin::PluginRef;
use super::{App, consult, in_own_task, manifests};
use doudi_documents::manifest::ResourceClass;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Error, Result};
use doudi_plugin_host::{Amount, Capacity};

/// One limit in both classes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LimitRow {
    pub code: &'static str,
    pub zh: &'static str,
    pub rust: Amount,
    pub script: Amount,
}

/// A measure that is not called for a while.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RestingRow {
    pub plugin: PluginRef,
    /// Failures in a row.
    pub strikes: u32,
    pub seconds: u64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LimitsView {
    pub limits: Vec<LimitRow>,
    pub capacity: Capacity,
    /// Of the actor's county, on this server.
    pub resting: Vec<RestingRow>,
    /// Measures in force, and whether each is of the script class.
    pub measures: Vec<(PluginRef, bool)>,
}

pub async fn view(app: &App, actor: &Actor) -> Result<LimitsView> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let mut measures = Vec::new();
    for pin in snapshot.enablements_at(app.today()).await? {
        let script = manifests::of_digest(&mut snapshot, &pin.digest).await?.class == ResourceClass::Script;
        measures.push((consult::plugin_ref(&mut snapshot, &pin.digest).await?, script));
    }
    let mut resting = Vec::new();
    for rest in app.host.resting().into_iter().filter(|rest| rest.county == actor.county()) {
        resting.push(RestingRow {
            plugin: consult::plugin_ref(&mut snapshot, &rest.digest).await?,
            strikes: rest.strikes,
            seconds: rest.remaining.as_secs().max(1),
        });
    }
    let (rust, script) = (app.host.limits(ResourceClass::Rust), app.host.limits(ResourceClass::Script));
    let limits = rust
        .described()
        .into_iter()
        .zip(script.described())
        .map(|(rust, script)| LimitRow { code: rust.code, zh: rust.zh, rust: rust.amount, script: script.amount })
        .collect();
    Ok(LimitsView { limits, capacity: app.host.capacity(), resting, measures })
}

/// Lets a resting measure be called again at once; recorded. `NotFound` when it does not rest in the actor's county.
pub async fn release(app: &App, actor: &Actor, digest: &str) -> Result<()> {
    policy::require(actor, Permission::Configure)?;
    let county = actor.county();
    if !app.host.resting().iter().any(|rest| rest.digest == digest && rest.county == county) {
        return Err(Error::not_found("暂停中的措施"));
    }
    let (app, actor, digest) = (app.clone(), actor.clone(), digest.to_owned());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.audit_add("plugin.release", &format!("release/{digest}"), "{}");
        write.commit().await?;
        app.host.release_from_quarantine(&digest, county);
        Ok(())
    })
    .await
}
