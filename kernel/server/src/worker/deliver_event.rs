//! An event becomes one job for each measure of the county that listens to its topic now, and one for each address that is
//! told of it. Events of one transaction come together.

use super::broken_payload;
use crate::app::outbox::{NotifyJob, ReactJob, delivered};
use crate::app::{App, plugin};
use doudi_domain::{Actor, Result};
use doudi_plugin_host::Contributions;
use std::sync::Arc;

pub(super) async fn deliver(app: &App, actor: &Actor, payload: &str) -> Result<()> {
    let ids = delivered(payload).ok_or_else(|| broken_payload(format!("no events: {payload}")))?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let events = snapshot.events_fetch_many(&ids).await?;
    let manifests = plugin::manifests_in_force(&mut snapshot, app.today()).await?;
    let webhooks = snapshot.webhooks_list().await?;
    snapshot.close().await?;
    let contributions = Contributions::new(manifests.iter().map(Arc::as_ref));
    let now = app.now();
    let mut jobs = Vec::new();
    for event in &events {
        for manifest in contributions.subscribers(&event.topic) {
            jobs.push(ReactJob { event: event.id.0, plugin: manifest.id.clone() }.job(now));
        }
        for webhook in webhooks.iter().filter(|webhook| webhook.wants(&event.topic)) {
            jobs.push(NotifyJob { event: event.id.0, webhook: webhook.id.0 }.job(now));
        }
    }
    if jobs.is_empty() {
        return Ok(());
    }
    let mut write = app.storage.write(actor, now).await?;
    write.jobs_enqueue_many(&jobs).await?;
    write.commit().await
}
