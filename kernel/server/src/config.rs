//! Every setting of the program, as a documented field; from flags or environment.

use crate::app::{App, DatedClock, SystemClock};
use crate::watch::Watch;
use doudi_domain::calendar::{Clock, WorkCalendar};
use doudi_domain::upgrade::Bounds;
use doudi_domain::{Date, Error, Result};
use doudi_plugin_host::{HostConfig, PluginHost};
use doudi_storage::{SealKeys, Storage};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where things are, and the few numbers an operator may turn.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// 数据库地址：sqlite://文件路径 或 postgres://用户:口令@主机:端口/库名。默认是数据目录下的 doudi.db
    #[arg(long, env = "DOUDI_DATABASE", global = true, hide_env_values = true)]
    pub database: Option<String>,
    /// 数据目录：密钥文件、编译缓存，以及默认的数据库文件
    #[arg(long, env = "DOUDI_DATA", default_value = "doudi-data", global = true)]
    pub data: PathBuf,
    /// 把“今天”固定为某一天（例如 2022-07-06），用于演示和试算；正式使用时不要设置
    #[arg(long = "today", env = "DOUDI_TODAY", global = true, value_parser = crate::app::value::parse_date)]
    pub today: Option<Date>,
    /// 登录后多久没有操作要重新登录（分钟）
    #[arg(long, env = "DOUDI_SESSION_IDLE_MINUTES", default_value_t = 60, global = true, hide = true)]
    pub session_idle_minutes: u32,
    /// 一次登录最长多久（小时）
    #[arg(long, env = "DOUDI_SESSION_HOURS", default_value_t = 10, global = true, hide = true)]
    pub session_hours: u32,
    /// 接口令牌最长的有效期（天）
    #[arg(long, env = "DOUDI_TOKEN_DAYS", default_value_t = 366, global = true, hide_short_help = true)]
    pub token_days: u32,
    /// 在本进程内编译插件，而不另起受限的子进程；仅供开发工具使用
    #[arg(long, env = "DOUDI_COMPILE_IN_PROCESS", global = true, hide = true)]
    pub compile_in_process: bool,
    /// 允许把事件通知发往内部网络地址，并允许使用不加密的 http 地址。默认只允许互联网上的 https 地址
    #[arg(long, env = "DOUDI_ALLOW_INTERNAL_WEBHOOKS", global = true)]
    pub allow_internal_webhooks: bool,
    /// 升级措施时不需要第二人签认的限度，以及旧办件保留、试运行报告有效的天数；县区没有自己设定时使用
    #[command(flatten)]
    pub upgrade: UpgradeConfig,
}

/// What a county accepts without a second signature unless it has decided itself.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct UpgradeConfig {
    /// 不再享受的家庭占现有享受家庭的比例（万分之几）
    #[arg(long, env = "DOUDI_UPGRADE_LOST", default_value_t = 100, global = true, hide_short_help = true)]
    pub upgrade_lost: u32,
    /// 结果有变化的家庭占现有享受家庭的比例（万分之几）
    #[arg(long, env = "DOUDI_UPGRADE_CHANGED", default_value_t = 500, global = true, hide_short_help = true)]
    pub upgrade_changed: u32,
    /// 每月金额变化的比例（万分之几）
    #[arg(long, env = "DOUDI_UPGRADE_MONEY", default_value_t = 200, global = true, hide_short_help = true)]
    pub upgrade_money: u32,
    /// 升级前的办件内容保留多少天，其间可以回退
    #[arg(long, env = "DOUDI_UPGRADE_GRACE_DAYS", default_value_t = 30, global = true, hide_short_help = true)]
    pub upgrade_grace_days: u32,
    /// 试运行报告几天内有效
    #[arg(long, env = "DOUDI_UPGRADE_REPORT_DAYS", default_value_t = 3, global = true, hide_short_help = true)]
    pub upgrade_report_days: u32,
}

impl Default for UpgradeConfig {
    fn default() -> UpgradeConfig {
        UpgradeConfig {
            upgrade_lost: 100,
            upgrade_changed: 500,
            upgrade_money: 200,
            upgrade_grace_days: 30,
            upgrade_report_days: 3,
        }
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            database: None,
            data: PathBuf::from("doudi-data"),
            today: None,
            session_idle_minutes: 60,
            session_hours: 10,
            token_days: 366,
            compile_in_process: false,
            allow_internal_webhooks: false,
            upgrade: UpgradeConfig::default(),
        }
    }
}

