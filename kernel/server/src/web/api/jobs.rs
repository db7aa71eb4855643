//! Due work and events over the API: what waits, what was given up and why, what happened and who was told; and another try.

use super::call::{Ask, At, Call, limit};
use super::problem::Answer;
use super::reply::Done;
use super::shape::{Free, Id, Label, Listed, Moment};
use crate::app::job::{self, EventRow, JobRow, Standing};
use doudi_domain::JobId;
use doudi_storage::job::JobState;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which jobs.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct JobAsk {
    /// waiting 等待，dead 已停止重试，done 已完成；不填为全部
    #[param(inline)]
    state: Option<JobWord>,
    /// 每页行数，1 至 500，默认 50
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum JobWord {
    Waiting,
    Dead,
    Done,
}

/// 一项任务
#[derive(Serialize, ToSchema)]
pub struct JobShape {
    id: Id,
    kind: String,
    kind_name: &'static str,
    /// waiting 等待，running 正在办理，dead 已停止重试，done 已完成
    standing: &'static str,
    about: Label,
    event: Option<Id>,
    attempts: i32,
    /// 最近一次没有成功的原因
    last_error: Option<String>,
    run_at: Moment,
    done_at: Option<Moment>,
}

fn shape(row: JobRow) -> JobShape {
    JobShape {
        id: Id(row.job.id.0),
        kind: row.job.kind,
        kind_name: row.kind,
        standing: match row.standing {
            Standing::Waiting => "waiting",
            Standing::Running => "running",
            Standing::Dead => "dead",
            Standing::Done => "done",
        },
        about: row.about.into(),
        event: row.event.map(|id| Id(id.0)),
        attempts: row.job.attempts,
        last_error: row.job.last_error,
        run_at: Moment(row.job.run_at),
        done_at: row.job.done_at.map(Moment),
    }
}

pub async fn index(call: Call, Ask(ask): Ask<JobAsk>) -> Answer<Listed<JobShape>> {
    let state = match ask.state {
        None => JobState::All,
        Some(JobWord::Waiting) => JobState::Waiting,
        Some(JobWord::Dead) => JobState::Dead,
        Some(JobWord::Done) => JobState::Done,
    };
    let (_, page) = job::page(&call.app, &call.actor, state, ask.cursor.as_deref(), limit(ask.limit)?).await?;
    Ok(Listed { items: page.items.into_iter().map(shape).collect(), next: page.next })
}

pub async fn retry(call: Call, At((id,)): At<(Id,)>) -> Answer<Done> {
    job::revive(&call.app, &call.actor, JobId(id.0)).await?;
    Ok(Done)
}

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct EventAsk {
    /// 主题，例如 person.died
    topic: Option<String>,
    /// 每页行数，1 至 500，默认 50
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    cursor: Option<String>,
}

/// 一个事件，以及告知了谁
#[derive(Serialize, ToSchema)]
pub struct EventShape {
    id: Id,
    topic: String,
    subject: String,
    payload: Free,
    at: Moment,
    told: Vec<JobShape>,
}

pub async fn events(call: Call, Ask(ask): Ask<EventAsk>) -> Answer<Listed<EventShape>> {
    let (topic, cursor) = (ask.topic.as_deref(), ask.cursor.as_deref());
    let page = job::events(&call.app, &call.actor, topic, cursor, limit(ask.limit)?).await?;
    let event = |row: EventRow| EventShape {
        id: Id(row.event.id.0),
        topic: row.event.topic,
        subject: row.event.subject,
        payload: Free::parse(&row.event.payload),
        at: Moment(row.event.at),
        told: row.told.into_iter().map(shape).collect(),
    };
    Ok(Listed { items: page.items.into_iter().map(event).collect(), next: page.next })
}
