//! `doudi backup` and `doudi restore`: a copy of a running SQLite database, and a data directory from a copy.

use super::{Outcome, print_json};
use crate::app::{App, backup};
use doudi_domain::Result;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Backup {
    /// 备份写到哪个文件；已有的文件不会被覆盖
    file: PathBuf,
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct Restore {
    /// 备份文件
    file: PathBuf,
    /// 恢复到哪个数据目录；已有数据库的目录不会被覆盖
    #[arg(long)]
    into: PathBuf,
    /// 另外保管的密钥文件；不填则使用该目录里的 keys
    #[arg(long)]
    keys: Option<PathBuf>,
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let copy = backup::backup(app, &self.file).await?;
        if self.json {
            print_json(&serde_json::json!({ "file": self.file, "bytes": copy.bytes, "sha256": copy.digest }));
        } else {
            say!("已备份到 {}，{} 字节", self.file.display(), copy.bytes);
            say!("校验值（SHA-256）：{}", copy.digest);
            say!("密钥文件不在备份里，请另外保管");
        }
        Ok(Outcome::Done)
    }
}

impl Restore {
    pub(super) async fn run(&self) -> Result<Outcome> {
        let restored = backup::restore(&self.file, &self.into, self.keys.as_deref()).await?;
        if self.json {
            print_json(&serde_json::json!({
                "database": restored.database, "bytes": restored.copy.bytes, "sha256": restored.copy.digest,
                "counties": restored.counties, "audit_entries": restored.audit_entries, "migrate": restored.older,
            }));
        } else {
            say!("已恢复到 {}", restored.database.display());
            say!(
                "校验值（SHA-256）：{}；{} 个县区，审计日志 {} 条，全部完整",
                restored.copy.digest,
                restored.counties,
                restored.audit_entries
            );
            if restored.older {
                say!("备份来自较早的版本，请先运行 doudi migrate");
            }
            say!("请再运行 doudi decision replay --all 核对全部决定，然后换用这个目录");
        }
        Ok(Outcome::Done)
    }
}
