//! What the packer can tell an author before any county sees the package: points are what is exported, imports are declared,
//! and the manifest refers only to what exists. The kernel checks again, and more, at admission.

use crate::component::Surface;
use anyhow::{Result, bail};
use doudi_documents::manifest::{Collection, Manifest, Place};
use doudi_documents::scenario::Scenario;
use std::collections::BTreeSet;

/// Collects what is wrong, so that an author is told once.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn require(&mut self, holds: bool, finding: impl FnOnce() -> String) {
        if !holds {
            self.0.push(finding());
        }
    }
}

/// Checks a manifest against itself and against what its component imports and exports.
///
/// # Errors
/// Names everything wrong at once.
pub fn check(manifest: &Manifest, surface: &Surface) -> Result<()> {
    let mut findings = Findings::default();
    identity(manifest, &mut findings);
    points(manifest, surface, &mut findings);
    imports(manifest, surface, &mut findings);
    references(manifest, &mut findings);
    for collection in &manifest.collections {
        workflow(manifest, collection, &mut findings);
    }
    for scenario in &manifest.scenarios {
        vector(manifest, scenario, &mut findings);
    }
    if findings.0.is_empty() {
        return Ok(());
    }
    bail!("plugin {} {} cannot be packed:\n  - {}", manifest.id, manifest.version, findings.0.join("\n  - "))
}

fn identity(manifest: &Manifest, findings: &mut Findings) {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let id = manifest.id.as_bytes();
    findings.require(id.first().is_some_and(u8::is_ascii_lowercase) && id.iter().all(|byte| plain(*byte)), || {
        format!("id {:?} should be lower-case words with hyphens", manifest.id)
    });
    let contract = semver_of_contract();
    findings.require(manifest.contract.matches(&contract), || {
        format!("contract {} does not include {contract}, which this packer builds for", manifest.contract)
    });
}

/// The contract this packer was built with.
fn semver_of_contract() -> semver::Version {
    semver::Version::new(1, 3, 0)
}

fn points(manifest: &Manifest, surface: &Surface, findings: &mut Findings) {
    let declared: BTreeSet<&str> = manifest.points.iter().map(String::as_str).collect();
    let mut exported = BTreeSet::new();
    for export in &surface.exports {
        match export.strip_prefix("doudi:measure/").and_then(|rest| rest.split_once('@')) {
            Some((point, _)) => {
                exported.insert(point);
            }
            None if export.starts_with("doudi:") => {
                findings.0.push(format!("the component exports {export}, which is no extension point"));
            }
            // What a language's own runtime exports beside them; the kernel does not look at it.
            None => {}
        }
    }
    for point in declared.difference(&exported) {
        findings.0.push(format!("points names `{point}`, but the component does not export it: doudi_sdk::export!"));
    }
    for point in exported.difference(&declared) {
        findings.0.push(format!("the component exports `{point}`, but points does not name it"));
    }
}

fn imports(manifest: &Manifest, surface: &Surface, findings: &mut Findings) {
    for import in &surface.imports {
        if import.starts_with("doudi:types/types@") {
            continue;
        }
        match import.strip_prefix("doudi:kernel/").and_then(|rest| rest.split_once('@')) {
            Some((interface, _)) => findings
                .require(manifest.imports.iter().any(|declared| declared == interface), || {
                    format!("the component imports `{interface}`, but imports does not name it")
                }),
            None => findings.0.push(format!("the component imports {import}, which no kernel lends")),
        }
    }
}

/// Forms, pages and reasons that are named must exist, and only once.
fn references(manifest: &Manifest, findings: &mut Findings) {
    let lists: [(&str, Vec<&str>); 8] = [
        ("collections", manifest.collections.iter().map(|entry| entry.id.as_str()).collect()),
        ("forms", manifest.forms.iter().map(|entry| entry.id.as_str()).collect()),
        ("pages", manifest.pages.iter().map(|entry| entry.id.as_str()).collect()),
        ("jobs", manifest.jobs.iter().map(|entry| entry.id.as_str()).collect()),
        ("parameters", manifest.parameters.iter().map(|entry| entry.code.as_str()).collect()),
        ("outcomes", manifest.outcomes.iter().map(|entry| entry.code.as_str()).collect()),
        ("figures", manifest.figures.iter().map(|entry| entry.code.as_str()).collect()),
        ("reasons", manifest.reasons.iter().map(|entry| entry.code.as_str()).collect()),
    ];
    for (list, names) in lists {
        let mut seen = BTreeSet::new();
        for name in names {
            findings.require(seen.insert(name), || format!("{list} has `{name}` twice"));
        }
    }
    for reason in &manifest.reasons {
        findings.require(matches!(reason.verdict.as_str(), "met" | "not-met" | "finding"), || {
            format!("reason `{}`: verdict is met, not-met or finding, not {:?}", reason.code, reason.verdict)
        });
        for sentence in [&reason.text.zh, &reason.text.en] {
            for argument in arguments(sentence) {
                findings.require(argument < reason.args, || {
                    format!("reason `{}` uses argument {argument}, but args is {}", reason.code, reason.args)
                });
            }
        }
    }
    for effect in &manifest.effects {
        findings.require(doudi_documents::kinds::ALL.contains(&effect.kind.as_str()), || {
            format!("effects: `{}` is no kind; there are {}", effect.kind, doudi_documents::kinds::ALL.join(", "))
        });
    }
    for (list, point) in [
        (!manifest.pages.is_empty(), "view"),
        (!manifest.jobs.is_empty(), "tick"),
        (!manifest.subscriptions.is_empty(), "react"),
        (!manifest.answers.is_empty(), "answer"),
        (!manifest.feeds.is_empty(), "intake"),
        (!manifest.scenarios.is_empty(), "assess"),
        (manifest.forms.iter().any(|form| form.reacts), "fill"),
    ] {
        findings.require(!list || manifest.points.iter().any(|declared| declared == point), || {
            format!("the manifest has work for `{point}`, but points does not name it")
        });
    }
}

