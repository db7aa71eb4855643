//! The one way to write: a short transaction for one actor at one moment. Each method adds its audit entry; nothing is seen
//! by anyone before [`Write::commit`], and a [`Write`] that is dropped has never happened.
//!
//! Await it in a task of its own that a dropped request does not cancel: a rollback that is only queued keeps SQLite's one
//! writer busy.
//!
//! The writes of one county are serial (one writer on SQLite, an advisory lock on PostgreSQL), so what a method checks still
//! holds when it writes. Revisions and audit entries are collected and written by the commit.

use crate::answer::RequestKey;
use crate::audit::{self, PendingEntry};
use crate::engine::{Tx, args};
use crate::revision::{self, ReadSet};
use crate::seal::Sealer;
use crate::snapshot::Reach;
use doudi_domain::event::{Event, EventCause};
use doudi_domain::{Actor, County, DivisionCode, DocumentId, Error, Instant, Result};
use std::collections::BTreeSet;
use std::sync::Arc;

pub struct Write {
    pub(crate) tx: Tx,
    pub(crate) reach: Reach,
    pub(crate) county: County,
    pub(crate) now: Instant,
    pub(crate) actor: Actor,
    pub(crate) sealer: Arc<dyn Sealer>,
    pub(crate) events: Vec<Event>,
    pub(crate) entries: Vec<PendingEntry>,
    pub(crate) request: Option<RequestKey>,
    /// The event its own events follow from.
    pub(crate) cause: Option<EventCause>,
    moved: BTreeSet<String>,
}

impl Write {
    pub(crate) async fn begin(
        mut tx: Tx,
        actor: Actor,
        now: Instant,
        sealer: Arc<dyn Sealer>,
        request: Option<RequestKey>,
    ) -> Result<Write> {
        let reach = Reach::of(actor.scope());
        if tx.is_postgres() {
            // Released at the end of the transaction. SQLite has one writer anyway.
            tx.run("SELECT pg_advisory_xact_lock($1)", args![reach.county]).await?;
        }
        let county = reach.county;
        let (events, entries, moved) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut write = Write { tx, reach, county, now, actor, sealer, events, entries, request, cause: None, moved };
        match write.claim_request().await {
            Ok(()) => Ok(write),
            Err(error) => {
                write.rollback().await?;
                Err(error)
            }
        }
    }

    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub fn county(&self) -> County {
        self.county
    }

    pub fn now(&self) -> Instant {
        self.now
    }

    /// `Conflict` if anything of the read set has moved since it was read.
    pub async fn check(&mut self, read: &ReadSet) -> Result<()> {
        let keys: Vec<String> = read.keys().cloned().collect();
        let current = revision::current(&mut self.tx, self.county, &keys).await?;
        let moved = read.iter().find(|(key, rev)| current.get(*key).copied().unwrap_or(0) != **rev);
        match moved {
            None => Ok(()),
            Some((key, _)) => {
                tracing::debug!(key, "read set has moved");
                Err(Error::conflict("所依据的信息刚被别人修改，本次操作没有保存。请刷新后重试"))
            }
        }
    }

    /// True the first time this key is seen in the county; false when the same request was applied before.
    pub async fn idempotency_remember(&mut self, key: &str) -> Result<bool> {
        let sql = "INSERT INTO idempotency (county, key, at) VALUES ($1, $2, $3) ON CONFLICT (county, key) DO NOTHING";
        Ok(self.tx.run(sql, args![self.county, key, self.now]).await? == 1)
    }

    /// What the request led to, for whoever sends it again. Its key was remembered in this write.
    pub async fn idempotency_answer(&mut self, key: &str, document: DocumentId) -> Result<()> {
        let sql = "UPDATE idempotency SET document = $3 WHERE county = $1 AND key = $2";
        self.tx.run(sql, args![self.county, key, document]).await?;
        Ok(())
    }

    /// The document the request with this key led to; `None` when it led to none or was never applied.
    pub async fn idempotency_document(&mut self, key: &str) -> Result<Option<DocumentId>> {
        let sql = "SELECT document FROM idempotency WHERE county = $1 AND key = $2";
        match self.tx.optional(sql, args![self.county, key]).await? {
            Some(row) => row.get("document"),
            None => Ok(None),
        }
    }

    /// Writes the audit entries and makes everything visible at once.
    pub async fn commit(mut self) -> Result<()> {
        let moved = std::mem::take(&mut self.moved);
        revision::bump(&mut self.tx, self.county, moved).await?;
        let entries = std::mem::take(&mut self.entries);
        audit::append(&mut self.tx, self.county, entries).await?;
        self.tx.commit().await?;
        if let Some(request) = &self.request {
            request.committed();
        }
        Ok(())
    }

    pub async fn rollback(self) -> Result<()> {
        self.tx.rollback().await
    }

    /// This key moves when the transaction commits.
    pub(crate) fn moves(&mut self, key: String) {
        self.moved.insert(key);
    }

    /// Nobody writes outside her part of the tree.
    pub(crate) fn require_within(&self, division: DivisionCode) -> Result<()> {
        if self.reach.scope.sees(division) {
            Ok(())
        } else {
            Err(Error::forbidden(format!("区划 {division} 不在您的管辖范围之内。请交由当地或上一级的人员办理")))
        }
    }
}
