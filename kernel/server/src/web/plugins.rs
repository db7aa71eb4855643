//! The county's measures: which packages are there, what each asks for in sentences, which version runs from when, with which
//! grants and settings; and turning one on or off.

use super::error::{Answer, problems};
use super::field::FieldView;
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::trust::{Mark, marks, tone as trust_tone};
use super::{format, go, settings_form, show as page, show_with};
use crate::App;
use crate::app::delivery;
use crate::app::field_use;
use crate::app::plugin::{self, EnableDraft, EnablementView, GrantChoice, GrantItem, PackageView};
use crate::app::trust::{self, Concern};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use doudi_domain::package::{Enablement, GrantUse};
use doudi_domain::policy::Permission;
use doudi_domain::trust::Standing;
use doudi_domain::{Actor, Date, Error, Problem, Result};
use std::collections::BTreeMap;

#[derive(Template)]
#[template(path = "plugins/index.html")]
struct IndexPage {
    frame: Frame,
    packages: Vec<PackageView>,
    enablements: Vec<EnablementView>,
    concerns: Vec<Concern>,
    problems: Vec<Problem>,
    may_configure: bool,
}

impl IndexPage {
    fn marks_of(&self, digest: &str) -> Vec<Mark> {
        let package = self.packages.iter().find(|package| package.release.digest == digest);
        package.map(|package| marks(&self.frame, &package.trust)).unwrap_or_default()
    }

    fn in_force(&self) -> impl Iterator<Item = &EnablementView> {
        self.enablements.iter().filter(|view| view.in_force)
    }

    fn planned(&self) -> impl Iterator<Item = &EnablementView> {
        let planned = |view: &&EnablementView| view.enablement.from > self.frame.today && holds_at_all(view);
        self.enablements.iter().filter(planned)
    }

    /// Those that hold today and end on a day without anything after them.
    fn ending(&self) -> impl Iterator<Item = (&EnablementView, Date)> {
        self.in_force().filter_map(|view| {
            let to = view.enablement.to?;
            let follows = |other: &&EnablementView| {
                other.enablement.plugin == view.enablement.plugin && other.enablement.from == to && holds_at_all(other)
            };
            (!self.enablements.iter().any(|other| follows(&other))).then_some((view, to))
        })
    }

    fn short(&self, digest: &str) -> String {
        digest.chars().take(12).collect()
    }
}

/// A pin that was voided before it began never holds.
fn holds_at_all(view: &EnablementView) -> bool {
    view.enablement.to.is_none_or(|to| view.enablement.from < to)
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who) -> Answer {
    page(&index_page(&app, frame, &actor, Vec::new()).await?)
}

async fn index_page(app: &App, frame: Frame, actor: &Actor, problems: Vec<Problem>) -> Result<IndexPage> {
    let packages = plugin::packages(app, actor).await?;
    let enablements = plugin::enablements(app, actor).await?;
    let concerns = trust::concerns(app, actor).await?;
    let may_configure = frame.may(Permission::Configure);
    Ok(IndexPage { frame, packages, enablements, concerns, problems, may_configure })
}

pub async fn install(State(app): State<App>, frame: Frame, Who(actor): Who, posted: Posted) -> Answer {
    let received = match delivered(posted) {
        Ok((content, signatures)) => delivery::receive(&app, &actor, content, signatures).await,
        Err(error) => Err(error),
    };
    match received {
        Ok(received) => match received.packages.as_slice() {
            [installed] => go(&format!("/plugins/{}", installed.digest), "installed"),
            _ => go("/plugins", "installed"),
        },
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &index_page(&app, frame, &actor, problems).await?)
        }
    }
}

/// The package, and the texts of what was chosen as signatures.
fn delivered(posted: Posted) -> Result<(Vec<u8>, Vec<String>)> {
    let mut package = None;
    let mut signatures = Vec::new();
    for file in posted.files.into_iter().filter(|file| !file.content.is_empty()) {
        if file.field == "signature" {
            let text = String::from_utf8(file.content)
                .map_err(|_| Error::invalid(file.name, "signature", "不是签名文件。签名文件的扩展名是 .minisig"))?;
            signatures.push(text);
        } else {
            package = Some(file.content);
        }
    }
    match package {
        Some(package) => Ok((package, signatures)),
        None => Err(Error::invalid("", "package.none", "没有选择文件。请选择供应商提供的措施包")),
    }
}

