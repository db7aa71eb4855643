//! 外勤: pages for a phone in one column. They are ordinary pages and forms; the scripts add that what is typed is kept on the
//! phone, works without a signal, and is sent later. A script asks with `Accept: application/json` and is told in a few words
//! what became of the form; a browser without scripts is answered with pages.

use super::documents::{self, FormBody, KEY};
use super::error::{Answer, Failed};
use super::form_data::Posted;
use super::forms::{self, Choices};
use super::frame::{Frame, Who};
use super::{assets, format, go, show as page, show_with};
use crate::App;
use crate::app::document::{self, FormView, Press, Target};
use crate::app::fieldwork::{self, FieldList, Moved, SENT, TAKEN, Task};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use doudi_documents::Values;
use doudi_domain::{Actor, DocumentId, Error, Problem};

mod answers;
mod sides;
mod words;

use answers::Outcome;

/// Hidden words of a form from the field: the revision it was filled in for, whose it is, when it was filled in, and the digests
/// of the files that come with it.
const REVISION: &str = "_revision";
const USER: &str = "_user";
const DIGEST: &str = "_digest";

#[derive(Template)]
#[template(path = "fieldwork/index.html")]
struct ListPage {
    frame: Frame,
    shell: Shell,
    list: FieldList,
}

impl ListPage {
    fn address(&self, task: &Task) -> String {
        format!("/field/documents/{}/{}", task.row.document.id, task.action)
    }

    /// Colour and words of a deadline.
    fn due(&self, task: &Task) -> Option<(&'static str, String)> {
        task.row.due.map(|due| {
            let day = format::date_short(due.date, self.frame.today);
            (format::due_tone(&due), format!("{day} {}", due.words(self.frame.today)))
        })
    }
}

/// What every page of the field carries for its scripts.
struct Shell {
    /// Empty when nobody is signed in.
    user: String,
    /// The Chinese of the scripts in the language of the page, as JSON; empty for Chinese.
    words: String,
}

impl Shell {
    fn of(frame: &Frame) -> Shell {
        Shell {
            user: frame.user.as_ref().map(|user| user.id.to_string()).unwrap_or_default(),
            words: words::of(frame.words()),
        }
    }
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who) -> Answer {
    let list = fieldwork::list(&app, &actor).await?;
    page(&ListPage { shell: Shell::of(&frame), frame, list })
}

#[derive(Template)]
#[template(path = "fieldwork/offline.html")]
struct OfflinePage {
    frame: Frame,
    shell: Shell,
}

/// What is shown when there is neither a signal nor a kept page.
pub async fn offline(frame: Frame) -> Answer {
    page(&OfflinePage { shell: Shell { user: String::new(), words: words::of(frame.words()) }, frame })
}

/// The worker: our own file, with the addresses of the shell before it, so that a new version is a new worker.
pub async fn worker() -> Response {
    let headers = [
        (header::CONTENT_TYPE, assets::JAVASCRIPT),
        (header::CACHE_CONTROL, "no-cache"),
        // It stands in /field/ and looks after /field as well.
        (header::HeaderName::from_static("service-worker-allowed"), "/field"),
    ];
    (headers, assets::URLS.worker.clone()).into_response()
}

#[derive(Template)]
#[template(path = "fieldwork/form.html")]
struct FormPage {
    frame: Frame,
    shell: Shell,
    title: String,
    crumb: String,
    body: FormBody,
    /// Of the case as it was opened; empty for something new.
    revision: String,
    begins: bool,
    /// What others did meanwhile, for browsers without scripts.
    moved: Vec<String>,
}

fn address(target: &Target, action: &str) -> String {
    match target {
        Target::New { plugin, collection, .. } => format!("/field/new/{plugin}/{collection}"),
        Target::Existing(id) => format!("/field/documents/{id}/{action}"),
    }
}

