//! What a handler of the API takes: who calls, what the address names, what the query asks, and the body. Each is read
//! strictly, tells what is wrong in one answer, and describes itself for the documentation ([`super::operation`]).

use super::operation::{Described, Input};
use super::problem::{
    BAD_REQUEST, CHANGED, Fault, INVALID, KEY_MISSING, MEDIA_TYPE_UNKNOWN, NOT_FOUND, REVISION_MISSING,
};
use super::shape::{Day, Id, LIMIT, LIMIT_MOST};
use crate::App;
use crate::app::token::Caller;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use doudi_domain::{Actor, Error, Problem};
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Content, RefOr, Required, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// Who calls. The gate puts it there; its [`App`] writes each thing once when the request carries a key.
#[derive(Clone)]
pub struct Call {
    pub app: App,
    pub actor: Actor,
    pub caller: Caller,
}

impl<S: Send + Sync> FromRequestParts<S> for Call {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Call, Fault> {
        Ok(parts.extensions.get::<Call>().expect("the gate stands before every handler").clone())
    }
}

impl Input for Call {
    fn describe(_: &mut Described) {}
}

/// What stands in the address, in its order. What cannot be such a thing is not found.
pub struct At<T>(pub T);

/// A part of an address.
pub trait Part: Sized {
    fn parse(text: &str) -> Option<Self>;
    fn schema() -> RefOr<Schema>;
}

impl Part for Id {
    fn parse(text: &str) -> Option<Id> {
        Id::parse(text)
    }

    fn schema() -> RefOr<Schema> {
        <Id as PartialSchema>::schema()
    }
}

impl Part for Day {
    fn parse(text: &str) -> Option<Day> {
        Day::parse(text)
    }

    fn schema() -> RefOr<Schema> {
        <Day as PartialSchema>::schema()
    }
}

/// A word of a manifest, or a digest.
pub struct Word(pub String);

impl Part for Word {
    fn parse(text: &str) -> Option<Word> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        ((1..=64).contains(&text.len()) && text.bytes().all(plain)).then(|| Word(text.to_owned()))
    }

    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z0-9_-]{1,64}$")).into()
    }
}

fn nowhere() -> Fault {
    Fault::new(NOT_FOUND, "没有找到。请检查地址中的编号")
}

async fn parts_of(parts: &mut Parts) -> Result<Vec<String>, Fault> {
    let raw = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| nowhere())?;
    Ok(raw.iter().map(|(_, value)| value.to_owned()).collect())
}

macro_rules! addresses {
    ($($($part:ident $at:tt),+;)+) => { $(
        impl<S: Send + Sync, $($part: Part),+> FromRequestParts<S> for At<($($part,)+)> {
            type Rejection = Fault;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
                let given = parts_of(parts).await?;
                Ok(At(($(given.get($at).and_then(|text| $part::parse(text)).ok_or_else(nowhere)?,)+)))
            }
        }

        impl<$($part: Part),+> Input for At<($($part,)+)> {
            fn describe(doc: &mut Described) {
                $(
                    let name = doc.path_names.get($at).cloned().expect("the address has a name for every part");
                    doc.parameter(ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True).schema(Some($part::schema())).build());
                )+
                doc.status(404);
            }
        }
    )+ };
}

addresses! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
}

/// The query. Unknown names are refused: a filter with a slip of the pen must not answer everything.
pub struct Ask<Q>(pub Q);

impl<S: Send + Sync, Q: DeserializeOwned> FromRequestParts<S> for Ask<Q> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query)
            .map_err(|_| Fault::new(BAD_REQUEST, "查询参数不能读取。请检查地址中问号以后的内容"))?;
        if pairs.iter().any(|(_, value)| value.contains('\0')) {
            return Err(Fault::new(BAD_REQUEST, "查询参数中有不能保存的字符（空字符）"));
        }
        let read = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(form_pairs(query)));
        read.map(Ask).map_err(|error| {
            let (field, message) = (error.path().to_string(), in_chinese(&error.inner().to_string()));
            Fault::field(BAD_REQUEST, if field == "." { "" } else { &field }, "query", message)
        })
    }
}

fn form_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

impl<Q: IntoParams> Input for Ask<Q> {
    fn describe(doc: &mut Described) {
        for parameter in Q::into_params(|| Some(ParameterIn::Query)) {
            doc.parameter(parameter);
        }
        doc.status(400);
    }
}

/// Rows wanted: given, or the usual; `Fault` above the most.
pub fn limit(given: Option<u32>) -> Result<u32, Fault> {
    match given {
        None => Ok(LIMIT),
        Some(limit) if (1..=LIMIT_MOST).contains(&limit) => Ok(limit),
        Some(_) => Err(Fault::field(BAD_REQUEST, "limit", "query.limit", format!("每页行数应为 1 至 {LIMIT_MOST}"))),
    }
}

/// A JSON body.
pub struct Body<B>(pub B);

impl<S: Send + Sync, B: DeserializeOwned> FromRequest<S> for Body<B> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        if media_type(request.headers()) != "application/json" {
            return Err(Fault::new(MEDIA_TYPE_UNKNOWN, "内容应为 JSON。请把 Content-Type 设为 application/json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|_| broken("内容没有收完整"))?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| {
            let place = format!("第 {} 行第 {} 列", error.line(), error.column());
            broken(format!("不是完整的 JSON（{place}附近）"))
        })?;
        if has_nul(&value) {
            return Err(Fault::new(INVALID, "文字中有不能保存的字符（空字符），请去掉后重新提交"));
        }
        serde_path_to_error::deserialize(value).map(Body).map_err(|error| {
            let (field, message) = (error.path().to_string(), in_chinese(&error.inner().to_string()));
            Fault::field(INVALID, if field == "." { "" } else { &field }, "body.shape", message)
        })
    }
}

