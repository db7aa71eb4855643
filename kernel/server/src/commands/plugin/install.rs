//! `doudi plugin install`: a package is checked and stored for the whole city.

use crate::app::App;
use crate::app::plugin;
use crate::commands::{city_operator, read_file};
use doudi_domain::Result;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(in crate::commands) struct Install {
    file: PathBuf,
}

impl Install {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let installed = plugin::install(app, &city_operator(app).await?, read_file(&self.file)?).await?;
        say!("已安装 {} {} {}", installed.name.zh, installed.plugin, installed.version);
        say!("摘要：{}（{} 字节）", installed.digest, installed.size);
        Ok(())
    }
}
