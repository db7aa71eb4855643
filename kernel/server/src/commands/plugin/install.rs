//! `doudi plugin install`: a package, a bundle or an address in a registry is checked and stored for the whole city.

use super::package_file::signature_texts;
use super::registry::RegistryAccess;
use crate::app::App;
use crate::app::delivery::{self, Received};
use crate::app::trust::SignatureView;
use crate::commands::{city_operator, read_file, read_text};
use doudi_delivery::is_bundle;
use doudi_domain::Result;
use doudi_domain::trust::Standing;
use doudi_registry::Address;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(in crate::commands) struct Install {
    /// 措施包文件、离线安装包（.doudi），或制品库地址 oci://主机[:端口]/仓库:标签 或 @sha256:摘要
    package: String,
    /// 签名文件；默认取措施包旁边的 .minisig 文件；可重复
    #[arg(long)]
    signature: Vec<PathBuf>,
    #[command(flatten)]
    access: RegistryAccess,
}

impl Install {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let operator = city_operator(app).await?;
        let received = if Address::is_meant(&self.package) {
            let pulled = self.access.pull(&self.package).await?;
            say!("已取得 {}", pulled.address);
            let mut signatures = pulled.signatures;
            for path in &self.signature {
                signatures.push(read_text(path)?);
            }
            delivery::receive(app, &operator, pulled.package, signatures).await?
        } else {
            let path = Path::new(&self.package);
            let content = read_file(path)?;
            // A bundle brings its own; a package may have some beside it.
            let signatures = match is_bundle(&content) && self.signature.is_empty() {
                true => Vec::new(),
                false => signature_texts(path, &self.signature)?.into_iter().map(|(_, text)| text).collect(),
            };
            delivery::receive(app, &operator, content, signatures).await?
        };
        report(&received);
        Ok(())
    }
}

fn report(received: &Received) {
    for installed in &received.packages {
        say!("已安装 {} {} {}", installed.name.zh, installed.plugin, installed.version);
        say!("摘要：{}（{} 字节）", installed.digest, installed.size);
        say!("签名：{}", signers(&installed.signatures));
    }
    for (name, key) in &received.offered_keys {
        say!("随包公钥 {name}（编号 {}）全市没有登记，现在不算数。", key.id());
        say!("  请向发布方当面或电话核对编号，再登记：doudi trust key add 名称 公钥文件 --publisher 发布方");
    }
    if !received.samples.is_empty() {
        say!("随包样例：{}。用 doudi plugin unbundle 取出", received.samples.join("、"));
    }
}

/// `某公司（有效）、公钥 A1B2…（公钥未登记）`, or 未签名.
pub(super) fn signers(signatures: &[SignatureView]) -> String {
    if signatures.is_empty() {
        return "未签名".to_owned();
    }
    let words: Vec<String> = signatures
        .iter()
        .map(|signature| match (&signature.key, signature.standing) {
            (Some((name, _)), Standing::Valid) => name.clone(),
            (Some((name, _)), standing) => format!("{name}（{}）", standing.zh()),
            (None, standing) => format!("公钥 {}（{}）", signature.key_id, standing.zh()),
        })
        .collect();
    words.join("、")
}
