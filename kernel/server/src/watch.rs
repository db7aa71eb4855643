//! What this process knows of its own work: figures for Prometheus, and how each county's grants are made use of. Counted in
//! memory where the work is done; the uses of grants are added to the database every few seconds, so that any server can show
//! them. Never a name, a number or an address of a page: labels are counties, plugins, digests, points, codes and route patterns.

mod figures;

use crate::App;
use doudi_domain::package::GrantUse;
use doudi_domain::{County, Result};
use doudi_plugin_host::{Observation, Observer, Point};
use doudi_storage::Storage;
use figures::Figures;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often what was counted is written down.
const FLUSH: Duration = Duration::from_secs(10);

/// One for each process, shared with the plugin host.
#[derive(Debug, Default)]
pub struct Watch {
    figures: Figures,
    uses: Mutex<BTreeMap<(County, String), BTreeMap<String, GrantUse>>>,
    /// Who was shown as resting when the figures were last read.
    resting: Mutex<BTreeSet<(County, String)>>,
}

impl Observer for Watch {
    fn observed(&self, call: &Observation<'_>) {
        self.figures.call(call);
        let (used, denied) = (&call.spent.used, &call.spent.denied);
        if used.is_empty() && denied.is_empty() {
            return;
        }
        let mut uses = locked(&self.uses);
        let of_digest = uses.entry((call.county, call.digest.to_owned())).or_default();
        let mut entry = |capability: &String, change: &dyn Fn(&mut GrantUse)| {
            change(of_digest.entry(capability.clone()).or_insert_with(|| GrantUse {
                digest: call.digest.to_owned(),
                capability: capability.clone(),
                ..GrantUse::default()
            }));
        };
        for capability in used {
            entry(capability, &|one| {
                one.used += 1;
                one.last_used = one.last_used.max(Some(call.at));
            });
        }
        for capability in denied {
            entry(capability, &|one| {
                one.denied += 1;
                one.last_denied = one.last_denied.max(Some(call.at));
            });
        }
    }
}

impl Watch {
    /// Somebody was quicker: what a call was based on has changed before it was applied. `again` when it was made anew.
    pub(crate) fn conflict(&self, county: County, plugin: &str, digest: &str, point: Point, again: bool) {
        self.figures.conflict(county, plugin, digest, point, again);
    }

    /// A request was answered. `route` is the pattern, never the address.
    pub(crate) fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.figures.request(method, route, status, took);
    }

    /// A job ended: `done`, `failed` or `given-up`.
    pub(crate) fn job(&self, county: County, kind: &str, outcome: &'static str) {
        self.figures.job(county, kind, outcome);
    }

    /// Everything as Prometheus reads it.
    pub fn render(&self, app: &App) -> String {
        let resting: BTreeSet<(County, String)> =
            app.host.resting().into_iter().map(|resting| (resting.county, resting.digest)).collect();
        let mut before = locked(&self.resting);
        for (county, digest) in before.difference(&resting) {
            self.figures.resting(*county, digest, false);
        }
        for (county, digest) in &resting {
            self.figures.resting(*county, digest, true);
        }
        *before = resting;
        drop(before);
        self.figures.render()
    }

    /// Adds the uses counted so far to the database. What could not be written is counted again.
    pub async fn flush(&self, storage: &Storage) -> Result<()> {
        let counted = std::mem::take(&mut *locked(&self.uses));
        let mut by_county: BTreeMap<County, Vec<GrantUse>> = BTreeMap::new();
        for ((county, _), uses) in counted {
            by_county.entry(county).or_default().extend(uses.into_values());
        }
        let mut failed = None;
        for (county, uses) in by_county {
            if let Err(error) = storage.grant_use_add(county, &uses).await {
                self.put_back(county, uses);
                failed = Some(error);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    fn put_back(&self, county: County, unwritten: Vec<GrantUse>) {
        let mut uses = locked(&self.uses);
        for one in unwritten {
            let of_digest = uses.entry((county, one.digest.clone())).or_default();
            let entry = of_digest.entry(one.capability.clone()).or_insert_with(|| GrantUse {
                digest: one.digest.clone(),
                capability: one.capability.clone(),
                ..GrantUse::default()
            });
            entry.used += one.used;
            entry.denied += one.denied;
            entry.last_used = entry.last_used.max(one.last_used);
            entry.last_denied = entry.last_denied.max(one.last_denied);
        }
    }
}

/// Writes down what was counted until `stop` resolves, and once more then.
pub async fn keep(app: App, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        let stopped = tokio::select! {
            () = &mut stop => true,
            () = tokio::time::sleep(FLUSH) => false,
        };
        if let Err(error) = app.watch.flush(&app.storage).await {
            tracing::warn!(%error, "the uses of grants could not be written down; they are kept for later");
        }
        if stopped {
            return;
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::Instant;
    use doudi_plugin_host::Spent;

    fn observe(watch: &Watch, county: i32, used: &[&str], denied: &[&str], at: i64) {
        let spent = Spent {
            used: used.iter().map(|word| (*word).to_owned()).collect(),
            denied: denied.iter().map(|word| (*word).to_owned()).collect(),
            ..Spent::default()
        };
        let digest = "ab".repeat(32);
        watch.observed(&Observation {
            county: County(county),
            plugin: "sample",
            digest: &digest,
            point: Point::Act,
            outcome: "ok",
            at: Instant(at),
            spent: &spent,
        });
    }

    #[tokio::test]
    async fn uses_are_added_up_by_county_and_written_once() {
        let database = doudi_storage::test_support::sqlite().await.unwrap();
        let watch = Watch::default();
        observe(&watch, 340_223, &["read:income.wage"], &["read:person.health"], 20);
        observe(&watch, 340_223, &["read:income.wage"], &[], 10);
        observe(&watch, 340_281, &["read:income.wage"], &[], 30);
        watch.flush(&database.storage).await.unwrap();
        watch.flush(&database.storage).await.unwrap();
        let scope = doudi_domain::Scope { division: County(340_223).division() };
        let list = database.storage.snapshot(scope).await.unwrap().grant_use_list().await.unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!((list[0].used, list[0].last_used), (2, Some(Instant(20))));
        assert_eq!((list[1].denied, list[1].last_denied), (1, Some(Instant(20))));
        database.remove().await;
    }
}