async fn form_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    target: &Target,
    view: &FormView,
    posted: Option<&Posted>,
    problems: &[Problem],
) -> Result<FormPage, Failed> {
    let officers = documents::officers(app, actor, view).await?;
    let at = address(target, &view.action.id);
    let body = FormBody::new(&frame, view, &officers, posted, problems, None, at);
    let title = match &view.form {
        Some(form) if !form.title.zh.is_empty() => frame.text(&form.title).to_owned(),
        _ => frame.text(&view.action.label).to_owned(),
    };
    let crumb = match (&view.document, &view.household_title) {
        (Some(document), Some(household)) => format!("{household} · {}", document.title),
        (Some(document), None) => document.title.clone(),
        (None, _) => frame.text(&view.collection_label).to_owned(),
    };
    let revision = view.document.as_ref().map(|document| document.revision.to_string()).unwrap_or_default();
    let begins = view.document.is_none();
    Ok(FormPage { shell: Shell::of(&frame), frame, title, crumb, body, revision, begins, moved: Vec::new() })
}

fn case(id: i64) -> Target {
    Target::Existing(DocumentId(id))
}

fn beginning(plugin: &str, collection: &str) -> Target {
    Target::New { plugin: plugin.to_owned(), collection: collection.to_owned(), household: None, person: None }
}

pub async fn ask(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((id, action)): Path<(i64, String)>,
) -> Answer {
    let target = case(id);
    let view = fieldwork::form(&app, &actor, &target, &action).await?;
    page(&form_page(&app, frame, &actor, &target, &view, None, &[]).await?)
}

pub async fn new(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((plugin, collection)): Path<(String, String)>,
) -> Answer {
    let target = beginning(&plugin, &collection);
    let view = fieldwork::form(&app, &actor, &target, "").await?;
    page(&form_page(&app, frame, &actor, &target, &view, None, &[]).await?)
}

pub async fn press(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((id, action)): Path<(i64, String)>,
    headers: HeaderMap,
    posted: Posted,
) -> Answer {
    answer(&app, frame, &actor, &case(id), &action, &headers, posted).await
}

pub async fn create(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((plugin, collection)): Path<(String, String)>,
    headers: HeaderMap,
    posted: Posted,
) -> Answer {
    answer(&app, frame, &actor, &beginning(&plugin, &collection), "", &headers, posted).await
}

/// Does it, and says what became of it: to a script in JSON, to a browser with a page.
async fn answer(
    app: &App,
    frame: Frame,
    actor: &Actor,
    target: &Target,
    action: &str,
    headers: &HeaderMap,
    mut posted: Posted,
) -> Answer {
    let outcome = send(app, actor, target, action, &mut posted).await;
    if wants_json(headers) {
        let told = match outcome {
            Ok(outcome) => answers::json(app, &frame, actor, target, outcome).await,
            Err(failed) => Err(failed),
        };
        return Ok(told.unwrap_or_else(|failed| answers::failed(&failed)));
    }
    let outcome = outcome?;
    match outcome {
        Outcome::Done { document, repeated } => {
            let path = document.map_or_else(|| "/field".to_owned(), |id| format!("/documents/{id}"));
            go(&path, if repeated { "repeated" } else { "acted" })
        }
        Outcome::OtherUser => Err(Error::refused("这份登记是另一账号填写的，请用原来的账号登录后提交").into()),
        Outcome::Refused { problems, .. } => {
            let view = fieldwork::form(app, actor, target, action).await?;
            let form = form_page(app, frame, actor, target, &view, Some(&posted), &problems).await?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
        Outcome::Moved(moved) => moved_page(app, frame, actor, target, action, &posted, moved).await,
    }
}

/// For a session that has ended: the phone keeps what it has and asks its user to sign in again.
pub(super) fn signed_out() -> Response {
    answers::signed_out()
}

pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"))
}

/// The form once more, with what was typed, and beside each field that differs what stands in the system now.
async fn moved_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    target: &Target,
    action: &str,
    posted: &Posted,
    moved: Box<Moved>,
) -> Answer {
    if let Some(why_not) = moved.why_not {
        return Err(Error::refused(why_not).into());
    }
    let view = fieldwork::form(app, actor, target, action).await?;
    let mut form = form_page(app, frame, actor, target, &view, Some(posted), &[]).await?;
    let officers = documents::officers(app, actor, &view).await?;
    let choices = Choices::of(&view, &officers, &form.frame);
    for side in &moved.fields {
        let theirs = sides::shown(&form.frame, &side.field, side.theirs.as_ref(), &choices);
        let words = format!("{}：{theirs}", form.frame.t("系统中现在的"));
        form.body.tell(&side.field.name, "soon", words);
    }
    form.moved = moved.steps.iter().map(|step| answers::step_words(&form.frame, step)).collect();
    show_with(StatusCode::CONFLICT, &form)
}

