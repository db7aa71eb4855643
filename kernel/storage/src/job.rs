//! Due work: claimed with a lease, at least once, given up after too many attempts.
//!
//! Work waits in **lanes**. A lane is carried out in order by one worker at a time (of each server); what waits in one never
//! waits for what is slow in another. A county's own work is one lane; each address to notify is one more.

use crate::engine::Kind::{Int, Text};
use crate::engine::{Kind, Query, Row, args};
use crate::page::{self, Page};
use crate::{Snapshot, Storage, Write};
use doudi_domain::event::Job;
use doudi_domain::{County, Error, EventId, Instant, JobId, Result};
use serde_json::json;
use std::collections::HashSet;

/// A county's own work.
pub const OWN_LANE: i64 = 0;

/// What is written on a job that was begun and never ended too often.
const NEVER_ENDED: &str = "办理中途程序多次异常中断，已停止重试。请先查明原因，再重新执行";

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewJob {
    /// [`OWN_LANE`], or the id of what it must not delay others for.
    pub lane: i64,
    pub kind: String,
    pub payload: String,
    pub dedupe_key: String,
    pub run_at: Instant,
}

/// Where work waits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Lane {
    pub county: County,
    pub lane: i64,
}

/// How long what is claimed is kept from others, and how often it may be begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    pub lease_seconds: i64,
    pub max_attempts: i32,
}

/// Which jobs a page shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum JobState {
    #[default]
    All,
    /// Not done and not given up, whether due or for later.
    Waiting,
    /// Given up.
    Dead,
    Done,
}

/// How much waits in a county.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct QueueFigures {
    /// Due now and not claimed by anybody.
    pub due: i64,
    /// Claimed by a worker.
    pub running: i64,
    /// For later: retries.
    pub later: i64,
    pub dead: i64,
    /// Since when the oldest of those due waits.
    pub oldest_due: Option<Instant>,
}

fn read(row: &Row) -> Result<Job> {
    Ok(Job {
        id: row.get("id")?,
        county: row.get("county")?,
        kind: row.get("kind")?,
        payload: row.get("payload")?,
        dedupe_key: row.get("dedupe_key")?,
        run_at: row.get("run_at")?,
        lease_until: row.get("lease_until")?,
        attempts: row.get("attempts")?,
        last_error: row.get("last_error")?,
        dead: row.get("dead")?,
        done_at: row.get("done_at")?,
    })
}

macro_rules! job_columns {
    () => {
        "county, id, kind, payload, dedupe_key, run_at, lease_until, attempts, last_error, dead, done_at"
    };
}

/// A job that was begun `$6` times by workers who never came back to say how it ended has ended them: it is given up.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "UPDATE job SET lease_until = CASE WHEN attempts >= $6 THEN NULL ELSE $4 END,
             last_error = CASE WHEN attempts >= $6 THEN $7 ELSE last_error END,
             dead = CASE WHEN attempts >= $6 THEN 1 ELSE 0 END,
             attempts = CASE WHEN attempts >= $6 THEN attempts ELSE attempts + 1 END
             WHERE county = $1 AND id IN
             (SELECT id FROM job WHERE county = $1 AND lane = $2 AND done_at IS NULL AND dead = 0 AND run_at <= $3
              AND (lease_until IS NULL OR lease_until <= $3) ORDER BY run_at, id LIMIT $5",
            $lock,
            ") RETURNING ",
            job_columns!()
        )
    };
}

impl Storage {
    /// The lanes in which something is due, of all counties.
    pub async fn lanes_due(&self, now: Instant) -> Result<Vec<Lane>> {
        let mut tx = self.db.read().await?;
        let sql = "SELECT DISTINCT county, lane FROM job WHERE done_at IS NULL AND dead = 0 AND run_at <= $1
                   ORDER BY county, lane";
        let rows = tx.all(sql, args![now]).await?;
        let lanes = rows.iter().map(|row| Ok(Lane { county: row.get("county")?, lane: row.get("lane")? })).collect();
        tx.rollback().await?;
        lanes
    }

    /// Takes up to `limit` due jobs of a lane; nobody else gets them until the lease ends. Earliest first. A job begun too
    /// often without an end is given up on the way.
    pub async fn jobs_claim(&self, lane: Lane, now: Instant, terms: Terms, limit: u32) -> Result<Vec<Job>> {
        let mut tx = self.db.write().await?;
        // SQLite has one writer, so nobody can claim the same rows meanwhile; PostgreSQL passes over what others hold.
        let sql = if tx.is_postgres() { claim!(" FOR UPDATE SKIP LOCKED") } else { claim!("") };
        let until = now.plus_seconds(terms.lease_seconds);
        let values =
            args![lane.county, lane.lane, now, until, page::clamp(limit), terms.max_attempts, NEVER_ENDED.to_owned()];
        let rows = tx.all(sql, values).await?;
        let mut jobs = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        tx.commit().await?;
        jobs.retain(|job| !job.dead);
        jobs.sort_by_key(|job| (job.run_at, job.id));
        Ok(jobs)
    }

