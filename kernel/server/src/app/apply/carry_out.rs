//! Carrying out, in the one short transaction. Documents, facts and payments are written in the order of the list, new documents
//! that follow each other and facts that do in one go; decisions, then letters, then events are collected and written at once.
//! A step of due work and a block of a department's list wish hundreds of each.

use super::{Operation, payments};
use doudi_domain::fact::NewFact;
use doudi_domain::{DecisionId, DocumentId, HouseholdId, InvocationId, Result};
use doudi_plugin_host::CallRecord;
use doudi_storage::Write;
use doudi_storage::decision::NewDecision;
use doudi_storage::document::{DocumentPut, DocumentTarget};
use doudi_storage::event::NewEvent;
use doudi_storage::notice::NewNotice;
use std::collections::HashMap;

/// Writes what was decided. Returns the documents created or moved.
pub(crate) async fn carry_out(
    write: &mut Write,
    operations: Vec<Operation>,
    record: &CallRecord,
    invocation: InvocationId,
) -> Result<Vec<DocumentId>> {
    let mut documents = Vec::new();
    let mut together = Together::default();
    // By collection and key: what the envelope of a new roster is opened on.
    let mut named: Vec<(String, String, DocumentId)> = Vec::new();
    let mut row = Row::default();
    for operation in operations {
        if !row.takes(&operation) {
            row.write(write, &mut documents, &mut together, &mut named).await?;
        }
        match operation {
            Operation::Document(put) if is_new(&put) => row.documents.push(put),
            Operation::Document(put) => documents.push(write.document_put(&put).await?.id),
            Operation::Decision(mut decision) => {
                decision.cause.parameters = record.parameters.clone();
                decision.cause.input_hash = record.input_hash.clone();
                decision.cause.invocation = invocation;
                together.decision(*decision);
            }
            Operation::Fact(fact) => row.facts.push(fact),
            Operation::Event(event) => together.events.push(event),
            Operation::Notice(notice) => together.notice(notice),
            Operation::Attachment(attachment) => {
                write.attachment_add(&attachment).await?;
            }
            Operation::Payment(planned) => payments::carry_out(write, *planned, &named).await?,
        }
    }
    row.write(write, &mut documents, &mut together, &mut named).await?;
    together.write(write).await?;
    Ok(documents)
}

fn is_new(put: &DocumentPut) -> bool {
    matches!(put.target, DocumentTarget::New { .. })
}

/// New documents, or facts, that follow each other: written in one go before anything else is.
#[derive(Default)]
struct Row {
    documents: Vec<DocumentPut>,
    facts: Vec<NewFact>,
}

impl Row {
    /// Whether this may wait for what comes next. What is written in the end anyway keeps nobody from waiting.
    fn takes(&self, operation: &Operation) -> bool {
        match operation {
            Operation::Document(put) => is_new(put) && self.facts.is_empty(),
            // A fact that takes the place of another is written after what was before it.
            Operation::Fact(fact) => self.documents.is_empty() && fact.supersedes.is_none(),
            Operation::Event(_) => true,
            // A decision and a letter about a household belong to the case just created for it.
            Operation::Decision(_) | Operation::Notice(_) | Operation::Attachment(_) | Operation::Payment(_) => false,
        }
    }

    async fn write(
        &mut self,
        write: &mut Write,
        documents: &mut Vec<DocumentId>,
        together: &mut Together,
        named: &mut Vec<(String, String, DocumentId)>,
    ) -> Result<()> {
        let puts = std::mem::take(&mut self.documents);
        if !puts.is_empty() {
            for document in write.documents_create_many(&puts).await? {
                if let Some(household) = document.household {
                    together.cases.insert(household, document.id);
                }
                named.push((document.collection, document.key, document.id));
                documents.push(document.id);
            }
        }
        let facts = std::mem::take(&mut self.facts);
        if !facts.is_empty() {
            write.facts_record_many(&facts).await?;
        }
        Ok(())
    }
}

/// What is written at once in the end.
#[derive(Default)]
struct Together {
    /// A case created by this very list is the case of the later decisions and letters about the same household in it.
    cases: HashMap<HouseholdId, DocumentId>,
    decisions: Vec<NewDecision>,
    /// The latest decision about a household, by its place.
    decided: HashMap<HouseholdId, usize>,
    /// Each with the place of the decision it tells of.
    notices: Vec<(NewNotice, Option<usize>)>,
    events: Vec<NewEvent>,
}

impl Together {
    fn decision(&mut self, mut decision: NewDecision) {
        decision.document = decision.document.or_else(|| self.cases.get(&decision.household).copied());
        self.decided.insert(decision.household, self.decisions.len());
        self.decisions.push(decision);
    }

    fn notice(&mut self, mut notice: NewNotice) {
        let household = notice.household;
        notice.document = notice.document.or_else(|| self.cases.get(&household?).copied());
        let decision = household.and_then(|household| self.decided.get(&household).copied());
        self.notices.push((notice, decision));
    }

    async fn write(self, write: &mut Write) -> Result<()> {
        let recorded: Vec<DecisionId> = write.decisions_record_many(&self.decisions).await?;
        let notices: Vec<NewNotice> = self
            .notices
            .into_iter()
            .map(|(mut notice, decision)| {
                notice.decision = decision.and_then(|at| recorded.get(at).copied()).or(notice.decision);
                notice
            })
            .collect();
        write.notices_issue_many(&notices).await?;
        write.events_publish_many(self.events).await?;
        Ok(())
    }
}
