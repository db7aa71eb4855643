//! Asking other measures without knowing them: the kernel calls every enabled plugin of the county that answers the topic,
//! in the same snapshot, and returns the answers with their names: none, one or many.

use crate::block::Block;
use crate::date::Date;
use crate::host;
use crate::refusal::Result;

/// What one measure answered.
#[derive(Clone, PartialEq, Debug)]
pub struct Reply {
    /// Id of the plugin that answers.
    pub plugin: String,
    /// By the topic's columns.
    pub block: Block,
}

/// Asks a topic the manifest declares; the block's columns are the topic's.
///
/// # Errors
/// `unknown` for a topic the manifest does not declare; `denied` for one the county has not granted.
pub fn ask(topic: &str, on: Date, block: &Block) -> Result<Vec<Reply>> {
    let answers = host::ask(topic, on.days(), block)?;
    Ok(answers.into_iter().map(|answer| Reply { plugin: answer.plugin, block: answer.block }).collect())
}
