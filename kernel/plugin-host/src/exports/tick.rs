//! `tick`: due work of the manifest's jobs, in steps, so that no step is long.

use crate::bindings::doudi::types::types as wit;
use crate::bindings::exports::doudi::measure::tick as measure;
use crate::context::{CallContext, Called};
use crate::convert;
use crate::effects::{self, Occasion};
use crate::error::{CallError, Cause};
use crate::exports::point_call;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::reads::Reads;
use doudi_documents::EffectPayload;
use doudi_domain::{Date, calendar};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longest cursor in bytes.
const CURSOR: usize = 1_024;

#[derive(Serialize, Deserialize)]
pub(crate) struct TickCall {
    pub context: wit::Context,
    pub job: String,
    pub due: wit::Date,
    pub cursor: Option<String>,
}

point_call!(TickCall, Tick, tick, call_tick, measure::Step, request => &request.job, request.due, request.cursor.as_deref());

/// One step of due work.
#[derive(Clone, PartialEq, Debug)]
pub struct TickStep {
    pub effects: Vec<EffectPayload>,
    /// Where the next step begins; absent when the work is done.
    pub next: Option<String>,
}

impl PluginHost {
    /// One step of a job for a due date. A step that returns its own cursor would never end and is bad output.
    pub async fn tick(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        job: &str,
        due: Date,
        cursor: Option<&str>,
    ) -> Result<Called<TickStep>, CallError> {
        let cursor = cursor.map(str::to_owned);
        let before = cursor.clone();
        let request =
            TickCall { context: convert::context(context), job: job.to_owned(), due: calendar::days(due), cursor };
        self.call(plugin, context, reads, request, move |step, state| {
            if step.next.is_some() && step.next == before {
                return Err(Cause::BadOutput {
                    message: "下一步的位置与本步相同，任务不会结束".into()
                });
            }
            if step.next.as_ref().is_some_and(|next| next.len() > CURSOR) {
                return Err(Cause::TooMuch { message: format!("下一步的位置不得超过 {CURSOR} 字节") });
            }
            Ok(TickStep { effects: effects::accept(step.effects, state, &Occasion::Other)?, next: step.next })
        })
        .await
    }
}
