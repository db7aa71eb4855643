//! Every button a person presses.

use crate::bindings::act::exports::doudi::measure::act as wit;
use crate::bindings::kernel::doudi::types::types;
use crate::context::Context;
use crate::document::Document;
use crate::effects::Effects;
use crate::moment::Moment;
use crate::refusal::{Refusal, Result};
use crate::values::FormValues;
use doudi_documents::Id;
use doudi_documents::form::{FILES, FormFile, SENT, TAKEN};

/// What was pressed, on what, with what.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Action {
    /// Id of the action in the collection's workflow.
    pub id: String,
    /// The collection it belongs to.
    pub collection: String,
    /// Absent when the action creates one.
    pub document: Option<Document>,
    /// The household the document is, or will be, about.
    pub household: Option<Id>,
    /// The person it is, or will be, about.
    pub person: Option<Id>,
    /// Checked for the simple things already.
    pub values: FormValues,
    /// What is known of the files the values name, in the order they stand in the form: equal files have equal digests.
    pub files: Vec<File>,
}

/// An uploaded file: never its bytes, but enough to notice that the same photo came before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// As the values name it.
    pub id: Id,
    /// SHA-256 of its bytes, lower-case hex.
    pub digest: String,
    /// How long it is.
    pub bytes: i64,
}

/// Every button a person presses on the plugin's documents. The kernel has checked state, office and separation before it
/// calls, and checks the resulting state after.
pub trait Act {
    /// Effects.
    ///
    /// # Errors
    /// A refusal with everything that is missing at once.
    fn act(context: &Context, action: Action) -> Result<Effects>;
}

impl Action {
    /// An action that creates a document; fill in the rest with the methods below. For tests.
    pub fn new(collection: &str, id: &str) -> Action {
        Action { id: id.to_owned(), collection: collection.to_owned(), ..Action::default() }
    }

    /// Pressed on this document.
    pub fn on(mut self, document: Document) -> Action {
        self.household = document.household;
        self.person = document.person;
        self.document = Some(document);
        self
    }

    /// About this household.
    pub fn household(mut self, household: Id) -> Action {
        self.household = Some(household);
        self
    }

    /// About this person.
    pub fn person(mut self, person: Id) -> Action {
        self.person = Some(person);
        self
    }

    /// With these form values.
    pub fn values(mut self, values: FormValues) -> Action {
        self.values = values;
        self
    }

    /// With this file, for tests; a field of kind `files` names its id.
    pub fn file(mut self, id: Id, digest: &str, bytes: i64) -> Action {
        self.files.push(File { id, digest: digest.to_owned(), bytes });
        self
    }

    /// Filled in without a signal at this moment, and sent at that one. For tests.
    ///
    /// # Panics
    /// When one is no moment.
    pub fn offline(mut self, taken: &str, sent: &str) -> Action {
        for (name, text) in [(TAKEN, taken), (SENT, sent)] {
            let moment: Moment = text.parse().unwrap_or_else(|refusal| panic!("{refusal}"));
            self.values = self.values.with(name, moment.to_string());
        }
        self
    }

    /// When the form was filled in on a phone without a signal; `None` when it was filled in at the desk.
    pub fn taken(&self) -> Option<Moment> {
        self.values.moment(TAKEN)
    }

    /// When such a form arrived.
    pub fn sent(&self) -> Option<Moment> {
        self.values.moment(SENT)
    }

    /// The document the action is on.
    ///
    /// # Errors
    /// `internal` when there is none: the workflow lets a creating action begin elsewhere.
    pub fn document(&self) -> Result<&Document> {
        self.document.as_ref().ok_or_else(|| Refusal::internal(format!("操作“{}”没有对应的办件", self.id)))
    }

    /// The household it is about.
    ///
    /// # Errors
    /// `internal` when there is none.
    pub fn about(&self) -> Result<Id> {
        self.household.ok_or_else(|| Refusal::internal(format!("操作“{}”没有对应的家庭", self.id)))
    }
}

/// Takes what the kernel says of the files out of the values, where it travels because a record can never gain a field.
fn files(values: &mut FormValues) -> Result<Vec<File>> {
    let Some(told) = values.0.remove(FILES) else { return Ok(Vec::new()) };
    let told: Vec<FormFile> =
        serde_json::from_value(told).map_err(|error| Refusal::invalid(format!("材料清单不能读取：{error}")))?;
    Ok(told.into_iter().map(|FormFile { id, digest, bytes }| File { id, digest, bytes }).collect())
}

impl<P: Act> wit::Guest for P {
    fn act(context: types::Context, action: wit::Action) -> Result<Vec<types::Effect>, types::Error> {
        let mut values = FormValues::parse(&action.values)?;
        let action = Action {
            id: action.id,
            files: files(&mut values)?,
            collection: action.collection,
            document: action.document.map(Document::from),
            household: action.household.map(Id),
            person: action.person.map(Id),
            values,
        };
        Ok(P::act(&context.into(), action)?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_out_of_the_values() {
        let mut values =
            FormValues::parse(r#"{"photos":["7"],"_files":[{"id":"7","digest":"ab01","bytes":12}]}"#).unwrap();
        let told = files(&mut values).unwrap();
        assert_eq!(told, [File { id: Id(7), digest: "ab01".to_owned(), bytes: 12 }]);
        assert!(values.get(FILES).is_none());
        assert!(files(&mut values).unwrap().is_empty());
        let mut wrong = FormValues::parse(r#"{"_files":[{"id":7}]}"#).unwrap();
        assert_eq!(files(&mut wrong).unwrap_err().code, "invalid");
    }

    #[test]
    fn a_form_from_the_field_says_when() {
        let action = Action::new("clue", "visit").offline("2022-07-06T09:30", "2022-07-06T17:05");
        assert!(action.taken() < action.sent());
        assert_eq!(Action::new("clue", "visit").taken(), None);
    }
}
