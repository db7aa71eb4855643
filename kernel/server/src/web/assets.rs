//! Stylesheet and scripts, inside the program. The address of a file carries its digest, so that browsers keep it for a year
//! and a new version has a new address. What is borrowed is there when it was fetched before the build (see `build.rs`);
//! without htmx the pages work as plain links and forms, without Swagger UI the page of the API is a plain list.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

struct File {
    name: &'static str,
    media_type: &'static str,
    content: &'static [u8],
}

pub const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: File = File {
    name: "doudi.css",
    media_type: "text/css; charset=utf-8",
    content: include_bytes!("../../assets/doudi.css"),
};
const JS: File = File { name: "doudi.js", media_type: JAVASCRIPT, content: include_bytes!("../../assets/doudi.js") };
/// Empty when it was not fetched.
const HTMX: File = File {
    name: "htmx.min.js",
    media_type: JAVASCRIPT,
    content: include_bytes!(concat!(env!("OUT_DIR"), "/htmx.min.js")),
};

const API_JS: File = File { name: "api.js", media_type: JAVASCRIPT, content: include_bytes!("../../assets/api.js") };
/// Empty when they were not fetched.
const SWAGGER_JS: File = File {
    name: "swagger-ui-bundle.js",
    media_type: JAVASCRIPT,
    content: include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js")),
};
const SWAGGER_CSS: File = File {
    name: "swagger-ui.css",
    media_type: "text/css; charset=utf-8",
    content: include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css")),
};

const FIELD_CSS: File = File {
    name: "field.css",
    media_type: "text/css; charset=utf-8",
    content: include_bytes!("../../assets/field.css"),
};
/// Scripts of the pages for the phone, in the order they are run.
const FIELD: [File; 7] = [
    script("field-store.js", include_bytes!("../../assets/field-store.js")),
    script("field-photos.js", include_bytes!("../../assets/field-photos.js")),
    script("field-position.js", include_bytes!("../../assets/field-position.js")),
    script("field-send.js", include_bytes!("../../assets/field-send.js")),
    script("field-conflict.js", include_bytes!("../../assets/field-conflict.js")),
    script("field-form.js", include_bytes!("../../assets/field-form.js")),
    script("field.js", include_bytes!("../../assets/field.js")),
];
const WORKER: &str = include_str!("../../assets/field-worker.js");

const fn script(name: &'static str, content: &'static [u8]) -> File {
    File { name, media_type: JAVASCRIPT, content }
}

/// The addresses a page refers to.
#[derive(Debug)]
pub struct Urls {
    pub css: String,
    pub js: String,
    pub htmx: Option<String>,
    /// Stylesheet, program and its start, for the page of the API.
    pub swagger: Option<[String; 3]>,
    /// Style and scripts of the pages for the phone.
    pub field_css: String,
    pub field: Vec<String>,
    /// The worker of those pages, whole: it is told what to keep.
    pub worker: String,
}

pub static URLS: LazyLock<Urls> = LazyLock::new(|| Urls {
    css: address(&CSS),
    js: address(&JS),
    htmx: (!HTMX.content.is_empty()).then(|| address(&HTMX)),
    swagger: (!SWAGGER_JS.content.is_empty() && !SWAGGER_CSS.content.is_empty())
        .then(|| [&SWAGGER_CSS, &SWAGGER_JS, &API_JS].map(address)),
    field_css: address(&FIELD_CSS),
    field: FIELD.iter().map(address).collect(),
    worker: worker(),
});

/// What the pages for the phone are made of comes before the worker's own text: when any of it changes, so does the worker, and
/// browsers fetch the new one.
fn worker() -> String {
    let urls: Vec<String> = [&CSS, &FIELD_CSS, &JS].into_iter().chain(&FIELD).map(address).collect();
    let version = &hex::encode(Sha256::digest(urls.concat()))[..16];
    format!("const SHELL = {};\n{WORKER}", serde_json::json!({ "version": version, "urls": urls }))
}

/// `/assets/<digest>/<file name>`.
fn address(file: &File) -> String {
    format!("/assets/{}/{}", &hex::encode(Sha256::digest(file.content))[..16], file.name)
}

/// Serves a file under any digest: an old page kept open still gets the current file rather than none.
pub async fn show(Path((_digest, name)): Path<(String, String)>) -> Response {
    match [CSS, FIELD_CSS, JS, HTMX, API_JS, SWAGGER_JS, SWAGGER_CSS]
        .into_iter()
        .chain(FIELD)
        .find(|file| file.name == name && !file.content.is_empty())
    {
        Some(file) => (
            [(header::CONTENT_TYPE, file.media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")],
            file.content,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
