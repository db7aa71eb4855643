//! Sense in a county's settings.

use crate::bindings::check_settings::exports::doudi::measure::check_settings as wit;
use crate::bindings::kernel::doudi::types::types;
use crate::refusal::{Problem, Problems, Refusal, Result};
use serde::de::DeserializeOwned;

/// Sense in a county's configuration beyond what the settings schema can say.
pub trait CheckSettings {
    /// The type of the settings.
    type Settings: DeserializeOwned;

    /// Everything wrong at once; nothing when all is well.
    ///
    /// # Errors
    /// Only when the check itself cannot be made.
    fn check_settings(settings: Self::Settings) -> Result<Problems>;
}

/// Reads the settings and checks them; settings that cannot be read are one problem.
pub(crate) fn run<P: CheckSettings>(settings: &str) -> Result<Vec<Problem>> {
    match serde_json::from_str(settings) {
        Ok(settings) => Ok(P::check_settings(settings)?.into_vec()),
        Err(error) => Ok(vec![Problem::new("", format!("设置不能读取：{error}"))]),
    }
}

impl<P: CheckSettings> wit::Guest for P {
    fn check_settings(settings: String) -> Result<Vec<types::Problem>, types::Error> {
        let problems = run::<P>(&settings).map_err(|refusal: Refusal| types::Error::from(refusal))?;
        Ok(problems.into_iter().map(types::Problem::from).collect())
    }
}
