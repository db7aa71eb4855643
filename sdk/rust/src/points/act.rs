//! Every button a person presses.

use crate::bindings::act::exports::doudi::measure::act as wit;
use crate::bindings::kernel::doudi::types::types;
use crate::context::Context;
use crate::document::Document;
use crate::effects::Effects;
use crate::refusal::{Refusal, Result};
use crate::values::FormValues;
use doudi_documents::Id;

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

impl<P: Act> wit::Guest for P {
    fn act(context: types::Context, action: wit::Action) -> Result<Vec<types::Effect>, types::Error> {
        let action = Action {
            id: action.id,
            collection: action.collection,
            document: action.document.map(Document::from),
            household: action.household.map(Id),
            person: action.person.map(Id),
            values: FormValues::parse(&action.values)?,
        };
        Ok(P::act(&context.into(), action)?.into())
    }
}
