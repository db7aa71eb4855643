//! What may be named where: the engine, SQL, HTTP, and the plugins' ids.

use super::{ALL, code, files, none, root, rust};
use std::collections::BTreeSet;

/// Files that name one of the words in code, outside the rooms that may.
fn trespassers(files: Vec<(String, String)>, words: &[&str], rooms: &[&str]) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, text) in files {
        if rooms.iter().any(|room| path.starts_with(room)) {
            continue;
        }
        for (line, text) in code(&text) {
            if let Some(word) = words.iter().find(|word| text.contains(**word)) {
                findings.push(format!("{path}:{line} names {word}"));
            }
        }
    }
    findings
}

/// Crates that depend on a package, by their Cargo.toml.
fn dependents(package: &str) -> BTreeSet<String> {
    ALL.iter()
        .flat_map(|folder| files(folder, "Cargo.toml"))
        .filter(|(_, text)| {
            text.lines().any(|line| line.strip_prefix(package).is_some_and(|rest| rest.starts_with(['.', ' ', '='])))
        })
        .map(|(path, _)| path.trim_end_matches("/Cargo.toml").to_owned())
        .collect()
}

#[test]
fn only_the_plugin_host_knows_the_engine() {
    let here = "tests/it/tidy";
    none(
        trespassers(rust(ALL), &["wasmtime::", "use wasmtime"], &["kernel/plugin-host/", here]),
        "the engine is an implementation detail of kernel/plugin-host; give its façade what you need",
    );
    assert_eq!(dependents("wasmtime"), BTreeSet::from(["kernel/plugin-host".to_owned()]));
}

#[test]
fn only_the_registry_knows_oci() {
    none(
        trespassers(rust(ALL), &["oci_client", "reqwest::"], &["sdk/registry/", "tests/it/tidy"]),
        "packages are fetched and pushed by sdk/registry, which brings its own HTTP client",
    );
    assert_eq!(dependents("oci-client"), BTreeSet::from(["sdk/registry".to_owned()]));
}

#[test]
fn only_delivery_knows_signatures() {
    none(
        trespassers(rust(ALL), &["minisign::", "minisign_verify", "zip::"], &["sdk/delivery/", "tests/it/tidy"]),
        "keys, signatures and bundles are sdk/delivery's",
    );
    for package in ["minisign", "minisign-verify"] {
        assert_eq!(dependents(package), BTreeSet::from(["sdk/delivery".to_owned()]), "{package}");
    }
}

#[test]
fn only_storage_knows_sql() {
    let statements = ["sqlx", "SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE ", "CREATE TABLE", "PRAGMA "];
    none(
        trespassers(rust(ALL), &statements, &["kernel/storage/", "tests/it/tidy"]),
        "write a method of the noun in kernel/storage and call it",
    );
    assert_eq!(dependents("sqlx"), BTreeSet::from(["kernel/storage".to_owned()]));
}

#[test]
fn only_the_web_knows_http() {
    none(
        trespassers(
            rust(&["kernel", "sdk", "plugins", "examples", "xtask"]),
            &["axum::", "use axum", "askama::", "use askama"],
            &["kernel/server/src/web"],
        ),
        "use cases in kernel/server/src/app take and return domain types; the web turns them into pages",
    );
    // tests/ speaks to the router as a browser would.
    assert_eq!(dependents("axum"), BTreeSet::from(["kernel/server".to_owned(), "tests".to_owned()]));
}

#[test]
fn the_domain_is_pure() {
    let words = [
        "serde",
        "tokio",
        "async fn",
        ".await",
        "std::fs",
        "std::net",
        "std::io",
        "SystemTime",
        "Zoned::now",
        "Timestamp::now",
    ];
    let findings = trespassers(rust(&["kernel/domain"]), &words, &[])
        .into_iter()
        // A test that writes a snapshot reads and writes files.
        .filter(|finding| !finding.contains("/tests.rs:"))
        .collect();
    none(findings, "kernel/domain holds words and laws: no I/O, no async, no serialization, no clock");
}

#[test]
fn rooms_do_not_know_each_other() {
    let dependencies = |manifest: &str| {
        let text = std::fs::read_to_string(root().join(manifest)).expect("a crate of ours");
        let ours: BTreeSet<String> = text
            .lines()
            .skip_while(|line| *line != "[dependencies]")
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| line.split(['.', ' ', '=']).next())
            // `doudi-features` names no code: it only fixes which features the dependencies are built with.
            .filter(|name| (name.starts_with("doudi-") || *name == "dibao") && *name != "doudi-features")
            .map(str::to_owned)
            .collect();
        ours.into_iter().collect::<Vec<_>>().join(" ")
    };
    for (manifest, allowed) in [
        ("kernel/domain/Cargo.toml", ""),
        ("kernel/storage/Cargo.toml", "doudi-domain"),
        ("kernel/plugin-host/Cargo.toml", "doudi-documents doudi-domain"),
        (
            "kernel/server/Cargo.toml",
            "doudi-delivery doudi-documents doudi-domain doudi-pack doudi-plugin-host doudi-registry doudi-storage",
        ),
        ("sdk/documents/Cargo.toml", ""),
        ("sdk/delivery/Cargo.toml", ""),
        ("sdk/registry/Cargo.toml", ""),
        ("sdk/rust/Cargo.toml", "doudi-documents doudi-sdk-derive"),
        ("plugins/dibao/Cargo.toml", "doudi-sdk"),
    ] {
        assert_eq!(dependencies(manifest), allowed, "{manifest}: the arrows of ARCHITECTURE.md go one way only");
    }
}

/// A plugin's id in the kernel is the beginning of an `if` about it.
#[test]
fn no_plugin_is_named_in_the_kernel() {
    let ids: Vec<String> = files("plugins", "plugin.toml")
        .iter()
        .filter_map(|(_, text)| {
            text.lines().find_map(|line| line.strip_prefix("id = \"")?.strip_suffix('"').map(str::to_owned))
        })
        .collect();
    assert!(!ids.is_empty(), "no plugin manifest found");
    let mut findings = Vec::new();
    for ending in [".rs", ".html", ".sql", ".css", ".js", ".toml", ".txt", ".md"] {
        for (path, text) in files("kernel", ending) {
            for (index, line) in text.lines().enumerate() {
                let mut words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
                // 防返贫监测 is a field and a code table of the kernel, older than the measure that took the word.
                let is_field = |word: &str| {
                    word == "monitoring" && ["catalogue.rs", "codes.rs"].iter().any(|file| path.ends_with(file))
                };
                if let Some(id) = words.find(|word| ids.iter().any(|id| id == word) && !is_field(word)) {
                    findings.push(format!("{path}:{} names the plugin {id}", index + 1));
                }
            }
        }
    }
    none(findings, "make it a contribution point or capability that any plugin can use; in examples write `sample`");
}
