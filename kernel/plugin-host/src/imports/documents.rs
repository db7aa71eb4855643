//! `documents`: the plugin's own documents; those of other plugins cannot be named.

use super::answered;
use crate::bindings::doudi::kernel::documents::{Block, Document, Error, Host, Id, Query};
use crate::block::Block as HostBlock;
use crate::convert;
use crate::reads::DocumentQuery;
use crate::state::{HostState, ReadError};
use crate::tables::{LIGHTER, absent_texts, ints, optional_ints, table};
use doudi_documents::projection::{self, Envelope, Wanted};
use doudi_domain::columns::Column;
use doudi_domain::{DocumentId, HouseholdId, PersonId, calendar, document};

/// Documents in one read.
const PAGE: u32 = 200;
/// Names of values in one read.
const VALUES: usize = 64;

impl Host for HostState {
    async fn get(&mut self, id: Id) -> wasmtime::Result<Result<Document, Error>> {
        answered!(self, "documents.get", id, self.read_document(id))
    }

    async fn find(&mut self, query: Query) -> wasmtime::Result<Result<Vec<Document>, Error>> {
        answered!(self, "documents.find", &query, self.read_documents(&query))
    }

    async fn columns(&mut self, query: Query, values: Vec<String>) -> wasmtime::Result<Result<Block, Error>> {
        answered!(self, "documents.columns", (&query, &values), self.read_document_columns(&query, &values))
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
        let found = self.find_documents(query, PAGE).await?;
        self.count_rows(found.len())?;
        Ok(found.iter().map(convert::document).collect())
    }

    async fn read_document_columns(&mut self, query: &Query, values: &[String]) -> Result<Block, ReadError> {
        if values.len() > VALUES {
            return Err(ReadError::invalid(format!("一次最多读取 {VALUES} 项内容")));
        }
        let unknown = |name: &String| {
            ReadError::unknown(format!(
                "没有内容“{name}”：办件自身的内容见 doudi:kernel/documents，正文的内容以 / 开头"
            ))
        };
        let wanted: Vec<Wanted> =
            values.iter().map(|name| Wanted::parse(name).ok_or_else(|| unknown(name))).collect::<Result<_, _>>()?;
        let found = self.find_documents(query, HostBlock::MAX_ROWS).await?;
        self.count_rows(found.len().div_ceil(LIGHTER))?;
        Ok(convert::block(columns_of(values, &wanted, &found)))
    }

    /// The plugin's own documents by a query, checked against the manifest.
    async fn find_documents(&mut self, query: &Query, most: u32) -> Result<Vec<document::Document>, ReadError> {
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
            limit: query.limit.min(most),
        };
        let mut found = self.live().documents_find(plugin.id(), &query).await?;
        found.retain(|document| document.plugin == plugin.id());
        Ok(found)
    }
}

fn columns_of(names: &[String], wanted: &[Wanted], found: &[document::Document]) -> HostBlock {
    let mut columns = vec![ints("id", found.iter().map(|document| document.id.0))];
    let values = projection::columns(wanted, found.iter().map(envelope));
    columns.extend(names.iter().zip(values).map(|(name, values)| column(name, values)));
    HostBlock { tables: vec![table("document", found.len(), Vec::new(), columns)] }
}

fn envelope(document: &document::Document) -> Envelope<'_> {
    Envelope {
        key: &document.key,
        household: document.household.map(|id| id.0),
        person: document.person.map(|id| id.0),
        division: document.division.value(),
        state: &document.state,
        since: calendar::days(document.since),
        due: document.due.map(calendar::days),
        created: calendar::days(document.created_at.date()),
        body: &document.body,
    }
}

fn column(name: &str, values: projection::Values) -> Column {
    match values {
        projection::Values::Ints(values) => optional_ints(name, values.into_iter()),
        projection::Values::Texts(values) => absent_texts(name, values.into_iter()),
    }
}
