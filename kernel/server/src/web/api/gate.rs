//! What every request to the API passes: the token, the office, the token's scopes, the size of the body, the idempotency
//! key; and on the way out, the framework's own refusals in the house's words. Cookies are never looked at, so that no page
//! of another site can speak in a visitor's name.
//!
//! A write is done once for each key: the key is remembered in the transaction of the write itself, the answer is kept
//! beside it and given again to a repeat. Only what was carried out is kept; a refused request has done nothing and may be
//! sent again with the same key.

use super::call::{self, Call};
use super::limiter::Limiter;
use super::problem::{self, Fault, KEY_REUSED, KEY_USED, OUT_OF_SCOPE, TOO_LARGE, TOO_MANY, UNAUTHORIZED};
use super::{Route, route};
use crate::App;
use crate::app::token::{self, Caller};
use crate::web::gate::{BODY_LIMIT, UPLOAD_LIMIT};
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use doudi_domain::policy;
use doudi_domain::token::Deed;
use doudi_domain::{Actor, Error};
use doudi_storage::answer::{Answer, Known, RequestKey};
use sha2::{Digest, Sha256};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Tells a repeat that it got the first answer.
pub const REPLAYED: &str = "idempotency-replayed";
/// Headers kept with an answer.
const KEPT: [HeaderName; 3] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG];

/// What the gate knows.
#[derive(Clone)]
pub struct Gate {
    pub app: App,
    pub limiter: Arc<Limiter>,
}

pub async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let response = match guarded(&gate, request, next).await {
        Ok(response) => response,
        Err(fault) => fault.into_response(),
    };
    in_own_words(response)
}

