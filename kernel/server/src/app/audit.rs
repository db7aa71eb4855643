//! The audit log: read by the auditor of the county, and proved whole.

use super::App;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Result};
use doudi_storage::Page;
pub use doudi_storage::audit::{AuditEntry, AuditQuery, AuditVerdict};

/// Newest first.
pub async fn page(app: &App, actor: &Actor, query: &AuditQuery) -> Result<Page<AuditEntry>> {
    policy::require(actor, Permission::AuditRead)?;
    app.storage.snapshot(actor.scope()).await?.audit_page(query).await
}

/// Walks the chain of the actor's county.
pub async fn verify(app: &App, actor: &Actor) -> Result<AuditVerdict> {
    policy::require(actor, Permission::AuditRead)?;
    app.storage.audit_verify(actor.county()).await
}
