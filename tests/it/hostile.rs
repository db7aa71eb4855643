//! Every hostile guest, end to end: an officer presses its button, its job falls due, its event arrives, its package is
//! installed. Each is stopped with a sentence that names plugin, version and cause; nothing it wished is written; the next
//! caller is served. What stopped each stands in `tests/output/hostile.txt`.

mod bent;
mod chains;
mod fairness;
mod masking;
mod pressed;
mod reach;
mod safeguards;

use crate::support::server::TestServer;
use doudi_domain::Error;
use jiff::civil::date;
use std::fmt::Write;

pub const TODAY: jiff::civil::Date = date(2022, 7, 20);

/// Behaviours of the rogue that only these tests name; `every_behaviour_is_tested` reads the list.
pub const NAMED: &[&str] = &[
    "odd-dates",
    "usurp",
    "circle",
    "circle-storm",
    "rogue.circle",
    "rogue.circle-storm",
    "rogue.echo",
    "rogue.storm",
    "tell-tale",
    "echo",
    "decision",
    "fact",
    "case",
    "document",
];

/// One guest and what became of it.
pub struct Line {
    /// Where it was stopped: 安装, 调用, 写入, 任务.
    pub stage: &'static str,
    pub guest: String,
    /// The code of the failure, or of the problem found at admission.
    pub code: String,
    /// What the officer or administrator reads.
    pub sentence: String,
}

impl Line {
    pub fn new(stage: &'static str, guest: &str, code: &str, sentence: &str) -> Line {
        let sentence = sentence.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        // A component's own words may be long; the beginning says it. The size of a file is that of today's compiler.
        let mut short = String::new();
        let mut digits = String::new();
        for character in sentence.chars().chain([' ']) {
            if character.is_ascii_digit() {
                digits.push(character);
                continue;
            }
            short.push_str(if digits.len() < 7 { &digits } else { "N" });
            digits.clear();
            short.push(character);
        }
        let sentence = short.trim_end().chars().take(200).collect();
        Line { stage, guest: guest.to_owned(), code: code.to_owned(), sentence }
    }
}

/// What a failed press says, and that it is a failure of the plugin and not the officer's.
#[track_caller]
pub fn failure(what: &str, error: Error) -> String {
    match error {
        Error::Failure { outside, .. } => {
            assert!(outside.contains("6.6."), "{what}: names no version: {outside}");
            outside
        }
        other => panic!("{what}: {other:?} is not a failure"),
    }
}

/// Rows of everything a plugin may cause to be written. What a call leaves on record of itself is not among them.
pub async fn written(server: &TestServer) -> Vec<(&'static str, i64)> {
    let mut counts = Vec::new();
    for table in
        ["document", "document_step", "decision", "event", "notice", "fact", "idempotency", "job", "attachment"]
    {
        counts.push((table, server.app.storage.count_rows(table).await.expect("a count")));
    }
    counts
}

/// At least thirty, each with its cause.
#[tokio::test(flavor = "multi_thread")]
async fn every_hostile_guest_is_stopped_and_named() {
    let mut lines = bent::lines().await;
    lines.extend(pressed::lines().await);
    lines.extend(reach::lines().await);
    lines.extend(chains::lines().await);
    let mut text = String::from(
        "# Hostile guests and what stopped them. Generated: DOUDI_UPDATE=1 cargo test -p doudi-tests --test it hostile::every\n",
    );
    let mut stage = "";
    for line in &lines {
        if line.stage != stage {
            stage = line.stage;
            let _ = write!(text, "\n## {stage}\n\n");
        }
        assert!(!line.code.is_empty() && !line.sentence.is_empty(), "{}", line.guest);
        let _ = writeln!(text, "{:<34} {:<22} {}", line.guest, line.code, line.sentence);
    }
    let _ = writeln!(text, "\n{} guests", lines.len());
    assert!(lines.len() >= 60, "only {} guests", lines.len());
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("output/hostile.txt");
    if std::env::var_os("DOUDI_UPDATE").is_some() {
        std::fs::write(&path, &text).expect("tests/output can be written");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == text, "{} differs; if that is meant, run with DOUDI_UPDATE=1\n{text}", path.display());
}
