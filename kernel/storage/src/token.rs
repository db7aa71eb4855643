//! Tokens of other programs: 32 random bytes shown once, only their SHA-256 here.

use crate::engine::{Row, args};
use crate::snapshot::Reach;
use crate::user::{self, user_columns};
use crate::{Snapshot, Storage, Write};
use doudi_domain::identity::User;
use doudi_domain::token::{Scopes, Token};
use doudi_domain::{Error, Instant, Result, TokenId, UserId};
use serde_json::json;
use sha2::{Digest, Sha256};

/// What the program shows. Made by the caller from the system's randomness.
pub type TokenSecret = [u8; 32];

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewToken {
    /// Whom it acts as.
    pub user: UserId,
    pub name: String,
    pub scopes: Scopes,
    pub expires_at: Instant,
}

fn hash(secret: &TokenSecret) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

macro_rules! token_columns {
    () => {
        "t.id AS token_id, t.user_id, u.login AS token_login, u.name AS token_user_name, t.name AS token_name, t.scopes,
         t.created_at AS token_created_at, t.expires_at, t.seen_at, t.revoked_at"
    };
}

fn read(row: &Row) -> Result<Token> {
    Ok(Token {
        id: row.get("token_id")?,
        user: row.get("user_id")?,
        login: row.get("token_login")?,
        user_name: row.get("token_user_name")?,
        name: row.get("token_name")?,
        scopes: Scopes::parse(&row.get::<String>("scopes")?).map_err(crate::engine::broken)?,
        created_at: row.get("token_created_at")?,
        expires_at: row.get("expires_at")?,
        seen_at: row.get("seen_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}

/// A token's last use is written at most this often.
const TOUCH_SECONDS: i64 = 60;

impl Storage {
    /// The token behind a secret that holds at this moment, and its active user as she is today.
    pub async fn token_find(&self, secret: &TokenSecret, now: Instant) -> Result<Option<(Token, User)>> {
        let mut tx = self.db.read().await?;
        let sql = concat!(
            "SELECT ",
            token_columns!(),
            ", ",
            user_columns!(),
            " FROM api_token t JOIN user_account u ON u.county = t.county AND u.id = t.user_id
             WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > $2 AND u.active = 1"
        );
        let row = tx.optional(sql, args![hash(secret), now]).await?;
        let found = row.map(|row| Ok((read(&row)?, user::read(&row)?))).transpose()?;
        tx.rollback().await?;
        Ok(found)
    }

    /// Notes that a token was used. Writes at most once a minute for a token, and no audit entry: what it did has its own.
    pub async fn token_touch(&self, secret: &TokenSecret, now: Instant) -> Result<()> {
        let mut tx = self.db.write().await?;
        let sql = "UPDATE api_token SET seen_at = $2 WHERE token_hash = $1 AND (seen_at IS NULL OR seen_at <= $3)";
        tx.run(sql, args![hash(secret), now, now.plus_seconds(-TOUCH_SECONDS)]).await?;
        tx.commit().await
    }
}

/// Is the last use older than what [`Storage::token_touch`] would write?
pub fn wants_touch(token: &Token, now: Instant) -> bool {
    token.seen_at.is_none_or(|seen| seen <= now.plus_seconds(-TOUCH_SECONDS))
}

impl Snapshot {
    /// Tokens of users in scope, newest first, ended ones included.
    pub async fn tokens_list(&mut self) -> Result<Vec<Token>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            token_columns!(),
            " FROM api_token t JOIN user_account u ON u.county = t.county AND u.id = t.user_id
             WHERE t.county = $1 AND u.division BETWEEN $2 AND $3 ORDER BY t.id DESC"
        );
        self.tx.all(sql, args![county, low, high]).await?.iter().map(read).collect()
    }

    pub async fn token_fetch(&mut self, id: TokenId) -> Result<Token> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            token_columns!(),
            " FROM api_token t JOIN user_account u ON u.county = t.county AND u.id = t.user_id
             WHERE t.county = $1 AND t.id = $2 AND u.division BETWEEN $3 AND $4"
        );
        let row = self.tx.optional(sql, args![county, id, low, high]).await?;
        row.as_ref().map(read).transpose()?.ok_or(Error::not_found("接口令牌"))
    }
}

impl Write {
    pub async fn token_create(&mut self, new: &NewToken, secret: &TokenSecret) -> Result<TokenId> {
        let user = user::find(&mut self.tx, self.reach, new.user).await?.ok_or(Error::not_found("用户"))?;
        let id = TokenId(self.tx.new_id().await?);
        let sql =
            "INSERT INTO api_token (county, id, token_hash, user_id, name, scopes, created_at, created_by, expires_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let values = args![
            self.county,
            id,
            hash(secret),
            new.user,
            &new.name,
            new.scopes.to_string(),
            self.now,
            self.actor.user_id(),
            new.expires_at
        ];
        self.tx.run(sql, values).await?;
        let detail = json!({
            "user": user.id.0, "name": new.name, "scopes": new.scopes.to_string(), "expires": new.expires_at.0,
        });
        self.audit("token.create", format_args!("token/{id}"), detail);
        Ok(id)
    }

    /// From now on it opens nothing. Taking it back twice is no error.
    pub async fn token_revoke(&mut self, id: TokenId) -> Result<()> {
        let sql = "UPDATE api_token SET revoked_at = $3 WHERE county = $1 AND id = $2 AND revoked_at IS NULL";
        if self.tx.run(sql, args![self.county, id, self.now]).await? == 1 {
            self.audit("token.revoke", format_args!("token/{id}"), json!({}));
        }
        Ok(())
    }
}
