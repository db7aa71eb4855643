//! The SDK for Doudi's measures: what a plugin's author sees. A plugin is a function from a snapshot and an input to
//! effects; it reads through [`records`], [`documents`], [`decisions`], [`payments`], [`parameters`], [`calendar`],
//! [`divisions`] and [`questions`], and writes nothing: it answers with [`Outcomes`], [`Effects`] or a [`Page`](doudi_documents::Page);
//! the questions measures ask each other have ready types in [`topics`].
//!
//! The same code is compiled twice: for the sandbox, where the reading functions call the kernel, and for the machine of the
//! author, where they ask a made-up [`testing::World`]. So a plugin is tested without a server.
//!
//! The smallest plugin:
//!
//! ```
//! use doudi_sdk::prelude::*;
//!
//! struct Hello;
//!
//! impl View for Hello {
//!     fn view(_: &Context, _: PageRequest) -> Result<Page> {
//!         Ok(Page::new("你好").paragraph("这是最小的插件。"))
//!     }
//! }
//!
//! doudi_sdk::export!(Hello: view);
//!
//! # use doudi_sdk::testing::World;
//! # World::new("2022-07-20").run(|context| {
//! let page = Hello::view(context, PageRequest::new("home")).unwrap();
//! assert_eq!(page.title.unwrap().zh, "你好");
//! # });
//! ```

#![warn(missing_docs)]

#[doc(hidden)]
pub mod bindings;
pub mod block;
pub mod calendar;
pub mod chance;
pub mod codes;
pub mod context;
pub mod date;
pub mod decided;
pub mod decisions;
pub mod divisions;
pub mod document;
pub mod documents;
pub mod effects;
pub mod feed;
pub mod fen;
mod host;
pub mod input;
pub mod log;
pub mod moment;
pub mod outcomes;
pub mod parameters;
pub mod payments;
pub mod points;
pub mod prelude;
pub mod questions;
pub mod records;
pub mod refusal;
pub mod template;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod topics;
pub mod trail;
pub mod values;

pub use doudi_documents as doc;
pub use doudi_sdk_derive::{Input, ItemKind, manifest};
pub use outcomes::Outcomes;
pub use points::*;
pub use refusal::{Refusal, Result};
pub use trail::Trail;
