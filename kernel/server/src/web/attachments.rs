//! Files: photos and scans added to a household or a case, and opened again.

use super::error::{Answer, Failed};
use super::form_data::{Posted, PostedFile};
use super::frame::Who;
use super::{download, go};
use crate::App;
use crate::app::document;
use crate::app::household::{self, Upload};
use axum::extract::{Path, State};
use doudi_domain::{Actor, AttachmentId, DocumentId, Error, HouseholdId};

pub async fn create(State(app): State<App>, Who(actor): Who, Path(id): Path<i64>, posted: Posted) -> Answer {
    add_all(&app, &actor, Some(HouseholdId(id)), None, posted.files).await?;
    go(&format!("/households/{id}?tab=files"), "uploaded")
}

pub async fn create_for_document(
    State(app): State<App>,
    Who(actor): Who,
    Path(id): Path<i64>,
    posted: Posted,
) -> Answer {
    let document = document::view(&app, &actor, DocumentId(id)).await?.document;
    let household = document.household.ok_or(Error::refused("这个办件不属于某个家庭，不能上传材料"))?;
    add_all(&app, &actor, Some(household), Some(document.id), posted.files).await?;
    go(&format!("/documents/{id}"), "uploaded")
}

/// Adds files one by one, to a household or, where there is none, to a document or to what is being filled in; the first that is refused stops with its name in the sentence.
pub async fn add_all(
    app: &App,
    actor: &Actor,
    household: Option<HouseholdId>,
    document: Option<DocumentId>,
    files: Vec<PostedFile>,
) -> Result<Vec<AttachmentId>, Failed> {
    if files.is_empty() {
        return Err(Error::invalid("", "upload.none", "没有选择文件。请先选择照片或 PDF，再点上传").into());
    }
    let mut added = Vec::new();
    for file in files {
        let name = file.name.clone();
        let upload = Upload { name: file.name, media_type: file.media_type, content: file.content };
        let added_one = match household {
            Some(household) => household::attach(app, actor, household, document, upload).await,
            None => household::attach_apart(app, actor, document, upload).await,
        };
        match added_one {
            Ok(id) => added.push(id),
            Err(Error::Invalid(mut problems)) => {
                for problem in &mut problems {
                    problem.field = name.clone();
                }
                return Err(Error::Invalid(problems).into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(added)
}

/// Images and PDF open in the browser; the content policy keeps anything in them from running.
pub async fn show(State(app): State<App>, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    let (attachment, content) = household::attachment(&app, &actor, AttachmentId(id)).await?;
    Ok(download(&attachment.name, &attachment.media_type, content, true))
}
