//! `cargo xtask bench`: builds the plugins and the bench program, and runs it. The program is built as a release: figures of
//! unoptimised code say nothing, and nothing else needs that build.

use crate::plugins;
use crate::shell::{self, cargo, quietly};
use anyhow::Result;
use std::process::Command;

#[derive(clap::Args)]
pub struct Options {
    /// Prints JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// How many households the bulk part goes over.
    #[arg(long, default_value_t = 1_000_000)]
    households: u64,
    /// How many households the shadow run goes over, in a database; 0 leaves it out.
    #[arg(long, default_value_t = 100_000)]
    shadow_households: u64,
}

pub fn run(options: &Options) -> Result<()> {
    let packages = plugins::build_rust()?;
    quietly(
        "building the bench, optimised (several minutes the first time)",
        &mut cargo(["build", "--quiet", "--release", "--package", "doudi-bench"]),
        "The messages above are the compiler's.",
    )?;
    let mut command = Command::new(crate::target().join("release/doudi-bench"));
    command.arg("--households");
    command.arg(options.households.to_string());
    command.arg("--shadow-households");
    command.arg(options.shadow_households.to_string());
    if options.json {
        command.arg("--json");
    }
    command.args(packages);
    shell::show(&mut command, "The message above says what is missing.")
}
