//! `doudi plugin new`: a folder with a plugin that already builds, and the SDK of its language inside, because a vendor has this
//! program and nothing else of Doudi.

use crate::{Language, embedded};
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest id: it stands in file names, addresses and parameter codes.
const LONGEST: usize = 40;

/// What was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Started {
    pub folder: PathBuf,
    /// The files an author will open first.
    pub files: Vec<&'static str>,
    /// How to run the cases without `doudi`.
    pub native_test: &'static str,
    /// What the machine lacks for building, and how to get it.
    pub missing: Vec<String>,
}

/// Makes the folder `<parent>/<id>` with a starter plugin; `name` is its Chinese name.
///
/// # Errors
/// When the id is none, or the folder is there already.
pub fn start(language: Language, id: &str, name: Option<&str>, parent: &Path) -> Result<Started> {
    check_id(id)?;
    let folder = parent.join(id);
    let taken = std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file();
    ensure!(
        !taken,
        "{} is there already and not empty: choose another id or folder, or remove it first",
        folder.display()
    );

    let code = language.code();
    for (path, bytes) in embedded::under("sdk/template/shared").chain(embedded::under(&format!("sdk/template/{code}")))
    {
        let text = std::str::from_utf8(bytes).with_context(|| path.to_owned())?;
        embedded::write_file(&folder.join(path), fill(text, language, id, name).as_bytes())?;
    }
    embedded::write_file(&folder.join(".gitignore"), b"/target\nnode_modules/\n__pycache__/\n")?;
    match language {
        Language::Rust => vendor_rust(&folder)?,
        Language::JavaScript => {
            embedded::write("sdk/js", &folder.join("vendor/doudi-sdk"))?;
            link(&folder)?;
        }
        Language::Python => embedded::write("sdk/python/doudi", &folder.join("vendor/doudi"))?,
    }
    let (files, native_test) = match language {
        Language::Rust => (vec!["plugin.toml", "src/lib.rs", "scenarios/cases.toml"], "cargo test"),
        Language::JavaScript => (vec!["plugin.toml", "src/plugin.js", "scenarios/cases.toml"], "node --test"),
        Language::Python => (vec!["plugin.toml", "src/plugin.py", "scenarios/cases.toml"], "python3 -m unittest"),
    };
    Ok(Started { folder, files, native_test, missing: missing(language) })
}

/// Lower-case words with hyphens, as the packer and the kernel demand, and nothing a language stumbles over.
fn check_id(id: &str) -> Result<()> {
    let words = id
        .split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    let begins = id.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if !words || !begins || id.len() > LONGEST {
        bail!(
            "{id:?} is no id: it is made of lower-case letters and digits, words apart by hyphens, beginning with a letter, at most \
             {LONGEST} characters: heating-subsidy"
        );
    }
    // A crate of that name would hide what every crate needs.
    ensure!(
        !matches!(id, "std" | "core" | "alloc" | "test" | "doudi-sdk" | "self" | "crate"),
        "{id:?} is a name of the language: choose another"
    );
    Ok(())
}

/// The templates say `starter`, as a word of each language's own.
fn fill(text: &str, language: Language, id: &str, name: Option<&str>) -> String {
    let class = if language.is_script() { "script" } else { "rust" };
    let type_name: String = id.split('-').map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect();
    let mut text = text
        .replace("class = \"rust\"", &format!("class = \"{class}\""))
        .replace("starter::", &format!("{}::", id.replace('-', "_")))
        .replace("Starter", &type_name)
        .replace("starter", id);
    if let Some(name) = name {
        text = text.replace("zh = \"新措施\"", &format!("zh = {}", toml::Value::from(name)));
    }
    text
}

/// The SDK's crates as a workspace of their own, with the versions this release was built with.
fn vendor_rust(folder: &Path) -> Result<()> {
    let vendor = folder.join("vendor/doudi");
    let crates = ["sdk/documents", "sdk/derive", "sdk/rust"];
    for path in crates.into_iter().chain(["wit/types", "wit/kernel", "wit/measure"]) {
        embedded::write(path, &vendor.join(path))?;
    }
    for file in ["LICENSE", "wit/README.md"] {
        embedded::write_file(&vendor.join(file), embedded::text(file).as_bytes())?;
    }
    embedded::write_file(&folder.join("rust-toolchain.toml"), embedded::text("rust-toolchain.toml").as_bytes())?;
    embedded::write_file(&vendor.join("Cargo.toml"), workspace(&crates)?.as_bytes())
}

