//! `documents`: the plugin's own documents; those of other plugins cannot be named.

use super::answered;
use crate::bindings::doudi::kernel::documents::{Document, Error, Host, Id, Query};
use crate::convert;
use crate::reads::DocumentQuery;
use crate::state::{HostState, ReadError};
use doudi_domain::{DocumentId, HouseholdId, PersonId};

/// Documents in one read.
const PAGE: u32 = 200;

impl Host for HostState {
    async fn get(&mut self, id: Id) -> wasmtime::Result<Result<Document, Error>> {
        answered!(self, "documents.get", id, self.read_document(id))
    }

    async fn find(&mut self, query: Query) -> wasmtime::Result<Result<Vec<Document>, Error>> {
        answered!(self, "documents.find", &query, self.read_documents(&query))
    }
}

impl HostState {
    async fn read_document(&mut self, id: Id) -> Result<Document, ReadError> {
        self.count_rows(1)?;
        let plugin = self.plugin.clone();
        let document = self.live().document_get(plugin.id(), DocumentId(id)).await?;
        if document.plugin != plugin.id() {
            return Err(ReadError::not_found(format!("没有找到办件 {id}")));
        }
        Ok(convert::document(&document))
    }

    async fn read_documents(&mut self, query: &Query) -> Result<Vec<Document>, ReadError> {
        let plugin = self.plugin.clone();
        let Some(collection) = plugin.manifest().collection(&query.collection) else {
            return Err(ReadError::unknown(format!("清单没有申报办件类别“{}”", query.collection)));
        };
        if let Some((name, _)) = &query.by_index
            && !collection.indexes.contains(name)
        {
            return Err(ReadError::unknown(format!("办件类别“{}”没有申报索引“{name}”", query.collection)));
        }
        let due_by = match query.due_by {
            None => None,
            Some(day) => Some(convert::date(day).ok_or_else(|| ReadError::invalid("日期无效"))?),
        };
        let query = DocumentQuery {
            collection: query.collection.clone(),
            states: query.states.clone(),
            household: query.household.map(HouseholdId),
            person: query.person.map(PersonId),
            due_by,
            by_index: query.by_index.clone(),
            after: query.after,
            limit: query.limit.min(PAGE),
        };
        let documents = self.live().documents_find(plugin.id(), &query).await?;
        self.count_rows(documents.len())?;
        Ok(documents.iter().filter(|document| document.plugin == plugin.id()).map(convert::document).collect())
    }
}
