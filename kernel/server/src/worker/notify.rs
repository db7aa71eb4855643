//! One address outside is told of one event: the same words at every attempt, signed anew, each attempt on record.

use super::broken_payload;
use crate::app::outbox::NotifyJob;
use crate::app::{App, webhook};
use crate::outward::{self, Address};
use doudi_domain::event::Job;
use doudi_domain::{Actor, Error, EventId, Result, WebhookId};
use doudi_storage::webhook::NewDelivery;
use std::time::Instant;

pub(super) async fn notify(app: &App, actor: &Actor, job: &Job) -> Result<()> {
    let NotifyJob { event, webhook } = serde_json::from_str(&job.payload).map_err(broken_payload)?;
    let (event, webhook) = (EventId(event), WebhookId(webhook));
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let address = snapshot.webhook_fetch(webhook).await?;
    if !address.enabled {
        // Switched off since: there is nobody to tell.
        return snapshot.close().await;
    }
    let told = snapshot.event_fetch(event).await?;
    let secret = snapshot.webhook_secret(webhook).await?;
    snapshot.close().await?;

    let now = app.now();
    let body = webhook::body(&told)?;
    let headers = [
        ("doudi-event", event.to_string()),
        ("doudi-topic", told.topic.clone()),
        ("doudi-signature", webhook::signature(&secret, now.0 / 1_000_000, &body)),
    ];
    let internal = app.config.allow_internal_webhooks;
    let began = Instant::now();
    let answered = match Address::parse(&address.url, internal) {
        Ok(address) => outward::post(&address, &headers, body, internal).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let millis = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    let (status, error) = match answered {
        Ok(status @ 200..=299) => (Some(status), None),
        Ok(status) => (Some(status), Some(format!("对方答复 {status}，不是成功"))),
        Err(error) => (None, Some(error)),
    };
    let delivery = NewDelivery {
        webhook,
        event,
        attempt: job.attempts,
        at: now,
        status: status.map(i32::from),
        millis,
        error: error.clone(),
    };
    app.storage.delivery_record(job.county, &delivery).await?;
    match error {
        None => Ok(()),
        Some(error) => Err(Error::failure("通知没有送达", error)),
    }
}
