//! Shadow runs and what-if for a county: asking for one, how far it is, and the report: three big figures, the histogram of
//! differences, towns, reasons, and the households by difference.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView, OptionView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::{download, go, problems::summary, show as page, show_with};
use crate::App;
use crate::app::division::{self, Tree};
use crate::app::parameter::{self, ParameterGroup};
use crate::app::shadow::report::{Bucket, Effect, ReasonTally, ShadowReport, SideView};
use crate::app::shadow::{self, RowView, ShadowDraft, ShadowRowQuery, order, workbook};
use crate::app::{measure, plugin};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use doudi_domain::policy::Permission;
use doudi_domain::shadow::{Change, ShadowOrder};
use doudi_domain::{Actor, Date, DivisionCode, Error, Fen, Problem, Result, ShadowOrderId, ShadowRunId};
use serde::Deserialize;
use std::borrow::Borrow;

const PAGE: u32 = 50;

// ---------------------------------------------------------------------------------------------------------------------
// Reports there are, and asking for another

#[derive(Template)]
#[template(path = "shadow/index.html")]
struct IndexPage {
    frame: Frame,
    reports: Vec<ShadowReport>,
    next: Option<String>,
    summary: String,
    fields: Vec<FieldView>,
    may_run: bool,
}

#[derive(Debug, Default, Deserialize)]
pub struct ListFilter {
    #[serde(default)]
    cursor: String,
    /// A release to begin with.
    #[serde(default)]
    release: String,
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who, Query(filter): Query<ListFilter>) -> Answer {
    page(&index_page(&app, frame, &actor, &filter, &Posted::default(), &[]).await?)
}

async fn index_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    filter: &ListFilter,
    posted: &Posted,
    problems: &[Problem],
) -> Result<IndexPage> {
    let cursor = (!filter.cursor.is_empty()).then_some(filter.cursor.as_str());
    let list = shadow::list(app, actor, cursor, PAGE).await?;
    let draw = Drawer { words: frame.words(), posted, problems };
    let releases = plugin::packages(app, actor).await?;
    let options = releases
        .iter()
        .filter(|view| view.manifest.points.iter().any(|point| point == "assess"))
        .map(|view| OptionView {
            value: view.release.digest.clone(),
            label: format!(
                "{} {}{}",
                frame.text(&view.manifest.name),
                view.release.version,
                if view.in_force { format!("（{}）", frame.t("使用中")) } else { String::new() }
            ),
            chosen: view.release.digest == filter.release,
        })
        .collect();
    let fields = vec![
        draw.choice("release", "要试运行的版本", options)
            .required()
            .help("已经安装、不必启用的版本，与当天启用的版本比较"),
        draw.date("as_of", "按哪一天计算", &frame.today.to_string())
            .required()
            .help("用这一天的家庭情况和政策参数，可以是以前的日期"),
    ];
    Ok(IndexPage {
        may_run: frame.may(Permission::Simulate),
        summary: summary(frame.words(), problems, &fields),
        frame,
        reports: list.items,
        next: list.next,
        fields,
    })
}

pub async fn create(State(app): State<App>, frame: Frame, Who(actor): Who, posted: Posted) -> Answer {
    let mut wrong = Vec::new();
    let as_of = posted.parse::<Date>("as_of", "按哪一天计算", &mut wrong);
    let digest = posted.get("release");
    if digest.is_empty() {
        wrong.push(Problem::new("release", "shadow.release", "请选择要试运行的版本"));
    }
    if let (Some(as_of), true) = (as_of, wrong.is_empty()) {
        let ordered = async {
            let package = plugin::package(&app, &actor, digest).await?;
            order::order(&app, &actor, &ShadowDraft::release(&package.release.plugin, digest, as_of)).await
        };
        match ordered.await {
            Ok(id) => return go(&format!("/shadow/orders/{id}"), ""),
            Err(error) => wrong.extend(problems(error)?),
        }
    }
    let form = index_page(&app, frame, &actor, &ListFilter::default(), &posted, &wrong).await?;
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
}

// ---------------------------------------------------------------------------------------------------------------------
// What other parameters would cost

#[derive(Template)]
#[template(path = "shadow/what_if.html")]
struct WhatIfPage {
    frame: Frame,
    /// Measures to choose from: id and name.
    measures: Vec<(String, String)>,
    plugin: String,
    summary: String,
    date: FieldView,
    fields: Vec<FieldView>,
}

