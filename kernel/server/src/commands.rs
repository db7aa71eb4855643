//! The command line: a file for each noun. Output is Chinese for people, JSON with `--json`; errors go to standard error with
//! what to do. Exit codes: 0 done, 1 refused or found wanting, 2 wrong usage, 3 the world failed (disk, database).

/// Prints a line. Whoever has stopped reading (`| head`) has seen enough: that is an end, not a fault.
macro_rules! say {
    ($($word:tt)*) => {{
        use std::io::Write;
        if writeln!(std::io::stdout(), $($word)*).is_err() {
            std::process::exit(0);
        }
    }};
}

mod acceptance;
mod assess;
mod audit;
mod backup;
mod calendar;
mod decision;
mod division;
mod household;
mod job;
mod migrate;
mod parameter;
mod plugin;
mod scorecard;
mod serve;
mod shadow;
mod token;
mod trust;
mod upgrade;
mod usage;
mod user;
mod webhook;

use crate::app::{App, division as tree};
use crate::config::Config;
use crate::telemetry;
use clap::{Parser, Subcommand};
use doudi_domain::{Actor, County, Date, Error, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::Path;
use std::process::ExitCode;

/// 兜底：社会救助基层业务平台
#[derive(Parser)]
#[command(name = "doudi", version, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 启动网页服务
    Serve(serve::Serve),
    /// 建立数据库，或升级到本版本的结构
    Migrate,
    /// 用户：新建、列表、停用、重置密码
    #[command(subcommand)]
    User(user::UserCommand),
    /// 接口令牌：新建、列表、撤销
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// 区划：导入
    #[command(subcommand)]
    Division(division::DivisionCommand),
    /// 法定节假日：导入
    #[command(subcommand)]
    Calendar(calendar::CalendarCommand),
    /// 家庭：导入花名册、生成模板
    #[command(subcommand)]
    Household(household::HouseholdCommand),
    /// 插件：打包、签名、安装、启用、升级、停用、列表、查看、影子运行
    #[command(subcommand)]
    Plugin(plugin::PluginCommand),
    /// 签名与信任：公钥、县区的签名要求、检查
    #[command(subcommand)]
    Trust(trust::TrustCommand),
    /// 验收用例：列表、登记、验证、停用
    #[command(subcommand)]
    Acceptance(acceptance::AcceptanceCommand),
    /// 参数：设置、列表、导入、测算
    #[command(subcommand)]
    Parameter(parameter::ParameterCommand),
    /// 对全县家庭试算一项措施，不写入任何内容
    Assess(assess::Assess),
    /// 督查考核：一个县区各措施的指标、目标和口径
    Scorecard(scorecard::Scorecard),
    /// 义务日历：法定期限内应办的事项，超期的在前
    Duty(scorecard::Duty),
    /// 决定：列表、查看、重算核对
    #[command(subcommand)]
    Decision(decision::DecisionCommand),
    /// 备份运行中的 SQLite 数据库
    Backup(backup::Backup),
    /// 用备份建立一个新的数据目录，并核验备份是否完好
    Restore(backup::Restore),
    /// 任务：列表、重新执行
    #[command(subcommand)]
    Job(job::JobCommand),
    /// 对外通知：登记地址、停用、发送记录
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// 审计日志：核验
    #[command(subcommand)]
    Audit(audit::AuditCommand),
}

/// Exit code when nothing is wrong with what was asked, but with disk, database or network: trying again may help.
const FAILED: u8 = 3;

/// Whether a command did all it was asked.
enum Outcome {
    Done,
    /// It ran to its end and found something wrong: rows that failed, a replay that differs.
    Wanting,
}

/// Runs the program by its arguments.
pub fn main() -> ExitCode {
    let cli = match usage::parse::<Cli>() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    telemetry::start(if matches!(cli.command, Command::Serve(_)) { "info" } else { "warn" });
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("无法启动：{error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli)) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Wanting) => ExitCode::FAILURE,
        Err(error) => {
            report(&error);
            if matches!(error, Error::Failure { .. }) { ExitCode::from(FAILED) } else { ExitCode::FAILURE }
        }
    }
}

