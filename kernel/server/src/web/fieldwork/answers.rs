//! What a phone is told of a form it sent: a word it can act on, and for people the same in a sentence.

use super::sides;
use crate::App;
use crate::app::document::Target;
use crate::app::fieldwork::{self, Moved, MovedStep};
use crate::web::documents;
use crate::web::error::{Answer, Failed, status};
use crate::web::forms::{self, Choices};
use crate::web::frame::Frame;
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use doudi_documents::Values;
use doudi_domain::{Actor, DocumentId, Error, Problem};
use serde_json::{Value, json};

/// What became of a form from the field.
pub enum Outcome {
    Done {
        document: Option<DocumentId>,
        repeated: bool,
    },
    /// Filled in wrongly, or refused by workflow or measure.
    Refused {
        message: String,
        problems: Vec<Problem>,
    },
    /// The case moved on meanwhile.
    Moved(Box<Moved>),
    /// Somebody else has signed in on this phone.
    OtherUser,
}

/// `07-06 09:30 王芳 登记走访：已走访`.
pub fn step_words(frame: &Frame, step: &MovedStep) -> String {
    format!("{} {} {}：{}", step.at.minute(), step.by, frame.text(&step.action), frame.text(&step.to))
}

/// The answer for the script that sent it.
pub async fn json(app: &App, frame: &Frame, actor: &Actor, target: &Target, outcome: Outcome) -> Answer {
    let (status, body) = match outcome {
        Outcome::Done { document, repeated } => {
            let document = document.map(|id| id.to_string());
            (StatusCode::OK, json!({ "outcome": "done", "document": document, "repeated": repeated }))
        }
        Outcome::Refused { message, problems } => {
            let problems: Vec<Value> =
                problems.iter().map(|problem| json!({ "field": problem.field, "message": problem.message })).collect();
            let body = json!({ "outcome": "refused", "message": message, "problems": problems });
            (StatusCode::UNPROCESSABLE_ENTITY, body)
        }
        Outcome::OtherUser => {
            let message = frame.t("这份登记是另一账号填写的，请用原来的账号登录后提交");
            (StatusCode::CONFLICT, json!({ "outcome": "other-user", "message": message }))
        }
        Outcome::Moved(moved) => (StatusCode::CONFLICT, conflict(app, frame, actor, target, &moved).await?),
    };
    Ok((status, Json(body)).into_response())
}

/// Both sides, each as it is posted and as it is read.
async fn conflict(app: &App, frame: &Frame, actor: &Actor, target: &Target, moved: &Moved) -> Result<Value, Failed> {
    let mut choices = Choices::default();
    let mut form = None;
    // The words of members and officers, as far as the form may still be opened.
    if moved.why_not.is_none()
        && let Ok(view) = fieldwork::form(app, actor, target, &moved.action).await
    {
        choices = Choices::of(&view, &documents::officers(app, actor, &view).await?, frame);
        form = view.form;
    }
    let steps: Vec<Value> = moved
        .steps
        .iter()
        .map(|step| {
            json!({
                "at": step.at.minute(), "by": step.by,
                "action": frame.text(&step.action), "to": frame.text(&step.to),
            })
        })
        .collect();
    let fields: Vec<Value> = moved
        .fields
        .iter()
        .map(|side| {
            // As the inputs of the form have it; a position is several inputs.
            let inputs = |value: &Option<Value>| -> Vec<(String, String)> {
                let (Some(form), Some(value)) = (&form, value) else { return Vec::new() };
                let only = Values::from_iter([(side.field.name.clone(), value.clone())]);
                forms::typed_only(form, &only)
            };
            let (mine, theirs) = (inputs(&side.mine), inputs(&side.theirs));
            let mut names: Vec<&str> = mine.iter().chain(&theirs).map(|(name, _)| name.as_str()).collect();
            names.push(&side.field.name);
            names.sort_unstable();
            names.dedup();
            json!({
                "name": side.field.name,
                "label": frame.text(&side.field.label),
                "mine_text": sides::shown(frame, &side.field, side.mine.as_ref(), &choices),
                "theirs_text": sides::shown(frame, &side.field, side.theirs.as_ref(), &choices),
                "names": names,
                "theirs": theirs,
            })
        })
        .collect();
    Ok(json!({
        "outcome": "conflict",
        "message": frame.t("您离线时，别人也办理了这一件"),
        "revision": moved.revision,
        "possible": moved.why_not.is_none(),
        "why": moved.why_not,
        "steps": steps,
        "fields": fields,
    }))
}

/// What is not there, not allowed, or failed: a script must not guess it from a page. What failed may be sent again.
pub fn failed(failed: &Failed) -> axum::response::Response {
    let error = failed.0.as_ref();
    let outcome = match error {
        Error::Failure { inside, .. } => {
            tracing::error!(error = %inside, "a form from the field could not be taken");
            "later"
        }
        _ => "refused",
    };
    let body = json!({ "outcome": outcome, "message": error.to_string(), "problems": [] });
    (status(error), Json(body)).into_response()
}

/// For a session that has ended: the phone keeps what it has and asks its user to sign in again.
pub fn signed_out() -> axum::response::Response {
    (StatusCode::UNAUTHORIZED, Json(json!({ "outcome": "sign-in" }))).into_response()
}
