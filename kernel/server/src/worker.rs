//! What happens after: events delivered to the measures that listen and to the addresses that are told, and due work.
//! Everything is a job with a lease, carried out at least once and applied once; a job that fails waits longer each time and
//! is given up, visibly, in the end.
//!
//! Any number of servers work on one database. What is claimed is kept from the others by a lease, which is renewed while the
//! work lasts: a server that dies is relieved after [`TERMS`]`.lease_seconds`, one that is only slow is not. Should two do the
//! same work all the same, the key of each step in the transaction of its effects lets one of them win.
//!
//! Each lane (a county; an address to notify) is carried out in order and at the same time as the others, so that no county
//! waits for another's hundred thousand, and none for an address that does not answer.

mod chain;
mod deliver_event;
mod feed;
mod notify;
mod react;
mod shadow;
mod tick;

#[doc(hidden)]
pub use feed::take_feed;
pub use tick::fire;

use crate::app::App;
use crate::app::outbox::{DELIVER_EVENT, FEED, NOTIFY, REACT, SHADOW, TICK};
use doudi_domain::event::Job;
use doudi_domain::{Actor, Error, Result};
use doudi_storage::job::{Lane, OWN_LANE, Terms};
use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

/// How long a job is kept from other servers, and after how many attempts it is given up.
pub const TERMS: Terms = Terms { lease_seconds: 60, max_attempts: 6 };
/// How often a lease is renewed: three times before it ends.
const RENEW: Duration = Duration::from_secs(20);
/// Jobs claimed at once in a lane.
const BATCH: u32 = 16;
/// How often the table of jobs is looked at.
const POLL: Duration = Duration::from_secs(2);
/// Jobs under way at once in this process: those that ask plugins and write, and those that wait for somebody outside.
const OWN_SLOTS: usize = 4;
const OUTWARD_SLOTS: usize = 8;
/// From here on clocks that disagree endanger leases.
const CLOCKS_APART_SECONDS: i64 = 20;

/// Carries out due work of all counties.
pub struct Worker {
    shared: Arc<Shared>,
    /// Firings this process has entered already; the database knows them anyway, this only spares it the question.
    entered: BTreeSet<String>,
    lanes: JoinSet<usize>,
}

struct Shared {
    app: App,
    /// Lanes this process is at work in.
    busy: Mutex<BTreeSet<Lane>>,
    own: Semaphore,
    outward: Semaphore,
    /// Set once: what has begun is finished, what has not is given back.
    halted: AtomicBool,
}

impl Worker {
    pub fn new(app: App) -> Worker {
        let shared = Shared {
            app,
            busy: Mutex::default(),
            own: Semaphore::new(OWN_SLOTS),
            outward: Semaphore::new(OUTWARD_SLOTS),
            halted: AtomicBool::new(false),
        };
        Worker { shared: Arc::new(shared), entered: BTreeSet::new(), lanes: JoinSet::new() }
    }

