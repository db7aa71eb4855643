//! What this process worked out a moment ago and may show again: pages and figures over a whole county, which a reader must not
//! wait for each time. Never written down, and nothing a person enters depends on it.
//!
//! Every change of a county's records is an entry of its audit log. While there is none since, what was worked out is what is
//! true, however old. After a change, what takes long is shown for a short while longer, with its moment, and worked out again
//! behind the reader; but whoever changed something herself waits, and sees it. Who waits for the same waits together: it is
//! worked out once. What could not be worked out after a long time rests before it is tried again.

use super::App;
use super::duty::{Duties, Window};
use super::scorecard::{Compared, MeasureCard};
use doudi_documents::Page;
use doudi_domain::reporting::ReportingPeriod;
use doudi_domain::{Actor, County, Date, DivisionCode, EnablementId, Instant, Result, Role};
use doudi_plugin_host::Desk;
use doudi_storage::Snapshot;
use doudi_storage::audit::Watermark;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Moment};

/// One for each process.
#[derive(Debug)]
pub struct Kept {
    /// Figures of a county's measures, as a reader of an office has them.
    pub(crate) scorecards: Shelf<(County, Reader, Date, ReportingPeriod, Compared), Vec<MeasureCard>>,
    /// Duties by whose they are.
    pub(crate) duties: Shelf<(Reader, Date, Window), Duties>,
    /// Pages of measures that are the same for everybody of an office.
    pub(crate) pages: Shelf<PageKey, Page>,
    /// Behind its readers one thing is worked out at a time, of whatever shelf and county.
    behind: Gate,
    long: Duration,
}

impl Default for Kept {
    fn default() -> Kept {
        Kept::showing_aged_after(LONG)
    }
}

impl Kept {
    /// What took this long may be shown for a while after a change. A program takes the default; a test must not depend on how quick
    /// its machine is.
    pub fn showing_aged_after(long: Duration) -> Kept {
        Kept {
            scorecards: Shelf::default(),
            duties: Shelf::default(),
            pages: Shelf::default(),
            behind: Gate::default(),
            long,
        }
    }
}

/// Whoever may see the same: an office in a part of the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Reader(DivisionCode, Option<Role>);

impl Reader {
    pub fn of(actor: &Actor) -> Reader {
        Reader(actor.division(), actor.role())
    }
}

/// A page of a measure as one office asks for it on a day, under one enablement: release, settings and grants.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct PageKey {
    pub reader: Reader,
    pub today: Date,
    pub enablement: EnablementId,
    pub page: String,
    pub query: Vec<(String, String)>,
}

/// What a reader is given.
#[derive(Debug)]
pub(crate) struct Look<V> {
    pub value: Arc<V>,
    /// When it was worked out, if something has changed since.
    pub as_of: Option<Instant>,
}

/// A value and what is known of it.
#[derive(Debug)]
struct Known<V> {
    value: Arc<V>,
    at: Instant,
    took: Duration,
    mark: Watermark,
    /// A whole one: not what is shown in the place of one that could not be worked out.
    whole: bool,
}

impl<V> Clone for Known<V> {
    fn clone(&self) -> Known<V> {
        let Known { value, at, took, mark, whole } = self;
        Known { value: value.clone(), at: *at, took: *took, mark: *mark, whole: *whole }
    }
}

/// How long something that has changed since may still be shown.
const SECONDS: i64 = 60;
/// What takes less is worked out for each reader: nobody notices, and everybody sees the newest.
const LONG: Duration = Duration::from_millis(120);
/// Between two times of working something out behind its readers, or of failing to, it rests so many times as long as that takes,
/// and this long at most, so that a busy county's pages leave the machine to the people.
const REST: u32 = 20;
const LONGEST_REST: Duration = Duration::from_secs(SECONDS as u64 / 2);
/// Values of a shelf; beyond it the oldest go.
const MOST: usize = 500;

/// Values by key.
#[derive(Debug)]
pub(crate) struct Shelf<K, V> {
    values: Mutex<BTreeMap<K, Known<V>>>,
    /// What is being worked out: whoever holds the gate is at it.
    gates: Mutex<BTreeMap<K, Gate>>,
}

