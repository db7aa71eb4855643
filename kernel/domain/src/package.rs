//! Plugin packages and which county runs which: identity is the digest of the bytes, never name and version.

use crate::calendar::Instant;
use crate::division::County;
use crate::ids::{EnablementId, UserId};
use jiff::civil::Date;

/// A component as it was installed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Release {
    /// SHA-256 of the bytes, hex.
    pub digest: String,
    pub plugin: String,
    pub version: String,
    pub publisher: String,
    /// The manifest's canonical JSON, as it stands in the component.
    pub manifest: String,
    pub size: i64,
    pub installed_at: Instant,
    pub installed_by: Option<UserId>,
}

/// How a county's grant to a digest has been made use of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GrantUse {
    pub digest: String,
    /// As granted: `read:<field>`, `effect:<kind>`, `ask:<topic>`.
    pub capability: String,
    /// Calls that made use of it, and calls that were denied it.
    pub used: i64,
    pub denied: i64,
    pub last_used: Option<Instant>,
    pub last_denied: Option<Instant>,
}

/// A pin: this county, this plugin, this digest, from this date.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enablement {
    pub id: EnablementId,
    pub county: County,
    pub plugin: String,
    pub digest: String,
    pub from: Date,
    /// Exclusive: the day another pin, or nothing, takes over.
    pub to: Option<Date>,
    /// JSON by the manifest's settings schema.
    pub settings: String,
    /// Granted capabilities: `read:<field>`, `effect:<kind>`, `ask:<topic>`. What is not listed is denied.
    pub grants: Vec<String>,
    pub enabled_at: Instant,
    pub enabled_by: Option<UserId>,
}
