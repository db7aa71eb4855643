//! `cargo xtask bench`: builds the plugins and the bench program, and runs it.

use crate::plugins;
use crate::shell::{self, cargo};
use anyhow::Result;

#[derive(clap::Args)]
pub struct Options {
    /// Prints JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// How many households the bulk part goes over.
    #[arg(long, default_value_t = 1_000_000)]
    households: u64,
}

pub fn run(options: &Options) -> Result<()> {
    let packages = plugins::build_all()?;
    let mut command = cargo(["run", "--quiet", "--package", "doudi-bench", "--", "--households"]);
    command.arg(options.households.to_string());
    if options.json {
        command.arg("--json");
    }
    command.args(packages);
    shell::show(&mut command, "The message above says what is missing.")
}
