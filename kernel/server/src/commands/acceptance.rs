//! `doudi acceptance …`: the county's acceptance cases.

use super::{Outcome, date, operator, print_json, read_text};
use crate::app::App;
use crate::app::acceptance::{self, AcceptanceRun, CaseView, HouseholdCase};
use doudi_domain::{AcceptanceId, Actor, Date, Error, Fen, Result};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Subcommand)]
pub(super) enum AcceptanceCommand {
    /// 列出县区的验收用例
    List {
        #[arg(long)]
        county: String,
        /// 只列一个插件的
        #[arg(long, default_value = "")]
        plugin: String,
        /// 也列已停用的
        #[arg(long)]
        all: bool,
        #[arg(long)]
        json: bool,
    },
    /// 登记用例：来自用例文件，或来自一户真实家庭（不含姓名、号码和住址）
    Add {
        #[arg(long)]
        county: String,
        /// 插件编号
        #[arg(long)]
        plugin: String,
        /// 用例文件（TOML 或 JSON），写法与插件自带的验证用例相同
        #[arg(required_unless_present = "household", conflicts_with = "household")]
        file: Option<PathBuf>,
        /// 户编号
        #[arg(long)]
        household: Option<String>,
        /// 用例的名称
        #[arg(long, requires = "household")]
        name: Option<String>,
        /// 按哪一天的家庭情况；默认今天
        #[arg(long, value_parser = date)]
        on: Option<Date>,
        /// 期望的结论代码；默认是现在的结论
        #[arg(long, requires = "amount")]
        outcome: Option<String>,
        /// 期望的每月金额（元）
        #[arg(long, requires = "outcome")]
        amount: Option<String>,
        /// 为什么保存
        #[arg(long, default_value = "")]
        note: String,
    },
    /// 用县区的全部用例验证一个版本；有不通过的，退出码为 1
    Run {
        #[arg(long)]
        county: String,
        /// 插件编号，或 插件编号@版本号；不写版本则验证正在使用的
        plugin: String,
        #[arg(long)]
        json: bool,
    },
    /// 停用一个用例
    Withdraw {
        id: i64,
        #[arg(long)]
        county: String,
        #[arg(long)]
        reason: String,
    },
}

impl AcceptanceCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            AcceptanceCommand::List { county, plugin, all, json } => {
                let cases = acceptance::list(app, &operator(app, &county).await?, &plugin, all).await?;
                list(&cases, json);
            }
            AcceptanceCommand::Add { county, plugin, file, household, name, on, outcome, amount, note } => {
                let actor = operator(app, &county).await?;
                match (file, household) {
                    (Some(file), _) => {
                        let saved = acceptance::save_file(app, &actor, &plugin, &read_text(&file)?).await?;
                        say!("已登记 {} 个用例", saved.len());
                    }
                    (None, Some(number)) => {
                        let expected = match outcome.zip(amount) {
                            Some((outcome, amount)) => Some((outcome, fen(&amount)?)),
                            None => None,
                        };
                        let case = HouseholdCase {
                            plugin,
                            household: acceptance::household_by_number(app, &actor, &number).await?,
                            on: on.unwrap_or_else(|| app.today()),
                            name: name.unwrap_or_else(|| format!("{} 的一户", on.unwrap_or_else(|| app.today()))),
                            expected,
                            note,
                        };
                        let id = acceptance::save_household(app, &actor, case).await?;
                        say!("已登记用例 {id}；其中没有姓名、号码和住址");
                    }
                    (None, None) => return Err(Error::invalid("文件", "acceptance.file", "请给出用例文件或户编号")),
                }
            }
            AcceptanceCommand::Run { county, plugin, json } => {
                let actor = operator(app, &county).await?;
                let (plugin, digest) = named(app, &actor, &plugin).await?;
                let run = acceptance::run(app, &actor, &plugin, digest.as_deref()).await?;
                tell(&run, json);
                return Ok(if run.all_passed() { Outcome::Done } else { Outcome::Wanting });
            }
            AcceptanceCommand::Withdraw { id, county, reason } => {
                acceptance::withdraw(app, &operator(app, &county).await?, AcceptanceId(id), &reason).await?;
                say!("用例 {id} 已停用");
            }
        }
        Ok(Outcome::Done)
    }
}

/// A plugin, and the digest of a version when one is named.
async fn named(app: &App, actor: &Actor, text: &str) -> Result<(String, Option<String>)> {
    let Some((plugin, version)) = text.split_once('@') else { return Ok((text.to_owned(), None)) };
    let packages = crate::app::plugin::packages(app, actor).await?;
    let found = packages.iter().find(|view| view.release.plugin == plugin && view.release.version == version);
    match found {
        Some(view) => Ok((plugin.to_owned(), Some(view.release.digest.clone()))),
        None => Err(Error::refused(format!("没有安装 {plugin} 的 {version} 版"))),
    }
}

fn fen(text: &str) -> Result<Fen> {
    Fen::parse(text)
        .ok_or_else(|| Error::invalid("--amount", "acceptance.amount", format!("“{text}”不是金额，应如 630.00")))
}

fn list(cases: &[CaseView], json: bool) {
    if json {
        let rows: Vec<_> = cases
            .iter()
            .map(|view| {
                json!({
                    "id": view.case.id.to_string(), "plugin": view.case.plugin, "name": view.case.name,
                    "date": view.case.date, "source": view.case.source.code(), "outcome": view.expected.outcome,
                    "amount_fen": view.expected.amount.0, "withdrawn": view.case.withdrawn_at.is_some(),
                })
            })
            .collect();
        print_json(&rows.into());
        return;
    }
    for view in cases {
        let state = if view.case.withdrawn_at.is_some() { "  已停用" } else { "" };
        let (case, expected) = (&view.case, &view.expected);
        let amount = expected.amount;
        say!(
            "{}  {}  {}  {}  {}，每月 {amount} 元{state}",
            case.id,
            case.plugin,
            case.date,
            case.name,
            expected.outcome_zh
        );
    }
    say!("共 {} 个用例", cases.len());
}

fn tell(run: &AcceptanceRun, json: bool) {
    if json {
        let rows: Vec<_> = run
            .results
            .iter()
            .map(|result| {
                json!({
                    "id": result.view.case.id.to_string(), "name": result.view.case.name, "passed": result.passed(),
                    "faults": result.faults,
                })
            })
            .collect();
        print_json(&json!({
            "plugin": run.plugin.id, "version": run.plugin.version, "digest": run.plugin.digest, "cases": rows,
            "passed": run.passed(),
        }));
        return;
    }
    for result in &run.results {
        let mark = if result.passed() { "通过" } else { "不通过" };
        say!("[{mark}] {}", result.view.case.name);
        for fault in &result.faults {
            say!("    {fault}");
        }
    }
    say!("{} {}：{} 个用例，通过 {} 个", run.plugin.name.zh, run.plugin.version, run.results.len(), run.passed());
}
