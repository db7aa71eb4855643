//! Addresses outside that are told of events: their secret sealed, each attempt on record.

use crate::engine::{Row, args, broken};
use crate::page::{self, Page};
use crate::seal::SealPlace;
use crate::{Snapshot, Storage, Write};
use doudi_domain::webhook::{Delivery, Webhook};
use doudi_domain::{County, Error, EventId, Instant, Result, WebhookId};
use serde_json::json;

#[derive(Clone, PartialEq, Eq)]
pub struct NewWebhook {
    pub url: String,
    pub topics: Vec<String>,
    /// Signs what is sent. Stored sealed.
    pub secret: String,
}

/// What came of an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewDelivery {
    pub webhook: WebhookId,
    pub event: EventId,
    pub attempt: i32,
    pub at: Instant,
    pub status: Option<i32>,
    pub millis: i64,
    pub error: Option<String>,
}

fn secret_place(id: WebhookId) -> SealPlace {
    SealPlace { table: "webhook", column: "secret", row: id.0 }
}

macro_rules! webhook_columns {
    () => {
        "county, id, url, topics, enabled, created_at, created_by"
    };
}

fn read(row: &Row) -> Result<Webhook> {
    Ok(Webhook {
        id: row.get("id")?,
        county: row.get("county")?,
        url: row.get("url")?,
        topics: serde_json::from_str(&row.get::<String>("topics")?).map_err(broken)?,
        enabled: row.get("enabled")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
    })
}

fn absent() -> Error {
    Error::not_found("通知地址")
}

impl Snapshot {
    /// All of the county, oldest first; needs a county-level scope.
    pub async fn webhooks_list(&mut self) -> Result<Vec<Webhook>> {
        self.reach.require_county()?;
        let sql = concat!("SELECT ", webhook_columns!(), " FROM webhook WHERE county = $1 ORDER BY id");
        self.tx.all(sql, args![self.reach.county]).await?.iter().map(read).collect()
    }

    pub async fn webhook_fetch(&mut self, id: WebhookId) -> Result<Webhook> {
        self.reach.require_county()?;
        let sql = concat!("SELECT ", webhook_columns!(), " FROM webhook WHERE county = $1 AND id = $2");
        let row = self.tx.optional(sql, args![self.reach.county, id]).await?;
        row.as_ref().map(read).transpose()?.ok_or_else(absent)
    }

    /// For signing only.
    pub async fn webhook_secret(&mut self, id: WebhookId) -> Result<String> {
        self.reach.require_county()?;
        let sql = "SELECT secret FROM webhook WHERE county = $1 AND id = $2";
        let row = self.tx.optional(sql, args![self.reach.county, id]).await?.ok_or_else(absent)?;
        let sealed: Vec<u8> = row.get("secret")?;
        String::from_utf8(self.sealer.open(secret_place(id), &sealed)?).map_err(broken)
    }

    /// Attempts, newest first.
    pub async fn deliveries_page(
        &mut self,
        webhook: WebhookId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Delivery>> {
        self.reach.require_county()?;
        let limit = page::clamp(limit);
        let [before] = page::integers(cursor).unwrap_or([i64::MAX]);
        let sql = "SELECT id, webhook, event, attempt, at, status, millis, error FROM webhook_delivery
                   WHERE county = $1 AND webhook = $2 AND id < $3 ORDER BY id DESC LIMIT $4";
        let read = |row: &Row| {
            Ok(Delivery {
                id: row.get("id")?,
                webhook: row.get("webhook")?,
                event: row.get("event")?,
                attempt: row.get("attempt")?,
                at: row.get("at")?,
                status: row.get("status")?,
                millis: row.get("millis")?,
                error: row.get("error")?,
            })
        };
        let rows = self.tx.all(sql, args![self.reach.county, webhook, before, limit + 1]).await?;
        let deliveries = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(deliveries, limit, |delivery| page::cursor(&[delivery.id.0])))
    }
}

impl Write {
    /// `Conflict` when the county has this address already.
    pub async fn webhook_add(&mut self, new: &NewWebhook) -> Result<WebhookId> {
        let id = WebhookId(self.tx.new_id().await?);
        let sealed = self.sealer.seal(secret_place(id), new.secret.as_bytes())?;
        let sql = "INSERT INTO webhook (county, id, url, topics, secret, enabled, created_at, created_by)
                   VALUES ($1, $2, $3, $4, $5, 1, $6, $7)";
        let topics = json!(new.topics).to_string();
        let values = args![self.county, id, &new.url, topics, sealed, self.now, self.actor.user_id()];
        self.tx.run(sql, values).await?;
        self.audit("webhook.add", format_args!("webhook/{id}"), json!({ "url": new.url, "topics": new.topics }));
        Ok(id)
    }

    /// What is switched off is told of nothing; what waited for it is dropped when its turn comes.
    pub async fn webhook_switch(&mut self, id: WebhookId, enabled: bool) -> Result<()> {
        let sql = "UPDATE webhook SET enabled = $3 WHERE county = $1 AND id = $2";
        if self.tx.run(sql, args![self.county, id, enabled]).await? == 0 {
            return Err(absent());
        }
        self.audit("webhook.switch", format_args!("webhook/{id}"), json!({ "enabled": enabled }));
        Ok(())
    }
}

impl Storage {
    /// Puts an attempt on record. Not in the audit log, which tells of the event and of the job.
    pub async fn delivery_record(&self, county: County, new: &NewDelivery) -> Result<()> {
        let mut tx = self.db.write().await?;
        let id = tx.new_id().await?;
        let sql = "INSERT INTO webhook_delivery (county, id, webhook, event, attempt, at, status, millis, error)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let NewDelivery { webhook, event, attempt, at, status, millis, error } = new;
        tx.run(sql, args![county, id, *webhook, *event, *attempt, *at, *status, *millis, error.clone()]).await?;
        tx.commit().await
    }
}
