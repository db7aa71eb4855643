//! What was started must be stopped: servers and databases register how, and it happens at the end, after a failure, and on
//! Ctrl-C or a termination signal alike.

use std::process::Child;
use std::sync::Mutex;

type Task = Box<dyn FnOnce() + Send>;

static TASKS: Mutex<Vec<Task>> = Mutex::new(Vec::new());

/// Runs later, last registered first.
pub fn register(task: impl FnOnce() + Send + 'static) {
    if let Ok(mut tasks) = TASKS.lock() {
        tasks.push(Box::new(task));
    }
}

/// Runs everything registered so far, once.
pub fn run() {
    let tasks = TASKS.lock().map(|mut tasks| std::mem::take(&mut *tasks)).unwrap_or_default();
    for task in tasks.into_iter().rev() {
        task();
    }
}

/// A child process that is gone when this is.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// From now on an interrupt cleans up before it ends the program. Children in the foreground get the same signal from the
/// terminal; those that must outlive a signal for a moment are stopped by their registered task.
pub fn on_interrupt() {
    std::thread::spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        runtime.block_on(async {
            #[cfg(unix)]
            {
                use tokio::signal::unix::{SignalKind, signal};
                let (Ok(mut interrupt), Ok(mut terminate)) =
                    (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
                else {
                    return;
                };
                tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
            eprintln!("\ninterrupted, cleaning up");
            run();
            std::process::exit(130);
        });
    });
}
