//! Requests that are done once however often they are sent: the key is remembered in the transaction of the request's first
//! write, and the first answer is kept for its repeats.
//!
//! A caller gives a [`RequestKey`] to [`Storage::for_request`]; every [`Write`] begun from that storage then refuses when the
//! key has been used before, whichever use case it belongs to.

use crate::engine::{Row, args};
use crate::{Storage, Write};
use doudi_domain::{County, Error, Instant, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One request's key. Clones are the same request.
#[derive(Clone, Debug)]
pub struct RequestKey(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    key: String,
    /// A transaction of this request has committed; later ones of the same request go on.
    done: AtomicBool,
    /// Another request with the same key was there before.
    repeated: AtomicBool,
}

impl RequestKey {
    /// `key` must tell users apart: `api/17/2f0c…`.
    pub fn new(key: impl Into<String>) -> RequestKey {
        RequestKey(Arc::new(Inner { key: key.into(), done: AtomicBool::new(false), repeated: AtomicBool::new(false) }))
    }

    pub fn as_str(&self) -> &str {
        &self.0.key
    }

    /// True when a write was refused because the key had been used.
    pub fn was_repeated(&self) -> bool {
        self.0.repeated.load(Ordering::SeqCst)
    }

    pub(crate) fn committed(&self) {
        self.0.done.store(true, Ordering::SeqCst);
    }
}

/// What was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// SHA-256 over method, address and body of the request.
    pub fingerprint: Vec<u8>,
    pub status: i32,
    /// JSON: headers that belong to the answer.
    pub headers: String,
    pub body: Vec<u8>,
}

/// How long a repeat gets the first answer: a week end, a holiday, and some days to notice.
const KEEP_SECONDS: i64 = 7 * 86_400;

/// What is known of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Known {
    /// Never seen.
    Fresh,
    /// Carried out, and the answer is not kept (any more).
    Done,
    Answered(Answer),
}

fn read(row: &Row) -> Result<Answer> {
    Ok(Answer {
        fingerprint: row.get("fingerprint")?,
        status: row.get("status")?,
        headers: row.get("headers")?,
        body: row.get("body")?,
    })
}

impl Storage {
    /// The same storage for one request: its writes happen once.
    pub fn for_request(&self, key: &RequestKey) -> Storage {
        Storage { request: Some(key.clone()), ..self.clone() }
    }

    /// The same storage for what does not belong to the request: notes that are written whether it succeeds or not.
    pub fn apart(&self) -> Storage {
        Storage { request: None, ..self.clone() }
    }

    pub async fn request_known(&self, county: County, key: &RequestKey) -> Result<Known> {
        let mut tx = self.db.read().await?;
        let sql = "SELECT fingerprint, status, headers, body FROM api_answer WHERE county = $1 AND key = $2";
        let known = match tx.optional(sql, args![county, key.as_str()]).await? {
            Some(row) => Known::Answered(read(&row)?),
            None => {
                let sql = "SELECT at FROM idempotency WHERE county = $1 AND key = $2";
                let done = tx.optional(sql, args![county, key.as_str()]).await?.is_some();
                if done { Known::Done } else { Known::Fresh }
            }
        };
        tx.rollback().await?;
        Ok(known)
    }

    /// Keeps the first answer; a second one for the same key changes nothing. Old answers go. No audit entry: what was done
    /// has its own.
    pub async fn answer_keep(&self, county: County, key: &RequestKey, answer: &Answer, now: Instant) -> Result<()> {
        let mut tx = self.db.write().await?;
        let sql = "INSERT INTO idempotency (county, key, at) VALUES ($1, $2, $3) ON CONFLICT (county, key) DO NOTHING";
        tx.run(sql, args![county, key.as_str(), now]).await?;
        let sql = "INSERT INTO api_answer (county, key, fingerprint, status, headers, body, at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (county, key) DO NOTHING";
        let Answer { fingerprint, status, headers, body } = answer;
        let values = args![county, key.as_str(), fingerprint.clone(), *status, headers, body.clone(), now];
        tx.run(sql, values).await?;
        tx.run("DELETE FROM api_answer WHERE at < $1", args![now.plus_seconds(-KEEP_SECONDS)]).await?;
        tx.commit().await
    }

    /// Removes answers given before a moment; their keys stay. Returns how many.
    pub async fn answers_sweep(&self, before: Instant) -> Result<u64> {
        let mut tx = self.db.write().await?;
        let gone = tx.run("DELETE FROM api_answer WHERE at < $1", args![before]).await?;
        tx.commit().await?;
        Ok(gone)
    }
}

impl Write {
    /// Remembers the request this write belongs to. `Conflict` when the same request was carried out before.
    pub(crate) async fn claim_request(&mut self) -> Result<()> {
        let Some(request) = self.request.clone() else { return Ok(()) };
        if request.0.done.load(Ordering::SeqCst) || self.idempotency_remember(request.as_str()).await? {
            return Ok(());
        }
        request.0.repeated.store(true, Ordering::SeqCst);
        Err(Error::conflict("同一请求已经办理，没有重复办理。请先查询办理结果"))
    }
}
