//! One feature set for the whole house: what `-p doudi-server` builds is what `--workspace` builds, so that a heavy dependency
//! is compiled once for the demonstration, the program and the tests. See `xtask/features`.

use super::{none, root};
use std::collections::BTreeSet;
use std::process::Command;

/// Crates with their features, as the packages asked for have them built; development dependencies only when tests are.
fn built(packages: &[&str], edges: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "-e", edges, "-f", "{p} {f}", "--prefix", "none"])
        .args(packages)
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(|line| line.trim_end_matches(" (*)").trim().to_owned()).collect()
}

#[test]
fn no_dependency_is_built_twice() {
    let whole = built(&["--workspace"], "normal,build,dev");
    let mut findings = Vec::new();
    for (package, edges) in [
        ("doudi-server", "normal,build"),
        ("doudi-demo", "normal,build"),
        ("doudi-server", "normal,build,dev"),
        ("doudi-storage", "normal,build,dev"),
        ("doudi-plugin-host", "normal,build,dev"),
        ("doudi-tests", "normal,build,dev"),
        ("xtask", "normal,build"),
    ] {
        let other = built(&["-p", package], edges).into_iter().filter(|line| !whole.contains(line));
        findings.extend(other.map(|line| format!("-p {package} ({edges}): {line}")));
    }
    none(findings, "list the features that --workspace has in xtask/features/Cargo.toml");
}
