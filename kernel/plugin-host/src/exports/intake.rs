//! `intake`: rows of a department's feed. A row that fails never stops the others.

use crate::bindings::doudi::types::types as wit;
use crate::bindings::exports::doudi::measure::intake as measure;
use crate::block::Block;
use crate::context::{CallContext, Called};
use crate::convert;
use crate::effects::{self, Occasion};
use crate::error::{CallError, Cause};
use crate::exports::point_call;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::reads::Reads;
use doudi_documents::EffectPayload;
use doudi_domain::Problem;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct IntakeCall {
    pub context: wit::Context,
    pub feed: String,
    pub rows: wit::Block,
}

point_call!(IntakeCall, Intake, intake, call_intake, measure::Taken, request => &request.feed, &request.rows);

/// What became of the rows.
#[derive(Clone, PartialEq, Debug)]
pub struct Taken {
    pub effects: Vec<EffectPayload>,
    /// Row number in the block, from 0, and what is wrong with it.
    pub rejected: Vec<(u32, Problem)>,
}

impl PluginHost {
    /// Takes a block of a feed in.
    pub async fn intake(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        feed: &str,
        rows: Block,
    ) -> Result<Called<Taken>, CallError> {
        let count = rows.rows();
        let request =
            IntakeCall { context: convert::context(context), feed: feed.to_owned(), rows: convert::block(rows) };
        self.call(plugin, context, reads, request, move |taken, state| {
            if let Some((row, _)) = taken.rejected.iter().find(|(row, _)| *row >= count) {
                return Err(Cause::BadOutput {
                    message: format!("退回的第 {row} 行不在 {count} 行数据之内")
                });
            }
            Ok(Taken {
                effects: effects::accept(taken.effects, state, &Occasion::Other)?,
                rejected: taken.rejected.into_iter().map(|(row, problem)| (row, convert::problem(problem))).collect(),
            })
        })
        .await
    }
}
