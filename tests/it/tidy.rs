//! The house inspector: what ARCHITECTURE.md says is absent from each room, checked. A finding names the file, the reason and the
//! remedy.

mod contract;
mod features;
mod rooms;
mod words;

use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository").to_owned()
}

/// Every file below a folder of the repository whose name ends so, as (path from the root, text); built and fetched things
/// left out.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "target" | "node_modules") && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if name.ends_with(ending) {
                let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let path = path.strip_prefix(&root).expect("below the root").to_string_lossy().replace('\\', "/");
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

/// Rust files of the given folders.
fn rust(folders: &[&str]) -> Vec<(String, String)> {
    folders.iter().flat_map(|folder| files(folder, ".rs")).collect()
}

/// All folders that hold our Rust.
const ALL: &[&str] = &["kernel", "sdk", "plugins", "examples", "tests", "xtask"];

/// Fails with every finding at once.
#[track_caller]
fn none(findings: Vec<String>, remedy: &str) {
    assert!(findings.is_empty(), "{} findings:\n{}\n\nRemedy: {remedy}", findings.len(), findings.join("\n"));
}

/// Lines of code: (number, text), comments and blank lines left out.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line)).filter(|(_, line)| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with("//")
    })
}
