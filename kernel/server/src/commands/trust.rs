//! `doudi trust …`: whose signatures count, and whether what runs still has them.

use super::{Outcome, city_operator, date, operator, print_json, read_text};
use crate::app::App;
use crate::app::division::counties;
use crate::app::trust::{self, KeyDraft, PolicyDraft};
use doudi_domain::trust::{NO_POLICY, TrustPolicy, TrustRule};
use doudi_domain::{Date, Error, Result};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Subcommand)]
pub(super) enum TrustCommand {
    /// 全市信任的发布方公钥：登记、撤销、列表
    #[command(subcommand)]
    Key(KeyCommand),
    /// 县区的签名要求：设定、查看
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// 检查各县区正在使用和将要使用的措施包，签名是否仍符合要求
    Check {
        /// 只检查一个县区；默认全部
        #[arg(long)]
        county: Option<String>,
        #[arg(long)]
        json: bool,
    },
}

#[derive(clap::Subcommand)]
pub(super) enum KeyCommand {
    /// 登记一个公钥；登记之前请与发布方当面或电话核对编号
    Add {
        /// 名称，县区的签名要求用它指称，例如 某公司-2026
        name: String,
        /// 公钥文件
        file: PathBuf,
        /// 由谁持有
        #[arg(long)]
        publisher: String,
        /// 从哪一天起有效；默认今天
        #[arg(long, value_parser = date)]
        from: Option<Date>,
        /// 从哪一天起收到的签名不再算数；默认不限
        #[arg(long, value_parser = date)]
        to: Option<Date>,
    },
    /// 撤销一个公钥；它签过的一律不再算数，不能恢复
    Revoke {
        name: String,
        /// 原因，例如 私钥遗失
        #[arg(long)]
        reason: String,
    },
    /// 列出公钥
    List {
        #[arg(long)]
        json: bool,
    },
}

#[derive(clap::Subcommand)]
pub(super) enum PolicyCommand {
    /// 设定一个县区的签名要求；三种写法选一种，公钥名称用逗号分开
    Set {
        #[arg(long)]
        county: String,
        /// 这些公钥都要签名
        #[arg(long, value_name = "NAMES", group = "rule")]
        all_of: Option<String>,
        /// 这些公钥中任何一个签名即可
        #[arg(long, value_name = "NAMES", group = "rule")]
        any_of: Option<String>,
        /// 至少几个签名，从 --of 的公钥中选
        #[arg(long, value_name = "NUMBER", group = "rule", requires = "of")]
        at_least: Option<u32>,
        /// 与 --at-least 同用的公钥
        #[arg(long, value_name = "NAMES", requires = "at_least")]
        of: Option<String>,
        /// 从哪一天起；默认今天
        #[arg(long, value_parser = date)]
        from: Option<Date>,
        /// 依据，例如 文件名称和文号
        #[arg(long)]
        reason: String,
    },
    /// 查看一个县区的签名要求
    Show {
        #[arg(long)]
        county: String,
        #[arg(long)]
        json: bool,
    },
}

impl TrustCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            TrustCommand::Key(command) => command.run(app).await,
            TrustCommand::Policy(command) => command.run(app).await,
            TrustCommand::Check { county, json } => check(app, county.as_deref(), json).await,
        }
    }
}

impl KeyCommand {
    async fn run(self, app: &App) -> Result<Outcome> {
        let operator = city_operator(app).await?;
        match self {
            KeyCommand::Add { name, file, publisher, from, to } => {
                let from = from.unwrap_or_else(|| app.today());
                let draft = KeyDraft { name, publisher, public_key: read_text(&file)?, from, to };
                let key = trust::key_add(app, &operator, draft).await?;
                say!("已登记公钥 {}（{}），编号 {}", key.name, key.publisher, key.key_id);
            }
            KeyCommand::Revoke { name, reason } => {
                trust::key_revoke(app, &operator, &name, &reason).await?;
                say!("已撤销公钥 {name}。它的签名不再算数，已经启用的措施继续运行");
                say!("受影响的措施：doudi trust check");
            }
            KeyCommand::List { json } => {
                let keys = trust::keys(app, &operator).await?;
                if json {
                    let rows: Vec<_> = keys
                        .iter()
                        .map(|key| {
                            json!({
                                "name": key.name, "publisher": key.publisher, "key_id": key.key_id,
                                "public_key": key.public_key, "from": key.from, "to": key.to,
                                "revoked": key.revoked.as_ref().map(|revoked| json!({
                                    "at": revoked.at.minute(), "reason": revoked.reason,
                                })),
                            })
                        })
                        .collect();
                    print_json(&rows.into());
                } else {
                    for key in &keys {
                        let until = key.to.map(|to| format!("，{to} 起失效")).unwrap_or_default();
                        let revoked = key
                            .revoked
                            .as_ref()
                            .map(|revoked| format!("  已撤销（{}，{}）", revoked.at.minute(), revoked.reason))
                            .unwrap_or_default();
                        say!(
                            "{}  {}  编号 {}  {} 起有效{until}{revoked}",
                            key.name,
                            key.publisher,
                            key.key_id,
                            key.from
                        );
                    }
                    say!("共 {} 个", keys.len());
                }
            }
        }
        Ok(Outcome::Done)
    }
}

