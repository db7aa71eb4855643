//! The macros of the SDK: `#[derive(Input)]` reads column blocks into plain structs, `#[derive(ItemKind)]` names the kinds of
//! an item table, `manifest!` turns `plugin.toml` into constants. Used through `doudi_sdk`, which documents them.

mod attributes;
mod input;
mod item_kind;
mod manifest;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Reads a struct from the rows of a table. See `doudi_sdk::input`.
///
/// On the struct: `#[input(table = "person")]`. On a field: `#[input("person.birth-date")]` for a value that must be there or
/// an `Option`; `#[input("person.job-refusals", default)]` where absent means the type's default; `#[input(rows)]` for the
/// rows of a child struct; `#[input(items)]` for a `Vec<Item<Kind>>`; `#[input(skip)]` for what the block does not hold.
#[proc_macro_derive(Input, attributes(input))]
pub fn derive_input(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    input::derive(&item).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Names the kinds of an item table in the order of the manifest: `#[item(table = "income")]` on the enum,
/// `#[item("income.wage")]` on each variant.
#[proc_macro_derive(ItemKind, attributes(item))]
pub fn derive_item_kind(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    item_kind::derive(&item).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Writes what the code must know of `plugin.toml`, beside the crate's `Cargo.toml`: `doudi_sdk::manifest!(crate::Hello)`, in
/// a module of its own.
///
/// - `impl Plugin for crate::Hello`;
/// - `outcome::GRANT`, `figure::INCOME`, `reason::BELOW_STANDARD`, `parameter::STANDARD`: a constant for every entry;
/// - `Income`, `Asset`, `Spending`: an enum for the declared fields of each item table, in the manifest's order.
#[proc_macro]
pub fn manifest(plugin: TokenStream) -> TokenStream {
    let plugin = parse_macro_input!(plugin as syn::Path);
    manifest::expand(&plugin).unwrap_or_else(syn::Error::into_compile_error).into()
}
