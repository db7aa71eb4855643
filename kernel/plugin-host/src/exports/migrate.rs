//! `migrate`: documents of an older state version, rewritten for this one: one `document.put` for each, and nothing else.

use crate::bindings::doudi::types::types as wit;
use crate::context::{CallContext, Called};
use crate::convert;
use crate::effects::{self, Occasion};
use crate::error::CallError;
use crate::exports::point_call;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::reads::Reads;
use doudi_documents::EffectPayload;
use doudi_domain::document::Document;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct MigrateCall {
    pub context: wit::Context,
    pub older: String,
    pub documents: Vec<wit::Document>,
}

point_call!(MigrateCall, Migrate, migrate, call_migrate, Vec<wit::Effect>, request => &request.older, &request.documents);

impl PluginHost {
    /// Rewrites a chunk of documents of state version `older`.
    pub async fn migrate(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        older: &str,
        documents: &[Document],
    ) -> Result<Called<Vec<EffectPayload>>, CallError> {
        let occasion = Occasion::Migrate { documents: documents.iter().map(|document| document.id.0).collect() };
        let request = MigrateCall {
            context: convert::context(context),
            older: older.to_owned(),
            documents: documents.iter().map(convert::document).collect(),
        };
        self.call(plugin, context, reads, request, |answer, state| effects::accept(answer, state, &occasion)).await
    }
}
