//! The engine: one for the whole process, configured in one function that the compiling child shares, with a pool of
//! instances and a ticker that lets every guest be interrupted.

use crate::limits::Limits;
use crate::observe::Observer;
use doudi_domain::calendar::WorkCalendar;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::{Config, InstanceAllocationStrategy, PoolingAllocationConfig};

/// How finely guests are interrupted, and take turns.
const TICK: Duration = Duration::from_millis(2);
/// Stack of compiled guest code, and of the fiber around it.
const WASM_STACK: usize = 512 * 1024;
const FIBER_STACK: usize = 2 * 1024 * 1024;

/// Linear memories of one component.
const MEMORIES: u32 = 4;

/// Memory of an idle slot that is kept for the next call.
const KEEP_RESIDENT: usize = 4 * 1024 * 1024;

/// Everything the host can be told. Start from [`HostConfig::new`].
#[derive(Clone, Debug)]
pub struct HostConfig {
    /// Where compiled code is kept; made with mode 0700.
    pub cache_dir: PathBuf,
    /// Authenticates compiled code, which is native code: secret, of this machine only.
    pub cache_key: [u8; 32],
    /// Compile here instead of in a limited child process: for tools and tests, which examine their own packages.
    pub compile_in_process: bool,
    /// Counts the guest's instructions and ends it at [`Limits::instructions`]: the same number on every machine, at a third more
    /// time. For tests and the author's tool; needs `compile_in_process`, because the code is not that of the server.
    pub count_instructions: bool,
    /// The executable that understands `__compile-component`; the running one unless set.
    pub compiler: Option<PathBuf>,
    /// Memory (bytes), processor seconds, and wall time a compilation may take.
    pub compile_memory: u64,
    pub compile_seconds: u64,
    pub compile_wall: Duration,
    pub rust: Limits,
    pub script: Limits,
    /// Instances that can live at once, in the whole process.
    pub instances: u32,
    /// Calls at once for one county, and for one plugin over all counties. The second is larger, so that one county alone
    /// cannot keep the others from a plugin.
    pub county_permits: usize,
    pub plugin_permits: usize,
    /// Calls at once into guests of the script class, over all counties: each may take four times the memory.
    pub script_permits: usize,
    /// How long a call may wait for a permit.
    pub queue: Duration,
    /// Consecutive failures after which a plugin rests in a county, and for how long.
    pub strikes: u32,
    pub rest: Duration,
    /// Prepared plugins kept in memory.
    pub plugins_in_memory: usize,
    /// What `calendar` answers while bundled scenarios run at admission.
    pub scenario_calendar: Arc<WorkCalendar>,
    /// Is told of every call.
    pub observer: Option<Arc<dyn Observer>>,
}

impl HostConfig {
    /// The defaults, with the two things nobody can default.
    pub fn new(cache_dir: impl Into<PathBuf>, cache_key: [u8; 32]) -> HostConfig {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        HostConfig {
            cache_dir: cache_dir.into(),
            cache_key,
            compile_in_process: false,
            count_instructions: false,
            compiler: None,
            compile_memory: 1024 * 1024 * 1024,
            compile_seconds: 60,
            compile_wall: Duration::from_secs(120),
            rust: Limits::rust(),
            script: Limits::script(),
            instances: 200,
            county_permits: (2 * cores).max(4),
            plugin_permits: (6 * cores).max(12),
            script_permits: (2 * cores).max(4),
            queue: Duration::from_secs(1),
            strikes: 5,
            rest: Duration::from_secs(300),
            plugins_in_memory: 256,
            scenario_calendar: Arc::new(WorkCalendar::default()),
            observer: None,
        }
    }
}

/// Owns the engine and its ticker, which stops when the last clone is gone.
pub(crate) struct Engine {
    engine: wasmtime::Engine,
    hash: u64,
}

