//! `manifest!`: constants from `plugin.toml`, so that a reason the manifest does not have, or one with the wrong number of
//! arguments, does not compile. Whether the manifest is a good one is the packer's and the kernel's business.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Error, Ident, Path, Result};
use toml::{Table, Value};

pub fn expand(plugin: &Path) -> Result<TokenStream> {
    let folder = std::env::var("CARGO_MANIFEST_DIR")
        .map_err(|_| fail("`manifest!` is expanded by cargo, which says where the crate lies"))?;
    let path = std::path::Path::new(&folder).join("plugin.toml");
    let text =
        std::fs::read_to_string(&path).map_err(|error| fail(format!("plugin.toml beside Cargo.toml: {error}")))?;
    let manifest: Table = text.parse().map_err(|error| fail(format!("plugin.toml: {error}")))?;
    generate(plugin, &manifest)
}

fn fail(message: impl std::fmt::Display) -> Error {
    Error::new(Span::call_site(), message)
}

/// Everything but the reading of the file.
fn generate(plugin: &Path, manifest: &Table) -> Result<TokenStream> {
    let id = text(manifest, "id", "plugin.toml")?;
    let version = text(manifest, "version", "plugin.toml")?;
    let fields = fields(manifest)?;
    let outcomes = entries(manifest, "outcomes")?;
    let figures = entries(manifest, "figures")?;
    let reasons = entries(manifest, "reasons")?;
    let parameters = entries(manifest, "parameters")?;

    let mut outcome_entries = Vec::new();
    for outcome in &outcomes {
        let (code, effect) = (outcome.code, text(outcome.table, "effect", &outcome.path)?);
        let (zh, en) = outcome.words("label")?;
        outcome_entries
            .push(quote! { ::doudi_sdk::codes::OutcomeEntry { code: #code, zh: #zh, en: #en, effect: #effect } });
    }
    let mut reason_entries = Vec::new();
    let mut reason_constants = Vec::new();
    for (index, reason) in (0_u32..).zip(&reasons) {
        let (code, verdict) = (reason.code, text(reason.table, "verdict", &reason.path)?);
        let article = text(reason.table, "article", &reason.path)?;
        let (zh, en) = reason.words("text")?;
        let args = match reason.table.get("args") {
            None => 0,
            Some(Value::Integer(args)) => u32::try_from(*args).map_err(|_| fail(format!("{}.args", reason.path)))?,
            Some(_) => return Err(fail(format!("{}.args is a number", reason.path))),
        };
        reason_entries.push(quote! {
            ::doudi_sdk::codes::ReasonEntry { code: #code, verdict: #verdict, article: #article, zh: #zh, en: #en, args: #args }
        });
        let (name, args) = (constant(code)?, args as usize);
        reason_constants.push(quote! {
            #[doc = #zh]
            pub const #name: ::doudi_sdk::codes::ReasonCode<#args> = ::doudi_sdk::codes::ReasonCode(#index);
        });
    }
    let outcome_constants = numbered(&outcomes, "OutcomeCode")?;
    let figure_constants = numbered(&figures, "FigureCode")?;
    let figure_codes = figures.iter().map(|figure| figure.code);
    let mut parameter_constants = Vec::new();
    for parameter in &parameters {
        let (name, code) = (constant(parameter.code)?, parameter.code);
        let (zh, _) = parameter.words("label")?;
        parameter_constants.push(quote! {
            #[doc = #zh]
            pub const #name: ::doudi_sdk::codes::ParameterCode = ::doudi_sdk::codes::ParameterCode { code: #code, label: #zh };
        });
    }
    let kinds = ["income", "asset", "spending"].into_iter().filter_map(|table| item_enum(table, &fields));
    let kinds = kinds.collect::<Result<Vec<_>>>()?;
    Ok(quote! {
        // Rebuilt when the manifest changes.
        const _: &str = ::core::include_str!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/plugin.toml"));

        impl ::doudi_sdk::codes::Plugin for #plugin {
            const ID: &'static str = #id;
            const VERSION: &'static str = #version;
            const FIELDS: &'static [&'static str] = &[ #( #fields ),* ];
            const OUTCOMES: &'static [::doudi_sdk::codes::OutcomeEntry] = &[ #( #outcome_entries ),* ];
            const FIGURES: &'static [&'static str] = &[ #( #figure_codes ),* ];
            const REASONS: &'static [::doudi_sdk::codes::ReasonEntry] = &[ #( #reason_entries ),* ];
        }

        /// Outcomes of the manifest.
        #[allow(dead_code, reason = "a plugin need not name every entry")]
        pub mod outcome { #( #outcome_constants )* }
        /// Figures of the manifest.
        #[allow(dead_code, reason = "a plugin need not name every entry")]
        pub mod figure { #( #figure_constants )* }
        /// Reasons of the manifest.
        #[allow(dead_code, reason = "a plugin need not name every entry")]
        pub mod reason { #( #reason_constants )* }
        /// Parameters of the manifest.
        #[allow(dead_code, reason = "a plugin need not name every entry")]
        pub mod parameter { #( #parameter_constants )* }
        #( #kinds )*
    })
}

/// An entry of one of the manifest's lists.
struct Entry<'m> {
    code: &'m str,
    table: &'m Table,
    /// `reasons[3]`, for messages.
    path: String,
}

impl Entry<'_> {
    /// A label or sentence: a text, or `{ zh, en }`.
    fn words(&self, key: &str) -> Result<(&str, &str)> {
        match self.table.get(key) {
            Some(Value::Table(words)) => {
                let en = words.get("en").and_then(Value::as_str).unwrap_or_default();
                Ok((text(words, "zh", &format!("{}.{key}", self.path))?, en))
            }
            _ => Err(fail(format!("plugin.toml: {}.{key} is missing: {{ zh = \"…\", en = \"…\" }}", self.path))),
        }
    }
}

fn text<'m>(table: &'m Table, key: &str, path: &str) -> Result<&'m str> {
    table
        .get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| fail(format!("plugin.toml: {path}.{key} is missing or not a text")))
}

/// The tables of a list, each with its code; no list is an empty one.
fn entries<'m>(manifest: &'m Table, list: &str) -> Result<Vec<Entry<'m>>> {
    let Some(value) = manifest.get(list) else { return Ok(Vec::new()) };
    let items = value.as_array().ok_or_else(|| fail(format!("plugin.toml: {list} is a list: [[{list}]]")))?;
    let mut entries: Vec<Entry<'m>> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = format!("{list}[{index}]");
        let table = item.as_table().ok_or_else(|| fail(format!("plugin.toml: {path} is a table: [[{list}]]")))?;
        let code = text(table, "code", &path)?;
        if entries.iter().any(|other| other.code == code) {
            return Err(fail(format!("plugin.toml: {list} has `{code}` twice")));
        }
        entries.push(Entry { code, table, path });
    }
    Ok(entries)
}

