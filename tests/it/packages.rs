//! Packages on their way from a publisher into a county: signatures and what they are worth, bundles, registries, and the
//! commands for all of it.

mod bundles;
mod commands;
mod minisign;
mod registry;
mod trust;

use crate::support::guests;
use doudi_delivery::{SecretKey, Subject, sign};
use doudi_documents::Manifest;

/// Words of a package, for signing it.
fn subject(package: &[u8]) -> Subject {
    let manifest = doudi_pack::surface(package).expect("a component").manifest.expect("a manifest");
    let manifest = Manifest::from_json(&manifest).expect("readable");
    Subject { plugin: manifest.id, version: manifest.version.to_string(), digest: doudi_pack::digest(package) }
}

fn signed(key: &SecretKey, package: &[u8]) -> String {
    sign(key, package, &subject(package)).expect("signed").text().to_owned()
}

/// The small plugin everything is tried with.
fn package() -> &'static [u8] {
    guests::honest()
}
