//! The manifest: everything the kernel must know of a plugin before any of its code runs. Its source is `plugin.toml`; the
//! packer writes it as canonical JSON into the component's custom section `doudi:manifest`, so that the digest covers it.

use crate::form::Form;
use crate::text::Text;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The custom section of the outer component that holds the manifest.
pub const SECTION: &str = "doudi:manifest";
/// Longest manifest in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `dibao`: lower-case words with hyphens; prefix of its parameters, topics and routes.
    pub id: String,
    pub version: semver::Version,
    pub name: Text,
    pub summary: Text,
    pub publisher: String,
    pub license: String,
    /// The measures of the notice it implements, by their ids.
    pub measures: Vec<String>,
    /// Contract versions it runs on: `^1.0`.
    #[schemars(with = "String")]
    pub contract: semver::VersionReq,
    /// Extension points it exports: `assess`, `act` … Must equal the component's exports.
    pub points: Vec<String>,
    /// Kernel interfaces it imports: `records`, `parameters` … Must cover the component's imports.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Fields it reads, and why: the prefetch plan, the purpose limitation and the grant screen in one.
    #[serde(default)]
    pub inputs: Vec<Input>,
    /// Kinds of effects it wishes, and why.
    #[serde(default)]
    pub effects: Vec<EffectWish>,
    /// Names of the schemes its decisions belong to; one without a name is shown by its code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schemes: Vec<Scheme>,
    #[serde(default)]
    pub collections: Vec<Collection>,
    #[serde(default)]
    pub forms: Vec<Form>,
    #[serde(default)]
    pub pages: Vec<PageEntry>,
    #[serde(default)]
    pub jobs: Vec<JobEntry>,
    /// Event topics `react` is called for.
    #[serde(default)]
    pub subscriptions: Vec<String>,
    /// Topics `answer` answers, and topics it asks.
    #[serde(default)]
    pub answers: Vec<String>,
    #[serde(default)]
    pub questions: Vec<String>,
    #[serde(default)]
    pub parameters: Vec<ParameterEntry>,
    #[serde(default)]
    pub outcomes: Vec<Outcome>,
    #[serde(default)]
    pub figures: Vec<FigureEntry>,
    #[serde(default)]
    pub reasons: Vec<ReasonEntry>,
    /// JSON Schema of the county's settings; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    /// `major.minor` of its documents' bodies.
    #[serde(default = "first_state_version")]
    pub state_version: String,
    #[serde(default)]
    pub class: ResourceClass,
    /// Test vectors that must pass before the plugin may be enabled.
    #[serde(default)]
    pub scenarios: Vec<crate::scenario::Scenario>,
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

fn first_state_version() -> String {
    "1.0".to_owned()
}

/// Fields read for one purpose, in the order their columns come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Catalogue codes: `person.birth-date`, `income.wage`.
    pub fields: Vec<String>,
    /// Shown on the grant screen: 用于判断单人户.
    pub purpose: Text,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EffectWish {
    /// One of [`crate::kinds`].
    pub kind: String,
    /// What it may touch: a scheme for decisions, catalogue codes for facts; empty for its own documents, notices and events.
    #[serde(default)]
    pub targets: Vec<String>,
    pub purpose: Text,
}

/// What a decision gives or refuses: 最低生活保障. A plugin may decide on several.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// As `decision.record` names it: `dibao-edge`.
    pub code: String,
    pub label: Text,
}

/// A kind of document the plugin keeps.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Collection {
    pub id: String,
    pub label: Text,
    /// Names of values documents can be found by.
    #[serde(default)]
    pub indexes: Vec<String>,
    pub workflow: Workflow,
    /// The page (of `view`) drawn on the document's own page, below the stage path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Shown in 新建申请 on a household's page, and the action that creates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create: Option<String>,
}

/// A page of `view`, and where it appears.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageEntry {
    pub id: String,
    pub title: Text,
    /// `menu` (own entry), `household` (a panel of the household's page), `document` (panel of a document), `hidden`.
    pub place: Place,
    /// Offices that see it; empty means nobody.
    pub roles: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    Menu,
    Household,
    Document,
    Hidden,
}

