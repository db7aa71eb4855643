//! The tools that make components of JavaScript and Python: installed once by the lock files the packer carries, into
//! `<target>/tools` or wherever `DOUDI_TOOLS` says. What is missing on the machine is named with what to install.

use crate::embedded;
use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where tools live.
fn folder(target: &Path, language: &str) -> PathBuf {
    std::env::var_os("DOUDI_TOOLS").map_or_else(|| target.join("tools"), PathBuf::from).join(language)
}

/// The program that makes components of JavaScript, as arguments for `node`.
///
/// # Errors
/// When node or npm is missing, or the package cannot be fetched.
pub(crate) fn javascript(target: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let folder = folder(target, "js");
    let lock = embedded::text("sdk/js/tools/package-lock.json");
    installed(&folder, lock, "componentize-qjs", progress, |folder| {
        embedded::write("sdk/js/tools", folder)?;
        run(
            Command::new("npm")
                .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"])
                .current_dir(folder),
            "npm is not installed. Install Node.js 18 or later, which brings npm (Debian: apt-get install nodejs npm)",
        )
    })?;
    Ok(folder.join("node_modules/componentize-qjs/bin/componentize-qjs"))
}

/// The program that makes components of Python.
///
/// # Errors
/// When python3 or its venv is missing, or the package cannot be fetched.
pub(crate) fn python(target: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let folder = folder(target, "python");
    let list = embedded::text("sdk/python/tools/requirements.txt");
    let programs = folder.join("venv").join(if cfg!(windows) { "Scripts" } else { "bin" });
    installed(&folder, list, "componentize-py", progress, |folder| {
        embedded::write("sdk/python/tools", folder)?;
        run(
            Command::new("python3").args(["-m", "venv", "venv"]).current_dir(folder),
            "python3 is not installed. Install Python 3.11 or later with its venv module (Debian: apt-get install python3-venv)",
        )?;
        run(
            Command::new(programs.join("python"))
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--no-deps",
                    "--require-hashes",
                ])
                .args(["--only-binary", ":all:", "-r", "requirements.txt"])
                .current_dir(folder),
            "the new environment has no Python",
        )
    })?;
    Ok(programs.join("componentize-py"))
}

/// Installs unless the folder holds what this very lock file describes. Two builds at once: the second waits for the first.
fn installed(
    folder: &Path,
    lock: &str,
    name: &str,
    progress: &mut dyn FnMut(&str),
    install: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let stamp = folder.join("installed");
    let here = || std::fs::read_to_string(&stamp).is_ok_and(|there| there == lock);
    if here() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    let guard = std::fs::File::create(folder.join("lock")).with_context(|| format!("{}", folder.display()))?;
    guard.lock().with_context(|| format!("{} cannot be locked", folder.display()))?;
    if here() {
        return Ok(());
    }
    progress(&format!("installing {name} into {} (only this once)", folder.display()));
    install(folder).with_context(|| format!("{name} could not be installed into {}", folder.display()))?;
    std::fs::write(&stamp, lock).with_context(|| format!("{}", stamp.display()))
}

/// Runs a program to its end; its output is told when it fails, and `missing` when it is not there at all.
pub(crate) fn run(command: &mut Command, missing: &str) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!("{missing}"),
        Err(error) => return Err(error).with_context(|| format!("{name} cannot be started")),
    };
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let arguments: Vec<&OsStr> = command.get_args().take(3).collect();
    bail!("{name} {arguments:?} failed:\n{}", String::from_utf8_lossy(&said).trim())
}
