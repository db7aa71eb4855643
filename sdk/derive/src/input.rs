//! `#[derive(Input)]`: a struct of resolved columns beside the author's struct, and a reader that fills the latter from the
//! former by row number.

use crate::attributes::{Entry, entries, table};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Field, Fields, GenericArgument, Ident, LitStr, PathArguments, Result, Type};

/// What a field is filled with.
enum Source {
    /// One value of a column.
    Column {
        code: LitStr,
        absence: Absence,
        text: bool,
    },
    /// The rows of a child struct.
    Rows,
    /// The rows of an item table, with the table's name where the author repeats it.
    Items(Option<LitStr>),
    Skip,
}

/// What an absent value means.
enum Absence {
    Refused,
    None,
    Default,
}

/// The pieces one field adds to the generated code.
struct Piece {
    /// Field of the struct of columns.
    declare: TokenStream,
    /// How that field is found in a block.
    find: TokenStream,
    /// How the author's field is filled.
    read: TokenStream,
    /// How its codes join the list.
    fields: TokenStream,
}

pub fn derive(item: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &item.data else {
        return Err(Error::new(item.span(), "`Input` is for structs: one field for each column"));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(Error::new(item.span(), "`Input` needs named fields"));
    };
    if !item.generics.params.is_empty() {
        return Err(Error::new(item.generics.span(), "`Input` takes no generics: columns are found by name"));
    }
    let table = table(&item.attrs, "input", item.ident.span())?;
    let name = &item.ident;
    let visibility = &item.vis;
    let columns = format_ident!("__{name}Columns");
    let mut pieces = Vec::new();
    for field in &named.named {
        if let Some(piece) = piece(field, &table)? {
            pieces.push(piece);
        }
    }
    let declare = pieces.iter().map(|piece| &piece.declare);
    let find = pieces.iter().map(|piece| &piece.find);
    let read = pieces.iter().map(|piece| &piece.read);
    let fields = pieces.iter().map(|piece| &piece.fields);
    Ok(quote! {
        #[doc(hidden)]
        #visibility struct #columns<'a> {
            #( #declare, )*
            __block: ::core::marker::PhantomData<&'a ::doudi_sdk::block::Block>,
        }

        impl ::doudi_sdk::input::Input for #name {
            const TABLE: &'static str = #table;
            type Columns<'a> = #columns<'a>;

            fn fields(into: &mut ::std::vec::Vec<&'static str>) {
                #( #fields )*
                let _ = into;
            }

            fn columns<'a>(block: &'a ::doudi_sdk::block::Block) -> ::doudi_sdk::Result<#columns<'a>> {
                let table = block.table(#table)?;
                let _ = table;
                ::core::result::Result::Ok(#columns { #( #find, )* __block: ::core::marker::PhantomData })
            }

            #[inline]
            fn read(&mut self, columns: &#columns<'_>, row: usize) {
                #( #read )*
                let _ = (columns, row);
            }
        }
    })
}

