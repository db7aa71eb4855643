//! What every request passes before and after its handler: who is visiting, in which language, whether her office may come
//! here at all (the table in [`super::ROUTES`]), how large a body may be; and on the way out, the page of an error, the page
//! of a bug, and the headers that keep other sites out.
//!
//! The permission here is the first of two walls: the use cases ask again, and find nothing outside the visitor's scope.

use super::error::{self, Failed};
use super::frame::{Display, Frame};
use super::{Needs, Route};
use crate::App;
use crate::app::session;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use doudi_domain::policy;
use doudi_domain::{Actor, Error};
use tower_http::request_id::RequestId;

pub const SESSION_COOKIE: &str = "doudi_session";
const LANGUAGE_COOKIE: &str = "doudi_lang";
const SIZE_COOKIE: &str = "doudi_large";
/// Bytes of a posted form, and of a posted file.
pub const BODY_LIMIT: usize = 2 * 1024 * 1024;
pub const UPLOAD_LIMIT: usize = 32 * 1024 * 1024;

pub async fn pass(State(app): State<App>, jar: CookieJar, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let asked = asked_display(&query);
    let display = display(&jar, &asked);
    let request_id = request_id(&request);
    let mut frame = Frame::stranger(display, app.today(), &path, &query);

    let matched = request.extensions().get::<MatchedPath>().map(|matched| matched.as_str().to_owned());
    let route = matched.as_deref().and_then(|path| super::route(request.method(), path));
    let mut response = match admit(&app, &jar, route, &mut frame, &path, &query, request.headers()).await {
        Err(response) => response,
        Ok(()) => {
            let limit = if route.is_some_and(|route| route.upload) { UPLOAD_LIMIT } else { BODY_LIMIT };
            DefaultBodyLimit::max(limit).apply(&mut request);
            request.extensions_mut().insert(frame.clone());
            next.run(request).await
        }
    };

    if let Some(Failed(failed)) = response.extensions().get::<Failed>().cloned() {
        response = error::page(&frame, &failed, request_id);
    } else if response.extensions().get::<Panicked>().is_some() {
        response = error::broken(&frame, request_id);
    } else {
        response = plain_refusal(&frame, response, request_id);
    }
    remember(&mut response, asked);
    response
}

/// Sign-in and permission. `Err` is the answer already.
async fn admit(
    app: &App,
    jar: &CookieJar,
    route: Option<&Route>,
    frame: &mut Frame,
    path: &str,
    query: &str,
    headers: &HeaderMap,
) -> Result<(), Response> {
    let refuse = |error: Error| Failed::from(error).into_response();
    if let Some(token) = jar.get(SESSION_COOKIE)
        && let Some(user) = session::user_of(app, token.value()).await.map_err(refuse)?
    {
        *frame = frame.clone().of(app, user).await.map_err(refuse)?;
    }
    let Some(route) = route else { return Ok(()) };
    let Some(user) = &frame.user else {
        return if route.needs == Needs::Public { Ok(()) } else { Err(to_sign_in(path, query, headers)) };
    };
    match route.needs {
        Needs::Permission(permission) => policy::require(&Actor::from(user), permission).map_err(refuse),
        Needs::Public | Needs::SignedIn => Ok(()),
    }
}

/// Off to the sign-in page, and back afterwards.
fn to_sign_in(path: &str, query: &str, headers: &HeaderMap) -> Response {
    let back = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let address = match serde_urlencoded::to_string([("next", back.as_str())]) {
        Ok(next) if path != "/" => format!("/sign-in?{next}"),
        _ => "/sign-in".to_owned(),
    };
    if super::fieldwork::wants_json(headers) {
        return super::fieldwork::signed_out();
    }
    if headers.contains_key("hx-request") {
        return (StatusCode::UNAUTHORIZED, [("hx-redirect", address)]).into_response();
    }
    Redirect::to(&address).into_response()
}

/// Refusals that come from the framework (unknown address, too large, not a number) in the house's own words.
fn plain_refusal(frame: &Frame, response: Response, request_id: String) -> Response {
    // What a handler said, to people or to its script, stands.
    let own = |kind: &HeaderValue| {
        [&b"text/html"[..], b"application/json"].iter().any(|own| kind.as_bytes().starts_with(own))
    };
    if response.headers().get(header::CONTENT_TYPE).is_some_and(own) {
        return response;
    }
    let error = match response.status() {
        StatusCode::NOT_FOUND => Error::not_found("这个页面"),
        StatusCode::METHOD_NOT_ALLOWED => Error::not_found("这个操作"),
        StatusCode::PAYLOAD_TOO_LARGE => Error::refused("上传的内容过大。表单不超过 2 兆字节，文件不超过 32 兆字节"),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Error::refused("收到的内容不完整或格式不对。请返回上一页重新填写后提交")
        }
        // The one layer that answers so by itself: a form posted by another site.
        StatusCode::FORBIDDEN => Error::forbidden("这个操作来自其他网站的页面，没有办理。请从本系统的页面重新操作"),
        StatusCode::REQUEST_TIMEOUT => Error::failure("处理时间过长，已经停止", "request timeout"),
        _ => return response,
    };
    error::page(frame, &error, request_id)
}

fn asked_display(query: &str) -> Vec<(String, String)> {
    let mut asked: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    asked.retain(|(name, _)| matches!(name.as_str(), "lang" | "large"));
    asked
}

fn display(jar: &CookieJar, asked: &[(String, String)]) -> Display {
    let word = |name: &str, cookie: &str| {
        let given = asked.iter().find(|(asked, _)| asked == name).map(|(_, value)| value.clone());
        given.or_else(|| jar.get(cookie).map(|cookie| cookie.value().to_owned())).unwrap_or_default()
    };
    Display { english: word("lang", LANGUAGE_COOKIE) == "en", large: word("large", SIZE_COOKIE) == "yes" }
}

/// Language and size asked for in the address stay for the next pages.
fn remember(response: &mut Response, asked: Vec<(String, String)>) {
    for (name, value) in asked {
        let name = if name == "lang" { LANGUAGE_COOKIE } else { SIZE_COOKIE };
        let value = if matches!(value.as_str(), "en" | "yes") { value } else { "no".to_owned() };
        let cookie =
            Cookie::build((name, value)).path("/").same_site(SameSite::Lax).http_only(true).permanent().build();
        if let Ok(cookie) = HeaderValue::from_str(&cookie.to_string()) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

fn request_id(request: &Request) -> String {
    let id = request.extensions().get::<RequestId>();
    id.and_then(|id| id.header_value().to_str().ok()).unwrap_or_default().to_owned()
}

/// Marks the answer of the catch-panic layer.
#[derive(Clone, Copy, Debug)]
pub struct Panicked;

pub fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    tracing::error!(bug = text, "a handler panicked");
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(Panicked);
    response
}
