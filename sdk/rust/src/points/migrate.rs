//! Documents of an older state version.

use crate::bindings::kernel::doudi::types::types;
use crate::bindings::migrate::exports::doudi::measure::migrate as wit;
use crate::context::Context;
use crate::document::Document;
use crate::effects::Effects;
use crate::refusal::Result;

/// Documents of an older state version, rewritten for this one, in chunks.
pub trait Migrate {
    /// One `document.put` for each document ([`Document::put`] keeps everything but what is changed), and nothing else.
    ///
    /// # Errors
    /// A refusal stops the upgrade; the older version stays in force.
    fn migrate(context: &Context, older: &str, documents: Vec<Document>) -> Result<Effects>;
}

impl<P: Migrate> wit::Guest for P {
    fn migrate(
        context: types::Context,
        older: String,
        documents: Vec<types::Document>,
    ) -> Result<Vec<types::Effect>, types::Error> {
        let documents = documents.into_iter().map(Document::from).collect();
        Ok(P::migrate(&context.into(), &older, documents)?.into())
    }
}