/// Every declared field once, in declaration order.
fn fields(manifest: &Table) -> Result<Vec<&str>> {
    let mut fields = Vec::new();
    let inputs = manifest.get("inputs").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
    for (index, input) in inputs.iter().enumerate() {
        let list = input.get("fields").and_then(Value::as_array);
        let list = list.ok_or_else(|| fail(format!("plugin.toml: inputs[{index}].fields is missing or not a list")))?;
        for field in list {
            let field =
                field.as_str().ok_or_else(|| fail(format!("plugin.toml: inputs[{index}].fields holds texts")))?;
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
    }
    Ok(fields)
}

fn numbered(entries: &[Entry<'_>], ty: &str) -> Result<Vec<TokenStream>> {
    let ty = format_ident!("{ty}");
    let constant = |(index, entry): (u32, &Entry<'_>)| {
        let name = constant(entry.code)?;
        let (zh, _) = entry.words("label")?;
        Ok(quote! {
            #[doc = #zh]
            pub const #name: ::doudi_sdk::codes::#ty = ::doudi_sdk::codes::#ty(#index);
        })
    };
    (0_u32..).zip(entries).map(constant).collect()
}

/// The enum of an item table, if the manifest declares any of its fields.
fn item_enum(table: &str, fields: &[&str]) -> Option<Result<TokenStream>> {
    let prefix = format!("{table}.");
    let codes: Vec<&str> = fields.iter().copied().filter(|field| field.starts_with(&prefix)).collect();
    if codes.is_empty() {
        return None;
    }
    let variants: Result<Vec<Ident>> = codes.iter().map(|code| camel(&code[prefix.len()..])).collect();
    Some(variants.and_then(|variants| {
        let name = camel(table)?;
        let doc = format!("The declared fields of the table `{table}`, in the manifest's order.");
        Ok(quote! {
            #[doc = #doc]
            #[derive(::doudi_sdk::ItemKind, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
            #[item(table = #table)]
            #[allow(dead_code, reason = "a plugin need not name every kind")]
            pub enum #name { #( #[item(#codes)] #variants ),* }
        })
    }))
}

/// `below-standard` → `BELOW_STANDARD`.
fn constant(code: &str) -> Result<Ident> {
    identifier(code, code.to_uppercase().replace('-', "_"))
}

/// `employment-cost` → `EmploymentCost`.
fn camel(code: &str) -> Result<Ident> {
    let capital =
        |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>();
    identifier(code, code.split('-').map(capital).collect())
}

fn identifier(code: &str, name: String) -> Result<Ident> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if code.is_empty() || !code.bytes().all(plain) || !code.as_bytes()[0].is_ascii_lowercase() {
        return Err(fail(format!("plugin.toml: `{code}` should be lower-case words with hyphens: `below-standard`")));
    }
    Ok(Ident::new(&name, Span::call_site()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(manifest: &str) -> Result<String> {
        generate(&syn::parse_str("crate::Hello").expect("a path"), &manifest.parse().expect("TOML"))
            .map(|code| code.to_string())
    }

    const HEAD: &str = "id = \"hello\"\nversion = \"1.0.0\"\n";

    #[test]
    fn an_entry_becomes_a_constant_with_its_arguments() {
        let code = expand(&format!(
            "{HEAD}[[reasons]]\ncode = \"below-standard\"\nverdict = \"met\"\narticle = \"\"\nargs = 2\ntext = {{ zh = \"低于\" }}\n\
             [[inputs]]\nfields = [\"income.wage\", \"income.employment-cost\", \"income.wage\"]\n"
        ))
        .expect("a good manifest");
        assert!(code.contains("BELOW_STANDARD : :: doudi_sdk :: codes :: ReasonCode < 2usize >"), "{code}");
        assert!(
            code.contains(
                "enum Income { # [item (\"income.wage\")] Wage , # [item (\"income.employment-cost\")] EmploymentCost }"
            ),
            "{code}"
        );
    }

    #[test]
    fn a_bad_manifest_is_an_error_that_names_the_place() {
        for (manifest, message) in [
            ("version = \"1.0.0\"\n", "plugin.toml.id"),
            (&format!("{HEAD}[[outcomes]]\ncode = \"a\"\n"), "outcomes[0].effect"),
            (&format!("{HEAD}[[figures]]\ncode = \"Bad Code\"\nlabel = {{ zh = \"x\" }}\n"), "Bad Code"),
            (
                &format!(
                    "{HEAD}[[figures]]\ncode = \"a\"\nlabel = {{ zh = \"x\" }}\n[[figures]]\ncode = \"a\"\nlabel = {{ zh = \"x\" }}\n"
                ),
                "twice",
            ),
        ] {
            let error = expand(manifest).expect_err(message).to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
