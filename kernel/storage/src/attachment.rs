//! Attachments: files by the digest of their content. The same content is kept once, however often it is attached.

use crate::engine::{Row, args};
use crate::package::digest_of;
use crate::snapshot::Reach;
use crate::{Snapshot, Write};
use doudi_domain::{AttachmentId, DivisionCode, DocumentId, Error, HouseholdId, Instant, Result, UserId};
use serde_json::json;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attachment {
    pub id: AttachmentId,
    pub name: String,
    /// `image/jpeg`, `application/pdf` …
    pub media_type: String,
    pub size: i64,
    /// SHA-256 of the content, hex.
    pub digest: String,
    pub household: Option<HouseholdId>,
    pub document: Option<DocumentId>,
    pub division: DivisionCode,
    pub added_at: Instant,
    pub added_by: Option<UserId>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewAttachment {
    pub name: String,
    pub media_type: String,
    pub content: Vec<u8>,
    pub household: Option<HouseholdId>,
    pub document: Option<DocumentId>,
    pub division: DivisionCode,
}

macro_rules! attachment_columns {
    () => {
        "id, name, media_type, size, digest, household, document, division, added_at, added_by"
    };
}

fn read(row: &Row) -> Result<Attachment> {
    Ok(Attachment {
        id: row.get("id")?,
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        size: row.get("size")?,
        digest: row.get("digest")?,
        household: row.get("household")?,
        document: row.get("document")?,
        division: row.get("division")?,
        added_at: row.get("added_at")?,
        added_by: row.get("added_by")?,
    })
}

impl Snapshot {
    /// `NotFound` when absent or out of scope.
    pub async fn attachment_fetch(&mut self, id: AttachmentId) -> Result<Attachment> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            attachment_columns!(),
            " FROM attachment WHERE county = $1 AND id = $2 AND division BETWEEN $3 AND $4"
        );
        let row = self.tx.optional(sql, args![county, id, low, high]).await?;
        row.as_ref().map(read).transpose()?.ok_or(Error::not_found("附件"))
    }

    /// The bytes; content that no longer matches its digest is a failure.
    pub async fn attachment_content(&mut self, id: AttachmentId) -> Result<Vec<u8>> {
        let attachment = self.attachment_fetch(id).await?;
        let sql = "SELECT content FROM attachment_content WHERE county = $1 AND digest = $2";
        let row = self.tx.one(sql, args![self.reach.county, &attachment.digest]).await?;
        let content: Vec<u8> = row.get("content")?;
        if digest_of(&content) != attachment.digest {
            return Err(Error::failure(
                "附件的内容与登记的校验值不符，不能打开。请联系系统管理员",
                format!("attachment {id} has changed in the database"),
            ));
        }
        Ok(content)
    }

    /// Oldest first.
    pub async fn attachments_of_household(&mut self, id: HouseholdId) -> Result<Vec<Attachment>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            attachment_columns!(),
            " FROM attachment
             WHERE county = $1 AND household = $2 AND division BETWEEN $3 AND $4 ORDER BY id"
        );
        self.tx.all(sql, args![county, id, low, high]).await?.iter().map(read).collect()
    }

    /// Files this user has uploaded that belong to no household and no document yet, oldest first.
    pub async fn attachments_loose(&mut self, user: UserId) -> Result<Vec<Attachment>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            attachment_columns!(),
            " FROM attachment WHERE county = $1 AND household IS NULL AND document IS NULL AND added_by = $2
             AND division BETWEEN $3 AND $4 ORDER BY id"
        );
        self.tx.all(sql, args![county, user, low, high]).await?.iter().map(read).collect()
    }

    /// Oldest first.
    pub async fn attachments_of_document(&mut self, id: DocumentId) -> Result<Vec<Attachment>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            attachment_columns!(),
            " FROM attachment
             WHERE county = $1 AND document = $2 AND division BETWEEN $3 AND $4 ORDER BY id"
        );
        self.tx.all(sql, args![county, id, low, high]).await?.iter().map(read).collect()
    }
}

impl Write {
    /// Gives files that belong to nothing yet to a document, and to its place and household. Others are left alone.
    pub async fn attachments_tie(&mut self, ids: &[AttachmentId], document: DocumentId) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let found = crate::document::find(&mut self.tx, self.reach, document).await?.ok_or(Error::not_found("办件"))?;
        let sql = "UPDATE attachment SET document = $3, household = $4, division = $5
                   WHERE county = $1 AND id @any $2 AND household IS NULL AND document IS NULL";
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let tied = self.tx.run(sql, args![self.county, list, document, found.household, found.division]).await?;
        self.audit("attachment.tie", format_args!("document/{document}"), json!({ "attachments": tied }));
        Ok(())
    }

    pub async fn attachment_add(&mut self, new: &NewAttachment) -> Result<AttachmentId> {
        self.require_within(new.division)?;
        if new.name.trim().is_empty() || new.content.is_empty() {
            return Err(Error::invalid("附件", "attachment.empty", "附件没有名称或内容是空的。请重新选择文件"));
        }
        let digest = digest_of(&new.content);
        let sql = "INSERT INTO attachment_content (county, digest, content) VALUES ($1, $2, $3)
                   ON CONFLICT (county, digest) DO NOTHING";
        self.tx.run(sql, args![self.county, &digest, new.content.clone()]).await?;
        let id = AttachmentId(self.tx.new_id().await?);
        let sql = "INSERT INTO attachment (county, id, name, media_type, size, digest, household, document, division, added_at,
                   added_by, added_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let size = new.content.len() as i64;
        let name = self.actor.name().to_owned();
        let values = args![
            self.county,
            id,
            &new.name,
            &new.media_type,
            size,
            &digest,
            new.household,
            new.document,
            new.division,
            self.now,
            self.actor.user_id(),
            name
        ];
        self.tx.run(sql, values).await?;
        let detail = json!({ "digest": digest, "size": size, "household": new.household.map(|id| id.0) });
        self.audit("attachment.add", format_args!("attachment/{id}"), detail);
        Ok(id)
    }
}
