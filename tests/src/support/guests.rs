//! Guests as component bytes: the hostile ones of `tests/hostile`, honest packages made of the same code, and packages bent
//! by hand. Built on first use, or before by `cargo xtask test`.

use doudi_documents::Manifest;
use doudi_documents::manifest::SECTION;
use doudi_plugin_host::{HostConfig, Plugin, PluginHost};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;
use wasm_encoder::{ComponentSection, CustomSection};

/// Every hostile guest a test names. `every_guest_is_tested` compares it with the folders.
pub const HOSTILE: [&str; 4] = ["rogue", "spin-realloc", "clock", "asker"];

/// `target/`, wherever this test binary was built.
pub fn target() -> PathBuf {
    let exe = std::env::current_exe().expect("a running test has a path");
    exe.ancestors().nth(3).expect("target/debug/deps/it").to_owned()
}

fn folder(guest: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile").join(guest)
}

/// When the newest file of these folders was written.
fn newest(folders: &[PathBuf]) -> Option<SystemTime> {
    let mut folders = folders.to_vec();
    let mut newest = None;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                newest = newest.max(std::fs::metadata(&path).and_then(|metadata| metadata.modified()).ok());
            }
        }
    }
    newest
}

/// A built file, made anew if one of its sources is newer. One at a time, over all the processes tests run in: the tools of other
/// languages do not wait for each other as cargo does.
fn built(file: &Path, sources: &[PathBuf], build: impl FnOnce() -> anyhow::Result<PathBuf>) -> PathBuf {
    let lock = std::fs::File::create(target().join("guests.lock")).expect("the target folder can be written");
    lock.lock().expect("the lock of those who build");
    let written = std::fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
    if written.is_some() && newest(sources) <= written {
        return file.to_owned();
    }
    build().unwrap_or_else(|error| panic!("{error:#}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

/// The core module of a hostile guest.
pub fn core(guest: &str) -> Vec<u8> {
    let name = format!("doudi_hostile_{}.wasm", guest.replace('-', "_"));
    let file = target().join("wasm32-unknown-unknown/guest").join(name);
    let file = built(&file, &[folder(guest), root().join("wit")], || {
        doudi_pack::build_core(&folder(guest), &target(), &mut |_| {})
    });
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// A plugin of `plugins/` as the file a county installs.
pub fn plugin(id: &str) -> Vec<u8> {
    let sources = root().join("plugins").join(id);
    let text = std::fs::read_to_string(sources.join("plugin.toml")).expect("a plugin has a manifest");
    let manifest = Manifest::from_toml(&text).unwrap_or_else(|error| panic!("{id}: {error}"));
    let file = target().join("plugins").join(format!("{id}-{}.wasm", manifest.version));
    let inputs = [sources.clone(), root().join("sdk"), root().join("wit")];
    let file = built(&file, &inputs, || doudi_pack::build_plugin(&sources, &target(), &mut |_| {}));
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// A plugin of any language in a folder of the repository, as a package; `name` keeps apart those whose ids are the same.
pub fn built_in(folder: &str, name: &str) -> Vec<u8> {
    let sources = root().join(folder);
    let text = std::fs::read_to_string(sources.join("plugin.toml")).expect("a plugin has a manifest");
    let manifest = Manifest::from_toml(&text).unwrap_or_else(|error| panic!("{folder}: {error}"));
    // Tools and cargo's own results are shared; what is written by id lies apart.
    let file = target().join("conformance").join(format!("{name}-{}.wasm", manifest.version));
    let inputs = [sources.clone(), root().join("sdk"), root().join("wit")];
    let file = built(&file, &inputs, || {
        let package = doudi_pack::build_plugin(&sources, &target(), &mut |_| {})?;
        std::fs::create_dir_all(file.parent().expect("it has a folder"))?;
        std::fs::copy(&package, &file)?;
        Ok(file.clone())
    });
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The measure of `tests/outing`: visits with an offline form, figures, duties.
pub fn outing() -> Vec<u8> {
    built_in("tests/outing", "outing")
}

/// The manifest of a hostile guest, as its folder has it.
pub fn manifest(guest: &str) -> Manifest {
    let path = folder(guest).join("plugin.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Manifest::from_toml(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The component around a guest's core module, without any manifest.
pub fn bare(guest: &str) -> Vec<u8> {
    doudi_pack::wrap(&core(guest)).unwrap_or_else(|error| panic!("{guest}: {error:#}"))
}

/// A number as WebAssembly writes it (unsigned LEB128).
fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn read_leb(bytes: &[u8]) -> (usize, usize) {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return (value, index + 1);
        }
    }
    panic!("a number without an end")
}

/// The sections of a core module, or the outer ones of a component: id and content.
pub fn sections(module: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut sections = Vec::new();
    let mut at = 8;
    while at < module.len() {
        let (length, width) = read_leb(&module[at + 1..]);
        let begin = at + 1 + width;
        sections.push((module[at], module[begin..begin + length].to_vec()));
        at = begin + length;
    }
    sections
}

fn module(sections: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    for (id, content) in sections {
        module.push(*id);
        module.extend(leb(content.len()));
        module.extend_from_slice(content);
    }
    module
}

/// A list in a section with one more item; returns how many there were.
fn append(section: &mut Vec<u8>, item: &[u8]) -> usize {
    let (count, width) = read_leb(section);
    let mut longer = leb(count + 1);
    longer.extend_from_slice(&section[width..]);
    longer.extend_from_slice(item);
    *section = longer;
    count
}

/// A module that imports no function, with a start function of this body (opcodes, `end` included).
pub fn with_start(core: &[u8], body: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    const TYPES: u8 = 1;
    const FUNCTIONS: u8 = 3;
    const START: u8 = 8;
    const CODE: u8 = 10;
    let mut sections = sections(core);
    let section = |sections: &mut Vec<(u8, Vec<u8>)>, id: u8| {
        sections.iter().position(|(found, _)| *found == id).expect("a section")
    };
    let at = section(&mut sections, TYPES);
    let index = append(&mut sections[at].1, &[0x60, 0, 0]);
    let at = section(&mut sections, FUNCTIONS);
    let start = append(&mut sections[at].1, &leb(index));
    let mut code = vec![0];
    code.extend(body(start));
    let mut item = leb(code.len());
    item.extend(code);
    let at = section(&mut sections, CODE);
    append(&mut sections[at].1, &item);
    let after = sections.iter().position(|(id, _)| *id != 0 && *id > START).expect("code comes after");
    sections.insert(after, (START, leb(start)));
    module(&sections)
}

/// A module that imports no function, with another body (locals, opcodes and `end`) for what it exports under a name.
pub fn with_body(core: &[u8], export: &str, body: &wasm_encoder::Function) -> Vec<u8> {
    const EXPORTS: u8 = 7;
    const CODE: u8 = 10;
    let mut sections = sections(core);
    let content = |sections: &[(u8, Vec<u8>)], id: u8| {
        sections.iter().find(|(found, _)| *found == id).map(|(_, content)| content.clone()).expect("a section")
    };
    let exports = content(&sections, EXPORTS);
    let (count, mut at) = read_leb(&exports);
    let mut index = None;
    for _ in 0..count {
        let (length, width) = read_leb(&exports[at..]);
        let name = &exports[at + width..at + width + length];
        at += width + length + 1;
        let (position, width) = read_leb(&exports[at..]);
        at += width;
        if name == export.as_bytes() {
            index = Some(position);
        }
    }
    let index = index.unwrap_or_else(|| panic!("the module exports no `{export}`"));
    let code = content(&sections, CODE);
    let (count, mut at) = read_leb(&code);
    let mut bodies = leb(count);
    for position in 0..count {
        let (length, width) = read_leb(&code[at..]);
        let old = &code[at + width..at + width + length];
        let new = if position == index { body.clone().into_raw_body() } else { old.to_vec() };
        bodies.extend(leb(new.len()));
        bodies.extend(new);
        at += width + length;
    }
    for (_, content) in sections.iter_mut().filter(|(id, _)| *id == CODE) {
        *content = std::mem::take(&mut bodies);
    }
    module(&sections)
}

/// A module with one more function that nobody calls: what only the compiler sees.
pub fn with_function(core: &[u8], body: &wasm_encoder::Function) -> Vec<u8> {
    const TYPES: u8 = 1;
    const FUNCTIONS: u8 = 3;
    const CODE: u8 = 10;
    let mut sections = sections(core);
    let mut section = |id: u8, item: &[u8]| {
        let content = sections.iter_mut().find(|(found, _)| *found == id).expect("a section");
        append(&mut content.1, item)
    };
    let kind = section(TYPES, &[0x60, 0, 0]);
    section(FUNCTIONS, &leb(kind));
    let body = body.clone().into_raw_body();
    let mut item = leb(body.len());
    item.extend(body);
    section(CODE, &item);
    module(&sections)
}

/// A module with a table of at least that many functions.
pub fn with_table(core: &[u8], elements: usize) -> Vec<u8> {
    const TABLE: u8 = 4;
    let mut sections = sections(core);
    for (_, content) in sections.iter_mut().filter(|(id, _)| *id == TABLE) {
        *content = [vec![1, 0x70, 0], leb(elements)].concat();
    }
    module(&sections)
}

/// A module with a memory of at least that many pages of 64 KiB.
pub fn with_memory(core: &[u8], pages: usize) -> Vec<u8> {
    const MEMORY: u8 = 5;
    let mut sections = sections(core);
    for (_, content) in sections.iter_mut().filter(|(id, _)| *id == MEMORY) {
        *content = [vec![1, 0], leb(pages)].concat();
    }
    module(&sections)
}

/// A component with a custom section at its end.
pub fn with_section(mut component: Vec<u8>, name: &str, data: &[u8]) -> Vec<u8> {
    CustomSection { name: name.into(), data: data.into() }.append_to_component(&mut component);
    component
}

/// A hostile guest as a package, with its own manifest.
pub fn package(guest: &str) -> Vec<u8> {
    with_manifest(guest, |_| {})
}

/// A hostile guest as a package, with a changed manifest.
pub fn with_manifest(guest: &str, change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let mut manifest = manifest(guest);
    change(&mut manifest);
    with_section(bare(guest), SECTION, manifest.to_canonical_json().as_bytes())
}

/// A package with another manifest around the same code: another version with another digest.
pub fn repackaged(package: &[u8], change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    const CUSTOM: u8 = 0;
    // A custom section begins with the length of its name and the name.
    let is_manifest = |content: &[u8]| {
        let (length, width) = read_leb(content);
        content.get(width..width + length) == Some(SECTION.as_bytes())
    };
    let mut bytes = package[..8].to_vec();
    let mut manifest = None;
    for (id, content) in sections(package) {
        if id == CUSTOM && is_manifest(&content) {
            let text = std::str::from_utf8(&content[1 + SECTION.len()..]).expect("UTF-8");
            manifest = Some(Manifest::from_json(text).expect("a manifest"));
            continue;
        }
        bytes.push(id);
        bytes.extend(leb(content.len()));
        bytes.extend(content);
    }
    let mut manifest = manifest.expect("a package has a manifest");
    change(&mut manifest);
    with_section(bytes, SECTION, manifest.to_canonical_json().as_bytes())
}

/// The honest plugin in another version, with whatever else is changed of its manifest.
pub fn honest_at(version: &str, change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    with_manifest("rogue", |manifest| {
        manifest.id = "honest".to_owned();
        manifest.version = version.parse().expect("a version");
        change(manifest);
    })
}

pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A host for tests: compiles in this process, shares one cache of compiled code, interrupts early.
pub fn host_config() -> HostConfig {
    let mut config = HostConfig::new(target().join("test-plugin-cache"), [7; 32]);
    config.compile_in_process = true;
    config.instances = 40;
    for limits in [&mut config.rust, &mut config.script] {
        limits.time_interactive = std::time::Duration::from_millis(1_000);
        limits.time_action = std::time::Duration::from_millis(1_000);
        limits.time_block = std::time::Duration::from_millis(1_000);
        limits.time_step = std::time::Duration::from_millis(1_000);
    }
    // Tables of misbehaviour are many failures in a row; quarantine has a test of its own.
    config.strikes = u32::MAX;
    config
}

pub fn host() -> PluginHost {
    PluginHost::new(host_config()).expect("the pool fits")
}

/// A loaded package.
pub async fn load(host: &PluginHost, bytes: &[u8]) -> Arc<Plugin> {
    host.load(&digest(bytes), bytes).await.unwrap_or_else(|error| panic!("{error}: {error:?}"))
}

/// The rogue with a button for each of these behaviours as well, under its own name or another.
pub fn rogue_with(id: &str, behaviours: &[&str], change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    with_manifest("rogue", |manifest| {
        manifest.id = id.to_owned();
        let workflow = &mut manifest.collections[0].workflow;
        for behaviour in behaviours {
            if workflow.action(behaviour).is_none() {
                let mut action = workflow.action("good").expect("a button that behaves").clone();
                action.id = (*behaviour).to_owned();
                workflow.actions.push(action);
            }
        }
        change(manifest);
    })
}

/// The rogue's package; made once in a process.
pub fn rogue() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| package("rogue"))
}

/// The same code under another name: a plugin of somebody who means well.
pub fn honest() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        with_manifest("rogue", |manifest| {
            manifest.id = "honest".to_owned();
            manifest.version = "1.0.0".parse().expect("a version");
        })
    })
}