/// The file in the data directory that holds the city's secret keys. Readable by its owner only; kept apart from backups of
/// the database.
pub(crate) const KEY_FILE: &str = "keys";
/// What `calendar` answers while a package's bundled scenarios run at its admission, the same on every machine.
pub(crate) const STATUTORY_DAYS: &str = include_str!("../../../data/statutory-days.csv");

impl Config {
    pub fn database_url(&self) -> String {
        match &self.database {
            Some(url) => url.clone(),
            None => format!("sqlite://{}", self.data.join("doudi.db").display()),
        }
    }

    pub fn upgrade_bounds(&self) -> Bounds {
        let own = &self.upgrade;
        Bounds {
            lost: own.upgrade_lost.into(),
            changed: own.upgrade_changed.into(),
            money: own.upgrade_money.into(),
            grace_days: own.upgrade_grace_days.into(),
            report_days: own.upgrade_report_days.into(),
        }
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        match self.today {
            Some(day) => Arc::new(DatedClock::new(day)),
            None => Arc::new(SystemClock),
        }
    }

    /// Opens database and plugin host. The keys are made on the first run.
    pub async fn open(&self) -> Result<App> {
        let (storage, secret) = self.open_storage().await?;
        let watch = Arc::new(Watch::default());
        let host = PluginHost::new(HostConfig { observer: Some(watch.clone()), ..self.host_config(&secret)? })?;
        Ok(App { storage, host, clock: self.clock(), config: Arc::new(self.clone()), watch, kept: Arc::default() })
    }

    /// The database alone, for commands that call no plugin.
    async fn open_storage(&self) -> Result<(Storage, [u8; 32])> {
        Config::create_private_directory(&self.data)?;
        let text = read_or_create_keys(&self.data.join(KEY_FILE))?;
        let keys = SealKeys::from_hex(&text)?;
        Ok((Storage::open(&self.database_url(), keys).await?, cache_secret(&text)))
    }

    /// Only its owner may look into it.
    pub(crate) fn create_private_directory(path: &Path) -> Result<()> {
        use std::os::unix::fs::DirBuilderExt;
        if path.is_dir() {
            return Ok(());
        }
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| {
            Error::failure(
                format!("无法创建数据目录 {}。请检查上级目录的写权限，或用 --data 指定其他目录", path.display()),
                error,
            )
        })
    }

    /// A plugin host without a database: for running again what a file holds. Its compiled code belongs to nobody else.
    pub(crate) fn host_apart(&self, scratch: &Path) -> Result<PluginHost> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| Error::failure("系统没有提供随机数", error))?;
        Config::create_private_directory(scratch)?;
        PluginHost::new(HostConfig {
            compile_in_process: self.compile_in_process,
            scenario_calendar: Arc::new(WorkCalendar::parse_csv(STATUTORY_DAYS)?),
            ..HostConfig::new(scratch.join("compiled"), secret)
        })
    }

    fn host_config(&self, secret: &[u8; 32]) -> Result<HostConfig> {
        Ok(HostConfig {
            compile_in_process: self.compile_in_process,
            scenario_calendar: Arc::new(WorkCalendar::parse_csv(STATUTORY_DAYS)?),
            ..HostConfig::new(self.data.join("compiled"), *secret)
        })
    }
}

/// The key that authenticates compiled plugins, derived so that it tells nothing about the sealing keys.
fn cache_secret(keys: &str) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::new().chain_update(b"doudi compiled plugins\0").chain_update(keys.trim()).finalize().into()
}

/// The key of a cache of compiled plugins that belongs to no server: an author's, beside what he builds.
pub(crate) fn secret_in(folder: &Path) -> Result<[u8; 32]> {
    Ok(cache_secret(&read_or_create_keys(&folder.join(KEY_FILE))?))
}

/// Reads the key file, or makes one. Two first runs at once: the one that creates the file wins, the other reads it.
fn read_or_create_keys(path: &Path) -> Result<String> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let unusable = |error: std::io::Error| {
        Error::failure(format!("无法使用密钥文件 {}。请检查文件是否存在、是否可读", path.display()), error)
    };
    if !path.exists() {
        // Written in full under another name first: a key file is there whole or not at all.
        let draft = path.with_extension(format!("{}.new", std::process::id()));
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)
            .map_err(unusable)?;
        file.write_all(SealKeys::generate()?.to_hex().as_bytes()).map_err(unusable)?;
        file.sync_all().map_err(unusable)?;
        let linked = std::fs::hard_link(&draft, path);
        std::fs::remove_file(&draft).map_err(unusable)?;
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(unusable(error)),
            _ => {}
        }
    }
    Ok(std::fs::read_to_string(path).map_err(unusable)?.trim().to_owned())
}
