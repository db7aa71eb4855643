//! `cargo xtask bench`: builds the plugins, the program and the bench, and runs the bench on both storage engines. Built as a
//! release: figures of unoptimised code say nothing, and nothing else needs that build. PostgreSQL is a temporary cluster as
//! durable as a city's, unless `DOUDI_TEST_POSTGRES` names one.

use crate::shell::{self, cargo, quietly};
use crate::{plugins, postgres};
use anyhow::Result;
use std::process::Command;

#[derive(clap::Args)]
pub struct Options {
    /// Prints JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Households of the county; the rule alone goes over ten times as many.
    #[arg(long, default_value_t = 100_000)]
    households: u64,
    /// How many households the shadow run goes over, in a database; 0 leaves it out. Belongs to the rule.
    #[arg(long, default_value_t = 100_000)]
    shadow_households: u64,
    /// Only these parts, apart by commas: rule, memory, import, decide, roster, start, pages, month.
    #[arg(long)]
    only: Option<String>,
}

pub fn run(options: &Options) -> Result<()> {
    let packages = plugins::build_rust()?;
    quietly(
        "building program and bench, optimised (several minutes the first time)",
        &mut cargo(["build", "--quiet", "--release", "--package", "doudi-server", "--package", "doudi-bench"]),
        "The messages above are the compiler's.",
    )?;
    let mut command = Command::new(crate::target().join("release/doudi-bench"));
    let only_rule = options.only.as_deref() == Some("rule");
    if !only_rule && std::env::var_os("DOUDI_TEST_POSTGRES").is_none() && postgres::folder().is_some() {
        command.env("DOUDI_TEST_POSTGRES", postgres::start_with(postgres::DURABLE)?);
        command.args([
            "--durability",
            &format!("defaults (fsync, synchronous_commit on) and {}", postgres::DURABLE.join(", ")),
        ]);
    }
    command.arg("--households");
    command.arg(options.households.to_string());
    command.arg("--shadow-households");
    command.arg(options.shadow_households.to_string());
    if let Some(only) = &options.only {
        command.args(["--only", only]);
    }
    if options.json {
        command.arg("--json");
    }
    command.args(packages);
    shell::show(&mut command, "The message above says what is missing.")
}
