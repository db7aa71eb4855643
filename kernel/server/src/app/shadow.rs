//! Shadow runs: a county's real caseload decided by two sides, and the difference as a report. The sides may run different
//! releases (an upgrade before it happens), different parameters (what a new standard would cost before it is decided), or
//! different days (today's rules on last July's families, and the other way round). No case is written; the report is kept,
//! so that an upgrade can ask for a fresh one and the page can be opened again.
//!
//! Reading order: [`draft`] (what is asked) → `sides` (who decides) → `tally` (what differs) → [`report`] → [`order`] (in the
//! background) → [`workbook`].

pub mod draft;
pub mod order;
pub mod report;
mod sides;
mod tally;
pub mod workbook;

pub use draft::{ReleaseChoice, ShadowDraft, SideDraft};
pub use report::{ReportBody, ShadowReport};

use super::caseload::Caseload;
use super::{App, in_own_task, names};
use doudi_domain::policy::{self, Permission};
use doudi_domain::shadow::{ShadowKind, ShadowRow};
use doudi_domain::{Actor, Date, Error, HouseholdId, Result, ShadowOrderId, ShadowRunId, mask};
use doudi_storage::Page;
pub use doudi_storage::shadow::ShadowRowQuery;
use doudi_storage::shadow::{NewShadowRun, ShadowQuery};
use std::time::Instant as Moment;

/// A household of a report as pages show it.
#[derive(Clone, Debug)]
pub struct RowView {
    pub row: ShadowRow,
    /// 张* 家.
    pub household_title: String,
    /// Town and village.
    pub place: String,
    pub detail: report::RowDetail,
}

/// Goes over the actor's whole scope with both sides and keeps the report. `progress` is told households done, and how many
/// there are.
///
/// `Invalid` for what does not fit the measure (an unknown parameter, settings the release does not take); `NotFound` for a
/// measure that is not enabled, or a release that is not installed.
pub async fn run(
    app: &App,
    actor: &Actor,
    draft: &ShadowDraft,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<ShadowReport> {
    run_for(app, actor, draft, None, progress).await
}

/// As [`run`]; the order it was asked for with has its report in the same transaction.
pub(crate) async fn run_for(
    app: &App,
    actor: &Actor,
    draft: &ShadowDraft,
    order: Option<ShadowOrderId>,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<ShadowReport> {
    policy::require(actor, Permission::Simulate)?;
    let began = Moment::now();
    let mut snapshot = app.storage.snapshot(actor.scope()).await?.without_noting();
    let sides = sides::Sides::choose(app, actor, &mut snapshot, draft).await?;
    let mut caseload = Caseload::begin(snapshot).await?;
    let mut tally = tally::Tally::new(&sides);
    let mut done = 0;
    while let Some(households) = caseload.next().await? {
        let ids: Vec<HouseholdId> = households.iter().map(|household| household.id).collect();
        let answers = sides.answers(app, actor, &caseload.shared, &ids).await?;
        tally.add(&households, &answers)?;
        done += households.len() as u64;
        progress(done, caseload.total);
    }
    drop(caseload);
    let (totals, body, rows) = tally.finish(&sides, i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX));
    let new = NewShadowRun {
        plugin: draft.plugin.clone(),
        kind: sides.kind,
        before_digest: sides.before_digest(),
        after_digest: sides.after_digest(),
        as_of: draft.after.on,
        parameters_hash: sides.parameters_hash.clone(),
        totals,
        report: body.to_json()?,
        rows,
    };
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        let id = write.shadow_run_record(&new).await?;
        if let Some(order) = order {
            write.shadow_order_done(order, id).await?;
        }
        write.commit().await?;
        let run = app.storage.snapshot(actor.scope()).await?.shadow_run_fetch(id).await?;
        ShadowReport::of(run)
    })
    .await
}

