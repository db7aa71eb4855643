//! Files over the API: adding one to a household or a case, listing, and fetching the bytes.

use super::call::{Ask, At, Call, Kinds, Raw};
use super::households::Created;
use super::problem::Answer;
use super::reply::{File, Made, Shown};
use super::shape::{Id, Moment};
use crate::app::household::{self, Attachment, Upload};
use doudi_domain::{AttachmentId, DocumentId, HouseholdId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Photos and documents.
pub struct Photos;

impl Kinds for Photos {
    const TYPES: &'static [&'static str] =
        &["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "application/pdf"];
}

/// 材料
#[derive(Serialize, ToSchema)]
pub struct Attached {
    id: Id,
    name: String,
    media_type: String,
    /// 字节
    size: i64,
    /// SHA-256
    digest: String,
    document: Option<Id>,
    added_at: Moment,
}

impl From<Attachment> for Attached {
    fn from(file: Attachment) -> Attached {
        Attached {
            id: Id(file.id.0),
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            digest: file.digest,
            document: file.document.map(|id| Id(id.0)),
            added_at: Moment(file.added_at),
        }
    }
}

/// 家庭的全部材料
#[derive(Serialize, ToSchema)]
pub struct Files {
    items: Vec<Attached>,
}

pub async fn index(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<Files>> {
    let view = household::file(&call.app, &call.actor, HouseholdId(id.0), None).await?;
    Ok(Shown(Files { items: view.attachments.into_iter().map(Attached::from).collect() }))
}

pub async fn show(call: Call, At((id,)): At<(Id,)>) -> Answer<File<Photos>> {
    let (attachment, content) = household::attachment(&call.app, &call.actor, AttachmentId(id.0)).await?;
    Ok(File::new(&attachment.name, &attachment.media_type, content))
}

/// What it is called and belongs to.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// 文件名，例如 户口簿.jpg
    name: String,
    /// 属于哪个办件；只属于家庭时不填
    #[param(value_type = Option<Id>)]
    document: Option<Id>,
}

pub async fn create(
    call: Call,
    At((id,)): At<(Id,)>,
    Ask(about): Ask<About>,
    file: Raw<Photos>,
) -> Answer<Made<Created>> {
    let upload = Upload { name: about.name, media_type: file.media_type, content: file.content };
    let document = about.document.map(|id| DocumentId(id.0));
    let id = household::attach(&call.app, &call.actor, HouseholdId(id.0), document, upload).await?;
    Ok(Made { location: format!("/attachments/{id}"), value: Created { id: Id(id.0) } })
}
