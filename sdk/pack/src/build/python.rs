//! Python: the author's modules, the SDK and the packer's entry become one component with CPython inside, started while it is built:
//! every import has happened, and none can happen later. Its WASI is stubbed.

use super::script;
use crate::{embedded, tools, world};
use anyhow::{Result, ensure};
use doudi_documents::manifest::Manifest;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the component; its path.
pub(super) fn build(
    folder: &Path,
    manifest: &Manifest,
    target: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<PathBuf> {
    let sources = folder.join("src");
    ensure!(
        sources.join("plugin.py").is_file(),
        "{} has no src/plugin.py: the module with the points",
        folder.display()
    );
    let tool = tools::python(target, progress)?;
    let stage = script::stage(manifest, target)?;
    script::copy(&sources, &stage.join("src"))?;
    embedded::write("sdk/python/doudi", &stage.join("sdk/doudi"))?;
    embedded::write_file(&stage.join("app/entry.py"), embedded::text("sdk/python/entry.py").as_bytes())?;
    let text = format!("TEXT = {}\n", serde_json::Value::from(script::manifest_json(manifest)));
    embedded::write_file(&stage.join("app/doudi_manifest.py"), text.as_bytes())?;
    progress("compiling Python (CPython; about ten seconds)");
    let component = script::component_path(manifest, target);
    script::run(
        Command::new(&tool)
            .arg("--wit-path")
            .arg(stage.join("wit"))
            .args(["--world", world::WORLD, "componentize", "--stub-wasi"])
            .arg("--python-path")
            .arg(stage.join("app"))
            .arg("--python-path")
            .arg(stage.join("src"))
            .arg("--python-path")
            .arg(stage.join("sdk"))
            .args(["entry", "--output"])
            .arg(&component),
        "componentize-py",
        &stage,
        folder,
        "componentize-py is not where it was installed: delete the folder target/tools/python and build again",
    )?;
    Ok(component)
}
