//! Threads of their own for guests. A guest that computes gives its thread back only every ten milliseconds; on the threads that
//! answer requests it would make everybody wait at every step. Here it keeps nobody waiting but other guests, and there are twice
//! as many threads as one county may have calls, so that one county alone never fills them. Between processors the operating
//! system shares, and gives those that have slept their turn first.

use crate::engine::HostConfig;
use std::future::Future;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

pub(crate) struct GuestThreads {
    /// Taken out when it is dropped: a runtime must not wait for its threads inside another one.
    runtime: Option<Runtime>,
}

/// A call under way; dropping it ends the call at its next turn.
struct Running<T>(JoinHandle<T>);

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl GuestThreads {
    pub fn new(config: &HostConfig) -> std::io::Result<GuestThreads> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2 * config.county_permits.max(1))
            .thread_name("doudi-guest")
            .enable_time()
            .build()?;
        Ok(GuestThreads { runtime: Some(runtime) })
    }

    /// Runs a call there; a panic is the caller's.
    pub async fn run<T: Send + 'static>(&self, call: impl Future<Output = T> + Send + 'static) -> T {
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

    #[tokio::test]
    async fn a_dropped_call_ends_and_a_panic_is_the_callers() {
        let threads = Arc::new(GuestThreads::new(&HostConfig::new("unused", [0; 32])).unwrap());
        let ended = Arc::new(AtomicBool::new(false));
        struct Ends(Arc<AtomicBool>);
        impl Drop for Ends {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let guard = Ends(ended.clone());
        let call = threads.run(async move {
            let _guard = guard;
            std::future::pending::<()>().await;
        });
        assert!(tokio::time::timeout(Duration::from_millis(20), call).await.is_err());
        for _ in 0..100 {
            if ended.load(Ordering::SeqCst) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(ended.load(Ordering::SeqCst), "what the call held was given back");
        let broken = threads.clone();
        let panicked = tokio::spawn(async move { broken.run(async { panic!("a bug") }).await }).await;
        assert!(panicked.is_err_and(|error| error.is_panic()));
        assert_eq!(threads.run(async { 7 }).await, 7, "and the next call is served");
    }
}
