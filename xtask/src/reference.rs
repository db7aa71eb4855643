//! `sdk/docs/reference`: what an author looks up, written from the very files that decide: the contract's WIT with its sentences, the
//! JSON Schemas of manifest, pages, forms and effects, and the field catalogue.

use anyhow::{Context, Result, bail};
use doudi_domain::catalogue::{self, Kind, Sensitivity};
use doudi_domain::codes;
use serde_json::Value;
use std::fmt::Write as _;

const HEAD: &str = "<!-- Written by `cargo xtask reference`; do not edit. -->\n\n";

pub fn run(check: bool) -> Result<()> {
    let folder = crate::root().join("sdk/docs/reference");
    std::fs::create_dir_all(&folder)?;
    let mut stale = Vec::new();
    for (name, text) in pages()? {
        let file = folder.join(&name);
        if std::fs::read_to_string(&file).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            stale.push(name);
        } else {
            std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
            println!("  wrote sdk/docs/reference/{name}");
        }
    }
    if !stale.is_empty() {
        bail!(
            "not current in sdk/docs/reference: {}. Run `cargo xtask reference` and commit the result",
            stale.join(", ")
        );
    }
    Ok(())
}

fn pages() -> Result<Vec<(String, String)>> {
    let mut pages = vec![("fields.md".to_owned(), fields())];
    for (package, title) in [
        ("types", "Shapes both sides share"),
        ("kernel", "What the kernel lends"),
        ("measure", "What a plugin may implement"),
    ] {
        pages.push((format!("{package}.md"), contract(package, title)?));
    }
    for (name, schema) in doudi_documents::schema::all() {
        let short = name.trim_end_matches(|c: char| c == '-' || c.is_ascii_digit());
        pages.push((format!("{short}.md"), document(name, &serde_json::to_value(&schema)?)));
    }
    Ok(pages)
}

/// One page for a package of the contract: every interface, every item with its sentence.
fn contract(package: &str, title: &str) -> Result<String> {
    let folder = crate::root().join("wit").join(package);
    let mut files: Vec<_> = std::fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut page = format!("{HEAD}# {title} (`doudi:{package}`)\n");
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "wit")) {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        interface(&text, &mut page);
    }
    Ok(page)
}

/// Doc sentences above, the item itself as it is written.
fn interface(text: &str, page: &mut String) {
    let mut sentences: Vec<&str> = Vec::new();
    let mut since = "";
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if let Some(sentence) = trimmed.strip_prefix("///") {
            sentences.push(sentence.trim());
        } else if let Some(version) = trimmed.strip_prefix("@since(version = ") {
            since = version.trim_end_matches(')');
        } else if let Some(name) = trimmed.strip_prefix("interface ") {
            let name = name.trim_end_matches('{').trim();
            let _ = write!(page, "\n## `{name}`\n\n{} Since {since}.\n", sentences.join(" "));
            sentences.clear();
        } else if trimmed.starts_with("package ") {
            // The sentences above a package are the introduction of the page.
            if !sentences.is_empty() {
                let _ = write!(page, "\n{}\n", sentences.join(" "));
            }
            sentences.clear();
        } else if let Some(name) = item_name(trimmed) {
            let mut body = vec![line];
            while !closed(&body) {
                let Some(next) = lines.next() else { break };
                body.push(next);
            }
            let indent = line.len() - trimmed.len();
            let body: Vec<&str> = body.iter().map(|line| line.get(indent..).unwrap_or_else(|| line.trim())).collect();
            let kept: Vec<&str> = body.into_iter().filter(|line| !line.trim_start().starts_with("@since")).collect();
            let _ = write!(
                page,
                "\n### `{name}`\n\n{} Since {since}.\n\n```wit\n{}\n```\n",
                sentences.join(" "),
                kept.join("\n")
            );
            sentences.clear();
        }
    }
}

fn item_name(line: &str) -> Option<&str> {
    for kind in ["record ", "variant ", "type "] {
        if let Some(rest) = line.strip_prefix(kind) {
            return rest.split([' ', '{', '=']).next();
        }
    }
    line.split_once(": func(").map(|(name, _)| name)
}

/// A declaration ends with its brace or its semicolon.
fn closed(body: &[&str]) -> bool {
    let text = body.join("\n");
    if text.contains('{') {
        text.matches('{').count() == text.matches('}').count()
    } else {
        text.trim_end().ends_with(';')
    }
}

