//! Compiling in a child process, in a binary that understands the child's word as the server does: it compiles what is
//! good, and a limit ends the child, not this process.

mod support;

use doudi_plugin_host::PluginHost;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use support::{Folder, config, hello};

fn main() -> ExitCode {
    if let Some(code) = doudi_plugin_host::compile_child_main() {
        return code;
    }
    // The test runner lists before it runs.
    if std::env::args().any(|argument| argument == "--list") {
        println!("compile_child: test");
        return ExitCode::SUCCESS;
    }
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        a_good_component_is_compiled_in_the_child().await;
        a_child_without_memory_is_refused_and_this_process_lives().await;
        a_compile_bomb_is_ended_in_time().await;
        a_compiler_writes_no_file();
    });
    println!("compile_child: ok");
    ExitCode::SUCCESS
}

async fn a_good_component_is_compiled_in_the_child() {
    let folder = Folder::new("child");
    let mut settings = config(&folder);
    settings.compile_in_process = false;
    let host = PluginHost::new(settings).expect("the pool fits");
    let admitted = host.admit(hello()).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(admitted.manifest.id, "hello");
}

async fn a_child_without_memory_is_refused_and_this_process_lives() {
    let folder = Folder::new("child-limit");
    let mut settings = config(&folder);
    settings.compile_in_process = false;
    settings.compile_memory = 8 * 1024 * 1024;
    let host = PluginHost::new(settings).expect("the pool fits");
    let refusal = host.admit(hello()).await.expect_err("8 MiB are too little to compile in");
    assert_eq!(refusal.problems[0].code, "component.compile", "{refusal}");
}

/// One function with many variables that all live across many joins: what register allocation finds hardest. Small for its
/// reader, long for its compiler.
fn bomb() -> Vec<u8> {
    use wasm_encoder::{
        CodeSection, Component, ExportSection, Function, FunctionSection, Module, ModuleSection, TypeSection, ValType,
    };
    const VARIABLES: u32 = 1_500;
    const JOINS: u32 = 2_500;
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut exports = ExportSection::new();
    exports.export("bomb", wasm_encoder::ExportKind::Func, 0);
    let mut function = Function::new([(VARIABLES, ValType::I32)]);
    let mut body = function.instructions();
    for join in 0..JOINS {
        let variable = 1 + (join * 7) % VARIABLES;
        let other = 1 + (join * 13 + 5) % VARIABLES;
        body.local_get(0).if_(wasm_encoder::BlockType::Empty);
        body.local_get(other).local_get(0).i32_add().local_set(variable);
        body.else_();
        body.local_get(variable).local_get(other).i32_mul().local_set(other);
        body.end();
    }
    body.local_get(0);
    for variable in 1..=VARIABLES {
        body.local_get(variable).i32_xor();
    }
    body.end();
    let mut code = CodeSection::new();
    code.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&exports).section(&code);
    let mut component = Component::new();
    component.section(&ModuleSection(&module));
    component.finish()
}

/// Starts this very program as the compiling child, with limits, and gives its exit and its output's length.
fn compile(component: &[u8], seconds: u64) -> (std::process::ExitStatus, usize) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .arg(doudi_plugin_host::COMPILE_WORD)
        .env("DOUDI_COMPILE_MEMORY", (1_u64 << 30).to_string())
        .env("DOUDI_COMPILE_SECONDS", seconds.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    let component = component.to_vec();
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, &component));
    let output = child.wait_with_output().expect("it ends");
    let _ = writer.join();
    (output.status, output.stdout.len())
}

async fn a_compile_bomb_is_ended_in_time() {
    let bomb = bomb();
    assert!(bomb.len() < 100_000, "{} bytes are no small file", bomb.len());
    let began = Instant::now();
    let (status, _) = compile(&bomb, 1);
    assert!(!status.success(), "the bomb was compiled in a second: make it larger");
    assert!(began.elapsed() < Duration::from_secs(30), "ended after {:?}", began.elapsed());
    println!("compile bomb of {} bytes ended after {:?}", bomb.len(), began.elapsed());
}

/// A process with the child's limits can write into pipes and into no file: the very same compilation fails when its output is
/// one.
fn a_compiler_writes_no_file() {
    let folder = Folder::new("child-file");
    std::fs::create_dir_all(&folder.0).expect("a folder");
    let (status, length) = compile(hello(), 60);
    assert!(status.success() && length > 0, "into a pipe it is compiled");
    let path = folder.0.join("out");
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .arg(doudi_plugin_host::COMPILE_WORD)
        .stdin(Stdio::piped())
        .stdout(std::fs::File::create(&path).expect("a file"))
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    let _ = std::io::Write::write_all(&mut stdin, hello());
    drop(stdin);
    assert!(!child.wait().expect("it ends").success(), "a file was written");
    assert_eq!(std::fs::metadata(&path).expect("a file").len(), 0);
}
