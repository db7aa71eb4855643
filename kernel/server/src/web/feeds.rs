//! Uploading a feed on a document: choose a file, read what would become of each row, then do it. The file waits between the
//! two steps as a roster does: see `imports.rs`. A short file is done when its page comes, a long one is on its way, and the page
//! tells how far.

use super::error::{Answer, problems};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::imports::{Waiting, find, keep};
use super::{download, go, show as page, show_with};
use crate::App;
use crate::app::intake::{self, FeedReport, FeedView, RunView, SHOWN};
use crate::roster::RowProblem;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use doudi_domain::feed::FeedRun;
use doudi_domain::{DocumentId, Error, FeedRunId, Problem};
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

#[derive(Template)]
#[template(path = "feeds/run.html")]
struct RunPage {
    frame: Frame,
    view: RunView,
}

#[derive(Template)]
#[template(path = "feeds/_problems.html")]
struct ProblemTable<'a> {
    frame: &'a Frame,
    shown: &'a [RowProblem],
    hidden: usize,
}

impl ReportPage {
    fn problems(&self) -> String {
        let problems = &self.report.problems;
        table(&self.frame, &problems[..problems.len().min(SHOWN)], problems.len())
    }
}

impl RunPage {
    fn problems(&self) -> String {
        table(&self.frame, &self.view.problems, self.view.wrong)
    }

    /// `12,000`.
    fn count(&self, number: &i64) -> String {
        grouped(*number)
    }

    fn percent(&self) -> i64 {
        percent(&self.view.run)
    }
}

fn table(frame: &Frame, shown: &[RowProblem], all: usize) -> String {
    let hidden = all.saturating_sub(shown.len());
    ProblemTable { frame, shown, hidden }.render().unwrap_or_default()
}

fn percent(run: &FeedRun) -> i64 {
    if run.rows == 0 { 100 } else { run.done * 100 / run.rows }
}

fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
    match intake::check(&app, &actor, document, &feed, &file.content, &file.name).await {
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
        Ok((name, content)) => intake::begin(&app, &actor, document, &feed, &content, &name).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(run) => go(&format!("/feed-runs/{run}"), ""),
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &IndexPage { frame, view, problems })
        }
    }
}

/// The input with the reasons, of a file that was only checked.
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

/// How far a file is, and in the end what became of it.
pub async fn show(State(app): State<App>, frame: Frame, Who(actor): Who, Path(run): Path<i64>) -> Answer {
    let view = intake::run(&app, &actor, FeedRunId(run)).await?;
    page(&RunPage { frame, view })
}

/// The input with the reasons, of a file that was taken in.
pub async fn run_errors(State(app): State<App>, Who(actor): Who, Path(run): Path<i64>) -> Answer {
    let file = intake::errors(&app, &actor, FeedRunId(run)).await?;
    Ok(download(&file.name, file.media_type, file.bytes, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_grouped() {
        for (number, text) in
            [(0, "0"), (999, "999"), (12_000, "12,000"), (100_000, "100,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), text);
        }
    }
}