async fn guarded(gate: &Gate, mut request: Request, next: Next) -> Result<Response, Fault> {
    let matched = request.extensions().get::<MatchedPath>().map(|matched| matched.as_str().to_owned());
    let Some(route) = matched.as_deref().and_then(|path| route(request.method(), path)) else {
        // An unknown address, or an unknown method of a known one: answered by the router.
        return Ok(next.run(request).await);
    };
    let caller = match bearer(request.headers()) {
        Some(secret) => Some(known_caller(gate, address(&request), &secret).await?),
        None if route.needs.is_none() => None,
        None => return Err(no_token()),
    };
    let Some(caller) = caller else { return Ok(next.run(request).await) };
    let actor = Actor::from(&caller.user);
    admit(route, &actor, &caller)?;

    let most = if route.upload { UPLOAD_LIMIT } else { BODY_LIMIT };
    let body = std::mem::take(request.body_mut());
    let body = axum::body::to_bytes(body, most).await.map_err(|_| {
        let most = if route.upload { "文件不超过 32 兆字节" } else { "数据不超过 2 兆字节" };
        Fault::new(TOO_LARGE, format!("内容过大，或没有收完整。{most}"))
    })?;
    if !route.keyed {
        let call = Call { app: gate.app.clone(), actor, caller };
        return Ok(run(request, body, call, next).await);
    }
    let key = call::idempotency_key(request.headers())?;
    let key = RequestKey::new(format!("api/{}/{key}", caller.user.id));
    let fingerprint = fingerprint(&request, &body);
    let county = actor.county();
    match gate.app.storage.request_known(county, &key).await? {
        Known::Fresh => {}
        Known::Done => return Err(done_before()),
        Known::Answered(answer) if answer.fingerprint != fingerprint => {
            let detail = "这个 Idempotency-Key 已用于另一请求。请为这一次办理换一个新的值";
            return Err(Fault::new(KEY_REUSED, detail));
        }
        Known::Answered(answer) => return Ok(again(answer)),
    }
    let app = App { storage: gate.app.storage.for_request(&key), ..gate.app.clone() };
    let response = run(request, body, Call { app, actor, caller }, next).await;
    if key.was_repeated() && !response.status().is_success() {
        return Err(done_before());
    }
    if !response.status().is_success() {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes =
        axum::body::to_bytes(body, UPLOAD_LIMIT).await.map_err(|error| Error::failure("答复没有完成", error))?;
    let answer = Answer {
        fingerprint,
        status: i32::from(parts.status.as_u16()),
        headers: kept_headers(&parts.headers),
        body: bytes.to_vec(),
    };
    if let Err(error) = gate.app.storage.answer_keep(county, &key, &answer, gate.app.now()).await {
        // What was done is done and its key remembered: a repeat will be told so.
        tracing::warn!(%error, "an answer could not be kept for repeats");
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

async fn run(mut request: Request, body: Bytes, call: Call, next: Next) -> Response {
    request.extensions_mut().insert(call);
    *request.body_mut() = Body::from(body);
    next.run(request).await
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = given.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim().to_owned())
}

fn address(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}

fn no_token() -> Fault {
    Fault::new(UNAUTHORIZED, "请在 Authorization 头中出示接口令牌：Bearer doudi_…")
}

/// A wrong token is counted by where it comes from; a right one is never kept out by the wrong ones of its neighbours.
async fn known_caller(gate: &Gate, from: Option<IpAddr>, secret: &str) -> Result<Caller, Fault> {
    let now = gate.app.now();
    if let Some(caller) = token::caller(&gate.app, secret).await? {
        return Ok(caller);
    }
    match gate.limiter.failed(from, now) {
        None => Err(Fault::new(UNAUTHORIZED, "接口令牌无效、已过期或已撤销。请重新建立令牌")),
        Some(seconds) => {
            let detail = format!("从这个地址出示无效令牌的次数过多，请 {seconds} 秒后再试");
            Err(Fault { retry_after: Some(seconds), ..Fault::new(TOO_MANY, detail) })
        }
    }
}

/// The office first, then the token: each says who could do it.
fn admit(route: &Route, actor: &Actor, caller: &Caller) -> Result<(), Fault> {
    let Some(needs) = route.needs else { return Ok(()) };
    for permission in needs {
        policy::require(actor, *permission)?;
    }
    if route.is_common() || caller.token.scopes.allow(route.deed, route.resource) {
        return Ok(());
    }
    let word = match route.deed {
        Deed::Read => format!("read 或 {}:read", route.resource),
        Deed::Write => format!("write 或 {}:write", route.resource),
        Deed::Admin => format!("admin 或 {}:write", route.resource),
        Deed::Reveal => "reveal".to_owned(),
    };
    let detail = format!("这个令牌的权限范围是 {}，这一操作需要 {word}。请另建令牌", caller.token.scopes);
    Err(Fault::new(OUT_OF_SCOPE, detail))
}

fn fingerprint(request: &Request, body: &Bytes) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in [request.method().as_str().as_bytes(), request.uri().to_string().as_bytes(), body.as_ref()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

fn kept_headers(headers: &HeaderMap) -> String {
    let kept: Vec<(&str, &str)> =
        KEPT.iter().filter_map(|name| Some((name.as_str(), headers.get(name)?.to_str().ok()?))).collect();
    serde_json::to_string(&kept).expect("strings are always JSON")
}

/// The first answer, once more.
fn again(answer: Answer) -> Response {
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let mut response = (status.unwrap_or(StatusCode::OK), answer.body).into_response();
    let kept: Vec<(String, String)> = serde_json::from_str(&answer.headers).unwrap_or_default();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    for (name, value) in kept {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

fn done_before() -> Fault {
    let detail = "带这个 Idempotency-Key 的请求已经办理或正在办理，当时的答复没有留存，没有重复办理。请先查询办理结果";
    Fault::new(KEY_USED, detail)
}

/// Refusals of the framework and of the layers inside become problems; our own answers pass as they are.
fn in_own_words(response: Response) -> Response {
    let status = response.status();
    if status.is_success() || status.is_redirection() {
        return response;
    }
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if kind == problem::MEDIA_TYPE.as_bytes() {
        return response;
    }
    let Some(fault) = problem::of_status(status) else { return response };
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut answer = fault.into_response();
    if let Some(allow) = allow {
        answer.headers_mut().insert(header::ALLOW, allow);
    }
    answer
}
