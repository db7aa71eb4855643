//! The outbox: what happened, written in the transaction that made it happen.

use crate::engine::{Row, args};
use crate::page::{self, Page};
use crate::{Snapshot, Write};
use doudi_domain::event::{Event, EventCause};
use doudi_domain::{Error, EventId, Result};
use serde_json::json;

fn read(row: &Row) -> Result<Event> {
    Ok(Event {
        id: row.get("id")?,
        county: row.get("county")?,
        topic: row.get("topic")?,
        subject: row.get("subject")?,
        payload: row.get("payload")?,
        at: row.get("at")?,
        depth: row.get("depth")?,
        root: row.get::<Option<EventId>>("root")?.unwrap_or(row.get("id")?),
    })
}

impl Snapshot {
    /// Needs a county-level scope: deliveries are the kernel's own work.
    pub async fn event_fetch(&mut self, id: EventId) -> Result<Event> {
        self.reach.require_county()?;
        let sql =
            "SELECT county, id, topic, subject, payload, at, depth, root FROM event WHERE county = $1 AND id = $2";
        let row = self.tx.optional(sql, args![self.reach.county, id]).await?;
        row.as_ref().map(read).transpose()?.ok_or(Error::not_found("事件"))
    }

    /// How many events a root has led to, itself not counted.
    pub async fn events_of_root(&mut self, root: EventId) -> Result<i64> {
        self.reach.require_county()?;
        let sql = "SELECT COUNT(*) AS count FROM event WHERE county = $1 AND root = $2";
        crate::storage::count(&mut self.tx, sql, args![self.reach.county, root]).await
    }

    /// Newest first; needs a county-level scope.
    pub async fn events_page(&mut self, topic: Option<&str>, cursor: Option<&str>, limit: u32) -> Result<Page<Event>> {
        self.reach.require_county()?;
        let limit = page::clamp(limit);
        let [before] = page::integers(cursor).unwrap_or([i64::MAX]);
        let sql = "SELECT county, id, topic, subject, payload, at, depth, root FROM event
                   WHERE county = $1 AND id < $2 AND (topic = $3 OR $3 = '') ORDER BY id DESC LIMIT $4";
        let rows = self.tx.all(sql, args![self.reach.county, before, topic.unwrap_or_default(), limit + 1]).await?;
        let events = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(events, limit, |event| page::cursor(&[event.id.0])))
    }
}

impl Write {
    /// What this write publishes follows from an event: a measure reacts to it.
    pub fn caused_by(&mut self, cause: EventCause) {
        self.cause = Some(cause);
    }

    /// `payload` is JSON without sealed values.
    pub async fn event_publish(&mut self, topic: &str, subject: &str, payload: &str) -> Result<EventId> {
        let id = EventId(self.tx.new_id().await?);
        let depth = self.cause.map_or(0, |cause| cause.depth.saturating_add(1));
        let root = self.cause.map(|cause| cause.root);
        let sql = "INSERT INTO event (county, id, topic, subject, payload, at, depth, root)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        self.tx.run(sql, args![self.county, id, topic, subject, payload, self.now, depth, root]).await?;
        self.audit("event.publish", subject, json!({ "topic": topic, "event": id.0 }));
        let (topic, subject, payload) = (topic.to_owned(), subject.to_owned(), payload.to_owned());
        let (county, at) = (self.county, self.now);
        self.events.push(Event { id, county, topic, subject, payload, at, depth, root: root.unwrap_or(id) });
        Ok(id)
    }

    /// What this write has published so far, the kernel's own events included: the caller enqueues one job for each
    /// subscriber before it commits.
    pub fn events_published(&self) -> &[Event] {
        &self.events
    }
}
