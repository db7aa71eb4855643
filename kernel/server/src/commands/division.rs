//! `doudi division import FILE`.

use super::{Outcome, read_file};
use crate::app::{App, division};
use doudi_domain::{Actor, Result};
use std::path::PathBuf;

#[derive(clap::Subcommand)]
pub(super) enum DivisionCommand {
    /// 导入区划表（CSV：code,name,level,parent），已有的代码更新名称
    Import { file: PathBuf },
}

impl DivisionCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let DivisionCommand::Import { file } = self;
        let csv = read_file(&file)?;
        let actor = Actor::System { division: division::city_of(&csv)? };
        let changed = division::import(app, &actor, &csv).await?;
        say!("已导入区划，新增或更新 {changed} 个");
        Ok(Outcome::Done)
    }
}
