//! An event becomes one job for each measure of the county that listens to its topic now, and one for each address that is
//! told of it.

use super::{Ended, broken_payload, chain};
use crate::app::outbox::{NotifyJob, ReactJob};
use crate::app::{App, plugin};
use doudi_domain::{Actor, EventId};
use doudi_plugin_host::Contributions;
use std::sync::Arc;

pub(super) async fn deliver(app: &App, actor: &Actor, payload: &str) -> Result<(), Ended> {
    let id: EventId = payload.parse().map_err(broken_payload)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let event = snapshot.event_fetch(id).await?;
    chain::goes_on(&mut snapshot, &event).await?;
    let manifests = plugin::manifests_in_force(&mut snapshot, app.today()).await?;
    let webhooks = snapshot.webhooks_list().await?;
    snapshot.close().await?;
    let subscribers = Contributions::new(manifests.iter().map(Arc::as_ref)).subscribers(&event.topic);
    let told: Vec<_> = webhooks.iter().filter(|webhook| webhook.wants(&event.topic)).collect();
    if subscribers.is_empty() && told.is_empty() {
        return Ok(());
    }
    let mut write = app.storage.write(actor, app.now()).await?;
    for manifest in subscribers {
        let job = ReactJob { event: id.0, plugin: manifest.id.clone() };
        write.job_enqueue(&job.job(app.now())).await?;
    }
    for webhook in told {
        let job = NotifyJob { event: id.0, webhook: webhook.id.0 };
        write.job_enqueue(&job.job(app.now())).await?;
    }
    Ok(write.commit().await?)
}
