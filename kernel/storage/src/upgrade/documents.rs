//! The documents of a plugin, rewritten aside for another version while the old one still works. What lies here is nobody's
//! document yet: the switch takes it over, the way back puts the old bodies in their place again, and after the grace time both
//! are forgotten.
//!
//! Taking over is a handful of statements over whole sets, whatever the number of documents: it stands in the transaction of
//! the switch, which others wait for.

use crate::engine::Kind::{Int, Text};
use crate::engine::{Kind, args};
use crate::storage::count;
use crate::{Snapshot, Write, revision};
use doudi_domain::document::Document;
use doudi_domain::identity::Role;
use doudi_domain::upgrade::{Obstacle, Upgrade};
use doudi_domain::{Date, DocumentId, Error, Result, UpgradeId, UserId};

/// The step a document takes when it is rewritten, and when it is put back: words no manifest can have.
pub const MIGRATED: &str = "kernel:migrate";
pub const RESTORED: &str = "kernel:restore";

/// A document as it was read and as it is to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rewritten {
    pub old: Document,
    pub old_index: Vec<(String, String)>,
    pub title: String,
    pub state: String,
    pub assignee_role: Option<Role>,
    pub assignee: Option<UserId>,
    pub since: Date,
    pub due: Option<Date>,
    pub final_state: bool,
    pub body: String,
    pub index: Vec<(String, String)>,
}

/// How far the rewriting has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Documents the plugin has in the county.
    pub documents: i64,
    /// Those that are rewritten as they stand.
    pub ready: i64,
}

const COLUMNS: [(&str, Kind); 21] = [
    ("county", Int),
    ("upgrade", Int),
    ("document", Int),
    ("collection", Text),
    ("revision", Int),
    ("old_title", Text),
    ("old_state", Text),
    ("old_assignee_role", Text),
    ("old_assignee", Int),
    ("old_since", Int),
    ("old_due", Int),
    ("old_final_state", Int),
    ("old_body", Text),
    ("new_title", Text),
    ("new_state", Text),
    ("new_assignee_role", Text),
    ("new_assignee", Int),
    ("new_since", Int),
    ("new_due", Int),
    ("new_final_state", Int),
    ("new_body", Text),
];

const INDEX: [(&str, Kind); 6] =
    [("county", Int), ("upgrade", Int), ("document", Int), ("side", Text), ("name", Text), ("value", Text)];

/// Longest list of obstacles anybody reads.
const OBSTACLES: i64 = 200;

/// Documents of the plugin that are not as the switch left them.
macro_rules! obstacles {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM document d
             LEFT JOIN upgrade_document u ON u.county = d.county AND u.upgrade = $3 AND u.document = d.id
             WHERE d.county = $1 AND d.plugin = $2 AND (u.document IS NULL OR d.revision <> u.revision + 1)"
        )
    };
}

impl Snapshot {
    pub async fn upgrade_progress(&mut self, upgrade: &Upgrade) -> Result<Progress> {
        self.reach.require_county()?;
        let county = self.reach.county;
        let sql = "SELECT COUNT(*) AS count FROM document WHERE county = $1 AND plugin = $2";
        let documents = count(&mut self.tx, sql, args![county, &upgrade.plugin]).await?;
        let sql = "SELECT COUNT(*) AS count FROM upgrade_document u
                   JOIN document d ON d.county = u.county AND d.id = u.document AND d.revision = u.revision
                   WHERE u.county = $1 AND u.upgrade = $2";
        let ready = count(&mut self.tx, sql, args![county, upgrade.id]).await?;
        Ok(Progress { documents, ready })
    }

    /// Documents of the plugin that are not rewritten as they stand, above a cursor, with their index values.
    pub async fn upgrade_waiting(
        &mut self,
        upgrade: &Upgrade,
        after: DocumentId,
        limit: u32,
    ) -> Result<Vec<(Document, Vec<(String, String)>)>> {
        self.reach.require_county()?;
        let sql = concat!(
            "SELECT ",
            crate::document::document_columns!(),
            " FROM document d WHERE d.county = $1 AND d.plugin = $2 AND d.id > $4 AND NOT EXISTS
             (SELECT 1 FROM upgrade_document u WHERE u.county = d.county AND u.upgrade = $3 AND u.document = d.id
              AND u.revision = d.revision)
             ORDER BY d.id LIMIT $5"
        );
        let county = self.reach.county;
        let values = args![county, &upgrade.plugin, upgrade.id, after, crate::page::clamp(limit)];
        let mut found: Vec<(Document, Vec<(String, String)>)> = Vec::new();
        for row in self.tx.all(sql, values).await? {
            found.push((crate::document::read(&row)?, Vec::new()));
        }
        let ids: Vec<i64> = found.iter().map(|(document, _)| document.id.0).collect();
        let sql = "SELECT document, name, value FROM document_index WHERE county = $1 AND document @any $2
                   ORDER BY document, name, value";
        for row in self.tx.all(sql, args![county, ids]).await? {
            let id: DocumentId = row.get("document")?;
            if let Ok(at) = found.binary_search_by_key(&id, |(document, _)| document.id) {
                found[at].1.push((row.get("name")?, row.get("value")?));
            }
        }
        Ok(found)
    }

