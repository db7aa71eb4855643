//! A case made of a real household: its columns of one day without anything that says who it is, and the answer the version
//! in force gives for the copy, beside the one it gives for the household itself, so that the officer sees whether the copy
//! stands for it.

use super::{AcceptanceDraft, Terms, ask, manifests_of, save};
use crate::app::reads::{Shared, SnapshotReads};
use crate::app::{App, consult};
use doudi_documents::scenario::{Expect, Scenario};
use doudi_domain::acceptance::Source;
use doudi_domain::catalogue::{self, Field, FieldCode};
use doudi_domain::policy::{self, Permission};
use doudi_domain::{AcceptanceId, Actor, Date, Error, Fen, HouseholdId, Result};
use doudi_plugin_host::{CallError, CaseAnswer, Recording, copied_fields, masked_copy};
use doudi_storage::Snapshot;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The copy of a household, and what the version in force on that day says of it.
#[derive(Clone, Debug)]
pub struct Copied {
    /// With the answer of the copy as the expected one.
    pub scenario: Scenario,
    pub answer: CaseAnswer,
    /// Outcome code and amount for the household itself.
    pub original: (String, Fen),
}

impl Copied {
    /// Whether the copy stands for the household: the rules count the same.
    pub fn same(&self) -> bool {
        self.original == (self.answer.outcome.code.clone(), self.answer.amount)
    }
}

/// The household an officer names by its number.
pub async fn household_by_number(app: &App, actor: &Actor, number: &str) -> Result<HouseholdId> {
    policy::require(actor, Permission::AcceptanceWrite)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let found = snapshot.household_by_number(number.trim()).await?;
    found.map(|household| household.id).ok_or_else(|| {
        Error::invalid("户编号", "acceptance.household", format!("没有户编号“{}”，请核对", number.trim()))
    })
}

/// What any installed version of the plugin reads, as far as it may be copied, in the catalogue's order.
pub(super) async fn fields_of(snapshot: &mut Snapshot, plugin: &str) -> Result<Vec<&'static Field>> {
    let manifests = manifests_of(snapshot, plugin).await?;
    let read: Vec<&str> = manifests.iter().flat_map(|manifest| manifest.fields()).collect();
    let fields = copied_fields().into_iter().filter(|code| read.contains(&code.as_str()));
    Ok(fields.filter_map(|code| catalogue::find(code.as_str())).collect())
}

/// Copies a household as it stood on a day. Nothing is kept yet.
pub async fn copy_of_household(
    app: &App,
    actor: &Actor,
    plugin: &str,
    household: HouseholdId,
    on: Date,
) -> Result<Copied> {
    policy::require(actor, Permission::AcceptanceWrite)?;
    policy::require(actor, Permission::FinanceRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?.without_noting();
    snapshot.household_fetch(household).await?;
    let pin = consult::pin(app, &mut snapshot, plugin, on).await.map_err(|error| match error {
        Error::NotFound { .. } => Error::refused(format!("这项措施在 {on} 没有启用，不能取得当时的结论")),
        other => other,
    })?;
    let fields: Vec<FieldCode> = fields_of(&mut snapshot, plugin).await?.iter().map(|field| field.code).collect();
    let columns = snapshot.household_columns(&[household], &fields, on, None).await?;
    let (household_fields, members) = masked_copy(&columns, &fields);
    let mut scenario = Scenario {
        name: String::new(),
        date: on.to_string(),
        parameters: BTreeMap::new(),
        household: household_fields,
        members,
        expect: Expect {
            outcome: String::new(),
            amount: 0,
            reasons: Vec::new(),
            without: Vec::new(),
            figures: BTreeMap::new(),
        },
    };
    let shared: Shared = Arc::new(Mutex::new(snapshot));
    let terms = Terms { settings: pin.enablement.settings.clone(), grants: pin.enablement.grants.clone() };
    let answer = ask(app, actor, &shared, &pin.plugin, &terms, &scenario, on).await?;
    let mut context = pin.context(actor, on, app.now(), true);
    context.recording = Recording::Off;
    let reads = || SnapshotReads::new(app, actor, &shared, plugin, on, app.now(), true);
    let columns = app.host.prefetch(&pin.plugin, &context, &mut reads(), &[household], on).await?;
    let called =
        app.host.assess(&pin.plugin, &context, Box::new(reads()), columns).await.map_err(CallError::into_domain)?;
    let row = called.value.row(0);
    let original = (row.outcome.code.clone(), row.amount);
    scenario.expect.outcome = answer.outcome.code.clone();
    scenario.expect.amount = answer.amount.0;
    Ok(Copied { scenario, answer, original })
}

/// A household to be kept as a case.
#[derive(Clone, Debug)]
pub struct HouseholdCase {
    pub plugin: String,
    pub household: HouseholdId,
    pub on: Date,
    pub name: String,
    /// An outcome's code and an amount; `None`: what the version in force answers for the copy.
    pub expected: Option<(String, Fen)>,
    pub note: String,
}

/// Copies a household and keeps the copy as a case.
pub async fn save_household(app: &App, actor: &Actor, case: HouseholdCase) -> Result<AcceptanceId> {
    let mut scenario = copy_of_household(app, actor, &case.plugin, case.household, case.on).await?.scenario;
    scenario.name = case.name.trim().to_owned();
    if let Some((outcome, amount)) = case.expected {
        scenario.expect.outcome = outcome;
        scenario.expect.amount = amount.0;
    }
    let draft = AcceptanceDraft { plugin: case.plugin, scenario, source: Source::Household, note: case.note };
    save(app, actor, draft).await
}
