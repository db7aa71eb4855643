//! An [`Error`] becomes a status and a page. What the visitor may not see is 404, so that it cannot be told from what is not
//! there; what was entered wrongly is 422; a failure of the outside world is 503 and says that nothing was saved.
//!
//! A handler returns [`Failed`]; the gate ([`super::gate`]) draws the page, because only it knows the visitor's language and
//! menu. Handlers with a form catch `Invalid` and `Refused` themselves and draw the form again with all that was typed.

use super::frame::Frame;
use super::render;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use doudi_domain::{Error, Problem};
use std::sync::Arc;

/// What a handler answers.
pub type Answer = Result<Response, Failed>;

/// An error on its way to the gate.
#[derive(Clone, Debug)]
pub struct Failed(pub Arc<Error>);

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed(Arc::new(error))
    }
}

pub fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound { .. } => StatusCode::NOT_FOUND,
        Error::Forbidden { .. } => StatusCode::FORBIDDEN,
        Error::Invalid(_) | Error::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict { .. } => StatusCode::CONFLICT,
        Error::Failure { .. } => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let mut response = status(&self.0).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The problems of a refusal that a form can show beside its fields; `Err` gives back what only a page of its own can say.
pub fn problems(error: Error) -> Result<Vec<Problem>, Failed> {
    match error {
        Error::Invalid(problems) => Ok(problems),
        Error::Refused { message, mut problems } => {
            if problems.is_empty() || !problems.iter().any(|problem| problem.message == message) {
                problems.insert(0, Problem::new("", "refused", message));
            }
            Ok(problems)
        }
        Error::Conflict { message } => Ok(vec![Problem::new("", "conflict", message)]),
        other => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: &'a Frame,
    heading: &'a str,
    message: String,
    problems: Vec<Problem>,
    advice: &'a str,
    request: String,
}

/// Draws the page of an error for this visitor.
pub fn page(frame: &Frame, error: &Error, request: String) -> Response {
    let status = status(error);
    let (heading, advice) = match error {
        Error::NotFound { .. } => ("没有找到", "请检查地址或编号。不在您管辖范围内的内容也会显示为没有找到。"),
        Error::Forbidden { .. } => ("不能办理", "如果您认为应当由您办理，请联系本县区的安全管理员。"),
        Error::Invalid(_) => ("填写有误", "请返回上一页修改后再提交。"),
        Error::Refused { .. } => ("不符合规定，没有办理", "请返回上一页查看。没有保存任何内容。"),
        Error::Conflict { .. } => ("内容已被他人更新", "请返回上一页刷新后再办理。没有保存任何内容。"),
        Error::Failure { inside, .. } => {
            tracing::error!(error = %inside, "the outside world failed");
            ("没有保存", "刚才的操作没有保存任何内容，请稍后重试。多次出现时请把下面的编号告诉系统管理员。")
        }
    };
    let (message, problems) = match error {
        Error::Invalid(problems) => (String::new(), problems.clone()),
        Error::Refused { message, problems } => (message.clone(), problems.clone()),
        other => (other.to_string(), Vec::new()),
    };
    let page = ErrorPage {
        frame,
        heading: frame.t(heading),
        message,
        problems,
        advice: frame.t(advice),
        request: if status.is_server_error() { request } else { String::new() },
    };
    (status, render(&page)).into_response()
}

/// The page after a panic: the bug is in the log, the visitor reads that nothing happened.
pub fn broken(frame: &Frame, request: String) -> Response {
    let page = ErrorPage {
        frame,
        heading: frame.t("程序出错"),
        message: String::new(),
        problems: Vec::new(),
        advice: frame.t("刚才的操作没有保存任何内容，请稍后重试。多次出现时请把下面的编号告诉系统管理员。"),
        request,
    };
    (StatusCode::INTERNAL_SERVER_ERROR, render(&page)).into_response()
}
