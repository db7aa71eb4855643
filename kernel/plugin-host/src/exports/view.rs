//! `view`: a page as a document of schema `page-1`, which the kernel draws.

use crate::bindings::doudi::types::types as wit;
use crate::bindings::exports::doudi::measure::view as measure;
use crate::context::{CallContext, Called};
use crate::convert;
use crate::discretion;
use crate::error::CallError;
use crate::exports::point_call;
use crate::host::PluginHost;
use crate::json;
use crate::plugin::Plugin;
use crate::reads::Reads;
use doudi_documents::Page;
use doudi_domain::HouseholdId;
use doudi_domain::document::Document;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct ViewCall {
    pub context: wit::Context,
    pub request: measure::Request,
}

point_call!(ViewCall, View, view, call_view, String, request => &request.request);

/// Which page of the manifest, for what.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ViewInput {
    pub page: String,
    pub document: Option<Document>,
    pub household: Option<HouseholdId>,
    /// Query of the address, in order.
    pub query: Vec<(String, String)>,
}

impl PluginHost {
    /// A page.
    pub async fn view(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        input: ViewInput,
    ) -> Result<Called<Page>, CallError> {
        let request = ViewCall {
            context: convert::context(context),
            request: measure::Request {
                page: input.page,
                document: input.document.as_ref().map(convert::document),
                household: input.household.map(|id| id.0),
                query: input.query,
            },
        };
        self.call(plugin, context, reads, request, |page, state| {
            let masked = &mut state.log.masked;
            json::read("页面", &page, &state.limits, |page| *masked += discretion::shown(page))
        })
        .await
    }
}