impl Engine {
    /// With the pool. Ends in an error when the pool cannot be built.
    pub fn new(config: &HostConfig) -> wasmtime::Result<Engine> {
        let mut settings = settings();
        settings.consume_fuel(config.count_instructions);
        settings.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config)));
        let engine = wasmtime::Engine::new(&settings)?;
        start_ticker(&engine);
        Ok(Engine { hash: hash(&engine), engine })
    }

    /// Without a pool, for compiling only: the same code comes out, and no address space is taken.
    pub fn for_compiling() -> wasmtime::Result<Engine> {
        let mut settings = settings();
        settings.parallel_compilation(false);
        let engine = wasmtime::Engine::new(&settings)?;
        Ok(Engine { hash: hash(&engine), engine })
    }

    pub fn wasmtime(&self) -> &wasmtime::Engine {
        &self.engine
    }

    /// Equal when compiled code of one engine runs on the other.
    pub fn hash(&self) -> u64 {
        self.hash
    }
}

/// The one place where the engine is configured. Everything that would make an answer depend on the machine is off.
fn settings() -> Config {
    let mut settings = Config::new();
    settings
        .wasm_component_model(true)
        .concurrency_support(false)
        .wasm_relaxed_simd(false)
        .relaxed_simd_deterministic(true)
        .wasm_memory64(false)
        .wasm_multi_memory(true)
        .cranelift_nan_canonicalization(true)
        .epoch_interruption(true)
        .consume_fuel(false)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        .memory_init_cow(true)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(20));
    settings
}

fn pool(config: &HostConfig) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    let memory = config.rust.memory.max(config.script.memory);
    let table = config.rust.table_elements.max(config.script.table_elements);
    // A component of one core module has a few small helper modules around it, which share its memory.
    pool.total_component_instances(config.instances)
        .total_core_instances(config.instances * 8)
        .max_core_instances_per_component(200)
        // An engine inside a guest brings helpers with small memories of their own; what all may grow to is limited together.
        .total_memories(config.instances * MEMORIES)
        .max_memories_per_component(MEMORIES)
        .max_memory_size(memory)
        .total_tables(config.instances * 4)
        .max_tables_per_component(20)
        .table_elements(table)
        .total_stacks(config.instances)
        .max_unused_warm_slots(config.instances.min(32))
        // What a call over a block touches stays mapped and is cleared by hand: cheaper than giving pages back and faulting them
        // in again. Where the system can tell which pages were touched, only those are cleared.
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT)
        .pagemap_scan(wasmtime::Enabled::Auto);
    pool
}

/// Holds the engine weakly: when nobody else does, the thread ends.
fn start_ticker(engine: &wasmtime::Engine) {
    let engine = engine.weak();
    std::thread::Builder::new()
        .name("doudi-epoch".into())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })
        .expect("a thread can be started while the process starts");
}

/// Over a fixed hasher, so that it is the same in every process built from the same sources.
fn hash(engine: &wasmtime::Engine) -> u64 {
    use std::hash::{Hash, Hasher};
    struct Sha(sha2::Sha256);
    impl Hasher for Sha {
        fn write(&mut self, bytes: &[u8]) {
            sha2::Digest::update(&mut self.0, bytes);
        }
        fn finish(&self) -> u64 {
            let digest = sha2::Digest::finalize(self.0.clone());
            u64::from_be_bytes(std::array::from_fn(|index| digest[index]))
        }
    }
    let mut hasher = Sha(sha2::Digest::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiling_engine_makes_code_for_the_running_one() {
        let config = HostConfig { instances: 4, ..HostConfig::new("unused", [0; 32]) };
        let running = Engine::new(&config).unwrap();
        assert_eq!(running.hash(), Engine::for_compiling().unwrap().hash());
    }

    #[test]
    fn a_pool_beyond_the_address_space_fails_loudly() {
        let config = HostConfig { instances: 100_000, ..HostConfig::new("unused", [0; 32]) };
        assert!(Engine::new(&config).is_err());
    }
}
