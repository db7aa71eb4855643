//! What a plugin reads: one storage snapshot, one scope, behind the host's [`Reads`]. Questions to other measures are answered
//! within the same snapshot, so that all parts of an answer belong to one moment.

use super::consult::{self, Pin};
use super::supposed::Supposed;
use super::{App, manifests};
use async_trait::async_trait;
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::catalogue::FieldCode;
use doudi_domain::columns::Columns;
use doudi_domain::decision::{Decision, Governing, SlimDecision};
use doudi_domain::document::Document;
use doudi_domain::parameter::Parameter;
use doudi_domain::payment::{Conflict, Payment};
use doudi_domain::{
    Actor, Date, DecisionId, Division, DocumentId, Error, HouseholdId, Instant, Level, PaymentId, Result,
};
use doudi_plugin_host::{Block, DocumentQuery, PaymentQuery, PaymentTotals, Reads};
use doudi_storage::Snapshot;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// A snapshot that a call and the one who asks share; the host runs one read at a time.
pub(crate) type Shared = Arc<Mutex<Snapshot>>;

/// Measures asking measures asking measures: deeper than this is a circle.
const DEPTH: u8 = 3;

pub(crate) struct SnapshotReads {
    pub app: App,
    pub actor: Actor,
    pub snapshot: Shared,
    /// The plugin that reads: it is not asked its own questions.
    pub plugin: String,
    /// The legal date of the call, and its moment: those of any question it asks.
    pub today: Date,
    pub now: Instant,
    pub trial: bool,
    /// Parameters other than those in force, when something is only tried out.
    pub supposed: Arc<Supposed>,
    calendar: Option<Arc<WorkCalendar>>,
    /// Recipients handed out, ascending: who asks for a page of them asks for the decisions about each next, and one query
    /// brings them all. Of one snapshot, so that nothing is out of date.
    ahead: Vec<HouseholdId>,
    decisions: HashMap<HouseholdId, Vec<Decision>>,
}

impl SnapshotReads {
    pub fn new(
        app: &App,
        actor: &Actor,
        snapshot: &Shared,
        plugin: &str,
        today: Date,
        now: Instant,
        trial: bool,
    ) -> Self {
        SnapshotReads {
            app: app.clone(),
            actor: actor.clone(),
            snapshot: snapshot.clone(),
            plugin: plugin.to_owned(),
            today,
            now,
            trial,
            supposed: Arc::default(),
            calendar: None,
            ahead: Vec::new(),
            decisions: HashMap::new(),
        }
    }

    /// The same reads, with other parameters than those in force.
    pub fn supposing(self, supposed: &Arc<Supposed>) -> SnapshotReads {
        SnapshotReads { supposed: supposed.clone(), ..self }
    }

    /// Reads the decisions about all recipients handed out so far, newest first.
    async fn read_ahead(&mut self) -> Result<()> {
        let missing: Vec<HouseholdId> =
            self.ahead.iter().copied().filter(|household| !self.decisions.contains_key(household)).collect();
        let mut found = self.snapshot.lock().await.decisions_of_households(&missing).await?;
        let decisions = missing.into_iter().map(|household| (household, found.remove(&household).unwrap_or_default()));
        self.decisions.extend(decisions);
        Ok(())
    }
}

#[async_trait]
impl Reads for SnapshotReads {
    async fn households(&mut self, ids: &[HouseholdId], fields: &[FieldCode], as_of: Date) -> Result<Columns> {
        self.snapshot.lock().await.household_columns(ids, fields, as_of, None).await
    }

    async fn recipients(
        &mut self,
        scheme: &str,
        as_of: Date,
        after: HouseholdId,
        limit: u32,
    ) -> Result<Vec<HouseholdId>> {
        let asked = Governing { scheme, day: as_of, since: None, after, limit };
        let governing = self.snapshot.lock().await.decisions_governing_slim(&asked, &[]).await?;
        let mut found: Vec<HouseholdId> = governing.into_iter().map(|decision| decision.household).collect();
        // By household already.
        found.dedup();
        self.ahead.extend(&found);
        self.ahead.sort_unstable();
        self.ahead.dedup();
        Ok(found)
    }

