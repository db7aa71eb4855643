//! Forms that react.

use crate::bindings::fill::exports::doudi::measure::fill as wit;
use crate::bindings::kernel::doudi::types::types;
use crate::context::Context;
use crate::document::Document;
use crate::refusal::Result;
use crate::values::FormValues;
use doudi_documents::{Fill, Id};

/// The form so far.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FillRequest {
    /// Id of the form in the manifest.
    pub form: String,
    /// The document whose form it is, if it exists already.
    pub document: Option<Document>,
    /// The household it is about.
    pub household: Option<Id>,
    /// What is filled in so far; not checked yet.
    pub values: FormValues,
    /// The field that changed last; empty when the form opens.
    pub changed: String,
}

/// Forms that react: a trial calculation beside the questions, choices that depend on answers, messages as one types. Pure, so
/// that the kernel may keep its answer.
pub trait FillForm {
    /// What changes on the form.
    ///
    /// # Errors
    /// A refusal is shown beside the form; what was typed stays.
    fn fill(context: &Context, request: FillRequest) -> Result<Fill>;
}

impl FillRequest {
    /// A form that has just opened. For tests.
    pub fn new(form: &str) -> FillRequest {
        FillRequest { form: form.to_owned(), ..FillRequest::default() }
    }

    /// About this household.
    pub fn of_household(mut self, household: Id) -> FillRequest {
        self.household = Some(household);
        self
    }

    /// On this document.
    pub fn of_document(mut self, document: Document) -> FillRequest {
        self.household = document.household;
        self.document = Some(document);
        self
    }

    /// With these values so far.
    pub fn values(mut self, values: FormValues) -> FillRequest {
        self.values = values;
        self
    }

    /// After this field changed.
    pub fn changed(mut self, field: &str) -> FillRequest {
        self.changed = field.to_owned();
        self
    }
}

impl<P: FillForm> wit::Guest for P {
    fn fill(context: types::Context, request: wit::Request) -> Result<String, types::Error> {
        let request = FillRequest {
            form: request.form,
            document: request.document.map(Document::from),
            household: request.household.map(Id),
            values: FormValues::parse(&request.values)?,
            changed: request.changed,
        };
        Ok(P::fill(&context.into(), request)?.to_json())
    }
}
