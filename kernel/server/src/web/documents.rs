//! Cases: the page with its stage path, the guided form that begins one, the form of a button, and pressing it. A trial
//! (what would be decided with what is filled in now) is a button that writes nothing; a script presses it by itself.

use super::attachments::add_all;
use super::error::{Answer, Failed, problems};
use super::field::FieldView;
use super::form_data::Posted;
use super::forms::{self, Choices, SectionView};
use super::frame::{Frame, Who};
use super::payments::EnvelopeCard;
use super::plugin_pages::{self, Drawing};
use super::problems::summary;
use super::{format, go, households, render, show as page, show_with};
use crate::App;
use crate::app::document::{self, ActionView, DocumentView, FormView, Press, Progress, StageView, Target};
use crate::app::{calendar_days, names, user};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use doudi_documents::{Block, FieldKind, Fill, Page, Values};
use doudi_domain::policy::Permission;
use doudi_domain::{Actor, Date, DocumentId, Error, HouseholdId, Problem, Result};
use sha2::{Digest, Sha256};

/// The hidden field that makes pressing twice do it once, and the button that only tries.
pub(super) const KEY: &str = "_key";
const TRIAL: &str = "_trial";

#[derive(Template)]
#[template(path = "documents/show.html")]
struct CasePage {
    frame: Frame,
    view: DocumentView,
    page: String,
    aside: String,
    /// The card of its payments, if it has an envelope.
    envelope: String,
    may_attach: bool,
}

impl CasePage {
    fn stage_class(&self, stage: &StageView) -> &'static str {
        match stage.progress {
            Progress::Done => "done",
            Progress::Current if self.view.document.final_state => "done",
            Progress::Current => "now",
            Progress::Ahead => "",
            Progress::NotNeeded => "skipped",
        }
    }

    fn stage_word(&self, stage: &StageView) -> &'static str {
        match stage.progress {
            Progress::Done => "已完成",
            Progress::Current => "当前环节",
            Progress::Ahead => "未开始",
            Progress::NotNeeded => "不需要",
        }
    }

    /// What can be done first, then what cannot yet, with the reason.
    fn actions(&self) -> impl Iterator<Item = &ActionView> {
        let actions = &self.view.actions;
        actions.iter().filter(|item| item.why_not.is_none()).chain(actions.iter().filter(|item| item.why_not.is_some()))
    }

    /// A button that asks nothing is pressed here; one with a form or a question has a page of its own.
    fn is_plain(&self, action: &ActionView) -> bool {
        action.action.form.is_none() && action.action.confirm.is_none()
    }

    /// Pressing the same button in the same state twice is pressing it once.
    fn key(&self, action: &ActionView) -> String {
        format!("page-{}-{}-{}", self.view.document.id, self.view.document.revision, action.action.id)
    }

    fn due_text(&self, date: &Date) -> String {
        format::date_short(*date, self.frame.today)
    }
}

pub async fn show(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    let id = DocumentId(id);
    let view = document::view(&app, &actor, id).await?;
    let (mut html, mut aside) = (String::new(), String::new());
    match &view.page {
        Some(Ok(page)) => {
            let forms = forms_in_place(&app, &frame, &actor, id, page).await?;
            let (left, right) = split(page);
            let drawn = draw_pages(&app, &frame, &actor, &view.plugin.id, &forms, &[&left, &right]).await?;
            [html, aside] = drawn.try_into().unwrap_or_default();
        }
        Some(Err(message)) => html = plugin_pages::failed(&frame, message),
        None => {}
    }
    let may_attach = frame.may(Permission::CaseWrite) && view.document.household.is_some();
    let envelope = view
        .envelope
        .as_ref()
        .map_or_else(String::new, |envelope| render(&EnvelopeCard { frame: &frame, document: id, view: envelope }).0);
    page(&CasePage { frame, view, page: html, aside, envelope, may_attach })
}

/// What the plugin says under a heading together with a reasoning (the trial calculation) goes to the right column,
/// everything else to the left.
fn split(page: &Page) -> (Page, Page) {
    let mut parts: Vec<Vec<Block>> = vec![Vec::new()];
    for block in &page.blocks {
        if matches!(block, Block::Heading { .. }) {
            parts.push(Vec::new());
        }
        parts.last_mut().expect("there is always a part").push(block.clone());
    }
    let reasons = |part: &Vec<Block>| part.iter().any(|block| matches!(block, Block::Reasons { .. }));
    let (right, left): (Vec<_>, Vec<_>) = parts.into_iter().partition(reasons);
    let page = |parts: Vec<Vec<Block>>| Page { blocks: parts.concat(), ..Page::default() };
    (page(left), page(right))
}

