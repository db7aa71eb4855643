//! `cargo xtask test --only api`: the real server on a small city, and schemathesis asking it everything its documentation
//! allows and much that it does not, once for each kind of office that may do something of its own.

use crate::demo::City;
use crate::shell::{self, quietly};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Login and the resources only her office does something with. Those who could lock the others out come last.
const RUNS: [(&str, &[&str]); 4] = [
    ("wang.fang", &["me", "households", "documents", "decisions", "notices", "imports", "measures"]),
    ("zhou.min", &["audit", "figures"]),
    ("he.zhi", &["plugins", "parameters", "calendar", "divisions", "jobs"]),
    ("sun.jing", &["users"]),
];
/// Seconds one run may take.
const SECONDS: u32 = 30;
/// Requests made up for one operation, beside those that try out each constraint.
const EXAMPLES: u32 = 8;

pub fn run() -> Result<()> {
    let folder = install()?;
    let city = City::for_api_tests()?;
    let mut tokens = Vec::new();
    for (login, _) in RUNS {
        tokens.push(city.token(login)?);
    }
    let server = Server::start(&city)?;
    let mut failed = Vec::new();
    for ((login, tags), token) in RUNS.iter().zip(&tokens) {
        println!("\n   as {login}: {}", tags.join(", "));
        let mut command = Command::new(folder.join("venv/bin/schemathesis"));
        command
            .args(["--config-file", "tests/api/schemathesis.toml", "run"])
            .arg(format!("{}/api/v1/openapi.json", server.address))
            .args(["--header", &format!("Authorization: Bearer {token}")])
            .args(["--phases", "examples,coverage,fuzzing", "--max-examples", &EXAMPLES.to_string()])
            // One worker: with several, Python's own parser trips over itself now and then.
            .args(["--max-time", &SECONDS.to_string(), "--workers", "1", "--seed", "20220720", "--no-color"])
            // Components are bytes no generator can make; hostile ones have tests of their own.
            .args(["--exclude-operation-id", "plugins.install", "--exclude-operation-id", "plugins.install_bundle"])
            .args(["--suppress-health-check", "all", "--warnings", "off"])
            .current_dir(crate::root());
        for tag in *tags {
            command.args(["--include-tag", tag]);
        }
        if shell::show(&mut command, "Each failure above has a curl line that repeats it.").is_err() {
            failed.push(*login);
        }
    }
    drop(server);
    if failed.is_empty() { Ok(()) } else { bail!("the API did not answer as documented for {}", failed.join(", ")) }
}

fn install() -> Result<PathBuf> {
    let folder = crate::target().join("schemathesis");
    quietly(
        "installing schemathesis",
        Command::new("sh").arg("tests/api/install.sh").arg(&folder).current_dir(crate::root()),
        "Check the network and pip's index, then try again.",
    )?;
    Ok(folder)
}

/// The server of the city on a port of its own; ended when dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(city: &City) -> Result<Server> {
        let mut command = city.server();
        command.args(["--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().context("the server did not start")?;
        let output = child.stdout.take().context("the server has no output")?;
        // `兜底已启动：http://127.0.0.1:40123  （按 Ctrl+C 停止）`.
        let mut lines = BufReader::new(output).lines();
        for line in lines.by_ref() {
            let line = line?;
            if let Some((_, rest)) = line.split_once("http://") {
                let address = rest.split_whitespace().next().unwrap_or_default();
                return Ok(Server { child, address: format!("http://{address}") });
            }
        }
        let _ = child.kill();
        bail!("the server ended before it said where it listens")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
