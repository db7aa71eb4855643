//! The façade: one engine, the plugins that were prepared on it, and the guards around every call.

use crate::admission::{self, Admitted, Refusal};
use crate::compile::NativeCache;
use crate::context::CallContext;
use crate::engine::{Engine, HostConfig};
use crate::error::CallError;
use crate::exports;
use crate::limits::Limits;
use crate::permits::Permits;
use crate::plugin::Plugin;
use crate::quarantine::{Quarantine, Resting};
use crate::reads::Reads;
use crate::record::{CallRecord, Replay};
use crate::registry::Registry;
use crate::threads::GuestThreads;
use doudi_documents::manifest::ResourceClass;
use doudi_domain::catalogue::FieldCode;
use doudi_domain::columns::Columns;
use doudi_domain::{Date, Error, HouseholdId};
use std::sync::Arc;
use std::time::Duration;

/// Runs plugins. Cloning shares everything.
#[derive(Clone)]
pub struct PluginHost {
    inner: Arc<Inner>,
}

/// A place among those who may prepare a call.
#[derive(Debug)]
pub struct Desk {
    _place: tokio::sync::OwnedSemaphorePermit,
}

/// What the process as a whole allows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Capacity {
    /// Instances that can live at once.
    pub instances: u32,
    /// Calls at once: for one county, into one plugin over all counties, into all guests of the script class.
    pub county_permits: usize,
    pub plugin_permits: usize,
    pub script_permits: usize,
    /// How long a call may wait for its turn.
    pub queue: Duration,
    /// Failures in a row after which a plugin rests in a county, and for how long.
    pub strikes: u32,
    pub rest: Duration,
    /// For compiling one package: bytes, and processor seconds.
    pub compile_memory: u64,
    pub compile_seconds: u64,
}

struct Inner {
    config: HostConfig,
    engine: Engine,
    natives: NativeCache,
    registry: Registry,
    permits: Permits,
    quarantine: Quarantine,
    threads: GuestThreads,
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
        let threads = GuestThreads::new().map_err(|error| Error::failure("插件引擎无法启动：不能建立线程", error))?;
        Ok(PluginHost {
            inner: Arc::new(Inner {
                threads,
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
        let columns = reads.households(households, &self.granted_fields(plugin, context), as_of).await?;
        Ok(self.lay_out(plugin, context, columns))
    }

    /// What [`PluginHost::prefetch`] reads: for those who read once for several plugins or versions.
    pub fn granted_fields(&self, plugin: &Plugin, context: &CallContext) -> Vec<FieldCode> {
        plugin.effective(&context.grants).granted_fields()
    }

    /// Brings columns of [`PluginHost::granted_fields`] into the layout the manifest declares.
    pub fn lay_out(&self, plugin: &Plugin, context: &CallContext, columns: Columns) -> Columns {
        plugin.effective(&context.grants).widen(columns)
    }

    /// Runs a recorded call again, on the digest it names, and compares.
    pub async fn replay(&self, plugin: &Arc<Plugin>, record: &CallRecord) -> Result<Replay, CallError> {
        exports::replay(self, plugin, record).await
    }

    /// A place among those of a county who may prepare a call: taken before anything is taken that all counties share, given
    /// back when it is dropped. A failure when the county's crowd is too large.
    pub async fn desk(&self, county: doudi_domain::County) -> Result<Desk, Error> {
        match self.inner.permits.desk(county).await {
            Some(place) => Ok(Desk { _place: place }),
            None => Err(Error::failure("正在处理的请求太多，请稍后再试", "busy: the county's desk is crowded")),
        }
    }

    /// Plugins that rest somewhere after repeated failures.
    pub fn resting(&self) -> Vec<Resting> {
        self.inner.quarantine.resting()
    }

    /// The limits of a resource class.
    pub fn limits(&self, class: ResourceClass) -> &Limits {
        match class {
            ResourceClass::Rust => &self.inner.config.rust,
            ResourceClass::Script => &self.inner.config.script,
        }
    }

    /// How much the whole process does at once, and what it takes to be put at rest.
    pub fn capacity(&self) -> Capacity {
        let config = &self.inner.config;
        Capacity {
            instances: config.instances,
            county_permits: config.county_permits,
            plugin_permits: config.plugin_permits,
            script_permits: config.script_permits,
            queue: config.queue,
            strikes: config.strikes,
            rest: config.rest,
            compile_memory: config.compile_memory,
            compile_seconds: config.compile_seconds,
        }
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

    pub(crate) fn threads(&self) -> &GuestThreads {
        &self.inner.threads
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.inner.registry
    }
}
