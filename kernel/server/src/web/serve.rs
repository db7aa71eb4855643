//! Carries the router on a listener until told to stop; requests under way are finished first.

use crate::App;
use std::net::SocketAddr;
use tokio::net::TcpListener;

pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    // The address a request comes from: the API counts wrong tokens by it.
    let service = super::router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await
}
