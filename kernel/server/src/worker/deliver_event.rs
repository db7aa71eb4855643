//! An event becomes one job for each measure of the county that listens to its topic now, and one for each address that is
//! told of it. Events of one transaction come together.

use super::{Ended, broken_payload, chain};
use crate::app::outbox::{NotifyJob, ReactJob, delivered};
use crate::app::{App, manifests};
use doudi_documents::feed;
use doudi_domain::event::Event;
use doudi_domain::{Actor, Error};
use doudi_plugin_host::Contributions;
use doudi_storage::Snapshot;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) async fn deliver(app: &App, actor: &Actor, payload: &str) -> Result<(), Ended> {
    let ids = delivered(payload).ok_or_else(|| broken_payload(format!("no events: {payload}")))?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let (events, beyond) = going_on(&mut snapshot, &ids).await?;
    let manifests = manifests::in_force(&mut snapshot, app.today()).await?;
    let webhooks = snapshot.webhooks_list().await?;
    snapshot.close().await?;
    let contributions = Contributions::new(manifests.iter().map(Arc::as_ref));
    let now = app.now();
    let mut jobs = Vec::new();
    for event in &events {
        let only = owner(event);
        let wants = |id: &str| only.as_deref().is_none_or(|only| only == id);
        for manifest in contributions.subscribers(&event.topic).into_iter().filter(|manifest| wants(&manifest.id)) {
            jobs.push(ReactJob { event: event.id.0, plugin: manifest.id.clone() }.job(now));
        }
        for webhook in webhooks.iter().filter(|webhook| webhook.wants(&event.topic)) {
            jobs.push(NotifyJob { event: event.id.0, webhook: webhook.id.0 }.job(now));
        }
    }
    if !jobs.is_empty() {
        let mut write = app.storage.write(actor, now).await?;
        write.jobs_enqueue_many(&jobs).await?;
        write.commit().await?;
    }
    // The others are delivered all the same.
    beyond.map_or(Ok(()), |error| Err(Ended::Hopeless(error)))
}

/// Whom alone an event concerns: that a file is taken is the business of the measure it was for.
fn owner(event: &Event) -> Option<String> {
    if event.topic != feed::TAKEN {
        return None;
    }
    let payload: serde_json::Value = serde_json::from_str(&event.payload).ok()?;
    Some(payload.get("plugin")?.as_str()?.to_owned())
}

/// Those whose chain goes on, and why another's does not. Events of one transaction have one cause: each chain is looked at once.
async fn going_on(
    snapshot: &mut Snapshot,
    ids: &[doudi_domain::EventId],
) -> Result<(Vec<Event>, Option<Error>), Ended> {
    let (mut going, mut beyond) = (Vec::with_capacity(ids.len()), None);
    let mut chains = BTreeMap::new();
    for event in snapshot.events_fetch_many(ids).await? {
        let chain = (event.depth, event.root);
        let goes_on = match chains.get(&chain) {
            Some(known) => *known,
            None => match chain::goes_on(snapshot, &event).await {
                Ok(()) => true,
                Err(Ended::Hopeless(error)) => {
                    beyond = Some(error);
                    false
                }
                Err(other) => return Err(other),
            },
        };
        chains.insert(chain, goes_on);
        if goes_on {
            going.push(event);
        }
    }
    Ok((going, beyond))
}
