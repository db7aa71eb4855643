//! What happens after: events delivered to the measures that listen, and due work. Everything is a job with a lease, carried
//! out at least once and applied once; a job that fails waits longer each time and is given up, visibly, in the end.

mod deliver_event;
mod react;
mod tick;

use crate::app::App;
use crate::app::outbox::{DELIVER_EVENT, REACT, TICK};
use doudi_domain::event::Job;
use doudi_domain::{Actor, Error, Result};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a job may take before another server takes it over.
const LEASE_SECONDS: i64 = 300;
/// Jobs claimed at once.
const BATCH: u32 = 16;
/// After so many attempts a job is given up.
const ATTEMPTS: i32 = 6;
/// How often the table of jobs is looked at.
const POLL: Duration = Duration::from_secs(2);

/// Carries out due work of all counties.
pub struct Worker {
    app: App,
    /// Firings this process has entered already; the database knows them anyway, this only spares it the question.
    entered: BTreeSet<String>,
}

impl Worker {
    pub fn new(app: App) -> Worker {
        Worker { app, entered: BTreeSet::new() }
    }

    /// Works until `stop` resolves; a job that has begun is finished first.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            if let Err(error) = self.until_idle().await {
                log(&error, "due work could not be looked at");
            }
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Enters what has become due and carries out everything that can be done now. Returns how many jobs were done.
    pub async fn until_idle(&mut self) -> Result<usize> {
        tick::enter_due(&self.app, &mut self.entered).await?;
        let mut done = 0;
        loop {
            let jobs = self.app.storage.jobs_claim(self.app.now(), LEASE_SECONDS, BATCH).await?;
            if jobs.is_empty() {
                return Ok(done);
            }
            for job in jobs {
                done += 1;
                self.carry_out(&job).await?;
            }
        }
    }

    async fn carry_out(&self, job: &Job) -> Result<()> {
        let app = &self.app;
        let actor = Actor::System { division: job.county.division() };
        let outcome = match job.kind.as_str() {
            DELIVER_EVENT => deliver_event::deliver(app, &actor, &job.payload).await,
            REACT => react::react(app, &actor, &job.payload).await,
            TICK => tick::tick(app, &actor, &job.payload).await,
            other => Err(Error::failure("未知的任务类别", format!("no job kind {other}"))),
        };
        match outcome {
            Ok(()) => drop(app.storage.job_done(job, app.now()).await?),
            Err(error) => {
                log(&error, "a job failed");
                let retry_at = app.now().plus_seconds(backoff_seconds(job));
                app.storage.job_failed(job, &described(&error), retry_at, ATTEMPTS).await?;
            }
        }
        Ok(())
    }
}

/// 30 seconds, 2 minutes, 8, 32 … and up to a quarter more, by the job's number, so that what failed together does not
/// return together.
fn backoff_seconds(job: &Job) -> i64 {
    let base = 30 << (2 * job.attempts.clamp(0, 6));
    base + base / 4 * (job.id.0 % 8) / 8
}

fn described(error: &Error) -> String {
    match error {
        Error::Failure { outside, inside } => format!("{outside}（{inside}）"),
        other => other.to_string(),
    }
}

fn log(error: &Error, what: &str) {
    match error {
        Error::Failure { inside, .. } => tracing::error!(%error, inside, "{what}"),
        _ => tracing::warn!(%error, "{what}"),
    }
}

fn broken_payload(error: impl std::fmt::Display) -> Error {
    Error::failure("任务内容无法读取", error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::{County, Instant, JobId};

    #[test]
    fn failed_jobs_wait_longer_each_time() {
        let job = |id: i64, attempts: i32| Job {
            id: JobId(id),
            county: County(340223),
            kind: TICK.into(),
            payload: String::new(),
            dedupe_key: String::new(),
            run_at: Instant(0),
            lease_until: None,
            attempts,
            last_error: None,
            dead: false,
            done_at: None,
        };
        assert_eq!([0, 1, 2].map(|attempts| backoff_seconds(&job(8, attempts))), [30, 120, 480]);
        assert!(backoff_seconds(&job(7, 1)) > 120);
        assert!(backoff_seconds(&job(7, 100)) < 200_000);
    }
}
