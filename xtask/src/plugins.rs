//! Building and packing every plugin of the workspace: the folders of `plugins/`, and the vendor examples.

use crate::shell::{Step, quietly};
use anyhow::{Context, Result};
use doudi_pack::Language;
use std::path::PathBuf;

/// Folders with a `plugin.toml`: the measures, then the examples.
pub fn folders() -> Result<Vec<PathBuf>> {
    let root = crate::root();
    let mut found = Vec::new();
    for parent in ["plugins", "examples"] {
        let folder = root.join(parent);
        if !folder.is_dir() {
            continue;
        }
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut here: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path()).filter(|path| path.join("plugin.toml").is_file()).collect();
        here.sort();
        found.extend(here);
    }
    Ok(found)
}

/// Builds and packs them all, the examples in JavaScript and Python too; the packages, in the order of [`folders`].
pub fn build_all() -> Result<Vec<PathBuf>> {
    crate::install::wasm_target()?;
    folders()?.iter().map(|folder| build(folder)).collect()
}

/// Those in Rust: all the demonstration needs, and no other language's tools.
pub fn build_rust() -> Result<Vec<PathBuf>> {
    crate::install::wasm_target()?;
    let rust = |folder: &PathBuf| Language::of(folder).is_ok_and(|language| language == Language::Rust);
    folders()?.iter().filter(|folder| rust(folder)).map(|folder| build(folder)).collect()
}

/// Builds and packs the plugin of one folder.
pub fn build(folder: &std::path::Path) -> Result<PathBuf> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let step = Step::begin(&format!("building plugin {name}"));
    match doudi_pack::build_plugin(folder, &crate::target(), &mut |_| {}) {
        Ok(package) => {
            step.done();
            let size = package.metadata().map(|data| data.len()).unwrap_or_default();
            println!(
                "    {} ({} KiB)",
                package.strip_prefix(crate::root()).unwrap_or(&package).display(),
                size.div_ceil(1024)
            );
            Ok(package)
        }
        Err(error) => {
            step.fail();
            Err(error.context(format!("plugin {name} was not built")))
        }
    }
}

/// Builds the kernel's programs, with cargo's progress behind one line.
pub fn build_programs(packages: &[&str]) -> Result<()> {
    let mut arguments = vec!["build", "--quiet"];
    for package in packages {
        arguments.extend(["--package", package]);
    }
    quietly(
        &format!("building {} (several minutes the first time)", packages.join(", ")),
        &mut crate::shell::cargo(arguments),
        "The messages above are the compiler's.",
    )?;
    Ok(())
}
