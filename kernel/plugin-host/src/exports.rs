//! The extension points: a file each, named as in `wit/measure/`, with the typed function the kernel calls.

pub mod act;
pub mod answer;
pub mod assess;
pub mod check_settings;
pub mod fill;
pub mod indicators;
pub mod intake;
pub mod migrate;
pub mod react;
pub mod tick;
pub mod view;

use crate::error::CallError;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::points::Point;
use crate::record::{CallRecord, Replay};
use std::sync::Arc;

/// Repeats a record at the point it names.
pub(crate) async fn replay(host: &PluginHost, plugin: &Arc<Plugin>, record: &CallRecord) -> Result<Replay, CallError> {
    match record.point {
        Point::Assess => host.replay_point::<assess::AssessCall>(plugin, record).await,
        Point::Act => host.replay_point::<act::ActCall>(plugin, record).await,
        Point::React => host.replay_point::<react::ReactCall>(plugin, record).await,
        Point::Tick => host.replay_point::<tick::TickCall>(plugin, record).await,
        Point::View => host.replay_point::<view::ViewCall>(plugin, record).await,
        Point::Fill => host.replay_point::<fill::FillCall>(plugin, record).await,
        Point::Answer => host.replay_point::<answer::AnswerCall>(plugin, record).await,
        Point::Indicators => host.replay_point::<indicators::IndicatorsCall>(plugin, record).await,
        Point::Intake => host.replay_point::<intake::IntakeCall>(plugin, record).await,
        Point::Migrate => host.replay_point::<migrate::MigrateCall>(plugin, record).await,
        Point::CheckSettings => host.replay_point::<check_settings::CheckSettingsCall>(plugin, record).await,
    }
}

/// Implements [`crate::call::PointCall`] for a request with a `context`: after the arrow stand the other arguments, in WIT
/// order, as expressions over the request.
macro_rules! point_call {
    ($call:ident, $point:ident, $indices:ident, $method:ident, $answer:ty, $request:ident => $($argument:expr),*) => {
        impl $crate::call::PointCall for $call {
            const POINT: $crate::points::Point = $crate::points::Point::$point;
            type Answer = $answer;

            async fn invoke(
                &self,
                plugin: &$crate::plugin::Plugin,
                store: &mut wasmtime::Store<$crate::state::HostState>,
                instance: &wasmtime::component::Instance,
            ) -> wasmtime::Result<Result<$answer, $crate::bindings::doudi::types::types::Error>> {
                let Some(indices) = &plugin.indices.$indices else {
                    wasmtime::bail!("the plugin does not export `{}`", Self::POINT);
                };
                let guest = indices.load(&mut *store, instance)?;
                let $request: &$call = self;
                guest.$method(&mut *store, &$request.context, $($argument),*).await
            }
        }
    };
}
pub(crate) use point_call;
