//! `doudi job …`: what waits and what was given up, and another chance for it.

use super::{Outcome, operator, print_json};
use crate::app::App;
use crate::app::job::{self, JobRow, Standing};
use doudi_domain::{JobId, Result};
use doudi_storage::job::{JobState, QueueFigures};
use serde_json::json;

#[derive(clap::Subcommand)]
pub(super) enum JobCommand {
    /// 列出一个县区的任务，默认列出已停止重试的
    List {
        #[arg(long)]
        county: String,
        /// 哪一类：dead 已停止重试、waiting 等待、done 已完成、all 全部
        #[arg(long, default_value = "dead", value_parser = state)]
        state: JobState,
        /// 最多列出多少项
        #[arg(long, default_value_t = 100)]
        limit: u32,
        #[arg(long)]
        json: bool,
    },
    /// 重新执行已停止重试的任务
    Retry {
        /// 任务编号；不填则为全部已停止重试的任务
        ids: Vec<i64>,
        #[arg(long)]
        county: String,
        /// 重新执行全部已停止重试的任务
        #[arg(long, conflicts_with = "ids", required_unless_present = "ids")]
        all: bool,
        #[arg(long)]
        json: bool,
    },
}

fn state(text: &str) -> std::result::Result<JobState, String> {
    match text {
        "all" => Ok(JobState::All),
        "waiting" => Ok(JobState::Waiting),
        "dead" => Ok(JobState::Dead),
        "done" => Ok(JobState::Done),
        _ => Err(format!("没有“{text}”这一类，可填 dead、waiting、done、all")),
    }
}

impl JobCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            JobCommand::List { county, state, limit, json } => {
                let actor = operator(app, &county).await?;
                let (figures, page) = job::page(app, &actor, state, None, limit).await?;
                if json {
                    let jobs: Vec<_> = page.items.iter().map(row_json).collect();
                    print_json(&json!({ "queue": figures_json(&figures), "jobs": jobs, "more": page.next.is_some() }));
                } else {
                    list(&figures, &page.items, page.next.is_some());
                }
            }
            JobCommand::Retry { ids, county, all, json } => {
                let actor = operator(app, &county).await?;
                let mut wanted: Vec<JobId> = ids.into_iter().map(JobId).collect();
                if all {
                    let mut cursor = None;
                    loop {
                        let (_, page) = job::page(app, &actor, JobState::Dead, cursor.as_deref(), 500).await?;
                        wanted.extend(page.items.iter().map(|row| row.job.id));
                        match page.next {
                            Some(next) => cursor = Some(next),
                            None => break,
                        }
                    }
                }
                for id in &wanted {
                    job::revive(app, &actor, *id).await?;
                }
                if json {
                    print_json(&json!({ "revived": wanted.iter().map(ToString::to_string).collect::<Vec<_>>() }));
                } else {
                    say!("已重新安排 {} 项任务，服务会马上执行", wanted.len());
                }
            }
        }
        Ok(Outcome::Done)
    }
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Waiting => "等待",
        Standing::Running => "正在执行",
        Standing::Dead => "已停止重试",
        Standing::Done => "已完成",
    }
}

fn list(figures: &QueueFigures, rows: &[JobRow], more: bool) {
    for row in rows {
        let plugin = row.plugin.as_ref().map_or("", |plugin| plugin.zh.as_str());
        let (job, word) = (&row.job, word(row.standing));
        say!("{}  {word}  {} {plugin}  {}  第 {} 次", job.id, row.kind, row.about.zh, job.attempts);
        if let Some(error) = &job.last_error {
            say!("    {error}");
        }
    }
    if more {
        say!("还有更多，请用 --limit 增加");
    }
    let since = figures.oldest_due.map_or_else(String::new, |since| format!("，最早的等待自 {}", since.minute()));
    say!(
        "到期 {} 项{since}；正在执行 {} 项；稍后重试 {} 项；已停止重试 {} 项",
        figures.due,
        figures.running,
        figures.later,
        figures.dead
    );
}

fn figures_json(figures: &QueueFigures) -> serde_json::Value {
    json!({
        "due": figures.due, "running": figures.running, "later": figures.later, "dead": figures.dead,
        "oldest_due": figures.oldest_due.map(|since| since.minute()),
    })
}

fn row_json(row: &JobRow) -> serde_json::Value {
    let standing = match row.standing {
        Standing::Waiting => "waiting",
        Standing::Running => "running",
        Standing::Dead => "dead",
        Standing::Done => "done",
    };
    json!({
        "id": row.job.id.to_string(), "kind": row.job.kind, "state": standing, "about": row.about.zh,
        "event": row.event.map(|id| id.to_string()), "address": row.address, "attempts": row.job.attempts,
        "last_error": row.job.last_error, "next_try": row.job.run_at.minute(),
        "done_at": row.job.done_at.map(|at| at.minute()),
    })
}
