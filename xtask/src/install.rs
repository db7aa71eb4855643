//! What a fresh machine lacks, and how it gets it: the WASM target by rustup, Debian packages where we may install them, npm
//! packages by their lockfiles, a Python environment for the independent oracles. Whatever cannot be installed is named with
//! the command that would do it.

use crate::shell::{self, quietly, which};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const WASM: &str = "wasm32-unknown-unknown";

/// The target plugins are built for. rust-toolchain.toml names it, so rustup usually has brought it along.
pub fn wasm_target() -> Result<()> {
    let root = crate::root();
    if which("rustup").is_none() {
        // A distribution's Rust: ask the compiler itself whether it has the target's library.
        let output = Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]).output()?;
        let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if !folder.is_empty() && Path::new(&folder).is_dir() {
            return Ok(());
        }
        bail!(
            "the target {WASM} is missing and rustup is not installed. Install rustup (https://rustup.rs), or your system's package for that target"
        );
    }
    let output = Command::new("rustup").args(["target", "list", "--installed"]).current_dir(&root).output()?;
    if String::from_utf8_lossy(&output.stdout).lines().any(|line| line.trim() == WASM) {
        return Ok(());
    }
    quietly(
        &format!("installing the compiler target {WASM}"),
        Command::new("rustup").args(["target", "add", WASM]).current_dir(&root),
        "Check the network, then run `rustup target add wasm32-unknown-unknown` yourself.",
    )?;
    Ok(())
}

/// `npm ci` in a folder with a lockfile, when its packages are not there or older than the lockfile. Says whether they are.
pub fn npm_packages(folder: &Path) -> Result<bool> {
    let lockfile = folder.join("package-lock.json");
    if !lockfile.is_file() {
        return Ok(false);
    }
    let marker = folder.join("node_modules/.package-lock.json");
    if !shell::is_older(&marker, &lockfile) {
        return Ok(true);
    }
    if which("npm").is_none() {
        return Ok(false);
    }
    let shown = folder.strip_prefix(crate::root()).unwrap_or(folder).display().to_string();
    quietly(
        &format!("installing the npm packages of {shown}"),
        Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder),
        "Check the network and `npm config get registry`, then try again.",
    )?;
    Ok(true)
}

/// A program and the Debian package that brings it.
pub struct Need {
    pub package: &'static str,
    pub for_what: &'static str,
    pub present: fn() -> bool,
}

/// What the tests need beyond Rust.
pub fn test_needs() -> Vec<Need> {
    vec![
        Need {
            package: "postgresql",
            for_what: "storage tests on the second engine",
            present: || crate::postgres::folder().is_some(),
        },
        Need { package: "nodejs", for_what: "browser tests", present: || which("node").is_some() },
        Need { package: "npm", for_what: "browser tests", present: || which("npm").is_some() },
        Need { package: "chromium", for_what: "browser tests", present: || chromium().is_some() },
        Need { package: "fonts-noto-cjk", for_what: "Chinese text in the browser tests", present: chinese_font },
        Need { package: "minisign", for_what: "the oracle for signatures", present: || which("minisign").is_some() },
        Need {
            package: "docker-registry",
            for_what: "tests of packages in a registry",
            present: || which("docker-registry").is_some(),
        },
        Need { package: "python3-venv", for_what: "independent oracles", present: || python_venv() },
    ]
}

pub fn chromium() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("DOUDI_CHROMIUM") {
        return Some(PathBuf::from(path)).filter(|path| path.is_file());
    }
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find_map(which)
}

fn chinese_font() -> bool {
    match Command::new("fc-list").arg(":lang=zh").output() {
        Ok(output) => output.status.success() && !output.stdout.is_empty(),
        // Without fontconfig's program: where the package puts them.
        Err(_) => Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").is_file(),
    }
}

fn python_venv() -> bool {
    Command::new("python3").args(["-c", "import venv, ensurepip"]).output().is_ok_and(|output| output.status.success())
}

/// Installs the packages that are missing, as root or through sudo; otherwise says what to install.
pub fn debian_packages(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !(need.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|need| need.package).collect();
    let reasons: Vec<String> = missing.iter().map(|need| format!("  {:16} {}", need.package, need.for_what)).collect();
    let command_line = format!("apt-get install --no-install-recommends {}", names.join(" "));
    if which("apt-get").is_none() {
        bail!(
            "these programs are missing, and this system has no apt-get to install them with:\n{}\nInstall their counterparts, then try again",
            reasons.join("\n")
        );
    }
    let become_root: Option<&[&str]> = match is_root() {
        true => Some(&[]),
        false if which("sudo").is_some() && sudo_works() => Some(&["sudo", "-n"]),
        false => None,
    };
    let Some(prefix) = become_root else {
        bail!("these programs are missing:\n{}\nAsk an administrator to run: {command_line}", reasons.join("\n"));
    };
    let run = |what: &str, arguments: &[&str]| {
        let words: Vec<&str> = prefix.iter().chain(arguments).copied().collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive");
        quietly(what, &mut command, &format!("Try it by hand: {command_line}"))
    };
    run("reading the package lists", &["apt-get", "update", "-qq"])?;
    let install: Vec<&str> = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        .into_iter()
        .chain(names.iter().copied())
        .collect();
    run(&format!("installing {}", names.join(", ")), &install)?;
    let still: Vec<&str> = missing.iter().filter(|need| !(need.present)()).map(|need| need.package).collect();
    if !still.is_empty() {
        bail!("installed, but still not found: {}. Check the search path", still.join(", "));
    }
    Ok(())
}

pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn sudo_works() -> bool {
    Command::new("sudo").args(["-n", "true"]).output().is_ok_and(|output| output.status.success())
}

/// The packages of the independent oracles (tests/oracles), in `target/oracles`: npm's and, in an environment of their own,
/// Python's. Its script does nothing when the lists have not changed.
pub fn oracles() -> Result<PathBuf> {
    let script = crate::root().join("tests/oracles/install.sh");
    let folder = crate::target().join("oracles");
    quietly(
        "installing the independent oracles",
        Command::new("sh").arg(script).arg(&folder).current_dir(crate::root()),
        "Check the network, npm's registry and pip's index, then try again.",
    )?;
    Ok(folder)
}
