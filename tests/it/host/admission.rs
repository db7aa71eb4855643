//! Packages that lie, want what is not lent, or are no packages: refused before any county can enable them, with everything
//! wrong in one message.

use super::*;
use crate::support::guests::{bare, core, package, with_manifest, with_memory, with_section, with_start};
use doudi_documents::Manifest;
use doudi_documents::manifest::SECTION;
use std::collections::BTreeSet;
use wasm_encoder::{ComponentSection, InstanceSection, MemorySection, MemoryType, Module, ModuleArg, ModuleSection};

/// What admission says: the package as it names it, the codes, the sentences.
async fn refused(host: &PluginHost, what: &str, bytes: &[u8]) -> (String, BTreeSet<String>, String) {
    let refusal = match host.admit(bytes).await {
        Ok(admitted) => panic!("{what}: admitted as {} {}", admitted.manifest.id, admitted.manifest.version),
        Err(refusal) => refusal,
    };
    let text = refusal.to_string();
    assert!(text.starts_with("插件包 ") && text.contains("不能安装"), "{what}: {text}");
    assert!(text.chars().count() < 20_000, "{what}: a message nobody can read");
    let codes = refusal.problems.iter().map(|problem| problem.code.clone()).collect();
    (refusal.package, codes, text)
}

#[tokio::test(flavor = "multi_thread")]
async fn good_packages_are_admitted() {
    let host = guests::host();
    for bytes in [guests::rogue(), guests::honest()] {
        let admitted = host.admit(bytes).await.unwrap_or_else(|refusal| panic!("{refusal}"));
        assert_eq!(admitted.digest, guests::digest(bytes));
        assert_eq!(admitted.size, bytes.len() as u64);
    }
    // A guest that only misbehaves when called gets in: nothing of it has run.
    host.admit(&package("spin-realloc")).await.unwrap_or_else(|refusal| panic!("{refusal}"));
}

/// `tests/golden/` holds packages as they were built for earlier versions of the contract; their bytes never change. Admission
/// runs their scenarios, so that what is admitted has been asked and has answered.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_built_for_an_earlier_contract_still_runs() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut found = 0;
    for entry in std::fs::read_dir(&folder).expect("tests/golden") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a package");
        let surface = doudi_pack::surface(&bytes).expect("a component");
        assert!(surface.imports.iter().any(|import| import.ends_with("@1.0.0") && import.contains(":kernel/")));
        let admitted = guests::host().admit(&bytes).await.unwrap_or_else(|refusal| panic!("{path:?}: {refusal}"));
        assert!(!admitted.manifest.scenarios.is_empty(), "{path:?} has scenarios that run");
        found += 1;
    }
    assert!(found > 0, "{} is empty", folder.display());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_package_is_refused() {
    let host = guests::host();
    let good = guests::rogue();
    let manifest = guests::manifest("rogue").to_canonical_json();
    let mut flipped = good.to_vec();
    flipped[good.len() / 3] ^= 0x55;
    let inner = {
        // The manifest on the inner module: the outer component has none.
        let mut module = core("spin-realloc");
        wasm_encoder::Section::append_to(
            &wasm_encoder::CustomSection { name: SECTION.into(), data: manifest.as_bytes().into() },
            &mut module,
        );
        doudi_pack::wrap(&module).expect("a component")
    };
    let mut deep = String::new();
    for _ in 0..60_000 {
        deep.push('[');
    }
    for (what, bytes, code) in [
        ("nothing", Vec::new(), "component.format"),
        ("a text", "这不是插件".repeat(100).into_bytes(), "component.format"),
        ("a zip file", b"PK\x03\x04 and so on, long enough to be looked at".to_vec(), "component.format"),
        ("a core module", core("rogue"), "component.format"),
        ("the first half", good[..good.len() / 2].to_vec(), "component.format"),
        ("no manifest", bare("rogue"), "manifest.missing"),
        ("a manifest of the inner module only", inner, "manifest.missing"),
        ("two manifests", with_section(good.to_vec(), SECTION, manifest.as_bytes()), "manifest.many"),
        ("a huge manifest", with_section(bare("rogue"), SECTION, &vec![b' '; 300 * 1024]), "manifest.size"),
        ("an endless nesting", with_section(bare("rogue"), SECTION, deep.as_bytes()), "manifest.format"),
        ("not UTF-8", with_section(bare("rogue"), SECTION, b"{\"id\":\"\xff\xfe\"}"), "manifest.encoding"),
        ("no JSON", with_section(bare("rogue"), SECTION, b"id = 'rogue'"), "manifest.format"),
        ("JSON of something else", with_section(bare("rogue"), SECTION, b"{\"name\":\"rogue\"}"), "manifest.format"),
        ("too large", with_section(good.to_vec(), "padding", &vec![0; 5 << 20]), "component.size"),
    ] {
        let (_, codes, text) = refused(&host, what, &bytes).await;
        assert!(codes.contains(code), "{what}: {codes:?} {text}");
    }
    // A flipped bit may hit anything; it must be refused or change the digest, never pass as the same package.
    if let Ok(admitted) = host.admit(&flipped).await {
        assert_ne!(admitted.digest, guests::digest(good));
    }
}

