//! Files of feeds: the bytes, sealed, for they hold the ID numbers of whoever a department lists; how far each has been taken in;
//! and what was wrong with which row. The step that takes a block in writes its effects and moves the file on in one transaction.

use crate::engine::Kind::{Int, Text};
use crate::engine::{Kind, Row, args, broken};
use crate::package::digest_of;
use crate::seal::SealPlace;
use crate::snapshot::Reach;
use crate::{Snapshot, Storage, Write};
use doudi_domain::feed::{FeedProblem, FeedRun};
use doudi_domain::{County, DocumentId, Error, FeedRunId, Instant, Result};
use serde_json::json;

/// A file to be taken in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewFeedRun {
    pub plugin: String,
    pub feed: String,
    pub document: DocumentId,
    pub file_name: String,
    pub content: Vec<u8>,
    /// Data rows.
    pub rows: i64,
}

/// What became of one block of rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedStep {
    pub run: FeedRunId,
    /// 0-based; the next one of the run.
    pub block: i64,
    pub rows: i64,
    pub taken: i64,
    pub failed: i64,
    pub problems: Vec<FeedProblem>,
}

macro_rules! run_columns {
    () => {
        "id, plugin, feed, document, file_name, digest, division, rows, done, taken, failed, block, problem, at, by_user,
         by_name, ended_at"
    };
}

fn read(row: &Row) -> Result<FeedRun> {
    Ok(FeedRun {
        id: row.get("id")?,
        plugin: row.get("plugin")?,
        feed: row.get("feed")?,
        document: row.get("document")?,
        file_name: row.get("file_name")?,
        digest: row.get("digest")?,
        division: row.get("division")?,
        rows: row.get("rows")?,
        done: row.get("done")?,
        taken: row.get("taken")?,
        failed: row.get("failed")?,
        block: row.get("block")?,
        problem: row.get("problem")?,
        at: row.get("at")?,
        by: row.get("by_user")?,
        by_name: row.get("by_name")?,
        ended_at: row.get("ended_at")?,
    })
}

fn content_place(run: FeedRunId) -> SealPlace {
    SealPlace { table: "feed_content", column: "content", row: run.0 }
}

impl Snapshot {
    /// `NotFound` when absent or begun by an office out of scope.
    pub async fn feed_run_fetch(&mut self, id: FeedRunId) -> Result<FeedRun> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            run_columns!(),
            " FROM feed_run WHERE county = $1 AND id = $2 AND division BETWEEN $3 AND $4"
        );
        let row = self.tx.optional(sql, args![county, id, low, high]).await?;
        row.as_ref().map(read).transpose()?.ok_or(Error::not_found("上传的文件"))
    }

    /// Files taken in on a document, newest first.
    pub async fn feed_runs_of_document(&mut self, document: DocumentId) -> Result<Vec<FeedRun>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            run_columns!(),
            " FROM feed_run WHERE county = $1 AND document = $2 AND division BETWEEN $3 AND $4 ORDER BY id DESC LIMIT 100"
        );
        self.tx.all(sql, args![county, document, low, high]).await?.iter().map(read).collect()
    }

    /// The bytes of the file; `None` when they are no longer kept.
    pub async fn feed_content_reveal(&mut self, id: FeedRunId) -> Result<Option<Vec<u8>>> {
        let run = self.feed_run_fetch(id).await?;
        let sql = "SELECT content FROM feed_content WHERE county = $1 AND run = $2";
        let Some(row) = self.tx.optional(sql, args![self.reach.county, id]).await? else { return Ok(None) };
        let content = self.sealer.open(content_place(id), &row.get::<Vec<u8>>("content")?)?;
        if digest_of(&content) != run.digest {
            return Err(broken(format!("the file of feed run {id} has changed in the database")));
        }
        Ok(Some(content))
    }

    /// What was wrong with the rows dealt with so far, by line.
    pub async fn feed_problems(&mut self, id: FeedRunId) -> Result<Vec<FeedProblem>> {
        self.feed_run_fetch(id).await?;
        let sql = "SELECT line, column_title, message FROM feed_problem WHERE county = $1 AND run = $2
                   ORDER BY line, column_title, message";
        let read = |row: &Row| {
            Ok(FeedProblem { line: row.get("line")?, column: row.get("column_title")?, message: row.get("message")? })
        };
        self.tx.all(sql, args![self.reach.county, id]).await?.iter().map(read).collect()
    }
}

