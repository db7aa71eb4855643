//! A county's settings: whether alerts go to the towns by themselves, which rules it does not use, and which are more or less urgent to
//! it than to the matrix.

use crate::rules::matrix::{Level, RULES, Rule, RuleId};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// By the schema in `plugin.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The system sends an alert down as soon as it is raised; else the county presses 派单.
    pub auto_dispatch: bool,
    /// Codes of rules that are not used, separated by semicolons.
    pub rules_off: String,
    /// Codes of rules that are red, or yellow, whatever the matrix says.
    pub red: String,
    pub yellow: String,
    /// Office and phone on letters.
    pub contact: String,
    /// 机关代字 in front of the number of letters.
    pub word: String,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            auto_dispatch: true,
            rules_off: String::new(),
            red: String::new(),
            yellow: String::new(),
            contact: String::new(),
            word: String::new(),
        }
    }
}

fn listed(list: &str) -> impl Iterator<Item = &str> {
    list.split([';', '；', ',', '，', '、']).map(str::trim).filter(|code| !code.is_empty())
}

impl Settings {
    /// Whether the county uses the rule.
    pub fn uses(&self, rule: RuleId) -> bool {
        !listed(&self.rules_off).any(|code| code == rule.code())
    }

    /// How urgent the rule is here.
    pub fn level(&self, rule: &Rule) -> Level {
        if listed(&self.red).any(|code| code == rule.code) {
            Level::Red
        } else if listed(&self.yellow).any(|code| code == rule.code) {
            Level::Yellow
        } else {
            rule.level
        }
    }

    /// Office and phone, or where to ask until the county has entered them.
    pub fn contact(&self) -> &str {
        if self.contact.is_empty() { "县（市、区）民政局社会救助股" } else { &self.contact }
    }
}

impl CheckSettings for crate::Monitoring {
    type Settings = Settings;

    fn check_settings(settings: Settings) -> Result<Problems> {
        let mut problems = Problems::new();
        for (field, list) in [("rules_off", &settings.rules_off), ("red", &settings.red), ("yellow", &settings.yellow)]
        {
            for code in listed(list).filter(|code| !RULES.iter().any(|rule| rule.code == *code)) {
                problems.add(field, format!("没有预警规则“{code}”，代码见“预警规则”页面"));
            }
        }
        for code in listed(&settings.red).filter(|code| listed(&settings.yellow).any(|other| other == *code)) {
            problems.add("yellow", format!("“{code}”同时列为红色和黄色，请只留一处"));
        }
        Ok(problems)
    }
}
