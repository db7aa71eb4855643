//! The JSON documents kernel and plugins exchange: manifest, forms, pages, effect payloads, settings. One Rust definition,
//! used on both sides of the sandbox; the published JSON Schemas in `wit/schemas/` are generated from it.
//!
//! WIT carries the envelopes, the money and the bulk data; what changes faster is here, because a record in WIT can never
//! gain a field. Readers ignore unknown *fields*; unknown *effects and capabilities* are refused by the kernel.
//!
//! Ids travel as strings ([`Id`]) because JavaScript loses digits above 2⁵³; dates as `2022-07-06`; money as integer fen.

pub mod effect;
pub mod feed;
pub mod form;
pub mod manifest;
pub mod page;
pub mod place;
pub mod projection;
pub mod scenario;
pub mod schema;
pub mod text;
pub mod workflow;

pub use effect::{EffectPayload, kinds};
pub use form::{Choice, Field, FieldKind, Fill, Form, Section, Values};
pub use manifest::Manifest;
pub use page::{Block, Page};
pub use place::{Level, Position};
pub use text::{Id, Text};
pub use workflow::{Action, Deadline, State, Workflow};
