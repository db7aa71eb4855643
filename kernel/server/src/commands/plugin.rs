//! `doudi plugin …`.

use super::{Outcome, city_operator, date, operator, print_json, read_file, read_text};
use crate::app::App;
use crate::app::plugin::{self, EnableDraft, GrantChoice, PackageView};
use crate::app::{field_use, limits};
use doudi_domain::{Actor, Date, Error, Result};
use std::path::PathBuf;

#[derive(clap::Subcommand)]
pub(super) enum PluginCommand {
    /// 检查并安装一个插件包；全市共用，安装后仍须逐县启用
    Install { file: PathBuf },
    /// 为县区启用插件
    Enable {
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
        /// 不经升级的各项核对直接换成另一个版本；仅供开发和演练
        #[arg(long)]
        replace: bool,
    },
    /// 升级到另一个版本：核对变化、权限、设置、试运行、验收用例，都通过才切换
    Upgrade(super::upgrade::UpgradeCommand),
    /// 列出县区的升级
    Upgrades(super::upgrade::Upgrades),
    /// 回到升级前的版本
    Rollback(super::upgrade::Rollback),
    /// 取消准备中的升级，或计划中的启用、停用
    Cancel(super::upgrade::Cancel),
    /// 停用插件；已有办件和决定保留
    Disable {
        plugin: String,
        #[arg(long)]
        county: String,
        #[arg(long, value_parser = date)]
        from: Option<Date>,
    },
    /// 列出插件包；给出县区时一并列出启用情况
    List {
        #[arg(long)]
        county: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// 一个县区的措施申请读取、获准读取和实际读取的字段
    Fields {
        #[arg(long)]
        county: String,
        #[arg(long)]
        json: bool,
    },
    /// 运行限额
    Limits {
        #[arg(long)]
        json: bool,
    },
    /// 影子运行：在真实家庭上比较一个已安装的版本与启用的版本，不改动任何家庭和办件
    Shadow(super::shadow::Shadow),
    /// 比较两个时点：家庭情况、参数和版本各引起多少差额
    Compare(super::shadow::Compare),
    /// 查看一个插件包申请的权限
    Show {
        /// 摘要的前 8 位或全部
        digest: String,
        #[arg(long)]
        json: bool,
    },
}

impl PluginCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            PluginCommand::Install { file } => {
                let installed = plugin::install(app, &city_operator(app).await?, read_file(&file)?).await?;
                say!("已安装 {} {} {}", installed.name.zh, installed.plugin, installed.version);
                say!("摘要：{}（{} 字节）", installed.digest, installed.size);
            }
            PluginCommand::Enable { plugin, county, digest, from, grant, settings, replace } => {
                let settings = settings.map(|path| read_text(&path)).transpose()?;
                let order = Order { plugin: &plugin, digest, from, grant: &grant, settings, replace };
                enable(app, &county, order).await?;
            }
            PluginCommand::Upgrade(command) => return command.run(app).await,
            PluginCommand::Upgrades(command) => return command.run(app).await,
            PluginCommand::Rollback(command) => return command.run(app).await,
            PluginCommand::Cancel(command) => return command.run(app).await,
            PluginCommand::Disable { plugin, county, from } => {
                let from = from.unwrap_or_else(|| app.today());
                plugin::disable(app, &operator(app, &county).await?, &plugin, from).await?;
                say!("{county} 自 {from} 起停用 {plugin}");
            }
            PluginCommand::Fields { county, json } => fields(app, &county, json).await?,
            PluginCommand::Limits { json } => limits(app, json).await?,
            PluginCommand::List { county, json } => list(app, county.as_deref(), json).await?,
            PluginCommand::Shadow(command) => return command.run(app).await,
            PluginCommand::Compare(command) => return command.run(app).await,
            PluginCommand::Show { digest, json } => {
                let view = plugin::package(app, &city_operator(app).await?, &digest).await?;
                if json { print_json(&package_json(&view)) } else { show(&view) }
            }
        }
        Ok(Outcome::Done)
    }
}

/// What is to be enabled.
struct Order<'a> {
    plugin: &'a str,
    digest: Option<String>,
    from: Option<Date>,
    grant: &'a str,
    settings: Option<String>,
    replace: bool,
}

