//! Running scenarios: household and date in, outcome, amount and reasons out, compared with what the law says.

use super::{World, check_inputs, check_manifest};
use crate::decided::{Decided, assess_on};
use crate::points::Assess;
use doudi_documents::Id;
use doudi_documents::manifest::Manifest;
use doudi_documents::scenario::Scenario;
use serde::Deserialize;
use std::path::Path;

/// A file of scenarios: `[[scenario]]` tables.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenarios {
    /// In the order of the file.
    pub scenario: Vec<Scenario>,
}

/// The scenarios of a plugin: those in `scenarios/*.toml` of its folder, by file name, with the file's name.
///
/// # Panics
/// When a file cannot be read, naming it and the line.
pub fn scenarios(folder: impl AsRef<Path>) -> Vec<(String, Scenario)> {
    let folder = folder.as_ref().join("scenarios");
    let Ok(entries) = std::fs::read_dir(&folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let read: Scenarios = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        all.extend(read.scenario.into_iter().map(|scenario| (name.clone(), scenario)));
    }
    all
}

/// Runs every scenario of a plugin's folder (`env!("CARGO_MANIFEST_DIR")`) natively and returns how many there were.
///
/// # Panics
/// With every scenario that gives another answer, and in what; when there is none; when manifest and code disagree.
pub fn run_scenarios<P: Assess>(folder: impl AsRef<Path>) -> usize {
    let folder = folder.as_ref();
    let text =
        std::fs::read_to_string(folder.join("plugin.toml")).unwrap_or_else(|error| panic!("plugin.toml: {error}"));
    let manifest = super::manifest(&text);
    check_manifest::<P>(&manifest);
    check_inputs::<P::Family>(&manifest);
    let own = manifest.scenarios.iter().map(|scenario| ("plugin.toml".to_owned(), scenario.clone()));
    let all: Vec<(String, Scenario)> = own.chain(scenarios(folder)).collect();
    assert!(!all.is_empty(), "没有任何场景：请在 scenarios 目录中写下至少一个");
    let world = World::new("2022-07-20").manifest(&text);
    let mut failures = Vec::new();
    for (file, scenario) in &all {
        let differences = differences::<P>(&world, &manifest, scenario);
        if !differences.is_empty() {
            failures.push(format!("{file}：{}\n    {}", scenario.name, differences.join("\n    ")));
        }
    }
    assert!(failures.is_empty(), "{} 个场景中有 {} 个不符：\n{}", all.len(), failures.len(), failures.join("\n"));
    all.len()
}

/// In what the answer differs from the expectation.
fn differences<P: Assess>(world: &World, manifest: &Manifest, scenario: &Scenario) -> Vec<String> {
    let world = world.clone().scenario(scenario);
    let decided = match world.run(|context| assess_on::<P>(context, Id(1), context.today)) {
        Ok(decided) => decided,
        Err(refusal) => return vec![format!("没有结论：{refusal}")],
    };
    let expect = &scenario.expect;
    let mut differences = Vec::new();
    let mut differ = |what: &str, expected: String, found: String| {
        if expected != found {
            differences.push(format!("{what} 应为 {expected}，却是 {found}"));
        }
    };
    differ("结论", expect.outcome.clone(), decided.outcome.code.to_owned());
    differ("金额（分）", expect.amount.to_string(), decided.amount.0.to_string());
    for (code, value) in &expect.figures {
        let found = decided.figure(code).map_or_else(|| "没有这个数".to_owned(), |value| value.to_string());
        differ(code, value.to_string(), found);
    }
    for code in &expect.reasons {
        if !decided.gives(code) {
            differences.push(format!("缺少理由 {code}，给出的是 {}", given(&decided)));
        }
    }
    for code in &expect.without {
        if decided.gives(code) {
            differences.push(format!("不应有理由 {code}"));
        }
        if manifest.reason(code).is_none() {
            differences.push(format!("清单中没有理由 {code}"));
        }
    }
    differences
}

fn given(decided: &Decided) -> String {
    decided.reasons.iter().map(|given| given.reason.code).collect::<Vec<_>>().join("、")
}
