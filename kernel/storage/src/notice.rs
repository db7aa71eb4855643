//! Notices (告知书, 公示): what was served, word for word, and on whom.

use crate::engine::Kind::{Int, Text};
use crate::engine::{Kind, Row, args, broken};
use crate::snapshot::Reach;
use crate::{Snapshot, Write};
use doudi_domain::{Date, DecisionId, DivisionCode, DocumentId, Error, HouseholdId, Instant, NoticeId, Result, UserId};
use serde_json::json;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    pub id: NoticeId,
    pub kind: String,
    /// 文号 on the paper, unique within the county; empty when it has none.
    pub number: String,
    pub title: String,
    /// The page document it was printed from, JSON.
    pub body: String,
    pub household: Option<HouseholdId>,
    pub document: Option<DocumentId>,
    pub decision: Option<DecisionId>,
    pub division: DivisionCode,
    pub issued_on: Date,
    pub issued_at: Instant,
    pub issued_by: Option<UserId>,
    pub issued_by_name: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewNotice {
    pub kind: String,
    pub number: String,
    pub title: String,
    pub body: String,
    pub household: Option<HouseholdId>,
    pub document: Option<DocumentId>,
    pub decision: Option<DecisionId>,
    pub division: DivisionCode,
    pub issued_on: Date,
}

macro_rules! notice_columns {
    () => {
        "id, kind, number, title, body, household, document, decision, division, issued_on, issued_at, issued_by, issued_by_name"
    };
}

fn read(row: &Row) -> Result<Notice> {
    Ok(Notice {
        id: row.get("id")?,
        kind: row.get("kind")?,
        number: row.get::<Option<String>>("number")?.unwrap_or_default(),
        title: row.get("title")?,
        body: row.get("body")?,
        household: row.get("household")?,
        document: row.get("document")?,
        decision: row.get("decision")?,
        division: row.get("division")?,
        issued_on: row.get("issued_on")?,
        issued_at: row.get("issued_at")?,
        issued_by: row.get("issued_by")?,
        issued_by_name: row.get("issued_by_name")?,
    })
}

impl Snapshot {
    /// `NotFound` when absent or out of scope.
    pub async fn notice_fetch(&mut self, id: NoticeId) -> Result<Notice> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            notice_columns!(),
            " FROM notice WHERE county = $1 AND id = $2 AND division BETWEEN $3 AND $4"
        );
        let row = self.tx.optional(sql, args![county, id, low, high]).await?;
        row.as_ref().map(read).transpose()?.ok_or(Error::not_found("文书"))
    }

    /// Whether a paper of the county, wherever in it, bears this number.
    pub async fn notice_number_taken(&mut self, number: &str) -> Result<bool> {
        let sql = "SELECT id FROM notice WHERE county = $1 AND number = $2";
        Ok(self.tx.optional(sql, args![self.reach.county, number]).await?.is_some())
    }

    /// Newest first.
    pub async fn notices_of_household(&mut self, id: HouseholdId) -> Result<Vec<Notice>> {
        let sql = concat!(
            "SELECT ",
            notice_columns!(),
            " FROM notice
             WHERE county = $1 AND household = $2 AND division BETWEEN $3 AND $4 ORDER BY id DESC"
        );
        let Reach { county, low, high, .. } = self.reach;
        self.tx.all(sql, args![county, id, low, high]).await?.iter().map(read).collect()
    }

    /// Newest first.
    pub async fn notices_of_document(&mut self, id: DocumentId) -> Result<Vec<Notice>> {
        let sql = concat!(
            "SELECT ",
            notice_columns!(),
            " FROM notice
             WHERE county = $1 AND document = $2 AND division BETWEEN $3 AND $4 ORDER BY id DESC"
        );
        let Reach { county, low, high, .. } = self.reach;
        self.tx.all(sql, args![county, id, low, high]).await?.iter().map(read).collect()
    }
}

const NOTICE: [(&str, Kind); 14] = [
    ("county", Int),
    ("id", Int),
    ("kind", Text),
    ("number", Text),
    ("title", Text),
    ("body", Text),
    ("household", Int),
    ("document", Int),
    ("decision", Int),
    ("division", Int),
    ("issued_on", Int),
    ("issued_at", Int),
    ("issued_by", Int),
    ("issued_by_name", Text),
];

impl Write {
    /// `Conflict` when the number is taken in the county.
    pub async fn notice_issue(&mut self, new: &NewNotice) -> Result<NoticeId> {
        let ids = self.notices_issue_many(std::slice::from_ref(new)).await?;
        ids.first().copied().ok_or_else(|| broken("a notice without an id"))
    }

    /// As [`Write::notice_issue`] for each, in one go; all of them or none.
    pub async fn notices_issue_many(&mut self, new: &[NewNotice]) -> Result<Vec<NoticeId>> {
        for notice in new {
            self.require_within(notice.division)?;
        }
        let ids: Vec<NoticeId> = self.tx.new_ids(new.len()).await?.into_iter().map(NoticeId).collect();
        let mut rows = Vec::with_capacity(new.len());
        for (id, new) in ids.iter().zip(new) {
            // A unique key lets any number of NULLs pass, but only one empty text.
            let number = (!new.number.trim().is_empty()).then(|| new.number.clone());
            rows.push(args![
                self.county,
                *id,
                &new.kind,
                number,
                &new.title,
                &new.body,
                new.household,
                new.document,
                new.decision,
                new.division,
                new.issued_on,
                self.now,
                self.actor.user_id(),
                self.actor.name()
            ]);
            let detail = json!({
                "kind": new.kind, "number": new.number, "household": new.household.map(|id| id.0),
                "decision": new.decision.map(|id| id.0),
            });
            self.audit("notice.issue", format_args!("notice/{id}"), detail);
        }
        self.tx.insert_many("notice", &NOTICE, rows, "").await?;
        Ok(ids)
    }
}