/// The newest report of what a release would change in the actor's county, whichever version it was compared with.
pub async fn latest(app: &App, actor: &Actor, plugin: &str, to_digest: &str) -> Result<Option<ShadowReport>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let query = ShadowQuery {
        plugin: Some(plugin.to_owned()),
        after_digest: Some(to_digest.to_owned()),
        kind: Some(ShadowKind::Release),
        limit: 1,
        ..ShadowQuery::default()
    };
    let page = app.storage.snapshot(actor.scope()).await?.shadow_runs_page(&query).await?;
    page.items.into_iter().next().map(ShadowReport::of).transpose()
}

/// Why a report of an upgrade no longer says what would happen, if anything: the version in force has changed since, or a
/// parameter has.
pub async fn stale(app: &App, actor: &Actor, report: &ShadowReport) -> Result<Option<String>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?.without_noting();
    let draft = &report.body.draft;
    let in_force = match &draft.before.release {
        ReleaseChoice::InForce => snapshot.enablement_at(&draft.plugin, draft.before.on).await?.map(|pin| pin.digest),
        ReleaseChoice::Named(_) => report.run.before_digest.clone(),
    };
    if in_force != report.run.before_digest {
        return Ok(Some("启用的版本已经变化，报告是与以前的版本比较的".to_owned()));
    }
    let now = sides::Sides::choose(app, actor, &mut snapshot, draft).await?;
    if now.parameters_hash != report.run.parameters_hash {
        return Ok(Some("政策参数已经变化，报告是按以前的参数计算的".to_owned()));
    }
    Ok(None)
}

/// A report that was kept.
pub async fn fetch(app: &App, actor: &Actor, id: ShadowRunId) -> Result<ShadowReport> {
    policy::require(actor, Permission::ConfigurationRead)?;
    ShadowReport::of(app.storage.snapshot(actor.scope()).await?.shadow_run_fetch(id).await?)
}

/// Reports of the actor's county, newest first.
pub async fn list(app: &App, actor: &Actor, cursor: Option<&str>, limit: u32) -> Result<Page<ShadowReport>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let query = ShadowQuery { cursor: cursor.map(str::to_owned), limit, ..ShadowQuery::default() };
    let page = app.storage.snapshot(actor.scope()).await?.shadow_runs_page(&query).await?;
    let next = page.next;
    let items = page.items.into_iter().map(ShadowReport::of).collect::<Result<Vec<_>>>()?;
    Ok(Page { items, next })
}

/// Whether the actor's office may see which households a report is about; others see its sums.
pub fn sees_households(actor: &Actor) -> bool {
    let may = |permission| policy::require(actor, permission).is_ok();
    may(Permission::HouseholdRead) && may(Permission::DecisionRead) && may(Permission::FinanceRead)
}

/// The households of a report that do not fare the same, largest difference first, with masked names.
pub async fn rows(app: &App, actor: &Actor, id: ShadowRunId, query: &ShadowRowQuery) -> Result<Page<RowView>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    if !sees_households(actor) {
        return Err(Error::forbidden("逐户清单涉及家庭的经济状况，由县民政人员查看"));
    }
    let mut snapshot = app.storage.snapshot(actor.scope()).await?.without_noting();
    let page = snapshot.shadow_rows_page(id, query).await?;
    let tree = super::division::Tree::read(&mut snapshot).await?;
    let ids: Vec<HouseholdId> = page.items.iter().map(|row| row.household).collect();
    let titles = names::household_titles(&mut snapshot, &ids, mask::name).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(RowView {
            household_title: titles.get(&row.household).cloned().unwrap_or_else(|| "—".to_owned()),
            place: tree.path(row.division),
            detail: report::RowDetail::parse(&row.detail)?,
            row,
        });
    }
    Ok(Page { items, next: page.next })
}

/// Values typed for parameters of the release in force on a day, by their own codes: `standard` → 74000.
pub async fn typed_parameters(
    app: &App,
    actor: &Actor,
    plugin: &str,
    on: Date,
    typed: &[(String, String)],
) -> Result<std::collections::BTreeMap<String, i64>> {
    policy::require(actor, Permission::Simulate)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let pin = snapshot.enablement_at(plugin, on).await?.ok_or(Error::not_found("已启用的措施"))?;
    let manifest = super::manifests::of_digest(&mut snapshot, &pin.digest).await?;
    draft::read_parameters(&manifest, typed)
}
