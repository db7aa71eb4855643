//! `doudi calendar import FILE`.

use super::{Outcome, city_operator, read_text};
use crate::app::{App, calendar_days};
use doudi_domain::Result;
use std::path::PathBuf;

#[derive(clap::Subcommand)]
pub(super) enum CalendarCommand {
    /// 导入法定节假日和调休（CSV：date,kind,occasion）
    Import { file: PathBuf },
}

impl CalendarCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let CalendarCommand::Import { file } = self;
        let changed = calendar_days::import(app, &city_operator(app).await?, &read_text(&file)?).await?;
        say!("已导入法定节假日，新增或更新 {changed} 天");
        Ok(Outcome::Done)
    }
}
