//! The program itself over real HTTP on the loopback: how long from its start to the first page, and how quickly pages come
//! while 64 connections ask without a pause. Client and server share the machine's processors.

use crate::city::{CASEWORKER, City, LOGIN, PASSWORD};
use crate::line::Line;
use crate::report::percentile;
use anyhow::{Context, Result, bail};
use doudi_domain::HouseholdId;
use doudi_server::app::household;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

const CONNECTIONS: usize = 64;
const STARTS: usize = 11;
const LOAD: Duration = Duration::from_secs(10);
const WARM_UP: Duration = Duration::from_secs(1);
const EVALUATIONS: usize = 1_000;

/// The program beside this one.
fn program() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let program = own.with_file_name("doudi");
    if !program.is_file() {
        bail!("{} is missing. Run `cargo build --release -p doudi-server`", program.display());
    }
    Ok(program)
}

pub struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    pub async fn of(city: &City) -> Result<Server> {
        Server::start(&city.home, &city.url).await
    }

    /// Returns when it says where it listens.
    pub async fn start(home: &Path, url: &str) -> Result<Server> {
        let mut child = Command::new(program()?)
            .args(["serve", "--port", "0", "--no-worker"])
            .env("DOUDI_DATA", home)
            .env("DOUDI_DATABASE", url)
            .env("DOUDI_TODAY", City::today().to_string())
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut said = BufReader::new(child.stdout.take().context("no output")?).lines();
        while let Some(line) = said.next_line().await? {
            if let Some((_, rest)) = line.split_once("http://") {
                let address = rest.chars().take_while(|c| !c.is_whitespace()).collect();
                // Whoever reads no more would stop the program at its next word.
                tokio::spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
                return Ok(Server { child, address });
            }
        }
        bail!("the server ended before it listened")
    }

    /// The process, as the operating system numbers it.
    pub fn process(&self) -> Option<u32> {
        self.child.id()
    }

    pub async fn stop(mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

/// One kept-alive connection.
pub struct Browser {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    cookie: Option<String>,
}

impl Browser {
    pub async fn connect(address: &str, cookie: Option<String>) -> Result<Browser> {
        let (sender, connection) = handshake(TokioIo::new(TcpStream::connect(address).await?)).await?;
        tokio::spawn(connection);
        Ok(Browser { sender, host: address.to_owned(), cookie })
    }

    pub async fn ask(&mut self, method: &str, path: &str, form: &str) -> Result<(Response<()>, usize)> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.host)
            .header("sec-fetch-site", "same-origin");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if !form.is_empty() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let request = request.body(Full::new(Bytes::from(form.to_owned())))?;
        self.sender.ready().await?;
        let (parts, body) = self.sender.send_request(request).await?.into_parts();
        let length = body.collect().await?.to_bytes().len();
        Ok((Response::from_parts(parts, ()), length))
    }

    /// As an officer does; returns the cookie.
    pub async fn sign_in(address: &str, login: &str) -> Result<String> {
        let mut browser = Browser::connect(address, None).await?;
        let (answer, _) = browser.ask("POST", "/sign-in", &format!("login={login}&password={PASSWORD}&next=")).await?;
        let cookie = answer.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.with_context(|| format!("signing in was answered {}", answer.status()))?;
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }
}

/// From the start of the process to the last byte of the first page; the median.
pub async fn start(city: &City) -> Result<Line> {
    let mut times = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let began = Moment::now();
        let server = Server::of(city).await?;
        let (answer, length) = Browser::connect(&server.address, None).await?.ask("GET", "/sign-in", "").await?;
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        if !answer.status().is_success() || length == 0 {
            bail!("the first page was answered {}", answer.status());
        }
        server.stop().await?;
    }
    times.sort_by(f64::total_cmp);
    Ok(Line::new("start", city.engine, "server start to first page, median", percentile(&times, 50), "ms").aim(300.0))
}

