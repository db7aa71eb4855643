//! The contract: each interface has its file in the host and the reverse, each exported one a single function, every item its
//! sentence and version; the schemas are current, the released copy untouched.

use super::{files, none, root};
use std::collections::BTreeSet;
use wit_parser::{Docs, Resolve, Stability, TypeOwner};

/// The packages of `wit/`, parsed in the order they depend on each other.
fn contract() -> Resolve {
    let mut resolve = Resolve::default();
    for package in ["types", "kernel", "measure", "host"] {
        resolve.push_dir(root().join("wit").join(package)).unwrap_or_else(|error| panic!("wit/{package}: {error:#}"));
    }
    resolve
}

/// Interfaces of one package by name, with the number of their functions.
fn interfaces(resolve: &Resolve, package: &str) -> Vec<(String, usize)> {
    resolve
        .packages
        .iter()
        .filter(|(_, candidate)| candidate.name.namespace == "doudi" && candidate.name.name == package)
        .flat_map(|(_, package)| &package.interfaces)
        .map(|(name, id)| (name.clone(), resolve.interfaces[*id].functions.len()))
        .collect()
}

fn room(folder: &str) -> BTreeSet<String> {
    files(folder, ".rs")
        .into_iter()
        .filter_map(|(path, _)| path.strip_prefix(&format!("{folder}/"))?.strip_suffix(".rs").map(str::to_owned))
        .filter(|name| !name.contains('/'))
        .collect()
}

#[test]
fn every_interface_has_its_file_and_the_reverse() {
    let resolve = contract();
    for (package, folder) in
        [("kernel", "kernel/plugin-host/src/imports"), ("measure", "kernel/plugin-host/src/exports")]
    {
        let names: BTreeSet<String> =
            interfaces(&resolve, package).into_iter().map(|(name, _)| name.replace('-', "_")).collect();
        assert!(!names.is_empty());
        assert_eq!(room(folder), names, "{folder} has one file per interface of doudi:{package}, and no other");
    }
}

#[test]
fn an_exported_interface_has_one_function() {
    let resolve = contract();
    let findings = interfaces(&resolve, "measure")
        .into_iter()
        .filter(|(_, functions)| *functions != 1)
        .map(|(name, functions)| format!("{name} has {functions}"))
        .collect();
    none(findings, "a second idea is a second interface: an interface plugins export is never extended");
}

#[test]
fn every_item_has_its_sentence_and_its_version() {
    let resolve = contract();
    let mut findings = Vec::new();
    let mut check = |what: String, docs: &Docs, stability: &Stability| {
        if docs.contents.as_deref().unwrap_or_default().trim().len() < 10 {
            findings.push(format!("{what} has no sentence"));
        }
        if !matches!(stability, Stability::Stable { .. }) {
            findings.push(format!("{what} has no @since"));
        }
    };
    for (_, interface) in &resolve.interfaces {
        let name = interface.name.clone().unwrap_or_default();
        check(format!("interface {name}"), &interface.docs, &interface.stability);
        for (function, item) in &interface.functions {
            check(format!("{name}.{function}"), &item.docs, &item.stability);
        }
    }
    for (_, item) in &resolve.types {
        if let (Some(type_name), TypeOwner::Interface(owner)) = (&item.name, item.owner) {
            let interface = resolve.interfaces[owner].name.clone().unwrap_or_default();
            // A `use` names a type of another interface; its sentence stands there.
            let used = matches!(&item.kind, wit_parser::TypeDefKind::Type(wit_parser::Type::Id(other))
                if resolve.types[*other].owner != item.owner);
            if !used {
                check(format!("{interface}.{type_name}"), &item.docs, &item.stability);
            }
        }
    }
    for (_, world) in &resolve.worlds {
        check(format!("world {}", world.name), &world.docs, &world.stability);
        for (_, item) in world.imports.iter().chain(&world.exports) {
            assert!(
                matches!(item, wit_parser::WorldItem::Interface { .. }),
                "worlds only list interfaces: no types or functions inline"
            );
        }
    }
    none(findings, "write what it is for, and `@since(version = …)`");
}

/// A set that may grow is a string code with a registry: a new case would break every compiled plugin.
#[test]
fn no_public_enum_or_flags() {
    let resolve = contract();
    let findings = resolve
        .types
        .iter()
        .filter(|(_, item)| matches!(item.kind, wit_parser::TypeDefKind::Enum(_) | wit_parser::TypeDefKind::Flags(_)))
        .filter_map(|(_, item)| item.name.clone())
        .collect();
    none(findings, "use a string code with a documented registry");
    let variants: Vec<String> = resolve
        .types
        .iter()
        .filter(|(_, item)| matches!(item.kind, wit_parser::TypeDefKind::Variant(_)))
        .filter_map(|(_, item)| item.name.clone())
        .collect();
    assert_eq!(variants, ["values"], "the physical kinds of a column are the one frozen variant");
}