const PROBLEM: [(&str, Kind); 5] =
    [("county", Int), ("run", Int), ("line", Int), ("column_title", Text), ("message", Text)];

impl Write {
    /// Keeps the file, sealed, and notes that it is to be taken in; a job of the same transaction does it.
    pub async fn feed_run_begin(&mut self, new: &NewFeedRun) -> Result<FeedRunId> {
        let id = FeedRunId(self.tx.new_id().await?);
        let digest = digest_of(&new.content);
        let sealed = self.sealer.seal(content_place(id), &new.content)?;
        let sql =
            "INSERT INTO feed_run (county, id, plugin, feed, document, file_name, digest, division, rows, done, taken,
                   failed, block, at, by_user, by_name)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, 0, $10, $11, $12)";
        let (division, name) = (self.actor.division(), self.actor.name().to_owned());
        let values = args![
            self.county,
            id,
            &new.plugin,
            &new.feed,
            new.document,
            &new.file_name,
            &digest,
            division,
            new.rows,
            self.now,
            self.actor.user_id(),
            name
        ];
        self.tx.run(sql, values).await?;
        let sql = "INSERT INTO feed_content (county, run, content) VALUES ($1, $2, $3)";
        self.tx.run(sql, args![self.county, id, sealed]).await?;
        let detail = json!({
            "plugin": new.plugin, "feed": new.feed, "document": new.document.0, "file": new.file_name, "digest": digest,
            "rows": new.rows,
        });
        self.audit("feed.begin", format_args!("feed/{id}"), detail);
        Ok(id)
    }

    /// Moves a file on by one block. False, and nothing changed, when that block has been dealt with before.
    pub async fn feed_run_advance(&mut self, step: &FeedStep) -> Result<bool> {
        let sql = "UPDATE feed_run SET block = block + 1, done = done + $4, taken = taken + $5, failed = failed + $6
                   WHERE county = $1 AND id = $2 AND block = $3 AND ended_at IS NULL";
        let values = args![self.county, step.run, step.block, step.rows, step.taken, step.failed];
        if self.tx.run(sql, values).await? == 0 {
            return Ok(false);
        }
        let rows = step
            .problems
            .iter()
            .map(|problem| args![self.county, step.run, problem.line, &problem.column, &problem.message])
            .collect();
        // The same thing said twice of one row is said once.
        self.tx.insert_many("feed_problem", &PROBLEM, rows, "ON CONFLICT DO NOTHING").await?;
        Ok(true)
    }

    /// All rows are dealt with. Gives the totals; `None` when it was noted before.
    pub async fn feed_run_end(&mut self, id: FeedRunId) -> Result<Option<FeedRun>> {
        let sql = concat!(
            "UPDATE feed_run SET ended_at = $3 WHERE county = $1 AND id = $2 AND ended_at IS NULL RETURNING ",
            run_columns!()
        );
        let Some(row) = self.tx.optional(sql, args![self.county, id, self.now]).await? else { return Ok(None) };
        let run = read(&row)?;
        let detail = json!({ "rows": run.rows, "taken": run.taken, "failed": run.failed });
        self.audit("feed.end", format_args!("feed/{id}"), detail);
        Ok(Some(run))
    }

    /// The file with its reasons leaves the system.
    pub fn feed_file_given(&mut self, id: FeedRunId) {
        self.audit("feed.file", format_args!("feed/{id}"), json!({}));
    }

    /// It ends here, for this reason; what was taken stays taken.
    pub async fn feed_run_stop(&mut self, id: FeedRunId, problem: &str) -> Result<()> {
        let sql = "UPDATE feed_run SET ended_at = $3, problem = $4 WHERE county = $1 AND id = $2 AND ended_at IS NULL";
        if self.tx.run(sql, args![self.county, id, self.now, problem]).await? == 1 {
            self.audit("feed.stop", format_args!("feed/{id}"), json!({ "problem": problem }));
        }
        Ok(())
    }
}

impl Storage {
    /// Forgets the files of a county that ended before a moment; what became of them stays. Returns how many were forgotten.
    pub async fn feed_contents_forget(&self, county: County, before: Instant) -> Result<u64> {
        let mut tx = self.db.write().await?;
        let sql = "DELETE FROM feed_content WHERE county = $1 AND run IN
                   (SELECT id FROM feed_run WHERE county = $1 AND ended_at < $2)";
        let forgotten = tx.run(sql, args![county, before]).await?;
        tx.commit().await?;
        Ok(forgotten)
    }
}
