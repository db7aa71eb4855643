//! Due work.

use crate::bindings::kernel::doudi::types::types;
use crate::bindings::tick::exports::doudi::measure::tick as wit;
use crate::context::Context;
use crate::date::Date;
use crate::effects::Effects;
use crate::refusal::Result;

/// The effects of one step, and where the next begins.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Step {
    /// What this step wishes.
    pub effects: Effects,
    /// Absent when the work is done.
    pub next: Option<String>,
}

/// Due work of the manifest's `jobs`: monthly rosters, overdue checks, rechecks. Called in steps, so that no step is long.
pub trait Tick {
    /// One step. `cursor` is absent in the first step of a due date, then whatever the step before gave.
    ///
    /// # Errors
    /// A refusal ends the job for this due date and is shown to the operator.
    fn tick(context: &Context, job: &str, due: Date, cursor: Option<&str>) -> Result<Step>;
}

impl Step {
    /// The last step.
    pub fn done(effects: Effects) -> Step {
        Step { effects, next: None }
    }

    /// A step with more to come.
    pub fn then(effects: Effects, next: impl ToString) -> Step {
        Step { effects, next: Some(next.to_string()) }
    }
}

impl<P: Tick> wit::Guest for P {
    fn tick(context: types::Context, job: String, due: i32, cursor: Option<String>) -> Result<wit::Step, types::Error> {
        let step = P::tick(&context.into(), &job, Date::from_days(due), cursor.as_deref())?;
        Ok(wit::Step { effects: step.effects.into(), next: step.next })
    }
}
