//! Figures for the scorecard of 督查.

use crate::bindings::indicators::exports::doudi::measure::indicators as wit;
use crate::bindings::kernel::doudi::types::types;
use crate::context::Context;
use crate::date::Date;
use crate::refusal::Result;

/// One figure: `part` of `whole` against a target share.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Indicator {
    /// A stable word for programs.
    pub code: String,
    /// Chinese label.
    pub label: String,
    /// What was counted.
    pub part: i64,
    /// Of how many.
    pub whole: i64,
    /// Basis points; absent when there is no target.
    pub target: Option<i64>,
    /// Page and query (`page?state=open`) that lists exactly what was counted.
    pub drill_down: String,
}

/// Figures for the scorecard, each with its target and the list behind it.
pub trait Indicators {
    /// The figures of an inclusive period.
    ///
    /// # Errors
    /// A refusal leaves the measure's cells of the scorecard empty, with its sentence.
    fn indicators(context: &Context, begins: Date, ends: Date) -> Result<Vec<Indicator>>;
}

impl<P: Indicators> wit::Guest for P {
    fn indicators(context: types::Context, begins: i32, ends: i32) -> Result<Vec<wit::Indicator>, types::Error> {
        let figures = P::indicators(&context.into(), Date::from_days(begins), Date::from_days(ends))?;
        Ok(figures
            .into_iter()
            .map(|figure| wit::Indicator {
                code: figure.code,
                label: figure.label,
                part: figure.part,
                whole: figure.whole,
                target: figure.target,
                drill_down: figure.drill_down,
            })
            .collect())
    }
}