#[derive(Debug, Default, Deserialize)]
pub struct WhatIfFilter {
    #[serde(default)]
    plugin: String,
}

pub async fn what_if(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Query(filter): Query<WhatIfFilter>,
) -> Answer {
    page(&what_if_page(&app, frame, &actor, &filter.plugin, &Posted::default(), &[]).await?)
}

/// Parameters that have one value today; their names in the form.
fn field_name(group: &ParameterGroup) -> String {
    format!("set.{}", group.entry.code)
}

async fn what_if_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    wanted: &str,
    posted: &Posted,
    problems: &[Problem],
) -> Result<WhatIfPage> {
    let groups = parameter::list(app, actor).await?;
    let manifests = measure::manifests(app, actor).await?;
    let measures: Vec<(String, String)> = manifests
        .iter()
        .filter(|manifest| manifest.points.iter().any(|point| point == "assess") && !manifest.parameters.is_empty())
        .map(|manifest| (manifest.id.clone(), frame.text(&manifest.name).to_owned()))
        .collect();
    let plugin =
        measures.iter().find(|(id, _)| id == wanted).or(measures.first()).map(|(id, _)| id.clone()).unwrap_or_default();
    let draw = Drawer { words: frame.words(), posted, problems };
    let fields: Vec<FieldView> = groups
        .iter()
        .filter(|group| group.plugin == plugin)
        .map(|group| {
            let now = group.values.iter().find(|value| value.in_force).map(|value| value.shown.as_str());
            let label = frame.text(&group.entry.label).to_owned();
            let mut field = draw.line(&field_name(group), &label).problems(&group.entry.label.zh, problems);
            field.help = format!(
                "{}：{}（{}）",
                frame.t("现行"),
                now.unwrap_or(frame.t("没有设置")),
                frame.t(super::parameters::unit_word(group.entry.unit))
            );
            field
        })
        .collect();
    let date = draw
        .date("as_of", "按哪一天计算", &frame.today.to_string())
        .required()
        .help("用这一天的家庭情况，其余参数用这一天的值");
    let mut all = vec![date.clone()];
    all.extend(fields.iter().cloned());
    Ok(WhatIfPage { summary: summary(frame.words(), problems, &all), frame, measures, plugin, date, fields })
}

pub async fn what_if_create(State(app): State<App>, frame: Frame, Who(actor): Who, posted: Posted) -> Answer {
    let mut wrong = Vec::new();
    let plugin = posted.get("plugin").to_owned();
    if let Some(as_of) = posted.parse::<Date>("as_of", "按哪一天计算", &mut wrong) {
        let typed: Vec<(String, String)> = posted
            .fields
            .iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .filter_map(|(name, value)| Some((name.strip_prefix("set.")?.to_owned(), value.trim().to_owned())))
            .collect();
        let ordered = async {
            if typed.is_empty() {
                return Err(Error::invalid("", "what-if.empty", "请至少填写一个参数的假设值"));
            }
            let values = shadow::typed_parameters(&app, &actor, &plugin, as_of, &typed).await?;
            order::order(&app, &actor, &ShadowDraft::what_if(&plugin, as_of, values)).await
        };
        match ordered.await {
            Ok(id) => return go(&format!("/shadow/orders/{id}"), ""),
            Err(error) => wrong.extend(problems(error)?),
        }
    }
    let form = what_if_page(&app, frame, &actor, &plugin, &posted, &wrong).await?;
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
}

// ---------------------------------------------------------------------------------------------------------------------
// Under way

#[derive(Template)]
#[template(path = "shadow/progress.html")]
struct ProgressPage {
    frame: Frame,
    order: ShadowOrder,
}

impl ProgressPage {
    fn begun(&self) -> bool {
        self.order.total > 0
    }

    fn percent(&self) -> i64 {
        (self.order.done * 100).checked_div(self.order.total).unwrap_or(0)
    }
}

