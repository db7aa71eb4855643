//! [`App`]: what every use case needs, and the clocks. The use cases are free functions in the modules below, one for each
//! sentence a caseworker says; each begins with the permission it requires, and each finds things within the actor's scope.

use self::kept::Kept;
use crate::config::Config;
use crate::watch::Watch;
use doudi_domain::calendar::{Clock, Instant};
use doudi_domain::{Date, Error, Result, calendar};
use doudi_plugin_host::PluginHost;
use doudi_storage::Storage;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub mod acceptance;
pub(crate) mod apply;
pub mod assess;
pub mod audit;
pub mod backup;
pub mod calendar_days;
pub(crate) mod caseload;
pub mod consult;
pub mod deadline;
pub mod decision;
pub mod delivery;
pub mod display;
pub mod division;
pub mod document;
pub mod duty;
pub mod export;
pub mod field_use;
pub mod fieldwork;
pub mod figures;
pub mod form;
mod form_people;
pub mod household;
pub mod intake;
pub mod job;
pub mod kept;
pub mod limits;
pub(crate) mod manifests;
pub mod measure;
pub mod names;
pub mod notice;
pub(crate) mod numbering;
pub(crate) mod outbox;
pub mod parameter;
pub mod payment;
pub mod plugin;
pub mod qualify;
pub(crate) mod reach;
pub(crate) mod reads;
pub mod scorecard;
pub mod session;
pub mod shadow;
pub mod supposed;
pub mod token;
pub mod trust;
pub mod upgrade;
pub mod user;
pub mod value;
pub mod webhook;
pub mod workflow;

/// Cheap to clone; no behaviour of its own.
#[derive(Clone)]
pub struct App {
    pub storage: Storage,
    pub host: PluginHost,
    pub clock: Arc<dyn Clock>,
    pub config: Arc<Config>,
    /// What this process counts of its own work.
    pub watch: Arc<Watch>,
    /// What was worked out a moment ago and may be shown again.
    pub kept: Arc<Kept>,
}

impl App {
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The legal date.
    pub fn today(&self) -> Date {
        self.clock.today()
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine; everybody else is told")]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant(since.as_micros().min(i64::MAX as u128) as i64)
    }
}

/// The machine's clock moved to another legal date, which stays until the program ends (`DOUDI_TODAY`): for demonstrations
/// and for looking at what a later day will bring. Time of day runs on, so that sessions and leases end as usual.
#[derive(Clone, Copy, Debug)]
pub struct DatedClock {
    day: Date,
    shift: i64,
}

impl DatedClock {
    pub fn new(day: Date) -> DatedClock {
        let days = i64::from(calendar::days(day) - calendar::days(SystemClock.today()));
        DatedClock { day, shift: days * 86_400_000_000 }
    }
}

impl Clock for DatedClock {
    fn now(&self) -> Instant {
        Instant(SystemClock.now().0 + self.shift)
    }

    fn today(&self) -> Date {
        self.day
    }
}

/// A clock that stands still until told otherwise: tests, and the cases of the demonstration city.
#[derive(Clone, Debug)]
pub struct FixedClock(Arc<AtomicI64>);

impl FixedClock {
    /// Nine in the morning in China on that day.
    pub fn on(day: Date) -> FixedClock {
        let clock = FixedClock(Arc::new(AtomicI64::new(0)));
        clock.set(day);
        clock
    }

    pub fn set(&self, day: Date) {
        self.set_instant(Instant(i64::from(calendar::days(day)) * 86_400_000_000 + 3_600_000_000));
    }

    pub fn set_instant(&self, now: Instant) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

/// Runs a write in a task of its own, which a dropped request cannot cancel: a transaction is carried to its end or rolled
/// back, never left hanging on the one writer.
pub(crate) async fn in_own_task<T, F>(work: F) -> Result<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(error) => Err(Error::failure("系统正在停止，没有保存。请稍后重试", error)),
    }
}
