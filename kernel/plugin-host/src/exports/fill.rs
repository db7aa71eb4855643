//! `fill`: a form that reacts. Pure: it gets what is on the form and answers with schema `fill-1`.

use crate::bindings::doudi::types::types as wit;
use crate::bindings::exports::doudi::measure::fill as measure;
use crate::context::{CallContext, Called};
use crate::convert;
use crate::discretion;
use crate::error::CallError;
use crate::exports::point_call;
use crate::host::PluginHost;
use crate::json;
use crate::plugin::Plugin;
use crate::reads::Reads;
use doudi_documents::Fill;
use doudi_documents::form::Values;
use doudi_domain::HouseholdId;
use doudi_domain::document::Document;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct FillCall {
    pub context: wit::Context,
    pub request: measure::Request,
}

point_call!(FillCall, Fill, fill, call_fill, String, request => &request.request);

/// The form so far.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct FillInput {
    pub form: String,
    pub document: Option<Document>,
    pub household: Option<HouseholdId>,
    pub values: Values,
    /// The field that changed last; empty when the form opens.
    pub changed: String,
}

impl PluginHost {
    /// Changed values, choices, messages, and what to show beside the form.
    pub async fn fill(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        input: FillInput,
    ) -> Result<Called<Fill>, CallError> {
        let typed = input.values.clone();
        let request = FillCall {
            context: convert::context(context),
            request: measure::Request {
                form: input.form,
                document: input.document.as_ref().map(convert::document),
                household: input.household.map(|id| id.0),
                values: serde_json::Value::Object(input.values).to_string(),
                changed: input.changed,
            },
        };
        self.call(plugin, context, reads, request, |fill, state| {
            let masked = &mut state.log.masked;
            json::read("表单联动结果", &fill, &state.limits, |fill| *masked += discretion::filled(fill, &typed))
        })
        .await
    }
}
