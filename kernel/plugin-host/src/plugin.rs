//! A plugin ready to be called: its manifest, its parsed sentences, and its component prepared once for all counties.

use crate::bindings::exports::doudi::measure;
use crate::capability::{Effective, Grants};
use crate::engine::Engine;
use crate::imports;
use crate::limits::Limits;
use crate::points::Point;
use crate::reason::Sentence;
use crate::state::HostState;
use doudi_documents::effect::GivenReason;
use doudi_documents::manifest::{Manifest, ResourceClass};
use doudi_domain::catalogue::FieldCode;
use doudi_domain::decision::Reason;
use doudi_domain::{FactId, Problem};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, RwLock};
use wasmtime::component::{Component, InstancePre, Linker};

/// Sets of grants kept resolved; counties × versions in use is far below.
const RESOLVED_GRANTS: usize = 1_024;

/// One release, by digest. Cheap to share; old code lives as long as somebody calls it.
pub struct Plugin {
    manifest: Manifest,
    digest: String,
    sentences: Vec<Sentence>,
    settings: Option<jsonschema::Validator>,
    resolved: RwLock<HashMap<Grants, Arc<Effective>>>,
    pub(crate) pre: InstancePre<HostState>,
    pub(crate) indices: Indices,
}

/// Where each exported point stands in the component; found once.
#[derive(Default)]
pub(crate) struct Indices {
    pub assess: Option<measure::assess::GuestIndices>,
    pub act: Option<measure::act::GuestIndices>,
    pub react: Option<measure::react::GuestIndices>,
    pub tick: Option<measure::tick::GuestIndices>,
    pub view: Option<measure::view::GuestIndices>,
    pub fill: Option<measure::fill::GuestIndices>,
    pub answer: Option<measure::answer::GuestIndices>,
    pub indicators: Option<measure::indicators::GuestIndices>,
    pub intake: Option<measure::intake::GuestIndices>,
    pub migrate: Option<measure::migrate::GuestIndices>,
    pub check_settings: Option<measure::check_settings::GuestIndices>,
}

impl Plugin {
    /// Links what the manifest declares, and only that, and finds the exports it names.
    pub(crate) fn prepare(
        engine: &Engine,
        component: &Component,
        manifest: Manifest,
        digest: String,
    ) -> Result<Plugin, Problem> {
        let broken = |code: &str, message: String| Problem::new("", code, message);
        let mut linker: Linker<HostState> = Linker::new(engine.wasmtime());
        imports::link(&mut linker, &manifest.imports)
            .map_err(|error| broken("component.link", format!("接口无法连接：{error:#}")))?;
        let pre = linker
            .instantiate_pre(component)
            .map_err(|error| broken("component.imports", format!("导入的接口与内核提供的不一致：{error:#}")))?;
        let indices = Indices::find(&pre, &manifest)
            .map_err(|error| broken("component.exports", format!("导出的接口不完整：{error:#}")))?;
        let sentences = manifest.reasons.iter().map(Sentence::parse).collect::<Result<Vec<Sentence>, Problem>>()?;
        let settings = manifest
            .settings
            .as_ref()
            .map(|settings| jsonschema::validator_for(&settings.schema))
            .transpose()
            .map_err(|error| broken("settings.schema", format!("设置的模式有误：{error}")))?;
        Ok(Plugin { manifest, digest, sentences, settings, resolved: RwLock::new(HashMap::new()), pre, indices })
    }

    pub fn id(&self) -> &str {
        &self.manifest.id
    }

    pub fn version(&self) -> &semver::Version {
        &self.manifest.version
    }

