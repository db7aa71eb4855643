//! Packing the hello plugin for real: compiled, wrapped, inspected, and refused when manifest and code disagree.

use doudi_documents::manifest::Manifest;
use doudi_pack::{Sources, build_core, build_example, build_plugin, digest, pack, pack_sources, surface, wrap};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn hello() -> PathBuf {
    root().join("examples/hello-plugin")
}

fn target() -> PathBuf {
    root().join("target")
}

/// Compiled once for all tests of this file.
static CORE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let path = build_core(&hello(), &target(), &mut |_| {}).expect("hello compiles");
    std::fs::read(path).expect("cargo wrote it")
});

fn sources() -> Sources {
    Sources::of(&hello()).expect("hello has a manifest")
}

#[test]
fn a_package_is_small_and_imports_nothing_foreign() {
    let path = build_plugin(&hello(), &target(), &mut |_| {}).expect("hello packs");
    assert_eq!(path.file_name().unwrap(), "hello-1.0.0.wasm");
    let package = std::fs::read(path).unwrap();
    println!("hello: {} bytes, sha256 {}", package.len(), digest(&package));
    assert!(package.len() < 120 * 1024, "{} bytes", package.len());
    let surface = surface(&package).unwrap();
    assert_eq!(
        surface.imports,
        ["doudi:kernel/parameters@1.3.0", "doudi:kernel/records@1.3.0", "doudi:types/types@1.0.0"]
    );
    assert_eq!(surface.exports, ["doudi:measure/assess@1.0.0", "doudi:measure/view@1.0.0"]);
    let manifest = Manifest::from_json(&surface.manifest.expect("the section is there")).unwrap();
    assert_eq!(manifest.id, "hello");
    assert_eq!(manifest.scenarios.len(), 5);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let sources = sources();
    let first = pack_sources(&CORE, &sources).unwrap();
    assert_eq!(digest(&first), digest(&pack_sources(&CORE, &sources).unwrap()));
    let texts: Vec<&str> = sources.scenarios.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(first, pack(&CORE, &sources.manifest, &texts).unwrap());
}

#[test]
fn no_folder_of_this_machine_is_in_the_package() {
    let package = pack_sources(&CORE, &sources()).unwrap();
    let root = root().canonicalize().unwrap();
    let home = std::env::var("HOME").unwrap_or_else(|_| "/nowhere".to_owned());
    for folder in [root.to_str().unwrap(), &format!("{home}/.cargo"), &format!("{home}/.rustup")] {
        assert!(!package.windows(folder.len()).any(|window| window == folder.as_bytes()), "{folder}");
    }
}

#[test]
fn a_manifest_that_disagrees_is_refused_with_everything_wrong() {
    let sources = sources();
    let texts: Vec<&str> = sources.scenarios.iter().map(|(_, text)| text.as_str()).collect();
    let lying = sources
        .manifest
        .replace("points = [\"assess\", \"view\"]", "points = [\"assess\", \"act\"]")
        .replace("imports = [\"parameters\", \"records\"]", "imports = [\"records\"]")
        .replace("code = \"wages-above-limit\"", "code = \"too-rich\"")
        .replace("args = 1", "args = 0");
    let error = pack(&CORE, &lying, &texts).unwrap_err().to_string();
    for finding in [
        "points names `act`",
        "exports `view`, but",
        "imports `parameters`, but",
        "no reason `wages-above-limit`",
        "reason `members-counted` uses argument 0",
    ] {
        assert!(error.contains(finding), "{finding} is missing in:\n{error}");
    }
}

#[test]
fn what_is_no_plugin_is_refused() {
    assert!(pack(b"not wasm", &sources().manifest, &[]).is_err());
    // An empty core module: valid WebAssembly, but it exports nothing that was declared.
    let error = pack(b"\0asm\x01\0\0\0", &sources().manifest, &[]).unwrap_err();
    assert!(format!("{error:#}").contains("assess") || format!("{error:#}").contains("export!"), "{error:#}");
    let unreadable = pack(&CORE, "id = 1", &[]).unwrap_err().to_string();
    assert!(unreadable.contains("plugin.toml"), "{unreadable}");
}

#[test]
fn every_point_fits_beside_the_others_and_every_interface_can_be_imported() {
    let core =
        build_example(&root().join("sdk/rust"), "all_points", &target(), &mut |_| {}).expect("the example compiles");
    let surface = surface(&wrap(&std::fs::read(core).unwrap()).unwrap()).unwrap();
    let names = |package: &str, names: &[&str]| -> Vec<String> {
        // What the kernel lends has grown since; what a plugin exports and the shapes of both never change.
        let version = if package == "kernel" { "1.3.0" } else { "1.0.0" };
        names.iter().map(|name| format!("doudi:{package}/{name}@{version}")).collect()
    };
    let points = [
        "act",
        "answer",
        "assess",
        "check-settings",
        "fill",
        "indicators",
        "intake",
        "migrate",
        "react",
        "tick",
        "view",
    ];
    assert_eq!(surface.exports, names("measure", &points));
    let lent = ["calendar", "decisions", "documents", "log", "parameters", "questions", "records"];
    assert_eq!(surface.imports, [names("kernel", &lent), names("types", &["types"])].concat());
}
