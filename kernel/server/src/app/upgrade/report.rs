//! The shadow report an upgrade stands on: the newest one between exactly these two versions, under the settings and grants the
//! other version is to get.

use super::{Ends, Wishes};
use crate::app::App;
use crate::app::shadow::{self, ReleaseChoice, ShadowDraft, ShadowReport, SideDraft};
use doudi_documents::manifest::{Manifest, OutcomeEffect};
use doudi_domain::upgrade::{Bounds, Difference};
use doudi_domain::{Actor, Date, Instant, Result, ShadowRunId};
use doudi_plugin_host::requested;
use serde_json::Value;
use std::collections::BTreeSet;

/// What the report says, as far as an upgrade asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    pub id: ShadowRunId,
    pub at: Instant,
    pub by_name: String,
    /// The legal date both versions were asked for.
    pub as_of: Date,
    pub difference: Difference,
    pub fresh: bool,
    /// Why it is not.
    pub why_not: String,
}

pub(super) async fn latest(
    app: &App,
    actor: &Actor,
    ends: &Ends,
    wishes: &Wishes,
    bounds: &Bounds,
) -> Result<Option<Report>> {
    let Some(report) = shadow::latest(app, actor, &ends.pin.plugin, &ends.release.digest).await? else {
        return Ok(None);
    };
    let run = &report.run;
    let why_not = if run.before_digest.as_deref() != Some(ends.pin.digest.as_str()) {
        "最近一次试运行不是与正在使用的版本比较的".to_owned()
    } else if run.at < app.now().plus_seconds(-bounds.report_days * 86_400) {
        format!("最近一次试运行是 {}，已超过 {} 天", run.at.minute(), bounds.report_days)
    } else if !same_terms(&report, ends, wishes) {
        "最近一次试运行用的授权或设置与这次升级的不同".to_owned()
    } else {
        shadow::stale(app, actor, &report).await?.unwrap_or_default()
    };
    let totals = run.totals;
    Ok(Some(Report {
        id: run.id,
        at: run.at,
        by_name: run.by_name.clone(),
        as_of: run.as_of,
        difference: Difference {
            compared: totals.households,
            receiving: receiving(&report, &ends.from),
            gained: totals.gained,
            lost: totals.lost,
            changed: totals.changed,
            before: totals.before,
            after: totals.after,
        },
        fresh: why_not.is_empty(),
        why_not,
    }))
}

/// Families whose outcome on the first side gives something.
fn receiving(report: &ShadowReport, from: &Manifest) -> i64 {
    let gives = |code: &str| {
        let effect = from.outcome(code).map(|outcome| outcome.effect);
        matches!(effect, Some(OutcomeEffect::Grant | OutcomeEffect::Change))
    };
    report.body.moves.iter().filter(|step| gives(&step.before)).map(|step| step.households).sum()
}

/// Whether the second side ran as the upgrade would.
fn same_terms(report: &ShadowReport, ends: &Ends, wishes: &Wishes) -> bool {
    let after = &report.body.draft.after;
    let granted: BTreeSet<String> = wishes.granted(ends).into_iter().collect();
    let grants = match &after.grants {
        Some(grants) => grants.iter().cloned().collect::<BTreeSet<String>>() == granted,
        None => requested(&ends.to).len() == granted.len() + report.body.after.withheld.len(),
    };
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let settings = match &after.settings {
        Some(settings) => *settings == value(&wishes.settings),
        None => value(&wishes.settings) == value(&ends.pin.settings),
    };
    grants && settings
}

/// What is asked of the shadow run for an upgrade: both versions on one day, the other one under its own terms.
pub(super) fn draft(ends: &Ends, wishes: &Wishes, on: Date) -> ShadowDraft {
    let mut after = SideDraft::new(ReleaseChoice::Named(ends.release.digest.clone()), on);
    after.grants = Some(wishes.granted(ends));
    after.settings = serde_json::from_str(&wishes.settings).ok();
    ShadowDraft { plugin: ends.pin.plugin.clone(), before: SideDraft::in_force(on), after }
}
