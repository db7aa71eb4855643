//! Where a guest computes. A call begins on the thread that asks: most are over before a change of thread would pay. One that has
//! computed for a whole [`TURN`] without an end goes on elsewhere, on threads of their own, one fewer than there are processors.
//! There the calls take turns, tick by tick, whoever they belong to. So one processor is always free of them: a thread that wakes
//! to answer a request need not wait until the system takes the processor from a guest, which some systems do only at their next
//! clock tick. With eight threads at a low priority a page waited up to 30 ms beside another county's endless loops; now it does not.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// What a call may compute where it was asked. A guest gives its thread back at every tick of the epoch at the latest.
const TURN: Duration = Duration::from_millis(2);
/// Of 99; on Linux a nice value of 10, a tenth of the weight of a thread that answers requests.
const LOW: u8 = 25;

pub(crate) struct GuestThreads {
    /// Taken out when it is dropped: a runtime must not wait for its threads inside another one.
    runtime: Option<Runtime>,
}

type Call<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A call on the thread that asks, and how long it has computed there.
struct Here<T> {
    call: Option<Call<T>>,
    computed: Duration,
}

enum Begun<T> {
    Ended(T),
    /// It computes for long.
    Long(Call<T>),
}

impl<T> Future for Here<T> {
    type Output = Begun<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Begun<T>> {
        let Some(mut call) = self.call.take() else { return Poll::Pending };
        let began = Instant::now();
        if let Poll::Ready(value) = call.as_mut().poll(context) {
            return Poll::Ready(Begun::Ended(value));
        }
        self.computed += began.elapsed();
        if self.computed >= TURN {
            return Poll::Ready(Begun::Long(call));
        }
        self.call = Some(call);
        Poll::Pending
    }
}

/// A call that computes for long; dropping it ends the call at its next turn.
struct Running<T>(JoinHandle<T>);

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl GuestThreads {
    pub fn new() -> std::io::Result<GuestThreads> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let runtime = Builder::new_multi_thread()
            .worker_threads(processors.saturating_sub(1).max(1))
            .thread_name("doudi-guest")
            .on_thread_start(step_back)
            .enable_time()
            .build()?;
        Ok(GuestThreads { runtime: Some(runtime) })
    }

    /// Runs a call; a panic is the caller's.
    pub async fn run<T: Send + 'static>(&self, call: impl Future<Output = T> + Send + 'static) -> T {
        let here = Here { call: Some(Box::pin(call)), computed: Duration::ZERO };
        let call = match here.await {
            Begun::Ended(value) => return value,
            Begun::Long(call) => call,
        };
        let runtime = self.runtime.as_ref().expect("taken out only when it is dropped");
        let mut running = Running(runtime.spawn(call));
        match (&mut running.0).await {
            Ok(outcome) => outcome,
            Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
            // Only `Running` aborts, and it is still here.
            Err(ended) => unreachable!("a guest's task was ended from outside: {ended}"),
        }
    }
}

/// Everybody else first, also where there is one processor alone. Where the system does not allow it guests compete as equals: slower for the others, not wrong.
fn step_back() {
    let lowered = ThreadPriorityValue::try_from(LOW)
        .map(ThreadPriority::Crossplatform)
        .is_ok_and(|priority| set_current_thread_priority(priority).is_ok());
    if !lowered {
        tracing::debug!("the threads of guests keep the priority of the others");
    }
}

impl Drop for GuestThreads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    /// Computes for two milliseconds and gives its thread back, so many times: what a guest does at every tick.
    async fn computing(turns: u32) {
        for _ in 0..turns {
            let began = Instant::now();
            while began.elapsed() < Duration::from_millis(2) {
                std::hint::spin_loop();
            }
            tokio::task::yield_now().await;
        }
    }

    async fn gone(ended: &AtomicBool) {
        for _ in 0..100 {
            if ended.load(Ordering::SeqCst) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("what the call held was not given back");
    }

    #[tokio::test]
    async fn a_short_call_stays_and_a_long_one_goes_on_elsewhere() {
        let threads = GuestThreads::new().unwrap();
        let own = std::thread::current().id();
        let ended_on = |turns| {
            threads.run(async move {
                computing(turns).await;
                std::thread::current().id()
            })
        };
        assert_eq!(ended_on(0).await, own);
        assert_ne!(ended_on(20).await, own);
    }

    #[tokio::test]
    async fn a_dropped_call_ends_and_a_panic_is_the_callers() {
        let threads = Arc::new(GuestThreads::new().unwrap());
        let ended = Arc::new(AtomicBool::new(false));
        struct Ends(Arc<AtomicBool>);
        impl Drop for Ends {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        // Once where it was asked, once after it has moved.
        for turns in [1, 20] {
            ended.store(false, Ordering::SeqCst);
            let guard = Ends(ended.clone());
            let call = threads.run(async move {
                let _guard = guard;
                computing(turns).await;
                std::future::pending::<()>().await;
            });
            assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
            gone(&ended).await;
        }
        let broken = threads.clone();
        for turns in [1, 20] {
            let broken = broken.clone();
            let call = async move {
                computing(turns).await;
                panic!("a bug")
            };
            let panicked = tokio::spawn(async move { broken.run(call).await }).await;
            assert!(panicked.is_err_and(|error| error.is_panic()));
        }
        assert_eq!(threads.run(async { 7 }).await, 7, "and the next call is served");
    }
}
