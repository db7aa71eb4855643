//! Upgrades in the county's console: the path from what is new to the switch, the signature, how the new version does, and the
//! way back; the list of them, and the bounds beyond which a second person signs.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::{go, problems::summary, show as page, show_with};
use crate::App;
use crate::app::plugin::{self, GrantChoice};
use crate::app::upgrade::{self, CountyBounds, Path as Way, Step, StepKind, StepState, UpgradeDraft, UpgradeRow};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use doudi_domain::policy::Permission;
use doudi_domain::upgrade::{Bounds, State as UpgradeState, Upgrade};
use doudi_domain::{Actor, Date, Error, Problem, Result, UpgradeId};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "upgrades/index.html")]
struct IndexPage {
    frame: Frame,
    rows: Vec<UpgradeRow>,
    bounds: CountyBounds,
    summary: String,
    fields: Vec<FieldView>,
    may_sign: bool,
}

impl IndexPage {
    fn tone(&self, upgrade: &Upgrade) -> &'static str {
        state_tone(upgrade.state)
    }
}

fn state_tone(state: UpgradeState) -> &'static str {
    match state {
        UpgradeState::Open => "progress",
        UpgradeState::Switched => "good",
        UpgradeState::RolledBack => "bad",
        UpgradeState::Cancelled => "",
    }
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who) -> Answer {
    page(&index_page(&app, frame, &actor, &Posted::default(), &[]).await?)
}

async fn index_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    posted: &Posted,
    problems: &[Problem],
) -> Result<IndexPage> {
    let rows = upgrade::list(app, actor, "").await?;
    let bounds = upgrade::bounds(app, actor).await?;
    let draw = Drawer { words: frame.words(), posted, problems };
    let percent = |basis_points: i64| format!("{}.{:02}", basis_points / 100, basis_points % 100);
    let own = &bounds.0;
    let fields = vec![
        draw.line_of("lost", "不再享受的比例", &percent(own.lost)).required().help("占现有享受家庭的百分比，例如 1.00"),
        draw.line_of("changed", "有变化的比例", &percent(own.changed)).required().help("新增、退出和金额变化的合计"),
        draw.line_of("money", "金额变化的比例", &percent(own.money)).required().help("每月金额增减的百分比"),
        draw.line_of("grace_days", "保留天数", &own.grace_days.to_string())
            .required()
            .help("升级前的办件内容保留多少天，其间可以回退"),
        draw.line_of("report_days", "报告有效天数", &own.report_days.to_string())
            .required()
            .help("超过这些天的试运行报告要重新做"),
    ];
    Ok(IndexPage {
        summary: summary(frame.words(), problems, &fields),
        may_sign: frame.may(Permission::UpgradeSign),
        frame,
        rows,
        bounds,
        fields,
    })
}

pub async fn set_bounds(State(app): State<App>, frame: Frame, Who(actor): Who, posted: Posted) -> Answer {
    let outcome = match read_bounds(&posted) {
        Ok(bounds) => upgrade::set_bounds(&app, &actor, bounds).await,
        Err(problems) => Err(Error::Invalid(problems)),
    };
    match outcome {
        Ok(()) => go("/upgrades", "saved"),
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &index_page(&app, frame, &actor, &posted, &problems).await?)
        }
    }
}

fn read_bounds(posted: &Posted) -> std::result::Result<Bounds, Vec<Problem>> {
    let mut found = Vec::new();
    let mut share = |name: &str| {
        // Two decimals of a percent are basis points, as two decimals of a yuan are fen.
        let typed = posted.get(name).trim_end_matches(['%', '％']);
        doudi_domain::Fen::parse(typed).map(|share| share.0).unwrap_or_else(|| {
            found.push(Problem::new(name, "form.parse", "请填写百分比，例如 1.00"));
            0
        })
    };
    let (lost, changed, money) = (share("lost"), share("changed"), share("money"));
    let grace_days = posted.parse("grace_days", "保留天数", &mut found).unwrap_or(0);
    let report_days = posted.parse("report_days", "报告有效天数", &mut found).unwrap_or(0);
    if found.is_empty() { Ok(Bounds { lost, changed, money, grace_days, report_days }) } else { Err(found) }
}

