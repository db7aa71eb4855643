//! Pages.

use crate::bindings::kernel::doudi::types::types;
use crate::bindings::view::exports::doudi::measure::view as wit;
use crate::context::Context;
use crate::document::Document;
use crate::refusal::{Refusal, Result};
use doudi_documents::{Id, Page};

/// Which page of the manifest, for what.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PageRequest {
    /// Id of the page in the manifest.
    pub page: String,
    /// The document whose panel it is.
    pub document: Option<Document>,
    /// The household whose panel it is, or the document's.
    pub household: Option<Id>,
    /// Query of the address, in order.
    pub query: Vec<(String, String)>,
}

/// Pages: lists, dashboards, the panel of a document or of a household.
pub trait View {
    /// The page, as data; the kernel draws it.
    ///
    /// # Errors
    /// A refusal is shown in place of the page.
    fn view(context: &Context, request: PageRequest) -> Result<Page>;
}

impl PageRequest {
    /// A page without a subject. For tests.
    pub fn new(page: &str) -> PageRequest {
        PageRequest { page: page.to_owned(), ..PageRequest::default() }
    }

    /// The panel of this document.
    pub fn of_document(mut self, document: Document) -> PageRequest {
        self.household = document.household;
        self.document = Some(document);
        self
    }

    /// The panel of this household.
    pub fn of_household(mut self, household: Id) -> PageRequest {
        self.household = Some(household);
        self
    }

    /// With this in the query of the address.
    pub fn with(mut self, name: &str, value: impl ToString) -> PageRequest {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// The first value of a name in the query.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The household a household's panel is about.
    ///
    /// # Errors
    /// `internal` when there is none: the page stands in another place of the manifest.
    pub fn about(&self) -> Result<Id> {
        self.household.ok_or_else(|| Refusal::internal(format!("页面“{}”没有对应的家庭", self.page)))
    }

    /// The document a document's panel is about.
    ///
    /// # Errors
    /// `internal` when there is none.
    pub fn document(&self) -> Result<&Document> {
        self.document.as_ref().ok_or_else(|| Refusal::internal(format!("页面“{}”没有对应的办件", self.page)))
    }
}

impl<P: View> wit::Guest for P {
    fn view(context: types::Context, request: wit::Request) -> Result<String, types::Error> {
        let request = PageRequest {
            page: request.page,
            document: request.document.map(Document::from),
            household: request.household.map(Id),
            query: request.query,
        };
        Ok(P::view(&context.into(), request)?.to_json())
    }
}
