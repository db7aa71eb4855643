//! Tracing: set up once, with agreed field names (`county`, `plugin`, `version`, `request`, `audit`), and never a name, an ID
//! number or an account in any of them.

use tracing_subscriber::EnvFilter;

/// Logs to standard error. `RUST_LOG` chooses what; `DOUDI_LOG=json` chooses one JSON object a line.
pub fn start(default_filter: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default_filter));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let json = std::env::var("DOUDI_LOG").is_ok_and(|value| value == "json");
    // A second start (a test, an embedding program) keeps the first subscriber.
    let _ = if json { builder.json().try_init() } else { builder.try_init() };
}