async fn run(cli: Cli) -> Result<Outcome> {
    if let Command::Household(household::HouseholdCommand::Template { file }) = &cli.command {
        // Needs no database.
        return household::write_template(file);
    }
    if let Command::Restore(command) = &cli.command {
        // Makes one.
        return command.run().await;
    }
    if let Command::Decision(command) = &cli.command
        && let Some((file, json)) = command.bundle()
    {
        // Nor does this.
        return decision::replay_bundle(&cli.config, file, json).await;
    }
    if let Command::Plugin(command) = &cli.command
        && let Some(outcome) = command.run_without_server().await
    {
        return outcome;
    }
    let app = cli.config.open().await?;
    if matches!(cli.command, Command::Migrate) {
        let outcome = migrate::run(&app).await;
        app.storage.close().await;
        return outcome;
    }
    app.storage.ready().await?;
    let outcome = match cli.command {
        Command::Migrate => Ok(Outcome::Done),
        Command::Serve(command) => command.run(&app).await,
        Command::User(command) => command.run(&app).await,
        Command::Token(command) => command.run(&app).await,
        Command::Division(command) => command.run(&app).await,
        Command::Calendar(command) => command.run(&app).await,
        Command::Household(command) => command.run(&app).await,
        Command::Plugin(command) => command.run(&app).await,
        Command::Acceptance(command) => command.run(&app).await,
        Command::Trust(command) => command.run(&app).await,
        Command::Parameter(command) => command.run(&app).await,
        Command::Assess(command) => command.run(&app).await,
        Command::Scorecard(command) => command.run(&app).await,
        Command::Duty(command) => command.run(&app).await,
        Command::Decision(command) => command.run(&app).await,
        Command::Backup(command) => command.run(&app).await,
        // Both were answered above, without a database.
        Command::Restore(_) => Ok(Outcome::Done),
        Command::Job(command) => command.run(&app).await,
        Command::Webhook(command) => command.run(&app).await,
        Command::Audit(command) => command.run(&app).await,
    };
    if let Err(error) = app.watch.flush(&app.storage).await {
        tracing::warn!(%error, "the uses of grants could not be written down");
    }
    app.storage.close().await;
    outcome
}

/// Everything wrong, one thing a line; for a failure also what the operator needs.
fn report(error: &Error) {
    eprintln!("错误：{}", summary(error));
    match error {
        Error::Invalid(problems) | Error::Refused { problems, .. } => {
            for problem in problems {
                eprintln!("  {problem}");
            }
        }
        Error::Failure { inside, .. } => eprintln!("  原因：{inside}"),
        _ => {}
    }
}

fn summary(error: &Error) -> String {
    match error {
        Error::Invalid(problems) => format!("填写有误，共 {} 处", problems.len()),
        other => other.to_string(),
    }
}

/// A county as typed: its six digits, or its name.
async fn county(app: &App, text: &str) -> Result<County> {
    let counties = tree::counties(app).await?;
    let known = counties.iter().find(|(county, name)| name == text.trim() || county.to_string() == text.trim());
    match known {
        Some((county, _)) => Ok(*county),
        None if counties.is_empty() => Err(Error::refused("还没有区划。请先导入：doudi division import 文件")),
        None => {
            let names: Vec<String> = counties.iter().map(|(county, name)| format!("{county} {name}")).collect();
            Err(Error::invalid("--county", "county.unknown", format!("没有县区“{text}”，可填：{}", names.join("、"))))
        }
    }
}

/// Whoever runs the program on the machine, acting for a county.
async fn operator(app: &App, county_text: &str) -> Result<Actor> {
    Ok(Actor::System { division: county(app, county_text).await?.division() })
}

/// The operator for what all counties share: packages, calendar, divisions.
async fn city_operator(app: &App) -> Result<Actor> {
    let counties = tree::counties(app).await?;
    let Some((first, _)) = counties.first() else {
        return Err(Error::refused("还没有区划。请先导入：doudi division import 文件"));
    };
    Ok(Actor::System { division: County(first.0 / 100 * 100).division() })
}

fn read_file(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        Error::invalid("文件", "file.read", format!("不能读取 {}：{error}。请检查路径和权限", path.display()))
    })
}

fn read_text(path: &Path) -> Result<String> {
    String::from_utf8(read_file(path)?)
        .map_err(|_| Error::invalid("文件", "file.text", format!("{} 不是 UTF-8 编码的文本", path.display())))
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes)
        .map_err(|error| Error::failure(format!("不能写入 {}。请检查目录的写权限和磁盘空间", path.display()), error))
}

fn print_json(value: &serde_json::Value) {
    say!("{value:#}");
}

/// A bar on standard error; invisible when nobody looks at it.
fn bar(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}（{elapsed}）")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ");
    ProgressBar::new(0).with_style(style).with_message(what)
}

fn date(text: &str) -> std::result::Result<Date, String> {
    crate::app::value::parse_date(text)
}
