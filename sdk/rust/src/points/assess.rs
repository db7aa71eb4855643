//! Eligibility and amounts.

use crate::bindings::assess::exports::doudi::measure::assess as wit;
use crate::bindings::kernel::doudi::types::types;
use crate::codes::Plugin;
use crate::context::Context;
use crate::input::{Families, Input};
use crate::outcomes::Outcomes;
use crate::refusal::Result;

/// Eligibility and amounts over a block of households: one family on a form, or a county in a shadow run, on one code path.
pub trait Assess: Plugin {
    /// What it reads of a household: a struct with `#[derive(Input)]`.
    type Family: Input;

    /// Applies the rules for `context.today` to every household: one row of `out` for each, in order. Fetch parameters once,
    /// before the loop.
    ///
    /// # Errors
    /// Only what concerns the whole block, such as a parameter the county has not set. What concerns one household is an
    /// outcome with a reason.
    fn assess(context: &Context, families: Families<'_, Self::Family>, out: &mut Outcomes) -> Result<()>;
}

/// Runs `assess` over a block, as the kernel would.
pub(crate) fn run<P: Assess>(context: &Context, block: &types::Block) -> Result<Outcomes> {
    let families = Families::new(block)?;
    let mut out = Outcomes::with_capacity(P::FIGURES.len(), families.len());
    P::assess(context, families, &mut out)?;
    Ok(out)
}

impl<P: Assess> wit::Guest for P {
    fn assess(context: types::Context, households: types::Block) -> Result<wit::Outcomes, types::Error> {
        let out = run::<P>(&context.into(), &households)?;
        Ok(out.finish(households.rows())?)
    }
}
