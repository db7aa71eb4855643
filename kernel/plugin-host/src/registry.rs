//! Prepared plugins by digest, shared by all counties, the least recently used dropped first.

use crate::plugin::Plugin;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

pub(crate) struct Registry {
    kept: Mutex<Kept>,
    capacity: usize,
}

#[derive(Default)]
struct Kept {
    plugins: HashMap<String, (Arc<Plugin>, u64)>,
    /// Counts uses; the smallest was used longest ago.
    uses: u64,
}

impl Registry {
    pub fn new(capacity: usize) -> Registry {
        Registry { kept: Mutex::default(), capacity: capacity.max(1) }
    }

    pub fn get(&self, digest: &str) -> Option<Arc<Plugin>> {
        let mut kept = self.lock();
        kept.uses += 1;
        let now = kept.uses;
        kept.plugins.get_mut(digest).map(|(plugin, used)| {
            *used = now;
            plugin.clone()
        })
    }

    /// Keeps a plugin; if another has prepared the same meanwhile, that one is given back.
    pub fn put(&self, plugin: Arc<Plugin>) -> Arc<Plugin> {
        let mut kept = self.lock();
        kept.uses += 1;
        let now = kept.uses;
        if let Some((known, used)) = kept.plugins.get_mut(plugin.digest()) {
            *used = now;
            return known.clone();
        }
        if kept.plugins.len() >= self.capacity {
            let oldest = kept.plugins.iter().min_by_key(|(_, (_, used))| *used).map(|(digest, _)| digest.clone());
            if let Some(oldest) = oldest {
                kept.plugins.remove(&oldest);
            }
        }
        kept.plugins.insert(plugin.digest().to_owned(), (plugin.clone(), now));
        plugin
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("nothing panics while it holds the registry")
    }
}
