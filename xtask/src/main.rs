//! `cargo xtask …`: everything one does to the house that is not `cargo build`: the demonstration, all tests, plugin
//! packages, published schemas, the bench. Each command installs what it misses, says what it is doing, and cleans up after
//! itself, also when it fails or is interrupted.
#![forbid(unsafe_code)]

mod api;
mod bench;
mod cleanup;
mod demo;
mod install;
mod plugins;
mod postgres;
mod reference;
mod schemas;
mod shell;
mod test;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Doudi (兜底): demonstration, tests, packages, bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds everything, makes a demonstration city in `.demo/` and serves it.
    Demo(demo::Options),
    /// Runs every test: format, lints, unit, both storage engines, plugins through the host, web, browser.
    Test(test::Options),
    /// Builds and packs every plugin into `target/plugins/`.
    BuildPlugins,
    /// Writes the JSON Schemas of the documents kernel and plugins exchange into `wit/schemas/`.
    Schemas {
        /// Changes nothing; fails when a published schema is not the current one.
        #[arg(long)]
        check: bool,
    },
    /// Writes the reference of `sdk/docs` from contract, schemas and field catalogue.
    Reference {
        /// Changes nothing; fails when a page is not current.
        #[arg(long)]
        check: bool,
    },
    /// Measures the sandbox against native code, and a county on both storage engines; prints a table.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    cleanup::on_interrupt();
    let result = match Cli::parse().command {
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => test::run(&options),
        Command::BuildPlugins => plugins::build_all().map(drop),
        Command::Schemas { check } => schemas::run(check),
        Command::Reference { check } => reference::run(check),
        Command::Bench(options) => bench::run(&options),
    };
    cleanup::run();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's root, wherever the command was typed.
fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map(PathBuf::from).unwrap_or(own)
}

/// Where cargo puts what it builds.
fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => root().join(directory),
        None => root().join("target"),
    }
}
