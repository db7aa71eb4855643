//! The audit log: append-only and hash-chained per county, so that a row changed or taken out later is found.
//!
//! An entry's hash is the SHA-256 of the previous entry's hash and of its own canonical line (a JSON array of all its
//! columns). Triggers forbid changing rows; the chain shows it when somebody with the keys to the database did anyway.

use crate::engine::{Kind, Query, Row, Tx, args};
use crate::page::{self, Page};
use crate::{Snapshot, Storage, Write};
use doudi_domain::{Actor, County, Instant, Result, UserId};
use sha2::{Digest, Sha256};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditEntry {
    /// 1, 2, 3 … within the county, without gaps.
    pub seq: i64,
    pub at: Instant,
    pub user: Option<UserId>,
    pub name: String,
    /// The role's code; `system` for the kernel's own work.
    pub role: String,
    /// `household.create`, `person.reveal` …
    pub what: String,
    /// `household/17`.
    pub subject: String,
    /// JSON, never with a sealed value.
    pub detail: String,
    /// SHA-256 over the previous hash and this entry, hex.
    pub hash: String,
}

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct AuditQuery {
    pub what: Option<String>,
    pub subject: Option<String>,
    pub user: Option<UserId>,
    pub from: Option<Instant>,
    /// Exclusive.
    pub to: Option<Instant>,
    pub cursor: Option<String>,
    pub limit: u32,
}

/// What a verification found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditVerdict {
    pub entries: i64,
    /// The last hash, hex: keep it elsewhere, and a chain cut off at its end shows, too.
    pub head: String,
    pub broken: Option<AuditBreak>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditBreak {
    pub seq: i64,
    /// In Chinese: what is wrong with that row.
    pub reason: String,
}

/// How far the logs of a county and of its city have come: while it stays, nothing they know of has changed. The city's is looked
/// at because releases, the statutory calendar and the places are its. Entries that tell of somebody who looked, or came and went,
/// change nothing.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Watermark {
    county: i64,
    city: i64,
}

impl Watermark {
    pub fn new(county: i64, city: i64) -> Watermark {
        Watermark { county, city }
    }

    /// Whether everything the other knows of is known here.
    pub fn covers(self, other: Watermark) -> bool {
        self.county >= other.county && self.city >= other.city
    }
}

/// What somebody did without changing anything a page could show.
macro_rules! looked {
    () => {
        "('session.create', 'session.revoke', 'session.revoke-all', 'user.login', 'user.login-failed', 'user.password', 'reveal',
          'export', 'decision.export', 'notice.print')"
    };
}

/// An entry before it has its place in the chain.
pub(crate) struct PendingEntry {
    at: Instant,
    user: Option<UserId>,
    name: String,
    role: &'static str,
    what: String,
    subject: String,
    detail: String,
}

fn genesis(county: County) -> Vec<u8> {
    Sha256::digest(format!("doudi audit {county}")).to_vec()
}

fn link(previous: &[u8], county: County, entry: &AuditEntry) -> Vec<u8> {
    let line = serde_json::json!([
        county.0,
        entry.seq,
        entry.at.0,
        entry.user.map(|user| user.0),
        entry.name,
        entry.role,
        entry.what,
        entry.subject,
        entry.detail
    ]);
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(line.to_string());
    hash.finalize().to_vec()
}

fn read(row: &Row) -> Result<AuditEntry> {
    Ok(AuditEntry {
        seq: row.get("seq")?,
        at: row.get("at")?,
        user: row.get("by_user")?,
        name: row.get("by_name")?,
        role: row.get("role")?,
        what: row.get("what")?,
        subject: row.get("subject")?,
        detail: row.get("detail")?,
        hash: hex::encode(row.get::<Vec<u8>>("hash")?),
    })
}

/// Puts the entries at the end of the county's chain. The caller holds the county's lock.
pub(crate) async fn append(tx: &mut Tx, county: County, entries: Vec<PendingEntry>) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let last =
        tx.optional("SELECT seq, hash FROM audit WHERE county = $1 ORDER BY seq DESC LIMIT 1", args![county]).await?;
    let (mut seq, mut hash) = match last {
        Some(row) => (row.get("seq")?, row.get("hash")?),
        None => (0, genesis(county)),
    };
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        seq += 1;
        let PendingEntry { at, user, name, role, what, subject, detail } = entry;
        let entry =
            AuditEntry { seq, at, user, name, role: role.to_owned(), what, subject, detail, hash: String::new() };
        hash = link(&hash, county, &entry);
        rows.push(args![
            county,
            seq,
            at,
            user,
            entry.name,
            entry.role,
            entry.what,
            entry.subject,
            entry.detail,
            hash.clone()
        ]);
    }
    let columns = [
        ("county", Kind::Int),
        ("seq", Kind::Int),
        ("at", Kind::Int),
        ("by_user", Kind::Int),
        ("by_name", Kind::Text),
        ("role", Kind::Text),
        ("what", Kind::Text),
        ("subject", Kind::Text),
        ("detail", Kind::Text),
        ("hash", Kind::Bytes),
    ];
    tx.insert_many("audit", &columns, rows, "").await
}

