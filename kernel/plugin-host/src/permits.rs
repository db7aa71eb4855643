//! Admission before instantiation: how many calls one county, and one plugin over all counties, may have at once. A permit
//! is given back when it is dropped, on every path.

use crate::engine::HostConfig;
use doudi_documents::manifest::ResourceClass;
use doudi_domain::County;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(crate) struct Permits {
    desks: Gates<County>,
    counties: Gates<County>,
    plugins: Gates<String>,
    scripts: Arc<Semaphore>,
    queue: Duration,
}

/// Dropping it lets the next call in.
pub(crate) struct Permit {
    _county: OwnedSemaphorePermit,
    _plugin: OwnedSemaphorePermit,
    _script: Option<OwnedSemaphorePermit>,
}

struct Gates<K> {
    gates: Mutex<HashMap<K, Arc<Semaphore>>>,
    width: usize,
}

impl Permits {
    pub fn new(config: &HostConfig) -> Permits {
        Permits {
            desks: Gates::new(config.county_permits),
            counties: Gates::new(config.county_permits),
            plugins: Gates::new(config.plugin_permits),
            scripts: Arc::new(Semaphore::new(config.script_permits.max(1))),
            queue: config.queue,
        }
    }

    /// A place at the county's desk: for whoever is about to take something the counties share (a connection to the database)
    /// in order to call a plugin. As many as calls at once, so that who has one does not wait again.
    pub async fn desk(&self, county: County) -> Option<OwnedSemaphorePermit> {
        tokio::time::timeout(self.queue, self.desks.gate(county).acquire_owned()).await.ok()?.ok()
    }

    /// Waits its turn, but not longer than the queue allows: first at the county's gate, so that one county's crowd waits
    /// there and not before the plugin, and last at the one of the class all counties share.
    pub async fn acquire(&self, county: County, digest: &str, class: ResourceClass) -> Option<Permit> {
        let wait = async {
            let county = self.counties.gate(county).acquire_owned().await.ok()?;
            let plugin = self.plugins.gate(digest.to_owned()).acquire_owned().await.ok()?;
            let script = match class {
                ResourceClass::Rust => None,
                ResourceClass::Script => Some(self.scripts.clone().acquire_owned().await.ok()?),
            };
            Some(Permit { _county: county, _plugin: plugin, _script: script })
        };
        tokio::time::timeout(self.queue, wait).await.ok().flatten()
    }
}

impl<K: Hash + Eq> Gates<K> {
    fn new(width: usize) -> Gates<K> {
        Gates { gates: Mutex::default(), width: width.max(1) }
    }

    fn gate(&self, key: K) -> Arc<Semaphore> {
        let mut gates = self.gates.lock().expect("nothing panics while it holds the gates");
        // Gates nobody stands at are forgotten when there are many: digests come and go.
        if gates.len() > 1_024 {
            let width = self.width;
            gates.retain(|_, gate| Arc::strong_count(gate) > 1 || gate.available_permits() < width);
        }
        gates.entry(key).or_insert_with(|| Arc::new(Semaphore::new(self.width))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(county: usize, plugin: usize) -> Permits {
        Permits::new(&HostConfig {
            county_permits: county,
            plugin_permits: plugin,
            queue: Duration::from_millis(20),
            ..HostConfig::new("unused", [0; 32])
        })
    }

    #[tokio::test]
    async fn a_crowded_county_waits_and_another_does_not() {
        let permits = permits(2, 10);
        let (here, there) = (County(340_223), County(340_281));
        let first = permits.acquire(here, "a", ResourceClass::Rust).await.expect("the first");
        let _second = permits.acquire(here, "a", ResourceClass::Rust).await.expect("the second");
        assert!(permits.acquire(here, "b", ResourceClass::Rust).await.is_none(), "a third finds the county full");
        assert!(permits.acquire(there, "a", ResourceClass::Rust).await.is_some(), "another county is not touched");
        drop(first);
        assert!(permits.acquire(here, "b", ResourceClass::Rust).await.is_some(), "a permit came back");
    }

    #[tokio::test]
    async fn scripts_of_all_counties_share_one_gate() {
        let permits = Permits::new(&HostConfig {
            script_permits: 1,
            queue: Duration::from_millis(20),
            ..HostConfig::new("unused", [0; 32])
        });
        let (here, there) = (County(340_223), County(340_281));
        let held = permits.acquire(here, "a", ResourceClass::Script).await.expect("the first");
        assert!(permits.acquire(there, "b", ResourceClass::Script).await.is_none(), "the class is full");
        assert!(permits.acquire(there, "c", ResourceClass::Rust).await.is_some(), "the other class is not touched");
        drop(held);
        assert!(permits.acquire(there, "b", ResourceClass::Script).await.is_some());
    }

    #[tokio::test]
    async fn a_call_that_is_dropped_while_it_waits_leaks_nothing() {
        let permits = permits(1, 1);
        let county = County(340_223);
        let held = permits.acquire(county, "a", ResourceClass::Rust).await.unwrap();
        assert!(permits.acquire(county, "a", ResourceClass::Rust).await.is_none());
        drop(held);
        assert!(permits.acquire(county, "a", ResourceClass::Rust).await.is_some());
    }
}
