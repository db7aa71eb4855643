//! The household's timeline: steps of its documents, decisions, notices and attachments in one list.

use crate::Snapshot;
use crate::engine::args;
use crate::page;
use crate::snapshot::Reach;
use doudi_domain::{AttachmentId, DecisionId, DocumentId, HouseholdId, Instant, NoticeId, Result};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimelineEntry {
    pub at: Instant,
    pub by_name: String,
    pub what: TimelineKind,
    /// The title of the document, decision, notice or file.
    pub title: String,
    pub note: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TimelineKind {
    Registered,
    Step { document: DocumentId, plugin: String, collection: String, action: String, to_state: String },
    Decided { decision: DecisionId, scheme: String },
    Noticed { notice: NoticeId, kind: String },
    Attached { attachment: AttachmentId },
}

impl Snapshot {
    /// Newest first, at most `limit`. What lies in documents of other places than the reader's is not shown.
    pub async fn timeline(&mut self, household: HouseholdId, limit: u32) -> Result<Vec<TimelineEntry>> {
        let file = self.household_fetch(household).await?;
        let mut entries = vec![TimelineEntry {
            at: file.created_at,
            by_name: String::new(),
            what: TimelineKind::Registered,
            title: file.number,
            note: String::new(),
        }];
        let Reach { county, low, high, .. } = self.reach;
        let limit = page::clamp(limit);
        let values = || args![county, household, low, high, limit];
        let sql = "SELECT s.at, s.by_name, s.action, s.to_state, s.note, d.id, d.plugin, d.collection, d.title
                   FROM document_step s JOIN document d ON d.county = s.county AND d.id = s.document
                   WHERE d.county = $1 AND d.household = $2 AND d.division BETWEEN $3 AND $4
                   ORDER BY s.at DESC, d.id DESC, s.revision DESC LIMIT $5";
        for row in self.tx.all(sql, values()).await? {
            entries.push(TimelineEntry {
                at: row.get("at")?,
                by_name: row.get("by_name")?,
                what: TimelineKind::Step {
                    document: row.get("id")?,
                    plugin: row.get("plugin")?,
                    collection: row.get("collection")?,
                    action: row.get("action")?,
                    to_state: row.get("to_state")?,
                },
                title: row.get("title")?,
                note: row.get("note")?,
            });
        }
        let sql = "SELECT decided_at, decided_by_name, id, scheme, outcome_zh FROM decision
                   WHERE county = $1 AND household = $2 AND division BETWEEN $3 AND $4 ORDER BY id DESC LIMIT $5";
        for row in self.tx.all(sql, values()).await? {
            entries.push(TimelineEntry {
                at: row.get("decided_at")?,
                by_name: row.get("decided_by_name")?,
                what: TimelineKind::Decided { decision: row.get("id")?, scheme: row.get("scheme")? },
                title: row.get("outcome_zh")?,
                note: String::new(),
            });
        }
        let sql = "SELECT issued_at, issued_by_name, id, kind, title, number FROM notice
                   WHERE county = $1 AND household = $2 AND division BETWEEN $3 AND $4 ORDER BY id DESC LIMIT $5";
        for row in self.tx.all(sql, values()).await? {
            entries.push(TimelineEntry {
                at: row.get("issued_at")?,
                by_name: row.get("issued_by_name")?,
                what: TimelineKind::Noticed { notice: row.get("id")?, kind: row.get("kind")? },
                title: row.get("title")?,
                note: row.get::<Option<String>>("number")?.unwrap_or_default(),
            });
        }
        let sql = "SELECT added_at, added_by_name, id, name FROM attachment
                   WHERE county = $1 AND household = $2 AND division BETWEEN $3 AND $4 ORDER BY id DESC LIMIT $5";
        for row in self.tx.all(sql, values()).await? {
            entries.push(TimelineEntry {
                at: row.get("added_at")?,
                by_name: row.get("added_by_name")?,
                what: TimelineKind::Attached { attachment: row.get("id")? },
                title: row.get("name")?,
                note: String::new(),
            });
        }
        // Stable: of one moment, steps stand before decisions before notices, each newest first.
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        entries.truncate(limit as usize);
        Ok(entries)
    }
}
