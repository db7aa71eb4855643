//! A scenario: a household, a date, and the answer the law gives. Readable by a caseworker, run natively by the plugin's
//! author, through the sandbox at admission, and again by every county that wants to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// A sentence: 三口之家，工资 1,800 元，就业成本 300 元.
    pub name: String,
    /// The legal date, `2022-07-20`.
    pub date: String,
    /// Parameters by their code without the plugin's id; missing optional ones stay unset.
    #[serde(default)]
    pub parameters: BTreeMap<String, i64>,
    /// Household fields by catalogue code.
    #[serde(default)]
    pub household: BTreeMap<String, serde_json::Value>,
    pub members: Vec<Member>,
    pub expect: Expect,
}

/// One member: fields by catalogue code (dates as text, codes as numbers), and items.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// For the reader only.
    pub who: String,
    #[serde(default)]
    pub fields: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    pub items: Vec<Item>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub field: String,
    /// Fen.
    pub value: i64,
    #[serde(default)]
    pub qualifier: i32,
    /// When it began; the first of January of the scenario's year if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    pub outcome: String,
    /// Fen.
    #[serde(default)]
    pub amount: i64,
    /// Reason codes that must be given.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// Reason codes that must not.
    #[serde(default)]
    pub without: Vec<String>,
    #[serde(default)]
    pub figures: BTreeMap<String, i64>,
}
