//! The plugin's own documents; those of other plugins cannot be named. A few at once come whole ([`find`]); of very many come the
//! values a list or a figure needs ([`scan`]).

mod scan;

pub use scan::{Row, scan};

use crate::bindings::kernel::doudi::kernel::documents as wit;
use crate::date::Date;
use crate::document::Document;
use crate::host;
use crate::refusal::Result;
use doudi_documents::Id;
use serde::de::DeserializeOwned;

/// Whole documents the kernel gives at once.
const AT_ONCE: u32 = 200;

/// Conditions joined by "and"; an absent one does not restrict.
///
/// ```
/// use doudi_sdk::documents::Query;
/// use doudi_sdk::prelude::*;
/// let open = Query::of("application").state("survey").household(Id(3)).limit(20);
/// # doudi_sdk::testing::World::new("2022-07-20").run(|_| {
/// assert!(documents::find(open)?.is_empty());
/// # Ok::<(), Refusal>(()) }).unwrap();
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Query {
    pub(crate) raw: wit::Query,
}

impl Query {
    /// Every document of a collection; at most 200 at once.
    pub fn of(collection: &str) -> Query {
        Query {
            raw: wit::Query {
                collection: collection.to_owned(),
                states: Vec::new(),
                household: None,
                person: None,
                due_by: None,
                by_index: None,
                after: 0,
                limit: AT_ONCE,
            },
        }
    }

    /// In this state, or in one of those named before.
    pub fn state(mut self, state: &str) -> Query {
        self.raw.states.push(state.to_owned());
        self
    }

    /// In one of these states.
    pub fn states(mut self, states: &[&str]) -> Query {
        self.raw.states.extend(states.iter().map(|state| (*state).to_owned()));
        self
    }

    /// About this household.
    pub fn household(mut self, household: Id) -> Query {
        self.raw.household = Some(household.0);
        self
    }

    /// About this person.
    pub fn person(mut self, person: Id) -> Query {
        self.raw.person = Some(person.0);
        self
    }

    /// Due on or before.
    pub fn due_by(mut self, day: Date) -> Query {
        self.raw.due_by = Some(day.days());
        self
    }

    /// With this value in an index the manifest declares.
    pub fn index(mut self, name: &str, value: impl ToString) -> Query {
        self.raw.by_index = Some((name.to_owned(), value.to_string()));
        self
    }

    /// Ids above this one.
    pub fn after(mut self, id: Id) -> Query {
        self.raw.after = id.0;
        self
    }

    /// At most so many, and never more than 200.
    pub fn limit(mut self, limit: u32) -> Query {
        self.raw.limit = limit;
        self
    }
}

/// One document by id.
///
/// # Errors
/// `not-found` if there is none in scope.
pub fn get(id: Id) -> Result<Document> {
    Ok(host::document_get(id.0)?.into())
}

/// Documents in order of id.
///
/// # Errors
/// `unknown` for a collection or index the manifest does not declare; `limit` for more than 200 at once.
pub fn find(query: Query) -> Result<Vec<Document>> {
    Ok(host::documents_find(&query.raw)?.into_iter().map(Document::from).collect())
}

/// Every document of a query, in order of id, whatever its limit; those after [`Query::after`] only. For what must be whole: of a
/// person, of a month. Of thousands a list or a figure reads a few values: [`scan`].
///
/// # Errors
/// As [`find`]; `limit` when the call has read too much.
pub fn all(query: Query) -> Result<Vec<Document>> {
    let mut query = query.limit(AT_ONCE);
    let mut all = Vec::new();
    loop {
        let page = find(query.clone())?;
        let full = page.len() == AT_ONCE as usize;
        query = query.after(page.last().map_or(Id(0), |last| last.id));
        all.extend(page);
        if !full {
            return Ok(all);
        }
    }
}

/// As [`all`], each with its body.
///
/// # Errors
/// As [`all`]; `internal` when a body cannot be read.
pub fn bodies<B: DeserializeOwned>(query: Query) -> Result<Vec<(Document, B)>> {
    all(query)?.into_iter().map(|document| document.body().map(|body| (document, body))).collect()
}

/// The first document in order of id, if there is one.
///
/// # Errors
/// As [`find`].
pub fn first(query: Query) -> Result<Option<Document>> {
    Ok(find(query.limit(1))?.into_iter().next())
}
