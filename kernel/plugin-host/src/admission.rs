//! Admission: everything a package must prove before any county may enable it. First what can be told from the bytes and the
//! manifest, all of it in one list; then compiling in the limited child; then a trial instance and the bundled scenarios.

use crate::host::PluginHost;
use crate::manifest::{self, Outline};
use crate::plugin::Plugin;
use crate::points::Point;
use crate::scenario;
use crate::state::{HostState, Source};
use doudi_documents::manifest::{Manifest, ResourceClass};
use doudi_domain::{Error, Problem};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

/// A package that may be installed.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// SHA-256 of the bytes, hex.
    pub digest: String,
    pub manifest: Manifest,
    /// The manifest's text as it stands in the component.
    pub manifest_text: String,
    pub size: u64,
    /// Ready to be called.
    pub plugin: Arc<Plugin>,
}

/// Why a package is not admitted: everything wrong at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Id and version as the manifest gives them, as far as it can be read; else the beginning of the digest.
    pub package: String,
    pub problems: Vec<Problem>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "插件包 {} 不能安装，共 {} 个问题：", self.package, self.problems.len())?;
        for (index, problem) in self.problems.iter().enumerate() {
            write!(f, "\n{}. {}", index + 1, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Refused {
            message: format!("插件包 {} 不能安装，共 {} 个问题", refusal.package, refusal.problems.len()),
            problems: refusal.problems,
        }
    }
}

pub(crate) async fn admit(host: &PluginHost, bytes: &[u8]) -> Result<Admitted, Refusal> {
    let digest = manifest::digest(bytes);
    let mut package = format!("（摘要 {}…）", &digest[..12]);
    let refuse = |package: &str, problems: Vec<Problem>| Err(Refusal { package: package.to_owned(), problems });

    let largest = host.config().rust.component.max(host.config().script.component);
    if bytes.len() > largest {
        return refuse(&package, vec![too_big(bytes.len(), largest)]);
    }
    let outline = match Outline::read(bytes) {
        Ok(outline) => outline,
        Err(problem) => return refuse(&package, vec![problem]),
    };
    let manifest = match outline.manifest() {
        Ok(manifest) => manifest,
        // Foreign imports are told even when the manifest cannot be read: they are the first thing a reader asks about.
        Err(problem) => {
            let imports = outline.import_problems(&[]).into_iter().filter(|problem| problem.code == "import.foreign");
            return refuse(&package, std::iter::once(problem).chain(imports).collect());
        }
    };
    package = format!("{} {}", manifest.id, manifest.version);
    let problems = told_by_the_bytes(host, bytes.len(), &outline, &manifest);
    if !problems.is_empty() {
        return refuse(&package, problems);
    }

    let component = match host.native(&digest, bytes).await {
        Ok(component) => component,
        Err(error) => return refuse(&package, vec![Problem::new("", "component.compile", error.to_string())]),
    };
    let plugin = match Plugin::prepare(host.engine(), &component, manifest.clone(), digest.clone()) {
        Ok(plugin) => Arc::new(plugin),
        Err(problem) => return refuse(&package, vec![problem]),
    };
    if let Some(problem) = trial_instance(host, &plugin).await {
        return refuse(&package, vec![problem]);
    }
    let problems = if plugin.offers(Point::Assess) { scenario::problems(host, &plugin).await } else { Vec::new() };
    if !problems.is_empty() {
        return refuse(&package, problems);
    }
    let plugin = host.registry().put(plugin);
    Ok(Admitted { digest, manifest_text: manifest.to_canonical_json(), manifest, size: bytes.len() as u64, plugin })
}

fn too_big(size: usize, limit: usize) -> Problem {
    Problem::new("", "component.size", format!("文件有 {size} 字节，上限为 {limit} 字节"))
}

fn told_by_the_bytes(host: &PluginHost, size: usize, outline: &Outline, manifest: &Manifest) -> Vec<Problem> {
    let mut problems = manifest::problems(manifest);
    let limit = match manifest.class {
        ResourceClass::Rust => host.config().rust.component,
        ResourceClass::Script => host.config().script.component,
    };
    if size > limit {
        problems.push(too_big(size, limit));
    }
    if outline.foreign_strings {
        problems.push(Problem::new("", "component.strings", "组件使用了 UTF-8 以外的文字编码"));
    }
    problems.extend(outline.import_problems(&manifest.imports));
    problems.extend(outline.export_problems(&manifest.points));
    if !manifest.scenarios.is_empty() && !manifest.points.iter().any(|point| point == Point::Assess.code()) {
        problems.push(Problem::new("scenarios", "scenario.point", "清单有示例，插件却没有导出 assess"));
    }
    problems
}

/// Makes one instance and checks the types of all its points. It can read nothing and is thrown away.
async fn trial_instance(host: &PluginHost, plugin: &Arc<Plugin>) -> Option<Problem> {
    let limits = plugin.limits(&host.config().rust, &host.config().script).clone();
    let time = limits.time_step;
    let state = HostState::new(
        plugin.clone(),
        plugin.effective(&crate::Grants::none()),
        limits,
        Source::Replay { left: VecDeque::new(), served: 0 },
        0,
        crate::Recording::Off,
        time,
    );
    let mut store = host.store(state);
    let started = tokio::time::timeout(time * 2, plugin.pre.instantiate_async(&mut store)).await;
    let problem = |message: String| Some(Problem::new("", "component.start", message));
    match started {
        Err(_) => problem("试运行超过时限：组件在启动时不停计算".into()),
        Ok(Err(error)) => {
            let mut state = store.into_data();
            problem(format!("组件不能启动：{}", state.cause(error)))
        }
        Ok(Ok(instance)) => match plugin.indices.load_all(&mut store, &instance) {
            Ok(()) => None,
            Err(error) => problem(format!("导出的接口与内核的定义不一致：{error:#}")),
        },
    }
}