// ---------------------------------------------------------------------------------------------------------------------
// One upgrade

#[derive(Template)]
#[template(path = "upgrades/show.html")]
struct WayPage {
    frame: Frame,
    way: Way,
    /// The digest of the version to go to.
    digest: String,
    problems: Vec<Problem>,
    may_configure: bool,
    may_sign: bool,
    may_see_cases: bool,
    /// The reader asked for the upgrade herself: somebody else signs.
    own: bool,
}

impl WayPage {
    fn state(&self) -> Option<&'static str> {
        self.way.upgrade.as_ref().map(|upgrade| upgrade.state.zh())
    }

    fn tone(&self) -> &'static str {
        self.way.upgrade.as_ref().map_or("", |upgrade| state_tone(upgrade.state))
    }

    fn is(&self, state: UpgradeState) -> bool {
        self.way.upgrade.as_ref().is_some_and(|upgrade| upgrade.state == state)
    }

    fn is_open(&self) -> bool {
        self.is(UpgradeState::Open)
    }

    fn is_switched(&self) -> bool {
        self.is(UpgradeState::Switched)
    }

    /// Before it is asked for and while it is open, the steps stand; afterwards they are history.
    fn is_pending(&self) -> bool {
        self.way.upgrade.is_none() || self.is_open()
    }

    fn step_tone(&self, step: &Step) -> &'static str {
        match step.state {
            StepState::Done => "good",
            StepState::Attention => "soon",
            StepState::Open => "bad",
            StepState::NotNeeded => "",
        }
    }

    fn wants_shadow(&self) -> bool {
        self.wants(StepKind::Shadow)
    }

    fn wants_signature(&self) -> bool {
        self.wants(StepKind::SignOff)
    }

    fn wants(&self, kind: StepKind) -> bool {
        self.way.steps.iter().any(|step| step.kind == kind && step.state == StepState::Open)
    }

    fn unready_documents(&self) -> bool {
        self.way.documents.needed && self.way.documents.ready < self.way.documents.total
    }

    /// Going to an older version needs the explicit word.
    fn is_older(&self) -> bool {
        let version = |text: &str| semver::Version::parse(text).ok();
        version(&self.way.to.version) < version(&self.way.from.version)
    }

    fn rate(&self, basis_points: i64) -> String {
        super::format::ratio(basis_points)
    }

    fn millis(&self, micros: &i64) -> String {
        format!("{}.{}", micros / 1_000, micros % 1_000 / 100)
    }

    fn version_of(&self, digest: &str) -> &str {
        if digest == self.way.to.digest { &self.way.to.version } else { &self.way.from.version }
    }

    fn worse(&self) -> bool {
        match (&self.way.watch, &self.way.upgrade) {
            (Some(watch), Some(upgrade)) => watch.worse(upgrade),
            _ => false,
        }
    }
}

fn way_page(frame: Frame, actor: &Actor, way: Way, problems: Vec<Problem>) -> WayPage {
    let opener = way.upgrade.as_ref().map(|upgrade| upgrade.opened.by);
    WayPage {
        digest: way.to.digest.clone(),
        may_configure: frame.may(Permission::Configure),
        may_sign: frame.may(Permission::UpgradeSign),
        may_see_cases: frame.may(Permission::AcceptanceWrite),
        own: opener.is_some_and(|opener| opener.is_some() && opener == actor.user_id()),
        frame,
        way,
        problems,
    }
}

#[derive(Debug, Default, Deserialize)]
pub struct Begins {
    #[serde(default)]
    from: String,
}

/// The path before anything is asked for.
pub async fn start(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(digest): Path<String>,
    Query(begins): Query<Begins>,
) -> Answer {
    let begins = begins.from.parse().unwrap_or_else(|_| app.today());
    let draft = draft_of(&app, &actor, &digest, begins).await?;
    let way = upgrade::path(&app, &actor, &draft).await?;
    match &way.upgrade {
        Some(open) => go(&format!("/upgrades/{}", open.id), ""),
        None => page(&way_page(frame, &actor, way, Vec::new())),
    }
}

