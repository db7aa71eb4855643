//! Due work and events of a county, for its IT: what waits, what was given up, who was told of what.

use super::error::Answer;
use super::frame::{Frame, Who};
use super::{go, show as page};
use crate::App;
use crate::app::job::{self, EventRow, JobRow, Standing};
use askama::Template;
use axum::extract::{Path, Query, State};
use doudi_domain::JobId;
use doudi_storage::job::{JobState, QueueFigures};
use serde::Deserialize;

const PAGE: u32 = 50;

#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    state: String,
    #[serde(default)]
    topic: String,
    #[serde(default)]
    cursor: String,
}

impl Filter {
    fn cursor(&self) -> Option<&str> {
        (!self.cursor.is_empty()).then_some(self.cursor.as_str())
    }
}

/// Word of a job's standing and the tone of its badge.
pub(super) fn standing(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Waiting => ("等待", "soon"),
        Standing::Running => ("正在执行", "progress"),
        Standing::Dead => ("已停止重试", "bad"),
        Standing::Done => ("已完成", "good"),
    }
}

#[derive(Template)]
#[template(path = "jobs/index.html")]
struct JobsPage {
    frame: Frame,
    figures: QueueFigures,
    state: JobState,
    rows: Vec<JobRow>,
    next: Option<String>,
    waited: Option<String>,
}

impl JobsPage {
    fn is(&self, state: &str) -> bool {
        parse(state) == self.state
    }

    fn standing(&self, row: &JobRow) -> (&'static str, &'static str) {
        standing(row.standing)
    }
}

fn parse(state: &str) -> JobState {
    match state {
        "waiting" => JobState::Waiting,
        "dead" => JobState::Dead,
        "done" => JobState::Done,
        _ => JobState::All,
    }
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who, Query(filter): Query<Filter>) -> Answer {
    let state = parse(&filter.state);
    let (figures, found) = job::page(&app, &actor, state, filter.cursor(), PAGE).await?;
    let waited = figures.oldest_due.map(|since| since.minute());
    page(&JobsPage { frame, figures, state, rows: found.items, next: found.next, waited })
}

pub async fn retry(State(app): State<App>, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    job::revive(&app, &actor, JobId(id)).await?;
    go("/jobs", "revived")
}

#[derive(Template)]
#[template(path = "events/index.html")]
struct EventsPage {
    frame: Frame,
    topic: String,
    rows: Vec<EventRow>,
    next: Option<String>,
}

impl EventsPage {
    fn standing(&self, row: &JobRow) -> (&'static str, &'static str) {
        standing(row.standing)
    }
}

pub async fn events(State(app): State<App>, frame: Frame, Who(actor): Who, Query(filter): Query<Filter>) -> Answer {
    let topic = filter.topic.trim().to_owned();
    let wanted = (!topic.is_empty()).then_some(topic.as_str());
    let found = job::events(&app, &actor, wanted, filter.cursor(), PAGE).await?;
    page(&EventsPage { frame, rows: found.items, next: found.next, topic })
}
