//! The published JSON Schemas, by the name they carry in `wit/schemas/`.

use schemars::{Schema, schema_for};

/// File name (without `.json`) and schema of every document kernel and plugins exchange.
pub fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("manifest-1", schema_for!(crate::manifest::Manifest)),
        ("form-1", schema_for!(crate::form::Form)),
        ("fill-1", schema_for!(crate::form::Fill)),
        ("page-1", schema_for!(crate::page::Page)),
        ("effect-1", schema_for!(crate::effect::EffectPayload)),
        ("scenario-1", schema_for!(crate::scenario::Scenario)),
    ]
}