/// WASI is not lent, and the message names what was wanted in full.
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_import_is_refused_by_name() {
    let host = guests::host();
    let (package_name, codes, text) = refused(&host, "clock", &package("clock")).await;
    assert_eq!(package_name, "clock 6.6.2");
    assert_eq!(codes, BTreeSet::from(["import.foreign".to_owned()]));
    assert!(text.contains("“wasi:clocks/monotonic-clock@0.2.0”"), "{text}");
}

/// Each lie of a manifest, and the code it is caught by.
#[tokio::test(flavor = "multi_thread")]
async fn a_lying_manifest_is_refused() {
    let host = guests::host();
    type Lie = fn(&mut Manifest);
    let lies: [(&str, &str, Lie); 24] = [
        ("a point it exports is not declared", "export", |m| m.points.retain(|point| point != "view")),
        ("an import it uses is not declared", "import.undeclared", |m| m.imports.retain(|import| import != "records")),
        ("a point nobody knows", "", |m| m.points.push("pay-out".into())),
        ("a point twice", "", |m| m.points.push("act".into())),
        ("for a contract that is not spoken", "", |m| m.contract = "^2.0".parse().expect("a range")),
        ("an id that is a path", "", |m| m.id = "../../etc/passwd".into()),
        ("an empty id", "", |m| m.id = String::new()),
        ("a field that does not exist", "", |m| m.inputs[0].fields.push("person.soul".into())),
        ("a kind of effect nobody knows", "", |m| m.effects[0].kind = "payment.transfer".into()),
        ("a fact of a field that does not exist", "", |m| m.effects[2].targets.push("household.soul".into())),
        ("a role nobody has", "", |m| m.collections[0].workflow.actions[0].roles.push("emperor".into())),
        ("a page for a role nobody has", "", |m| m.pages[0].roles.push("emperor".into())),
        ("an action from a state that does not exist", "", |m| {
            m.collections[0].workflow.actions[0].from = vec!["limbo".into()]
        }),
        ("an action to a state that does not exist", "", |m| {
            m.collections[0].workflow.actions[0].to = vec!["limbo".into()]
        }),
        ("an initial state that does not exist", "", |m| m.collections[0].workflow.initial = "limbo".into()),
        ("a state of a stage that does not exist", "", |m| {
            m.collections[0].workflow.states[1].stage = Some("limbo".into())
        }),
        ("an action that wants a form that does not exist", "", |m| {
            m.collections[0].workflow.actions[0].form = Some("none".into())
        }),
        ("two actions of one name", "", |m| {
            let action = m.collections[0].workflow.actions[0].clone();
            m.collections[0].workflow.actions.push(action);
        }),
        ("a collection created by no action", "", |m| m.collections[0].create = Some("none".into())),
        ("a sentence with more numbers than declared", "", |m| m.reasons[0].text.zh = "{0:fen} 与 {1:fen}".into()),
        ("a sentence with a unit nobody knows", "", |m| m.reasons[0].text.zh = "{0:roubles}".into()),
        ("a verdict nobody knows", "", |m| m.reasons[0].verdict = "perhaps".into()),
        ("settings whose defaults break their own schema", "", |m| {
            m.settings.as_mut().expect("the rogue has settings").defaults = serde_json::json!({"behave": 7});
        }),
        ("two outcomes of one code", "", |m| {
            let outcome = m.outcomes[0].clone();
            m.outcomes.push(outcome);
        }),
    ];
    let mut admitted = Vec::new();
    for (what, code, lie) in lies {
        match host.admit(&with_manifest("rogue", lie)).await {
            Ok(_) => admitted.push(what),
            Err(refusal) => {
                assert!(refusal.problems.iter().any(|problem| problem.code.starts_with(code)), "{what}: {refusal}");
                assert!(refusal.problems.iter().all(|problem| !problem.message.is_empty()), "{what}: {refusal}");
            }
        }
    }
    assert!(admitted.is_empty(), "admitted although the manifest has {admitted:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_is_told_at_once() {
    let host = guests::host();
    let bytes = with_manifest("clock", |manifest| {
        manifest.points.push("assess".to_owned());
        manifest.pages[0].roles.push("emperor".to_owned());
        manifest.subscriptions.push("household.changed".to_owned());
    });
    let (_, codes, text) = refused(&host, "three lies and a clock", &bytes).await;
    assert!(codes.contains("import.foreign") && codes.len() >= 3, "{text}");
    assert!(text.contains("emperor") && text.contains("assess") && text.contains("wasi:clocks"), "{text}");
}

/// The package of a guest whose core module was bent by hand.
fn bent(core: &[u8]) -> Vec<u8> {
    let manifest = guests::manifest("spin-realloc").to_canonical_json();
    with_section(doudi_pack::wrap(core).expect("a component"), SECTION, manifest.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_misbehaves_while_it_starts_is_refused_in_time() {
    const LOOP: [u8; 6] = [0x03, 0x40, 0x0c, 0x00, 0x0b, 0x0b];
    const UNREACHABLE: [u8; 2] = [0x00, 0x0b];
    let core = core("spin-realloc");
    let host = guests::host();
    // Bent without harm, it is admitted: what is refused below is refused for what it does.
    host.admit(&bent(&with_start(&core, |_| vec![0x0b]))).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    for (what, core) in [
        ("spins in its start function", with_start(&core, |_| LOOP.to_vec())),
        ("traps in its start function", with_start(&core, |_| UNREACHABLE.to_vec())),
        (
            "calls itself in its start function",
            with_start(&core, |own| vec![0x10, (own & 0x7f) as u8 | 0x80, (own >> 7) as u8, 0x0b]),
        ),
        ("wants four gigabytes at once", with_memory(&core, 65_536)),
        ("wants a little more memory than any class is given", with_memory(&core, 4_097)),
    ] {
        let begun = std::time::Instant::now();
        let (package_name, codes, text) = refused(&host, what, &bent(&core)).await;
        assert_eq!(package_name, "spin-realloc 6.6.1", "{what}");
        assert!(codes.iter().all(|code| code.starts_with("component.")), "{what}: {text}");
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{what} took {:?}", begun.elapsed());
    }
    let honest = guests::load(&host, guests::honest()).await;
    check_serves_on(&host, &honest, "bad starts").await;
}

/// Core modules a component holds, by its outer sections.
fn core_modules(component: &[u8]) -> u32 {
    guests::sections(component).iter().filter(|(id, _)| *id == 1).count() as u32
}

/// A thousand modules in one file would each take their share of the pool.
#[tokio::test(flavor = "multi_thread")]
async fn a_component_of_too_many_parts_is_refused() {
    let host = guests::host();
    // Appended to a good component: one module more, instantiated a thousand times.
    let mut module = Module::new();
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    module.section(&memories);
    let mut component = bare("spin-realloc");
    let modules = core_modules(&component);
    ModuleSection(&module).append_to_component(&mut component);
    let mut instances = InstanceSection::new();
    for _ in 0..1_000 {
        instances.instantiate(modules, std::iter::empty::<(&str, ModuleArg)>());
    }
    instances.append_to_component(&mut component);
    let bytes = with_section(component, SECTION, guests::manifest("spin-realloc").to_canonical_json().as_bytes());
    refused(&host, "a crowd", &bytes).await;
    let honest = guests::load(&host, guests::honest()).await;
    check_serves_on(&host, &honest, "a crowd").await;
}

/// Installed code is found by its digest: other bytes under the same digest are not loaded.
#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_not_their_digest_are_not_loaded() {
    let host = guests::host();
    let error =
        host.load(&guests::digest(guests::rogue()), guests::honest()).await.expect_err("another package's bytes");
    assert!(matches!(error, Error::Failure { .. }), "{error:?}");
}
