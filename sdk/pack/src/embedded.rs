//! What the packer carries along: contract, SDKs, starters, lock files of tools. See `build.rs`.

use anyhow::{Context, Result};
use std::path::Path;

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Files below a folder, by their path from it.
pub(crate) fn under(folder: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let prefix = format!("{folder}/");
    FILES.iter().filter_map(move |(path, bytes)| Some((path.strip_prefix(prefix.as_str())?, *bytes)))
}

/// A text the packer cannot be built without.
pub(crate) fn text(path: &str) -> &'static str {
    let found = FILES.iter().find(|(name, _)| *name == path);
    let (_, bytes) = found.unwrap_or_else(|| panic!("the packer carries no {path}"));
    std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("{path} is a text"))
}

/// Writes a folder out.
pub(crate) fn write(folder: &str, into: &Path) -> Result<()> {
    for (path, bytes) in under(folder) {
        write_file(&into.join(path), bytes)?;
    }
    Ok(())
}

/// A file with the folders above it; one that is there already with these bytes is left alone, for whoever compares times.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    if std::fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("{}", parent.display()))?;
    }
    std::fs::write(path, bytes).with_context(|| format!("{}", path.display()))
}
