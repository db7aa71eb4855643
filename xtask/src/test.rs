//! `cargo xtask test`: every test there is, in one list, with what each needs installed before and stopped after. A failing
//! part does not stop the others: one run tells everything that is wrong.

use crate::shell::{self, cargo, seconds};
use crate::{api, demo, install, plugins, postgres, reference, schemas};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Options {
    /// Runs only the Rust tests (with `--only browser`: the stories) whose name contains this.
    filter: Option<String>,
    /// Runs only these parts, separated by commas: format, lints, schemas, rust, docs, api, browser.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

/// Name and one sentence; the order is from quick to slow.
const PARTS: [(&str, &str); 7] = [
    ("format", "every file is formatted"),
    ("lints", "clippy has nothing to say"),
    ("schemas", "the published JSON Schemas and the reference of the SDK are current"),
    ("rust", "unit, storage on both engines, plugins through the host, web"),
    ("docs", "examples in the documentation compile and run"),
    ("api", "schemathesis: no answer of the API that its documentation does not name"),
    ("browser", "the whole story in a real browser"),
];

struct Outcome {
    part: &'static str,
    what: &'static str,
    time: Duration,
    error: Option<String>,
}

pub fn run(options: &Options) -> Result<()> {
    for only in &options.only {
        if !PARTS.iter().any(|(part, _)| part == only) {
            let known: Vec<&str> = PARTS.iter().map(|(part, _)| *part).collect();
            bail!("there is no part `{only}`; there are: {}", known.join(", "));
        }
    }
    let wanted = |part: &str| match (&options.filter, options.only.is_empty()) {
        (Some(_), true) => part == "rust",
        (None, true) => true,
        (_, false) => options.only.iter().any(|only| only == part),
    };
    if wanted("rust") || wanted("api") || wanted("browser") {
        prepare(wanted("browser"))?;
    }
    let mut outcomes = Vec::new();
    for (part, what) in PARTS.into_iter().filter(|(part, _)| wanted(part)) {
        println!("\n── {part}: {what}");
        let began = Instant::now();
        let result = match part {
            "format" => format(),
            "lints" => lints(),
            "schemas" => schemas::run(true).and_then(|()| reference::run(true)),
            "rust" => rust(options.filter.as_deref()),
            "docs" => {
                shell::show(&mut cargo(["test", "--workspace", "--doc", "--quiet"]), "Mend the example named above.")
            }
            "api" => api::run(),
            _ => browser(options.filter.as_deref()),
        };
        if let Err(error) = &result {
            eprintln!("{error:#}");
        }
        let error = result.err().map(|error| format!("{error}").lines().next().unwrap_or_default().to_owned());
        outcomes.push(Outcome { part, what, time: began.elapsed(), error });
    }
    summary(&outcomes)
}

fn summary(outcomes: &[Outcome]) -> Result<()> {
    println!("\n{:10} {:8} {:>14}  ", "part", "result", "time");
    for outcome in outcomes {
        let result = if outcome.error.is_none() { "ok" } else { "FAILED" };
        let words = outcome.error.as_deref().unwrap_or(outcome.what);
        println!("{:10} {result:8} {:>14}  {words}", outcome.part, seconds(outcome.time));
    }
    let total: Duration = outcomes.iter().map(|outcome| outcome.time).sum();
    println!("{:10} {:8} {:>14}", "", "", seconds(total));
    let failed: Vec<&str> =
        outcomes.iter().filter(|outcome| outcome.error.is_some()).map(|outcome| outcome.part).collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}. To repeat only those: cargo xtask test --only {}", failed.join(", "), failed.join(","))
}

/// Everything the tests take for granted.
fn prepare(browser: bool) -> Result<()> {
    println!("── setting up");
    install::wasm_target()?;
    let mut needs = install::test_needs();
    if !browser {
        needs.retain(|need| need.for_what != "browser tests" && need.package != "fonts-noto-cjk");
    }
    if std::env::var_os("DOUDI_TEST_POSTGRES").is_some() {
        needs.retain(|need| need.package != "postgresql");
    }
    install::debian_packages(&needs)?;
    install::npm_packages(&crate::root().join("kernel/server/assets"))?;
    if browser {
        install::npm_packages(&crate::root().join("tests/browser"))?;
    }
    Ok(())
}

fn format() -> Result<()> {
    shell::show(&mut cargo(["fmt", "--all", "--check"]), "Run `cargo fmt --all`.")
}

fn lints() -> Result<()> {
    let mut command = cargo(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]);
    shell::show(&mut command, "Each finding above says how to mend it.")
}

fn rust(filter: Option<&str>) -> Result<()> {
    plugins::build_all()?;
    // Some tests start the program itself.
    plugins::build_programs(&["doudi-server", "doudi-demo"])?;
    let oracles = install::oracles()?;
    let database = match std::env::var("DOUDI_TEST_POSTGRES") {
        Ok(address) => address,
        Err(_) => postgres::start()?,
    };
    let mut command = if shell::which("cargo-nextest").is_some() {
        cargo([
            "nextest",
            "run",
            "--workspace",
            "--no-fail-fast",
            "--status-level",
            "slow",
            "--final-status-level",
            "fail",
        ])
    } else {
        cargo(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast", "--quiet"])
    };
    command.args(filter);
    command.env("DOUDI_TEST_POSTGRES", database).env("DOUDI_REQUIRE_POSTGRES", "1");
    command.env("DOUDI_ORACLES", oracles).env("DOUDI_REQUIRE_ORACLES", "1");
    shell::show(&mut command, "The failing tests are named above; run one alone with `cargo xtask test NAME`.")
}

/// A prepared city, a server on a free port, and Chromium going through a story: an application in an empty city, three months of
/// payments, one family through all measures, a phone without a signal.
fn browser(filter: Option<&str>) -> Result<()> {
    let folder = crate::root().join("tests/browser");
    if !install::npm_packages(&folder)? {
        bail!("the npm packages of tests/browser are not installed. Install npm, then try again");
    }
    let chromium =
        install::chromium().context("chromium was not found. Install it, or set DOUDI_CHROMIUM to its path")?;
    let mut failed = Vec::new();
    for script in ["story.mjs", "payday.mjs", "joined.mjs", "field.mjs"] {
        if filter.is_some_and(|filter| !script.contains(filter)) {
            continue;
        }
        println!("   {script}");
        let city = match script {
            "story.mjs" => demo::City::for_browser_tests(),
            "payday.mjs" => demo::City::for_payday(),
            "joined.mjs" => demo::City::for_joined(),
            _ => demo::City::for_fieldwork(),
        };
        if let Err(error) = city.and_then(|city| story(script, &folder, &chromium, &city)) {
            eprintln!("{error:#}");
            failed.push(script);
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("{} failed", failed.join(" and ")) }
}

fn story(script: &str, folder: &Path, chromium: &Path, city: &demo::City) -> Result<()> {
    let mut command = Command::new("node");
    command
        .arg(script)
        .current_dir(folder)
        .env("DOUDI_CHROMIUM", chromium)
        .env("DOUDI_BINARY", city.binary())
        .env("DOUDI_CITY", city.folder())
        .env("DOUDI_ROSTER", city.roster())
        .env("DOUDI_MISTAKES", city.mistakes())
        .env("DOUDI_PASSWORD", demo::PASSWORD);
    shell::show(&mut command, "What the browser saw is in tests/browser/screenshots.")
}
