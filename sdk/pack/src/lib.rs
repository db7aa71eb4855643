//! From a compiled plugin and its `plugin.toml` to one file a county can install: the core module is wrapped into a component
//! without adapters, and the manifest goes, as canonical JSON, into a custom section of the outer component, so that the
//! digest covers both. The same input gives the same bytes.
//!
//! ```no_run
//! let package = doudi_pack::build_plugin("plugins/dibao".as_ref(), "target".as_ref(), &mut |line| eprintln!("{line}"))?;
//! # anyhow::Ok(())
//! ```

mod build;
mod check;
mod component;
mod embedded;
mod language;
mod sources;
mod starter;
mod tools;
mod world;

pub use build::{build_core, build_example, build_plugin, built_core, default_target, package_path};
pub use check::check;
pub use component::{Surface, embed, is_component, relabel, surface, wrap};
pub use language::Language;
pub use sources::Sources;
pub use starter::{Started, start};
pub use world::world;

use anyhow::Result;
use sha2::{Digest as _, Sha256};

/// Packs a core module with its manifest and scenario files (each a list of `[[scenario]]`). Scenarios join those the
/// manifest holds already.
///
/// # Errors
/// Names everything wrong with the manifest, the scenarios, or their agreement with what the module imports and exports.
pub fn pack(core: &[u8], manifest_toml: &str, scenarios: &[&str]) -> Result<Vec<u8>> {
    let named: Vec<(String, String)> = (1..)
        .map(|number| format!("scenarios {number}"))
        .zip(scenarios.iter().map(|text| (*text).to_owned()))
        .collect();
    pack_sources(core, &Sources { manifest: manifest_toml.to_owned(), scenarios: named })
}

/// As [`pack`], with the names of the scenario files for messages; takes a component without a manifest as well as a core.
///
/// # Errors
/// As [`pack`].
pub fn pack_sources(core: &[u8], sources: &Sources) -> Result<Vec<u8>> {
    let manifest = sources.read()?;
    // JavaScript and Python tools deliver a component; Rust delivers its core.
    let component = if is_component(core) { core.to_vec() } else { wrap(core)? };
    check(&manifest, &surface(&component)?)?;
    embed(component, &manifest.to_canonical_json())
}

/// The identity of a package: the SHA-256 of its bytes in lower-case hexadecimal.
pub fn digest(package: &[u8]) -> String {
    hex::encode(Sha256::digest(package))
}