/// Looks again by itself while the run is under way; leads to the report when it is there.
pub async fn progress(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    let order = order::progress(&app, &actor, ShadowOrderId(id)).await?;
    match order.run {
        Some(run) => go(&format!("/shadow/{run}"), ""),
        None => page(&ProgressPage { frame, order }),
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The report

#[derive(Template)]
#[template(path = "shadow/show.html")]
struct ReportPage {
    frame: Frame,
    report: ShadowReport,
    tree: Tree,
    rows: Vec<RowView>,
    next: Option<String>,
    /// May see which households; others see sums.
    sees_households: bool,
    change: Option<Change>,
    town: Option<DivisionCode>,
    stale: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub struct RowFilter {
    #[serde(default)]
    change: String,
    #[serde(default)]
    town: String,
    #[serde(default)]
    cursor: String,
}

/// One bar of the histogram, in the drawing's units; the words beside it say the same.
struct Bar {
    label: String,
    households: i64,
    width: i64,
    tone: &'static str,
}

/// The longest bar of the drawing.
const LONGEST: i64 = 400;

impl ReportPage {
    fn signed(&self, fen: impl Borrow<i64>) -> String {
        signed(Fen(*fen.borrow()))
    }

    fn difference(&self) -> String {
        signed(self.report.difference())
    }

    fn year(&self) -> String {
        signed(self.report.difference_a_year())
    }

    fn side(&self, side: &SideView) -> String {
        let mut words = format!("{} {}，{}", side.version, self.frame.t("版"), side.on);
        if side.parameters_on != side.on {
            words.push_str(&format!("，{} {}", self.frame.t("用下列日期的参数："), side.parameters_on));
        }
        if side.other_settings {
            words.push_str(&format!("，{}", self.frame.t("设置另行假定")));
        }
        words
    }

    /// Nobody's bar is invisible.
    fn bars(&self) -> Vec<Bar> {
        let most = self.report.body.buckets.iter().map(|bucket| bucket.households).max().unwrap_or(0).max(1);
        let bar = |bucket: &Bucket| Bar {
            label: bucket.label(),
            households: bucket.households,
            width: match bucket.households {
                0 => 0,
                households => (households * LONGEST / most).max(2),
            },
            tone: match (bucket.over, bucket.to) {
                (_, Some(to)) if to < 0 => "less",
                (Some(-1), Some(0)) => "even",
                _ => "more",
            },
        };
        self.report.body.buckets.iter().map(bar).collect()
    }

    fn town_name(&self, division: &i64) -> String {
        DivisionCode::new(*division).map(|code| self.tree.name(code)).unwrap_or_default()
    }

    fn only_town(&self) -> Option<String> {
        self.town.map(|code| self.tree.name(code))
    }

    fn outcome<'a>(&'a self, code: &'a str) -> &'a str {
        match self.report.outcome(code) {
            Some(label) => self.frame.text(label),
            None => code,
        }
    }

    fn effects(&self) -> &[Effect] {
        let effects = &self.report.body.effects;
        if effects.len() > 1 { effects } else { &[] }
    }

    fn reasons(&self) -> &[ReasonTally] {
        let reasons = &self.report.body.reasons;
        &reasons[..reasons.len().min(12)]
    }

    fn is(&self, change: &str) -> bool {
        self.change.map_or("", Change::code) == change
    }

    fn change_tone(&self, change: &Change) -> &'static str {
        match change {
            Change::Gained => "good",
            Change::Lost => "bad",
            Change::Changed => "progress",
            Change::Unchanged => "",
        }
    }
}

fn signed(amount: Fen) -> String {
    if amount.0 > 0 { format!("+{amount}") } else { amount.to_string() }
}

pub async fn show(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    Query(filter): Query<RowFilter>,
) -> Answer {
    let id = ShadowRunId(id);
    let report = shadow::fetch(&app, &actor, id).await?;
    let sees_households = shadow::sees_households(&actor);
    let change = Change::parse(&filter.change);
    let town = DivisionCode::parse(&filter.town).ok();
    let (mut rows, mut next) = (Vec::new(), None);
    if sees_households {
        let cursor = (!filter.cursor.is_empty()).then_some(filter.cursor);
        let query = ShadowRowQuery { change, division: town, cursor, limit: PAGE };
        let found = shadow::rows(&app, &actor, id, &query).await?;
        (rows, next) = (found.items, found.next);
    }
    let stale = shadow::stale(&app, &actor, &report).await.unwrap_or(None);
    let tree = division::tree(&app, &actor).await?;
    page(&ReportPage { frame, report, tree, rows, next, sees_households, change, town, stale })
}

pub async fn save(State(app): State<App>, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    let report = shadow::fetch(&app, &actor, ShadowRunId(id)).await?;
    let bytes = workbook::workbook(&app, &actor, ShadowRunId(id)).await?;
    let name = format!("{}-{}-{}.xlsx", report.body.name.zh, report.run.kind.zh(), report.run.as_of);
    Ok(download(&name, workbook::MEDIA_TYPE, bytes, false))
}
