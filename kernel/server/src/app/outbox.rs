//! Committing a write together with its consequences: each event becomes a job of the same transaction. If the event is
//! there, so is its delivery.

use doudi_domain::{Date, EventId, Instant, Result};
use doudi_storage::Write;
use doudi_storage::job::{NewJob, OWN_LANE};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Kind of the job that hands an event to its subscribers.
pub const DELIVER_EVENT: &str = "deliver-event";

/// Kind of the job that lets one subscriber react to one event, and of the job that runs one step of due work.
pub const REACT: &str = "react";
pub const TICK: &str = "tick";

/// Kind of the job that tells one address outside of one event.
pub const NOTIFY: &str = "webhook";

/// Kind of the job that carries out one shadow run.
pub const SHADOW: &str = "shadow";

/// Kind of the job that takes a file of a feed in, a number of blocks at a time.
pub const FEED: &str = "feed";

/// One subscriber's delivery.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReactJob {
    pub event: i64,
    pub plugin: String,
}

/// One step of due work; the first has no cursor.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TickJob {
    pub plugin: String,
    pub job: String,
    pub due: Date,
    pub cursor: Option<String>,
    /// How many steps were before this one.
    #[serde(default)]
    pub step: u32,
}

/// One address to be told. The name of the address is its lane: one that does not answer delays only itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NotifyJob {
    pub event: i64,
    pub webhook: i64,
}

/// One shadow run somebody asked for. The order is its lane: a county's other work does not wait for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShadowJob {
    pub order: i64,
}

/// A file of a feed from one of its blocks on. The file is its lane: a county's other work does not wait for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FeedJob {
    pub run: i64,
    /// 0-based. Where the file really stands is read from the file.
    pub block: i64,
}

impl FeedJob {
    pub fn job(&self, run_at: Instant) -> NewJob {
        NewJob {
            lane: self.run,
            kind: FEED.to_owned(),
            payload: serde_json::to_string(self).expect("numbers are always JSON"),
            dedupe_key: format!("{FEED}/{}/{}", self.run, self.block),
            run_at,
        }
    }
}

impl ShadowJob {
    pub fn job(&self, run_at: Instant) -> NewJob {
        NewJob {
            lane: self.order,
            kind: SHADOW.to_owned(),
            payload: serde_json::to_string(self).expect("numbers are always JSON"),
            dedupe_key: format!("{SHADOW}/{}", self.order),
            run_at,
        }
    }
}

impl NotifyJob {
    pub fn key(&self) -> String {
        format!("{NOTIFY}/{}/{}", self.event, self.webhook)
    }

    pub fn job(&self, run_at: Instant) -> NewJob {
        NewJob {
            lane: self.webhook,
            kind: NOTIFY.to_owned(),
            payload: serde_json::to_string(self).expect("numbers are always JSON"),
            dedupe_key: self.key(),
            run_at,
        }
    }
}

impl ReactJob {
    /// The same for every attempt: its effects are applied once.
    pub fn key(&self) -> String {
        format!("{REACT}/{}/{}", self.event, self.plugin)
    }

    pub fn job(&self, run_at: Instant) -> NewJob {
        NewJob {
            lane: OWN_LANE,
            kind: REACT.to_owned(),
            payload: serde_json::to_string(self).expect("numbers and strings are always JSON"),
            dedupe_key: self.key(),
            run_at,
        }
    }
}

impl TickJob {
    /// One for each plugin, job, due date and step, whatever the number of servers.
    pub fn key(&self) -> String {
        let step = match &self.cursor {
            None => "first".to_owned(),
            Some(cursor) => hex::encode(&Sha256::digest(cursor)[..12]),
        };
        format!("{TICK}/{}/{}/{}/{step}", self.plugin, self.job, self.due)
    }

    pub fn job(&self, run_at: Instant) -> NewJob {
        NewJob {
            lane: OWN_LANE,
            kind: TICK.to_owned(),
            payload: serde_json::to_string(self).expect("strings and dates are always JSON"),
            dedupe_key: self.key(),
            run_at,
        }
    }
}

/// Events handed on by one job: of a pass over a county, a job for each would be most of the work.
const TOGETHER: usize = 500;

/// The job that hands events of one transaction to whoever listens: their numbers, apart by commas.
fn delivery(events: &[EventId], run_at: Instant) -> Option<NewJob> {
    let first = events.first()?;
    let numbers: Vec<String> = events.iter().map(ToString::to_string).collect();
    Some(NewJob {
        lane: OWN_LANE,
        kind: DELIVER_EVENT.to_owned(),
        payload: numbers.join(","),
        dedupe_key: format!("{DELIVER_EVENT}/{first}"),
        run_at,
    })
}

/// What [`delivery`] has written; `None` when it is no such thing.
pub fn delivered(payload: &str) -> Option<Vec<EventId>> {
    payload.split(',').map(|number| number.parse().ok()).collect()
}

/// Enqueues the deliveries of everything the write has published, and commits. Who listens is found out at delivery: the
/// transaction reads nothing it does not have to.
pub async fn commit(mut write: Write) -> Result<()> {
    let events: Vec<EventId> = write.events_published().iter().map(|event| event.id).collect();
    let jobs: Vec<NewJob> = events.chunks(TOGETHER).filter_map(|events| delivery(events, write.now())).collect();
    write.jobs_enqueue_many(&jobs).await?;
    write.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_names_its_events() {
        let events = [EventId(7), EventId(9)];
        let job = delivery(&events, Instant(0)).expect("two events");
        assert_eq!((job.payload.as_str(), job.dedupe_key.as_str()), ("7,9", "deliver-event/7"));
        assert_eq!(delivered(&job.payload), Some(events.to_vec()));
        assert_eq!(delivered("17"), Some(vec![EventId(17)]));
        assert_eq!((delivered(""), delivered("7,x")), (None, None));
        assert_eq!(delivery(&[], Instant(0)), None);
    }
}
