//! Figures for Prometheus, on an address of their own: not a page, not for officers, no session. And the layer that measures
//! every request by its route pattern; addresses carry ids and search words, and never become labels.

use crate::App;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};
use std::time::Instant;
use tokio::net::TcpListener;

/// What a scraper asks.
#[derive(Clone)]
struct Scraped {
    app: App,
    token: Option<String>,
}

/// Serves `/metrics` on a listener until told to stop.
pub async fn serve(
    app: App,
    listener: TcpListener,
    token: Option<String>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(app, token)).with_graceful_shutdown(stop).await
}

/// The one route. With a token it must be carried as `Authorization: Bearer`.
pub fn router(app: App, token: Option<String>) -> Router {
    Router::new().route("/metrics", get(show)).with_state(Scraped { app, token })
}

async fn show(State(Scraped { app, token }): State<Scraped>, headers: HeaderMap) -> Response {
    if let Some(token) = token
        && !carries(&headers, &token)
    {
        return (StatusCode::UNAUTHORIZED, "a token is needed\n").into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.watch.render(&app)).into_response()
}

/// Compared by digest, so that the time it takes tells nothing.
fn carries(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    Sha256::digest(given.trim()) == Sha256::digest(token.trim())
}

/// Counts the request and its time.
pub async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = match request.method().as_str() {
        known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD") => known,
        _ => "OTHER",
    }
    .to_owned();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    // What matches no route is one label, or strangers could make as many as they like.
    app.watch.request(&method, route.as_deref().unwrap_or("none"), response.status().as_u16(), began.elapsed());
    response
}
