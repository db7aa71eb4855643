//! The county's acceptance cases: families with the answer the county expects, saved by an officer from a real file without
//! names, from a form or from a file of scenarios, and put to any installed version. They gate every upgrade.

mod household;

use super::reads::{Shared, SnapshotReads};
use super::{App, consult, in_own_task, manifests, plugin};
use doudi_documents::Manifest;
use doudi_documents::scenario::{Expect, Scenario};
use doudi_domain::acceptance::{AcceptanceCase, Source};
use doudi_domain::policy::{self, Permission};
use doudi_domain::{AcceptanceId, Actor, Date, Error, Fen, Problem, Result};
use doudi_plugin_host::{CallContext, CaseAnswer, Grants, Plugin, Recording, requested, scenario_problems};
use doudi_storage::Snapshot;
use doudi_storage::acceptance::NewAcceptance;
pub use household::{Copied, HouseholdCase, copy_of_household, household_by_number, save_household};
use std::sync::Arc;
use tokio::sync::Mutex;

/// A case with what it expects, in words.
#[derive(Clone, Debug)]
pub struct CaseView {
    pub case: AcceptanceCase,
    pub scenario: Scenario,
    pub expected: Expected,
}

/// 享受低保，每月 630.00 元.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    pub outcome: String,
    pub outcome_zh: String,
    pub outcome_en: String,
    pub amount: Fen,
}

/// What one version answered to one case.
#[derive(Clone, Debug)]
pub struct CaseResult {
    pub view: CaseView,
    /// Or why there is no answer.
    pub answer: std::result::Result<CaseAnswer, String>,
    /// Each difference from what is expected, in words; none: the case passed.
    pub faults: Vec<String>,
}

impl CaseResult {
    pub fn passed(&self) -> bool {
        self.faults.is_empty()
    }
}

/// All cases of a plugin against one version.
#[derive(Clone, Debug)]
pub struct AcceptanceRun {
    pub plugin: plugin::PluginRef,
    pub results: Vec<CaseResult>,
}

impl AcceptanceRun {
    pub fn passed(&self) -> usize {
        self.results.iter().filter(|result| result.passed()).count()
    }

    pub fn all_passed(&self) -> bool {
        self.results.iter().all(CaseResult::passed)
    }
}

/// A case to be kept.
#[derive(Clone, Debug)]
pub struct AcceptanceDraft {
    pub plugin: String,
    pub scenario: Scenario,
    pub source: Source,
    pub note: String,
}

/// The county's cases of a plugin (of all when empty); withdrawn ones only when asked for.
pub async fn list(app: &App, actor: &Actor, plugin: &str, withdrawn: bool) -> Result<Vec<CaseView>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let manifests = manifests::by_plugin(&mut snapshot, app.today()).await?;
    let cases = snapshot.acceptance_list(plugin, withdrawn).await?;
    cases.into_iter().map(|case| view(manifests.get(&case.plugin).map(Arc::as_ref), case)).collect()
}

/// One with its family: for those who keep them. Others see names and results.
pub async fn fetch(app: &App, actor: &Actor, id: AcceptanceId) -> Result<CaseView> {
    policy::require(actor, Permission::AcceptanceWrite)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let case = snapshot.acceptance_fetch(id).await?;
    let manifests = manifests::by_plugin(&mut snapshot, app.today()).await?;
    view(manifests.get(&case.plugin).map(Arc::as_ref), case)
}

fn view(manifest: Option<&Manifest>, case: AcceptanceCase) -> Result<CaseView> {
    let scenario: Scenario = serde_json::from_str(&case.scenario)
        .map_err(|error| Error::failure("验收用例的内容无法读取，请停用后重新登记", error))?;
    Ok(CaseView { expected: expected(manifest, &scenario.expect), case, scenario })
}

