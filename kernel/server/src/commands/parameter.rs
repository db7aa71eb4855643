//! `doudi parameter …`.

use super::{Outcome, date, operator, print_json, read_text};
use crate::app::App;
use crate::app::parameter::{self, ParameterDraft};
use doudi_domain::{Date, Result};
use std::path::PathBuf;

#[derive(clap::Subcommand)]
pub(super) enum ParameterCommand {
    /// 设置一个参数自某日起的值
    Set {
        /// 参数代码：插件编号.参数名
        code: String,
        /// 值，按参数的单位填写：710.00、150%、6、2025-12-31、是
        value: String,
        #[arg(long)]
        county: String,
        #[arg(long, value_parser = date)]
        from: Date,
        /// 依据文件的名称和文号
        #[arg(long)]
        source: String,
        /// 已经与文件原文核实
        #[arg(long)]
        verified: bool,
    },
    /// 列出县区的参数
    List {
        #[arg(long)]
        county: String,
        #[arg(long)]
        json: bool,
    },
    /// 测算：参数改为别的值，要多支出或少支出多少，哪些家庭受影响
    WhatIf(super::shadow::WhatIf),
    /// 导入参数文件（TOML）；未写明 verified = true 的一律标为未核实
    Import {
        file: PathBuf,
        /// 县区：6 位代码或名称；可重复
        #[arg(long, required = true)]
        county: Vec<String>,
    },
    /// 录入一项措施的示例值：县区还没有值的参数，一律标为未核实
    Examples {
        /// 插件编号
        plugin: String,
        /// 县区：6 位代码或名称；可重复
        #[arg(long, required = true)]
        county: Vec<String>,
        #[arg(long, value_parser = date)]
        from: Date,
    },
}

impl ParameterCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            ParameterCommand::Set { code, value, county, from, source, verified } => {
                let actor = operator(app, &county).await?;
                let draft = ParameterDraft { code: code.clone(), value: value.clone(), from, source, verified };
                parameter::set(app, &actor, draft).await?;
                let mark = if verified { "" } else { "（未核实）" };
                say!("{county} 自 {from} 起 {code} = {value}{mark}");
            }
            ParameterCommand::Examples { plugin, county, from } => {
                for county in county {
                    let count = parameter::examples(app, &operator(app, &county).await?, &plugin, from).await?;
                    say!("{county} 录入 {plugin} 的示例值 {count} 项，均为未核实");
                }
            }
            ParameterCommand::WhatIf(command) => return command.run(app).await,
            ParameterCommand::List { county, json } => list(app, &county, json).await?,
            ParameterCommand::Import { file, county } => {
                let text = read_text(&file)?;
                for county in county {
                    let count = parameter::import(app, &operator(app, &county).await?, &text).await?;
                    say!("{county} 新增或更正参数 {count} 项");
                }
            }
        }
        Ok(Outcome::Done)
    }
}

async fn list(app: &App, county: &str, json: bool) -> Result<()> {
    let groups = parameter::list(app, &operator(app, county).await?).await?;
    if json {
        let groups: Vec<_> = groups
            .iter()
            .map(|group| {
                let values: Vec<_> = group
                    .values
                    .iter()
                    .map(|row| {
                        serde_json::json!({
                            "id": row.parameter.id.to_string(), "value": row.parameter.value, "shown": row.shown,
                            "from": row.parameter.from, "source": row.parameter.source,
                            "verified": row.parameter.verified, "in_force": row.in_force,
                            "replaced": row.parameter.replaced_by.is_some(),
                        })
                    })
                    .collect();
                serde_json::json!({
                    "code": group.code, "label": group.entry.label.zh, "missing": group.missing, "values": values,
                })
            })
            .collect();
        print_json(&groups.into());
        return Ok(());
    }
    for group in &groups {
        say!("{}  {}{}", group.code, group.entry.label.zh, if group.missing { "  缺少当前值" } else { "" });
        for row in group.values.iter().filter(|row| row.parameter.replaced_by.is_none()) {
            say!(
                "  {} 起  {}  {}{}{}",
                row.parameter.from,
                row.shown,
                row.parameter.source,
                if row.parameter.verified { "" } else { "  未核实" },
                if row.in_force { "  现行" } else { "" }
            );
        }
    }
    Ok(())
}
