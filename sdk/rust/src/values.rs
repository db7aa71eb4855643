//! What a person entered in a form. The kernel has checked kind, range and what is required; what is left is meaning.

use crate::date::Date;
use crate::fen::Fen;
use crate::moment::Moment;
use crate::refusal::{Refusal, Result};
use doudi_documents::form::Values;
use doudi_documents::{Id, Position};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Form values by field name. A field that is absent, empty or of another kind reads as `None`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FormValues(pub Values);

impl FormValues {
    /// Reads the JSON object a call carries.
    ///
    /// # Errors
    /// `invalid` when it is not an object.
    pub fn parse(json: &str) -> Result<FormValues> {
        if json.is_empty() {
            return Ok(FormValues::default());
        }
        serde_json::from_str(json)
            .map(FormValues)
            .map_err(|error| Refusal::invalid(format!("表单内容不能读取：{error}")))
    }

    /// The whole form as the plugin's own type.
    ///
    /// # Errors
    /// `invalid` when a value does not fit.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_value(Value::Object(self.0.clone()))
            .map_err(|error| Refusal::invalid(format!("表单内容不完整或不正确：{error}")))
    }

    /// The bare value, if it is there.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    /// A line, a paragraph, or the code of a choice; without the blanks around it.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.get(field)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// A whole number.
    pub fn number(&self, field: &str) -> Option<i64> {
        self.get(field)?.as_i64()
    }

    /// Money.
    pub fn money(&self, field: &str) -> Option<Fen> {
        self.number(field).map(Fen)
    }

    /// A date.
    pub fn date(&self, field: &str) -> Option<Date> {
        self.text(field)?.parse().ok()
    }

    /// A day and a time of day, local.
    pub fn moment(&self, field: &str) -> Option<Moment> {
        self.text(field)?.parse().ok()
    }

    /// The 12-digit code of a place.
    pub fn division(&self, field: &str) -> Option<i64> {
        self.text(field).filter(|code| code.len() == 12)?.parse().ok()
    }

    /// Where the phone was, if it told.
    pub fn position(&self, field: &str) -> Option<Position> {
        serde_json::from_value(self.get(field)?.clone()).ok()
    }

    /// Yes or no, or a declaration that was ticked; absent counts as no.
    pub fn yes(&self, field: &str) -> bool {
        self.get(field).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The codes of several choices.
    pub fn choices(&self, field: &str) -> Vec<&str> {
        self.list(field).filter_map(Value::as_str).collect()
    }

    /// One member, officer, household or file.
    pub fn id(&self, field: &str) -> Option<Id> {
        self.text(field)?.parse().ok().map(Id)
    }

    /// Several members or files.
    pub fn ids(&self, field: &str) -> Vec<Id> {
        self.list(field).filter_map(|value| value.as_str()?.parse().ok()).map(Id).collect()
    }

    /// Uploaded files. What is known of them stands in [`crate::Action::files`].
    pub fn files(&self, field: &str) -> Vec<Id> {
        self.ids(field)
    }

    fn list(&self, field: &str) -> impl Iterator<Item = &Value> {
        self.get(field).and_then(Value::as_array).into_iter().flatten()
    }

    /// Sets a value, for tests and for `fill`.
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> FormValues {
        self.0.insert(field.to_owned(), value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_reads_as_itself_and_nothing_else() {
        let values = FormValues::parse(
            r#"{"line":" 李 ","money":12345,"day":"2022-07-06","yes":true,"many":["a","b"],"who":"17","all":["1","2"],"gone":null,"blank":" ",
                "at":"2022-07-06T09:30","place":"340223101001","here":{"latitude":"31.352100","longitude":"118.433100","accuracy":12}}"#,
        )
        .unwrap();
        assert_eq!(values.text("line"), Some("李"));
        assert_eq!(values.money("money"), Some(Fen(12_345)));
        assert_eq!(values.date("day"), Some(Date::of(2022, 7, 6)));
        assert!(values.yes("yes"));
        assert_eq!(values.choices("many"), ["a", "b"]);
        assert_eq!(values.id("who"), Some(Id(17)));
        assert_eq!(values.ids("all"), [Id(1), Id(2)]);
        assert_eq!((values.text("gone"), values.text("blank"), values.text("none")), (None, None, None));
        assert_eq!((values.money("line"), values.date("line"), values.id("line")), (None, None, None));
        assert_eq!(values.moment("at").map(|moment| moment.to_string()).as_deref(), Some("2022-07-06T09:30"));
        assert_eq!(values.division("place"), Some(340_223_101_001));
        assert_eq!(values.position("here").and_then(|here| here.longitude_micro()), Some(118_433_100));
        assert_eq!(values.files("all"), [Id(1), Id(2)]);
        assert_eq!((values.moment("day"), values.division("who"), values.position("place")), (None, None, None));
        assert!(!values.yes("none"));
        assert_eq!(FormValues::parse("[]").unwrap_err().code, "invalid");
    }
}
