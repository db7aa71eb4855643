//! `react`: something happened that the plugin subscribes to.

use crate::bindings::doudi::types::types as wit;
use crate::bindings::exports::doudi::measure::react as measure;
use crate::context::{CallContext, Called};
use crate::convert;
use crate::effects::{self, Occasion};
use crate::error::CallError;
use crate::exports::point_call;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::reads::Reads;
use doudi_documents::EffectPayload;
use doudi_domain::{DocumentId, HouseholdId, PersonId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct ReactCall {
    pub context: wit::Context,
    pub event: measure::Event,
}

point_call!(ReactCall, React, react, call_react, Vec<wit::Effect>, request => &request.event);

/// What happened, to whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventInput {
    pub topic: String,
    pub household: Option<HouseholdId>,
    pub person: Option<PersonId>,
    pub document: Option<DocumentId>,
    /// JSON.
    pub payload: String,
}

impl PluginHost {
    /// The effects an event calls for; none is a good answer.
    pub async fn react(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        event: EventInput,
    ) -> Result<Called<Vec<EffectPayload>>, CallError> {
        let request = ReactCall {
            context: convert::context(context),
            event: measure::Event {
                topic: event.topic,
                household: event.household.map(|id| id.0),
                person: event.person.map(|id| id.0),
                document: event.document.map(|id| id.0),
                payload: event.payload,
            },
        };
        self.call(plugin, context, reads, request, |answer, state| effects::accept(answer, state, &Occasion::Other))
            .await
    }
}
