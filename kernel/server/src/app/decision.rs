//! Decisions and why: the reasoning with its articles, the facts and parameters it used, and running it again.

pub mod bundle;
mod replayed;

use super::division::Tree;
use super::household::{FactView, Notice, fact_view};
use super::parameter::{self, ParameterRow};
use super::plugin::PluginRef;
use super::{App, consult, manifests, names};
use doudi_domain::catalogue::Sensitivity;
use doudi_domain::decision::Decision;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, DecisionId, Error, FactId, HouseholdId, Result, mask};
use doudi_plugin_host::{CallRecord, Point};
pub use doudi_storage::decision::DecisionQuery;
use doudi_storage::{Page, Snapshot};
use replayed::Kept;
pub use replayed::Replayed;
use std::collections::BTreeSet;

/// The why page.
#[derive(Clone, Debug)]
pub struct DecisionView {
    pub decision: Decision,
    /// Which rule answered, by id, name and version.
    pub plugin: PluginRef,
    /// 张* 家.
    pub household_title: String,
    /// Masked name of the person, when the decision is about one.
    pub person_name: Option<String>,
    pub division_name: String,
    /// The facts its reasons name, by id.
    pub facts: Vec<FactView>,
    /// The parameter versions it used, with source and 未核实 mark.
    pub parameters: Vec<ParameterRow>,
    /// Letters and postings of the same case.
    pub notices: Vec<Notice>,
    /// Codes of reasons whose article nobody has compared with the rule's text (条文待核).
    pub unverified_articles: BTreeSet<String>,
}

/// A decision in a list.
#[derive(Clone, Debug)]
pub struct DecisionRow {
    pub decision: Decision,
    pub household_title: String,
    pub division_name: String,
}

pub async fn view(app: &App, actor: &Actor, id: DecisionId) -> Result<DecisionView> {
    policy::require(actor, Permission::DecisionRead)?;
    let finances = policy::require(actor, Permission::FinanceRead).is_ok();
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let decision = snapshot.decision_fetch(id).await?;
    let tree = Tree::read(&mut snapshot).await?;
    let used: BTreeSet<FactId> = decision.reasons.iter().flat_map(|reason| reason.facts.iter().copied()).collect();
    let used: Vec<FactId> = used.into_iter().collect();
    let mut facts = snapshot.facts_fetch(&used).await?;
    facts.retain(|fact| finances || fact.field.field().sensitivity == Sensitivity::Internal);
    let mut parameters = Vec::new();
    for version in &decision.cause.parameters {
        let parameter = snapshot.parameter_fetch(*version).await?;
        parameters.push(parameter::row(&mut snapshot, parameter, app.today()).await?);
    }
    let mut notices = match decision.document {
        Some(document) => snapshot.notices_of_document(document).await?,
        None => snapshot.notices_of_household(decision.household).await?,
    };
    notices.retain(|notice| notice.decision == Some(id) || (notice.decision.is_none() && decision.document.is_some()));
    let person_name = match decision.person {
        Some(person) => Some(mask::name(&snapshot.person_fetch(person, false).await?.name)),
        None => None,
    };
    let manifest = manifests::of_digest(&mut snapshot, &decision.cause.digest).await?;
    let unverified_articles =
        manifest.reasons.iter().filter(|reason| !reason.article_verified).map(|reason| reason.code.clone()).collect();
    Ok(DecisionView {
        unverified_articles,
        plugin: consult::plugin_ref(&mut snapshot, &decision.cause.digest).await?,
        household_title: names::household_title(&mut snapshot, decision.household, mask::name)
            .await?
            .unwrap_or_default(),
        person_name,
        division_name: tree.path(decision.division),
        facts: facts.into_iter().map(fact_view).collect(),
        parameters,
        notices,
        decision,
    })
}

/// Newest first.
pub async fn list_of_household(app: &App, actor: &Actor, id: HouseholdId) -> Result<Vec<Decision>> {
    policy::require(actor, Permission::DecisionRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    snapshot.household_fetch(id).await?;
    snapshot.decisions_of_household(id).await
}

/// Decisions in the actor's area, oldest first.
pub async fn page(app: &App, actor: &Actor, query: &DecisionQuery) -> Result<Page<DecisionRow>> {
    policy::require(actor, Permission::DecisionRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let tree = Tree::read(&mut snapshot).await?;
    let found = snapshot.decisions_page(query).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for decision in found.items {
        let title = names::household_title(&mut snapshot, decision.household, mask::name).await?;
        items.push(DecisionRow {
            household_title: title.unwrap_or_default(),
            division_name: tree.path(decision.division),
            decision,
        });
    }
    Ok(Page { items, next: found.next })
}

/// Runs the recorded call again with the recorded reads and the same component, and compares what comes back byte by byte; and
/// the decision as it is kept with what the call wished.
pub async fn replay(app: &App, actor: &Actor, id: DecisionId) -> Result<Replayed> {
    policy::require(actor, Permission::DecisionRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let decision = snapshot.decision_fetch(id).await?;
    let record = match record_of(&mut snapshot, &decision).await {
        Ok(record) => record,
        // What was sealed and cannot be opened any more has been changed: that is what a replay looks for.
        Err(Error::Failure { outside, inside }) if doudi_storage::seal::is_broken(&inside) => {
            return Ok(Replayed::differs(id, format!("调用记录已被改动或损坏：{outside}（{inside}）")));
        }
        Err(error) => return Err(error),
    };
    let plugin = consult::load(app, &mut snapshot, &decision.cause.digest).await?;
    drop(snapshot);
    replayed::replay(&app.host, &plugin, &record, &Kept::from(&decision)).await
}

/// The call that led to a decision, as it was recorded.
async fn record_of(snapshot: &mut Snapshot, decision: &Decision) -> Result<CallRecord> {
    let invocation = snapshot.invocation_fetch(decision.cause.invocation).await?;
    let unreadable = |error: serde_json::Error| Error::failure("调用记录无法读取，不能重算", error);
    Ok(CallRecord {
        point: Point::parse(&invocation.point)
            .ok_or_else(|| Error::failure("调用记录无法读取，不能重算", format!("no point {}", invocation.point)))?,
        plugin: invocation.plugin,
        version: invocation.version,
        digest: invocation.digest,
        request: serde_json::from_slice(&invocation.input).map_err(unreadable)?,
        reads: serde_json::from_slice(&invocation.reads).map_err(unreadable)?,
        result: serde_json::from_slice(&invocation.output).map_err(unreadable)?,
        input_hash: invocation.input_hash,
        parameters: decision.cause.parameters.clone(),
    })
}