#[test]
fn the_published_schemas_are_current() {
    let folder = root().join("wit/schemas");
    let mut names = BTreeSet::new();
    for (name, schema) in doudi_documents::schema::all() {
        names.insert(format!("{name}.json"));
        let path = folder.join(format!("{name}.json"));
        let current = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        if std::env::var_os("DOUDI_UPDATE").is_some() {
            std::fs::create_dir_all(&folder)
                .and_then(|()| std::fs::write(&path, &current))
                .expect("wit/schemas can be written");
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            published == current,
            "{} differs from sdk/documents; if that is meant, run with DOUDI_UPDATE=1",
            path.display()
        );
    }
    let published: BTreeSet<String> = files("wit/schemas", ".json")
        .into_iter()
        .filter_map(|(path, _)| path.rsplit('/').next().map(str::to_owned))
        .collect();
    assert_eq!(published, names, "wit/schemas holds what sdk/documents defines, and nothing else");
}

/// The files of a copy of the contract, without its folder.
fn copy(folder: &str) -> Vec<(String, String)> {
    let prefix = format!("{folder}/");
    let packages = ["types", "kernel", "measure", "host"];
    packages
        .iter()
        .flat_map(|package| files(&format!("{folder}/{package}"), ".wit"))
        .map(|(path, text)| (path.trim_start_matches(&prefix).to_owned(), text))
        .collect()
}

/// The newest frozen copy is the contract as it stands. An addition is a new version with a copy of its own.
#[test]
fn the_released_contract_is_untouched() {
    let (current, released) = (copy("wit"), copy("wit/released/1.3.0"));
    let names = |files: &[(String, String)]| files.iter().map(|(path, _)| path.clone()).collect::<BTreeSet<_>>();
    assert_eq!(names(&current), names(&released));
    let findings =
        current.iter().filter(|file| !released.contains(file)).map(|(path, _)| format!("wit/{path}")).collect();
    none(
        findings,
        "breaking wishes go into wit/pending-changes.md; an addition raises the version and freezes a new copy",
    );
}

#[test]
fn later_contracts_only_add() {
    for (old, new) in [("1.0.0", "1.1.0"), ("1.1.0", "1.2.0"), ("1.2.0", "1.3.0")] {
        only_adds(old, new);
    }
}

/// What a version had stands in the next one word for word, line for line and in its order: there are only lines more. Records,
/// which can never gain a field, would show here, too.
fn only_adds(before: &str, after: &str) {
    let (old, new) = (copy(&format!("wit/released/{before}")), copy(&format!("wit/released/{after}")));
    let mut findings = Vec::new();
    for (path, text) in &old {
        let Some((_, later)) = new.iter().find(|(other, _)| other == path) else {
            findings.push(format!("{path} is gone"));
            continue;
        };
        // The package's own number, the names of other packages with it, and what is brought in by `use`, may grow.
        let plain = |text: &str| -> Vec<String> {
            let code = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("///"));
            code.filter(|line| !line.starts_with("package ") && !line.starts_with("use "))
                .map(|line| {
                    if line.starts_with("import doudi:kernel/") {
                        line.replace(&format!("@{after}"), &format!("@{before}"))
                    } else {
                        line.into()
                    }
                })
                .collect()
        };
        let later = plain(later);
        let mut rest = later.iter();
        for line in plain(text) {
            // Closing braces of an interface come after what was added.
            if line != "}" && !rest.any(|other| *other == line) {
                findings.push(format!("{path}: {line}"));
                break;
            }
        }
    }
    none(findings, "what plugins were compiled against stays as it was; write the wish into wit/pending-changes.md");
    let records = |files: &[(String, String)]| -> BTreeSet<(String, String)> {
        files.iter().flat_map(|(path, text)| bodies(path, text)).collect()
    };
    let (old, new) = (records(&old), records(&new));
    let changed = old.difference(&new).map(|(name, _)| name.clone()).collect();
    none(changed, "a record or variant can never gain or lose a field");
}

/// Records and variants with their bodies, without sentences.
fn bodies(path: &str, text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with("///")) {
        if open.is_some() && line == "}" {
            found.extend(open.take());
        } else if let Some((_, body)) = &mut open {
            body.push_str(line);
        } else if line.starts_with("record ") || line.starts_with("variant ") {
            open = Some((format!("{path} {line}"), String::new()));
        }
    }
    found
}