type Gate = Arc<tokio::sync::Mutex<()>>;

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Shelf { values: Mutex::default(), gates: Mutex::default() }
    }
}

impl<K: Ord + Clone, V> Shelf<K, V> {
    /// A whole value and its moment, if it is younger than so many seconds.
    pub fn get(&self, key: &K, now: Instant, seconds: i64) -> Option<(Instant, Arc<V>)> {
        let known = self.find(key).filter(|known| known.whole && now < known.at.plus_seconds(seconds))?;
        Some((known.at, known.value))
    }

    fn find(&self, key: &K) -> Option<Known<V>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: K, known: Known<V>) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.insert(key, known);
        while values.len() > MOST {
            let oldest = values.iter().min_by_key(|(_, known)| known.at).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { return };
            values.remove(&oldest);
        }
    }

    fn gate(&self, key: &K) -> Gate {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        gates.retain(|_, gate| Arc::strong_count(gate) > 1);
        gates.entry(key.clone()).or_default().clone()
    }
}

/// What may be done with a value that is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Use {
    /// Nothing has changed since, or it would fail again.
    True,
    /// Something has, a short while ago, and to work it out takes long: unless the reader herself changed it.
    Aged,
    /// Worked out anew.
    Outdated,
}

impl<V> Known<V> {
    fn usable(&self, mark: Watermark, now: Instant, long: Duration) -> Use {
        if !self.whole {
            if self.rested(now) { Use::Outdated } else { Use::True }
        } else if self.mark == mark {
            Use::True
        } else if self.took >= long && now < self.at.plus_seconds(SECONDS) {
            Use::Aged
        } else {
            Use::Outdated
        }
    }

    /// Whether it may be worked out again already.
    fn rested(&self, now: Instant) -> bool {
        let rest = self.took.saturating_mul(REST).min(LONGEST_REST);
        self.at.plus_seconds(rest.as_secs() as i64) <= now
    }
}

