//! `doudi plugin enable` and `disable`: which version a county runs, from which day, with which grants and settings.

use crate::app::App;
use crate::app::plugin::{self, EnableDraft, GrantChoice};
use crate::commands::{city_operator, date, operator, read_text};
use doudi_domain::{Date, Error, Result};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(in crate::commands) struct Enable {
    /// 插件编号
    plugin: String,
    /// 县区：6 位代码或名称；可重复
    #[arg(long, required = true)]
    county: Vec<String>,
    /// 插件包摘要（至少前 8 位）；默认最近安装的一个
    #[arg(long)]
    digest: Option<String>,
    /// 从哪一天起；默认今天
    #[arg(long, value_parser = date)]
    from: Option<Date>,
    /// 授权：all 全部申请项、keep 沿用现有、none 不授权，或用逗号分开的授权项
    #[arg(long, default_value = "keep")]
    grant: String,
    /// 设置文件（JSON）；默认沿用现有设置或插件的默认值
    #[arg(long)]
    settings: Option<PathBuf>,
    /// 没有签名也启用：只在县区没有设定签名要求、确认来源可靠时使用，会记入审计
    #[arg(long)]
    unsigned: bool,
    /// 不经升级的各项核对直接换成另一个版本；仅供开发和演练
    #[arg(long)]
    replace: bool,
}

impl Enable {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let settings = self.settings.as_deref().map(read_text).transpose()?;
        enable(app, self, settings).await
    }
}

#[derive(clap::Args)]
pub(in crate::commands) struct Disable {
    plugin: String,
    #[arg(long)]
    county: String,
    #[arg(long, value_parser = date)]
    from: Option<Date>,
}

impl Disable {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let from = self.from.unwrap_or_else(|| app.today());
        plugin::disable(app, &operator(app, &self.county).await?, &self.plugin, from).await?;
        say!("{} 自 {from} 起停用 {}", self.county, self.plugin);
        Ok(())
    }
}

async fn enable(app: &App, command: Enable, settings: Option<String>) -> Result<()> {
    let Enable { plugin, county: counties, digest, from, grant, unsigned, replace, .. } = command;
    let settings = settings
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| Error::invalid("--settings", "settings.json", format!("设置文件不是合法的 JSON：{error}")))?;
    let digest = match digest {
        Some(digest) => digest,
        None => newest(app, &plugin).await?,
    };
    for county in &counties {
        let actor = operator(app, county).await?;
        if !replace && plugin::is_upgrade(app, &actor, &plugin, &digest).await? {
            return Err(Error::refused(format!(
                "{county} 正在使用或最近使用的是 {plugin} 的另一个版本，换版本请用：doudi plugin upgrade {plugin}@版本号 --county {county}"
            )));
        }
        let first = !plugin::enablements(app, &actor).await?.iter().any(|view| view.plugin.id == plugin);
        let grants = match grant.as_str() {
            "all" => GrantChoice::All,
            "none" => GrantChoice::These(Vec::new()),
            // Nothing is granted by leaving a word out.
            "keep" if first => {
                return Err(Error::invalid(
                    "--grant",
                    "grant.first",
                    format!(
                        "{county} 第一次启用 {plugin}，请写明授权：--grant all，或逗号分开的授权项（见 doudi plugin show）"
                    ),
                ));
            }
            "keep" => GrantChoice::Keep,
            list => GrantChoice::These(list.split([',', '，']).map(|grant| grant.trim().to_owned()).collect()),
        };
        let draft = EnableDraft {
            plugin: plugin.clone(),
            digest: digest.clone(),
            from: from.unwrap_or_else(|| app.today()),
            settings: settings.clone(),
            grants,
            accept_unsigned: unsigned,
        };
        let pin = plugin::enable(app, &actor, draft).await?;
        say!("{county} 自 {} 起启用 {plugin}（摘要 {}，授权 {} 项）", pin.from, &pin.digest[..12], pin.grants.len());
    }
    Ok(())
}

async fn newest(app: &App, plugin: &str) -> Result<String> {
    let packages = plugin::packages(app, &city_operator(app).await?).await?;
    let newest =
        packages.iter().filter(|view| view.release.plugin == plugin).max_by_key(|view| view.release.installed_at);
    newest
        .map(|view| view.release.digest.clone())
        .ok_or_else(|| Error::refused(format!("没有安装插件 {plugin}。请先安装：doudi plugin install 文件")))
}
