//! What other measures may ask.

use crate::bindings::answer::exports::doudi::measure::answer as wit;
use crate::bindings::kernel::doudi::types::types;
use crate::block::Block;
use crate::context::Context;
use crate::date::Date;
use crate::refusal::Result;

/// What other measures may ask through [`crate::questions`].
pub trait Answer {
    /// A block by the topic's columns. The topic is one of the manifest's `answers`.
    ///
    /// # Errors
    /// A refusal reaches whoever asked as one measure that could not answer.
    fn answer(context: &Context, topic: &str, on: Date, block: Block) -> Result<Block>;
}

impl<P: Answer> wit::Guest for P {
    fn answer(
        context: types::Context,
        topic: String,
        on: i32,
        block: types::Block,
    ) -> Result<types::Block, types::Error> {
        Ok(P::answer(&context.into(), &topic, Date::from_days(on), block)?)
    }
}
