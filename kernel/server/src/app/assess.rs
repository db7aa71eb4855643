//! A measure's answer for a whole county on a date, without writing anything: what a shadow run, a budget or a July change
//! would give. Households pass through in blocks, a fresh instance each ([`super::caseload`]).

use super::caseload::{Caseload, Side};
use super::{App, consult};
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Date, Fen, HouseholdId, Result};
use std::collections::BTreeMap;

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
    let side = Side::of(app, actor, &pin, as_of);
    let mut caseload = Caseload::begin(snapshot).await?;
    let mut totals = AssessTotals::default();
    let mut by_outcome: BTreeMap<u32, (u64, i64)> = BTreeMap::new();
    while let Some(households) = caseload.next().await? {
        let ids: Vec<HouseholdId> = households.iter().map(|household| household.id).collect();
        let columns = side.fetch(app, &caseload.shared, &ids).await?;
        let answered = columns.households.clone();
        let outcomes = side.assess(app, actor, &caseload.shared, columns).await?;
        let numbers: BTreeMap<HouseholdId, &str> =
            households.iter().map(|household| (household.id, household.number.as_str())).collect();
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
        progress(totals.households, caseload.total);
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
