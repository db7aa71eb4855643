//! Carries the router on a listener until told to stop; requests under way are finished first.

use crate::App;
use tokio::net::TcpListener;

pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, super::router(app)).with_graceful_shutdown(stop).await
}