fn broken(detail: impl Into<String>) -> Fault {
    Fault::new(BAD_REQUEST, detail)
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(object) => object.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

fn media_type(headers: &HeaderMap) -> String {
    let given = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

impl<B: ToSchema> Input for Body<B> {
    fn describe(doc: &mut Described) {
        let schema = doc.schema::<B>();
        doc.body = Some(
            RequestBodyBuilder::new()
                .required(Some(Required::True))
                .content("application/json", Content::new(Some(schema)))
                .build(),
        );
        doc.statuses.extend([400, 413, 415, 422]);
    }
}

/// A file as the body, of one of the kinds `K` names.
pub struct Raw<K> {
    pub content: Vec<u8>,
    pub media_type: String,
    kind: std::marker::PhantomData<K>,
}

/// Media types a route takes.
pub trait Kinds {
    const TYPES: &'static [&'static str];
}

impl<S: Send + Sync, K: Kinds> FromRequest<S> for Raw<K> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let media_type = media_type(request.headers());
        if !K::TYPES.contains(&media_type.as_str()) {
            let detail = format!("内容类型不对。Content-Type 应为 {}", K::TYPES.join("、"));
            return Err(Fault::new(MEDIA_TYPE_UNKNOWN, detail));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|_| broken("内容没有收完整"))?;
        Ok(Raw { content: bytes.to_vec(), media_type, kind: std::marker::PhantomData })
    }
}

impl<K: Kinds> Input for Raw<K> {
    fn describe(doc: &mut Described) {
        let mut body = RequestBodyBuilder::new().required(Some(Required::True));
        for kind in K::TYPES {
            body = body.content(*kind, Content::new(Some(binary())));
        }
        doc.body = Some(body.build());
        doc.statuses.extend([400, 413, 415, 422]);
    }
}

/// Bytes.
pub fn binary() -> Schema {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Binary)))
        .into()
}

/// The revision the caller has seen, from `If-Match`.
pub struct Seen(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let Some(given) = parts.headers.get(header::IF_MATCH) else {
            let detail = "请在 If-Match 中写明所见的版本号，即查询时答复头 ETag 的值，例如 \"3\"";
            return Err(Fault::new(REVISION_MISSING, detail));
        };
        let number = given.to_str().ok().and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
        let wrong = || Fault::field(BAD_REQUEST, "If-Match", "if-match", "应为查询时答复头 ETag 的值，例如 \"3\"");
        number.and_then(Id::parse).map(|id| Seen(id.0)).ok_or_else(wrong)
    }
}

impl Input for Seen {
    fn describe(doc: &mut Described) {
        let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^\"[0-9]{1,18}\"$"));
        doc.parameter(
            ParameterBuilder::new()
                .name("If-Match")
                .parameter_in(ParameterIn::Header)
                .required(Required::True)
                .description(Some("所见的版本号，即查询时答复头 ETag 的值"))
                .schema(Some(schema))
                .build(),
        );
        doc.statuses.extend([400, 412, 428]);
    }
}

/// Somebody was quicker.
pub fn changed() -> Fault {
    Fault::new(CHANGED, "内容已被他人更新，没有保存。请重新查询，核对后用新的版本号提交")
}

/// The key of a write, from `Idempotency-Key`.
pub fn idempotency_key(headers: &HeaderMap) -> Result<String, Fault> {
    let Some(given) = headers.get("idempotency-key") else {
        let detail =
            "写入须带 Idempotency-Key：每一次办理用一个新的值（8 至 64 位字母、数字或 . _ ~ : -），重发时用同一个值";
        return Err(Fault::new(KEY_MISSING, detail));
    };
    let text = given.to_str().unwrap_or_default();
    let fits = (8..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~:-".contains(&byte));
    if fits {
        Ok(text.to_owned())
    } else {
        let message = "Idempotency-Key 应为 8 至 64 位字母、数字或 . _ ~ : -";
        Err(Fault::field(BAD_REQUEST, "Idempotency-Key", "idempotency-key", message))
    }
}

/// The reader's words, turned into ours as far as they are known.
fn in_chinese(message: &str) -> String {
    let quoted = || message.split('`').nth(1).unwrap_or_default().to_owned();
    let message = message.split(" at line ").next().unwrap_or_default();
    match message {
        _ if message.starts_with("missing field") => format!("缺少“{}”", quoted()),
        _ if message.starts_with("unknown field") => format!("没有“{}”这一项，请对照接口文档检查名称", quoted()),
        _ if message.starts_with("duplicate field") => format!("“{}”出现了不止一次", quoted()),
        _ if message.starts_with("unknown variant") => format!("“{}”不在可选范围内", quoted()),
        _ if message.starts_with("invalid") || message.is_ascii() => "类型或格式不对，请对照接口文档检查".to_owned(),
        _ => message.to_owned(),
    }
}

/// Several problems at once, as the use cases tell them.
pub fn invalid(problems: Vec<Problem>) -> Fault {
    Error::Invalid(problems).into()
}
