//! A county's settings: whom a family may turn to, and the word in front of the number of a letter.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// By the schema in `plugin.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Office and phone on the letter that tells a family what it may apply for.
    pub contact: String,
    /// 机关代字.
    pub word: String,
}

impl Settings {
    /// Office and phone, or where to ask until the county has entered them.
    pub fn contact(&self) -> &str {
        if self.contact.is_empty() {
            "所在镇人民政府（街道办事处）民政办，或者拨打 12349"
        } else {
            &self.contact
        }
    }
}

impl CheckSettings for crate::Discovery {
    type Settings = Settings;

    /// A letter that names nobody to turn to helps nobody.
    fn check_settings(settings: Settings) -> Result<Problems> {
        let mut problems = Problems::new();
        if !settings.contact.is_empty() && !settings.contact.chars().any(|c| c.is_ascii_digit()) {
            problems.add("contact", "联系方式中没有电话号码，请写明单位名称和电话");
        }
        if settings.word.contains(['〔', '〕', '号', ' ']) {
            problems.add("word", "只填代字，年份和序号由系统编排，例如南民救");
        }
        Ok(problems)
    }
}