    /// Keeps what was claimed for longer. Returns those that are still the caller's: the lease of the others ran out, and
    /// somebody else has them.
    pub async fn jobs_renew(&self, claimed: &[Job], now: Instant, lease_seconds: i64) -> Result<Vec<JobId>> {
        let mut tx = self.db.write().await?;
        let mut kept = Vec::new();
        let sql = "UPDATE job SET lease_until = $4
                   WHERE county = $1 AND id = $2 AND attempts = $3 AND done_at IS NULL AND lease_until IS NOT NULL";
        for job in claimed {
            let values = args![job.county, job.id, job.attempts, now.plus_seconds(lease_seconds)];
            if tx.run(sql, values).await? == 1 {
                kept.push(job.id);
            }
        }
        tx.commit().await?;
        Ok(kept)
    }

    /// Gives back what was claimed and not begun: a server that stops.
    pub async fn jobs_release(&self, claimed: &[Job]) -> Result<()> {
        if claimed.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.write().await?;
        let sql = "UPDATE job SET lease_until = NULL, attempts = attempts - 1
                   WHERE county = $1 AND id = $2 AND attempts = $3 AND done_at IS NULL AND lease_until IS NOT NULL";
        for job in claimed {
            tx.run(sql, args![job.county, job.id, job.attempts]).await?;
        }
        tx.commit().await
    }

    /// `claimed` is the job as it was claimed; false when its lease has run out and someone else has it.
    pub async fn job_done(&self, claimed: &Job, now: Instant) -> Result<bool> {
        let mut tx = self.db.write().await?;
        let sql = "UPDATE job SET done_at = $4, lease_until = NULL, last_error = NULL, dead = 0
                   WHERE county = $1 AND id = $2 AND attempts = $3 AND done_at IS NULL";
        let done = tx.run(sql, args![claimed.county, claimed.id, claimed.attempts, now]).await? == 1;
        tx.commit().await?;
        Ok(done)
    }

    /// Puts it back for `retry_at`, or gives it up when it has been tried `max_attempts` times. False when its lease has run
    /// out and someone else has it.
    pub async fn job_failed(&self, claimed: &Job, error: &str, retry_at: Instant, max_attempts: i32) -> Result<bool> {
        let mut tx = self.db.write().await?;
        let sql = "UPDATE job SET run_at = $4, lease_until = NULL, last_error = $5,
                   dead = CASE WHEN attempts >= $6 THEN 1 ELSE 0 END
                   WHERE county = $1 AND id = $2 AND attempts = $3 AND done_at IS NULL";
        let values = args![claimed.county, claimed.id, claimed.attempts, retry_at, error, max_attempts];
        let put_back = tx.run(sql, values).await? == 1;
        tx.commit().await?;
        Ok(put_back)
    }

    /// How far this process's clock is ahead of the database's, in seconds: leases are only as good as the clocks agree.
    pub async fn clock_ahead_seconds(&self, now: Instant) -> Result<i64> {
        let mut tx = self.db.read().await?;
        let sql = if tx.is_postgres() {
            "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT) AS seconds"
        } else {
            "SELECT unixepoch() AS seconds"
        };
        let seconds: i64 = tx.one(sql, args![]).await?.get("seconds")?;
        tx.rollback().await?;
        Ok(now.0 / 1_000_000 - seconds)
    }
}

