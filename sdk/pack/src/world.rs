//! The world of one plugin, written from its manifest: what it imports and exports and nothing else. Rust's macros leave out what
//! is not used; the tools of JavaScript and Python take a world by its word.

use crate::embedded;
use anyhow::{Context, Result, bail};
use doudi_documents::manifest::Manifest;
use std::fmt::Write as _;
use std::path::Path;

/// The name of the world, in the package `doudi:plugin`.
pub(crate) const WORLD: &str = "plugin";

/// The WIT text.
///
/// # Errors
/// Names what the contract does not have.
pub fn world(manifest: &Manifest) -> Result<String> {
    let mut text = format!("package doudi:{WORLD};\n\nworld {WORLD} {{\n");
    let types = versioned("types", "types")?;
    writeln!(text, "  import {types};")?;
    for import in &manifest.imports {
        writeln!(text, "  import {};", versioned("kernel", import)?)?;
    }
    for point in &manifest.points {
        writeln!(text, "  export {};", versioned("measure", point)?)?;
    }
    text.push_str("}\n");
    Ok(text)
}

/// `doudi:kernel/records@1.3.0`, by the contract this packer carries.
pub(crate) fn versioned(package: &str, interface: &str) -> Result<String> {
    let Some((_, bytes)) =
        embedded::under(&format!("wit/{package}")).find(|(path, _)| path.strip_suffix(".wit") == Some(interface))
    else {
        let known: Vec<&str> =
            embedded::under(&format!("wit/{package}")).filter_map(|(path, _)| path.strip_suffix(".wit")).collect();
        let list = if package == "kernel" { "imports" } else { "points" };
        bail!("plugin.toml: {list} names `{interface}`, which the contract does not have; it has {}", known.join(", "));
    };
    let text = std::str::from_utf8(bytes).context("WIT is text")?;
    let prefix = format!("package doudi:{package}@");
    let version = text
        .lines()
        .find_map(|line| line.strip_prefix(prefix.as_str())?.strip_suffix(';'))
        .with_context(|| format!("wit/{package}/{interface}.wit names no package"))?;
    Ok(format!("doudi:{package}/{interface}@{version}"))
}

/// Writes the world and the contract under it, as the tools want them: `world.wit`, `deps/<package>/*.wit`.
pub(crate) fn write(manifest: &Manifest, into: &Path) -> Result<()> {
    embedded::write_file(&into.join("world.wit"), world(manifest)?.as_bytes())?;
    for package in ["types", "kernel", "measure"] {
        embedded::write(&format!("wit/{package}"), &into.join("deps").join(package))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(imports: &str, points: &str) -> Manifest {
        Manifest::from_toml(&format!(
            "id='a'\nversion='1.0.0'\nname.zh='甲'\nsummary.zh='甲'\npublisher='p'\nlicense='l'\nmeasures=[]\ncontract='^1.0'\n\
             points={points}\nimports={imports}"
        ))
        .unwrap()
    }

    #[test]
    fn a_world_has_what_the_manifest_names_and_no_more() {
        let text = world(&manifest("['records', 'log']", "['assess', 'check-settings']")).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| line.contains("port ")).collect();
        assert_eq!(lines.len(), 5, "{text}");
        assert!(lines[0].starts_with("import doudi:types/types@1."), "{text}");
        assert!(lines[1].starts_with("import doudi:kernel/records@1."), "{text}");
        assert!(lines[4].starts_with("export doudi:measure/check-settings@1.0.0"), "{text}");
    }

    #[test]
    fn what_the_contract_lacks_is_named_with_what_it_has() {
        let error = world(&manifest("['clock']", "[]")).unwrap_err().to_string();
        assert!(error.contains("`clock`") && error.contains("calendar"), "{error}");
    }
}
