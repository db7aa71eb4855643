//! Reading `#[input(…)]` and `#[item(…)]`.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Ident, LitStr, Result, Token};

/// One entry between the parentheses: `"person.birth-date"`, `default`, `table = "person"`.
pub enum Entry {
    Code(LitStr),
    Word(Ident),
    Named(Ident, LitStr),
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> Result<Entry> {
        if input.peek(LitStr) {
            return Ok(Entry::Code(input.parse()?));
        }
        let word: Ident = input.parse()?;
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            return Ok(Entry::Named(word, input.parse()?));
        }
        Ok(Entry::Word(word))
    }
}

/// The entries of the attribute of that name; `None` when it is not there.
pub fn entries(attributes: &[Attribute], name: &str) -> Result<Option<Vec<Entry>>> {
    let mut found = attributes.iter().filter(|attribute| attribute.path().is_ident(name));
    let Some(attribute) = found.next() else { return Ok(None) };
    if let Some(second) = found.next() {
        return Err(Error::new(second.span(), format!("`{name}` stands here twice")));
    }
    let entries = attribute.parse_args_with(Punctuated::<Entry, Token![,]>::parse_terminated)?;
    Ok(Some(entries.into_iter().collect()))
}

/// The `table = "…"` on a struct or enum.
pub fn table(attributes: &[Attribute], name: &str, span: proc_macro2::Span) -> Result<LitStr> {
    match entries(attributes, name)?.as_deref() {
        Some([Entry::Named(word, table)]) if word == "table" => Ok(table.clone()),
        _ => Err(Error::new(span, format!("say which table it is: #[{name}(table = \"…\")]"))),
    }
}
