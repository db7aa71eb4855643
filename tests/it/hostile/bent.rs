//! Guests no compiler makes: bodies written by hand that hand back what is no answer, and packages that eat the compiler. Those
//! that lie before any of their code runs are refused at admission; the others are admitted, called and stopped.

use super::{Line, TODAY};
use crate::support::guests::{
    self, bare, core, with_body, with_function, with_manifest, with_memory, with_section, with_start, with_table,
};
use crate::support::people;
use crate::support::server::TestServer;
use doudi_documents::manifest::{ResourceClass, SECTION};
use doudi_domain::Error;
use doudi_plugin_host::PluginHost;
use doudi_server::app::measure;
use doudi_server::app::plugin::GrantChoice;
use jiff::civil::date;
use std::time::{Duration, Instant};
use wasm_encoder::{BlockType, Function, Instruction, MemArg, ValType};

/// Somewhere in the guest's first sixteen pages.
const HERE: i32 = 0x2_0000;
const VIEW: &str = "doudi:measure/view@1.0.0#view";
const POST: &str = "cabi_post_doudi:measure/view@1.0.0#view";

fn body(instructions: &[Instruction<'_>]) -> Function {
    let mut function = Function::new([]);
    for instruction in instructions {
        function.instruction(instruction);
    }
    function.instruction(&Instruction::End);
    function
}

fn at(offset: u64) -> MemArg {
    MemArg { offset, align: 0, memory_index: 0 }
}

/// `result<string, error>` with this discriminant, the text at `text` of that length, and `from` as where it all lies.
fn answer(discriminant: i32, text: i32, length: i32, from: i32) -> Function {
    use Instruction::{I32Const, I32Store, I32Store8};
    body(&[
        I32Const(HERE),
        I32Const(discriminant),
        I32Store8(at(0)),
        I32Const(HERE),
        I32Const(text),
        I32Store(at(4)),
        I32Const(HERE),
        I32Const(length),
        I32Store(at(8)),
        // What is no UTF-8, for whoever points at it.
        I32Const(HERE),
        I32Const(0xff),
        I32Store8(at(64)),
        I32Const(from),
    ])
}

/// A loop without an end.
fn endless() -> Function {
    body(&[Instruction::Loop(BlockType::Empty), Instruction::Br(0), Instruction::End, Instruction::Unreachable])
}

/// The allocator as a constant.
fn allocator(pointer: i32) -> Function {
    body(&[Instruction::I32Const(pointer)])
}

/// A guest with one page, whose allocator gives the same place each time.
fn one_page() -> Vec<u8> {
    with_body(&core("spin-realloc"), "cabi_realloc", &allocator(0x4_0000))
}

fn package(core: &[u8]) -> Vec<u8> {
    let mut manifest = guests::manifest("spin-realloc");
    manifest.id = "bent".to_owned();
    with_section(doudi_pack::wrap(core).expect("a component"), SECTION, manifest.to_canonical_json().as_bytes())
}

pub async fn lines() -> Vec<Line> {
    let mut lines = admission().await;
    lines.push(compile_bomb().await);
    lines.extend(called().await);
    lines
}

/// Admitted, enabled, looked at by an officer: the page says what was wrong, the next page is drawn.
async fn called() -> Vec<Line> {
    let mut guests = vec![
        ("loop in the allocator", with_body(&core("spin-realloc"), "cabi_realloc", &endless())),
        ("allocator gives an odd address", with_body(&one_page(), "cabi_realloc", &allocator(0x4_0001))),
        ("allocator gives a place outside", with_body(&one_page(), "cabi_realloc", &allocator(-16))),
        ("answer of no known case", with_body(&one_page(), VIEW, &answer(7, HERE, 0, HERE))),
        ("answer at an odd address", with_body(&one_page(), VIEW, &answer(0, HERE, 0, HERE + 1))),
        ("answer outside its memory", with_body(&one_page(), VIEW, &answer(0, HERE, 0, -4))),
        ("text outside its memory", with_body(&one_page(), VIEW, &answer(0, -64, 32, HERE))),
        ("text of two gigabytes", with_body(&one_page(), VIEW, &answer(0, HERE, 0x7fff_ffff, HERE))),
        ("text that is no UTF-8", with_body(&one_page(), VIEW, &answer(0, HERE + 64, 1, HERE))),
        ("error that is no UTF-8", with_body(&one_page(), VIEW, &answer(1, HERE + 64, 1, HERE))),
        ("text that is no document", with_body(&one_page(), VIEW, &answer(0, HERE, 0, HERE))),
        ("loop while its answer is read", with_body(&one_page(), VIEW, &endless())),
    ];
    // The page itself is never reached: what is given back afterwards loops.
    let good = with_body(&one_page(), VIEW, &answer(0, HERE, 0, HERE));
    guests.push(("loop in giving memory back", with_body(&good, POST, &endless())));

    let server = TestServer::watched(TODAY, |_| {}).await;
    server.enable(guests::honest(), &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
    let mut lines = Vec::new();
    for (number, (what, core)) in guests.iter().enumerate() {
        let mut manifest = guests::manifest("spin-realloc");
        manifest.id = format!("bent-{number}");
        let bytes = with_section(
            doudi_pack::wrap(core).expect("a component"),
            SECTION,
            manifest.to_canonical_json().as_bytes(),
        );
        server.enable(&bytes, &[people::COUNTY], TODAY, GrantChoice::All).await;
        let before = super::written(&server).await;
        let begun = Instant::now();
        let officer = server.actor(people::WANG_FANG);
        let page = manifest.pages[0].id.clone();
        let error = measure::page(&server.app, &officer, &manifest.id, &page, Vec::new()).await.err();
        let error = error.unwrap_or_else(|| panic!("{what}: drawn"));
        assert!(begun.elapsed() < Duration::from_secs(8), "{what} took {:?}", begun.elapsed());
        let Error::Failure { outside, .. } = error else { panic!("{what}: {error:?}") };
        assert!(outside.contains(&format!("插件 bent-{number} 6.6.1 的“页面”")), "{what}: {outside}");
        let code = if outside.contains("时限") {
            "out-of-time"
        } else if outside.contains("中止") {
            "trapped"
        } else if outside.contains("限额") {
            "too-much"
        } else {
            "bad-output"
        };
        assert_eq!(super::written(&server).await, before, "{what} left something behind");
        measure::page(&server.app, &officer, "honest", "good", Vec::new())
            .await
            .unwrap_or_else(|error| panic!("after {what}: {error}"));
        lines.push(Line::new("调用", what, code, &outside.replace(&format!("bent-{number}"), "bent")));
    }
    server.close().await;
    lines
}

async fn refused(host: &PluginHost, what: &str, bytes: &[u8]) -> Line {
    let begun = Instant::now();
    let refusal = match host.admit(bytes).await {
        Ok(admitted) => panic!("{what}: admitted as {} {}", admitted.manifest.id, admitted.manifest.version),
        Err(refusal) => refusal,
    };
    assert!(begun.elapsed() < Duration::from_secs(40), "{what} took {:?}", begun.elapsed());
    let first = refusal.problems.first().expect("a problem");
    let digest = guests::digest(bytes);
    let text = refusal.to_string().replace(&digest[..12], "…");
    assert!(text.starts_with("插件包 ") && text.contains("不能安装"), "{what}: {text}");
    Line::new("安装", what, &first.code, &text)
}

async fn admission() -> Vec<Line> {
    let host = guests::host();
    let start = |instructions: &[Instruction<'_>]| {
        let raw = body(instructions).into_raw_body();
        // `with_start` writes the (empty) list of locals itself.
        with_start(&core("spin-realloc"), move |_| raw[1..].to_vec())
    };
    let oversized = |class: ResourceClass, bytes: usize| {
        let package = with_manifest("rogue", |manifest| manifest.class = class);
        with_section(package, "padding", &vec![0; bytes])
    };
    let loops = start(&[Instruction::Loop(BlockType::Empty), Instruction::Br(0), Instruction::End]);
    let mut lines = Vec::new();
    for (what, bytes) in [
        ("no package at all", "这不是插件".repeat(20).into_bytes()),
        ("a core module", core("rogue")),
        ("no manifest", bare("rogue")),
        ("wants a clock (WASI)", guests::package("clock")),
        ("lies about what it reads from", with_manifest("rogue", |m| m.imports.retain(|import| import != "records"))),
        ("lies about what it offers", with_manifest("rogue", |m| m.points.retain(|point| point != "view"))),
        ("asks for a field that is not", with_manifest("rogue", |m| m.inputs[0].fields.push("person.soul".into()))),
        ("wishes a kind that is not", with_manifest("rogue", |m| m.effects[0].kind = "payment.transfer".into())),
        ("is a path", with_manifest("rogue", |m| m.id = "../../etc/passwd".into())),
        ("oversized, compiled", oversized(ResourceClass::Rust, 5 << 20)),
        ("oversized, script", oversized(ResourceClass::Script, 33 << 20)),
        ("loops when it starts", package(&loops)),
        ("breaks off when it starts", package(&start(&[Instruction::Unreachable]))),
        ("wants four gigabytes", package(&with_memory(&core("spin-realloc"), 65_536))),
        ("wants a table of ten million", package(&with_table(&core("spin-realloc"), 10_000_000))),
    ] {
        lines.push(refused(&host, what, &bytes).await);
    }
    guests::load(&host, guests::honest()).await;
    lines
}

/// A package of half a megabyte over which the compiler would sit for minutes: the child is ended, the server is not.
async fn compile_bomb() -> Line {
    let mut settings = guests::host_config();
    settings.compile_in_process = false;
    settings.compiler = Some(crate::support::program::program("doudi"));
    settings.compile_seconds = 2;
    settings.cache_dir = std::env::temp_dir().join(format!("doudi-bomb-{}", std::process::id()));
    let folder = settings.cache_dir.clone();
    let host = PluginHost::new(settings).expect("the pool fits");
    // Everything depends on everything: two thousand values alive through loop after loop.
    let mut bomb = Function::new([(2_000, ValType::I64)]);
    for round in 0..60u32 {
        bomb.instruction(&Instruction::Loop(BlockType::Empty));
        for local in 0..2_000u32 {
            bomb.instruction(&Instruction::LocalGet(local));
            bomb.instruction(&Instruction::LocalGet((local * 7 + round * 13 + 1) % 2_000));
            bomb.instruction(&Instruction::I64Mul);
            bomb.instruction(&Instruction::LocalSet((local + round) % 2_000));
        }
        bomb.instruction(&Instruction::LocalGet(round));
        bomb.instruction(&Instruction::I32WrapI64);
        bomb.instruction(&Instruction::BrIf(0));
        bomb.instruction(&Instruction::End);
    }
    bomb.instruction(&Instruction::End);
    let line = refused(&host, "compile bomb", &package(&with_function(&core("spin-realloc"), &bomb))).await;
    assert_eq!(line.code, "component.compile", "{}", line.sentence);
    assert!(line.sentence.contains("编译超过限额"), "{}", line.sentence);
    // The next package is compiled in a child of its own.
    host.admit(guests::honest()).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    let _ = std::fs::remove_dir_all(folder);
    line
}
