//! `doudi plugin bundle` and `unbundle`: one file for a county without a network.

use super::package_file::PackageFile;
use super::sign::read_key;
use crate::commands::{Outcome, read_file, write_file};
use doudi_delivery::{Bundle as Content, Sample};
use doudi_domain::{Error, Result};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(in crate::commands) struct Bundle {
    /// 措施包文件；旁边的 .minisig 签名一并收入；可以写几个
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// 写到哪个文件，例如 2026-11.doudi
    #[arg(long, short)]
    output: PathBuf,
    /// 随附的公钥文件；只供对方核对，不会因此被信任；可重复
    #[arg(long)]
    key: Vec<PathBuf>,
    /// 随附的参数样例、说明；可重复
    #[arg(long)]
    sample: Vec<PathBuf>,
}

impl Bundle {
    pub(super) fn run(&self) -> Result<Outcome> {
        let mut content = Content::default();
        for file in &self.files {
            content.parcels.push(PackageFile::read(file)?.parcel(file, &[])?);
        }
        for path in &self.key {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            content.keys.push((name, read_key(path)?));
        }
        for path in &self.sample {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            content.samples.push(Sample { name, content: read_file(path)? });
        }
        let written = content.write().map_err(|error| Error::invalid("", "bundle", error.to_string()))?;
        write_file(&self.output, &written)?;
        say!("已生成离线安装包：{}（{} 字节）", self.output.display(), written.len());
        list(&content);
        Ok(Outcome::Done)
    }
}

#[derive(clap::Args)]
pub(in crate::commands) struct Unbundle {
    /// 离线安装包
    file: PathBuf,
    /// 取出到哪个目录；不写则只列出内容
    #[arg(long)]
    into: Option<PathBuf>,
}

impl Unbundle {
    pub(super) fn run(&self) -> Result<Outcome> {
        let content = Content::read(&read_file(&self.file)?)
            .map_err(|error| Error::invalid(self.file.display().to_string(), "bundle", error.to_string()))?;
        list(&content);
        let Some(folder) = &self.into else { return Ok(Outcome::Done) };
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::failure(format!("不能建立目录 {}", folder.display()), error))?;
        let mut files: Vec<(String, &[u8])> = Vec::new();
        let mut texts: Vec<(String, String)> = Vec::new();
        for parcel in &content.parcels {
            let name = format!("{}-{}.wasm", parcel.plugin, parcel.version);
            for (number, signature) in (1..).zip(&parcel.signatures) {
                texts.push((format!("{name}.{number}.minisig"), signature.text().to_owned()));
            }
            files.push((name, &parcel.package));
        }
        texts.extend(content.keys.iter().map(|(name, key)| (format!("{name}.pub"), key.file())));
        files.extend(texts.iter().map(|(name, text)| (name.clone(), text.as_bytes())));
        files.extend(content.samples.iter().map(|sample| (sample.name.clone(), sample.content.as_slice())));
        for (name, bytes) in files {
            write_new(&folder.join(name), bytes)?;
        }
        say!("已取出到 {}", folder.display());
        Ok(Outcome::Done)
    }
}

/// Nothing that is there already is written over.
fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    if path.exists() {
        return Err(Error::refused(format!("{} 已经存在，没有覆盖。请换一个空目录", path.display())));
    }
    write_file(path, bytes)
}

fn list(content: &Content) {
    for parcel in &content.parcels {
        let subject = parcel.subject();
        say!("  {} {}  摘要 {}", subject.plugin, subject.version, subject.digest);
        for signature in &parcel.signatures {
            say!("    签名：公钥编号 {}", signature.key_id());
        }
    }
    for (name, key) in &content.keys {
        say!("  公钥 {name}：编号 {}", key.id());
    }
    for sample in &content.samples {
        say!("  样例 {}（{} 字节）", sample.name, sample.content.len());
    }
}