/// Positions of the arguments in a sentence.
fn arguments(sentence: &str) -> impl Iterator<Item = u32> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once(':')?.0.parse().ok())
}

fn workflow(manifest: &Manifest, collection: &Collection, findings: &mut Findings) {
    let id = &collection.id;
    let flow = &collection.workflow;
    let state_exists = |state: &str| state == flow.initial || flow.state(state).is_some();
    for action in &flow.actions {
        for state in action.from.iter().chain(&action.to) {
            findings.require(state_exists(state), || format!("{id}: action `{}` names no state `{state}`", action.id));
        }
        if let Some(form) = &action.form {
            findings.require(manifest.form(form).is_some(), || {
                format!("{id}: action `{}` asks no form `{form}`", action.id)
            });
        }
        for other in &action.not_by_actor_of {
            findings.require(flow.action(other).is_some(), || {
                format!("{id}: action `{}` names no action `{other}`", action.id)
            });
        }
    }
    for state in &flow.states {
        if let Some(stage) = &state.stage {
            findings.require(flow.stages.iter().any(|known| known.id == *stage), || {
                format!("{id}: state `{}` belongs to no stage `{stage}`", state.id)
            });
        }
        if let Some(parameter) = state.deadline.as_ref().and_then(|deadline| deadline.parameter.as_ref()) {
            findings.require(manifest.parameters.iter().any(|known| known.code == *parameter), || {
                format!("{id}: the deadline of `{}` names no parameter `{parameter}`", state.id)
            });
        }
    }
    if let Some(page) = &collection.page {
        findings.require(manifest.page(page).is_some(), || format!("{id}: there is no page `{page}`"));
    }
    if let Some(create) = &collection.create {
        findings.require(flow.action(create).is_some(), || format!("{id}: there is no action `{create}` to create it"));
    }
    for page in &collection.create_pages {
        findings.require(manifest.page(page).is_some_and(|page| page.place == Place::Menu), || {
            format!("{id}: create_pages names `{page}`, which is no page of place `menu`")
        });
    }
    findings.require(collection.create.is_some() || collection.create_pages.is_empty(), || {
        format!("{id}: create_pages without an action to create it")
    });
}

fn vector(manifest: &Manifest, scenario: &Scenario, findings: &mut Findings) {
    let name = &scenario.name;
    let fields = manifest.fields();
    let members = scenario.members.iter();
    let named = scenario.household.keys().map(String::as_str).chain(members.flat_map(|member| {
        member.fields.keys().map(String::as_str).chain(member.items.iter().map(|item| item.field.as_str()))
    }));
    for field in named {
        findings.require(fields.contains(&field), || format!("scenario {name}: inputs does not declare `{field}`"));
    }
    for code in scenario.parameters.keys() {
        findings.require(manifest.parameters.iter().any(|known| known.code == *code), || {
            format!("scenario {name}: there is no parameter `{code}`")
        });
    }
    let expect = &scenario.expect;
    findings.require(manifest.outcome(&expect.outcome).is_some(), || {
        format!("scenario {name}: there is no outcome `{}`", expect.outcome)
    });
    for code in expect.reasons.iter().chain(&expect.without) {
        findings.require(manifest.reason(code).is_some(), || format!("scenario {name}: there is no reason `{code}`"));
    }
    for code in expect.figures.keys() {
        findings.require(manifest.figures.iter().any(|known| known.code == *code), || {
            format!("scenario {name}: there is no figure `{code}`")
        });
    }
}
