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

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
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

/// The addresses a page refers to.
#[derive(Debug)]
pub struct Urls {
    pub css: String,
    pub js: String,
    pub htmx: Option<String>,
    /// Stylesheet, program and its start, for the page of the API.
    pub swagger: Option<[String; 3]>,
}

pub static URLS: LazyLock<Urls> = LazyLock::new(|| Urls {
    css: address(&CSS),
    js: address(&JS),
    htmx: (!HTMX.content.is_empty()).then(|| address(&HTMX)),
    swagger: (!SWAGGER_JS.content.is_empty() && !SWAGGER_CSS.content.is_empty())
        .then(|| [&SWAGGER_CSS, &SWAGGER_JS, &API_JS].map(address)),
});

/// `/assets/<digest>/<file name>`.
fn address(file: &File) -> String {
    format!("/assets/{}/{}", &hex::encode(Sha256::digest(file.content))[..16], file.name)
}

/// Serves a file under any digest: an old page kept open still gets the current file rather than none.
pub async fn show(Path((_digest, name)): Path<(String, String)>) -> Response {
    match [CSS, JS, HTMX, API_JS, SWAGGER_JS, SWAGGER_CSS]
        .into_iter()
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
