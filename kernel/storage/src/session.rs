//! Sign-in sessions: 32 random bytes in the browser's cookie, only their SHA-256 here; an idle and an absolute end.

use crate::engine::{Row, args};
use crate::snapshot::Reach;
use crate::user::{self, user_columns};
use crate::{Snapshot, Storage, Write};
use doudi_domain::identity::User;
use doudi_domain::{Error, Instant, Result, UserId};
use serde_json::json;
use sha2::{Digest, Sha256};

/// What the cookie carries. Made by the caller from the system's randomness.
pub type SessionToken = [u8; 32];

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    pub user: User,
    pub created_at: Instant,
    pub seen_at: Instant,
    /// Ends then unless touched.
    pub idle_until: Instant,
    /// Ends then in any case.
    pub expires_at: Instant,
}

fn hash(token: &SessionToken) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

fn read(row: &Row) -> Result<Session> {
    Ok(Session {
        user: user::read(row)?,
        created_at: row.get("session_created_at")?,
        seen_at: row.get("seen_at")?,
        idle_until: row.get("idle_until")?,
        expires_at: row.get("expires_at")?,
    })
}

macro_rules! session_select {
    () => {
        concat!(
            "SELECT ",
            user_columns!(),
            ", s.created_at AS session_created_at, s.seen_at, s.idle_until, s.expires_at
             FROM session s JOIN user_account u ON u.county = s.county AND u.id = s.user_id"
        )
    };
}

/// A session's last use is written at most this often.
const TOUCH_SECONDS: i64 = 60;

impl Storage {
    /// The running session of an active user behind a cookie.
    pub async fn session_find(&self, token: &SessionToken, now: Instant) -> Result<Option<Session>> {
        let mut tx = self.db.read().await?;
        let sql = concat!(
            session_select!(),
            " WHERE s.token_hash = $1 AND s.idle_until > $2 AND s.expires_at > $2 AND u.active = 1"
        );
        let found = tx.optional(sql, args![hash(token), now]).await?.as_ref().map(read).transpose()?;
        tx.rollback().await?;
        Ok(found)
    }

    /// Prolongs the idle end of a running session. Writes at most once a minute for a session, and no audit entry.
    pub async fn session_touch(&self, token: &SessionToken, now: Instant, idle_seconds: i64) -> Result<()> {
        let mut tx = self.db.write().await?;
        let sql = "UPDATE session SET seen_at = $2, idle_until = $3
                   WHERE token_hash = $1 AND idle_until > $2 AND expires_at > $2 AND seen_at <= $4";
        let values = args![hash(token), now, now.plus_seconds(idle_seconds), now.plus_seconds(-TOUCH_SECONDS)];
        tx.run(sql, values).await?;
        tx.commit().await
    }

    /// Removes sessions that have ended. Returns how many.
    pub async fn sessions_sweep(&self, now: Instant) -> Result<u64> {
        let mut tx = self.db.write().await?;
        let gone = tx.run("DELETE FROM session WHERE idle_until <= $1 OR expires_at <= $1", args![now]).await?;
        tx.commit().await?;
        Ok(gone)
    }
}

impl Snapshot {
    /// Running sessions of a user in scope, newest first.
    pub async fn sessions_of_user(&mut self, id: UserId, now: Instant) -> Result<Vec<Session>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            session_select!(),
            " WHERE s.county = $1 AND s.user_id = $2 AND u.division BETWEEN $3 AND $4
             AND s.idle_until > $5 AND s.expires_at > $5 ORDER BY s.created_at DESC, s.token_hash"
        );
        self.tx.all(sql, args![county, id, low, high, now]).await?.iter().map(read).collect()
    }
}

impl Write {
    pub async fn session_create(
        &mut self,
        user: UserId,
        token: &SessionToken,
        idle_seconds: i64,
        absolute_seconds: i64,
    ) -> Result<()> {
        let sql = "INSERT INTO session (county, token_hash, user_id, created_at, seen_at, idle_until, expires_at)
                   VALUES ($1, $2, $3, $4, $4, $5, $6)";
        let (idle, absolute) = (self.now.plus_seconds(idle_seconds), self.now.plus_seconds(absolute_seconds));
        self.tx.run(sql, args![self.county, hash(token), user, self.now, idle, absolute]).await?;
        self.audit("session.create", format_args!("user/{user}"), json!({}));
        Ok(())
    }

    /// Sign-out. Nothing happens when the session has ended already.
    pub async fn session_revoke(&mut self, token: &SessionToken) -> Result<()> {
        let sql = "DELETE FROM session WHERE county = $1 AND token_hash = $2 RETURNING user_id";
        if let Some(row) = self.tx.optional(sql, args![self.county, hash(token)]).await? {
            let user: UserId = row.get("user_id")?;
            self.audit("session.revoke", format_args!("user/{user}"), json!({}));
        }
        Ok(())
    }

    pub async fn sessions_revoke_all(&mut self, user: UserId) -> Result<()> {
        user::find(&mut self.tx, self.reach, user).await?.ok_or(Error::not_found("用户"))?;
        let ended = self.sessions_end(user).await?;
        self.audit("session.revoke-all", format_args!("user/{user}"), json!({ "ended": ended }));
        Ok(())
    }

    pub(crate) async fn sessions_end(&mut self, user: UserId) -> Result<u64> {
        self.tx.run("DELETE FROM session WHERE county = $1 AND user_id = $2", args![self.county, user]).await
    }
}
