//! A county's settings: whom a citizen may turn to, and who watches over agreements.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// By the schema in `plugin.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Office and phone on postings and letters.
    pub contact: String,
    /// 行政复议机关.
    pub reconsideration: String,
    /// The court of an administrative suit.
    pub court: String,
    /// 机关代字, in front of the number of every paper.
    pub word: String,
    /// Who watches over agreements, with phone.
    pub unit: String,
}

impl Settings {
    /// Office and phone, or where to ask until the county has entered them.
    pub fn contact(&self) -> &str {
        if self.contact.is_empty() {
            "申请所在镇人民政府（街道办事处）民政办"
        } else {
            &self.contact
        }
    }

    pub fn reconsideration(&self) -> &str {
        if self.reconsideration.is_empty() { "本级人民政府" } else { &self.reconsideration }
    }

    pub fn court(&self) -> &str {
        if self.court.is_empty() { "有管辖权的人民法院" } else { &self.court }
    }

    pub fn unit(&self) -> &str {
        if self.unit.is_empty() { "县级民政部门" } else { &self.unit }
    }
}

impl CheckSettings for crate::CareContracts {
    type Settings = Settings;

    /// A letter that names nobody to turn to is void for the citizen.
    fn check_settings(settings: Settings) -> Result<Problems> {
        let mut problems = Problems::new();
        for (field, text, what) in [("contact", &settings.contact, "联系方式"), ("unit", &settings.unit, "监督单位")]
        {
            if !text.is_empty() && !text.chars().any(|c| c.is_ascii_digit()) {
                problems.add(field, format!("{what}中没有电话号码，请写明单位名称和电话"));
            }
        }
        for (field, text) in [
            ("contact", &settings.contact),
            ("reconsideration", &settings.reconsideration),
            ("court", &settings.court),
            ("word", &settings.word),
            ("unit", &settings.unit),
        ] {
            if text.trim() != text {
                problems.add(field, "前后有多余的空格，请删去");
            }
        }
        if !settings.court.is_empty() && !settings.court.ends_with("法院") {
            problems.add("court", "应填写法院全称，例如某某县人民法院");
        }
        if settings.word.contains(['〔', '〕', '号', ' ']) {
            problems.add("word", "只填代字，年份和序号由系统编排，例如南民特困");
        }
        Ok(problems)
    }
}