fn expected(manifest: Option<&Manifest>, expect: &Expect) -> Expected {
    let label = manifest.and_then(|manifest| manifest.outcome(&expect.outcome)).map(|outcome| &outcome.label);
    let word = |text: Option<&str>| text.unwrap_or(&expect.outcome).to_owned();
    Expected {
        outcome: expect.outcome.clone(),
        outcome_zh: word(label.map(|label| label.zh.as_str())),
        outcome_en: word(label.map(|label| label.in_language(true))),
        amount: Fen(expect.amount),
    }
}

/// Keeps a case. `Invalid` with everything that cannot be so.
pub async fn save(app: &App, actor: &Actor, draft: AcceptanceDraft) -> Result<AcceptanceId> {
    policy::require(actor, Permission::AcceptanceWrite)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let manifests = manifests_of(&mut snapshot, &draft.plugin).await?;
    if manifests.is_empty() {
        return Err(Error::invalid("措施", "acceptance.plugin", format!("没有安装措施“{}”", draft.plugin)));
    }
    drop(snapshot);
    let mut problems = scenario_problems(&draft.scenario);
    let outcome = &draft.scenario.expect.outcome;
    if !manifests.iter().any(|manifest| manifest.outcome(outcome).is_some()) {
        let mut known: Vec<String> = Vec::new();
        for outcome in manifests.iter().flat_map(|manifest| &manifest.outcomes) {
            let word = format!("{}（{}）", outcome.code, outcome.label.zh);
            if !known.contains(&word) {
                known.push(word);
            }
        }
        let message = format!("没有结论“{outcome}”，可填：{}", known.join("、"));
        problems.push(Problem::new("期望的结论", "acceptance.outcome", message));
    }
    if draft.note.chars().count() > 500 {
        problems.push(Problem::new("说明", "acceptance.note", "说明最多 500 字"));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let date: Date =
        draft.scenario.date.parse().map_err(|_| Error::invalid("日期", "acceptance.date", "请填写日期"))?;
    let new = NewAcceptance {
        plugin: draft.plugin,
        name: draft.scenario.name.trim().to_owned(),
        date,
        scenario: serde_json::to_string(&draft.scenario).map_err(|error| Error::failure("用例没有保存", error))?,
        source: draft.source,
        note: draft.note.trim().to_owned(),
    };
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        let id = write.acceptance_save(&new).await?;
        write.commit().await?;
        Ok(id)
    })
    .await
}

/// Reads a file of scenarios, TOML as vendors write them or the JSON of the API, and keeps every one of them or none.
pub async fn save_file(app: &App, actor: &Actor, plugin: &str, text: &str) -> Result<Vec<AcceptanceId>> {
    policy::require(actor, Permission::AcceptanceWrite)?;
    let scenarios = parse(text)?;
    let mut problems = Vec::new();
    for scenario in &scenarios {
        for problem in scenario_problems(scenario) {
            problems.push(Problem::new(&scenario.name, problem.code, problem.message));
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let mut saved = Vec::with_capacity(scenarios.len());
    for scenario in scenarios {
        let draft = AcceptanceDraft { plugin: plugin.to_owned(), scenario, source: Source::File, note: String::new() };
        saved.push(save(app, actor, draft).await?);
    }
    Ok(saved)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioFile {
    scenario: Vec<Scenario>,
}

fn parse(text: &str) -> Result<Vec<Scenario>> {
    let wrong = |error: String| Error::invalid("用例文件", "acceptance.file", format!("用例文件的写法有误：{error}"));
    let file: ScenarioFile = match text.trim_start().starts_with('{') {
        true => serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?,
        false => toml::from_str(text).map_err(|error| wrong(error.to_string()))?,
    };
    match file.scenario.len() {
        0 => Err(wrong("没有用例".to_owned())),
        _ => Ok(file.scenario),
    }
}

pub async fn withdraw(app: &App, actor: &Actor, id: AcceptanceId, reason: &str) -> Result<()> {
    policy::require(actor, Permission::AcceptanceWrite)?;
    let reason = reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > 200 {
        return Err(Error::invalid("原因", "acceptance.reason", "请写明停用的原因，200 字以内"));
    }
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.acceptance_withdraw(id, &reason).await?;
        write.commit().await
    })
    .await
}

/// Puts the county's cases to a version: the one in force today when no digest is given. Nothing is written.
pub async fn run(app: &App, actor: &Actor, plugin: &str, digest: Option<&str>) -> Result<AcceptanceRun> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?.without_noting();
    let pin = snapshot.enablement_at(plugin, app.today()).await?;
    let digest = match (digest, &pin) {
        (Some(digest), _) => plugin::find_release(&mut snapshot, digest, Some(plugin)).await?.digest,
        (None, Some(pin)) => pin.digest.clone(),
        (None, None) => return Err(Error::refused("这项措施没有启用，请指明要验证的版本")),
    };
    let loaded = consult::load(app, &mut snapshot, &digest).await?;
    let terms = match pin.filter(|pin| pin.digest == digest) {
        Some(pin) => Terms { settings: pin.settings, grants: pin.grants },
        None => Terms::of(&loaded),
    };
    put_to(app, actor, snapshot, &loaded, &terms).await
}

