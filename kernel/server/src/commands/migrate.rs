//! `doudi migrate`.

use super::Outcome;
use crate::app::App;
use doudi_domain::Result;

pub(super) async fn run(app: &App) -> Result<Outcome> {
    app.storage.migrate().await?;
    say!("数据库结构已是最新（{}）", app.storage.engine_name());
    Ok(Outcome::Done)
}