    /// What somebody has begun or worked on since the switch, at most a page of it; and how much there is in all.
    pub async fn upgrade_obstacles(&mut self, upgrade: &Upgrade) -> Result<(Vec<Obstacle>, i64)> {
        self.reach.require_county()?;
        let county = self.reach.county;
        let values = args![county, &upgrade.plugin, upgrade.id];
        let all = count(&mut self.tx, obstacles!("COUNT(*) AS count"), values).await?;
        let sql = concat!(
            obstacles!("d.id, d.key, d.title, CAST(CASE WHEN u.document IS NULL THEN 1 ELSE 0 END AS BIGINT) AS added"),
            " ORDER BY d.id LIMIT $4"
        );
        let rows = self.tx.all(sql, args![county, &upgrade.plugin, upgrade.id, OBSTACLES]).await?;
        let read = |row: &crate::engine::Row| {
            Ok(Obstacle {
                document: row.get("id")?,
                key: row.get("key")?,
                title: row.get("title")?,
                is_new: row.get("added")?,
            })
        };
        Ok((rows.iter().map(read).collect::<Result<Vec<_>>>()?, all))
    }
}

impl Write {
    /// Lays documents aside as the other version wants them; a document that was laid aside before is replaced.
    pub async fn upgrade_documents_put(&mut self, upgrade: UpgradeId, rewritten: &[Rewritten]) -> Result<()> {
        let ids: Vec<i64> = rewritten.iter().map(|one| one.old.id.0).collect();
        for sql in [
            "DELETE FROM upgrade_index WHERE county = $1 AND upgrade = $2 AND document @any $3",
            "DELETE FROM upgrade_document WHERE county = $1 AND upgrade = $2 AND document @any $3",
        ] {
            self.tx.run(sql, args![self.county, upgrade, ids.clone()]).await?;
        }
        let county = self.county;
        let rows = rewritten
            .iter()
            .map(|one| {
                let old = &one.old;
                args![
                    county,
                    upgrade,
                    old.id,
                    &old.collection,
                    old.revision,
                    &old.title,
                    &old.state,
                    old.assignee_role,
                    old.assignee,
                    old.since,
                    old.due,
                    old.final_state,
                    &old.body,
                    &one.title,
                    &one.state,
                    one.assignee_role,
                    one.assignee,
                    one.since,
                    one.due,
                    one.final_state,
                    &one.body
                ]
            })
            .collect();
        self.tx.insert_many("upgrade_document", &COLUMNS, rows, "").await?;
        let mut index = Vec::new();
        for one in rewritten {
            for (side, values) in [("old", &one.old_index), ("new", &one.index)] {
                for (name, value) in values {
                    index.push(args![county, upgrade, one.old.id, side, name, value]);
                }
            }
        }
        self.tx.insert_many("upgrade_index", &INDEX, index, "ON CONFLICT DO NOTHING").await
    }

