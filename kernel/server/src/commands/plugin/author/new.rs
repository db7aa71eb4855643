//! `doudi plugin new`.

use crate::commands::Outcome;
use doudi_domain::{Error, Problem, Result};
use doudi_pack::Language;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(in crate::commands) struct New {
    /// 插件编号：小写字母、数字和连字符，如 heating-subsidy
    id: String,
    /// 语言：rust、js 或 python
    #[arg(long, value_parser = language)]
    language: Language,
    /// 插件的中文名称
    #[arg(long)]
    name: Option<String>,
    /// 建在哪个目录下
    #[arg(long, default_value = ".")]
    into: PathBuf,
}

fn language(text: &str) -> std::result::Result<Language, String> {
    Language::parse(text).ok_or_else(|| format!("没有语言“{text}”，可填：rust、js、python"))
}

impl New {
    pub(super) fn run(&self) -> Result<Outcome> {
        let started =
            doudi_pack::start(self.language, &self.id, self.name.as_deref(), &self.into).map_err(|error| {
                Error::Refused {
                    message: format!("不能新建插件“{}”", self.id),
                    problems: vec![Problem::new("", "plugin.new", format!("{error:#}"))],
                }
            })?;
        say!("已新建 {} 插件：{}", self.language, started.folder.display());
        for file in &started.files {
            say!("  {file}");
        }
        for missing in &started.missing {
            say!("编译前还需安装：{missing}");
        }
        say!("接下来：");
        say!("  cd {}", started.folder.display());
        for command in [started.native_test, "doudi plugin build", "doudi plugin check", "doudi plugin test"] {
            say!("  {command}");
        }
        Ok(Outcome::Done)
    }
}
