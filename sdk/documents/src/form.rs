//! Forms: what a person is asked. The kernel draws them, checks the simple things (required, kind, range, choices) itself and
//! hands the values to the plugin as one JSON object.

mod build;

use crate::place::Level;
use crate::text::{Id, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Values by field name. Money is integer fen, dates `2022-07-06`, moments `2022-07-06T09:30` (local time), choices their code,
/// several choices an array, people and households their id as a string, files attachment ids as strings, divisions their
/// 12-digit code as a string, positions an object ([`crate::place::Position`]). Names that begin with `_` are the kernel's:
/// [`TAKEN`], [`SENT`], [`FILES`].
pub type Values = serde_json::Map<String, serde_json::Value>;

/// The moment a form was filled in on a phone without a signal, local time: `2022-07-06T09:30`. Comes with forms that may be
/// filled in so ([`Form::offline`]), and only when this one was.
pub const TAKEN: &str = "_taken";
/// The moment such a form arrived.
pub const SENT: &str = "_sent";
/// What is known of the files the form names: an array of [`FormFile`].
pub const FILES: &str = "_files";

/// An uploaded file as the kernel tells of it: equal files have equal digests, whatever they are called.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FormFile {
    pub id: Id,
    /// SHA-256 of its bytes, lower-case hex.
    pub digest: String,
    pub bytes: i64,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Form {
    pub id: String,
    pub title: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intro: Option<Text>,
    /// One step of a guided form each.
    pub sections: Vec<Section>,
    /// The button: 提交申请.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submit: Option<Text>,
    /// The plugin exports `fill` and wants to be asked when a value changes.
    #[serde(default)]
    pub reacts: bool,
    /// May be filled in on a phone without a signal (外勤): the kernel keeps the draft on the phone, sends it later and shows what
    /// became of the document meanwhile. To the plugin it is an ordinary action with the values [`TAKEN`] and [`SENT`] added.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub offline: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    pub title: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    pub fields: Vec<Field>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    pub name: String,
    pub label: Text,
    pub kind: FieldKind,
    #[serde(default)]
    pub required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    /// For `choice` and `choices`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// Inclusive bounds: fen for money, the number itself for whole numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// Longest text in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// For `division`: only places of this level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Shown and required only when another field has this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial: Option<serde_json::Value>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    Line,
    Paragraph,
    Money,
    Number,
    Date,
    YesNo,
    Choice,
    Choices,
    /// One member of the household at hand.
    Member,
    /// Any number of members.
    Members,
    /// One user of the county with a role that may survey or handle.
    Officer,
    /// Photos or scans.
    Files,
    /// A sentence the person declares by ticking.
    Declaration,
    /// A place within the officer's area.
    Division,
    /// A household within the officer's area: its number (户编号) or the whole ID number of a member is typed, the kernel finds it.
    Household,
    /// A day and a time of day, local.
    Moment,
    /// Where the phone is, if it may tell; may be absent even when a signal was there.
    Position,
}

impl Field {
    /// A field with nothing but its name, words and kind.
    pub fn new(name: &str, label: impl Into<Text>, kind: FieldKind) -> Field {
        Field {
            name: name.to_owned(),
            label: label.into(),
            kind,
            required: false,
            help: None,
            choices: Vec::new(),
            min: None,
            max: None,
            length: None,
            level: None,
            when: None,
            initial: None,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Choice {
    pub value: String,
    pub label: Text,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct When {
    pub field: String,
    pub equals: serde_json::Value,
}

/// What `fill` answers: a page drawn beside the form (a trial calculation), changed values, fields to hide, messages.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Fill {
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub values: Values,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<FieldChoices>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<FieldMessage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside: Option<crate::page::Page>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FieldChoices {
    pub field: String,
    pub choices: Vec<Choice>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FieldMessage {
    pub field: String,
    pub tone: crate::page::Tone,
    pub text: Text,
}
