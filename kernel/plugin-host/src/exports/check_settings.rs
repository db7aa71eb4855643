//! `check-settings`: sense in a county's configuration beyond what the settings schema can say.

use crate::bindings::doudi::types::types as wit;
use crate::call::PointCall;
use crate::context::{CallContext, Called};
use crate::convert;
use crate::error::CallError;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::points::Point;
use crate::reads::Reads;
use crate::state::HostState;
use doudi_domain::Problem;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct CheckSettingsCall {
    /// For the record; this point takes no context.
    pub context: wit::Context,
    pub settings: String,
}

impl PointCall for CheckSettingsCall {
    const POINT: Point = Point::CheckSettings;
    type Answer = Vec<wit::Problem>;

    async fn invoke(
        &self,
        plugin: &Plugin,
        store: &mut wasmtime::Store<HostState>,
        instance: &wasmtime::component::Instance,
    ) -> wasmtime::Result<Result<Vec<wit::Problem>, wit::Error>> {
        let Some(indices) = &plugin.indices.check_settings else {
            wasmtime::bail!("the plugin does not export `{}`", Self::POINT);
        };
        let guest = indices.load(&mut *store, instance)?;
        guest.call_check_settings(&mut *store, &self.settings).await
    }
}

impl PluginHost {
    /// Everything the plugin finds wrong with the settings of `context`; ask [`Plugin::settings_problems`] first.
    /// `None` stands for a plugin that does not export the point and has nothing more to say.
    pub async fn check_settings(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
    ) -> Result<Option<Called<Vec<Problem>>>, CallError> {
        let request = CheckSettingsCall { context: convert::context(context), settings: context.settings.clone() };
        if !plugin.offers(Point::CheckSettings) {
            return Ok(None);
        }
        self.call(plugin, context, reads, request, |problems, _| {
            Ok(problems.into_iter().map(convert::problem).collect())
        })
        .await
        .map(Some)
    }
}
