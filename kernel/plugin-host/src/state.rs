//! `HostState`, the `T` of `Store<T>`: one call's reads, grants, counters and read log, and nothing else. It is made for one
//! call and thrown away with the store.

use crate::bindings::doudi::types::types as wit;
use crate::capability::Effective;
use crate::context::{LogLine, Recording};
use crate::convert;
use crate::error::Cause;
use crate::limits::Limits;
use crate::observe::Spent;
use crate::plugin::Plugin;
use crate::reads::Reads;
use crate::record::{Difference, RecordedRead};
use doudi_domain::{Error, ParameterId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) struct HostState {
    pub plugin: Arc<Plugin>,
    pub effective: Arc<Effective>,
    pub limits: Limits,
    pub source: Source,
    pub depth: u8,
    pub memory: MemoryLimit,
    pub clock: GuestClock,
    pub log: CallLog,
    calls: u32,
    rows: u32,
    /// How often the guest was told that it asks for too many rows.
    told: u32,
    /// Bytes recorded so far.
    recorded: usize,
}

/// After so many answers `limit` a guest that goes on asking is stopped.
const PATIENCE: u32 = 3;

/// Where answers to reads come from.
pub(crate) enum Source {
    Live(Box<dyn Reads>),
    /// A replay: the recorded reads that are still to come, and how many have been.
    Replay {
        left: VecDeque<RecordedRead>,
        served: usize,
    },
}

/// Everything a call leaves behind.
#[derive(Default)]
pub(crate) struct CallLog {
    pub recording: Recording,
    pub reads: Vec<RecordedRead>,
    pub parameters: BTreeSet<ParameterId>,
    pub denials: BTreeSet<String>,
    /// Grants made use of.
    pub used: BTreeSet<String>,
    /// Numbers of people masked in the answer.
    pub masked: u32,
    pub lines: Vec<LogLine>,
    pub lines_dropped: u32,
    /// Set when a replay left its record.
    pub divergence: Option<Difference>,
}

/// Time in the guest: wall time without the time spent in the kernel's own reads.
pub(crate) struct GuestClock {
    started: Instant,
    in_host: Duration,
    host_since: Option<Instant>,
    pub limit: Duration,
}

/// Refuses growth beyond the limit and remembers that it did, so that the crash that follows is called by its name.
pub(crate) struct MemoryLimit {
    max: usize,
    table_elements: usize,
    pub refused: bool,
    /// Bytes of all memories together, now and at most.
    used: usize,
    pub peak: usize,
}

/// Why the host stopped a guest in the middle; travels through the engine as an error.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    #[error("out of time")]
    OutOfTime,
    #[error("too many calls into the kernel")]
    HostCalls,
    #[error("too many rows")]
    Rows,
    #[error("too much was read to be recorded")]
    Record,
    #[error("the replay left its record")]
    Diverged,
    #[error("reading failed: {0}")]
    Reads(Error),
}

impl HostState {
    pub fn new(
        plugin: Arc<Plugin>,
        effective: Arc<Effective>,
        limits: Limits,
        source: Source,
        depth: u8,
        recording: Recording,
        limit: Duration,
    ) -> HostState {
        HostState {
            memory: MemoryLimit {
                max: limits.memory,
                table_elements: limits.table_elements,
                refused: false,
                used: 0,
                peak: 0,
            },
            clock: GuestClock { started: Instant::now(), in_host: Duration::ZERO, host_since: None, limit },
            log: CallLog { recording, ..CallLog::default() },
            calls: 0,
            rows: 0,
            told: 0,
            recorded: 0,
            plugin,
            effective,
            limits,
            source,
            depth,
        }
    }

    /// Counts a call into the kernel, and ends the guest's call when there are too many.
    pub fn count_call(&mut self) -> wasmtime::Result<()> {
        self.calls += 1;
        if self.calls > self.limits.host_calls {
            return Err(Stop::HostCalls.into());
        }
        Ok(())
    }

    /// Begins a read: counts it, and in a replay gives the recorded answer.
    pub fn begin<A: DeserializeOwned>(
        &mut self,
        call: &'static str,
        request: &impl Serialize,
    ) -> wasmtime::Result<Option<Result<A, wit::Error>>> {
        // All of the kernel's work for a read is the kernel's time, its bookkeeping too.
        self.clock.enter_host();
        self.count_call()?;
        if let Source::Replay { left, served } = &mut self.source {
            *served += 1;
            let request = serde_json::to_value(request)?;
            let recorded = left.pop_front();
            if let Some(recorded) = &recorded
                && recorded.call == call
                && recorded.request == request
                && let Ok(answer) = serde_json::from_value(recorded.response.clone())
            {
                self.clock.leave_host();
                return Ok(Some(answer));
            }
            let words = |call: &str, request: &Value| format!("{call} {}", crate::record::short(request));
            self.log.divergence = Some(Difference::Read {
                number: *served,
                recorded: recorded.map(|read| words(&read.call, &read.request)),
                asked: Some(words(call, &request)),
            });
            return Err(Stop::Diverged.into());
        }
        Ok(None)
    }