/// The repository's own workspace, with those members and the dependencies they name.
fn workspace(crates: &[&str]) -> Result<String> {
    let mut whole: toml::Table = embedded::text("Cargo.toml").parse().context("Cargo.toml")?;
    let manifests: Vec<toml::Table> = crates
        .iter()
        .map(|path| embedded::text(&format!("{path}/Cargo.toml")).parse().with_context(|| (*path).to_owned()))
        .collect::<Result<_>>()?;
    let mut named = std::collections::BTreeSet::new();
    manifests.iter().for_each(|manifest| gather(manifest, &mut named));
    let Some(toml::Value::Table(workspace)) = whole.get_mut("workspace") else { bail!("Cargo.toml has no workspace") };
    workspace
        .insert("members".into(), toml::Value::Array(crates.iter().map(|path| toml::Value::from(*path)).collect()));
    if let Some(toml::Value::Table(dependencies)) = workspace.get_mut("dependencies") {
        dependencies.retain(|name, _| named.contains(name));
    }
    let mut kept = toml::Table::new();
    kept.insert("workspace".into(), toml::Value::Table(workspace.clone()));
    Ok(format!("# Written by `doudi plugin new`: the SDK of this release.\n\n{}", toml::to_string(&kept)?))
}

/// Names in every table called `dependencies` or `dev-dependencies`, for whatever target.
fn gather(table: &toml::Table, into: &mut std::collections::BTreeSet<String>) {
    for (key, value) in table {
        let toml::Value::Table(inner) = value else { continue };
        if key == "dependencies" || key == "dev-dependencies" {
            into.extend(inner.keys().cloned());
        } else {
            gather(inner, into);
        }
    }
}

/// What `npm install` would make of the dependency on `vendor/doudi-sdk`, so that the first test needs no network.
fn link(folder: &Path) -> Result<()> {
    let scope = folder.join("node_modules/@doudi");
    std::fs::create_dir_all(&scope).with_context(|| format!("{}", scope.display()))?;
    #[cfg(unix)]
    std::os::unix::fs::symlink("../../vendor/doudi-sdk", scope.join("sdk")).context("node_modules/@doudi/sdk")?;
    #[cfg(not(unix))]
    embedded::write("sdk/js", &scope.join("sdk"))?;
    Ok(())
}

/// What building in this language needs and the machine does not have.
pub(crate) fn missing(language: Language) -> Vec<String> {
    let says = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let mut missing = Vec::new();
    match language {
        Language::Rust => {
            let target = "wasm32-unknown-unknown";
            match says("rustc", &["--print", "target-libdir", "--target", target]) {
                None => missing.push("Rust with cargo: https://rustup.rs".to_owned()),
                Some(library) if !Path::new(&library).is_dir() => {
                    missing.push(format!("Rust's library for the sandbox: rustup target add {target}"));
                }
                Some(_) => {}
            }
        }
        Language::JavaScript => {
            let version = says("node", &["--version"])
                .and_then(|text| text.trim_start_matches('v').split('.').next()?.parse().ok());
            if version.is_none_or(|major: u32| major < 18) || says("npm", &["--version"]).is_none() {
                missing.push("Node.js 18 or later with npm (Debian: apt-get install nodejs npm)".to_owned());
            }
        }
        Language::Python => {
            let ready = says("python3", &["-c", "import sys, venv, ensurepip; print(sys.version_info >= (3, 11))"]);
            if ready.as_deref() != Some("True") {
                missing.push("Python 3.11 or later with venv (Debian: apt-get install python3-venv)".to_owned());
            }
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_what_every_layer_can_bear() {
        for good in ["a", "heating-subsidy", "aid-2022"] {
            check_id(good).unwrap_or_else(|error| panic!("{good}: {error}"));
        }
        for bad in
            ["", "Heating", "2022-aid", "heating_subsidy", "heating--aid", "-a", "a-", "采暖", "core", &"a".repeat(41)]
        {
            assert!(check_id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_vendored_workspace_names_what_its_crates_need_and_no_more() {
        let text = workspace(&["sdk/documents", "sdk/derive", "sdk/rust"]).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let dependencies = table["workspace"]["dependencies"].as_table().unwrap();
        assert!(dependencies.contains_key("wit-bindgen") && dependencies.contains_key("doudi-documents"), "{text}");
        assert!(!dependencies.contains_key("wasmtime") && !dependencies.contains_key("tokio"), "{text}");
    }

    #[test]
    fn templates_take_the_id_in_each_shape() {
        let filled = fill("class = \"rust\" starter starter:: Starter", Language::Python, "heating-aid", None);
        assert_eq!(filled, "class = \"script\" heating-aid heating_aid:: HeatingAid");
    }
}
