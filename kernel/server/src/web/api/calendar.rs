//! The statutory calendar over the API: listed days, and adding those of a new year's announcement.

use super::call::{Body, Call};
use super::problem::Answer;
use super::reply::Shown;
use super::shape::Day;
use crate::app::calendar_days;
use doudi_domain::calendar::DayKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 法定节假日和调休上班日
#[derive(Serialize, ToSchema)]
pub struct Days {
    items: Vec<Listed>,
}

/// 放假或上班
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum DayWord {
    Holiday,
    Workday,
}

/// 一天
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Listed {
    day: Day,
    /// holiday 放假，workday 调休上班
    kind: DayWord,
    /// 节日名称
    occasion: String,
}

pub async fn index(call: Call) -> Answer<Shown<Days>> {
    let calendar = calendar_days::list(&call.app, &call.actor).await?;
    let items = calendar.listed().map(|(day, kind, occasion)| Listed {
        day: Day(day),
        kind: if kind == DayKind::Holiday { DayWord::Holiday } else { DayWord::Workday },
        occasion: occasion.to_owned(),
    });
    Ok(Shown(Days { items: items.collect() }))
}

/// 要添加的日期
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDays {
    #[schema(min_items = 1, max_items = 400)]
    days: Vec<Listed>,
}

/// 改动的数量
#[derive(Serialize, ToSchema)]
pub struct Changed {
    pub changed: usize,
}

/// A year has fewer days than this.
const MOST: usize = 400;

pub async fn create(call: Call, Body(new): Body<NewDays>) -> Answer<Shown<Changed>> {
    let mut problems = Vec::new();
    if new.days.len() > MOST {
        problems.push(doudi_domain::Problem::new("days", "calendar.most", format!("一次最多 {MOST} 天")));
    }
    if new.days.iter().any(|day| day.occasion.trim().is_empty()) {
        problems.push(doudi_domain::Problem::new("occasion", "calendar.occasion", "请填写节日名称"));
    }
    if !problems.is_empty() {
        return Err(super::call::invalid(problems));
    }
    let kind = |word: DayWord| match word {
        DayWord::Holiday => DayKind::Holiday,
        DayWord::Workday => DayKind::Workday,
    };
    let days = new.days.into_iter().map(|day| (day.day.0, kind(day.kind), day.occasion)).collect();
    Ok(Shown(Changed { changed: calendar_days::add(&call.app, &call.actor, days).await? }))
}
