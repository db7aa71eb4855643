//! `doudi token …`: what another program shows instead of signing in.

use super::{Outcome, operator, print_json};
use crate::app::App;
use crate::app::token::{self, TokenDraft};
use doudi_domain::token::Token;
use doudi_domain::{Actor, Error, Result, TokenId};

#[derive(clap::Subcommand)]
pub(super) enum TokenCommand {
    /// 新建接口令牌，只显示一次
    Add {
        /// 令牌代表的用户：职务和管辖范围与其相同
        login: String,
        /// 用途，例如 医保数据交换
        #[arg(long)]
        name: String,
        /// 权限范围，用逗号隔开：read 查看、write 办理、admin 配置、reveal 显示完整姓名号码，或某一类如 households:read
        #[arg(long, default_value = "read")]
        scope: String,
        /// 有效期（天）
        #[arg(long, default_value_t = 90)]
        days: u32,
    },
    /// 列出一个县区的接口令牌
    List {
        #[arg(long)]
        county: String,
        #[arg(long)]
        json: bool,
    },
    /// 撤销接口令牌
    Revoke {
        #[arg(long)]
        county: String,
        /// 令牌编号，见列表
        id: i64,
    },
}

impl TokenCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            TokenCommand::Add { login, name, scope, days } => {
                let (user, _) = app.storage.user_by_login(&login).await?.ok_or(Error::not_found("用户"))?;
                let actor = Actor::System { division: user.division.county().division() };
                let draft = TokenDraft { user: user.id, name, scopes: scope, days };
                let issued = token::create(app, &actor, draft).await?;
                say!(
                    "已为 {login}（{}）建立接口令牌 {}，{} 失效",
                    user.name,
                    issued.token.id,
                    issued.token.expires_at.date()
                );
                say!("令牌：{}（只显示这一次）", issued.secret);
            }
            TokenCommand::List { county, json } => list(app, &county, json).await?,
            TokenCommand::Revoke { county, id } => {
                token::revoke(app, &operator(app, &county).await?, TokenId(id)).await?;
                say!("已撤销接口令牌 {id}");
            }
        }
        Ok(Outcome::Done)
    }
}

async fn list(app: &App, county: &str, json: bool) -> Result<()> {
    let tokens = token::list(app, &operator(app, county).await?).await?;
    if json {
        let rows: Vec<_> = tokens.iter().map(|token| as_json(app, token)).collect();
        print_json(&rows.into());
        return Ok(());
    }
    for token in &tokens {
        let state = if token.revoked_at.is_some() {
            "已撤销".to_owned()
        } else if token.holds(app.now()) {
            format!("{} 失效", token.expires_at.date())
        } else {
            "已过期".to_owned()
        };
        let seen = token.seen_at.map_or_else(|| "未使用".to_owned(), |seen| format!("最近使用 {}", seen.minute()));
        say!("{}  {}  {}（{}）  {}  {state}  {seen}", token.id, token.name, token.user_name, token.login, token.scopes);
    }
    say!("共 {} 个", tokens.len());
    Ok(())
}

fn as_json(app: &App, token: &Token) -> serde_json::Value {
    serde_json::json!({
        "id": token.id.to_string(), "name": token.name, "login": token.login,
        "scopes": token.scopes.words().collect::<Vec<_>>(),
        "created": token.created_at.minute().to_string(), "expires": token.expires_at.minute().to_string(),
        "last_used": token.seen_at.map(|seen| seen.minute().to_string()),
        "revoked": token.revoked_at.is_some(), "holds": token.holds(app.now()),
    })
}