/// Draws pages of one plugin with the names they point at.
pub async fn draw_pages(
    app: &App,
    frame: &Frame,
    actor: &Actor,
    plugin: &str,
    forms: &[(String, String)],
    pages: &[&Page],
) -> Result<Vec<String>> {
    let wanted = plugin_pages::wanted(pages);
    // An office that sees no households sees dashes where a page points at one.
    let names = match names::masked(app, actor, &wanted).await {
        Ok(names) => names,
        Err(Error::Forbidden { .. }) => names::Names::default(),
        Err(error) => return Err(error),
    };
    let calendar = calendar_days::statutory(app, actor).await?;
    let drawing = Drawing { frame, names: &names, calendar: &calendar, plugin, forms };
    Ok(pages.iter().map(|page| plugin_pages::draw(&drawing, page)).collect())
}

/// Forms a page of the case shows in place, each with its button; one that may not be pressed now is left out, and the page
/// says so in its place.
async fn forms_in_place(
    app: &App,
    frame: &Frame,
    actor: &Actor,
    id: DocumentId,
    page: &Page,
) -> Result<Vec<(String, String)>> {
    let mut drawn = Vec::new();
    for (form, action) in plugin_pages::forms_of(page) {
        let Some(action) = action else { continue };
        match document::action_form(app, actor, id, action).await {
            Ok(view) => {
                let officers = officers(app, actor, &view).await?;
                let body = FormBody::new(frame, &view, &officers, None, &[], None, case_address(id, action));
                drawn.push((form.to_owned(), body.render().unwrap_or_default()));
            }
            Err(Error::Forbidden { .. } | Error::Refused { .. } | Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(drawn)
}

fn case_address(id: DocumentId, action: &str) -> String {
    format!("/documents/{id}/actions/{action}")
}

/// A form's own part: sections, hidden key, buttons. Drawn on its own page, or in place on a case's page.
#[derive(Template)]
#[template(path = "documents/_form.html")]
pub(super) struct FormBody {
    frame: Frame,
    pub(super) address: String,
    pub(super) key: String,
    pub(super) intro: String,
    pub(super) summary: String,
    pub(super) sections: Vec<SectionView>,
    pub(super) submit: String,
    pub(super) confirm: String,
    reacts: bool,
}

impl FormBody {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn new(
        frame: &Frame,
        view: &FormView,
        officers: &[user::Officer],
        posted: Option<&Posted>,
        problems: &[Problem],
        fill: Option<&Fill>,
        address: String,
    ) -> FormBody {
        let choices = Choices::of(view, officers, frame);
        let fill = fill.or(view.fill.as_ref());
        let (mut sections, mut intro, mut submit, mut reacts) =
            (Vec::new(), String::new(), frame.text(&view.action.label).to_owned(), false);
        if let Some(form) = &view.form {
            let opening = forms::typed(form, &view.values);
            sections = forms::draw(frame, form, posted.unwrap_or(&opening), problems, fill, &choices);
            intro = form.intro.as_ref().map(|intro| frame.text(intro).to_owned()).unwrap_or_default();
            if let Some(words) = &form.submit {
                submit = frame.text(words).to_owned();
            }
            reacts = form.reacts;
        }
        let fields: Vec<&FieldView> = sections.iter().flat_map(|section| &section.fields).collect();
        let key = match posted.map(|posted| posted.get(KEY)).filter(|key| !key.is_empty()) {
            Some(key) => key.to_owned(),
            None => view.idempotency_key.clone(),
        };
        FormBody {
            summary: summary(frame.words(), problems, fields),
            address,
            key,
            intro,
            submit,
            confirm: view.action.confirm.as_ref().map(|text| frame.text(text).to_owned()).unwrap_or_default(),
            reacts,
            sections,
            frame: frame.clone(),
        }
    }

    fn is_guided(&self) -> bool {
        self.sections.len() > 1
    }

    /// Says something beside a field.
    pub(super) fn tell(&mut self, field: &str, tone: &'static str, words: String) {
        let mut fields = self.sections.iter_mut().flat_map(|section| &mut section.fields);
        if let Some(view) = fields.find(|view| view.name == field) {
            view.told.push((tone, words));
        }
    }
}

#[derive(Template)]
#[template(path = "documents/form.html")]
struct FormPage {
    frame: Frame,
    title: String,
    crumb: String,
    back: String,
    body: FormBody,
    aside: String,
}

/// Where a form belongs: to a household, for a new case, or to a case.
struct Place {
    target: Target,
    address: String,
    back: String,
}

impl Place {
    /// Begun on a menu page, about no household.
    fn apart(plugin: &str, collection: &str) -> Place {
        let target =
            Target::New { plugin: plugin.to_owned(), collection: collection.to_owned(), household: None, person: None };
        Place { target, address: format!("/measures/{plugin}/new/{collection}"), back: "/".to_owned() }
    }

    fn new(household: i64, plugin: &str, collection: &str) -> Place {
        Place {
            target: Target::New {
                plugin: plugin.to_owned(),
                collection: collection.to_owned(),
                household: Some(HouseholdId(household)),
                person: None,
            },
            address: format!("/households/{household}/new/{plugin}/{collection}"),
            back: format!("/households/{household}"),
        }
    }

    fn case(id: i64, action: &str) -> Place {
        let id = DocumentId(id);
        Place { target: Target::Existing(id), address: case_address(id, action), back: format!("/documents/{id}") }
    }

    async fn form(&self, app: &App, actor: &Actor, action: &str) -> Result<FormView> {
        match &self.target {
            Target::New { plugin, collection, household, .. } => {
                document::new_form(app, actor, plugin, collection, *household).await
            }
            Target::Existing(id) => document::action_form(app, actor, *id, action).await,
        }
    }
}

pub(super) async fn officers(app: &App, actor: &Actor, view: &FormView) -> Result<Vec<user::Officer>> {
    match &view.form {
        Some(form) if forms::asks_officer(form) => user::officers(app, actor).await,
        _ => Ok(Vec::new()),
    }
}

/// The page of a form, with what was typed and what is wrong, and beside it what the plugin says so far.
async fn form_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    place: &Place,
    view: &FormView,
    posted: Option<&Posted>,
    problems: &[Problem],
    fill: Option<Fill>,
) -> Result<FormPage> {
    let officers = officers(app, actor, view).await?;
    let said = fill.as_ref().or(view.fill.as_ref());
    let aside = match said.and_then(|fill| fill.aside.as_ref()) {
        Some(aside) => draw_pages(app, &frame, actor, &view.plugin.id, &[], &[aside]).await?.concat(),
        None => String::new(),
    };
    let body = FormBody::new(&frame, view, &officers, posted, problems, fill.as_ref(), place.address.clone());
    let title = match &view.form {
        Some(form) if !form.title.zh.is_empty() => frame.text(&form.title).to_owned(),
        _ => frame.text(&view.action.label).to_owned(),
    };
    let crumb = match (&view.document, &view.household_title) {
        (Some(document), Some(household)) => format!("{} · {household}", document.title),
        (Some(document), None) => document.title.clone(),
        (None, Some(household)) => household.clone(),
        (None, None) => frame.text(&view.collection_label).to_owned(),
    };
    Ok(FormPage { frame, title, crumb, back: place.back.clone(), body, aside })
}

pub async fn new(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((household, plugin, collection)): Path<(i64, String, String)>,
) -> Answer {
    open(&app, frame, &actor, &Place::new(household, &plugin, &collection), "").await
}

pub async fn new_apart(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((plugin, collection)): Path<(String, String)>,
) -> Answer {
    open(&app, frame, &actor, &Place::apart(&plugin, &collection), "").await
}

pub async fn ask(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((id, action)): Path<(i64, String)>,
) -> Answer {
    open(&app, frame, &actor, &Place::case(id, &action), &action).await
}

async fn open(app: &App, frame: Frame, actor: &Actor, place: &Place, action: &str) -> Answer {
    let view = place.form(app, actor, action).await?;
    page(&form_page(app, frame, actor, place, &view, None, &[], None).await?)
}

pub async fn create(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((household, plugin, collection)): Path<(i64, String, String)>,
    posted: Posted,
) -> Answer {
    submit(&app, frame, &actor, &Place::new(household, &plugin, &collection), "", posted).await
}

pub async fn create_apart(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((plugin, collection)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    submit(&app, frame, &actor, &Place::apart(&plugin, &collection), "", posted).await
}

pub async fn press(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((id, action)): Path<(i64, String)>,
    posted: Posted,
) -> Answer {
    submit(&app, frame, &actor, &Place::case(id, &action), &action, posted).await
}

/// Presses a button with what was filled in; everything typed is still there when the answer is no.
async fn submit(app: &App, frame: Frame, actor: &Actor, place: &Place, action: &str, mut posted: Posted) -> Answer {
    let view = place.form(app, actor, action).await?;
    let mut wrong = keep_files(app, actor, &view, &mut posted).await?;
    let values = match &view.form {
        Some(form) => {
            let (values, unreadable) = forms::read(form, &posted);
            wrong.extend(unreadable);
            values
        }
        None => Values::new(),
    };
    if !posted.get(TRIAL).is_empty() {
        let fill = trial(app, actor, place, &view, &posted).await?;
        if let Some(form) = &view.form {
            forms::overlay(form, &mut posted, &fill.values);
        }
        return page(&form_page(app, frame, actor, place, &view, Some(&posted), &[], Some(fill)).await?);
    }
    if wrong.is_empty() {
        let press = Press {
            target: place.target.clone(),
            action: view.action.id.clone(),
            values,
            idempotency_key: posted.get(KEY).to_owned(),
        };
        match document::act(app, actor, press).await {
            Ok(pressed) => {
                let done = if pressed.repeated { "repeated" } else { "acted" };
                return match pressed.document {
                    Some(document) => go(&format!("/documents/{document}"), done),
                    None => go(&place.back, done),
                };
            }
            Err(error) => {
                let status = super::error::status(&error);
                // A failure of the plugin must not cost the officer what she typed either.
                let wrong = match error {
                    Error::Failure { outside, inside } => {
                        tracing::error!(error = %inside, "a button could not be carried out");
                        vec![Problem::new("", "failure", outside)]
                    }
                    error => problems(error)?,
                };
                // The files just added are choices of the form now.
                let view = place.form(app, actor, action).await.unwrap_or(view);
                let form = form_page(app, frame, actor, place, &view, Some(&posted), &wrong, None).await?;
                return show_with(status, &form);
            }
        }
    }
    let view = place.form(app, actor, action).await?;
    let form = form_page(app, frame, actor, place, &view, Some(&posted), &wrong, None).await?;
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
}

/// Stores uploaded files of the form's file fields and puts their ids among the values, ticked from now on.
pub(super) async fn keep_files(
    app: &App,
    actor: &Actor,
    view: &FormView,
    posted: &mut Posted,
) -> std::result::Result<Vec<Problem>, Failed> {
    let mut wrong = Vec::new();
    let files = std::mem::take(&mut posted.files);
    let Some(form) = &view.form else { return Ok(wrong) };
    for file in files {
        let field = crate::app::form::fields(form).find(|field| field.name == file.field);
        if !field.is_some_and(|field| field.kind == FieldKind::Files) {
            continue;
        }
        let (name, document) = (file.field.clone(), view.document.as_ref().map(|document| document.id));
        // A form sent again brings its photos again: they are there.
        let digest = hex::encode(Sha256::digest(&file.content));
        let mut kept = view.attachments.iter().filter(|kept| kept.digest == digest && kept.document == document);
        if let Some(kept) = kept.find(|kept| kept.added_by == actor.user_id()) {
            posted.fields.push((name, kept.id.to_string()));
            continue;
        }
        match add_all(app, actor, view.household, document, vec![file]).await {
            Ok(ids) => posted.fields.extend(ids.into_iter().map(|id| (name.clone(), id.to_string()))),
            Err(Failed(error)) => match error.as_ref() {
                Error::Invalid(problems) => {
                    let sentence = |problem: &Problem| format!("{}：{}", problem.field, problem.message);
                    wrong.extend(problems.iter().map(|problem| Problem::new(&name, "upload", sentence(problem))));
                }
                _ => return Err(Failed(error)),
            },
        }
    }
    Ok(wrong)
}

async fn trial(app: &App, actor: &Actor, place: &Place, view: &FormView, posted: &Posted) -> Result<Fill> {
    let Some(form) = &view.form else { return Ok(Fill::default()) };
    let (values, _) = forms::read(form, posted);
    document::fill(app, actor, &place.target, &form.id, &values, posted.get(TRIAL)).await
}

pub async fn new_trial(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((household, plugin, collection)): Path<(i64, String, String)>,
    posted: Posted,
) -> Answer {
    trial_aside(&app, frame, &actor, &Place::new(household, &plugin, &collection), "", posted).await
}

pub async fn new_apart_trial(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((plugin, collection)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    trial_aside(&app, frame, &actor, &Place::apart(&plugin, &collection), "", posted).await
}

pub async fn press_trial(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((id, action)): Path<(i64, String)>,
    posted: Posted,
) -> Answer {
    trial_aside(&app, frame, &actor, &Place::case(id, &action), &action, posted).await
}

/// Only the right column, for the script that asks while the form is filled in.
async fn trial_aside(app: &App, frame: Frame, actor: &Actor, place: &Place, action: &str, posted: Posted) -> Answer {
    let view = place.form(app, actor, action).await?;
    let html = match trial(app, actor, place, &view, &posted).await {
        Ok(fill) => match &fill.aside {
            Some(aside) => draw_pages(app, &frame, actor, &view.plugin.id, &[], &[aside]).await?.concat(),
            None => String::new(),
        },
        // A form half filled in is refused often; the column says so and the form stays.
        Err(error @ (Error::Refused { .. } | Error::Invalid(_))) => render(&TrialNote { message: error.to_string() }).0,
        Err(error) => return Err(error.into()),
    };
    Ok(axum::response::Html(html).into_response())
}

#[derive(Template)]
#[template(source = r#"<p class="soft">{{ message }}</p>"#, ext = "html")]
struct TrialNote {
    message: String,
}
