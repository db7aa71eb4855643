//! Testing a plugin without a server: a made-up [`World`] stands in for the kernel, [`run_scenarios`] runs the readable cases
//! of `scenarios/*.toml`. Native only; nothing of it reaches the sandbox.

mod calendar;
mod check;
mod divisions;
mod household;
mod payments;
mod scenario;
pub(crate) mod world;

pub use check::{check_inputs, check_manifest, manifest};
pub use household::{block, fields_of};
pub use scenario::{Scenarios, run_scenarios, scenarios};
pub use world::World;
