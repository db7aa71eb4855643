//! `doudi plugin push` and `pull`: packages in an OCI registry, and how the registry is reached.

use super::package_file::{PackageFile, signature_texts};
use crate::commands::{Outcome, read_file, write_file};
use doudi_domain::{Error, Result};
use doudi_registry::{Access, Address, Pulled, Registry, RegistryError};
use std::path::PathBuf;

/// Where programs put the login.
const USER: &str = "DOUDI_REGISTRY_USER";
const PASSWORD: &str = "DOUDI_REGISTRY_PASSWORD";

#[derive(clap::Args)]
pub(in crate::commands) struct RegistryAccess {
    /// 内网制品库自己的根证书（PEM 文件）
    #[arg(long)]
    registry_ca: Option<PathBuf>,
    /// 用不加密的 HTTP 访问不在本机的制品库；只在可信内网使用
    #[arg(long)]
    plain_http: bool,
}

impl RegistryAccess {
    fn connect(&self, address: &Address) -> Result<Registry> {
        let login = match (std::env::var(USER), std::env::var(PASSWORD)) {
            (Ok(user), Ok(password)) => Some((user, password)),
            _ => None,
        };
        let authority = self.registry_ca.as_deref().map(read_file).transpose()?;
        Registry::connect(address, &Access { login, authority, plain: self.plain_http }).map_err(failed)
    }

    /// Fetches what an address names.
    pub(super) async fn pull(&self, address: &str) -> Result<Pulled> {
        let address = Address::parse(address).map_err(failed)?;
        self.connect(&address)?.pull().await.map_err(failed)
    }
}

/// What the network did is a failure; all else can be mended by whoever reads it.
fn failed(error: RegistryError) -> Error {
    match &error {
        RegistryError::Unreachable { inside, .. } => Error::failure(error.to_string(), inside),
        _ => Error::refused(error.to_string()),
    }
}

#[derive(clap::Args)]
pub(in crate::commands) struct Push {
    /// 措施包文件；旁边的 .minisig 签名一并推送
    file: PathBuf,
    /// 推送到哪里：oci://主机[:端口]/仓库[:标签]；不写标签则用版本号
    address: String,
    /// 签名文件；默认取措施包旁边的 .minisig 文件；可重复
    #[arg(long)]
    signature: Vec<PathBuf>,
    #[command(flatten)]
    access: RegistryAccess,
}

impl Push {
    pub(super) async fn run(&self) -> Result<Outcome> {
        let address = Address::parse(&self.address).map_err(failed)?;
        let parcel = PackageFile::read(&self.file)?.parcel(&self.file, &self.signature)?;
        let signatures: Vec<String> = parcel.signatures.iter().map(|signature| signature.text().to_owned()).collect();
        let registry = self.access.connect(&address)?;
        let pushed = registry.push(&parcel.plugin, &parcel.version, &parcel.package, &signatures).await;
        let pushed = pushed.map_err(failed)?;
        say!("已推送 {} {}，签名 {} 个", parcel.plugin, parcel.version, pushed.signatures);
        say!("{}", pushed.address);
        Ok(Outcome::Done)
    }
}

#[derive(clap::Args)]
pub(in crate::commands) struct Pull {
    /// 从哪里取：oci://主机[:端口]/仓库:标签，或 oci://主机[:端口]/仓库@sha256:摘要
    address: String,
    /// 写到哪个文件；签名写在旁边。默认是当前目录下的 编号-版本.wasm
    #[arg(long, short)]
    output: Option<PathBuf>,
    #[command(flatten)]
    access: RegistryAccess,
}

impl Pull {
    pub(super) async fn run(&self) -> Result<Outcome> {
        let pulled = self.access.pull(&self.address).await?;
        let package = PackageFile::of(pulled.package, &self.address)?;
        let output = match &self.output {
            Some(output) => output.clone(),
            None => PathBuf::from(format!("{}-{}.wasm", package.subject.plugin, package.subject.version)),
        };
        write_file(&output, &package.bytes)?;
        for (number, text) in (1..).zip(&pulled.signatures) {
            write_file(&PathBuf::from(format!("{}.{number}.minisig", output.display())), text.as_bytes())?;
        }
        say!("已取出 {}，签名 {} 个（未核对）：{}", pulled.address, pulled.signatures.len(), output.display());
        say!("摘要：{}", package.subject.digest);
        // What lies beside it now is what `sign`, `verify` and `install` will find.
        signature_texts(&output, &[])?;
        Ok(Outcome::Done)
    }
}
