//! A county's whole caseload, block after block, for what is asked of all households at once: a budget, a shadow run. One
//! snapshot for the whole pass, so that all of it belongs to one moment; nothing is noted, for nothing is written.

use super::App;
use super::consult::Pin;
use super::reads::{Shared, SnapshotReads};
use super::supposed::Supposed;
use doudi_documents::manifest::OutcomeEffect;
use doudi_domain::catalogue::FieldCode;
use doudi_domain::columns::Columns;
use doudi_domain::{Actor, Date, Fen, HouseholdId, Instant, Result};
use doudi_plugin_host::{CallContext, CallError, Outcomes, Plugin, Recording};
use doudi_storage::Snapshot;
use doudi_storage::household::Listed;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Households a block.
const BLOCK: u32 = 2_048;

/// What an answer entitles to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Standing {
    Nothing,
    /// A status without money: recognised, and paid nothing.
    Status,
    Pays,
}

impl Standing {
    pub fn of(effect: OutcomeEffect, amount: Fen) -> Standing {
        match effect {
            OutcomeEffect::Grant | OutcomeEffect::Change if amount.0 > 0 => Standing::Pays,
            OutcomeEffect::Grant | OutcomeEffect::Change => Standing::Status,
            OutcomeEffect::Refuse | OutcomeEffect::Stop => Standing::Nothing,
        }
    }
}

/// A pass over all households within a scope.
pub(crate) struct Caseload {
    pub shared: Shared,
    /// Households there are, when the pass began.
    pub total: u64,
    /// The last household handed out.
    after: Option<HouseholdId>,
}

impl Caseload {
    pub async fn begin(mut snapshot: Snapshot) -> Result<Caseload> {
        let figures = snapshot.county_figures().await?;
        let total = figures.iter().map(|(_, figures)| u64::try_from(figures.households).unwrap_or(0)).sum();
        Ok(Caseload { shared: Arc::new(Mutex::new(snapshot.without_noting())), total, after: None })
    }

    /// The next block, by household id; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Listed>>> {
        let block = self.shared.lock().await.households_listed(self.after, BLOCK).await?;
        self.after = block.last().map(|household| household.id).or(self.after);
        Ok((!block.is_empty()).then_some(block))
    }
}

/// One way to decide: a release with its settings and grants, on a legal date, with the parameters in force or others.
#[derive(Clone)]
pub(crate) struct Side {
    pub plugin: Arc<Plugin>,
    pub context: CallContext,
    pub supposed: Arc<Supposed>,
    pub now: Instant,
}

impl Side {
    /// A pin on a legal date; nothing is recorded, nothing will be applied.
    pub fn of(app: &App, actor: &Actor, pin: &Pin, on: Date) -> Side {
        let now = app.now();
        let mut context = pin.context(actor, on, now, true);
        context.recording = Recording::Off;
        Side { plugin: pin.plugin.clone(), context, supposed: Arc::default(), now }
    }

    /// The legal date: of the rules, and of the facts.
    pub fn on(&self) -> Date {
        self.context.today
    }

    /// The fields this side may read.
    pub fn fields(&self, app: &App) -> Vec<FieldCode> {
        app.host.granted_fields(&self.plugin, &self.context)
    }

    /// Those fields of some households on the legal date, as they lie in storage.
    pub async fn fetch(&self, app: &App, shared: &Shared, ids: &[HouseholdId]) -> Result<Columns> {
        shared.lock().await.household_columns(ids, &self.fields(app), self.on(), None).await
    }

    /// The answer for columns of [`Side::fetch`], or of another side with the same fields and date.
    pub async fn assess(&self, app: &App, actor: &Actor, shared: &Shared, columns: Columns) -> Result<Outcomes> {
        let columns = app.host.lay_out(&self.plugin, &self.context, columns);
        let reads = SnapshotReads::new(app, actor, shared, self.plugin.id(), self.on(), self.now, true);
        let reads = Box::new(reads.supposing(&self.supposed));
        let called = app.host.assess(&self.plugin, &self.context, reads, columns).await;
        Ok(called.map_err(CallError::into_domain)?.value)
    }
}
