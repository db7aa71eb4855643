//! What can be known of a package without running or compiling it: its digest, the manifest in the section `doudi:manifest`
//! of the outer component, the names it imports and exports, and whether the manifest agrees with itself.

mod consistency;
mod outline;

pub(crate) use consistency::problems;
pub(crate) use outline::Outline;

use doudi_domain::Problem;
use sha2::{Digest, Sha256};

/// SHA-256 of the bytes, hex: a package's identity.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Lower-case letters, digits and single hyphens between them, beginning with a letter: ids, codes, names.
pub(crate) fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && !text.contains("--")
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Everything a value breaks in a schema, each with its path.
pub(crate) fn schema_problems(validator: &jsonschema::Validator, value: &serde_json::Value) -> Vec<Problem> {
    validator
        .iter_errors(value)
        .take(100)
        .map(|error| {
            let path = error.instance_path().to_string();
            let place = if path.is_empty() { "设置".to_owned() } else { path.clone() };
            Problem::new(path, "settings.schema", format!("“{place}”{}", keyword_words(error.kind().keyword())))
        })
        .collect()
}

/// What a broken schema keyword means to the person who fills in settings.
fn keyword_words(keyword: &str) -> &'static str {
    match keyword {
        "type" => "的类型不对",
        "required" | "dependentRequired" => "缺少必填的内容",
        "additionalProperties" | "unevaluatedProperties" | "propertyNames" => "含有不认识的内容",
        "minimum" | "exclusiveMinimum" => "小于允许的最小值",
        "maximum" | "exclusiveMaximum" => "大于允许的最大值",
        "enum" | "const" => "不在可选值之内",
        "pattern" | "format" => "的格式不对",
        "minLength" | "minItems" | "minProperties" | "contains" => "的内容太少",
        "maxLength" | "maxItems" | "maxProperties" => "的内容太多",
        "uniqueItems" => "有重复的内容",
        _ => "不符合该插件的规则",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_lower_case_with_single_hyphens() {
        for good in ["a", "price-linkage", "m2-x9"] {
            assert!(super::is_word(good), "{good}");
        }
        for bad in ["", "A", "2a", "a_b", "a--b", "a-", "-a", "低保", "a.b", "a/b"] {
            assert!(!super::is_word(bad), "{bad}");
        }
    }
}