    /// A household entered meanwhile is not part of this pass: nothing is noted, or no pass would end in a busy county.
    async fn household_ids(&mut self, after: HouseholdId, limit: u32) -> Result<Vec<HouseholdId>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        self.snapshot.lock().await.household_ids(Some(after), limit).await
    }

    async fn divisions(&mut self) -> Result<Vec<Division>> {
        let mut divisions = self.snapshot.lock().await.divisions_of_county().await?;
        divisions.retain(|division| division.level != Level::City);
        Ok(divisions)
    }

    async fn document_get(&mut self, plugin: &str, id: DocumentId) -> Result<Document> {
        let document = self.snapshot.lock().await.document_fetch(id).await?;
        if document.plugin == plugin { Ok(document) } else { Err(Error::not_found("办件")) }
    }

    async fn documents_find(&mut self, plugin: &str, query: &DocumentQuery) -> Result<Vec<Document>> {
        let query = doudi_storage::document::DocumentQuery {
            plugin: Some(plugin.to_owned()),
            collection: Some(query.collection.clone()),
            states: query.states.clone(),
            household: query.household,
            person: query.person,
            due_before: query.due_by,
            index: query.by_index.clone(),
            cursor: (query.after > 0).then(|| query.after.to_string()),
            limit: query.limit,
            ..Default::default()
        };
        Ok(self.snapshot.lock().await.documents_query(&query).await?.items)
    }

    async fn decisions_of_household(&mut self, household: HouseholdId) -> Result<Vec<Decision>> {
        if self.ahead.binary_search(&household).is_ok() && !self.decisions.contains_key(&household) {
            self.read_ahead().await?;
        }
        let mut decisions = match self.decisions.get(&household) {
            Some(decisions) => decisions.clone(),
            None => self.snapshot.lock().await.decisions_of_household(household).await?,
        };
        decisions.reverse();
        Ok(decisions)
    }

    async fn decision_get(&mut self, id: DecisionId) -> Result<Decision> {
        self.snapshot.lock().await.decision_fetch(id).await
    }

    async fn decisions_governing(&mut self, asked: &Governing<'_>) -> Result<Vec<Decision>> {
        self.snapshot.lock().await.decisions_governing(asked).await
    }

    async fn decisions_governing_slim(
        &mut self,
        asked: &Governing<'_>,
        figures: &[String],
    ) -> Result<Vec<SlimDecision>> {
        self.snapshot.lock().await.decisions_governing_slim(asked, figures).await
    }

    async fn payment_lines(&mut self, plugin: &str, schemes: &[String], query: &PaymentQuery) -> Result<Vec<Payment>> {
        let query = doudi_storage::payment::PaymentQuery {
            readable: Some((plugin.to_owned(), schemes.to_vec())),
            document: query.document,
            scheme: query.scheme.clone(),
            households: query.households.clone(),
            person: query.person,
            states: query.states.clone(),
            purpose: query.purpose,
            flag: query.flag,
            months_from: query.months_from,
            months_to: query.months_to,
            after: query.after,
            limit: query.limit,
        };
        self.snapshot.lock().await.payments_query(&query).await
    }

    async fn payment_totals(&mut self, plugin: &str, document: DocumentId) -> Result<PaymentTotals> {
        let mut snapshot = self.snapshot.lock().await;
        let envelope = own_envelope(&mut snapshot, plugin, document).await?;
        let totals = snapshot.payment_totals(document).await?;
        let steps = snapshot.payment_steps(document).await?;
        Ok(PaymentTotals { envelope, totals, steps })
    }

    async fn payment_conflicts(
        &mut self,
        plugin: &str,
        document: DocumentId,
        after: PaymentId,
        limit: u32,
    ) -> Result<Vec<Conflict>> {
        let mut snapshot = self.snapshot.lock().await;
        own_envelope(&mut snapshot, plugin, document).await?;
        snapshot.payment_conflicts(document, after, limit, self.today).await
    }

    async fn parameter(&mut self, code: &str, on: Date) -> Result<Option<Parameter>> {
        let on = self.supposed.day(on);
        let in_force = self.snapshot.lock().await.parameter_at(code, on, None).await?;
        Ok(self.supposed.value(self.actor.county(), code, on, in_force))
    }

    async fn calendar(&mut self) -> Result<Arc<WorkCalendar>> {
        if let Some(calendar) = &self.calendar {
            return Ok(calendar.clone());
        }
        let calendar = Arc::new(self.snapshot.lock().await.calendar().await?);
        self.calendar = Some(calendar.clone());
        Ok(calendar)
    }

    /// Nobody's failure is passed over: an answer that is missing because a measure failed would be a wrong answer.
    async fn ask(&mut self, topic: &str, on: Date, block: Block, depth: u8) -> Result<Vec<(String, Block)>> {
        if depth > DEPTH {
            return Err(Error::refused(format!("措施之间的询问超过 {DEPTH} 层，请检查相互询问的措施")));
        }
        let answering = {
            let mut snapshot = self.snapshot.lock().await;
            let mut answering = Vec::new();
            for enablement in snapshot.enablements_at(self.today).await? {
                let manifest = manifests::of_digest(&mut snapshot, &enablement.digest).await?;
                if enablement.plugin != self.plugin && manifest.answers.iter().any(|answered| answered == topic) {
                    answering.push(Pin {
                        plugin: consult::load(&self.app, &mut snapshot, &enablement.digest).await?,
                        enablement,
                    });
                }
            }
            answering
        };
        let mut answers = Vec::with_capacity(answering.len());
        for pin in answering {
            let mut context = pin.context(&self.actor, self.today, self.now, self.trial);
            context.depth = depth;
            context.recording = doudi_plugin_host::Recording::Off;
            let reads = SnapshotReads::new(
                &self.app,
                &self.actor,
                &self.snapshot,
                pin.plugin.id(),
                self.today,
                self.now,
                self.trial,
            )
            .supposing(&self.supposed);
            let called = self
                .app
                .host
                .answer(&pin.plugin, &context, Box::new(reads), topic, on, block.clone())
                .await
                .map_err(|error| error.into_domain())?;
            answers.push((pin.enablement.plugin, called.value));
        }
        Ok(answers)
    }
}

/// The envelope of a document, if this plugin opened it.
async fn own_envelope(
    snapshot: &mut Snapshot,
    plugin: &str,
    document: DocumentId,
) -> Result<doudi_domain::payment::Envelope> {
    let envelope = snapshot.payment_envelope(document).await?;
    envelope.filter(|envelope| envelope.plugin == plugin).ok_or(Error::not_found("发放清单"))
}
