//! The county's dated numbers: how many people a coordinator stands for, how many a village has at most, how often each is trained.
//! None stands in code; without them nothing is computed.

use crate::codes::parameter;
use crate::rules::required::Scale;
use doudi_sdk::prelude::*;

/// One county on one date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    pub scale: Scale,
    /// Trainings a year each coordinator needs.
    pub trainings: u32,
}

impl Params {
    /// Those of a date.
    ///
    /// # Errors
    /// `refused`, naming the parameter that is not set.
    pub fn on(date: Date) -> Result<Params> {
        let count = |code: ParameterCode| -> Result<u32> {
            let value = parameters::require(code, date)?.value;
            let positive = u32::try_from(value).ok().filter(|count| *count > 0);
            positive.ok_or_else(|| Refusal::new(format!("参数“{}”应当大于零，请系统管理员更正", code.label)))
        };
        Ok(Params {
            scale: Scale { step: count(parameter::POPULATION_STEP)?, most: count(parameter::COORDINATORS_MOST)? },
            trainings: count(parameter::TRAININGS_A_YEAR)?,
        })
    }
}