/// `甲公司,市民政局`; nothing written is nobody.
fn names(list: &str) -> Vec<String> {
    list.split([',', '，', '、']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

impl PolicyCommand {
    async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            PolicyCommand::Set { county, all_of, any_of, at_least, of, from, reason } => {
                let (rule, keys) = match (all_of, any_of, at_least, of) {
                    (Some(keys), ..) => (TrustRule::AllOf, keys),
                    (_, Some(keys), ..) => (TrustRule::AnyOf, keys),
                    (.., Some(number), Some(keys)) => (TrustRule::AtLeast(number), keys),
                    _ => {
                        let message = "请写明 --all-of 名单、--any-of 名单，或 --at-least 个数 --of 名单";
                        return Err(Error::invalid("", "trust.rule", message));
                    }
                };
                let from = from.unwrap_or_else(|| app.today());
                let actor = operator(app, &county).await?;
                let draft = PolicyDraft { from, rule, keys: names(&keys), reason };
                trust::policy_set(app, &actor, draft).await?;
                let (_, all) = trust::policies(app, &actor).await?;
                let set = all.into_iter().find(|policy| policy.from == from);
                say!("{county} 自 {from} 起：{}", set.map(|policy| policy.sentence()).unwrap_or_default());
            }
            PolicyCommand::Show { county, json } => {
                let actor = operator(app, &county).await?;
                let (now, all) = trust::policies(app, &actor).await?;
                if json {
                    let rows: Vec<_> = all.iter().map(policy_json).collect();
                    print_json(&json!({ "today": now.as_ref().map(policy_json), "all": rows }));
                } else {
                    say!("今天：{}", now.as_ref().map_or_else(|| NO_POLICY.to_owned(), TrustPolicy::sentence));
                    for policy in &all {
                        say!("{} 起  {}  依据：{}", policy.from, policy.sentence(), policy.reason);
                    }
                }
            }
        }
        Ok(Outcome::Done)
    }
}

fn policy_json(policy: &TrustPolicy) -> serde_json::Value {
    let needed = match policy.rule {
        TrustRule::AtLeast(number) => Some(number),
        TrustRule::AllOf | TrustRule::AnyOf => None,
    };
    json!({
        "from": policy.from, "rule": policy.rule.code(), "needed": needed, "keys": policy.keys, "reason": policy.reason,
    })
}

async fn check(app: &App, county: Option<&str>, as_json: bool) -> Result<Outcome> {
    let wanted = match county {
        Some(county) => vec![county.to_owned()],
        None => counties(app).await?.into_iter().map(|(county, _)| county.to_string()).collect(),
    };
    let mut found = 0;
    let mut rows = Vec::new();
    for county in wanted {
        for concern in trust::concerns(app, &operator(app, &county).await?).await? {
            found += 1;
            let pin = &concern.enablement;
            let lacking = &concern.trust.verdict.lacking;
            if as_json {
                rows.push(json!({
                    "county": pin.county.to_string(), "plugin": pin.plugin, "version": concern.version,
                    "digest": pin.digest, "from": pin.from, "revoked": concern.trust.verdict.revoked, "lacking": lacking,
                }));
            } else {
                let mark = if concern.trust.verdict.revoked { "公钥已撤销" } else { "签名不符合要求" };
                say!("{county}  {} {}（{} 起）  {mark}：{lacking}", pin.plugin, concern.version, pin.from);
            }
        }
    }
    if as_json {
        print_json(&rows.into());
    } else {
        say!("共 {found} 项不符合签名要求");
    }
    Ok(if found == 0 { Outcome::Done } else { Outcome::Wanting })
}
