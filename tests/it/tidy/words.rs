//! How files begin, what they must not contain, and that none is forgotten.

use super::{ALL, code, files, none, root, rust};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_file_says_its_purpose_first() {
    let findings = rust(ALL)
        .into_iter()
        .filter(|(_, text)| {
            let first = text.lines().next().unwrap_or_default();
            first.strip_prefix("//! ").is_none_or(|purpose| purpose.trim_end_matches('.').len() < 4)
        })
        .map(|(path, _)| path)
        .collect();
    none(findings, "begin the file with a `//!` paragraph: what it is for, and what is elsewhere");
}

#[test]
fn modules_are_files_named_after_them() {
    // What several integration tests of one crate share: cargo would take `tests/county.rs` for a test of its own.
    let shared = |path: &str| path.contains("/tests/") && path.starts_with("plugins/");
    let findings =
        rust(ALL).into_iter().map(|(path, _)| path).filter(|path| path.ends_with("/mod.rs") && !shared(path)).collect();
    none(findings, "write foo.rs beside foo/");
}

/// A source file no `mod` names is dead: it compiles nowhere and misleads its reader.
#[test]
fn every_source_file_is_reachable() {
    let mut findings = Vec::new();
    for (path, _) in rust(ALL) {
        let file = Path::new(&path);
        let (Some(stem), Some(folder)) = (file.file_stem().and_then(|stem| stem.to_str()), file.parent()) else {
            continue;
        };
        let roots = ["lib.rs", "main.rs"];
        let stem = stem.replace('-', "_");
        let is_root = roots.iter().any(|root| path.ends_with(&format!("/{root}")))
            || stem == "mod"
            || folder.ends_with("tests") && super::root().join(folder).join("../Cargo.toml").exists()
            || stem == "build"
            || folder.ends_with("benches")
            || folder.ends_with("examples");
        if is_root {
            continue;
        }
        // Declared by the file named after the folder, or by the root of the crate.
        let mut parents = vec![folder.with_extension("rs")];
        parents.extend(roots.iter().chain(&["mod.rs"]).map(|root| folder.join(root)));
        let declared = parents.iter().any(|parent| {
            std::fs::read_to_string(root().join(parent)).is_ok_and(|text| {
                code(&text).any(|(_, line)| {
                    let line = line.trim();
                    line.strip_suffix(';')
                        .is_some_and(|line| line == format!("mod {stem}") || line.ends_with(&format!(" mod {stem}")))
                })
            })
        });
        if !declared {
            findings.push(path);
        }
    }
    none(findings, "declare the module or delete the file");
}

#[test]
fn nothing_is_left_for_later() {
    // Put together from halves, so that this file does not find itself.
    let words = [["TO", "DO"], ["FIX", "ME"], ["XX", "X:"], ["HA", "CK:"]].map(|halves| halves.concat());
    let macros = [["todo", "!("], ["unimplemented", "!("]].map(|halves| halves.concat());
    let mut findings = Vec::new();
    for (path, text) in rust(ALL) {
        for (index, line) in text.lines().enumerate() {
            if words.iter().chain(&macros).any(|word| line.contains(word.as_str())) {
                findings.push(format!("{path}:{} {}", index + 1, line.trim()));
            }
        }
    }
    none(findings, "do it, or write it as an issue");
}

/// Nobody shouts at a citizen.
#[test]
fn no_sentence_shouts() {
    let mut findings = Vec::new();
    for ending in [".rs", ".html", ".toml"] {
        for folder in ["kernel", "sdk", "plugins"] {
            for (path, text) in files(folder, ending) {
                findings.extend(
                    text.lines()
                        .enumerate()
                        .filter(|(_, line)| line.contains('！'))
                        .map(|(index, line)| format!("{path}:{} {}", index + 1, line.trim())),
                );
            }
        }
    }
    none(findings, "say it calmly");
}

/// A name like `0003_what_it_does.sql`: the number, the rest.
fn migrations(engine: &str) -> BTreeSet<String> {
    files(&format!("kernel/storage/migrations/{engine}"), ".sql")
        .into_iter()
        .map(|(path, _)| path.rsplit('/').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn both_engines_have_the_same_migrations() {
    let (sqlite, postgres) = (migrations("sqlite"), migrations("postgres"));
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, postgres, "kernel/storage/migrations: the same numbers and names on both engines");
}

#[test]
fn every_template_is_rendered() {
    let used: String = rust(&["kernel/server"])
        .into_iter()
        .chain(files("kernel/server/templates", ".html"))
        .chain(files("kernel/server/templates", ".txt"))
        .map(|(_, text)| text)
        .collect();
    let templates = files("kernel/server/templates", ".html");
    assert!(!templates.is_empty());
    let findings = templates
        .into_iter()
        .map(|(path, _)| path.trim_start_matches("kernel/server/templates/").to_owned())
        .filter(|name| !used.contains(&format!("\"{name}\"")))
        .collect();
    none(findings, "render the template or delete it");
}