impl Snapshot {
    /// For the console, newest first; needs a county-level scope.
    pub async fn jobs_page(&mut self, state: JobState, cursor: Option<&str>, limit: u32) -> Result<Page<Job>> {
        self.reach.require_county()?;
        let limit = page::clamp(limit);
        let mut sql = Query::new(concat!("SELECT ", job_columns!(), " FROM job WHERE county = "));
        sql.bind(self.reach.county);
        match state {
            JobState::All => {}
            JobState::Waiting => drop(sql.push(" AND done_at IS NULL AND dead = 0")),
            JobState::Dead => drop(sql.push(" AND dead = 1")),
            JobState::Done => drop(sql.push(" AND done_at IS NOT NULL")),
        }
        if let Some([before]) = page::integers(cursor) {
            sql.push(" AND id < ").bind(before);
        }
        sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
        let jobs = self.tx.built(sql).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(jobs, limit, |job| page::cursor(&[job.id.0])))
    }

    /// Jobs whose key begins with one of these kinds and one of these events, as in `react/17/…`; by id.
    pub async fn jobs_of_events(&mut self, kinds: &[&str], events: &[EventId]) -> Result<Vec<Job>> {
        self.reach.require_county()?;
        if kinds.is_empty() || events.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Query::new(concat!("SELECT ", job_columns!(), " FROM job WHERE county = "));
        sql.bind(self.reach.county).push(" AND (1 = 0");
        for event in events {
            for kind in kinds {
                // "0" is the character after "/".
                sql.push(" OR dedupe_key >= ").bind(format!("{kind}/{event}/"));
                sql.push(" AND dedupe_key < ").bind(format!("{kind}/{event}0"));
            }
        }
        sql.push(") ORDER BY id");
        self.tx.built(sql).await?.iter().map(read).collect()
    }

    pub async fn queue_figures(&mut self, now: Instant) -> Result<QueueFigures> {
        self.reach.require_county()?;
        let sql = "SELECT
             SUM(CASE WHEN dead = 0 AND run_at <= $2 AND (lease_until IS NULL OR lease_until <= $2) THEN 1 ELSE 0 END) AS due,
             SUM(CASE WHEN dead = 0 AND lease_until > $2 THEN 1 ELSE 0 END) AS running,
             SUM(CASE WHEN dead = 0 AND run_at > $2 AND lease_until IS NULL THEN 1 ELSE 0 END) AS later,
             SUM(CASE WHEN dead = 1 THEN 1 ELSE 0 END) AS dead,
             MIN(CASE WHEN dead = 0 AND run_at <= $2 AND (lease_until IS NULL OR lease_until <= $2) THEN run_at END) AS oldest
             FROM job WHERE county = $1 AND done_at IS NULL";
        let row = self.tx.one(sql, args![self.reach.county, now]).await?;
        let number = |column| Ok::<i64, Error>(row.get::<Option<i64>>(column)?.unwrap_or(0));
        Ok(QueueFigures {
            due: number("due")?,
            running: number("running")?,
            later: number("later")?,
            dead: number("dead")?,
            oldest_due: row.get("oldest")?,
        })
    }
}

const JOB: [(&str, Kind); 9] = [
    ("county", Int),
    ("id", Int),
    ("lane", Int),
    ("kind", Text),
    ("payload", Text),
    ("dedupe_key", Text),
    ("run_at", Int),
    ("attempts", Int),
    ("dead", Int),
];

impl Write {
    /// False, and nothing changed, when the county has had a job with this dedupe key.
    pub async fn job_enqueue(&mut self, new: &NewJob) -> Result<bool> {
        Ok(self.jobs_enqueue_many(std::slice::from_ref(new)).await? == 1)
    }

    /// As [`Write::job_enqueue`] for each, in one go. Returns how many of them are new.
    pub async fn jobs_enqueue_many(&mut self, new: &[NewJob]) -> Result<usize> {
        if new.is_empty() {
            return Ok(0);
        }
        // The writes of a county are serial: what is not there now is not there in a moment either.
        let keys: Vec<String> = new.iter().map(|job| job.dedupe_key.clone()).collect();
        let sql = "SELECT dedupe_key FROM job WHERE county = $1 AND dedupe_key @any $2";
        let rows = self.tx.all(sql, args![self.county, keys]).await?;
        let mut known = rows.iter().map(|row| row.at(0)).collect::<Result<HashSet<String>>>()?;
        let fresh: Vec<&NewJob> = new.iter().filter(|job| known.insert(job.dedupe_key.clone())).collect();
        let ids = self.tx.new_ids(fresh.len()).await?;
        let mut rows = Vec::with_capacity(fresh.len());
        for (id, new) in ids.iter().zip(&fresh) {
            let NewJob { lane, kind, payload, dedupe_key, run_at } = new;
            rows.push(args![self.county, *id, *lane, kind, payload, dedupe_key, *run_at, 0, 0]);
            self.audit("job.enqueue", format_args!("job/{id}"), json!({ "kind": kind, "key": dedupe_key }));
        }
        self.tx.insert_many("job", &JOB, rows, "").await?;
        Ok(fresh.len())
    }

    /// Gives a dead job another chance, at once.
    pub async fn job_revive(&mut self, id: JobId) -> Result<()> {
        let sql = "UPDATE job SET dead = 0, attempts = 0, lease_until = NULL, run_at = $3
                   WHERE county = $1 AND id = $2 AND dead = 1 AND done_at IS NULL";
        if self.tx.run(sql, args![self.county, id, self.now]).await? == 0 {
            return Err(Error::not_found("已停止重试的待办工作"));
        }
        self.audit("job.revive", format_args!("job/{id}"), json!({}));
        Ok(())
    }
}