    /// Every document of the plugin becomes what was laid aside for it. How many there were.
    pub(super) async fn documents_take_over(&mut self, upgrade: &Upgrade) -> Result<u64> {
        let sql = "UPDATE document SET title = u.new_title, state = u.new_state, assignee_role = u.new_assignee_role,
                   assignee = u.new_assignee, since = u.new_since, due = u.new_due, final_state = u.new_final_state,
                   body = u.new_body, revision = u.revision + 1, updated_at = $4
                   FROM upgrade_document u WHERE u.county = $1 AND u.upgrade = $3 AND document.county = u.county
                   AND document.id = u.document AND document.plugin = $2 AND document.revision = u.revision";
        let taken = self.tx.run(sql, args![self.county, &upgrade.plugin, upgrade.id, self.now]).await?;
        if taken != self.documents_of(upgrade).await? {
            return Err(Error::conflict("有办件在转换之后又有变动，没有切换。请重新转换这些办件"));
        }
        let sql = "INSERT INTO document_step (county, document, revision, action, from_state, to_state, due, by_user, by_name, at,
                   note) SELECT u.county, u.document, u.revision + 1, $3, u.old_state, u.new_state, u.new_due, $4, $5, $6, ''
                   FROM upgrade_document u WHERE u.county = $1 AND u.upgrade = $2";
        self.documents_step(sql, upgrade, MIGRATED).await?;
        self.documents_reindex(upgrade, "new").await?;
        self.documents_moved(upgrade).await?;
        Ok(taken)
    }

    /// Every document becomes what it was before the switch.
    pub(super) async fn documents_give_back(&mut self, upgrade: &Upgrade) -> Result<()> {
        let sql = "UPDATE document SET title = u.old_title, state = u.old_state, assignee_role = u.old_assignee_role,
                   assignee = u.old_assignee, since = u.old_since, due = u.old_due, final_state = u.old_final_state,
                   body = u.old_body, revision = u.revision + 2, updated_at = $4
                   FROM upgrade_document u WHERE u.county = $1 AND u.upgrade = $3 AND document.county = u.county
                   AND document.id = u.document AND document.plugin = $2 AND document.revision = u.revision + 1";
        let given = self.tx.run(sql, args![self.county, &upgrade.plugin, upgrade.id, self.now]).await?;
        if given != self.documents_of(upgrade).await? {
            return Err(Error::conflict("有办件在切换之后又有变动，没有回退。请刷新后查看是哪些办件"));
        }
        let sql = "INSERT INTO document_step (county, document, revision, action, from_state, to_state, due, by_user, by_name, at,
                   note) SELECT u.county, u.document, u.revision + 2, $3, u.new_state, u.old_state, u.old_due, $4, $5, $6, ''
                   FROM upgrade_document u WHERE u.county = $1 AND u.upgrade = $2";
        self.documents_step(sql, upgrade, RESTORED).await?;
        self.documents_reindex(upgrade, "old").await?;
        self.documents_moved(upgrade).await
    }

    async fn documents_of(&mut self, upgrade: &Upgrade) -> Result<u64> {
        let sql = "SELECT COUNT(*) AS count FROM document WHERE county = $1 AND plugin = $2";
        Ok(count(&mut self.tx, sql, args![self.county, &upgrade.plugin]).await?.unsigned_abs())
    }

    async fn documents_step(&mut self, sql: &'static str, upgrade: &Upgrade, action: &str) -> Result<()> {
        let name = self.actor.name().to_owned();
        let values = args![self.county, upgrade.id, action, self.actor.user_id(), name, self.now];
        self.tx.run(sql, values).await?;
        Ok(())
    }

    async fn documents_reindex(&mut self, upgrade: &Upgrade, side: &str) -> Result<()> {
        let sql = "DELETE FROM document_index WHERE county = $1 AND document IN
                   (SELECT u.document FROM upgrade_document u WHERE u.county = $1 AND u.upgrade = $2)";
        self.tx.run(sql, args![self.county, upgrade.id]).await?;
        let sql = "INSERT INTO document_index (county, plugin, collection, name, value, document)
                   SELECT i.county, $4, u.collection, i.name, i.value, i.document FROM upgrade_index i
                   JOIN upgrade_document u ON u.county = i.county AND u.upgrade = i.upgrade AND u.document = i.document
                   WHERE i.county = $1 AND i.upgrade = $2 AND i.side = $3";
        self.tx.run(sql, args![self.county, upgrade.id, side, &upgrade.plugin]).await?;
        Ok(())
    }

    /// Whoever read a list of them has read something else. Whoever is about to write to one of them finds another revision,
    /// and every call of the plugin another pin.
    async fn documents_moved(&mut self, upgrade: &Upgrade) -> Result<()> {
        let sql = "SELECT DISTINCT collection FROM upgrade_document WHERE county = $1 AND upgrade = $2";
        for row in self.tx.all(sql, args![self.county, upgrade.id]).await? {
            self.moves(revision::collection(&upgrade.plugin, &row.get::<String>("collection")?));
        }
        self.moves(revision::DOCUMENTS.to_owned());
        Ok(())
    }

    pub(super) async fn documents_forget(&mut self, upgrade: UpgradeId) -> Result<()> {
        for sql in [
            "DELETE FROM upgrade_index WHERE county = $1 AND upgrade = $2",
            "DELETE FROM upgrade_document WHERE county = $1 AND upgrade = $2",
        ] {
            self.tx.run(sql, args![self.county, upgrade]).await?;
        }
        Ok(())
    }

    /// Forgets the bodies of upgrades whose grace time is over, and of those that were rolled back or given up. Of how many.
    pub async fn upgrade_documents_expire(&mut self, today: Date) -> Result<usize> {
        let sql = "SELECT g.id FROM upgrade g WHERE g.county = $1
                   AND ((g.state = 'switched' AND g.grace_until < $2) OR g.state IN ('rolled-back', 'cancelled'))
                   AND EXISTS (SELECT 1 FROM upgrade_document u WHERE u.county = g.county AND u.upgrade = g.id)";
        let rows = self.tx.all(sql, args![self.county, today]).await?;
        for row in &rows {
            let id: UpgradeId = row.get("id")?;
            self.documents_forget(id).await?;
            let detail = serde_json::json!({ "today": today.to_string() });
            self.audit("upgrade.forget", format_args!("upgrade/{id}"), detail);
        }
        Ok(rows.len())
    }
}
