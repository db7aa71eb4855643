//! Rust: cargo, for the sandbox's target, with this machine's folders taken out of the result.

use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "guest";

/// Compiles the crate in `folder` for the sandbox and returns the core module.
///
/// # Errors
/// When cargo is missing or the crate does not compile, with the compiler's messages.
pub fn build_core(folder: &Path, target: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let (package, library) = crate_names(folder)?;
    let out = compile(folder, target, &["--package", &package, "--lib"], progress)?;
    Ok(out.join(format!("{library}.wasm")))
}

/// Where [`build_core`] leaves the core module of the crate in `folder`; whether it is there is not looked at.
///
/// # Errors
/// When the folder holds no crate.
pub(super) fn built_core(folder: &Path, target: &Path) -> Result<PathBuf> {
    let (_, library) = crate_names(folder)?;
    Ok(target.join(TARGET).join(PROFILE).join(format!("{library}.wasm")))
}

/// Compiles one example of the crate in `folder`, with `crate-type = ["cdylib"]`, for the sandbox.
///
/// # Errors
/// As [`build_core`].
pub fn build_example(folder: &Path, example: &str, target: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let (package, _) = crate_names(folder)?;
    let out = compile(folder, target, &["--package", &package, "--example", example], progress)?;
    Ok(out.join("examples").join(format!("{example}.wasm")))
}

/// Runs cargo and returns the folder it writes to.
fn compile(folder: &Path, target: &Path, what: &[&str], progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let folder = folder.canonicalize().with_context(|| format!("no plugin folder: {}", folder.display()))?;
    let target = std::path::absolute(target)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut child = Command::new(&cargo)
        .current_dir(&folder)
        .args(["build", "--color", "never", "--target", TARGET, "--profile", PROFILE])
        .args(what)
        .arg("--target-dir")
        .arg(&target)
        .env("CARGO_ENCODED_RUSTFLAGS", rust_flags(&folder))
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{} cannot be started", cargo.display()))?;
    let mut messages = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines() {
            let line = line?;
            progress(&line);
            messages.push(line);
        }
    }
    if !child.wait()?.success() {
        bail!("{} does not compile for {TARGET}:\n{}", folder.display(), messages.join("\n"));
    }
    Ok(target.join(TARGET).join(PROFILE))
}

/// Flags that take this machine's folders out of the panic messages, so that the same source gives the same bytes anywhere.
/// Separated by 0x1f, as cargo wants them where a path may hold blanks.
fn rust_flags(folder: &Path) -> String {
    let mut flags = Vec::new();
    let mut remap = |from: &Path, to: &str| flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(home.as_ref()?.join(".cargo")));
    if let Some(cargo_home) = cargo_home {
        remap(&cargo_home, "/cargo");
    }
    let rustup_home =
        std::env::var_os("RUSTUP_HOME").map(PathBuf::from).or_else(|| Some(home.as_ref()?.join(".rustup")));
    if let Some(rustup_home) = rustup_home {
        remap(&rustup_home, "/rustup");
    }
    // Where several prefixes fit, the last one wins: the workspace may lie inside the home.
    remap(workspace(folder), "/plugin");
    // Deterministic vectors: short copies and fills of rows stay inline instead of leaving the sandbox.
    flags.push("-Ctarget-feature=+simd128".to_owned());
    flags.join("\u{1f}")
}

/// The outermost folder above with a `Cargo.lock`: what cargo calls paths relative to.
fn workspace(folder: &Path) -> &Path {
    folder.ancestors().filter(|parent| parent.join("Cargo.lock").is_file()).last().unwrap_or(folder)
}

/// Name of the package and of its library, which names the file.
fn crate_names(folder: &Path) -> Result<(String, String)> {
    let path = folder.join("Cargo.toml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("no crate: {}", path.display()))?;
    let cargo: toml::Table = text.parse().with_context(|| format!("{}", path.display()))?;
    let name = |table: &str| cargo.get(table)?.get("name")?.as_str().map(str::to_owned);
    let package = name("package").with_context(|| format!("{} has no package.name", path.display()))?;
    let library = name("lib").unwrap_or_else(|| package.replace('-', "_"));
    Ok((package, library))
}
