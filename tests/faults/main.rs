//! What happens to the work when the machine does not play along: programs killed at any moment, a database server that is
//! pulled out of the wall, a full disk, a guest that breaks off between two questions. Always the same four promises:
//! nothing acknowledged is lost, nothing is half written, nothing is there twice, the audit chain holds.
//!
//! `DOUDI_FAULTS` says how many faults of each kind (a handful if unset), `DOUDI_FAULTS_SEED` which; a run prints its seed.

mod child;
mod dice;
mod disk;
mod guest;
mod kill;
mod ledger;
mod server;

/// How many faults of a kind, when `usual` is what every run of the tests affords.
fn count(usual: u64) -> u64 {
    std::env::var("DOUDI_FAULTS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}