#[derive(Template)]
#[template(path = "plugins/show.html")]
struct PackagePage {
    frame: Frame,
    view: PackageView,
    /// The pin in force, if it runs this very digest.
    pin: Option<Enablement>,
    /// Another version of the same plugin is in force.
    other: Option<EnablementView>,
    /// The settings as fields; empty when only the document itself can be edited.
    settings_fields: Vec<FieldView>,
    settings: String,
    /// How its grants have been made use of, by capability.
    uses: BTreeMap<String, GrantUse>,
    problems: Vec<Problem>,
    may_configure: bool,
}

impl PackagePage {
    /// 用过 12 次，最近 2022-07-20 09:00；未给 3 次.
    fn used(&self, item: &GrantItem) -> Option<String> {
        let one = self.uses.get(&item.grant)?;
        let t = |zh| self.frame.t(zh);
        let used = one.last_used.map(|at| format!("{} {} {} {}", t("用过"), one.used, t("次，最近"), at.minute()));
        let denied = (one.denied > 0).then(|| format!("{} {} {}", t("未给"), one.denied, t("次")));
        Some([used, denied].into_iter().flatten().collect::<Vec<_>>().join(self.frame.pick("；", "; ")))
    }

    fn digest(&self) -> String {
        format::grouped(&self.view.release.digest)
    }

    /// Ticked when granted now, or, before the first time, when the package asks and it is not sealed.
    fn ticked(&self, item: &GrantItem) -> bool {
        let known = self.pin.as_ref().or(self.other.as_ref().map(|other| &other.enablement));
        match known {
            Some(pin) => pin.grants.contains(&item.grant),
            None => !item.sealed,
        }
    }

    /// Asked for now, and not by the version that runs: what an upgrade adds.
    fn is_new(&self, item: &GrantItem) -> bool {
        self.other.as_ref().is_some_and(|other| !other.enablement.grants.contains(&item.grant))
    }

    fn standing_tone(&self, standing: &Standing) -> &'static str {
        trust_tone(*standing)
    }

    /// What the package does, by its extension points.
    fn exports(&self) -> String {
        let words = self.view.manifest.points.iter().map(|point| self.frame.t(point_word(point)));
        words.collect::<Vec<_>>().join("、")
    }
}

/// An extension point as an administrator reads it.
fn point_word(point: &str) -> &str {
    match point {
        "assess" => "资格与金额计算",
        "act" => "办理操作",
        "react" => "事件响应",
        "tick" => "定期任务",
        "view" => "页面",
        "fill" => "表单试算",
        "answer" => "答复其他措施",
        "indicators" => "考核指标",
        "intake" => "数据接入",
        "migrate" => "版本升级",
        "check-settings" => "设置检查",
        other => other,
    }
}

pub async fn show(State(app): State<App>, frame: Frame, Who(actor): Who, Path(digest): Path<String>) -> Answer {
    page(&package_page(&app, frame, &actor, &digest, Vec::new(), None).await?)
}

async fn package_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    digest: &str,
    problems: Vec<Problem>,
    typed: Option<&str>,
) -> Result<PackagePage> {
    let view = plugin::package(app, actor, digest).await?;
    let running = plugin::enablements(app, actor).await?;
    let running = running.into_iter().find(|known| known.in_force && known.enablement.plugin == view.release.plugin);
    let (pin, other) = match running {
        Some(running) if running.enablement.digest == view.release.digest => (Some(running.enablement), None),
        running => (None, running),
    };
    let known = pin.as_ref().or(other.as_ref().map(|other| &other.enablement)).map(|pin| pin.settings.clone());
    let defaults = view.manifest.settings.as_ref().map(|settings| settings.defaults.to_string());
    let settings = typed.map(str::to_owned).or(known).or(defaults).unwrap_or_default();
    let settings = match serde_json::from_str::<serde_json::Value>(&settings) {
        Ok(value) if typed.is_none() => serde_json::to_string_pretty(&value).unwrap_or(settings),
        _ => settings,
    };
    let settings_fields = view
        .manifest
        .settings
        .as_ref()
        .and_then(|form| {
            let values = serde_json::from_str(&settings).unwrap_or_default();
            settings_form::fields(frame.words(), &form.schema, &values, &problems)
        })
        .unwrap_or_default();
    let may_configure = frame.may(Permission::Configure);
    let uses = field_use::uses(app, actor, &view.release.digest).await?;
    Ok(PackagePage { frame, view, pin, other, settings_fields, settings, uses, problems, may_configure })
}