    /// Works until `stop` resolves; jobs that have begun are finished first, others are given back.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        self.compare_clocks().await;
        tokio::pin!(stop);
        loop {
            if let Err(error) = self.look().await {
                log(&error, "due work could not be looked at");
            }
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(POLL) => {}
            }
            while self.lanes.try_join_next().is_some() {}
        }
        self.shared.halted.store(true, Ordering::SeqCst);
        while self.lanes.join_next().await.is_some() {}
    }

    /// Enters what has become due and carries out everything that can be done now. Returns how many jobs were carried out,
    /// well or badly.
    pub async fn until_idle(&mut self) -> Result<usize> {
        let mut done = 0;
        loop {
            self.look().await?;
            let mut now = 0;
            while let Some(lane) = self.lanes.join_next().await {
                now += lane.unwrap_or(0);
            }
            if now == 0 {
                return Ok(done);
            }
            done += now;
        }
    }

    /// Enters what has become due, and begins work in every lane that has some and nobody of this process at it.
    async fn look(&mut self) -> Result<()> {
        let app = &self.shared.app;
        tick::enter_due(app, &mut self.entered).await?;
        for lane in app.storage.lanes_due(app.now()).await? {
            if self.shared.busy().insert(lane) {
                let shared = self.shared.clone();
                self.lanes.spawn(async move {
                    let leave = Leave { shared: &shared, lane };
                    let done = shared.work(lane).await;
                    drop(leave);
                    done
                });
            }
        }
        Ok(())
    }

    /// Servers whose clocks disagree take each other's work away.
    async fn compare_clocks(&self) {
        let app = &self.shared.app;
        if app.config.today.is_some() {
            return;
        }
        match app.storage.clock_ahead_seconds(app.now()).await {
            Ok(ahead) if ahead.abs() >= CLOCKS_APART_SECONDS => {
                tracing::error!(
                    ahead,
                    "the clocks of this machine and of the database disagree by seconds; correct them"
                );
            }
            Ok(_) => {}
            Err(error) => log(&error, "the database's clock could not be read"),
        }
    }
}

/// Gives the lane free again, also when the work in it panics.
struct Leave<'a> {
    shared: &'a Shared,
    lane: Lane,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.shared.busy().remove(&self.lane);
    }
}

impl Shared {
    fn busy(&self) -> std::sync::MutexGuard<'_, BTreeSet<Lane>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn halted(&self) -> bool {
        self.halted.load(Ordering::SeqCst)
    }

    /// Carries out what is due in a lane until nothing is. Returns how many jobs that were.
    async fn work(self: &Arc<Shared>, lane: Lane) -> usize {
        let mut done = 0;
        while !self.halted() {
            match self.app.storage.jobs_claim(lane, self.app.now(), TERMS, BATCH).await {
                Ok(claimed) if claimed.is_empty() => break,
                Ok(claimed) => done += self.batch(lane, claimed).await,
                Err(error) => {
                    log(&error, "due work could not be claimed");
                    break;
                }
            }
        }
        done
    }

    /// One after the other, while the leases of all are renewed.
    async fn batch(self: &Arc<Shared>, lane: Lane, claimed: Vec<Job>) -> usize {
        let held = Arc::new(Mutex::new(VecDeque::from(claimed)));
        let ended = Arc::new(Notify::new());
        let renewing = tokio::spawn(renew(self.app.clone(), held.clone(), ended.clone()));
        let slots = if lane.lane == OWN_LANE { &self.own } else { &self.outward };
        let mut done = 0;
        loop {
            let next = locked(&held).front().cloned();
            let Some(job) = next else { break };
            let permit = slots.acquire().await;
            if self.halted() {
                break;
            }
            // The lease of one that waited may have been lost meanwhile.
            if locked(&held).front().is_some_and(|front| front.id == job.id) {
                self.carry_out(&job).await;
                done += 1;
                locked(&held).retain(|held| held.id != job.id);
            }
            drop(permit);
        }
        ended.notify_one();
        // It is never cut off in the middle of a transaction.
        let _ = renewing.await;
        let left: Vec<Job> = locked(&held).drain(..).collect();
        if let Err(error) = self.app.storage.jobs_release(&left).await {
            log(&error, "claimed jobs could not be given back; their leases will end");
        }
        done
    }

    async fn carry_out(&self, job: &Job) {
        let outcome = tokio::spawn(perform(self.app.clone(), job.clone())).await;
        let outcome = outcome.unwrap_or_else(|ended| Err(Error::failure("程序出错，没有保存任何内容", ended).into()));
        let (app, now) = (&self.app, self.app.now());
        let noted = match outcome {
            Ok(()) => {
                app.watch.job(job.county, &job.kind, "done");
                app.storage.job_done(job, now).await
            }
            Err(ended) => {
                // What is hopeless is given up at once.
                let (error, attempts) = match ended {
                    Ended::Failed(error) => (error, TERMS.max_attempts),
                    Ended::Hopeless(error) => (error, 0),
                };
                log(&error, "a job failed");
                let given_up = job.attempts >= attempts;
                if given_up {
                    tracing::error!(county = %job.county, job = %job.id, kind = job.kind, "a job was given up");
                }
                app.watch.job(job.county, &job.kind, if given_up { "given-up" } else { "failed" });
                let retry_at = now.plus_seconds(retry_seconds(job, &error));
                app.storage.job_failed(job, &described(&error), retry_at, attempts).await
            }
        };
        match noted {
            Ok(true) => {}
            Ok(false) => tracing::warn!(job = %job.id, "the lease of a job ended before the job did"),
            // The lease ends by itself, and the job is tried again; what it applied is not applied twice.
            Err(error) => log(&error, "the end of a job could not be noted"),
        }
    }
}