/// One page for a JSON document: its own table, then one for each part.
fn document(name: &str, schema: &Value) -> String {
    let title = schema["title"].as_str().unwrap_or(name);
    let mut page = format!("{HEAD}# {title}\n\nSchema: `wit/schemas/{name}.json`.");
    section(schema, &mut page);
    let definitions = schema["$defs"].as_object().into_iter().flatten();
    for (name, definition) in definitions {
        let _ = write!(page, "\n## {name}\n");
        section(definition, &mut page);
    }
    page
}

fn section(schema: &Value, page: &mut String) {
    if let Some(words) = schema["description"].as_str() {
        let _ = write!(page, "\n{}\n", one_line(words));
    } else {
        page.push('\n');
    }
    if let Some(properties) = schema["properties"].as_object() {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        page.push_str("\n| key | type | needed | |\n|---|---|---|---|\n");
        for (key, property) in properties {
            let needed = if required.contains(&key.as_str()) { "yes" } else { "" };
            let words = one_line(property["description"].as_str().unwrap_or_default());
            let _ = writeln!(page, "| `{key}` | {} | {needed} | {words} |", kind(property));
        }
    }
    for list in ["oneOf", "anyOf"] {
        let Some(variants) = schema[list].as_array() else { continue };
        for variant in variants {
            let tag = variant["const"].as_str().map(str::to_owned).or_else(|| {
                let fields = variant["properties"].as_object()?;
                fields.iter().find_map(|(field, value)| Some(format!("{field} = {}", value["const"].as_str()?)))
            });
            let words = one_line(variant["description"].as_str().unwrap_or_default());
            match (tag, variant["properties"].as_object()) {
                (Some(tag), Some(fields)) => {
                    let others: Vec<String> = fields
                        .iter()
                        .filter(|(_, value)| value["const"].is_null())
                        .map(|(name, value)| format!("`{name}` ({})", kind(value)))
                        .collect();
                    let _ = write!(page, "\n- `{tag}`: {} {words}", others.join(", "));
                }
                (Some(tag), None) => {
                    let _ = write!(page, "\n- `{tag}` {words}");
                }
                _ => {}
            }
        }
        page.push('\n');
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
        let _ = write!(page, "\nOne of {}.\n", words.join(", "));
    }
}

fn kind(property: &Value) -> String {
    if let Some(reference) = property["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        return format!("[{name}](#{})", name.to_ascii_lowercase());
    }
    let named = |kind: &str| match kind {
        "array" => format!("list of {}", kind_of_items(property)),
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "boolean" => "true or false".to_owned(),
        other => other.to_owned(),
    };
    match &property["type"] {
        Value::String(one) => named(one),
        Value::Array(several) => {
            let kinds: Vec<String> =
                several.iter().filter_map(Value::as_str).filter(|one| *one != "null").map(named).collect();
            kinds.join(" or ")
        }
        _ => {
            let several = property["anyOf"].as_array().into_iter().flatten().filter(|one| one["type"] != "null");
            let kinds: Vec<String> = several.map(kind).collect();
            if kinds.is_empty() { "any JSON".to_owned() } else { kinds.join(" or ") }
        }
    }
}

fn kind_of_items(property: &Value) -> String {
    if property["items"].is_null() { "anything".to_owned() } else { kind(&property["items"]) }
}

fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// Everything the kernel can hold about a household or a person, and the codes.
fn fields() -> String {
    let mut page = format!(
        "{HEAD}# Fields\n\nWhat `inputs` may name. Money is whole fen, a month in `income` and `spending`; dates are days since 1970-01-01 on the \
         way. A **sealed** field reaches a plugin as a fingerprint: 32 hex digits, equal where the values are.\n\n\
         | code | kind | | 中文 |\n|---|---|---|---|\n"
    );
    for field in catalogue::FIELDS {
        let kind = match field.kind {
            Kind::Money => "money".to_owned(),
            Kind::Code(table) => format!("code [{0}](#{0})", table.id),
            Kind::YesNo => "yes or no".to_owned(),
            Kind::Count => "number".to_owned(),
            Kind::Date => "date".to_owned(),
            Kind::Text => "text".to_owned(),
        };
        let sensitivity = match field.sensitivity {
            Sensitivity::Internal => "",
            Sensitivity::Sensitive => "sensitive",
            Sensitivity::Sealed => "sealed",
        };
        let _ = writeln!(page, "| `{}` | {kind} | {sensitivity} | {} {} |", field.code, field.zh, field.en);
    }
    page.push_str("\n# Code tables\n");
    for table in codes::ALL {
        let _ = write!(page, "\n## {}\n\n{} ({}), {}.\n\n", table.id, table.zh, table.en, table.source);
        let words: Vec<String> = table.entries.iter().map(|code| format!("{} {}", code.code, code.zh)).collect();
        let _ = writeln!(page, "{}", words.join(" · "));
    }
    page
}
