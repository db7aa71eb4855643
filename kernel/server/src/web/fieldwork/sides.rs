//! A value of a form as people read it, for laying two of them side by side.

use crate::web::forms::Choices;
use crate::web::frame::Frame;
use doudi_documents::{Field, FieldKind};
use doudi_domain::Fen;
use serde_json::Value;

/// The value in words; empty when there is none.
pub fn shown(frame: &Frame, field: &Field, value: Option<&Value>, choices: &Choices) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Array(several)) => {
            let words: Vec<String> = several.iter().map(|value| one(frame, field, value, choices)).collect();
            words.join("、")
        }
        Some(value) => one(frame, field, value, choices),
    }
}

fn one(frame: &Frame, field: &Field, value: &Value, choices: &Choices) -> String {
    let named = |list: &[(String, String)], id: &str| {
        list.iter().find(|(known, _)| known == id).map_or_else(|| id.to_owned(), |(_, label)| label.clone())
    };
    match (field.kind, value) {
        (_, Value::Bool(yes)) => frame.t(if *yes { "是" } else { "否" }).to_owned(),
        (FieldKind::Money, Value::Number(fen)) => {
            fen.as_i64().map_or_else(|| fen.to_string(), |fen| format!("{} {}", Fen(fen), frame.t("元")))
        }
        (FieldKind::Choice | FieldKind::Choices, Value::String(code)) => {
            let choice = field.choices.iter().find(|choice| choice.value == *code);
            choice.map_or_else(|| code.clone(), |choice| frame.text(&choice.label).to_owned())
        }
        (FieldKind::Member | FieldKind::Members, Value::String(id)) => named(&choices.members, id),
        (FieldKind::Officer, Value::String(id)) => named(&choices.officers, id),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Object(position)) if position.contains_key("latitude") => position_words(frame, position),
        (_, value) => value.to_string(),
    }
}

fn position_words(frame: &Frame, position: &serde_json::Map<String, Value>) -> String {
    let text = |name: &str| position.get(name).and_then(Value::as_str).unwrap_or_default();
    let accuracy = position.get("accuracy").and_then(Value::as_i64);
    let near = accuracy.map(|metres| format!(" (±{metres} {})", frame.t("米"))).unwrap_or_default();
    format!("{}, {}{near}", text("latitude"), text("longitude"))
}
