//! Short ways to write what a form that reacts answers.

use super::{Choice, FieldChoices, FieldMessage, Fill};
use crate::page::{Page, Tone};
use crate::text::Text;

impl Fill {
    /// Nothing changes.
    pub fn new() -> Fill {
        Fill::default()
    }

    /// Changes a value.
    pub fn set(mut self, field: &str, value: impl Into<serde_json::Value>) -> Fill {
        self.values.insert(field.to_owned(), value.into());
        self
    }

    /// Other choices for a field.
    pub fn choices(mut self, field: &str, choices: impl IntoIterator<Item = Choice>) -> Fill {
        self.choices.push(FieldChoices { field: field.to_owned(), choices: choices.into_iter().collect() });
        self
    }

    pub fn hide(mut self, field: &str) -> Fill {
        self.hidden.push(field.to_owned());
        self
    }

    /// A message beside a field.
    pub fn message(mut self, field: &str, tone: Tone, text: impl Into<Text>) -> Fill {
        self.messages.push(FieldMessage { field: field.to_owned(), tone, text: text.into() });
        self
    }

    /// A page beside the form, such as a trial calculation.
    pub fn aside(mut self, page: Page) -> Fill {
        self.aside = Some(page);
        self
    }
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<Text>) -> Choice {
        Choice { value: value.into(), label: label.into() }
    }
}

impl Fill {
    /// The document as it travels. Compiled here once, not in every plugin.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("what a form fills holds strings, numbers and lists only")
    }
}
