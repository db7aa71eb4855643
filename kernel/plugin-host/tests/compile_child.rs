//! Compiling in a child process, in a binary that understands the child's word as the server does: it compiles what is
//! good, and a limit ends the child, not this process.

mod support;

use doudi_plugin_host::PluginHost;
use std::process::ExitCode;
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