fn locked(held: &Mutex<VecDeque<Job>>) -> std::sync::MutexGuard<'_, VecDeque<Job>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the leases of what is held alive until told to end, and lets go of what somebody else has taken over.
async fn renew(app: App, held: Arc<Mutex<VecDeque<Job>>>, ended: Arc<Notify>) {
    loop {
        tokio::select! {
            () = ended.notified() => return,
            () = tokio::time::sleep(RENEW) => {}
        }
        let jobs: Vec<Job> = locked(&held).iter().cloned().collect();
        match app.storage.jobs_renew(&jobs, app.now(), TERMS.lease_seconds).await {
            Ok(kept) => locked(&held).retain(|job| kept.contains(&job.id) || !jobs.contains(job)),
            Err(error) => log(&error, "leases could not be renewed"),
        }
    }
}

/// Why a job did not end well.
enum Ended {
    /// It is tried again, up to a number of times.
    Failed(Error),
    /// By rule, and no later attempt would end better.
    Hopeless(Error),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Ended {
        Ended::Failed(error)
    }
}

/// In a task of its own: a bug in one job is an error of that job.
async fn perform(app: App, job: Job) -> std::result::Result<(), Ended> {
    let actor = Actor::System { division: job.county.division() };
    match job.kind.as_str() {
        DELIVER_EVENT => deliver_event::deliver(&app, &actor, &job.payload).await,
        REACT => react::react(&app, &actor, &job.payload).await,
        TICK => tick::tick(&app, &actor, &job.payload).await,
        NOTIFY => Ok(notify::notify(&app, &actor, &job).await?),
        SHADOW => Ok(shadow::run(&app, &actor, &job.payload).await?),
        FEED => Ok(feed::run(&app, &actor, &job).await?),
        other => Err(Error::failure("未知的任务类别", format!("no job kind {other}")).into()),
    }
}

/// Somebody who was quicker is gone in seconds; everything else waits longer each time.
fn retry_seconds(job: &Job, error: &Error) -> i64 {
    match error {
        Error::Conflict { .. } => 2 << job.attempts.clamp(0, 6),
        _ => backoff_seconds(job),
    }
}

/// 30 seconds, 2 minutes, 8, 32 … and up to a quarter more, by the job's number, so that what failed together does not
/// return together.
fn backoff_seconds(job: &Job) -> i64 {
    let base = 30 << (2 * (job.attempts - 1).clamp(0, 6));
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

    fn job(id: i64, attempts: i32) -> Job {
        Job {
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
        }
    }

    #[test]
    fn failed_jobs_wait_longer_each_time() {
        assert_eq!([1, 2, 3].map(|attempts| backoff_seconds(&job(8, attempts))), [30, 120, 480]);
        assert!(backoff_seconds(&job(7, 2)) > 120);
        assert!(backoff_seconds(&job(7, 100)) < 200_000);
    }

    #[test]
    fn who_was_too_slow_soon_tries_again() {
        assert_eq!(retry_seconds(&job(8, 1), &Error::conflict("刚被别人修改")), 4);
        assert_eq!(retry_seconds(&job(8, 1), &Error::failure("没有完成", "disk full")), 30);
    }
}
