//! JSON from a guest: bounded in size, depth, items and text before anything is built from it.

use crate::error::Cause;
use crate::limits::Limits;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a document of a known shape, after `change` has gone over it. `what` names it in Chinese.
pub(crate) fn read<T: DeserializeOwned>(
    what: &str,
    text: &str,
    limits: &Limits,
    change: impl FnOnce(&mut Value),
) -> Result<T, Cause> {
    let mut value = bounded(what, text, limits)?;
    change(&mut value);
    serde_json::from_value(value)
        .map_err(|error| Cause::BadOutput { message: format!("{what}的格式有误（{error}）") })
}

/// Parses within the limits.
pub(crate) fn bounded(what: &str, text: &str, limits: &Limits) -> Result<Value, Cause> {
    if text.len() > limits.output {
        return Err(Cause::TooMuch {
            message: format!("{what}有 {} 字节，上限为 {} 字节", text.len(), limits.output)
        });
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Cause::BadOutput { message: format!("{what}不是合法的文档（{error}）") })?;
    let mut items = limits.json_items;
    walk(what, &value, limits.json_depth, &mut items, limits)?;
    Ok(value)
}

fn walk(what: &str, value: &Value, depth: usize, items: &mut usize, limits: &Limits) -> Result<(), Cause> {
    let Some(left) = items.checked_sub(1) else {
        return Err(Cause::TooMuch { message: format!("{what}超过 {} 项", limits.json_items) });
    };
    *items = left;
    let deeper = || {
        depth
            .checked_sub(1)
            .ok_or_else(|| Cause::TooMuch { message: format!("{what}的嵌套超过 {} 层", limits.json_depth) })
    };
    let text_fits = |text: &str| {
        if text.len() > limits.json_text {
            return Err(Cause::TooMuch {
                message: format!("{what}中有一段文字超过 {} 字节", limits.json_text)
            });
        }
        Ok(())
    };
    match value {
        Value::String(text) => text_fits(text),
        Value::Array(list) => {
            let depth = deeper()?;
            list.iter().try_for_each(|item| walk(what, item, depth, items, limits))
        }
        Value::Object(fields) => {
            let depth = deeper()?;
            fields.iter().try_for_each(|(name, item)| {
                text_fits(name)?;
                walk(what, item, depth, items, limits)
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits { output: 1_000, json_depth: 3, json_items: 10, json_text: 20, ..Limits::rust() }
    }

    #[test]
    fn what_fits_is_read() {
        assert_eq!(bounded("页面", r#"{"a":[1,"二"]}"#, &limits()).unwrap()["a"][1], "二");
    }

    #[test]
    fn size_depth_items_and_text_are_bounded_each_by_its_own_limit() {
        let cases = [
            (format!("\"{}\"", "x".repeat(2_000)), "字节，上限"),
            ("[[[[1]]]]".to_owned(), "嵌套超过 3 层"),
            ("[1,2,3,4,5,6,7,8,9,10]".to_owned(), "超过 10 项"),
            (format!("\"{}\"", "x".repeat(21)), "一段文字超过 20 字节"),
            (format!("{{\"{}\":1}}", "x".repeat(21)), "一段文字超过 20 字节"),
        ];
        for (text, expected) in cases {
            let cause = bounded("页面", &text, &limits()).unwrap_err();
            assert_eq!(cause.code(), "too-much");
            assert!(cause.to_string().contains(expected), "{cause}");
        }
        assert!(bounded("页面", "[[[1]]]", &limits()).is_ok(), "just deep enough");
    }

    #[test]
    fn a_tower_of_brackets_is_an_error_and_no_stack_overflow() {
        let tower = "[".repeat(100_000);
        let wide = Limits { output: 1_000_000, ..limits() };
        assert_eq!(bounded("页面", &tower, &wide).unwrap_err().code(), "bad-output");
    }

    #[test]
    fn what_is_not_the_shape_is_bad_output() {
        let cause = read::<doudi_documents::Page>("页面", r#"{"title":5}"#, &limits(), |_| {}).unwrap_err();
        assert_eq!(cause.code(), "bad-output");
    }
}
