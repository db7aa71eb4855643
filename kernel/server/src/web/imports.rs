//! Bringing in a roster: choose a file, read what every row would do, then do it. Nothing is written before the officer has
//! seen the report; the error file is the input with the reasons.
//!
//! Between the two steps the file waits in this server's memory, for its uploader only and for half an hour. It holds ID
//! numbers in clear, so it is never written to disk; a restart or another server merely means choosing the file again.

use super::error::{Answer, problems};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::{download, show as page, show_with};
use crate::App;
use crate::roster::{self, Options, Report};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use doudi_domain::{Actor, Error, Instant, Problem, Result, UserId};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// A file between its check and its import.
pub(super) struct Waiting {
    user: Option<UserId>,
    pub name: String,
    pub content: Arc<Vec<u8>>,
    pub error_file: Option<roster::report::ErrorFile>,
    until: Instant,
}

impl Waiting {
    pub fn new(
        app: &App,
        actor: &Actor,
        name: &str,
        content: Arc<Vec<u8>>,
        error_file: Option<roster::report::ErrorFile>,
    ) -> Waiting {
        let (user, until) = (actor.user_id(), app.now().plus_seconds(WAIT_SECONDS));
        Waiting { user, name: name.to_owned(), content, error_file, until }
    }
}

const WAIT_SECONDS: i64 = 30 * 60;
/// Bytes of all waiting files together; the oldest goes first.
const WAIT_BYTES: usize = 256 * 1024 * 1024;

static WAITING: LazyLock<Mutex<HashMap<String, Waiting>>> = LazyLock::new(Mutex::default);

pub(super) fn keep(waiting: Waiting, now: Instant) -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::failure("文件没有收下，请重试", error))?;
    let code = hex::encode(bytes);
    let mut all = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    all.retain(|_, waiting| waiting.until > now);
    while all.values().map(|waiting| waiting.content.len()).sum::<usize>() + waiting.content.len() > WAIT_BYTES {
        let oldest = all.iter().min_by_key(|(_, waiting)| waiting.until).map(|(code, _)| code.clone());
        match oldest {
            Some(oldest) => drop(all.remove(&oldest)),
            None => break,
        }
    }
    all.insert(code.clone(), waiting);
    Ok(code)
}

/// Finds a waiting file of this user.
pub(super) fn find<T>(
    code: &str,
    user: Option<UserId>,
    now: Instant,
    take: impl FnOnce(&mut Waiting) -> T,
) -> Result<T> {
    let mut all = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    match all.get_mut(code) {
        Some(waiting) if waiting.user == user && waiting.until > now => Ok(take(waiting)),
        _ => Err(Error::refused("检查过的文件已过期，请重新选择文件")),
    }
}

#[derive(Template)]
#[template(path = "imports/index.html")]
struct IndexPage {
    frame: Frame,
    problems: Vec<Problem>,
}

pub async fn index(frame: Frame, _: Who) -> Answer {
    page(&IndexPage { frame, problems: Vec::new() })
}

pub async fn template(Who(_): Who) -> Answer {
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(download("花名册模板.xlsx", XLSX, roster::template()?, false))
}

#[derive(Template)]
#[template(path = "imports/report.html")]
struct ReportPage {
    frame: Frame,
    report: Report,
    /// The waiting file, while it can be imported or its error file fetched.
    upload: String,
}

/// Problems shown on the page; the error file has all of them.
const SHOWN: usize = 200;

impl ReportPage {
    fn shown(&self) -> &[roster::RowProblem] {
        &self.report.problems[..self.report.problems.len().min(SHOWN)]
    }

    fn hidden(&self) -> usize {
        self.report.problems.len().saturating_sub(SHOWN)
    }

    fn writes(&self) -> bool {
        self.report.households_new + self.report.households_changed > 0
    }
}

/// Step one: every row is checked, nothing is written.
pub async fn check(State(app): State<App>, frame: Frame, Who(actor): Who, mut posted: Posted) -> Answer {
    let Some(file) = posted.files.pop() else {
        let problems = vec![Problem::new("", "roster.none", "没有选择文件。请选择填好的花名册")];
        return show_with(StatusCode::UNPROCESSABLE_ENTITY, &IndexPage { frame, problems });
    };
    let content = Arc::new(file.content);
    match run_import(&app, &actor, &file.name, content.clone(), true).await {
        Ok(report) => {
            let waiting = Waiting::new(&app, &actor, &file.name, content, report.error_file.clone());
            let upload = keep(waiting, app.now())?;
            page(&ReportPage { frame, report, upload })
        }
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &IndexPage { frame, problems })
        }
    }
}

/// Step two: what was checked is imported.
pub async fn run(State(app): State<App>, frame: Frame, Who(actor): Who, Path(upload): Path<String>) -> Answer {
    let taken = find(&upload, actor.user_id(), app.now(), |waiting| (waiting.name.clone(), waiting.content.clone()));
    let outcome = match taken {
        Ok((name, content)) => run_import(&app, &actor, &name, content, false).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(report) => {
            let error_file = report.error_file.clone();
            find(&upload, actor.user_id(), app.now(), |waiting| waiting.error_file = error_file).ok();
            page(&ReportPage { frame, report, upload })
        }
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &IndexPage { frame, problems })
        }
    }
}

async fn run_import(app: &App, actor: &Actor, name: &str, content: Arc<Vec<u8>>, dry_run: bool) -> Result<Report> {
    let options = Options { file_name: name.to_owned(), dry_run };
    roster::import(app, actor, &content, &options, &mut |_, _| {}).await
}

/// The input with the reasons.
pub async fn errors(State(app): State<App>, Who(actor): Who, Path(upload): Path<String>) -> Answer {
    let file = find(&upload, actor.user_id(), app.now(), |waiting| waiting.error_file.clone())?;
    let file = file.ok_or(Error::not_found("错误文件"))?;
    Ok(download(&file.name, file.media_type, file.bytes, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(user: i64, until: i64) -> Waiting {
        Waiting {
            user: Some(UserId(user)),
            name: "花名册.xlsx".into(),
            content: Arc::new(vec![1, 2, 3]),
            error_file: None,
            until: Instant(until),
        }
    }

    #[test]
    fn a_checked_file_waits_for_its_uploader_only_and_not_forever() {
        let code = keep(waiting(1, 100), Instant(0)).unwrap();
        assert_eq!(find(&code, Some(UserId(1)), Instant(50), |waiting| waiting.content.len()).unwrap(), 3);
        assert!(find(&code, Some(UserId(2)), Instant(50), |_| ()).is_err(), "another user");
        assert!(find(&code, Some(UserId(1)), Instant(100), |_| ()).is_err(), "too late");
        assert!(find("00", Some(UserId(1)), Instant(50), |_| ()).is_err(), "no such file");
    }
}