/// Pages of different households, asked for by one signed-in officer over 64 connections at once. The floor: the use case
/// behind the page, which reads the same rows, called in this process by 64 tasks.
pub async fn pages(city: &City) -> Result<Vec<Line>> {
    let households = Arc::new(city.some_households(2_000).await?);
    let (floor, _) = floor(city, &households).await?;
    let server = Server::of(city).await?;
    let cookie = Browser::sign_in(&server.address, LOGIN).await?;
    let mut tasks = tokio::task::JoinSet::new();
    let begin = Moment::now() + WARM_UP;
    for number in 0..CONNECTIONS {
        let (households, address, cookie) = (households.clone(), server.address.clone(), cookie.clone());
        tasks.spawn(async move {
            let mut browser = Browser::connect(&address, Some(cookie)).await?;
            let mut times: Vec<f64> = Vec::new();
            for turn in 0.. {
                let at = (number * 31 + turn * CONNECTIONS) % households.len();
                let asked = Moment::now();
                if asked > begin + LOAD {
                    break;
                }
                let (answer, length) = browser.ask("GET", &format!("/households/{}", households[at]), "").await?;
                if answer.status() != 200 || length < 1_000 {
                    bail!("a household's page was answered {} with {length} bytes", answer.status());
                }
                if asked >= begin {
                    times.push(asked.elapsed().as_secs_f64() * 1_000.0);
                }
            }
            Ok(times)
        });
    }
    let times = collect(tasks).await?;
    server.stop().await?;
    let per_second = times.len() as f64 / LOAD.as_secs_f64();
    let line = |what: &str, value, unit| Line::new("pages", city.engine, what, value, unit);
    let what = format!("household page under {CONNECTIONS} connections, p50");
    Ok(vec![
        line(&what, percentile(&times, 50), "ms").floor(percentile(&floor, 50)),
        line("household page, p99", percentile(&times, 99), "ms").floor(percentile(&floor, 99)),
        line("household pages a second", per_second, "/s"),
    ])
}

/// One evaluation through HTTP: what the trial beside an application asks while somebody fills it in. Session, household and facts
/// from storage, the rule in the sandbox, the why tree drawn. One connection, one request after the other.
pub async fn evaluation(city: &City) -> Result<Vec<Line>> {
    let households = city.caseworker().await?;
    let server = Server::of(city).await?;
    let cookie = Browser::sign_in(&server.address, CASEWORKER).await?;
    let mut browser = Browser::connect(&server.address, Some(cookie)).await?;
    let mut times = Vec::with_capacity(EVALUATIONS);
    for turn in 0..EVALUATIONS + EVALUATIONS / 10 {
        let path = format!("/households/{}/new/dibao/application/trial", households[turn % households.len()]);
        let asked = Moment::now();
        let (answer, length) = browser.ask("POST", &path, "single=false").await?;
        if answer.status() != 200 || length < 1_000 {
            bail!("a trial was answered {} with {length} bytes", answer.status());
        }
        // The first ones warm the caches.
        if turn >= EVALUATIONS / 10 {
            times.push(asked.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    server.stop().await?;
    times.sort_by(f64::total_cmp);
    let line = |what: &str, share| Line::new("pages", city.engine, what, percentile(&times, share), "ms");
    Ok(vec![
        line("one evaluation through HTTP with its reasons, p50", 50),
        line("one evaluation through HTTP, p99", 99),
    ])
}

async fn floor(city: &City, households: &Arc<Vec<HouseholdId>>) -> Result<(Vec<f64>, f64)> {
    let actor = city.officer().await?;
    let mut tasks = tokio::task::JoinSet::new();
    let end = Moment::now() + LOAD / 2;
    for number in 0..CONNECTIONS {
        let (app, actor, households) = (city.app.clone(), actor.clone(), households.clone());
        tasks.spawn(async move {
            let mut times: Vec<f64> = Vec::new();
            for turn in 0.. {
                let began = Moment::now();
                if began > end {
                    break;
                }
                let at = (number * 31 + turn * CONNECTIONS) % households.len();
                household::file(&app, &actor, households[at], None).await?;
                times.push(began.elapsed().as_secs_f64() * 1_000.0);
            }
            Ok(times)
        });
    }
    let times = collect(tasks).await?;
    let per_second = times.len() as f64 / (LOAD / 2).as_secs_f64();
    Ok((times, per_second))
}

async fn collect(mut tasks: tokio::task::JoinSet<Result<Vec<f64>>>) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    while let Some(task) = tasks.join_next().await {
        times.extend(task??);
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}