/// What the form asks for, pressed on the revision it was filled in for.
async fn send(app: &App, actor: &Actor, target: &Target, action: &str, posted: &mut Posted) -> Result<Outcome, Failed> {
    let whose = posted.get(USER);
    if !whose.is_empty() && actor.user_id().is_some_and(|id| id.to_string() != whose) {
        return Ok(Outcome::OtherUser);
    }
    let revision: Option<i64> = posted.get(REVISION).parse().ok();
    let key = posted.get(KEY).to_owned();
    let view = match fieldwork::form(app, actor, target, action).await {
        Ok(view) => view,
        Err(error) => {
            // The answer to the first sending may have been lost on its way.
            if let Some(before) = document::pressed_before(app, actor, &key).await? {
                return Ok(Outcome::Done { document: before.document, repeated: true });
            }
            return otherwise(app, actor, target, action, revision, Values::new(), error).await;
        }
    };
    let Some(form) = &view.form else { return Err(Error::not_found("外勤表单").into()) };
    if let Some(wrong) = damaged(posted) {
        return Ok(Outcome::Refused { message: String::new(), problems: vec![wrong] });
    }
    let mut wrong = documents::keep_files(app, actor, &view, posted).await?;
    let (mut values, unreadable) = forms::read(form, posted);
    wrong.extend(unreadable);
    if !wrong.is_empty() {
        return Ok(Outcome::Refused { message: String::new(), problems: wrong });
    }
    let taken = posted.get(TAKEN);
    if fieldwork::is_minute(taken) {
        values.insert(TAKEN.to_owned(), taken.into());
        values.insert(SENT.to_owned(), app.now().minute().replace(' ', "T").into());
    }
    let press =
        Press { target: target.clone(), action: view.action.id.clone(), values: values.clone(), idempotency_key: key };
    match document::act_on(app, actor, press, revision).await {
        Ok(pressed) => Ok(Outcome::Done { document: pressed.document, repeated: pressed.repeated }),
        Err(error) => otherwise(app, actor, target, &view.action.id, revision, values, error).await,
    }
}

/// A refusal because the case has moved on is no refusal of what was filled in: both sides are shown.
async fn otherwise(
    app: &App,
    actor: &Actor,
    target: &Target,
    action: &str,
    revision: Option<i64>,
    values: Values,
    error: Error,
) -> Result<Outcome, Failed> {
    if let (Target::Existing(id), Some(revision)) = (target, revision)
        && matches!(error, Error::Conflict { .. } | Error::Refused { .. } | Error::Forbidden { .. })
        && let Some(moved) = fieldwork::moved(app, actor, *id, action, revision, |_| values).await?
    {
        return Ok(Outcome::Moved(Box::new(moved)));
    }
    match error {
        Error::Invalid(problems) => Ok(Outcome::Refused { message: String::new(), problems }),
        Error::Refused { problems, .. } if !problems.is_empty() => {
            Ok(Outcome::Refused { message: String::new(), problems })
        }
        error @ (Error::Refused { .. } | Error::Conflict { .. } | Error::Forbidden { .. }) => {
            let problem = Problem::new("", "field.refused", error.to_string());
            Ok(Outcome::Refused { message: error.to_string(), problems: vec![problem] })
        }
        error => Err(error.into()),
    }
}

/// A photo that did not arrive as it was kept on the phone.
fn damaged(posted: &Posted) -> Option<Problem> {
    use sha2::{Digest, Sha256};
    let told: Vec<&str> = posted.all(DIGEST).collect();
    if told.is_empty() {
        return None;
    }
    let whole = |file: &&super::form_data::PostedFile| {
        let digest = hex::encode(Sha256::digest(&file.content));
        !told.iter().any(|told| told.eq_ignore_ascii_case(&digest))
    };
    let broken = posted.files.iter().find(whole)?;
    let sentence = format!("“{}”在路上损坏了，没有收完整。请再发一次", broken.name);
    Some(Problem::new(&broken.field, "upload.damaged", sentence))
}
