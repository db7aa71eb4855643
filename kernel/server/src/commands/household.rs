//! `doudi household import|template`.

use super::{Outcome, bar, operator, print_json, read_file, write_file};
use crate::app::App;
use crate::roster::{self, Options, Report};
use doudi_domain::Result;
use std::path::{Path, PathBuf};

/// Problems listed on the terminal; the file with reasons has all of them.
const LISTED: usize = 20;

#[derive(clap::Subcommand)]
pub(super) enum HouseholdCommand {
    /// 导入花名册（XLSX，或 UTF-8、GB18030 编码的 CSV）
    Import {
        file: PathBuf,
        /// 县区：6 位代码或名称
        #[arg(long)]
        county: String,
        /// 只检查每一行，不写入
        #[arg(long)]
        dry_run: bool,
        /// 错误文件写到哪里；默认在原文件旁边
        #[arg(long)]
        errors: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// 生成空白花名册模板
    Template { file: PathBuf },
}

impl HouseholdCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            HouseholdCommand::Template { file } => write_template(&file),
            HouseholdCommand::Import { file, county, dry_run, errors, json } => {
                let actor = operator(app, &county).await?;
                let bytes = read_file(&file)?;
                let file_name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let bar = bar(if dry_run { "检查" } else { "导入" });
                let mut progress = |done: usize, total: usize| {
                    bar.set_length(total as u64);
                    bar.set_position(done as u64);
                };
                let options = Options { file_name, dry_run };
                let outcome = roster::import(app, &actor, &bytes, &options, &mut progress).await;
                bar.finish_and_clear();
                let report = outcome?;
                let error_path = match &report.error_file {
                    Some(error_file) => {
                        let path = errors.unwrap_or_else(|| file.with_file_name(&error_file.name));
                        write_file(&path, &error_file.bytes)?;
                        Some(path)
                    }
                    None => None,
                };
                if json {
                    print_report_json(&report, error_path.as_deref())
                } else {
                    print_report(&report, error_path.as_deref())
                }
                Ok(if report.rows_failed == 0 { Outcome::Done } else { Outcome::Wanting })
            }
        }
    }
}

pub(super) fn write_template(file: &Path) -> Result<Outcome> {
    write_file(file, &roster::template()?)?;
    say!("已生成花名册模板：{}", file.display());
    Ok(Outcome::Done)
}

fn print_report(report: &Report, error_path: Option<&Path>) {
    let (new, changed) = if report.dry_run { ("可新增", "可更新") } else { ("新增", "更新") };
    say!(
        "{}共 {} 行：{new} {} 户，{changed} {} 户，未变化 {} 户，有错误 {} 户（{} 行）",
        if report.dry_run { "检查完毕，没有写入。" } else { "导入完毕。" },
        report.rows,
        report.households_new,
        report.households_changed,
        report.households_unchanged,
        report.households_failed,
        report.rows_failed,
    );
    if let Some(batch) = &report.batch {
        say!("批次：{batch}");
    }
    for note in report.notes.iter().take(LISTED) {
        say!("提示：{note}");
    }
    if report.notes.len() > LISTED {
        say!("提示：另有 {} 条，未列出", report.notes.len() - LISTED);
    }
    for problem in report.problems.iter().take(LISTED) {
        eprintln!("{problem}");
    }
    if report.problems.len() > LISTED {
        eprintln!("另有 {} 处问题，见错误文件", report.problems.len() - LISTED);
    }
    if let Some(path) = error_path {
        eprintln!("错误文件（原表加“错误原因”一列）：{}。改正后可直接再次导入", path.display());
    }
}

fn print_report_json(report: &Report, error_path: Option<&Path>) {
    let problems: Vec<_> = report
        .problems
        .iter()
        .map(|problem| serde_json::json!({"line": problem.line, "column": problem.column, "message": problem.message}))
        .collect();
    print_json(&serde_json::json!({
        "dry_run": report.dry_run, "file": report.file_name, "batch": report.batch, "rows": report.rows,
        "rows_failed": report.rows_failed, "households_new": report.households_new,
        "households_changed": report.households_changed, "households_unchanged": report.households_unchanged,
        "households_failed": report.households_failed, "problems": problems, "notes": report.notes,
        "error_file": error_path.map(|path| path.display().to_string()),
    }));
}