impl Snapshot {
    /// Newest first. Needs a county-level scope: the log of a county is not cut by town.
    pub async fn audit_page(&mut self, query: &AuditQuery) -> Result<Page<AuditEntry>> {
        self.reach.require_county()?;
        let limit = page::clamp(query.limit);
        let mut sql = Query::new(
            "SELECT seq, at, by_user, by_name, role, what, subject, detail, hash FROM audit WHERE county = ",
        );
        sql.bind(self.reach.county);
        if let Some([seq]) = page::integers(query.cursor.as_deref()) {
            sql.push(" AND seq < ").bind(seq);
        }
        if let Some(what) = &query.what {
            sql.push(" AND what = ").bind(what);
        }
        if let Some(subject) = &query.subject {
            sql.push(" AND subject = ").bind(subject);
        }
        if let Some(user) = query.user {
            sql.push(" AND by_user = ").bind(user);
        }
        if let Some(from) = query.from {
            sql.push(" AND at >= ").bind(from);
        }
        if let Some(to) = query.to {
            sql.push(" AND at < ").bind(to);
        }
        sql.push(" ORDER BY seq DESC LIMIT ").bind(limit + 1);
        let rows = self.tx.built(sql).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(rows, limit, |entry| page::cursor(&[entry.seq])))
    }
}

impl Snapshot {
    /// How far the logs have come in this snapshot. Anybody may know: it says nothing of what was done.
    pub async fn audit_watermark(&mut self) -> Result<Watermark> {
        let city = County(self.reach.county.0 / 100 * 100);
        let sql = concat!(
            "SELECT seq FROM audit WHERE county = $1 AND what NOT IN ",
            looked!(),
            " ORDER BY seq DESC LIMIT 1"
        );
        let mut come = [0; 2];
        for (come, county) in come.iter_mut().zip([self.reach.county, city]) {
            *come = self.tx.optional(sql, args![county]).await?.map_or(Ok(0), |row| row.get("seq"))?;
        }
        let [county, city] = come;
        Ok(Watermark::new(county, city))
    }

    /// Whether a user has changed anything in the county since.
    pub async fn audit_has_since(&mut self, mark: Watermark, user: UserId) -> Result<bool> {
        let sql = concat!(
            "SELECT seq FROM audit WHERE county = $1 AND seq > $2 AND by_user = $3 AND what NOT IN ",
            looked!(),
            " LIMIT 1"
        );
        Ok(self.tx.optional(sql, args![self.reach.county, mark.county, user]).await?.is_some())
    }
}

impl Storage {
    /// Walks a county's chain and names the first row that does not fit.
    pub async fn audit_verify(&self, county: County) -> Result<AuditVerdict> {
        const BLOCK: i64 = 2_000;
        let mut tx = self.db.read().await?;
        let mut hash = genesis(county);
        let mut expected = 1;
        let sql = "SELECT seq, at, by_user, by_name, role, what, subject, detail, hash FROM audit
                   WHERE county = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        let mut after = i64::MIN;
        let mut found = None;
        'chain: loop {
            let rows = tx.all(sql, args![county, after, BLOCK]).await?;
            for row in &rows {
                let entry = read(row)?;
                after = entry.seq;
                if entry.seq != expected {
                    let reason = format!("应为第 {expected} 条，实际为第 {} 条：中间的记录被删除或插入", entry.seq);
                    found = Some(AuditBreak { seq: expected.min(entry.seq), reason });
                    break 'chain;
                }
                hash = link(&hash, county, &entry);
                if hex::encode(&hash) != entry.hash {
                    let reason = "内容与校验值不符：这一条或它之前的一条被改动过".to_owned();
                    found = Some(AuditBreak { seq: entry.seq, reason });
                    break 'chain;
                }
                expected += 1;
            }
            if (rows.len() as i64) < BLOCK {
                break;
            }
        }
        tx.rollback().await?;
        Ok(AuditVerdict { entries: expected - 1, head: hex::encode(hash), broken: found })
    }
}

impl Write {
    /// An entry for something that happens outside storage: an export, a print, a denied attempt. `detail` is JSON without
    /// sealed values.
    pub fn audit_add(&mut self, what: &str, subject: &str, detail: &str) {
        let entry = PendingEntry {
            at: self.now,
            user: self.actor.user_id(),
            name: self.actor.name().to_owned(),
            role: role_of(&self.actor),
            what: what.to_owned(),
            subject: subject.to_owned(),
            detail: detail.to_owned(),
        };
        self.entries.push(entry);
    }

    pub(crate) fn audit(&mut self, what: &str, subject: impl std::fmt::Display, detail: serde_json::Value) {
        self.audit_add(what, &subject.to_string(), &detail.to_string());
    }
}

fn role_of(actor: &Actor) -> &'static str {
    actor.role().map_or("system", |role| role.code())
}
