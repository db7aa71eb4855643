//! `doudi plugin sign` and `verify`: signatures beside a package.

use super::key_password::KeyPassword;
use super::package_file::{ENDING, PackageFile};
use crate::commands::{Outcome, read_file, read_text, write_file};
use doudi_delivery::{Bundle, Parcel, PublicKey, is_bundle, sign};
use doudi_domain::{Error, Result};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(in crate::commands) struct Sign {
    /// 措施包文件
    file: PathBuf,
    /// 私钥文件
    #[arg(long)]
    key: PathBuf,
    #[command(flatten)]
    password: KeyPassword,
    /// 签名写到哪个文件；默认在措施包旁边，扩展名 .minisig
    #[arg(long, short)]
    output: Option<PathBuf>,
}

impl Sign {
    pub(super) fn run(&self) -> Result<Outcome> {
        let package = PackageFile::read(&self.file)?;
        let key = self.password.open(&self.key)?;
        let signature = sign(&key, &package.bytes, &package.subject)
            .map_err(|error| Error::refused(format!("没有签名：{error}")))?;
        let output = match &self.output {
            Some(output) => output.clone(),
            None => PathBuf::from(format!("{}{ENDING}", self.file.display())),
        };
        write_file(&output, signature.text().as_bytes())?;
        let subject = &package.subject;
        say!("已签名 {} {} {}：{}", package.manifest.name.zh, subject.plugin, subject.version, output.display());
        say!("摘要：{}", subject.digest);
        say!("公钥编号：{}", signature.key_id());
        Ok(Outcome::Done)
    }
}

#[derive(clap::Args)]
pub(in crate::commands) struct Verify {
    /// 措施包或离线安装包
    file: PathBuf,
    /// 发布方的公钥文件；可重复
    #[arg(long)]
    key: Vec<PathBuf>,
    /// 签名文件；默认取措施包旁边的 .minisig 文件；可重复
    #[arg(long)]
    signature: Vec<PathBuf>,
}

impl Verify {
    /// Done when every package has a good signature by one of the keys, and no signature is bad.
    pub(super) fn run(&self) -> Result<Outcome> {
        let keys = self.key.iter().map(|path| read_key(path)).collect::<Result<Vec<_>>>()?;
        let bytes = read_file(&self.file)?;
        let parcels = if is_bundle(&bytes) {
            Bundle::read(&bytes).map_err(|error| Error::invalid("", "bundle", error.to_string()))?.parcels
        } else {
            vec![PackageFile::of(bytes, &self.file.display().to_string())?.parcel(&self.file, &self.signature)?]
        };
        let mut good = true;
        for parcel in &parcels {
            good &= verify(parcel, &keys);
        }
        if keys.is_empty() {
            say!("没有给出公钥，只核对了签名的格式和内容。用 --key 写明发布方的公钥，才能证明是谁签的");
        }
        Ok(if good { Outcome::Done } else { Outcome::Wanting })
    }
}

/// Prints a line for each signature.
fn verify(parcel: &Parcel, keys: &[PublicKey]) -> bool {
    let subject = parcel.subject();
    say!("{} {}  摘要 {}", subject.plugin, subject.version, subject.digest);
    let (mut proven, mut bad) = (false, false);
    for signature in &parcel.signatures {
        let id = signature.key_id();
        match keys.iter().find(|key| key.id() == id) {
            None => say!("  公钥 {id}：未核对，没有给出这个公钥"),
            Some(key) => match signature.check(key, &parcel.package) {
                Ok(()) => {
                    proven = true;
                    say!("  公钥 {id}：有效");
                }
                Err(error) => {
                    bad = true;
                    say!("  公钥 {id}：{error}");
                }
            },
        }
    }
    if parcel.signatures.is_empty() {
        say!("  没有签名");
    }
    proven && !bad
}

pub(super) fn read_key(path: &std::path::Path) -> Result<PublicKey> {
    PublicKey::parse(&read_text(path)?)
        .map_err(|error| Error::invalid(path.display().to_string(), "signature.key", error.to_string()))
}