/// Under which settings and grants a version is asked.
pub(crate) struct Terms {
    pub settings: String,
    pub grants: Vec<String>,
}

impl Terms {
    /// Those of nobody in particular: all it asks for, and its own defaults.
    fn of(plugin: &Plugin) -> Terms {
        let manifest = plugin.manifest();
        let defaults = manifest.settings.as_ref().map(|settings| settings.defaults.to_string());
        Terms {
            settings: defaults.unwrap_or_else(|| "{}".to_owned()),
            grants: requested(manifest).into_iter().map(|capability| capability.code).collect(),
        }
    }
}

/// One case after the other, each on its own date with the parameters of that date.
pub(crate) async fn put_to(
    app: &App,
    actor: &Actor,
    mut snapshot: Snapshot,
    plugin: &Arc<Plugin>,
    terms: &Terms,
) -> Result<AcceptanceRun> {
    let reference = consult::plugin_ref(&mut snapshot, plugin.digest()).await?;
    let cases = snapshot.acceptance_list(plugin.id(), false).await?;
    let shared: Shared = Arc::new(Mutex::new(snapshot.without_noting()));
    let mut results = Vec::with_capacity(cases.len());
    for case in cases {
        let view = view(Some(plugin.manifest()), case)?;
        let answer = ask(app, actor, &shared, plugin, terms, &view.scenario, view.case.date).await;
        // What breaks is a case that did not pass; the others are asked all the same.
        let (answer, faults) = match answer {
            Ok(answer) => {
                let faults = compare(plugin.manifest(), &view.scenario.expect, &answer);
                (Ok(answer), faults)
            }
            Err(error) => (Err(error.to_string()), vec![format!("没有得到结论：{error}")]),
        };
        results.push(CaseResult { view, answer, faults });
    }
    Ok(AcceptanceRun { plugin: reference, results })
}

pub(crate) async fn ask(
    app: &App,
    actor: &Actor,
    shared: &Shared,
    plugin: &Arc<Plugin>,
    terms: &Terms,
    scenario: &Scenario,
    date: Date,
) -> Result<CaseAnswer> {
    let now = app.now();
    let mut context = CallContext::new(actor.clone(), date, now);
    context.settings = terms.settings.clone();
    context.grants = Grants::new(terms.grants.iter().cloned());
    context.trial = true;
    context.recording = Recording::Off;
    let reads = Box::new(SnapshotReads::new(app, actor, shared, plugin.id(), date, now, true));
    app.host.try_case(plugin, &context, reads, scenario).await
}

