//! A measure's answer for a whole county on a date, without writing anything: what a shadow run, a budget or a July change
//! would give. Households pass through in blocks of 2,048, a fresh instance each.

use super::reads::{Shared, SnapshotReads};
use super::{App, consult};
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Date, Fen, HouseholdId, Result};
use doudi_plugin_host::{CallError, Recording};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Households a block.
pub const BLOCK: usize = 2_048;

/// One household's answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssessRow {
    pub household: HouseholdId,
    pub number: String,
    pub outcome: String,
    pub outcome_zh: String,
    pub amount: Fen,
    pub covered: u32,
    /// Figure codes and values, in the manifest's order.
    pub figures: Vec<(String, i64)>,
    /// Reason codes with their Chinese sentences.
    pub reasons: Vec<(String, String)>,
}

/// Control totals by outcome.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct AssessTotals {
    pub households: u64,
    pub amount: i64,
    /// Outcome code, label, households, fen a month.
    pub by_outcome: Vec<(String, String, u64, i64)>,
}

/// Passes the actor's county through `assess` of the pin in force on `as_of`; each block's rows go to `sink`.
///
/// `progress` is told households done and the county's total.
pub async fn county(
    app: &App,
    actor: &Actor,
    plugin: &str,
    as_of: Date,
    sink: &mut (dyn FnMut(Vec<AssessRow>) -> Result<()> + Send),
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<AssessTotals> {
    policy::require(actor, Permission::DecisionRead)?;
    policy::require(actor, Permission::FinanceRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?.without_noting();
    let pin = consult::pin(app, &mut snapshot, plugin, as_of).await?;
    let total: u64 = snapshot
        .county_figures()
        .await?
        .iter()
        .map(|(_, figures)| u64::try_from(figures.households).unwrap_or(0))
        .sum();
    let shared: Shared = Arc::new(Mutex::new(snapshot));
    let now = app.now();
    let mut context = pin.context(actor, as_of, now, true);
    context.recording = Recording::Off;
    let mut totals = AssessTotals::default();
    let mut by_outcome: BTreeMap<u32, (u64, i64)> = BTreeMap::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = shared.lock().await.household_page(cursor.as_deref(), BLOCK as u32).await?;
        if page.items.is_empty() {
            break;
        }
        let ids: Vec<HouseholdId> = page.items.iter().map(|household| household.id).collect();
        let reads = || SnapshotReads::new(app, actor, &shared, pin.plugin.id(), as_of, now, true);
        let columns = app.host.prefetch(&pin.plugin, &context, &mut reads(), &ids, as_of).await?;
        let answered = columns.households.clone();
        let called =
            app.host.assess(&pin.plugin, &context, Box::new(reads()), columns).await.map_err(CallError::into_domain)?;
        let outcomes = called.value;
        let numbers: BTreeMap<HouseholdId, &str> =
            page.items.iter().map(|household| (household.id, household.number.as_str())).collect();
        let mut rows = Vec::with_capacity(outcomes.len());
        for (index, household) in answered.iter().enumerate() {
            let row = outcomes.row(index);
            let entry = by_outcome.entry(outcomes.outcomes()[index]).or_default();
            entry.0 += 1;
            entry.1 += row.amount.0;
            totals.amount += row.amount.0;
            rows.push(AssessRow {
                household: *household,
                number: numbers.get(household).copied().unwrap_or_default().to_owned(),
                outcome: row.outcome.code.clone(),
                outcome_zh: row.outcome.label.zh.clone(),
                amount: row.amount,
                covered: row.covered,
                figures: row.figures.iter().map(|(code, value)| ((*code).to_owned(), *value)).collect(),
                reasons: outcomes.reasons(index).into_iter().map(|reason| (reason.code, reason.zh)).collect(),
            });
        }
        totals.households += rows.len() as u64;
        sink(rows)?;
        progress(totals.households, total);
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    let outcomes = &pin.plugin.manifest().outcomes;
    totals.by_outcome = by_outcome
        .into_iter()
        .filter_map(|(position, (households, amount))| {
            let outcome = outcomes.get(position as usize)?;
            Some((outcome.code.clone(), outcome.label.zh.clone(), households, amount))
        })
        .collect();
    Ok(totals)
}
