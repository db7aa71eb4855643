//! The outbox: what happened, written in the transaction that made it happen.

use crate::engine::Kind::{Int, Text};
use crate::engine::{Arg, Kind, Row, args};
use crate::page::{self, Page};
use crate::{Snapshot, Write};
use doudi_domain::event::{Event, EventCause};
use doudi_domain::{Error, EventId, Result};
use serde_json::json;
use std::collections::HashMap;

/// An event before it has a number and a moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEvent {
    pub topic: String,
    pub subject: String,
    /// JSON without sealed values.
    pub payload: String,
}

pub(crate) const EVENT: [(&str, Kind); 8] = [
    ("county", Int),
    ("id", Int),
    ("topic", Text),
    ("subject", Text),
    ("payload", Text),
    ("at", Int),
    ("depth", Int),
    ("root", Int),
];

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

    /// In the order of the ids; `NotFound` when one is missing. Needs a county-level scope.
    pub async fn events_fetch_many(&mut self, ids: &[EventId]) -> Result<Vec<Event>> {
        self.reach.require_county()?;
        let sql =
            "SELECT county, id, topic, subject, payload, at, depth, root FROM event WHERE county = $1 AND id @any $2";
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let mut found = HashMap::with_capacity(ids.len());
        for row in self.tx.all(sql, args![self.reach.county, list]).await? {
            let event = read(&row)?;
            found.insert(event.id, event);
        }
        ids.iter().map(|id| found.remove(id).ok_or(Error::not_found("事件"))).collect()
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
        let new = NewEvent { topic: topic.to_owned(), subject: subject.to_owned(), payload: payload.to_owned() };
        let row = self.event_row(id, new);
        self.tx.insert_many("event", &EVENT, vec![row], "").await?;
        Ok(id)
    }

    /// As [`Write::event_publish`] for each, in one go.
    pub async fn events_publish_many(&mut self, new: Vec<NewEvent>) -> Result<Vec<EventId>> {
        let ids: Vec<EventId> = self.tx.new_ids(new.len()).await?.into_iter().map(EventId).collect();
        let rows = ids.iter().zip(new).map(|(id, new)| self.event_row(*id, new)).collect();
        self.tx.insert_many("event", &EVENT, rows, "").await?;
        Ok(ids)
    }

    /// A row for [`EVENT`]; its audit entry is added, and it counts as published.
    pub(crate) fn event_row(&mut self, id: EventId, new: NewEvent) -> Vec<Arg> {
        let NewEvent { topic, subject, payload } = new;
        self.audit("event.publish", &subject, json!({ "topic": topic, "event": id.0 }));
        let depth = self.cause.map_or(0, |cause| cause.depth.saturating_add(1));
        let root = self.cause.map(|cause| cause.root);
        let (county, at) = (self.county, self.now);
        let row = args![county, id, &topic, &subject, &payload, at, depth, root];
        self.events.push(Event { id, county, topic, subject, payload, at, depth, root: root.unwrap_or(id) });
        row
    }

    /// What this write has published so far, the kernel's own events included: the caller enqueues one job for each
    /// subscriber before it commits.
    pub fn events_published(&self) -> &[Event] {
        &self.events
    }
}