fn piece(field: &Field, parent: &LitStr) -> Result<Option<Piece>> {
    let name = field.ident.as_ref().expect("the fields are named");
    let ty = &field.ty;
    Ok(Some(match source(field)? {
        Source::Skip => return Ok(None),
        Source::Column { code, absence, text } => column(name, ty, &code, &absence, text),
        Source::Rows => Piece {
            declare: quote! {
                #name: ::doudi_sdk::input::Child<'a, <<#ty as ::doudi_sdk::input::RowList>::Row as ::doudi_sdk::input::Input>::Columns<'a>>
            },
            find: quote_spanned! { ty.span() =>
                #name: ::doudi_sdk::input::Child::find(
                    block,
                    #parent,
                    <<#ty as ::doudi_sdk::input::RowList>::Row as ::doudi_sdk::input::Input>::TABLE,
                    |_| <<#ty as ::doudi_sdk::input::RowList>::Row as ::doudi_sdk::input::Input>::columns(block),
                )?
            },
            read: quote! {
                let range = columns.#name.range(row);
                ::doudi_sdk::input::RowList::refill(&mut self.#name, range.len(), |member, index| {
                    ::doudi_sdk::input::Input::read(member, &columns.#name.columns, range.start + index)
                });
            },
            fields: quote! {
                <<#ty as ::doudi_sdk::input::RowList>::Row as ::doudi_sdk::input::Input>::fields(into);
            },
        },
        Source::Items(stated) => {
            let kind = quote! { <#ty as ::doudi_sdk::input::ItemList>::Kind };
            let check = stated.map(|table| {
                quote_spanned! { table.span() =>
                    const _: () = ::core::assert!(
                        ::doudi_sdk::input::same_word(<#kind as ::doudi_sdk::input::ItemKind>::TABLE, #table),
                        "the kinds belong to another table"
                    );
                }
            });
            Piece {
                declare: quote! {
                    #name: ::doudi_sdk::input::Child<'a, ::doudi_sdk::input::ItemColumns<'a, #kind>>
                },
                find: quote_spanned! { ty.span() =>
                    #name: {
                        #check
                        ::doudi_sdk::input::Child::find(
                            block,
                            #parent,
                            <#kind as ::doudi_sdk::input::ItemKind>::TABLE,
                            ::doudi_sdk::input::ItemColumns::find,
                        )?
                    }
                },
                read: quote! { columns.#name.columns.read(columns.#name.range(row), &mut self.#name); },
                fields: quote! { into.extend_from_slice(<#kind as ::doudi_sdk::input::ItemKind>::CODES); },
            }
        }
    }))
}

fn column(name: &Ident, ty: &Type, code: &LitStr, absence: &Absence, text: bool) -> Piece {
    let kind = if text { quote!(Texts) } else { quote!(Ints) };
    let find = match (absence, text) {
        (Absence::Refused, false) => quote! { ::doudi_sdk::input::required_ints(table, #code)? },
        (Absence::Refused, true) => quote! { ::doudi_sdk::input::required_texts(table, #code)? },
        (_, false) => quote! { table.int_column(#code)? },
        (_, true) => quote! { table.text_column(#code)? },
    };
    let scalar = quote_spanned! { ty.span() => ::doudi_sdk::input::Scalar::from_int };
    let read = match (absence, text) {
        (Absence::Refused, false) => quote! { self.#name = #scalar(columns.#name.value(row)); },
        (Absence::None, false) => quote! { self.#name = columns.#name.get(row).map(#scalar); },
        // What is absent is 0 in the column, and 0 is what every scalar begins with.
        (Absence::Default, false) => quote! { self.#name = #scalar(columns.#name.value(row)); },
        (Absence::None, true) => quote! {
            match columns.#name.get(row) {
                ::core::option::Option::Some(text) => {
                    ::doudi_sdk::input::refill_text(self.#name.get_or_insert_with(::std::string::String::new), text)
                }
                ::core::option::Option::None => self.#name = ::core::option::Option::None,
            }
        },
        (_, true) => quote! {
            ::doudi_sdk::input::refill_text(&mut self.#name, columns.#name.get(row).unwrap_or_default());
        },
    };
    // Ids lead their tables and are in no catalogue.
    let is_id = matches!(code.value().as_str(), "household.id" | "person.id");
    Piece {
        declare: quote! { #name: ::doudi_sdk::block::#kind<'a> },
        find: quote! { #name: #find },
        read,
        fields: if is_id {
            quote!()
        } else {
            quote! { into.push(#code); }
        },
    }
}

fn source(field: &Field) -> Result<Source> {
    let unclear = || {
        Error::new(
            field.span(),
            "say what fills the field: #[input(\"person.birth-date\")], #[input(\"…\", default)], #[input(rows)], \
             #[input(items)] or #[input(skip)]",
        )
    };
    let entries = entries(&field.attrs, "input")?.ok_or_else(unclear)?;
    let (optional, inner) = match option_of(&field.ty) {
        Some(inner) => (true, inner),
        None => (false, &field.ty),
    };
    let text = last_segment(inner).is_some_and(|segment| segment.ident == "String");
    let column = |code: &LitStr, absence: Absence| {
        if !code.value().contains('.') && code.value().contains(char::is_uppercase) {
            return Err(Error::new(code.span(), "a code is lower-case words with hyphens: `person.birth-date`"));
        }
        Ok(Source::Column { code: code.clone(), absence, text })
    };
    match entries.as_slice() {
        [Entry::Code(code)] => column(code, if optional { Absence::None } else { Absence::Refused }),
        [Entry::Code(_), Entry::Word(word)] if word == "default" && optional => {
            Err(Error::new(word.span(), "an `Option` already says what absent means"))
        }
        [Entry::Code(code), Entry::Word(word)] if word == "default" => column(code, Absence::Default),
        [Entry::Word(word)] if word == "rows" => Ok(Source::Rows),
        [Entry::Word(word)] if word == "items" => Ok(Source::Items(None)),
        [Entry::Word(word)] if word == "skip" => Ok(Source::Skip),
        [Entry::Named(word, table)] if word == "items" => Ok(Source::Items(Some(table.clone()))),
        _ => Err(unclear()),
    }
}

fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// `T` of `Option<T>`.
fn option_of(ty: &Type) -> Option<&Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}
