//! Signing in and out, the way to one's own first page, and one's own password.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::gate::SESSION_COOKIE;
use super::{go, problems::summary, show, show_with};
use crate::App;
use crate::app::{session, user};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use doudi_domain::{Error, Problem};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "sessions/new.html")]
struct SignInPage {
    frame: Frame,
    login: String,
    next: String,
    message: String,
}

#[derive(Debug, Default, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// Only ever to a page of this server: an address that leads elsewhere is dropped.
fn safe_next(next: &str) -> String {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if own && !next.starts_with("/sign-") { next.to_owned() } else { "/".to_owned() }
}

pub async fn new(frame: Frame, Query(next): Query<Next>) -> Answer {
    if frame.user.is_some() {
        return Ok(Redirect::to(&safe_next(&next.next)).into_response());
    }
    show(&SignInPage { frame, login: String::new(), next: next.next, message: String::new() })
}

pub async fn create(
    State(app): State<App>,
    frame: Frame,
    jar: CookieJar,
    headers: HeaderMap,
    posted: Posted,
) -> Answer {
    let next = posted.get("next").to_owned();
    // A password may begin or end with a blank.
    let password = posted.fields.iter().find(|(name, _)| name == "password").map_or("", |(_, value)| value);
    match session::sign_in(&app, posted.get("login"), password).await {
        Ok(signed_in) => {
            let cookie = Cookie::build((SESSION_COOKIE, signed_in.token))
                .path("/")
                .http_only(true)
                .same_site(SameSite::Lax)
                // Behind a proxy that speaks TLS the cookie never travels without it.
                .secure(headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https"))
                .build();
            Ok((jar.add(cookie), Redirect::to(&safe_next(&next))).into_response())
        }
        Err(Error::Refused { message, .. }) => {
            let page = SignInPage { frame, login: posted.get("login").to_owned(), next, message };
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn destroy(State(app): State<App>, jar: CookieJar) -> Answer {
    if let Some(cookie) = jar.get(SESSION_COOKIE) {
        session::sign_out(&app, cookie.value()).await?;
    }
    let gone = Cookie::build((SESSION_COOKIE, "")).path("/").build();
    Ok((jar.remove(gone), Redirect::to("/sign-in?done=signed-out")).into_response())
}

/// Everyone begins at the first entry of her own menu that is the kernel's: a measure's page may fail.
pub async fn home(frame: Frame) -> Response {
    let first = frame.menu.iter().chain(&frame.setup).next();
    Redirect::to(first.map_or("/me", |item| item.href.as_str())).into_response()
}

#[derive(Template)]
#[template(path = "sessions/me.html")]
struct MePage {
    frame: Frame,
    summary: String,
    fields: Vec<FieldView>,
}

pub async fn me(frame: Frame, _: Who) -> Answer {
    show(&me_page(frame, &[]))
}

fn me_page(frame: Frame, problems: &[Problem]) -> MePage {
    let empty = Posted::default();
    let draw = Drawer { words: frame.words(), posted: &empty, problems };
    let fields = vec![
        draw.password("old", "原密码").required(),
        draw.password("new", "新密码")
            .required()
            .problems("密码", problems)
            .help("至少 10 位，包含字母、数字、符号中的两种"),
        draw.password("again", "再输一次新密码").required(),
    ];
    MePage { summary: summary(frame.words(), problems, &fields), fields, frame }
}

pub async fn change_password(State(app): State<App>, frame: Frame, _: Who, posted: Posted) -> Answer {
    let exact = |name: &str| {
        posted.fields.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let Some(user) = frame.user.clone() else { return Err(Error::not_found("用户").into()) };
    let changed = if exact("new") == exact("again") {
        user::change_password(&app, &user, exact("old"), exact("new")).await
    } else {
        Err(Error::invalid("again", "password.again", "两次输入的新密码不一致"))
    };
    match changed {
        Ok(()) => go("/sign-in", "password"),
        Err(error) => show_with(StatusCode::UNPROCESSABLE_ENTITY, &me_page(frame, &problems(error)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::safe_next;

    #[test]
    fn after_sign_in_nobody_is_sent_to_another_server() {
        assert_eq!(safe_next("/documents/7?tab=files"), "/documents/7?tab=files");
        for foreign in
            ["", "https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)", "/sign-out"]
        {
            assert_eq!(safe_next(foreign), "/", "{foreign}");
        }
    }
}