async fn draft_of(app: &App, actor: &Actor, digest: &str, begins: Date) -> Result<UpgradeDraft> {
    let package = plugin::package(app, actor, digest).await?;
    Ok(UpgradeDraft {
        plugin: package.release.plugin.clone(),
        target: package.release.digest.clone(),
        begins,
        settings: None,
        grants: GrantChoice::Keep,
        older: false,
    })
}

pub async fn open(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(digest): Path<String>,
    posted: Posted,
) -> Answer {
    let begins = posted.get("from").parse().unwrap_or_else(|_| app.today());
    let mut draft = draft_of(&app, &actor, &digest, begins).await?;
    let way = upgrade::path(&app, &actor, &draft).await?;
    draft.older = posted.ticked("older");
    draft.grants = GrantChoice::These(granted(&app, &actor, &way, &posted).await?);
    match upgrade::open(&app, &actor, &draft).await {
        Ok(id) => go(&format!("/upgrades/{id}"), "upgrade-opened"),
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &way_page(frame, &actor, way, problems))
        }
    }
}

/// What the county grants now and the other version still asks for, and what is ticked of the rest.
async fn granted(app: &App, actor: &Actor, way: &Way, posted: &Posted) -> Result<Vec<String>> {
    let package = plugin::package(app, actor, &way.to.digest).await?;
    let asked = || package.permissions.iter().flat_map(|permission| &permission.grants).map(|item| &item.grant);
    let wider: Vec<&String> = way.permissions.wider.iter().map(|line| &line.grant).collect();
    let running = plugin::enablements(app, actor).await?;
    let running = running.into_iter().find(|view| view.in_force && view.plugin.id == way.to.id);
    let kept = running.map(|view| view.enablement.grants).unwrap_or_default();
    let ticked: Vec<&str> = posted.all("grant").collect();
    let given = asked()
        .filter(|grant| if wider.contains(grant) { ticked.contains(&grant.as_str()) } else { kept.contains(*grant) });
    Ok(given.cloned().collect())
}

pub async fn show(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    let way = upgrade::show(&app, &actor, UpgradeId(id)).await?;
    page(&way_page(frame, &actor, way, Vec::new()))
}

/// Shows the page again with what went wrong, or goes on.
async fn answer<T>(app: &App, frame: Frame, actor: &Actor, id: i64, outcome: Result<T>, done: &str) -> Answer {
    match outcome {
        Ok(_) => go(&format!("/upgrades/{id}"), done),
        Err(error) => {
            let problems = problems(error)?;
            let way = upgrade::show(app, actor, UpgradeId(id)).await?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &way_page(frame, actor, way, problems))
        }
    }
}

pub async fn order_shadow(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    match upgrade::order_shadow(&app, &actor, UpgradeId(id)).await {
        Ok(order) => go(&format!("/shadow/orders/{order}"), ""),
        Err(error) => answer::<()>(&app, frame, &actor, id, Err(error), "").await,
    }
}

pub async fn prepare(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    let outcome = upgrade::prepare_documents(&app, &actor, UpgradeId(id)).await;
    answer(&app, frame, &actor, id, outcome, "saved").await
}

pub async fn sign(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    posted: Posted,
) -> Answer {
    let outcome = upgrade::sign(&app, &actor, UpgradeId(id), posted.get("reason")).await;
    answer(&app, frame, &actor, id, outcome, "upgrade-signed").await
}

pub async fn switch(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    let outcome = upgrade::switch(&app, &actor, UpgradeId(id)).await;
    answer(&app, frame, &actor, id, outcome, "upgrade-switched").await
}

pub async fn roll_back(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    posted: Posted,
) -> Answer {
    let outcome = upgrade::roll_back(&app, &actor, UpgradeId(id), posted.get("reason")).await;
    answer(&app, frame, &actor, id, outcome, "upgrade-rolled-back").await
}

pub async fn cancel(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    posted: Posted,
) -> Answer {
    let outcome = upgrade::cancel(&app, &actor, UpgradeId(id), posted.get("reason")).await;
    answer(&app, frame, &actor, id, outcome, "upgrade-cancelled").await
}
