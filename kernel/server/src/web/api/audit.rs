//! The audit log over the API: reading it, and walking its chain.

use super::call::{Ask, Call, limit};
use super::problem::Answer;
use super::reply::Shown;
use super::shape::{Free, Id, Listed, Moment};
use crate::app::audit::{self, AuditEntry, AuditQuery};
use doudi_domain::UserId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct EntryAsk {
    /// 做了什么，例如 household.create
    what: Option<String>,
    /// 对什么，例如 household/17
    subject: Option<String>,
    #[param(value_type = Option<Id>)]
    user: Option<Id>,
    /// 每页行数，1 至 500，默认 50
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    cursor: Option<String>,
}

/// 审计日志的一条
#[derive(Serialize, ToSchema)]
pub struct Entry {
    /// 序号，在县区内连续
    seq: i64,
    at: Moment,
    user: Option<Id>,
    name: String,
    role: String,
    what: String,
    subject: String,
    detail: Free,
    /// 与上一条相连的校验值
    hash: String,
}

fn entry(entry: AuditEntry) -> Entry {
    Entry {
        seq: entry.seq,
        at: Moment(entry.at),
        user: entry.user.map(|id| Id(id.0)),
        name: entry.name,
        role: entry.role,
        what: entry.what,
        subject: entry.subject,
        detail: Free::parse(&entry.detail),
        hash: entry.hash,
    }
}

pub async fn index(call: Call, Ask(ask): Ask<EntryAsk>) -> Answer<Listed<Entry>> {
    let query = AuditQuery {
        what: ask.what,
        subject: ask.subject,
        user: ask.user.map(|id| UserId(id.0)),
        cursor: ask.cursor,
        limit: limit(ask.limit)?,
        ..AuditQuery::default()
    };
    let page = audit::page(&call.app, &call.actor, &query).await?;
    Ok(Listed { items: page.items.into_iter().map(entry).collect(), next: page.next })
}

/// 核验的结果
#[derive(Serialize, ToSchema)]
pub struct Verdict {
    entries: i64,
    /// 最后一条的校验值；另存一份，日志尾部被截断也能发现
    head: String,
    whole: bool,
    /// 第一处不符的序号
    broken_at: Option<i64>,
    /// 哪里不符；完整时为空
    reason: String,
}

pub async fn verify(call: Call) -> Answer<Shown<Verdict>> {
    let verdict = audit::verify(&call.app, &call.actor).await?;
    Ok(Shown(Verdict {
        entries: verdict.entries,
        head: verdict.head,
        whole: verdict.broken.is_none(),
        broken_at: verdict.broken.as_ref().map(|broken| broken.seq),
        reason: verdict.broken.map(|broken| broken.reason).unwrap_or_default(),
    }))
}
