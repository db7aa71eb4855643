//! Whether code and manifest agree. What `doudi_sdk::manifest!` writes always does; a hand-written input need not.

use super::household::fields_of;
use crate::codes::Plugin;
use crate::input::Input;
use doudi_documents::manifest::Manifest;

/// Reads `plugin.toml`.
///
/// # Panics
/// With line and column when it cannot be read.
pub fn manifest(plugin_toml: &str) -> Manifest {
    Manifest::from_toml(plugin_toml).unwrap_or_else(|error| panic!("{error}"))
}

/// Checks that the manifest declares every field an input reads, and item kinds in the same order.
///
/// # Panics
/// Naming every field that is wrong.
pub fn check_inputs<F: Input>(manifest: &Manifest) {
    let mut read = Vec::new();
    F::fields(&mut read);
    let declared = manifest.fields();
    let undeclared: Vec<&str> = read.iter().copied().filter(|field| !declared.contains(field)).collect();
    assert!(undeclared.is_empty(), "plugin.toml 的 inputs 没有声明：{}", undeclared.join("、"));
    for table in ["income", "asset", "spending"] {
        let prefix = format!("{table}.");
        let own: Vec<&str> = read.iter().copied().filter(|field| field.starts_with(&prefix)).collect();
        if !own.is_empty() {
            assert_eq!(own, fields_of(manifest, table), "{table} 的各种条目应与清单的 inputs 顺序一致");
        }
    }
}

/// Checks that the codes compiled into a plugin are those of the manifest: of use to whoever implements [`Plugin`] by hand.
///
/// # Panics
/// Naming the first list that differs.
pub fn check_manifest<P: Plugin>(manifest: &Manifest) {
    assert_eq!(P::ID, manifest.id);
    assert_eq!(P::VERSION, manifest.version.to_string());
    assert_eq!(P::FIELDS, manifest.fields().as_slice(), "inputs");
    let outcomes: Vec<&str> = manifest.outcomes.iter().map(|outcome| outcome.code.as_str()).collect();
    assert_eq!(P::OUTCOMES.iter().map(|outcome| outcome.code).collect::<Vec<_>>(), outcomes, "outcomes");
    let figures: Vec<&str> = manifest.figures.iter().map(|figure| figure.code.as_str()).collect();
    assert_eq!(P::FIGURES, figures.as_slice(), "figures");
    let reasons: Vec<(&str, u32)> = manifest.reasons.iter().map(|reason| (reason.code.as_str(), reason.args)).collect();
    assert_eq!(P::REASONS.iter().map(|reason| (reason.code, reason.args)).collect::<Vec<_>>(), reasons, "reasons");
}
