//! Uploading a feed on a document: choose a file, read what would become of each row, then do it. The file waits between the
//! two steps as a roster does: see `imports.rs`.

use super::error::{Answer, problems};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::imports::{Waiting, find, keep};
use super::{download, show as page, show_with};
use crate::App;
use crate::app::intake::{self, FeedReport, FeedView};
use crate::roster::RowProblem;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use doudi_domain::{DocumentId, Error, Problem};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "feeds/index.html")]
struct IndexPage {
    frame: Frame,
    view: FeedView,
    problems: Vec<Problem>,
}

#[derive(Template)]
#[template(path = "feeds/report.html")]
struct ReportPage {
    frame: Frame,
    view: FeedView,
    report: FeedReport,
    upload: String,
}

/// Problems shown on the page; the error file has all of them.
const SHOWN: usize = 200;

impl ReportPage {
    fn shown(&self) -> &[RowProblem] {
        &self.report.problems[..self.report.problems.len().min(SHOWN)]
    }

    fn hidden(&self) -> usize {
        self.report.problems.len().saturating_sub(SHOWN)
    }
}

pub async fn index(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((document, feed)): Path<(i64, String)>,
) -> Answer {
    let view = intake::view(&app, &actor, DocumentId(document), &feed).await?;
    page(&IndexPage { frame, view, problems: Vec::new() })
}

/// Step one: every row is checked, nothing is written.
pub async fn check(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((document, feed)): Path<(i64, String)>,
    mut posted: Posted,
) -> Answer {
    let document = DocumentId(document);
    let view = intake::view(&app, &actor, document, &feed).await?;
    let Some(file) = posted.files.pop() else {
        let problems = vec![Problem::new("", "feed.none", "没有选择文件。请选择要上传的文件")];
        return show_with(StatusCode::UNPROCESSABLE_ENTITY, &IndexPage { frame, view, problems });
    };
    match intake::take(&app, &actor, document, &feed, &file.content, &file.name, true).await {
        Ok(report) => {
            let waiting = Waiting::new(&app, &actor, &file.name, Arc::new(file.content), report.error_file.clone());
            let upload = keep(waiting, app.now())?;
            page(&ReportPage { frame, view, report, upload })
        }
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &IndexPage { frame, view, problems })
        }
    }
}

/// Step two: what was checked is taken in.
pub async fn run(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((document, feed, upload)): Path<(i64, String, String)>,
) -> Answer {
    let document = DocumentId(document);
    let view = intake::view(&app, &actor, document, &feed).await?;
    let taken = find(&upload, actor.user_id(), app.now(), |waiting| (waiting.name.clone(), waiting.content.clone()));
    let outcome = match taken {
        Ok((name, content)) => intake::take(&app, &actor, document, &feed, &content, &name, false).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(report) => {
            let error_file = report.error_file.clone();
            find(&upload, actor.user_id(), app.now(), |waiting| waiting.error_file = error_file).ok();
            page(&ReportPage { frame, view, report, upload })
        }
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &IndexPage { frame, view, problems })
        }
    }
}

/// The input with the reasons.
pub async fn errors(
    State(app): State<App>,
    Who(actor): Who,
    Path((document, feed, upload)): Path<(i64, String, String)>,
) -> Answer {
    intake::view(&app, &actor, DocumentId(document), &feed).await?;
    let file = find(&upload, actor.user_id(), app.now(), |waiting| waiting.error_file.clone())?;
    let file = file.ok_or(Error::not_found("错误文件"))?;
    Ok(download(&file.name, file.media_type, file.bytes, false))
}