/// Shows the page again with what went wrong, or goes on.
pub async fn answer(
    app: &App,
    frame: Frame,
    actor: &Actor,
    digest: &str,
    outcome: Result<()>,
    done: &str,
    typed: Option<&str>,
) -> Answer {
    match outcome {
        Ok(()) => go(&format!("/plugins/{digest}"), done),
        Err(error) => {
            let problems = problems(error)?;
            let form = package_page(app, frame, actor, digest, problems, typed).await?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}

fn grants(posted: &Posted) -> Vec<String> {
    posted.all("grant").map(str::to_owned).collect()
}

fn day(posted: &Posted) -> Result<Date> {
    let wrong = || Error::invalid("", "enable.from", "请填写从哪一天起，例如 2022-07-01");
    posted.get("from").parse().map_err(|_| wrong())
}

pub async fn enable(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(digest): Path<String>,
    posted: Posted,
) -> Answer {
    let outcome = async {
        let from = day(&posted)?;
        let package = plugin::package(&app, &actor, &digest).await?;
        let draft = EnableDraft {
            plugin: package.release.plugin.clone(),
            digest: digest.clone(),
            from,
            settings: None,
            grants: GrantChoice::These(grants(&posted)),
            accept_unsigned: false,
        };
        plugin::enable(&app, &actor, draft).await.map(drop)
    };
    let outcome = outcome.await;
    answer(&app, frame, &actor, &digest, outcome, "enabled", None).await
}

pub async fn disable(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(digest): Path<String>,
    posted: Posted,
) -> Answer {
    let outcome = async {
        let from = day(&posted)?;
        let package = plugin::package(&app, &actor, &digest).await?;
        plugin::disable(&app, &actor, &package.release.plugin, from).await
    };
    let outcome = outcome.await;
    answer(&app, frame, &actor, &digest, outcome, "disabled", None).await
}

/// Takes back what is planned for a later day.
pub async fn cancel_planned(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(digest): Path<String>,
) -> Answer {
    let outcome = async {
        let package = plugin::package(&app, &actor, &digest).await?;
        plugin::cancel_planned(&app, &actor, &package.release.plugin).await
    };
    match outcome.await {
        Ok(()) => go("/plugins", "saved"),
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &index_page(&app, frame, &actor, problems).await?)
        }
    }
}

pub async fn set_settings(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(digest): Path<String>,
    posted: Posted,
) -> Answer {
    let package = plugin::package(&app, &actor, &digest).await?;
    let as_document = posted.fields.iter().any(|(name, _)| name == SETTINGS_DOCUMENT);
    let settings = match &package.manifest.settings {
        Some(form) if !as_document => settings_form::read(&form.schema, &posted),
        _ => parse_document(posted.get(SETTINGS_DOCUMENT)),
    };
    let typed = match &settings {
        Ok(settings) => settings.to_string(),
        Err(_) => posted.get(SETTINGS_DOCUMENT).to_owned(),
    };
    let outcome = match settings {
        Ok(settings) => plugin::set_settings(&app, &actor, &package.release.plugin, settings).await.map(drop),
        Err(error) => Err(error),
    };
    answer(&app, frame, &actor, &digest, outcome, "saved", (!typed.is_empty()).then_some(typed.as_str())).await
}

/// The field that holds settings no form can be made of.
const SETTINGS_DOCUMENT: &str = "_settings";

fn parse_document(text: &str) -> Result<serde_json::Value> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!("第 {} 行第 {} 列", error.line(), error.column());
        Error::invalid("", "settings.json", format!("设置的写法有误（{place}）。请检查引号、逗号和括号是否成对"))
    })
}

pub async fn set_grants(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(digest): Path<String>,
    posted: Posted,
) -> Answer {
    let outcome = async {
        let package = plugin::package(&app, &actor, &digest).await?;
        plugin::set_grants(&app, &actor, &package.release.plugin, grants(&posted)).await.map(drop)
    };
    let outcome = outcome.await;
    answer(&app, frame, &actor, &digest, outcome, "saved", None).await
}
