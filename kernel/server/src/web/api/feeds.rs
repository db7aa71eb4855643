//! Files of feeds over the API: handing one in, and how far it is. What another department's system hands in goes the same way as
//! what an officer uploads, a short one at once and a long one in the background.

use super::call::{Ask, At, Call, Raw, Word};
use super::imports::Sheet;
use super::problem::Answer;
use super::reply::{Made, Shown};
use super::shape::{Id, Moment};
use crate::app::intake::{self, RunView};
use doudi_domain::{DocumentId, FeedRunId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What the file is called.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Called {
    /// 文件名，例如 6月名单.csv
    #[serde(default = "list_name")]
    name: String,
}

fn list_name() -> String {
    "名单".to_owned()
}

/// 上传的文件处理到哪里
#[derive(Serialize, ToSchema)]
pub struct FeedRun {
    id: Id,
    document: Id,
    /// 数据接入的编号，见措施的清单
    feed: String,
    file_name: String,
    /// 文件内容的 SHA-256
    digest: String,
    /// 数据行数
    rows: i64,
    /// 已处理的行数，包括有错误的
    done: i64,
    taken: i64,
    failed: i64,
    begun_at: Moment,
    /// 处理结束的时间；还在处理时为 null
    ended_at: Option<Moment>,
    /// 没有处理完就中止的原因
    problem: Option<String>,
    /// 有问题的行，最多列出 200 处
    problems: Vec<FeedProblem>,
    /// 没有列出的问题数
    problems_left_out: usize,
}

/// 名单中一行的问题
#[derive(Serialize, ToSchema)]
struct FeedProblem {
    /// 行号，标题行为第 1 行
    line: usize,
    /// 列；涉及整行时为空
    column: String,
    message: String,
}

fn shape(view: RunView) -> FeedRun {
    let run = view.run;
    FeedRun {
        id: Id(run.id.0),
        document: Id(run.document.0),
        feed: run.feed,
        file_name: run.file_name,
        digest: run.digest,
        rows: run.rows,
        done: run.done,
        taken: run.taken,
        failed: run.failed,
        begun_at: Moment(run.at),
        ended_at: run.ended_at.map(Moment),
        problem: run.problem,
        problems_left_out: view.wrong.saturating_sub(view.problems.len()),
        problems: view
            .problems
            .into_iter()
            .map(|problem| FeedProblem { line: problem.line, column: problem.column, message: problem.message })
            .collect(),
    }
}

pub async fn create(
    call: Call,
    At((document, feed)): At<(Id, Word)>,
    Ask(called): Ask<Called>,
    file: Raw<Sheet>,
) -> Answer<Made<FeedRun>> {
    let document = DocumentId(document.0);
    let run = intake::begin(&call.app, &call.actor, document, &feed.0, &file.content, &called.name).await?;
    let view = intake::run(&call.app, &call.actor, run).await?;
    Ok(Made { location: format!("/feed-runs/{run}"), value: shape(view) })
}

pub async fn show(call: Call, At((run,)): At<(Id,)>) -> Answer<Shown<FeedRun>> {
    Ok(Shown(shape(intake::run(&call.app, &call.actor, FeedRunId(run.0)).await?)))
}
