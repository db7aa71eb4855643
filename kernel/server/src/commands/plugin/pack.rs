//! `doudi plugin pack`: a built plugin and its `plugin.toml` become the one file a county installs.

use crate::commands::{Outcome, read_file, write_file};
use doudi_domain::{Error, Problem, Result};
use doudi_pack::Sources;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(in crate::commands) struct Pack {
    /// 插件目录，其中有 plugin.toml
    folder: PathBuf,
    /// 编译出来的模块或组件（.wasm）；默认取 target 目录中 Rust 插件的编译结果
    #[arg(long)]
    built: Option<PathBuf>,
    /// 写到哪个文件；默认是当前目录下的 编号-版本.wasm
    #[arg(long, short)]
    output: Option<PathBuf>,
}

impl Pack {
    pub(super) fn run(&self) -> Result<Outcome> {
        let wrong = |error: anyhow::Error| Error::Refused {
            message: format!("{} 不能打包", self.folder.display()),
            problems: vec![Problem::new("插件", "package.pack", format!("{error:#}"))],
        };
        let sources = Sources::of(&self.folder).map_err(wrong)?;
        let manifest = sources.read().map_err(wrong)?;
        let built = match &self.built {
            Some(built) => built.clone(),
            None => self.built_core()?,
        };
        let package = doudi_pack::pack_sources(&read_file(&built)?, &sources).map_err(wrong)?;
        let output = match &self.output {
            Some(output) => output.clone(),
            None => PathBuf::from(format!("{}-{}.wasm", manifest.id, manifest.version)),
        };
        write_file(&output, &package)?;
        say!("已打包 {} {} {}：{}", manifest.name.zh, manifest.id, manifest.version, output.display());
        say!("摘要：{}（{} 字节）", doudi_pack::digest(&package), package.len());
        Ok(Outcome::Done)
    }

    /// The core module cargo left in the nearest `target` folder.
    fn built_core(&self) -> Result<PathBuf> {
        let folder = std::path::absolute(&self.folder).unwrap_or_else(|_| self.folder.clone());
        let found = folder.ancestors().map(|parent| parent.join("target")).filter(|target| target.is_dir()).find_map(
            |target: PathBuf| doudi_pack::built_core(&folder, &target).ok().filter(|core| Path::is_file(core)),
        );
        found.ok_or_else(|| {
            Error::refused(format!(
                "{} 还没有编译结果。请先编译插件，或用 --built 写明编译出来的 .wasm 文件",
                self.folder.display()
            ))
        })
    }
}