/// Due work: `tick` is called once per due date, whatever the number of servers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobEntry {
    pub id: String,
    pub label: Text,
    pub every: Every,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Every {
    Day,
    /// On Mondays.
    Week,
    /// On the first.
    Month,
    /// On 1 July, when standards change.
    July,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterEntry {
    /// Without the plugin's id: `standard`. The kernel's code is `dibao.standard`.
    pub code: String,
    pub label: Text,
    pub unit: Unit,
    /// Whether the plugin can answer without it.
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub article: String,
    /// `false`: nobody has compared the article's number with the text of the rule; pages mark it 条文待核.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub article_verified: bool,
    /// Words for the values of a `code` parameter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Text>,
    /// Illustrative value to begin with, always entered as 未核实.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    Fen,
    BasisPoints,
    Months,
    Days,
    Count,
    Date,
    Code,
    YesNo,
}

/// A possible result. `assess` names them by position in this list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    pub code: String,
    pub label: Text,
    pub effect: OutcomeEffect,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeEffect {
    Grant,
    Refuse,
    Change,
    Stop,
}

/// A named intermediate result. `assess` gives them in this order, one row of numbers per household.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureEntry {
    pub code: String,
    pub label: Text,
    pub unit: Unit,
}

/// A sentence of the why page. `{0:fen}`, `{1:count}`, `{2:date}`, `{0:code:disability-category}` stand for the arguments.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonEntry {
    pub code: String,
    /// `met`, `not-met`, `finding`.
    pub verdict: String,
    pub article: String,
    /// `false`: nobody has compared the article's number with the text of the rule; pages mark it 条文待核.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub article_verified: bool,
    pub text: Text,
    /// How many numbers the sentence takes.
    #[serde(default)]
    pub args: u32,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub schema: serde_json::Value,
    pub defaults: serde_json::Value,
}

/// How much of the machine a call may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceClass {
    #[default]
    Rust,
    /// JavaScript and Python: more memory and time, fewer at once.
    Script,
}

impl Manifest {
    /// Reads `plugin.toml`. The message names the line.
    pub fn from_toml(text: &str) -> Result<Manifest, toml_error::Error> {
        toml_error::parse(text)
    }

    /// Canonical JSON: sorted keys, no blanks. What the digest covers.
    pub fn to_canonical_json(&self) -> String {
        // Through `Value`, whose objects are sorted maps.
        let value = serde_json::to_value(self).expect("a manifest holds strings, numbers and lists only");
        value.to_string()
    }

    pub fn from_json(text: &str) -> Result<Manifest, serde_json::Error> {
        serde_json::from_str(text)
    }

    pub fn collection(&self, id: &str) -> Option<&Collection> {
        self.collections.iter().find(|collection| collection.id == id)
    }

    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == id)
    }

    pub fn page(&self, id: &str) -> Option<&PageEntry> {
        self.pages.iter().find(|page| page.id == id)
    }

    pub fn outcome(&self, code: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.code == code)
    }

    pub fn scheme(&self, code: &str) -> Option<&Scheme> {
        self.schemes.iter().find(|scheme| scheme.code == code)
    }

    pub fn reason(&self, code: &str) -> Option<&ReasonEntry> {
        self.reasons.iter().find(|reason| reason.code == code)
    }

    /// Every declared field once, in declaration order: the order of columns.
    pub fn fields(&self) -> Vec<&str> {
        let mut fields: Vec<&str> = Vec::new();
        for field in self.inputs.iter().flat_map(|input| &input.fields) {
            if !fields.contains(&field.as_str()) {
                fields.push(field);
            }
        }
        fields
    }
}

/// TOML reading, kept apart so that guests that never read TOML do not link it.
mod toml_error {
    /// What is wrong in `plugin.toml`, with line and column.
    #[derive(Debug, thiserror::Error)]
    #[error("plugin.toml: {0}")]
    pub struct Error(pub String);

    #[cfg(feature = "toml")]
    pub fn parse(text: &str) -> Result<super::Manifest, Error> {
        toml::from_str(text).map_err(|error| Error(error.to_string()))
    }

    #[cfg(not(feature = "toml"))]
    pub fn parse(_: &str) -> Result<super::Manifest, Error> {
        Err(Error("this build of doudi-documents reads JSON only; turn on its feature `toml`".into()))
    }
}
pub use toml_error::Error as TomlError;
