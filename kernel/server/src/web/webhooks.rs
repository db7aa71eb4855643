//! Addresses outside that are told of a county's events: registered and watched by its IT.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::{go, problems::summary, show as page, show_with};
use crate::App;
use crate::app::webhook::{self, WebhookDraft};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use doudi_domain::webhook::{Delivery, Webhook};
use doudi_domain::{Actor, Problem, Result, WebhookId};
use serde::Deserialize;

const PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "webhooks/index.html")]
struct IndexPage {
    frame: Frame,
    rows: Vec<Webhook>,
    summary: String,
    fields: Vec<FieldView>,
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who) -> Answer {
    page(&index_page(&app, frame, &actor, &Posted::default(), &[]).await?)
}

async fn index_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    posted: &Posted,
    problems: &[Problem],
) -> Result<IndexPage> {
    let rows = webhook::list(app, actor).await?;
    let draw = Drawer { words: frame.words(), posted, problems };
    let fields = vec![
        draw.line("url", "通知地址").required().help("对方系统接收通知的网址，以 https:// 开头"),
        draw.line("topics", "事件主题")
            .required()
            .help("例如 decision.recorded；一类主题写作 decision.*，全部写作 *。几个主题用空格分开"),
    ];
    Ok(IndexPage { summary: summary(frame.words(), problems, &fields), frame, rows, fields })
}

#[derive(Template)]
#[template(path = "webhooks/secret.html")]
struct SecretPage {
    frame: Frame,
    id: WebhookId,
    url: String,
    secret: String,
}

pub async fn create(State(app): State<App>, frame: Frame, Who(actor): Who, posted: Posted) -> Answer {
    let draft = WebhookDraft { url: posted.get("url").to_owned(), topics: posted.get("topics").to_owned() };
    let url = draft.url.clone();
    match webhook::add(&app, &actor, draft).await {
        // Drawn at once and nowhere else: an address with the secret in it would stay in the browser's history.
        Ok(added) => page(&SecretPage { frame, id: added.id, url, secret: added.secret }),
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &index_page(&app, frame, &actor, &posted, &problems).await?)
        }
    }
}

#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    cursor: String,
}

#[derive(Template)]
#[template(path = "webhooks/show.html")]
struct WebhookPage {
    frame: Frame,
    webhook: Webhook,
    deliveries: Vec<Delivery>,
    next: Option<String>,
}

pub async fn show(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    Query(filter): Query<Filter>,
) -> Answer {
    let cursor = (!filter.cursor.is_empty()).then_some(filter.cursor.as_str());
    let (webhook, found) = webhook::deliveries(&app, &actor, WebhookId(id), cursor, PAGE).await?;
    page(&WebhookPage { frame, webhook, deliveries: found.items, next: found.next })
}

pub async fn switch(State(app): State<App>, Who(actor): Who, Path(id): Path<i64>, posted: Posted) -> Answer {
    webhook::switch(&app, &actor, WebhookId(id), posted.get("enabled") == "yes").await?;
    go(&format!("/webhooks/{id}"), "saved")
}
