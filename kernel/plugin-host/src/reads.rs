//! What the host must be able to read on a plugin's behalf. The server implements it over one storage snapshot, so that all
//! reads of a call belong to one moment and one scope; the host decides beforehand *what* may be asked for (grants, own
//! collections, declared parameters), the snapshot decides *where* (the actor's subtree).

use crate::block::Block;
use async_trait::async_trait;
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::catalogue::FieldCode;
use doudi_domain::columns::Columns;
use doudi_domain::decision::Decision;
use doudi_domain::document::Document;
use doudi_domain::parameter::Parameter;
use doudi_domain::{Date, DecisionId, DocumentId, HouseholdId, PersonId, Result};
use std::sync::Arc;

/// Conditions are joined by "and"; an absent one does not restrict.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DocumentQuery {
    pub collection: String,
    /// Any of these; empty: any state.
    pub states: Vec<String>,
    pub household: Option<HouseholdId>,
    pub person: Option<PersonId>,
    /// Due on or before.
    pub due_by: Option<Date>,
    /// A declared index and the value looked for.
    pub by_index: Option<(String, String)>,
    /// Ids above this one; 0 to begin.
    pub after: i64,
    pub limit: u32,
}

/// One moment, one scope. Refusals of the domain become error codes the plugin can handle; [`doudi_domain::Error::Failure`]
/// and [`doudi_domain::Error::Conflict`] end the call.
#[async_trait]
pub trait Reads: Send {
    /// These fields of these households as of a day, in the order asked. Households that are not in scope are left out;
    /// the host tells the plugin which.
    async fn households(&mut self, ids: &[HouseholdId], fields: &[FieldCode], as_of: Date) -> Result<Columns>;

    /// Households with a decision of this scheme in force on a day, ascending, above a cursor.
    async fn recipients(
        &mut self,
        scheme: &str,
        as_of: Date,
        after: HouseholdId,
        limit: u32,
    ) -> Result<Vec<HouseholdId>>;

    /// A document of this plugin; `NotFound` when absent, another plugin's, or out of scope.
    async fn document_get(&mut self, plugin: &str, id: DocumentId) -> Result<Document>;

    /// Documents of this plugin by ascending id.
    async fn documents_find(&mut self, plugin: &str, query: &DocumentQuery) -> Result<Vec<Document>>;

    /// All decisions about a household, of whatever scheme, oldest first; the host hands on the plugin's own schemes only.
    async fn decisions_of_household(&mut self, household: HouseholdId) -> Result<Vec<Decision>>;

    async fn decision_get(&mut self, id: DecisionId) -> Result<Decision>;

    /// The value in force on a day by its full code (plugin, dot, name).
    async fn parameter(&mut self, code: &str, on: Date) -> Result<Option<Parameter>>;

    async fn calendar(&mut self) -> Result<Arc<WorkCalendar>>;

    /// Asks every other enabled plugin of the county that answers the topic, in the same snapshot. `depth` is how deep in
    /// questions the callee will be: pass it on as [`crate::CallContext::depth`].
    async fn ask(&mut self, topic: &str, on: Date, block: Block, depth: u8) -> Result<Vec<(String, Block)>>;
}
