//! `#[derive(ItemKind)]`: the kinds of an item table, by their position in the manifest.

use crate::attributes::{Entry, entries, table};
use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, LitStr, Result};

pub fn derive(item: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &item.data else {
        return Err(Error::new(item.span(), "`ItemKind` is for enums: one variant for each kind"));
    };
    let table = table(&item.attrs, "item", item.ident.span())?;
    let prefix = format!("{}.", table.value());
    let name = &item.ident;
    let mut codes: Vec<LitStr> = Vec::new();
    let mut variants = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new(variant.span(), "a kind is a bare name"));
        }
        let entries = entries(&variant.attrs, "item")?;
        let Some([Entry::Code(code)]) = entries.as_deref() else {
            return Err(Error::new(variant.span(), format!("say which field it is: #[item(\"{prefix}…\")]")));
        };
        if !code.value().starts_with(&prefix) {
            return Err(Error::new(code.span(), format!("fields of this table begin with `{prefix}`")));
        }
        if codes.iter().any(|other| other.value() == code.value()) {
            return Err(Error::new(code.span(), "this field is already a kind"));
        }
        codes.push(code.clone());
        variants.push(&variant.ident);
    }
    let indexes = 0..variants.len();
    let same = indexes.clone();
    Ok(quote! {
        impl ::doudi_sdk::input::ItemKind for #name {
            const TABLE: &'static str = #table;
            const CODES: &'static [&'static str] = &[ #( #codes ),* ];

            fn from_index(index: usize) -> ::core::option::Option<Self> {
                match index {
                    #( #indexes => ::core::option::Option::Some(#name::#variants), )*
                    _ => ::core::option::Option::None,
                }
            }

            #[inline]
            fn index(self) -> usize {
                match self {
                    #( #name::#variants => #same, )*
                }
            }
        }
    })
}
