//! Rows of a feed.

use crate::bindings::intake::exports::doudi::measure::intake as wit;
use crate::bindings::kernel::doudi::types::types;
use crate::block::Block;
use crate::context::Context;
use crate::effects::Effects;
use crate::refusal::{Problem, Result};

/// What became of the rows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Taken {
    /// What the good rows call for.
    pub effects: Effects,
    /// Row number in the block, from 0, and what is wrong with it.
    pub rejected: Vec<(u32, Problem)>,
}

/// Rows of a department's feed or spreadsheet. A row that fails never stops the others.
pub trait Intake {
    /// `feed` is declared by the manifest; the columns of the table `row` are the feed's. A long file comes in blocks of at most
    /// 1,000 rows, each applied by itself: [`crate::feed::FeedFile`] tells which one this is.
    ///
    /// # Errors
    /// Only what concerns the whole feed.
    fn intake(context: &Context, feed: &str, rows: Block) -> Result<Taken>;
}

impl<P: Intake> wit::Guest for P {
    fn intake(context: types::Context, feed: String, rows: types::Block) -> Result<wit::Taken, types::Error> {
        let taken = P::intake(&context.into(), &feed, rows)?;
        Ok(wit::Taken {
            effects: taken.effects.into(),
            rejected: taken.rejected.into_iter().map(|(row, problem)| (row, problem.into())).collect(),
        })
    }
}
