//! What an API request is answered when it is not carried out: `application/problem+json` (RFC 9457) with a stable type for
//! programs, a Chinese sentence for people, and every field that is wrong.
//!
//! The kernel's own error ([`doudi_domain::Error`]) becomes one of these; what only HTTP knows (a missing header, another
//! media type, a used key) is said here.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use doudi_domain::{Error, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// What a handler of the API answers.
pub type Answer<T> = Result<T, Fault>;

pub const MEDIA_TYPE: &str = "application/problem+json";

/// A kind of problem: word of its type, status, title.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind {
    pub word: &'static str,
    pub status: StatusCode,
    pub title: &'static str,
}

macro_rules! kinds {
    ($($name:ident $word:literal $status:ident $title:literal;)+) => {
        $( pub const $name: Kind = Kind { word: $word, status: StatusCode::$status, title: $title }; )+
        /// Every kind there is, for the documentation.
        pub const KINDS: &[Kind] = &[$($name),+];
    };
}

kinds! {
    BAD_REQUEST "bad-request" BAD_REQUEST "请求不完整";
    KEY_MISSING "idempotency-key-missing" BAD_REQUEST "缺少幂等键";
    UNAUTHORIZED "unauthorized" UNAUTHORIZED "令牌无效";
    FORBIDDEN "forbidden" FORBIDDEN "不能办理";
    OUT_OF_SCOPE "out-of-scope" FORBIDDEN "超出令牌的权限范围";
    NOT_FOUND "not-found" NOT_FOUND "没有找到";
    METHOD_NOT_ALLOWED "method-not-allowed" METHOD_NOT_ALLOWED "没有这个操作";
    TIMEOUT "timeout" REQUEST_TIMEOUT "处理时间过长";
    CONFLICT "conflict" CONFLICT "内容已被他人更新";
    KEY_USED "idempotency-key-used" CONFLICT "同一请求已经办理";
    CHANGED "changed" PRECONDITION_FAILED "内容已被他人更新";
    TOO_LARGE "too-large" PAYLOAD_TOO_LARGE "内容过大";
    MEDIA_TYPE_UNKNOWN "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "内容类型不对";
    INVALID "invalid" UNPROCESSABLE_ENTITY "填写有误";
    REFUSED "refused" UNPROCESSABLE_ENTITY "不符合规定，没有办理";
    KEY_REUSED "idempotency-key-reused" UNPROCESSABLE_ENTITY "幂等键用于另一请求";
    REVISION_MISSING "revision-missing" PRECONDITION_REQUIRED "缺少版本号";
    TOO_MANY "too-many-requests" TOO_MANY_REQUESTS "尝试次数过多";
    BUG "bug" INTERNAL_SERVER_ERROR "程序出错";
    FAILURE "failure" SERVICE_UNAVAILABLE "没有保存";
}

/// A refusal or failure on its way out.
#[derive(Clone, Debug)]
pub struct Fault {
    pub kind: Kind,
    pub detail: String,
    pub errors: Vec<Problem>,
    /// Seconds, with [`TOO_MANY`].
    pub retry_after: Option<i64>,
}

impl Fault {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Fault {
        Fault { kind, detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    /// One field that is wrong.
    pub fn field(kind: Kind, field: &str, code: &str, message: impl Into<String>) -> Fault {
        let problem = Problem::new(field, code, message);
        Fault { detail: problem.to_string(), errors: vec![problem], ..Fault::new(kind, "") }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let kind = match &error {
            Error::NotFound { .. } => NOT_FOUND,
            Error::Forbidden { .. } => FORBIDDEN,
            Error::Invalid(_) => INVALID,
            Error::Refused { .. } => REFUSED,
            Error::Conflict { .. } => CONFLICT,
            Error::Failure { inside, .. } => {
                tracing::error!(error = %inside, "the outside world failed");
                FAILURE
            }
        };
        let detail = error.to_string();
        let errors = match error {
            Error::Invalid(problems) | Error::Refused { problems, .. } => problems,
            _ => Vec::new(),
        };
        Fault { errors, ..Fault::new(kind, detail) }
    }
}

/// 出错时的答复（RFC 9457）
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemShape {
    /// 问题的种类，固定不变，供程序判断，例如 urn:doudi:problem:not-found
    #[serde(rename = "type")]
    pub kind: String,
    /// 种类的名称
    pub title: String,
    /// 与 HTTP 状态码相同
    pub status: u16,
    /// 哪里不对、怎么改，供人阅读
    pub detail: String,
    /// 逐项列出的问题；没有时为空
    pub errors: Vec<ProblemField>,
}

/// 一处问题
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// 哪一项；涉及整体时为空
    pub field: String,
    /// 固定不变的代码
    pub code: String,
    /// 哪里不对、怎么改
    pub message: String,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let shape = ProblemShape {
            kind: format!("urn:doudi:problem:{}", self.kind.word),
            title: self.kind.title.to_owned(),
            status: self.kind.status.as_u16(),
            detail: self.detail,
            errors: self
                .errors
                .into_iter()
                .map(|problem| ProblemField { field: problem.field, code: problem.code, message: problem.message })
                .collect(),
        };
        let body = serde_json::to_string(&shape).expect("strings and a number are always JSON");
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if self.kind == UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"doudi\""));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        (self.kind.status, headers, body).into_response()
    }
}

/// The house's words for what the framework refuses by itself; `None` when there is nothing to add.
pub fn of_status(status: StatusCode) -> Option<Fault> {
    Some(match status {
        StatusCode::NOT_FOUND => Fault::new(NOT_FOUND, "没有这个地址。请对照接口文档检查地址"),
        StatusCode::METHOD_NOT_ALLOWED => {
            Fault::new(METHOD_NOT_ALLOWED, "这个地址没有这个操作。请对照接口文档检查方法")
        }
        StatusCode::REQUEST_TIMEOUT => {
            Fault::new(TIMEOUT, "处理时间过长，已经停止等待。请先查询办理结果，再决定是否重发")
        }
        StatusCode::PAYLOAD_TOO_LARGE => Fault::new(TOO_LARGE, "内容过大。数据不超过 2 兆字节，文件不超过 32 兆字节"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Fault::new(MEDIA_TYPE_UNKNOWN, "内容类型不对。请对照接口文档检查 Content-Type")
        }
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => {
            Fault::new(BAD_REQUEST, "收到的内容不完整或格式不对。请对照接口文档检查")
        }
        StatusCode::INTERNAL_SERVER_ERROR => {
            Fault::new(BUG, "刚才的操作没有保存任何内容。多次出现时，请把答复头中的 x-request-id 告诉系统管理员")
        }
        _ => return None,
    })
}