    /// Ends a live read: notes it, and turns a kernel error into one the guest can handle, or ends the call.
    pub fn finish<A: Serialize>(
        &mut self,
        call: &'static str,
        request: &impl Serialize,
        answer: Result<A, ReadError>,
    ) -> wasmtime::Result<Result<A, wit::Error>> {
        let answer = match answer {
            Ok(answer) => Ok(answer),
            Err(ReadError::Guest(error)) => Err(error),
            Err(ReadError::Stop(stop)) => return Err(stop.into()),
            Err(ReadError::Kernel(error)) => match convert::error(&error) {
                Some(error) => Err(error),
                None => return Err(Stop::Reads(error).into()),
            },
        };
        if self.log.recording == Recording::On {
            // Weighed before it is built: a guest could ask long questions only to fill the kernel's memory.
            self.recorded += weight(request)? + weight(&answer)?;
            if self.recorded > self.limits.record {
                return Err(Stop::Record.into());
            }
            self.log.reads.push(RecordedRead {
                call: call.to_owned(),
                request: serde_json::to_value(request)?,
                response: serde_json::to_value(&answer)?,
            });
        }
        self.clock.leave_host();
        Ok(answer)
    }

    /// Counts rows to hand out. Too many are an answer the guest can handle by asking for less; one that goes on asking is
    /// stopped.
    pub fn count_rows(&mut self, rows: usize) -> Result<(), ReadError> {
        let rows = self.rows.saturating_add(u32::try_from(rows).unwrap_or(u32::MAX));
        if rows <= self.limits.rows {
            self.rows = rows;
            return Ok(());
        }
        self.told += 1;
        if self.told > PATIENCE {
            return Err(ReadError::Stop(Stop::Rows));
        }
        Err(ReadError::limit(format!("一次调用最多读取 {} 行", self.limits.rows)))
    }

    /// The declared fields are handed out: those granted are used, those not granted are denied.
    pub fn note_fields(&mut self) {
        let denied: Vec<String> = self.effective.denied_fields().collect();
        self.log.denials.extend(denied);
        let used = self.effective.granted_fields();
        self.log.used.extend(used.into_iter().map(|code| format!("read:{code}")));
    }

    /// What the call has used so far.
    pub fn account(&self, spent: &mut Spent) {
        spent.guest = self.clock.spent();
        spent.memory = self.memory.peak;
        spent.kernel_calls = self.calls;
        spent.rows = self.rows;
        spent.used.extend(self.log.used.iter().cloned());
        spent.denied.extend(self.log.denials.iter().cloned());
        spent.masked = self.log.masked;
    }

    /// The live reads. A replay never gets here: [`HostState::begin`] has answered.
    pub fn live(&mut self) -> &mut dyn Reads {
        match &mut self.source {
            Source::Live(reads) => reads.as_mut(),
            Source::Replay { .. } => unreachable!("a replay is answered from its record"),
        }
    }

    /// What the guest left behind, sorted by what the engine reported. `error` is the engine's.
    pub fn cause(&mut self, error: wasmtime::Error) -> Cause {
        if self.log.divergence.is_some() {
            return Cause::Diverged;
        }
        let error = match error.downcast::<Stop>() {
            Ok(Stop::OutOfTime) => return Cause::OutOfTime { limit: self.clock.limit },
            Ok(Stop::HostCalls) => {
                return Cause::TooMuch {
                    message: format!("一次调用最多请求内核 {} 次", self.limits.host_calls)
                };
            }
            Ok(Stop::Rows) => {
                return Cause::TooMuch { message: format!("一次调用最多读取 {} 行", self.limits.rows) };
            }
            Ok(Stop::Record) => {
                let megabytes = self.limits.record / 1024 / 1024;
                return Cause::TooMuch { message: format!("一次调用读取的内容超过 {megabytes} 兆字节") };
            }
            Ok(Stop::Diverged) => return Cause::Diverged,
            Ok(Stop::Reads(error)) => return Cause::Reads(error),
            Err(error) => error,
        };
        let mut detail = format!("{error:?}");
        if let Some(line) = self.log.lines.last() {
            detail.push_str("\nlast line of its log: ");
            detail.push_str(&line.message);
        }
        if self.memory.refused {
            return Cause::OutOfMemory { limit: self.limits.memory };
        }
        if error.downcast_ref::<wasmtime::PoolConcurrencyLimitError>().is_some() {
            return Cause::Busy;
        }
        match error.downcast_ref::<wasmtime::Trap>() {
            Some(wasmtime::Trap::OutOfFuel) => {
                Cause::TooMuch { message: format!("计算超过 {} 条指令", self.limits.instructions) }
            }
            Some(wasmtime::Trap::Interrupt) => Cause::OutOfTime { limit: self.clock.limit },
            Some(trap) => Cause::Trapped { reason: trap_words(*trap), detail },
            None if detail.contains("too much data is being copied") => Cause::TooMuch {
                message: format!("一次返回的数据超过 {} 兆字节", self.limits.transfer / 1024 / 1024),
            },
            None => Cause::Trapped { reason: "返回的数据不符合接口约定", detail },
        }
    }
}

