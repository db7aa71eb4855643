//! `doudi plugin …`: a file for each group of commands. Those of an author, and of whoever only looks at a package, need no
//! server and open no database: [`PluginCommand::run_without_server`] answers them before anything is opened.

use super::Outcome;
use crate::app::App;
use doudi_domain::Result;

mod author;
mod bundle;
mod enable;
mod guard;
mod install;
mod key_password;
mod keygen;
mod list;
mod pack;
mod package;
mod package_file;
mod registry;
mod sign;

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
    /// 升级到另一个版本：核对变化、权限、设置、试运行、验收用例，都通过才切换
    Upgrade(super::upgrade::UpgradeCommand),
    /// 列出县区的升级
    Upgrades(super::upgrade::Upgrades),
    /// 回到升级前的版本
    Rollback(super::upgrade::Rollback),
    /// 取消准备中的升级，或计划中的启用、停用
    Cancel(super::upgrade::Cancel),
    /// 停用插件；已有办件和决定保留
    Disable(enable::Disable),
    /// 列出插件包；给出县区时一并列出启用情况
    List(list::List),
    /// 一个县区的措施申请读取、获准读取和实际读取的字段
    Fields(guard::Fields),
    /// 运行限额
    Limits(guard::Limits),
    /// 影子运行：在真实家庭上比较一个已安装的版本与启用的版本，不改动任何家庭和办件
    Shadow(super::shadow::Shadow),
    /// 比较两个时点：家庭情况、参数和版本各引起多少差额
    Compare(super::shadow::Compare),
    /// 查看一个插件包申请的权限
    Show(list::Show),
    #[command(flatten)]
    Package(package::PackageCommand),
}

impl PluginCommand {
    /// Does a command that needs neither server nor database; `None` for the others.
    pub(super) async fn run_without_server(&self) -> Option<Result<Outcome>> {
        Some(match self {
            PluginCommand::Author(command) => command.run().await,
            PluginCommand::Package(command) => command.run().await,
            _ => return None,
        })
    }

    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            PluginCommand::Dev(command) => command.run(app).await?,
            PluginCommand::Install(command) => command.run(app).await?,
            PluginCommand::Enable(command) => command.run(app).await?,
            PluginCommand::Upgrade(command) => return command.run(app).await,
            PluginCommand::Upgrades(command) => return command.run(app).await,
            PluginCommand::Rollback(command) => return command.run(app).await,
            PluginCommand::Cancel(command) => return command.run(app).await,
            PluginCommand::Fields(command) => command.run(app).await?,
            PluginCommand::Limits(command) => command.run(app).await?,
            PluginCommand::Shadow(command) => return command.run(app).await,
            PluginCommand::Compare(command) => return command.run(app).await,
            PluginCommand::Disable(command) => command.run(app).await?,
            PluginCommand::List(command) => command.run(app).await?,
            PluginCommand::Show(command) => command.run(app).await?,
            // Answered above, without a database.
            PluginCommand::Author(_) | PluginCommand::Package(_) => {}
        }
        Ok(Outcome::Done)
    }
}