async fn enable(app: &App, counties: &[String], order: Order<'_>) -> Result<()> {
    let Order { plugin, digest, from, grant, settings, replace } = order;
    let settings = settings
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| Error::invalid("--settings", "settings.json", format!("设置文件不是合法的 JSON：{error}")))?;
    let digest = match digest {
        Some(digest) => digest,
        None => newest(app, plugin).await?,
    };
    for county in counties {
        let actor = operator(app, county).await?;
        if !replace && plugin::is_upgrade(app, &actor, plugin, &digest).await? {
            return Err(Error::refused(format!(
                "{county} 正在使用或最近使用的是 {plugin} 的另一个版本，换版本请用：doudi plugin upgrade {plugin}@版本号 --county {county}"
            )));
        }
        let first = !plugin::enablements(app, &actor).await?.iter().any(|view| view.plugin.id == plugin);
        let grants = match grant {
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
            plugin: plugin.to_owned(),
            digest: digest.clone(),
            from: from.unwrap_or_else(|| app.today()),
            settings: settings.clone(),
            grants,
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

async fn list(app: &App, county: Option<&str>, json: bool) -> Result<()> {
    let actor: Actor = match county {
        Some(county) => operator(app, county).await?,
        None => city_operator(app).await?,
    };
    let packages = plugin::packages(app, &actor).await?;
    if json {
        print_json(&packages.iter().map(package_json).collect::<Vec<_>>().into());
        return Ok(());
    }
    for view in &packages {
        let state = if county.is_some() { state(view, app.today()) } else { String::new() };
        say!(
            "{}  {} {}  {}  {}{state}",
            &view.release.digest[..12],
            view.release.plugin,
            view.release.version,
            view.manifest.name.zh,
            view.release.publisher
        );
    }
    say!("共 {} 个插件包", packages.len());
    Ok(())
}

async fn fields(app: &App, county: &str, json: bool) -> Result<()> {
    let table = field_use::table(app, &operator(app, county).await?).await?;
    if json {
        let rows = table.rows.iter().flat_map(|row| {
            let measures = table.measures.iter().zip(&row.cells).filter(|(_, cell)| cell.declared);
            measures.map(|(measure, cell)| {
                serde_json::json!({
                    "field": row.code, "name": row.label.zh, "sensitivity": field_use::sensitivity_word(row.sensitivity),
                    "plugin": measure.id, "version": measure.version, "digest": measure.digest,
                    "declared": true, "granted": cell.granted, "read": cell.read, "denied": cell.denied,
                    "last_read": cell.last_read.map(|at| at.minute()),
                })
            })
        });
        print_json(&rows.collect::<Vec<_>>().into());
        return Ok(());
    }
    for row in &table.rows {
        say!("{}（{}，{}）", row.label.zh, row.code, field_use::sensitivity_word(row.sensitivity));
        for (measure, cell) in table.measures.iter().zip(&row.cells).filter(|(_, cell)| cell.declared) {
            let granted = if cell.granted { "已授权" } else { "未授权" };
            let read = match cell.last_read {
                Some(at) => format!("读取 {} 次，最近 {}", cell.read, at.minute()),
                None => "未读取".to_owned(),
            };
            let denied = if cell.denied > 0 { format!("，未给 {} 次", cell.denied) } else { String::new() };
            say!("  {} {}：{granted}，{read}{denied}", measure.id, measure.version);
        }
    }
    say!("共 {} 个字段，{} 项措施", table.rows.len(), table.measures.len());
    Ok(())
}

async fn limits(app: &App, json: bool) -> Result<()> {
    let view = limits::view(app, &city_operator(app).await?).await?;
    if json {
        let rows = view.limits.iter().map(|row| {
            let (rust, script) = (row.rust.to_string(), row.script.to_string());
            serde_json::json!({"limit": row.code, "name": row.zh, "rust": rust, "script": script})
        });
        print_json(&rows.collect::<Vec<_>>().into());
        return Ok(());
    }
    for row in &view.limits {
        say!("{}：编译型 {}，脚本型 {}", row.zh, row.rust, row.script);
    }
    let capacity = &view.capacity;
    say!(
        "同时调用：一个县区 {}，一项措施 {}，脚本型措施 {}；排队不超过 {} 毫秒",
        capacity.county_permits,
        capacity.plugin_permits,
        capacity.script_permits,
        capacity.queue.as_millis()
    );
    say!("连续出错 {} 次后暂停 {} 秒", capacity.strikes, capacity.rest.as_secs());
    Ok(())
}

/// Where the county stands with a package, today and as planned.
fn state(view: &PackageView, today: Date) -> String {
    // One that was voided before it began never held.
    let held = || view.pins.iter().filter(|pin| pin.to.is_none_or(|to| pin.from < to));
    let planned = held().find(|pin| pin.from > today);
    let ends = held().find(|pin| plugin::holds(pin, today)).and_then(|pin| pin.to);
    match (view.in_force, planned, ends) {
        (true, _, Some(to)) => format!("  启用中，计划自 {to} 起停用或换版本"),
        (true, ..) => "  启用中".to_owned(),
        (false, Some(pin), _) => format!("  计划自 {} 起启用", pin.from),
        (false, None, _) if held().next().is_none() => "  未启用".to_owned(),
        _ => "  已停用".to_owned(),
    }
}

fn show(view: &PackageView) {
    say!("{}（{} {}）", view.manifest.name.zh, view.release.plugin, view.release.version);
    say!("发布者：{}", view.release.publisher);
    say!("摘要：{}", view.release.digest);
    say!("申请的权限：");
    for permission in &view.permissions {
        say!("  {}", permission.sentence.zh);
        for item in &permission.grants {
            say!("    {}", item.grant);
        }
    }
}

fn package_json(view: &PackageView) -> serde_json::Value {
    let permissions: Vec<_> = view
        .permissions
        .iter()
        .map(|permission| {
            let grants: Vec<&str> = permission.grants.iter().map(|item| item.grant.as_str()).collect();
            serde_json::json!({"sentence": permission.sentence.zh, "grants": grants, "sensitive": permission.sensitive})
        })
        .collect();
    let pins: Vec<_> =
        view.pins.iter().map(|pin| serde_json::json!({"from": pin.from, "to": pin.to, "grants": pin.grants})).collect();
    serde_json::json!({
        "digest": view.release.digest, "plugin": view.release.plugin, "version": view.release.version,
        "name": view.manifest.name.zh, "publisher": view.release.publisher, "size": view.release.size,
        "in_force": view.in_force, "pins": pins, "permissions": permissions,
    })
}