/// Every difference, as an officer says it.
fn compare(manifest: &Manifest, expect: &Expect, answer: &CaseAnswer) -> Vec<String> {
    let mut faults = Vec::new();
    if answer.outcome.code != expect.outcome {
        let expected = expected(Some(manifest), expect).outcome_zh;
        faults.push(format!("结论应为“{expected}”，得到“{}”", answer.outcome.label.zh));
    }
    if answer.amount.0 != expect.amount {
        faults.push(format!("金额应为每月 {} 元，得到 {} 元", Fen(expect.amount), answer.amount));
    }
    let sentence = |code: &str| manifest.reason(code).map_or_else(|| code.to_owned(), |reason| reason.text.zh.clone());
    let given = |code: &String| answer.reasons.iter().any(|reason| reason.code == *code);
    for code in expect.reasons.iter().filter(|code| !given(code)) {
        faults.push(format!("缺少理由“{}”", sentence(code)));
    }
    for code in expect.without.iter().filter(|code| given(code)) {
        faults.push(format!("不应有理由“{}”", sentence(code)));
    }
    for (code, value) in &expect.figures {
        let label = manifest.figures.iter().find(|figure| figure.code == *code).map(|figure| figure.label.zh.as_str());
        let label = label.unwrap_or(code);
        match answer.figures.iter().find(|(name, _)| name == code) {
            Some((_, got)) if got == value => {}
            Some((_, got)) => faults.push(format!("“{label}”应为 {value}，得到 {got}")),
            None => faults.push(format!("没有给出“{label}”")),
        }
    }
    faults
}

/// Manifests of every installed release of a plugin, newest first.
async fn manifests_of(snapshot: &mut Snapshot, plugin: &str) -> Result<Vec<Arc<Manifest>>> {
    let mut manifests = Vec::new();
    for release in snapshot.releases_list().await? {
        if release.plugin == plugin {
            manifests.push(manifests::of_digest(snapshot, &release.digest).await?);
        }
    }
    Ok(manifests)
}

/// Results one may be shown to choose from: those of every installed version, the version in force first.
pub async fn outcomes(app: &App, actor: &Actor, plugin: &str) -> Result<Vec<(String, doudi_documents::Text)>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let mut manifests = Vec::new();
    if let Some(pin) = snapshot.enablement_at(plugin, app.today()).await? {
        manifests.push(manifests::of_digest(&mut snapshot, &pin.digest).await?);
    }
    manifests.extend(manifests_of(&mut snapshot, plugin).await?);
    let mut outcomes: Vec<(String, doudi_documents::Text)> = Vec::new();
    for outcome in manifests.iter().flat_map(|manifest| &manifest.outcomes) {
        if !outcomes.iter().any(|(code, _)| *code == outcome.code) {
            outcomes.push((outcome.code.clone(), outcome.label.clone()));
        }
    }
    Ok(outcomes)
}

/// Measures that assess: those one can save cases for, by id, with their names.
pub async fn measures(app: &App, actor: &Actor) -> Result<Vec<(String, doudi_documents::Text)>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let manifests = manifests::by_plugin(&mut snapshot, app.today()).await?;
    let assesses = |manifest: &&Arc<Manifest>| manifest.points.iter().any(|point| point == "assess");
    Ok(manifests.values().filter(assesses).map(|manifest| (manifest.id.clone(), manifest.name.clone())).collect())
}

/// The fields a family of a plugin's cases may state: what any installed version reads, without what tells who it is.
pub async fn fields(app: &App, actor: &Actor, plugin: &str) -> Result<Vec<&'static doudi_domain::catalogue::Field>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    household::fields_of(&mut snapshot, plugin).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_vendors_and_of_the_api_are_read_and_slips_are_told() {
        let toml = "[[scenario]]\nname = \"一\"\ndate = \"2022-07-20\"\n[[scenario.members]]\nwho = \"户主\"\n\
                    [scenario.expect]\noutcome = \"granted\"\namount = 63000\n";
        let json = r#"{"scenario":[{"name":"一","date":"2022-07-20","members":[{"who":"户主"}],
                       "expect":{"outcome":"granted","amount":63000}}]}"#;
        assert_eq!(parse(toml).expect("TOML"), parse(json).expect("JSON"));
        for (text, word) in [("", "scenario"), ("[[scenario]]\nnam = 1", "nam"), ("{\"scenario\":[]}", "没有用例")]
        {
            let Err(Error::Invalid(problems)) = parse(text) else { panic!("{text} was read") };
            assert!(problems[0].message.contains(word), "{text}: {problems:?}");
        }
    }
}