/// Bytes of a value's JSON, without making it.
fn weight(value: &impl Serialize) -> serde_json::Result<usize> {
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    serde_json::to_writer(&mut counter, value)?;
    Ok(counter.0)
}

fn trap_words(trap: wasmtime::Trap) -> &'static str {
    use wasmtime::Trap;
    match trap {
        Trap::StackOverflow => "调用层次过深",
        Trap::UnreachableCodeReached => "程序主动中止",
        Trap::MemoryOutOfBounds | Trap::TableOutOfBounds | Trap::ArrayOutOfBounds => "访问了自身以外的内存",
        Trap::IntegerOverflow => "整数溢出",
        Trap::IntegerDivisionByZero => "除数为零",
        _ => "程序内部错误",
    }
}

/// Why a read gives no answer.
pub(crate) enum ReadError {
    /// The host's own answer to the guest.
    Guest(wit::Error),
    Kernel(Error),
    /// The guest's call ends here.
    Stop(Stop),
}

impl ReadError {
    pub fn limit(message: impl Into<String>) -> ReadError {
        ReadError::Guest(convert::guest_error("limit", message))
    }

    pub fn unknown(message: impl Into<String>) -> ReadError {
        ReadError::Guest(convert::guest_error("unknown", message))
    }

    pub fn invalid(message: impl Into<String>) -> ReadError {
        ReadError::Guest(convert::guest_error("invalid", message))
    }

    pub fn not_found(message: impl Into<String>) -> ReadError {
        ReadError::Guest(convert::guest_error("not-found", message))
    }
}

impl From<Error> for ReadError {
    fn from(error: Error) -> ReadError {
        ReadError::Kernel(error)
    }
}

impl GuestClock {
    fn enter_host(&mut self) {
        self.host_since = Some(Instant::now());
    }

    fn leave_host(&mut self) {
        if let Some(since) = self.host_since.take() {
            self.in_host += since.elapsed();
        }
    }

    /// Time in the guest so far.
    pub fn spent(&self) -> Duration {
        let waiting = self.host_since.map_or(Duration::ZERO, |since| since.elapsed());
        self.started.elapsed().saturating_sub(self.in_host + waiting)
    }

    pub fn is_over(&self) -> bool {
        self.spent() >= self.limit
    }

    /// Starts counting anew: making the instance is the host's time.
    pub fn restart(&mut self) {
        self.started = Instant::now();
        self.in_host = Duration::ZERO;
    }
}

impl wasmtime::ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        // A component may have several memories; the limit is for all together.
        let used = self.used + desired.saturating_sub(current);
        let allowed = used <= self.max && maximum.is_none_or(|maximum| desired <= maximum);
        if allowed {
            self.used = used;
            self.peak = self.peak.max(used);
        } else {
            self.refused = true;
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= self.table_elements && maximum.is_none_or(|maximum| desired <= maximum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmtime::ResourceLimiter;

    #[test]
    fn memory_beyond_the_limit_is_refused_and_remembered() {
        let mut limit = MemoryLimit { max: 1000, table_elements: 10, refused: false, used: 0, peak: 0 };
        assert!(limit.memory_growing(0, 1000, None).unwrap());
        assert!(!limit.refused);
        assert!(!limit.memory_growing(1000, 1001, None).unwrap());
        assert!(limit.refused);
        assert!(!limit.memory_growing(0, 1, None).unwrap(), "a second memory counts too");
        assert_eq!(limit.peak, 1000);
        assert!(limit.table_growing(0, 10, None).unwrap());
        assert!(!limit.table_growing(10, 11, None).unwrap());
    }

    #[test]
    fn the_weight_is_that_of_the_text() {
        let value = serde_json::json!({"a": [1, "二", null]});
        assert_eq!(weight(&value).unwrap(), value.to_string().len());
    }

    #[test]
    fn the_guest_is_not_charged_for_the_kernels_reads() {
        let mut clock = GuestClock {
            started: Instant::now(),
            in_host: Duration::ZERO,
            host_since: None,
            limit: Duration::from_millis(40),
        };
        clock.enter_host();
        std::thread::sleep(Duration::from_millis(60));
        assert!(!clock.is_over(), "waiting for a read");
        clock.leave_host();
        assert!(!clock.is_over(), "after the read");
        std::thread::sleep(Duration::from_millis(60));
        assert!(clock.is_over(), "computing");
    }
}
