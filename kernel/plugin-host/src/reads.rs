//! What the host must be able to read on a plugin's behalf. The server implements it over one storage snapshot, so that all
//! reads of a call belong to one moment and one scope; the host decides beforehand *what* may be asked for (grants, own
//! collections, declared parameters), the snapshot decides *where* (the actor's subtree).

use crate::block::Block;
use async_trait::async_trait;
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::catalogue::FieldCode;
use doudi_domain::columns::Columns;
use doudi_domain::decision::{Decision, Governing, SlimDecision};
use doudi_domain::document::Document;
use doudi_domain::parameter::Parameter;
use doudi_domain::payment::{self, Conflict, Payment};
use doudi_domain::{Date, DecisionId, Division, DocumentId, Error, HouseholdId, PaymentId, PersonId, Result};
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

/// Conditions on payment lines; an absent one does not restrict.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PaymentQuery {
    pub document: Option<DocumentId>,
    pub scheme: Option<String>,
    pub households: Vec<HouseholdId>,
    /// Payee or covered person.
    pub person: Option<PersonId>,
    /// Any of these; empty: any state.
    pub states: Vec<payment::State>,
    pub purpose: Option<payment::Purpose>,
    pub flag: Option<payment::Flag>,
    /// First days of months, both included.
    pub months_from: Option<Date>,
    pub months_to: Option<Date>,
    pub after: i64,
    pub limit: u32,
}

/// An envelope with its sums and steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaymentTotals {
    pub envelope: payment::Envelope,
    pub totals: Vec<payment::Total>,
    pub steps: Vec<payment::Step>,
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

    /// Ids of all households in scope, ascending, above a cursor.
    async fn household_ids(&mut self, after: HouseholdId, limit: u32) -> Result<Vec<HouseholdId>> {
        let _ = (after, limit);
        Err(unread("全部家庭的编号"))
    }

    /// The county and all below it, by code, whatever the scope.
    async fn divisions(&mut self) -> Result<Vec<Division>> {
        Err(unread("区划"))
    }

    /// A document of this plugin; `NotFound` when absent, another plugin's, or out of scope.
    async fn document_get(&mut self, plugin: &str, id: DocumentId) -> Result<Document>;

    /// Documents of this plugin by ascending id.
    async fn documents_find(&mut self, plugin: &str, query: &DocumentQuery) -> Result<Vec<Document>>;

    /// All decisions about a household, of whatever scheme, oldest first; the host hands on the plugin's own schemes only.
    async fn decisions_of_household(&mut self, household: HouseholdId) -> Result<Vec<Decision>>;

    async fn decision_get(&mut self, id: DecisionId) -> Result<Decision>;

    /// For each household and each of its persons the decision that governs a day, by household.
    async fn decisions_governing(&mut self, asked: &Governing<'_>) -> Result<Vec<Decision>> {
        let _ = asked;
        Err(unread("在保决定"))
    }

    /// As [`Reads::decisions_governing`], of each decision what a figure or a list over a county needs.
    async fn decisions_governing_slim(
        &mut self,
        asked: &Governing<'_>,
        figures: &[String],
    ) -> Result<Vec<SlimDecision>> {
        let whole = self.decisions_governing(asked).await?;
        Ok(whole.iter().map(|decision| SlimDecision::of(decision, figures)).collect())
    }

    /// Lines of the envelopes this plugin opened, and of these schemes (its own) whoever opened theirs, by ascending id.
    async fn payment_lines(&mut self, plugin: &str, schemes: &[String], query: &PaymentQuery) -> Result<Vec<Payment>> {
        let _ = (plugin, schemes, query);
        Err(unread("付款明细"))
    }

    /// The envelope of a document of this plugin; `NotFound` when there is none in scope.
    async fn payment_totals(&mut self, plugin: &str, document: DocumentId) -> Result<PaymentTotals> {
        let _ = (plugin, document);
        Err(unread("发放清单"))
    }

    /// Findings about the lines above a cursor of an envelope of this plugin, by line, those of a line together.
    async fn payment_conflicts(
        &mut self,
        plugin: &str,
        document: DocumentId,
        after: PaymentId,
        limit: u32,
    ) -> Result<Vec<Conflict>> {
        let _ = (plugin, document, after, limit);
        Err(unread("发放清单"))
    }

    /// The value in force on a day by its full code (plugin, dot, name).
    async fn parameter(&mut self, code: &str, on: Date) -> Result<Option<Parameter>>;

    async fn calendar(&mut self) -> Result<Arc<WorkCalendar>>;

    /// Asks every other enabled plugin of the county that answers the topic, in the same snapshot. `depth` is how deep in
    /// questions the callee will be: pass it on as [`crate::CallContext::depth`].
    async fn ask(&mut self, topic: &str, on: Date, block: Block, depth: u8) -> Result<Vec<(String, Block)>>;
}

/// Readers that stand in for a county (scenarios, benches) lend less than a snapshot does; asking them is a failure, never
/// an empty answer.
fn unread(what: &str) -> Error {
    Error::failure(format!("此处不能读取{what}"), "these reads lend no such thing")
}
