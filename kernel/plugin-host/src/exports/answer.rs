//! `answer`: what other measures may ask.

use crate::bindings::doudi::types::types as wit;
use crate::block::Block;
use crate::context::{CallContext, Called};
use crate::convert;
use crate::error::{CallError, Cause};
use crate::exports::point_call;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::reads::Reads;
use doudi_domain::{Date, calendar};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct AnswerCall {
    pub context: wit::Context,
    pub topic: String,
    pub on: wit::Date,
    pub block: wit::Block,
}

point_call!(AnswerCall, Answer, answer, call_answer, wit::Block, request => &request.topic, request.on, &request.block);

impl PluginHost {
    /// A block by the topic's columns. The topic must be one the manifest answers.
    pub async fn answer(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        topic: &str,
        on: Date,
        block: Block,
    ) -> Result<Called<Block>, CallError> {
        if !plugin.manifest().answers.iter().any(|answered| answered == topic) {
            return Err(CallError::failed(plugin, crate::Point::Answer, Cause::NotOffered));
        }
        let request = AnswerCall {
            context: convert::context(context),
            topic: topic.to_owned(),
            on: calendar::days(on),
            block: convert::block(block),
        };
        self.call(plugin, context, reads, request, |block, _| {
            convert::block_from_guest(block).map_err(|message| Cause::BadOutput { message })
        })
        .await
    }
}
