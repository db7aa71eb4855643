//! Puts into the packer what an author needs and cannot download: the contract, the SDKs of all three languages, the starter
//! plugins, and the lock files of the tools that make components.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Folders and files of the repository, by their path from its root.
const EMBEDDED: [&str; 13] = [
    "Cargo.toml",
    "LICENSE",
    "rust-toolchain.toml",
    "wit/types",
    "wit/kernel",
    "wit/measure",
    "wit/README.md",
    "sdk/documents",
    "sdk/derive",
    "sdk/rust",
    "sdk/js",
    "sdk/python",
    "sdk/template",
];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for path in EMBEDDED {
        println!("cargo:rerun-if-changed={}", root.join(path).display());
        gather(&root, &PathBuf::from(path), &mut files);
    }
    files.sort();
    let mut table = String::from("pub static FILES: &[(&str, &[u8])] = &[\n");
    for file in files {
        let absolute = root.join(&file).canonicalize().expect("what was just found is there");
        writeln!(table, "    ({:?}, include_bytes!({:?})),", file.to_string_lossy(), absolute).expect("a text grows");
    }
    table.push_str("];\n");
    let out = std::env::var_os("OUT_DIR").expect("cargo names the folder of a build script");
    std::fs::write(Path::new(&out).join("files.rs"), table).expect("the folder of a build script can be written");
}

/// Tests, and what tools leave behind, stay out.
fn gather(root: &Path, path: &Path, files: &mut Vec<PathBuf>) {
    const LEFT_OUT: [&str; 6] = ["node_modules", "__pycache__", "target", "tests", "build", "vendor"];
    let absolute = root.join(path);
    if absolute.is_file() {
        files.push(path.to_owned());
        return;
    }
    let in_template = path.starts_with("sdk/template");
    for entry in std::fs::read_dir(&absolute).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let left_out = LEFT_OUT.contains(&name.as_str()) && !(in_template && name == "tests");
        // `sdk/rust/src/*/build` holds sources.
        let sources = name == "build" && path.components().any(|part| part.as_os_str() == "src");
        if (!left_out || sources) && !name.ends_with(".egg-info") {
            gather(root, &path.join(name), files);
        }
    }
}
