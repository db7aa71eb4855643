//! `doudi plugin …`: a file for each group of commands. Those of an author, and of whoever only looks at a package, need no
//! server and open no database: [`PluginCommand::run_without_server`] answers them before anything is opened.

use super::Outcome;
use crate::app::App;
use doudi_domain::Result;

mod author;
mod enable;
mod install;
mod list;
mod pack;

#[derive(clap::Subcommand)]
pub(super) enum PluginCommand {
    #[command(flatten)]
    Author(author::AuthorCommand),
    /// 监视插件目录，保存后重新编译并换到运行中的内核
    Dev(author::Dev),
    /// 检查并安装一个插件包；全市共用，安装后仍须逐县启用
    Install(install::Install),
    /// 为县区启用插件
    Enable(enable::Enable),
    /// 停用插件；已有办件和决定保留
    Disable(enable::Disable),
    /// 列出插件包；给出县区时一并列出启用情况
    List(list::List),
    /// 查看一个插件包申请的权限
    Show(list::Show),
    /// 把编译好的插件与清单打成一个插件包；不需要服务器
    Pack(pack::Pack),
}

impl PluginCommand {
    /// Does a command that needs neither server nor database; `None` for the others.
    pub(super) async fn run_without_server(&self) -> Option<Result<Outcome>> {
        Some(match self {
            PluginCommand::Author(command) => command.run().await,
            PluginCommand::Pack(command) => command.run(),
            _ => return None,
        })
    }

    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            PluginCommand::Dev(command) => command.run(app).await?,
            PluginCommand::Install(command) => command.run(app).await?,
            PluginCommand::Enable(command) => command.run(app).await?,
            PluginCommand::Disable(command) => command.run(app).await?,
            PluginCommand::List(command) => command.run(app).await?,
            PluginCommand::Show(command) => command.run(app).await?,
            // Answered above, without a database.
            PluginCommand::Author(_) | PluginCommand::Pack(_) => {}
        }
        Ok(Outcome::Done)
    }
}
