//! `doudi serve`: the web and the worker in one process, until interrupted.

use super::Outcome;
use crate::app::{App, division, trust};
use crate::web;
use crate::worker::Worker;
use doudi_domain::{Actor, Error, Result};
use std::net::{IpAddr, SocketAddr};
use tokio::net::TcpListener;
use tokio::sync::watch;

#[derive(clap::Args)]
pub(super) struct Serve {
    /// 端口
    #[arg(long, env = "DOUDI_PORT", default_value_t = 8080)]
    port: u16,
    /// 监听地址。对外提供服务时应在前面设置支持加密访问的反向代理
    #[arg(long, env = "DOUDI_BIND", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// 在这个地址提供运行指标（Prometheus 格式，例如 127.0.0.1:9180）；默认不提供
    #[arg(long, env = "DOUDI_METRICS")]
    metrics: Option<SocketAddr>,
    /// 读取运行指标所需的令牌；指标地址不是本机地址时必须设置
    #[arg(long, env = "DOUDI_METRICS_TOKEN", hide_env_values = true)]
    metrics_token: Option<String>,
    /// 不在本进程内办理定期任务和事件（另有进程办理时使用）
    #[arg(long, env = "DOUDI_NO_WORKER")]
    no_worker: bool,
}

impl Serve {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let listener = TcpListener::bind((self.bind, self.port)).await.map_err(|error| {
            Error::failure(
                format!("不能在 {} 的 {} 端口提供服务，可能已被占用。请用 --port 换一个端口", self.bind, self.port),
                error,
            )
        })?;
        let address = listener.local_addr().map_err(|error| Error::failure("服务没有启动", error))?;
        let figures = self.metrics_listener().await?;
        let (stop, stopped) = watch::channel(false);
        let worker = (!self.no_worker).then(|| {
            let stopped = stopped.clone();
            tokio::spawn(Worker::new(app.clone()).run(until(stopped)))
        });
        let kept = tokio::spawn(crate::watch::keep(app.clone(), until(stopped.clone())));
        if let Some(listener) = figures {
            let (app, stopped) = (app.clone(), until(stopped.clone()));
            tokio::spawn(async move {
                if let Err(error) = web::metrics::serve(app, listener, self.metrics_token, stopped).await {
                    tracing::error!(%error, "the figures are no longer served");
                }
            });
        }
        say!("兜底已启动：http://{address}  （按 Ctrl+C 停止）");
        tokio::spawn(async move {
            interrupted().await;
            let _ = stop.send(true);
        });
        tokio::spawn(tell_of_concerns(app.clone()));
        let served = web::serve::serve(app.clone(), listener, until(stopped)).await;
        if let Some(worker) = worker {
            // The server may have ended by itself; then the worker is not waited for.
            if served.is_ok() && worker.await.is_err() {
                tracing::error!("the worker ended badly");
            }
        }
        if served.is_ok() {
            let _ = kept.await;
        }
        served.map_err(|error| Error::failure("服务异常停止", error))?;
        say!("已停止");
        Ok(Outcome::Done)
    }
}

impl Serve {
    /// The figures tell nothing of any person, but they do tell how busy a county is: whoever is not on this machine needs
    /// a token.
    async fn metrics_listener(&self) -> Result<Option<TcpListener>> {
        let Some(address) = self.metrics else { return Ok(None) };
        if !address.ip().is_loopback() && self.metrics_token.as_deref().is_none_or(|token| token.trim().len() < 16) {
            return Err(Error::invalid(
                "--metrics-token",
                "metrics.token",
                format!(
                    "指标地址 {address} 不是本机地址，须同时设置至少 16 个字符的 --metrics-token，或改用 127.0.0.1"
                ),
            ));
        }
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Error::failure(format!("不能在 {address} 提供运行指标，可能已被占用。请用 --metrics 换一个地址"), error)
        })?;
        Ok(Some(listener))
    }
}

/// Says in the log, once at the start, which measures run on signatures that count no more.
async fn tell_of_concerns(app: App) {
    let told = async {
        for (county, _) in division::counties(&app).await? {
            for concern in trust::concerns(&app, &Actor::System { division: county.division() }).await? {
                let (plugin, lacking) = (&concern.enablement.plugin, &concern.trust.verdict.lacking);
                let revoked = concern.trust.verdict.revoked;
                tracing::warn!(county = %county, plugin, revoked, "a measure runs without the signatures asked for: {lacking}");
            }
        }
        Ok::<(), Error>(())
    };
    if let Err(error) = told.await {
        tracing::warn!(%error, "signatures could not be looked at");
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that nobody can say stop any more.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Ctrl+C, or the service manager's request to end.
async fn interrupted() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
