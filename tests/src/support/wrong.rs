//! Measures with a deliberate fault: the sources of an honest plugin with one line turned, built as a release of their own under
//! the same id. What a careless vendor might deliver; what a shadow run and acceptance cases must stop. They carry no scenarios
//! (a vendor who had one for the case would have found it), live in `target/` only, and are never shipped.

use super::guests::target;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// One line turned.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub name: &'static str,
    pub plugin: &'static str,
    /// The release it pretends to be.
    pub version: &'static str,
    pub file: &'static str,
    /// Stands in the file exactly once.
    pub right: &'static str,
    pub wrong: &'static str,
}

/// A comparison inverted: assets below the limit fail, those above it pass.
pub const INVERTED: Fault = Fault {
    name: "inverted",
    plugin: "dibao",
    version: "1.1.901",
    file: "src/rules/assets.rs",
    right: "let within = financial <= limit;",
    wrong: "let within = financial >= limit;",
};

/// Multiplied by the wrong member count: everyone on file, not only those who are counted.
pub const MEMBERS: Fault = Fault {
    name: "members",
    plugin: "dibao",
    version: "1.1.902",
    file: "src/rules/eligibility.rs",
    right: "let mut base = amount::difference(params.standard, members, total.income);",
    wrong: "let mut base = amount::difference(params.standard, family.members.len() as i64, total.income);",
};

/// A comparison inverted so that amounts come out negative, which the kernel does not take.
pub const NEGATIVE: Fault = Fault {
    name: "negative",
    plugin: "dibao",
    version: "1.1.903",
    file: "src/rules/eligibility.rs",
    right: "if total.income < line {",
    wrong: "if total.income >= line {",
};

/// The package; built on first use.
pub fn plugin(fault: Fault) -> Vec<u8> {
    static BUILDING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = BUILDING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    build(fault).unwrap_or_else(|error| panic!("{}: {error:#}", fault.name))
}

fn build(fault: Fault) -> anyhow::Result<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let sources = root.join("plugins").join(fault.plugin);
    let folder = target().join("wrong").join(fault.name);
    write(&folder.join("Cargo.toml"), &manifest_of(fault, &root)?)?;
    write(&folder.join("Cargo.lock"), &std::fs::read_to_string(root.join("Cargo.lock"))?)?;
    let text = std::fs::read_to_string(sources.join("plugin.toml"))?;
    let version = text.lines().find(|line| line.starts_with("version = ")).unwrap_or_default();
    let plugin = text.replacen(version, &format!("version = \"{}\"", fault.version), 1);
    write(&folder.join("plugin.toml"), &plugin)?;
    for path in files(&sources.join("src"))? {
        let inside = path.strip_prefix(&sources)?;
        let mut text = std::fs::read_to_string(&path)?;
        if inside == Path::new(fault.file) {
            let found = text.matches(fault.right).count();
            anyhow::ensure!(found == 1, "“{}” stands {found} times in {}", fault.right, fault.file);
            text = text.replacen(fault.right, fault.wrong, 1);
        }
        write(&folder.join(inside), &text)?;
    }
    let core = doudi_pack::build_core(&folder, &target(), &mut |_| {})?;
    doudi_pack::pack_sources(&std::fs::read(core)?, &doudi_pack::Sources::of(&folder)?)
}

/// A crate outside the workspace, with the profile plugins are built with.
fn manifest_of(fault: Fault, root: &Path) -> anyhow::Result<String> {
    let workspace = std::fs::read_to_string(root.join("Cargo.toml"))?;
    let profile = workspace.find("[profile.guest]").map(|at| &workspace[at..]);
    let profile = profile.ok_or_else(|| anyhow::anyhow!("no [profile.guest] in the workspace"))?;
    let Fault { name, version, .. } = fault;
    let sdk = root.join("sdk/rust");
    Ok(format!(
        "[package]\nname = \"wrong-{name}\"\nversion = \"{version}\"\nedition = \"2024\"\npublish = false\n\n\
         [lib]\nname = \"wrong_{name}\"\ncrate-type = [\"cdylib\"]\n\n\
         [dependencies]\ndoudi-sdk = {{ path = {sdk:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
         serde_json = \"1\"\n\n[workspace]\n\n{profile}"
    ))
}

/// Writes only what is different, so that cargo builds only what has changed.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    // The lock is cargo's own after the first build.
    let keeps = path.ends_with("Cargo.lock") && path.exists();
    if keeps || std::fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(path, text)?)
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
