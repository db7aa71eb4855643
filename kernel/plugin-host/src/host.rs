//! The façade: one engine, the plugins that were prepared on it, and the guards around every call.

use crate::admission::{self, Admitted, Refusal};
use crate::compile::NativeCache;
use crate::context::CallContext;
use crate::engine::{Engine, HostConfig};
use crate::error::CallError;
use crate::exports;
use crate::permits::Permits;
use crate::plugin::Plugin;
use crate::quarantine::Quarantine;
use crate::reads::Reads;
use crate::record::{CallRecord, Replay};
use crate::registry::Registry;
use doudi_domain::columns::Columns;
use doudi_domain::{Date, Error, HouseholdId};
use std::sync::Arc;

/// Runs plugins. Cloning shares everything.
#[derive(Clone)]
pub struct PluginHost {
    inner: Arc<Inner>,
}

struct Inner {
    config: HostConfig,
    engine: Engine,
    natives: NativeCache,
    registry: Registry,
    permits: Permits,
    quarantine: Quarantine,
    /// One compilation at a time: it is the heaviest thing this process starts.
    compiling: tokio::sync::Mutex<()>,
}

impl PluginHost {
    /// Builds the engine and its pool. Fails when the pool cannot be built: falling back would be ten times slower, unseen.
    pub fn new(config: HostConfig) -> Result<PluginHost, Error> {
        let engine = Engine::new(&config)
            .map_err(|error| Error::failure("插件引擎无法启动：内存地址空间不足或系统不支持", format!("{error:#}")))?;
        let natives = NativeCache::open(&config.cache_dir, config.cache_key, engine.hash())
            .map_err(|error| Error::failure(format!("插件缓存目录 {} 无法使用", config.cache_dir.display()), error))?;
        Ok(PluginHost {
            inner: Arc::new(Inner {
                registry: Registry::new(config.plugins_in_memory),
                permits: Permits::new(&config),
                quarantine: Quarantine::new(config.strikes, config.rest),
                compiling: tokio::sync::Mutex::new(()),
                engine,
                natives,
                config,
            }),
        })
    }

    /// Examines a package before any county may enable it. All problems come in one refusal.
    pub async fn admit(&self, bytes: &[u8]) -> Result<Admitted, Refusal> {
        admission::admit(self, bytes).await
    }

    /// A plugin that is in memory.
    pub fn loaded(&self, digest: &str) -> Option<Arc<Plugin>> {
        self.inner.registry.get(digest)
    }

    /// A plugin by its digest and bytes: from memory, from the native cache, or compiled. The bytes must have that digest.
    pub async fn load(&self, digest: &str, bytes: &[u8]) -> Result<Arc<Plugin>, Error> {
        if let Some(plugin) = self.inner.registry.get(digest) {
            return Ok(plugin);
        }
        let broken = |inside: String| Error::failure("插件无法装载，请重新安装该插件", inside);
        if crate::manifest::digest(bytes) != digest {
            return Err(broken(format!("the stored component does not have the digest {digest}")));
        }
        let outline = crate::manifest::Outline::read(bytes).map_err(|problem| broken(problem.to_string()))?;
        let manifest = outline.manifest().map_err(|problem| broken(problem.to_string()))?;
        let component = self.native(digest, bytes).await?;
        let plugin = Plugin::prepare(self.engine(), &component, manifest, digest.to_owned())
            .map_err(|problem| broken(problem.to_string()))?;
        Ok(self.inner.registry.put(Arc::new(plugin)))
    }

    /// How long compiled code takes to come back from the cache, as after a restart; `None` when it is not there.
    pub fn loading_time(&self, digest: &str) -> Option<std::time::Duration> {
        let started = std::time::Instant::now();
        self.inner.natives.load(self.engine(), digest)?;
        Some(started.elapsed())
    }

    /// Reads the granted fields of households and lays them out as the manifest declares them: ready for
    /// [`PluginHost::assess`]. Fields that are not granted are absent in every row.
    pub async fn prefetch(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: &mut dyn Reads,
        households: &[HouseholdId],
        as_of: Date,
    ) -> Result<Columns, Error> {
        let effective = plugin.effective(&context.grants);
        let columns = reads.households(households, &effective.granted_fields(), as_of).await?;
        Ok(effective.widen(columns))
    }

    /// Runs a recorded call again, on the digest it names, and compares.
    pub async fn replay(&self, plugin: &Arc<Plugin>, record: &CallRecord) -> Result<Replay, CallError> {
        exports::replay(self, plugin, record).await
    }

    /// Forgets that a plugin failed in a county: the administrator has looked.
    pub fn release_from_quarantine(&self, digest: &str, county: doudi_domain::County) {
        self.inner.quarantine.release(digest, county);
    }

    /// Compiled code by digest, from the cache or compiled now.
    pub(crate) async fn native(&self, digest: &str, bytes: &[u8]) -> Result<wasmtime::component::Component, Error> {
        if let Some(component) = self.inner.natives.load(self.engine(), digest) {
            return Ok(component);
        }
        let _one_at_a_time = self.inner.compiling.lock().await;
        if let Some(component) = self.inner.natives.load(self.engine(), digest) {
            return Ok(component);
        }
        let native = crate::compile::compile(self.engine(), &self.inner.config, bytes.to_vec()).await?;
        if let Err(error) = self.inner.natives.store(digest, &native) {
            // A cache that cannot be written is slow, not wrong.
            tracing::warn!(%error, digest, "compiled code could not be cached");
        }
        crate::compile::load_native(self.engine(), &native)
            .map_err(|error| Error::failure("插件编译后无法装载", format!("{error:#}")))
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    pub(crate) fn config(&self) -> &HostConfig {
        &self.inner.config
    }

    pub(crate) fn permits(&self) -> &Permits {
        &self.inner.permits
    }

    pub(crate) fn quarantine(&self) -> &Quarantine {
        &self.inner.quarantine
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.inner.registry
    }
}
