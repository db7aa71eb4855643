//! Due work: claimed with a lease, at least once, given up after too many attempts.

use crate::engine::{Row, args};
use crate::page::{self, Page};
use crate::{Snapshot, Storage, Write};
use doudi_domain::event::Job;
use doudi_domain::{Error, Instant, JobId, Result};
use serde_json::json;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewJob {
    pub kind: String,
    pub payload: String,
    pub dedupe_key: String,
    pub run_at: Instant,
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

macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "UPDATE job SET lease_until = $2, attempts = attempts + 1 WHERE (county, id) IN
             (SELECT county, id FROM job WHERE done_at IS NULL AND dead = 0 AND run_at <= $1
              AND (lease_until IS NULL OR lease_until <= $1) ORDER BY run_at, id LIMIT $3", $lock, ")
             RETURNING county, id, kind, payload, dedupe_key, run_at, lease_until, attempts, last_error, dead, done_at"
        )
    };
}

impl Storage {
    /// Takes up to `limit` due jobs of all counties for `lease_seconds`; nobody else gets them meanwhile. Earliest first.
    pub async fn jobs_claim(&self, now: Instant, lease_seconds: i64, limit: u32) -> Result<Vec<Job>> {
        let mut tx = self.db.write().await?;
        // SQLite has one writer, so nobody can claim the same rows meanwhile; PostgreSQL passes over what others hold.
        let sql = if tx.is_postgres() { claim!(" FOR UPDATE SKIP LOCKED") } else { claim!("") };
        let rows = tx.all(sql, args![now, now.plus_seconds(lease_seconds), page::clamp(limit)]).await?;
        let mut jobs = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        tx.commit().await?;
        jobs.sort_by_key(|job| (job.run_at, job.id));
        Ok(jobs)
    }

    /// `claimed` is the job as it was claimed; false when its lease has run out and someone else has it.
    pub async fn job_done(&self, claimed: &Job, now: Instant) -> Result<bool> {
        let mut tx = self.db.write().await?;
        let sql = "UPDATE job SET done_at = $4, lease_until = NULL, last_error = NULL
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
}

impl Snapshot {
    /// For the console, newest first; needs a county-level scope.
    pub async fn jobs_page(&mut self, dead_only: bool, cursor: Option<&str>, limit: u32) -> Result<Page<Job>> {
        self.reach.require_county()?;
        let limit = page::clamp(limit);
        let [before] = page::integers(cursor).unwrap_or([i64::MAX]);
        let sql =
            "SELECT county, id, kind, payload, dedupe_key, run_at, lease_until, attempts, last_error, dead, done_at
                   FROM job WHERE county = $1 AND id < $2 AND dead >= $3 ORDER BY id DESC LIMIT $4";
        let rows = self.tx.all(sql, args![self.reach.county, before, dead_only, limit + 1]).await?;
        let jobs = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(jobs, limit, |job| page::cursor(&[job.id.0])))
    }
}

impl Write {
    /// False, and nothing changed, when the county has had a job with this dedupe key.
    pub async fn job_enqueue(&mut self, new: &NewJob) -> Result<bool> {
        let id = self.tx.new_id().await?;
        let sql = "INSERT INTO job (county, id, kind, payload, dedupe_key, run_at, attempts, dead)
                   VALUES ($1, $2, $3, $4, $5, $6, 0, 0) ON CONFLICT (county, dedupe_key) DO NOTHING";
        let values = args![self.county, id, &new.kind, &new.payload, &new.dedupe_key, new.run_at];
        let fresh = self.tx.run(sql, values).await? == 1;
        if fresh {
            self.audit("job.enqueue", format_args!("job/{id}"), json!({ "kind": new.kind, "key": new.dedupe_key }));
        }
        Ok(fresh)
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
