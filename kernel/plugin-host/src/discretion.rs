//! Masking **after** the plugin. The kernel hands no name and no number of a person out, but a measure also sees what people
//! type into its forms and what it keeps in its own documents, and may show it again. So whatever comes back to be shown
//! (pages, help for forms, refusals, diagnostics) passes here: ID numbers, telephone numbers, accounts and certificates are
//! masked for every office alike. Who must see one in clear opens the household's file, where that is a recorded act.
//!
//! The record of the call keeps the plugin's own bytes, or no call could be replayed.

use doudi_documents::form::Values;
use doudi_domain::mask::{self, Phones};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Masks a document to be shown. Returns how many values were changed.
pub(crate) fn shown(value: &mut Value) -> u32 {
    match value {
        Value::String(string) => match mask::numbers(string, Phones::Masked) {
            Cow::Borrowed(_) => 0,
            Cow::Owned(masked) => {
                *string = masked;
                1
            }
        },
        // Outside a cell only an amount is a number, and no amount has so many digits.
        Value::Number(number) if tells(&number.to_string(), false) => {
            *value = Value::Null;
            1
        }
        Value::Array(list) => list.iter_mut().map(shown).sum(),
        Value::Object(fields) => match masked_cell(fields) {
            Some(cell) => {
                *value = cell;
                1
            }
            None => fields.values_mut().map(shown).sum(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Masks what a measure says to a form. Its own fields may hold what was typed into this very form, and nothing else that
/// tells a number: a masked value in a field would be sent back as if somebody had typed it, so it is left out.
pub(crate) fn filled(fill: &mut Value, typed: &Values) -> u32 {
    let Some(fields) = fill.as_object_mut() else { return shown(fill) };
    let mut changed = 0;
    if let Some(Value::Object(values)) = fields.get_mut("values") {
        let before = values.len();
        values.retain(|_, value| typed.values().any(|known| known == value) || shown(&mut value.clone()) == 0);
        changed += (before - values.len()) as u32;
    }
    let others = fields.iter_mut().filter(|(name, _)| *name != "values");
    changed + others.map(|(_, value)| shown(value)).sum::<u32>()
}

/// A sentence to be shown.
pub(crate) fn sentence(text: String) -> String {
    match mask::numbers(&text, Phones::Masked) {
        Cow::Borrowed(_) => text,
        Cow::Owned(masked) => masked,
    }
}

/// A cell whose number tells a person's: as text, masked.
fn masked_cell(fields: &Map<String, Value>) -> Option<Value> {
    let kind = fields.get("cell")?.as_str()?;
    let number = fields.iter().filter(|(name, _)| *name != "cell").find_map(|(_, value)| value.as_number())?;
    let number = number.to_string();
    // A county's yearly sum in fen has as many digits as a telephone number.
    tells(&number, kind == "number")
        .then(|| json!({ "cell": "text", "text": { "zh": mask::numbers(&number, Phones::Masked) } }))
}

fn tells(number: &str, phones: bool) -> bool {
    let phones = if phones { Phones::Masked } else { Phones::Shown };
    matches!(mask::numbers(number, phones), Cow::Owned(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::id_number::IdNumber;

    fn number() -> String {
        format!("34022319680512041{}", IdNumber::check_character(b"34022319680512041") as char)
    }

    #[test]
    fn a_page_is_masked_in_texts_cells_notes_links_and_blocks_of_later_kernels() {
        let number = number();
        let as_integer: i64 = "622202000000000012".parse().unwrap();
        let mut page = json!({
            "title": { "zh": format!("{number} 的办件") }, "missing": [{ "zh": "电话 13800000417" }],
            "blocks": [
                { "block": "facts", "rows": [
                    { "label": { "zh": "账号" }, "value": { "cell": "number", "number": as_integer }, "note": { "zh": number } },
                    { "label": { "zh": "电话" }, "value": { "cell": "number", "number": 13_800_000_417_i64 } },
                    { "label": { "zh": "合计" }, "value": { "cell": "money", "fen": 13_800_000_417_i64 } },
                    { "label": { "zh": "户" }, "value": { "cell": "household", "household": "17" } } ] },
                { "block": "table", "columns": [], "rows": [
                    { "cells": [], "link": { "to": "page", "page": "list", "query": { "who": number } } } ] },
                { "block": "columns", "columns": [[{ "block": "timeline", "items": [{ "date": "2022-07-06", "text": { "zh": number } }] }]] },
                { "block": "hologram", "fallback": { "zh": number }, "deep": [[number]] }
            ]
        });
        assert_eq!(shown(&mut page), 9);
        let text = page.to_string();
        for secret in [number.as_str(), "622202000000000012", "\"number\":13800000417"] {
            assert!(!text.contains(secret), "{text}");
        }
        for kept in ["138****0417", "340223********", "\"fen\":13800000417", "\"household\":\"17\"", "2022-07-06"] {
            assert!(text.contains(kept), "{kept} in {text}");
        }
        serde_json::from_value::<doudi_documents::Page>(page).expect("still a page");
    }

    #[test]
    fn a_form_keeps_what_was_typed_into_it_and_gets_no_other_number() {
        let number = number();
        let typed: Values = serde_json::from_value(json!({ "phone": "13800000417" })).unwrap();
        let mut fill = json!({
            "values": { "phone": "13800000417", "again": "13800000417", "other": number, "amount": 63_000 },
            "messages": [{ "field": "phone", "tone": "soon", "text": { "zh": format!("与 {number} 重复") } }]
        });
        assert_eq!(filled(&mut fill, &typed), 2);
        let values = fill["values"].as_object().unwrap();
        assert_eq!(values.keys().collect::<Vec<_>>(), ["again", "amount", "phone"]);
        assert!(!fill.to_string().contains(&number));
    }

    #[test]
    fn ordinary_documents_pass_untouched() {
        let mut page = json!({ "blocks": [{ "block": "paragraph", "text": { "zh": "2022-07-06 起每月 630.00 元" } }] });
        let before = page.clone();
        assert_eq!((shown(&mut page), page), (0, before));
    }
}
