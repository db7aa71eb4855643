//! Commands around a package that need neither server nor database: for its author, and for whoever received it.

use super::{bundle, keygen, pack, registry, sign};
use crate::commands::Outcome;
use doudi_domain::Result;

#[derive(clap::Subcommand)]
pub(in crate::commands) enum PackageCommand {
    /// 把编译好的插件与清单打成一个措施包
    Pack(pack::Pack),
    /// 生成发布方的签名密钥
    Keygen(keygen::Keygen),
    /// 为措施包签名，签名是单独的文件
    Sign(sign::Sign),
    /// 核对措施包或离线安装包的签名
    Verify(sign::Verify),
    /// 把措施包、签名、公钥和样例打成一个离线安装包，供没有网络的县区使用
    Bundle(bundle::Bundle),
    /// 列出或取出离线安装包的内容
    Unbundle(bundle::Unbundle),
    /// 把措施包和签名推送到制品库（OCI）；用户名和密码放在环境变量 DOUDI_REGISTRY_USER、DOUDI_REGISTRY_PASSWORD 中
    Push(registry::Push),
    /// 从制品库（OCI）取措施包和签名，存为文件
    Pull(registry::Pull),
}

impl PackageCommand {
    pub(super) async fn run(&self) -> Result<Outcome> {
        match self {
            PackageCommand::Pack(command) => command.run(),
            PackageCommand::Keygen(command) => command.run(),
            PackageCommand::Sign(command) => command.run(),
            PackageCommand::Verify(command) => command.run(),
            PackageCommand::Bundle(command) => command.run(),
            PackageCommand::Unbundle(command) => command.run(),
            PackageCommand::Push(command) => command.run().await,
            PackageCommand::Pull(command) => command.run().await,
        }
    }
}
