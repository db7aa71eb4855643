//! A plugin's own document with the kernel's envelope.

use crate::bindings::kernel::doudi::types::types;
use crate::date::Date;
use crate::refusal::{Refusal, Result};
use doudi_documents::effect::DocumentPut;
use doudi_documents::{Id, Text};
use serde::de::DeserializeOwned;

/// A document as the kernel keeps it. The envelope is the kernel's, the body the plugin's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// The kernel's id.
    pub id: Id,
    /// One of the manifest's collections.
    pub collection: String,
    /// Unique in county, plugin and collection.
    pub key: String,
    /// As lists show it.
    pub title: String,
    /// The household it is about.
    pub household: Option<Id>,
    /// The person it is about.
    pub person: Option<Id>,
    /// 12-digit division.
    pub division: i64,
    /// A state of the collection's workflow.
    pub state: String,
    /// The day the state began.
    pub since: Date,
    /// By when somebody must act.
    pub due: Option<Date>,
    /// Counts the changes; an effect names the one it was made for.
    pub revision: i64,
    /// The day it was created.
    pub created: Date,
    pub(crate) body: String,
}

impl Document {
    /// The body, by the plugin's own type.
    ///
    /// # Errors
    /// `internal` when it does not fit: a version wrote it that this one cannot read, and `migrate` is missing.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.body).map_err(|error| {
            Refusal::internal(format!("办件 {} 的内容不能读取：{error}。它可能由插件的另一版本写成", self.key))
        })
    }

    /// The body as it travels.
    pub fn body_json(&self) -> &str {
        &self.body
    }

    /// An effect that moves this document on: the same subject, title, state and body until they are changed, on top of the
    /// revision that was read.
    pub fn put(&self) -> DocumentPut {
        DocumentPut {
            collection: self.collection.clone(),
            id: Some(self.id),
            expected_revision: Some(self.revision),
            key: self.key.clone(),
            title: Text::from(self.title.as_str()),
            household: self.household,
            person: self.person,
            division: None,
            state: self.state.clone(),
            due: None,
            assignee: None,
            note: String::new(),
            indexes: Default::default(),
            body: serde_json::from_str(&self.body).unwrap_or_default(),
        }
    }

    /// Moves it to a state: `document.to("accepted")`.
    pub fn to(&self, state: &str) -> DocumentPut {
        DocumentPut { state: state.to_owned(), ..self.put() }
    }
}

impl From<types::Document> for Document {
    fn from(document: types::Document) -> Document {
        Document {
            id: Id(document.id),
            collection: document.collection,
            key: document.key,
            title: document.title,
            household: document.household.map(Id),
            person: document.person.map(Id),
            division: document.division,
            state: document.state,
            since: Date::from_days(document.since),
            due: document.due.map(Date::from_days),
            revision: document.revision,
            created: Date::from_days(document.created),
            body: document.body,
        }
    }
}
