//! The page of the API: what another program can do here, with the measures the visitor's county runs. Swagger UI draws it,
//! from files inside the program; without it, or without scripts, the same routes stand in a plain list.

use super::api::{self, ROUTES, Route};
use super::error::Answer;
use super::frame::{Frame, Who};
use super::show as page;
use crate::App;
use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

#[derive(Template)]
#[template(path = "api/show.html")]
struct ApiPage {
    frame: Frame,
}

impl ApiPage {
    /// Routes by resource, in the order of the table.
    fn groups(&self) -> Vec<(&'static str, Vec<&'static Route>)> {
        let of = |resource: &'static str| ROUTES.iter().filter(|route| route.resource == resource).collect();
        api::RESOURCE_TITLES.iter().map(|(resource, title)| (*title, of(resource))).collect()
    }
}

pub async fn show(frame: Frame, _: Who) -> Answer {
    page(&ApiPage { frame })
}

pub async fn document(State(app): State<App>, Who(actor): Who) -> Answer {
    let text = api::document_for(&app, &actor).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}
