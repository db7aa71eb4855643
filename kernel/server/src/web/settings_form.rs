//! A county's settings of a measure as a form, from the JSON Schema in its manifest: one field for each text, number, choice
//! and yes-or-no. A schema with anything else is edited as the document it is.

use super::field::{FieldView, Input, OptionView};
use super::form_data::Posted;
use super::words::Words;
use doudi_domain::{Error, Problem, Result};
use serde_json::{Map, Value};

/// The fields of a flat schema in its order of names; `None` when it is not flat.
pub fn fields(words: Words, schema: &Value, values: &Value, problems: &[Problem]) -> Option<Vec<FieldView>> {
    let properties = schema.get("properties")?.as_object()?;
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    properties
        .iter()
        .map(|(name, property)| {
            let label = property.get("title").and_then(Value::as_str).unwrap_or(name);
            let value = values.get(name).unwrap_or(&Value::Null);
            let mut field =
                FieldView::new(words, name, label, input(words, property, value)?).problems(label, problems);
            field.help = property.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
            // An empty text is a text; only a choice or number can be missing.
            field.required = required.contains(&name.as_str()) && !matches!(field.input, Input::Line { .. });
            Some(field)
        })
        .collect()
}

fn input(words: Words, property: &Value, value: &Value) -> Option<Input> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if let Some(choices) = property.get("enum").and_then(Value::as_array) {
        let option = |choice: &Value| OptionView { value: text(choice), label: text(choice), chosen: choice == value };
        return choices
            .iter()
            .all(Value::is_string)
            .then(|| Input::Choice { options: choices.iter().map(option).collect() });
    }
    let bound = |name: &str| property.get(name).and_then(Value::as_i64);
    match property.get("type")?.as_str()? {
        "string" => Some(Input::Line {
            value: value.as_str().unwrap_or_default().to_owned(),
            length: bound("maxLength").and_then(|length| u32::try_from(length).ok()),
        }),
        "integer" => Some(Input::Number {
            value: value.as_i64().map(|number| number.to_string()).unwrap_or_default(),
            min: bound("minimum"),
            max: bound("maximum"),
        }),
        "boolean" => {
            let option = |code: &str, label: &str, is: bool| OptionView {
                value: code.to_owned(),
                label: words.t(label).to_owned(),
                chosen: value.as_bool() == Some(is),
            };
            Some(Input::Choice { options: vec![option("yes", "是", true), option("no", "否", false)] })
        }
        _ => None,
    }
}

/// The settings as typed. What the schema demands of them is checked by the use case; here only what is no number.
pub fn read(schema: &Value, posted: &Posted) -> Result<Value> {
    let mut values = Map::new();
    let mut problems = Vec::new();
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let text = posted.get(name);
        let kind = property.get("type").and_then(Value::as_str).unwrap_or("string");
        match kind {
            _ if kind != "string" && text.is_empty() => {}
            "integer" => match text.parse::<i64>() {
                Ok(number) => drop(values.insert(name.clone(), Value::from(number))),
                Err(_) => problems.push(Problem::new(name, "settings.number", format!("“{text}”不是整数"))),
            },
            "boolean" => drop(values.insert(name.clone(), Value::Bool(text == "yes"))),
            _ => drop(values.insert(name.clone(), Value::from(text))),
        }
    }
    if problems.is_empty() { Ok(Value::Object(values)) } else { Err(Error::Invalid(problems)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({ "type": "object", "required": ["contact", "days"], "properties": {
            "contact": { "type": "string", "title": "联系电话", "maxLength": 20 },
            "days": { "type": "integer", "title": "提前天数", "minimum": 1 },
            "publish": { "type": "boolean", "title": "公布" },
            "round": { "type": "string", "enum": ["yuan", "fen"], "title": "取整" } } })
    }

    #[test]
    fn a_flat_schema_becomes_a_form_and_comes_back_as_it_was() {
        let values = json!({ "contact": "0553-1234567", "days": 15, "publish": true, "round": "fen" });
        let fields = fields(Words::default(), &schema(), &values, &[]).unwrap();
        let labels: Vec<&str> = fields.iter().map(|field| field.label.as_str()).collect();
        assert_eq!(labels, ["联系电话", "提前天数", "公布", "取整"]);
        let typed = [("contact", "0553-1234567"), ("days", "15"), ("publish", "yes"), ("round", "fen")];
        let fields = typed.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        assert_eq!(read(&schema(), &Posted { fields, files: Vec::new() }).unwrap(), values);
    }

    #[test]
    fn a_deep_schema_is_edited_as_a_document_and_a_word_is_no_number() {
        let deep = json!({ "properties": { "towns": { "type": "array" } } });
        assert!(fields(Words::default(), &deep, &json!({}), &[]).is_none());
        let posted = Posted { fields: vec![("days".into(), "十五".into())], files: Vec::new() };
        let Err(Error::Invalid(problems)) = read(&schema(), &posted) else { panic!("a word was taken for a number") };
        assert_eq!(problems[0].field, "days");
    }
}
