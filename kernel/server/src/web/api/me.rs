//! The documentation, and who a token stands for.

use super::call::Call;
use super::operation::{Described, Input, Output};
use super::problem::Answer;
use super::reply::Shown;
use super::shape::{Id, Moment, Place};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::convert::Infallible;
use utoipa::ToSchema;
use utoipa::openapi::schema::ObjectBuilder;
use utoipa::openapi::{Content, ResponseBuilder};

/// A caller, if a token was shown.
pub struct Perhaps(Option<Call>);

impl<S: Send + Sync> FromRequestParts<S> for Perhaps {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Perhaps, Infallible> {
        Ok(Perhaps(parts.extensions.get::<Call>().cloned()))
    }
}

impl Input for Perhaps {
    fn describe(_: &mut Described) {}
}

/// The documentation as it is sent.
pub struct Document(String);

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

impl Output for Document {
    fn describe(doc: &mut Described) {
        let content = Content::new(Some(ObjectBuilder::new()));
        let response = ResponseBuilder::new().description("OpenAPI 3.1 文档").content("application/json", content);
        doc.success(200, response.build());
    }
}

pub async fn document(Perhaps(call): Perhaps) -> Answer<Document> {
    Ok(Document(match call {
        Some(call) => super::document_for(&call.app, &call.actor).await?,
        None => super::document().to_owned(),
    }))
}

/// 令牌代表的用户
#[derive(Serialize, ToSchema)]
pub struct Me {
    id: Id,
    login: String,
    name: String,
    /// 职务代码，例如 town-caseworker
    role: &'static str,
    role_name: &'static str,
    division: Place,
    token: MyToken,
}

/// 令牌
#[derive(Serialize, ToSchema)]
struct MyToken {
    id: Id,
    name: String,
    /// 权限范围
    scopes: Vec<String>,
    expires_at: Moment,
}

pub async fn show(call: Call) -> Answer<Shown<Me>> {
    let (user, token) = (call.caller.user, call.caller.token);
    Ok(Shown(Me {
        id: Id(user.id.0),
        login: user.login,
        name: user.name,
        role: user.role.code(),
        role_name: user.role.zh(),
        division: Place(user.division),
        token: MyToken {
            id: Id(token.id.0),
            name: token.name,
            scopes: token.scopes.words().map(str::to_owned).collect(),
            expires_at: Moment(token.expires_at),
        },
    }))
}
