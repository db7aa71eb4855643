//! The binary `doudi`: one program with subcommands. Everything is in the library, so that tests run the same code.

use std::process::ExitCode;

fn main() -> ExitCode {
    // A compilation in a limited child process runs this very program; it needs nothing of what follows.
    if let Some(code) = doudi_plugin_host::compile_child_main() {
        return code;
    }
    doudi_server::commands::main()
}
