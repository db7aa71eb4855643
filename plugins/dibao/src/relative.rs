//! The body of an entry in the register of near relatives (近亲属备案).

use crate::application::Visit;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// Spouse, parent, child, sibling, grandparent or grandchild of a handler or of a village committee member.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Relative {
    pub member: Option<Id>,
    /// Code table `near-relative`.
    pub kind: i64,
    /// The handler's office.
    pub office: String,
    pub visit: Option<Visit>,
}
