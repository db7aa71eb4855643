//! The outbox: what happened, written in the transaction that made it happen.

use crate::engine::{Row, args};
use crate::page::{self, Page};
use crate::{Snapshot, Write};
use doudi_domain::event::Event;
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
    })
}

impl Snapshot {
    /// Needs a county-level scope: deliveries are the kernel's own work.
    pub async fn event_fetch(&mut self, id: EventId) -> Result<Event> {
        self.reach.require_county()?;
        let sql = "SELECT county, id, topic, subject, payload, at FROM event WHERE county = $1 AND id = $2";
        let row = self.tx.optional(sql, args![self.reach.county, id]).await?;
        row.as_ref().map(read).transpose()?.ok_or(Error::not_found("事件"))
    }

    /// Newest first; needs a county-level scope.
    pub async fn events_page(&mut self, topic: Option<&str>, cursor: Option<&str>, limit: u32) -> Result<Page<Event>> {
        self.reach.require_county()?;
        let limit = page::clamp(limit);
        let [before] = page::integers(cursor).unwrap_or([i64::MAX]);
        let sql = "SELECT county, id, topic, subject, payload, at FROM event
                   WHERE county = $1 AND id < $2 AND (topic = $3 OR $3 = '') ORDER BY id DESC LIMIT $4";
        let rows = self.tx.all(sql, args![self.reach.county, before, topic.unwrap_or_default(), limit + 1]).await?;
        let events = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(events, limit, |event| page::cursor(&[event.id.0])))
    }
}

impl Write {
    /// `payload` is JSON without sealed values.
    pub async fn event_publish(&mut self, topic: &str, subject: &str, payload: &str) -> Result<EventId> {
        let id = EventId(self.tx.new_id().await?);
        let sql = "INSERT INTO event (county, id, topic, subject, payload, at) VALUES ($1, $2, $3, $4, $5, $6)";
        self.tx.run(sql, args![self.county, id, topic, subject, payload, self.now]).await?;
        self.audit("event.publish", subject, json!({ "topic": topic, "event": id.0 }));
        let (topic, subject, payload) = (topic.to_owned(), subject.to_owned(), payload.to_owned());
        self.events.push(Event { id, county: self.county, topic, subject, payload, at: self.now });
        Ok(id)
    }

    /// What this write has published so far, the kernel's own events included: the caller enqueues one job for each
    /// subscriber before it commits.
    pub fn events_published(&self) -> &[Event] {
        &self.events
    }
}