    /// SHA-256 of the component, hex.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub fn offers(&self, point: Point) -> bool {
        self.manifest.points.iter().any(|code| code == point.code())
    }

    /// Schemes it may decide on: the targets of its wish `decision.record`.
    pub fn schemes(&self) -> impl Iterator<Item = &str> {
        self.manifest
            .effects
            .iter()
            .filter(|wish| wish.kind == doudi_documents::kinds::DECISION_RECORD)
            .flat_map(|wish| wish.targets.iter().map(String::as_str))
    }

    /// The declared fields a county has granted, in declaration order: what may be prefetched for it.
    pub fn granted_fields(&self, grants: &Grants) -> Vec<FieldCode> {
        self.effective(grants).granted_fields()
    }

    /// What is wrong with a county's settings by the manifest's schema; whole JSON text in, everything wrong out.
    pub fn settings_problems(&self, settings: &str) -> Vec<Problem> {
        let value: serde_json::Value = match serde_json::from_str(settings) {
            Ok(value) => value,
            Err(error) => return vec![Problem::new("", "settings.json", format!("设置不是合法的文档：{error}"))],
        };
        match &self.settings {
            None if value.as_object().is_some_and(serde_json::Map::is_empty) => Vec::new(),
            None => vec![Problem::new("", "settings.none", "该插件没有可设置的内容")],
            Some(validator) => crate::manifest::schema_problems(validator, &value),
        }
    }

    /// A wished reason in words, as a decision keeps them; `None` when the manifest has no such reason.
    pub fn reason(&self, given: &GivenReason) -> Option<Reason> {
        let position = self.manifest.reasons.iter().position(|reason| reason.code == given.code)?;
        let facts = given.facts.iter().map(|id| FactId(id.0)).collect();
        Some(self.sentences.get(position)?.render(&given.args, facts))
    }

    /// The sentence of the reason at a position of the manifest.
    pub(crate) fn sentence(&self, position: usize) -> Option<&Sentence> {
        self.sentences.get(position)
    }

    pub(crate) fn limits<'a>(&self, rust: &'a Limits, script: &'a Limits) -> &'a Limits {
        match self.manifest.class {
            ResourceClass::Rust => rust,
            ResourceClass::Script => script,
        }
    }

    /// Requested ∩ granted, resolved once for each set of grants.
    pub(crate) fn effective(&self, grants: &Grants) -> Arc<Effective> {
        let poisoned = "nothing panics while it holds the resolved grants";
        if let Some(known) = self.resolved.read().expect(poisoned).get(grants) {
            return known.clone();
        }
        let effective = Arc::new(Effective::resolve(&self.manifest, grants));
        let mut resolved = self.resolved.write().expect(poisoned);
        if resolved.len() >= RESOLVED_GRANTS {
            resolved.clear();
        }
        resolved.insert(grants.clone(), effective.clone());
        effective
    }
}

impl Indices {
    /// Each declared point must be there and complete; a point that is there without being declared is never called.
    fn find(pre: &InstancePre<HostState>, manifest: &Manifest) -> wasmtime::Result<Indices> {
        let mut indices = Indices::default();
        for code in &manifest.points {
            match Point::parse(code) {
                Some(Point::Assess) => indices.assess = Some(measure::assess::GuestIndices::new(pre)?),
                Some(Point::Act) => indices.act = Some(measure::act::GuestIndices::new(pre)?),
                Some(Point::React) => indices.react = Some(measure::react::GuestIndices::new(pre)?),
                Some(Point::Tick) => indices.tick = Some(measure::tick::GuestIndices::new(pre)?),
                Some(Point::View) => indices.view = Some(measure::view::GuestIndices::new(pre)?),
                Some(Point::Fill) => indices.fill = Some(measure::fill::GuestIndices::new(pre)?),
                Some(Point::Answer) => indices.answer = Some(measure::answer::GuestIndices::new(pre)?),
                Some(Point::Indicators) => indices.indicators = Some(measure::indicators::GuestIndices::new(pre)?),
                Some(Point::Intake) => indices.intake = Some(measure::intake::GuestIndices::new(pre)?),
                Some(Point::Migrate) => indices.migrate = Some(measure::migrate::GuestIndices::new(pre)?),
                Some(Point::CheckSettings) => {
                    indices.check_settings = Some(measure::check_settings::GuestIndices::new(pre)?);
                }
                None => wasmtime::bail!("the kernel knows no point `{code}`"),
            }
        }
        Ok(indices)
    }

    /// Checks the types of every point against a trial instance.
    pub fn load_all(
        &self,
        store: &mut wasmtime::Store<HostState>,
        instance: &wasmtime::component::Instance,
    ) -> wasmtime::Result<()> {
        macro_rules! load {
            ($($point:ident),+) => { $( if let Some(indices) = &self.$point { indices.load(&mut *store, instance)?; } )+ };
        }
        load!(assess, act, react, tick, view, fill, answer, indicators, intake, migrate, check_settings);
        Ok(())
    }
}

/// Identity is the digest, never name and version.
impl PartialEq for Plugin {
    fn eq(&self, other: &Plugin) -> bool {
        self.digest() == other.digest()
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("id", &self.id())
            .field("version", &self.version())
            .field("digest", &self.digest)
            .finish()
    }
}