/// What is true now, or was a short while ago: see the head of this file. `desk` and `snapshot` are given back before anything is
/// worked out; `work` takes its own. What is not `whole` is shown until it has rested.
pub(crate) async fn look<K, V>(
    app: &App,
    actor: &Actor,
    (desk, mut snapshot): (Desk, Snapshot),
    shelf: fn(&Kept) -> &Shelf<K, V>,
    key: K,
    whole: fn(&V) -> bool,
    work: impl Future<Output = Result<V>> + Send + 'static,
) -> Result<Look<V>>
where
    K: Ord + Clone + Send + 'static,
    V: Send + Sync + 'static,
{
    let mark = snapshot.audit_watermark().await?;
    let (now, known) = (app.now(), shelf(&app.kept).find(&key));
    let aged = match known.map(|known| (known.usable(mark, now, app.kept.long), known)) {
        Some((Use::True, known)) => return Ok(Look { value: known.value, as_of: None }),
        Some((Use::Aged, known)) => {
            let own = match actor.user_id() {
                Some(user) => snapshot.audit_has_since(known.mark, user).await?,
                None => false,
            };
            Some(known).filter(|_| !own)
        }
        Some((Use::Outdated, _)) | None => None,
    };
    snapshot.close().await?;
    drop(desk);
    let gate = shelf(&app.kept).gate(&key);
    let Some(known) = aged else {
        let _gate = gate.lock().await;
        // While she waited, another may have worked out what this reader asks for.
        let theirs = shelf(&app.kept).find(&key).filter(|known| known.mark.covers(mark));
        if let Some(known) = theirs.filter(|known| known.whole || !known.rested(app.now())) {
            return Ok(Look { value: known.value, as_of: None });
        }
        let began = Moment::now();
        let value = Arc::new(work.await?);
        let known = Known { value: value.clone(), at: now, took: began.elapsed(), mark, whole: whole(&value) };
        shelf(&app.kept).put(key, known);
        return Ok(Look { value, as_of: None });
    };
    if known.rested(now)
        && let (Ok(gate), Ok(turn)) = (gate.try_lock_owned(), app.kept.behind.clone().try_lock_owned())
    {
        let app = app.clone();
        tokio::spawn(async move {
            let began = Moment::now();
            let outcome = work.await;
            let (shelf, took) = (shelf(&app.kept), began.elapsed());
            match outcome {
                Ok(value) if whole(&value) => {
                    shelf.put(key, Known { value: Arc::new(value), at: now, took, mark, whole: true });
                }
                Ok(_) => {}
                Err(error) => tracing::debug!(%error, "what is kept could not be worked out again"),
            }
            drop((gate, turn));
        });
    }
    Ok(Look { value: known.value, as_of: Some(known.at) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(value: &'static str, at: Instant) -> Known<&'static str> {
        Known { value: Arc::new(value), at, took: LONG, mark: Watermark::default(), whole: true }
    }

    #[test]
    fn a_value_is_shown_until_it_is_too_old_and_the_oldest_makes_room() {
        let shelf: Shelf<usize, &str> = Shelf::default();
        let noon = Instant(1_000_000_000);
        shelf.put(0, known("first", noon));
        assert_eq!(shelf.get(&0, noon.plus_seconds(59), 60).map(|(at, value)| (at, *value)), Some((noon, "first")));
        assert!(shelf.get(&0, noon.plus_seconds(60), 60).is_none());
        for key in 1..=MOST {
            shelf.put(key, known("later", noon.plus_seconds(key as i64)));
        }
        assert!(shelf.get(&0, noon, 60).is_none(), "it had to go");
        assert!(shelf.get(&MOST, noon.plus_seconds(MOST as i64), 60).is_some());
    }

    #[test]
    fn what_takes_long_is_shown_a_minute_longer_than_it_is_true() {
        let noon = Instant(1_000_000_000);
        let (before, after) = (Watermark::default(), Watermark::new(1, 0));
        for (took, mark, seconds, expected) in [
            (1, before, 86_000, Use::True),
            (900, before, 86_000, Use::True),
            (1, after, 0, Use::Outdated),
            (119, after, 1, Use::Outdated),
            (120, after, 1, Use::Aged),
            (900, after, 59, Use::Aged),
            (900, after, 60, Use::Outdated),
        ] {
            let known = Known { took: Duration::from_millis(took), ..known("then", noon) };
            assert_eq!(known.usable(mark, noon.plus_seconds(seconds), LONG), expected, "{took} ms, {seconds} s later");
        }
        // What took half a second rests for ten, what took four rests for thirty and not for eighty.
        for (millis, rests) in [(20, 0), (500, 10), (4_000, 30)] {
            let slow = Known { took: Duration::from_millis(millis), ..known("then", noon) };
            assert!(rests == 0 || !slow.rested(noon.plus_seconds(rests - 1)), "{millis} ms");
            assert!(slow.rested(noon.plus_seconds(rests)), "{millis} ms");
        }
    }

    #[test]
    fn what_failed_after_a_long_time_rests_and_what_failed_at_once_is_tried_at_once() {
        let noon = Instant(1_000_000_000);
        let after = Watermark::new(1, 0);
        for (took, seconds, expected) in [
            (20, 0, Use::Outdated),
            (500, 9, Use::True),
            (500, 10, Use::Outdated),
            (5_000, 29, Use::True),
            (5_000, 30, Use::Outdated),
        ] {
            let failed = Known { took: Duration::from_millis(took), whole: false, ..known("failed", noon) };
            assert_eq!(
                failed.usable(after, noon.plus_seconds(seconds), LONG),
                expected,
                "{took} ms, {seconds} s later"
            );
        }
    }

    #[tokio::test]
    async fn one_at_a_time_works_something_out() {
        let shelf: Shelf<usize, &str> = Shelf::default();
        let first = shelf.gate(&1).lock_owned().await;
        assert!(shelf.gate(&1).try_lock().is_err() && shelf.gate(&2).try_lock().is_ok());
        drop(first);
        assert!(shelf.gate(&1).try_lock().is_ok());
        assert_eq!(shelf.gates.lock().expect("the gates").len(), 1, "what nobody waits for is forgotten");
    }
}
