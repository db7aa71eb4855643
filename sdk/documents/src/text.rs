//! Two small things everything else uses: a label in both languages, and an id that survives JSON.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A label or sentence in Chinese and English. Chinese is required; English falls back to it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Text {
    pub zh: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

impl Text {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Text {
        Text { zh: zh.into(), en: en.into() }
    }

    /// The English text where `english` is asked for and there is one.
    pub fn in_language(&self, english: bool) -> &str {
        if english && !self.en.is_empty() { &self.en } else { &self.zh }
    }
}

impl From<&str> for Text {
    fn from(zh: &str) -> Text {
        Text { zh: zh.to_owned(), en: String::new() }
    }
}

impl From<String> for Text {
    fn from(zh: String) -> Text {
        Text { zh, en: String::new() }
    }
}

/// A kernel id (household, person, document, decision, fact), written as a decimal string.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, JsonSchema)]
#[schemars(with = "String")]
pub struct Id(pub i64);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map(Id).map_err(|_| serde::de::Error::custom(format!("an id is a decimal string, not {text:?}")))
    }
}
