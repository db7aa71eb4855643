//! `act`: a button a person presses. The caller has checked state, office and separation before; the state the effects lead
//! to is checked after, against the action's own list.

use crate::bindings::doudi::types::types as wit;
use crate::bindings::exports::doudi::measure::act as measure;
use crate::context::{CallContext, Called};
use crate::convert;
use crate::effects::{self, Occasion};
use crate::error::CallError;
use crate::exports::point_call;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::reads::Reads;
use doudi_documents::EffectPayload;
use doudi_documents::form::Values;
use doudi_domain::document::Document;
use doudi_domain::{HouseholdId, PersonId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct ActCall {
    pub context: wit::Context,
    pub action: measure::Action,
}

point_call!(ActCall, Act, act, call_act, Vec<wit::Effect>, request => &request.action);

/// What was pressed, on what, with what.
#[derive(Clone, PartialEq, Debug)]
pub struct ActInput {
    /// Id of the action in the collection's workflow.
    pub action: String,
    pub collection: String,
    /// Absent when the action creates one.
    pub document: Option<Document>,
    pub household: Option<HouseholdId>,
    pub person: Option<PersonId>,
    pub values: Values,
}

impl PluginHost {
    /// The effects of pressing a button, parsed and checked; or the plugin's refusal with everything that is missing.
    pub async fn act(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        input: ActInput,
    ) -> Result<Called<Vec<EffectPayload>>, CallError> {
        let occasion = Occasion::Act {
            collection: input.collection.clone(),
            action: input.action.clone(),
            document: input.document.as_ref().map(|document| document.id.0),
        };
        let request = ActCall {
            context: convert::context(context),
            action: measure::Action {
                id: input.action,
                collection: input.collection,
                document: input.document.as_ref().map(convert::document),
                household: input.household.map(|id| id.0),
                person: input.person.map(|id| id.0),
                values: serde_json::Value::Object(input.values).to_string(),
            },
        };
        self.call(plugin, context, reads, request, |answer, state| effects::accept(answer, state, &occasion)).await
    }
}
