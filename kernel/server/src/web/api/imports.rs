//! Rosters over the API: the template, checking a file without writing, and importing it. A file that was cut off half-way
//! is imported again with a new key: what is on file already stays as it is.

use super::call::{Ask, Call, Kinds, Raw};
use super::problem::Answer;
use super::reply::{File, Shown};
use crate::roster::{self, Options, Report};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A workbook.
pub struct Workbook;

impl Kinds for Workbook {
    const TYPES: &'static [&'static str] = &[XLSX];
}

/// A workbook or CSV.
pub struct Sheet;

impl Kinds for Sheet {
    const TYPES: &'static [&'static str] = &[XLSX, "text/csv"];
}

pub async fn template(_: Call) -> Answer<File<Workbook>> {
    Ok(File::new("花名册模板.xlsx", XLSX, roster::template()?))
}

/// What the file is called.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// 文件名，例如 7月花名册.xlsx；记入导入批次
    #[serde(default = "roster_name")]
    name: String,
}

fn roster_name() -> String {
    "花名册".to_owned()
}

/// 导入的结果
#[derive(Serialize, ToSchema)]
pub struct Imported {
    /// 只检查，没有写入
    dry_run: bool,
    /// 批次；没有写入时为 null
    batch: Option<String>,
    rows: usize,
    rows_failed: usize,
    households_new: usize,
    households_changed: usize,
    households_unchanged: usize,
    households_failed: usize,
    /// 有问题的行，最多列出 1000 处
    problems: Vec<RowProblem>,
    /// 没有列出的问题数
    problems_left_out: usize,
    notes: Vec<String>,
}

/// 一行的问题
#[derive(Serialize, ToSchema)]
struct RowProblem {
    /// 行号，标题行为第 1 行
    line: usize,
    /// 列；涉及整行时为空
    column: String,
    message: String,
}

/// Problems listed in one answer.
const PROBLEMS: usize = 1_000;

impl From<Report> for Imported {
    fn from(report: Report) -> Imported {
        Imported {
            dry_run: report.dry_run,
            batch: report.batch,
            rows: report.rows,
            rows_failed: report.rows_failed,
            households_new: report.households_new,
            households_changed: report.households_changed,
            households_unchanged: report.households_unchanged,
            households_failed: report.households_failed,
            problems_left_out: report.problems.len().saturating_sub(PROBLEMS),
            problems: report
                .problems
                .into_iter()
                .take(PROBLEMS)
                .map(|problem| RowProblem { line: problem.line, column: problem.column, message: problem.message })
                .collect(),
            notes: report.notes,
        }
    }
}

async fn import(call: &Call, name: String, content: &[u8], dry_run: bool) -> Answer<Shown<Imported>> {
    let options = Options { file_name: name, dry_run };
    let report = roster::import(&call.app, &call.actor, content, &options, &mut |_, _| {}).await?;
    Ok(Shown(report.into()))
}

pub async fn check(call: Call, Ask(named): Ask<Named>, file: Raw<Sheet>) -> Answer<Shown<Imported>> {
    import(&call, named.name, &file.content, true).await
}

pub async fn run(call: Call, Ask(named): Ask<Named>, file: Raw<Sheet>) -> Answer<Shown<Imported>> {
    import(&call, named.name, &file.content, false).await
}
