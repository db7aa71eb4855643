//! `doudi webhook …`: addresses outside that are told of a county's events.

use super::{Outcome, operator, print_json};
use crate::app::App;
use crate::app::webhook::{self, WebhookDraft};
use doudi_domain::{Result, WebhookId};
use serde_json::json;

#[derive(clap::Subcommand)]
pub(super) enum WebhookCommand {
    /// 登记一个通知地址，并显示一次签名密钥
    Add {
        /// 对方系统接收通知的网址
        url: String,
        #[arg(long)]
        county: String,
        /// 事件主题，例如 decision.recorded；一类主题写作 decision.*，全部写作 *。可以写几次
        #[arg(long = "topic", required = true)]
        topics: Vec<String>,
        #[arg(long)]
        json: bool,
    },
    /// 列出一个县区的通知地址
    List {
        #[arg(long)]
        county: String,
        #[arg(long)]
        json: bool,
    },
    /// 停用
    Disable {
        id: i64,
        #[arg(long)]
        county: String,
    },
    /// 重新启用
    Enable {
        id: i64,
        #[arg(long)]
        county: String,
    },
    /// 发送记录，最近的在前
    Deliveries {
        id: i64,
        #[arg(long)]
        county: String,
        /// 最多列出多少条
        #[arg(long, default_value_t = 50)]
        limit: u32,
        #[arg(long)]
        json: bool,
    },
}

impl WebhookCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            WebhookCommand::Add { url, county, topics, json } => {
                let actor = operator(app, &county).await?;
                let draft = WebhookDraft { url: url.clone(), topics: topics.join(" ") };
                let added = webhook::add(app, &actor, draft).await?;
                if json {
                    print_json(&json!({ "id": added.id.to_string(), "secret": added.secret }));
                } else {
                    say!("已登记通知地址 {}：{url}", added.id);
                    say!("签名密钥：{}（只显示这一次）", added.secret);
                }
            }
            WebhookCommand::List { county, json } => {
                let webhooks = webhook::list(app, &operator(app, &county).await?).await?;
                if json {
                    let rows: Vec<_> = webhooks
                        .iter()
                        .map(|webhook| {
                            json!({
                                "id": webhook.id.to_string(), "url": webhook.url, "topics": webhook.topics,
                                "enabled": webhook.enabled,
                            })
                        })
                        .collect();
                    print_json(&rows.into());
                } else {
                    for webhook in &webhooks {
                        let state = if webhook.enabled { "在用" } else { "停用" };
                        say!("{}  {state}  {}  {}", webhook.id, webhook.url, webhook.topics.join(" "));
                    }
                    say!("共 {} 个", webhooks.len());
                }
            }
            WebhookCommand::Disable { id, county } => {
                webhook::switch(app, &operator(app, &county).await?, WebhookId(id), false).await?;
                say!("已停用通知地址 {id}");
            }
            WebhookCommand::Enable { id, county } => {
                webhook::switch(app, &operator(app, &county).await?, WebhookId(id), true).await?;
                say!("已启用通知地址 {id}");
            }
            WebhookCommand::Deliveries { id, county, limit, json } => {
                let actor = operator(app, &county).await?;
                let (_, page) = webhook::deliveries(app, &actor, WebhookId(id), None, limit).await?;
                if json {
                    let rows: Vec<_> = page
                        .items
                        .iter()
                        .map(|one| {
                            json!({
                                "event": one.event.to_string(), "attempt": one.attempt, "at": one.at.minute(),
                                "status": one.status, "millis": one.millis, "error": one.error,
                            })
                        })
                        .collect();
                    print_json(&rows.into());
                } else {
                    for one in &page.items {
                        let result = one.error.as_deref().unwrap_or("已送达");
                        let at = one.at.minute();
                        say!("{at}  事件 {}  第 {} 次  {} 毫秒  {result}", one.event, one.attempt, one.millis);
                    }
                }
            }
        }
        Ok(Outcome::Done)
    }
}
