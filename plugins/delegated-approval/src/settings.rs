//! A county's settings: which schemes may be delegated, beside those the measures of the county speak of themselves.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// By the schema in `plugin.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `scheme=name;scheme=name`.
    pub schemes: String,
}

impl Settings {
    /// Code and name of each scheme.
    pub fn schemes(&self) -> impl Iterator<Item = (&str, &str)> {
        let parts = self.schemes.split([';', '；']).map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| part.split_once(['=', '＝']).map_or((part, ""), |(code, name)| (code.trim(), name.trim())))
    }
}

impl CheckSettings for crate::DelegatedApproval {
    type Settings = Settings;

    fn check_settings(settings: Settings) -> Result<Problems> {
        let mut problems = Problems::new();
        let is_code = |code: &str| {
            !code.is_empty() && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        if settings.schemes().any(|(code, name)| !is_code(code) || name.is_empty()) {
            problems.add("schemes", "应写作 方案=名称 的样式，方案为小写字母和短横，多项用分号分开");
        }
        Ok(problems)
    }
}
