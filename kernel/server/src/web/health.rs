//! Is the server able to work? For load balancers and operators: no session, no language, no detail for strangers.

use crate::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

pub async fn show(State(app): State<App>) -> Response {
    match app.storage.ready().await {
        Ok(()) => "ok".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready").into_response()
        }
    }
}
