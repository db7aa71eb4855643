//! What a browser posted, as a list of names and texts and a list of files, whichever of the two encodings it came in.

use super::error::Failed;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use doudi_domain::{Error, Problem};
use std::str::FromStr;

/// Fields in the order of the form; a name may stand several times.
#[derive(Clone, Debug, Default)]
pub struct Posted {
    pub fields: Vec<(String, String)>,
    pub files: Vec<PostedFile>,
}

#[derive(Clone, Debug)]
pub struct PostedFile {
    /// The name of the field.
    pub field: String,
    pub name: String,
    pub media_type: String,
    pub content: Vec<u8>,
}

impl Posted {
    /// The first value under a name, without blanks around it; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value.trim())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.trim())
    }

    pub fn ticked(&self, name: &str) -> bool {
        matches!(self.get(name), "yes" | "on" | "1" | "true")
    }

    /// A number or id; a problem beside the field when it is none.
    pub fn parse<T: FromStr>(&self, name: &str, label: &str, problems: &mut Vec<Problem>) -> Option<T> {
        match self.get(name).parse() {
            Ok(value) => Some(value),
            Err(_) => {
                problems.push(Problem::new(name, "form.parse", format!("请填写{label}")));
                None
            }
        }
    }

    /// The same for what may be left empty.
    pub fn parse_optional<T: FromStr>(&self, name: &str, label: &str, problems: &mut Vec<Problem>) -> Option<T> {
        if self.get(name).is_empty() { None } else { self.parse(name, label, problems) }
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Failed;

    async fn from_request(request: Request, state: &S) -> Result<Posted, Failed> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            let multipart =
                Multipart::from_request(request, state).await.map_err(|error| incomplete(&error.body_text()))?;
            return read(multipart).await;
        }
        let body =
            axum::body::Bytes::from_request(request, state).await.map_err(|error| match error.status().as_u16() {
                413 => Error::refused("填写的内容过长，请缩短后再提交").into(),
                _ => incomplete(&error.body_text()),
            })?;
        let fields = serde_urlencoded::from_bytes(&body).map_err(|error| incomplete(&error.to_string()))?;
        Ok(Posted { fields, files: Vec::new() })
    }
}

async fn read(mut multipart: Multipart) -> Result<Posted, Failed> {
    let mut posted = Posted::default();
    let broken = |error: axum::extract::multipart::MultipartError| match error.status().as_u16() {
        413 => Failed::from(Error::refused("文件过大。一次上传不超过 32 兆字节，请压缩或分开上传")),
        _ => incomplete(&error.body_text()),
    };
    while let Some(part) = multipart.next_field().await.map_err(broken)? {
        let field = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(name) => {
                let media_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
                let content = part.bytes().await.map_err(broken)?.to_vec();
                // A file field left empty arrives as a file without name and content.
                if !name.is_empty() {
                    posted.files.push(PostedFile { field, name, media_type, content });
                }
            }
            None => posted.fields.push((field, part.text().await.map_err(broken)?)),
        }
    }
    Ok(posted)
}

fn incomplete(detail: &str) -> Failed {
    tracing::info!(detail, "a posted form could not be read");
    Error::refused("收到的内容不完整。请检查网络后返回上一页重新提交").into()
}
