//! From a plugin's folder to its package: the language's own compiler, then the packer. A file for each language.

mod javascript;
mod python;
mod rust;
mod script;

pub use rust::{build_core, build_example};

use crate::{Language, Sources, digest, pack_sources};
use anyhow::{Context, Result, ensure};
use doudi_documents::manifest::{Manifest, ResourceClass};
use std::path::{Path, PathBuf};

/// Compiles the plugin in `folder` and packs it to `<target>/plugins/<id>-<version>.wasm`. Each line of the compiler, and at the
/// end size and digest, goes to `progress`.
///
/// # Errors
/// With the compiler's messages, or as [`crate::pack`].
pub fn build_plugin(folder: &Path, target: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let sources = Sources::of(folder)?;
    // Read before the compiler is asked: a slip in the manifest should not cost a minute.
    let manifest = sources.read().with_context(|| format!("{}", folder.display()))?;
    let built = compile(folder, &manifest, target, progress)?;
    let built = std::fs::read(&built).with_context(|| format!("{}", built.display()))?;
    let package = pack_sources(&built, &sources)?;
    let path = package_path(&manifest, target);
    let plugins = path.parent().unwrap_or(target);
    std::fs::create_dir_all(plugins).with_context(|| format!("{}", plugins.display()))?;
    // Renamed into place, so that nobody installs half a file.
    let unfinished = path.with_extension(format!("wasm.{}", std::process::id()));
    std::fs::write(&unfinished, &package).with_context(|| format!("{}", unfinished.display()))?;
    std::fs::rename(&unfinished, &path).with_context(|| format!("{}", path.display()))?;
    progress(&format!(
        "{} {}: {} KiB, sha256 {}",
        manifest.id,
        manifest.version,
        package.len().div_ceil(1024),
        digest(&package)
    ));
    Ok(path)
}

/// Where [`build_plugin`] puts the package.
pub fn package_path(manifest: &Manifest, target: &Path) -> PathBuf {
    target.join("plugins").join(format!("{}-{}.wasm", manifest.id, manifest.version))
}

/// Where building leaves what the packer wraps: Rust's core module, the component of the others. Whether it is there is not
/// looked at.
///
/// # Errors
/// When the folder holds no plugin.
pub fn built_core(folder: &Path, target: &Path) -> Result<PathBuf> {
    match Language::of(folder)? {
        Language::Rust => rust::built_core(folder, target),
        Language::JavaScript | Language::Python => Ok(script::component_path(&Sources::of(folder)?.read()?, target)),
    }
}

/// Where cargo, and we, put what is built of the plugin in `folder`: `CARGO_TARGET_DIR`, or `target` of the workspace it lies in, or
/// its own.
pub fn default_target(folder: &Path) -> PathBuf {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    if let Some(target) = std::env::var_os("CARGO_TARGET_DIR").filter(|target| !target.is_empty()) {
        return folder.join(target);
    }
    let is_root = |parent: &&Path| {
        let manifest = || std::fs::read_to_string(parent.join("Cargo.toml")).unwrap_or_default();
        parent.join("Cargo.lock").is_file() || manifest().lines().any(|line| line.trim() == "[workspace]")
    };
    folder.ancestors().find(is_root).unwrap_or(&folder).join("target")
}

fn compile(folder: &Path, manifest: &Manifest, target: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let language = Language::of(folder)?;
    ensure!(
        !language.is_script() || manifest.class == ResourceClass::Script,
        "plugin.toml: a plugin in {language} needs the memory and time of its class: write `class = \"script\"` below `state_version`"
    );
    match language {
        Language::Rust => build_core(folder, target, progress),
        Language::JavaScript => javascript::build(folder, manifest, target, progress),
        Language::Python => python::build(folder, manifest, target, progress),
    }
}
