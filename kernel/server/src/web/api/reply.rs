//! What a handler of the API gives back when all went well: a document, a list, something new with its address, nothing more
//! to say, or a file. Each knows its status and describes itself ([`super::operation`]).

use super::call::binary;
use super::operation::{Described, Output};
use super::shape::Listed;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Content, HeaderBuilder, RefOr, ResponseBuilder, Schema};

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let body = serde_json::to_vec(value).expect("the API's shapes are always JSON");
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// 200.
pub struct Shown<T>(pub T);

impl<T: Serialize> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

impl<T: ToSchema> Output for Shown<T> {
    fn describe(doc: &mut Described) {
        let schema = doc.schema::<T>();
        let content = Content::new(Some(schema));
        doc.success(200, ResponseBuilder::new().description("成功").content("application/json", content).build());
    }
}

/// 200 with the revision, to be sent back as `If-Match`.
pub struct Revised<T>(pub i64, pub T);

impl<T: Serialize> IntoResponse for Revised<T> {
    fn into_response(self) -> Response {
        let mut response = json(StatusCode::OK, &self.1);
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", self.0)) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

impl<T: ToSchema> Output for Revised<T> {
    fn describe(doc: &mut Described) {
        let schema = doc.schema::<T>();
        let tag = HeaderBuilder::new().schema(Some(text())).description(Some("版本号，修改时作为 If-Match 送回"));
        let response = ResponseBuilder::new()
            .description("成功")
            .content("application/json", Content::new(Some(schema)))
            .header("ETag", tag.build());
        doc.success(200, response.build());
    }
}

impl<T: Serialize> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self)
    }
}

impl<T: ToSchema> Output for Listed<T> {
    fn describe(doc: &mut Described) {
        let item = doc.schema::<T>();
        let next = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("作为 cursor 送回，取下一页；最后一页为 null"));
        let list = ObjectBuilder::new()
            .schema_type(Type::Object)
            .property("items", ArrayBuilder::new().items(item))
            .property("next", next)
            .required("items")
            .required("next");
        let content = Content::new(Some(RefOr::T(Schema::from(list.build()))));
        doc.success(200, ResponseBuilder::new().description("成功").content("application/json", content).build());
    }
}

/// 201, with the address of what was made.
pub struct Made<T> {
    pub location: String,
    pub value: T,
}

impl<T: Serialize> IntoResponse for Made<T> {
    fn into_response(self) -> Response {
        let mut response = json(StatusCode::CREATED, &self.value);
        if let Ok(location) = HeaderValue::from_str(&format!("/api/v1{}", self.location)) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

impl<T: ToSchema> Output for Made<T> {
    fn describe(doc: &mut Described) {
        let schema = doc.schema::<T>();
        let location = HeaderBuilder::new().schema(Some(text())).description(Some("新建内容的地址"));
        let response = ResponseBuilder::new()
            .description("已建立")
            .content("application/json", Content::new(Some(schema)))
            .header("Location", location.build());
        doc.success(201, response.build());
    }
}

/// 204.
pub struct Done;

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl Output for Done {
    fn describe(doc: &mut Described) {
        doc.success(204, ResponseBuilder::new().description("已办理").build());
    }
}

/// A file.
pub struct File<K> {
    response: Response,
    kind: std::marker::PhantomData<K>,
}

impl<K: super::call::Kinds> File<K> {
    pub fn new(name: &str, media_type: &str, content: Vec<u8>) -> File<K> {
        let response = crate::web::download(name, media_type, content, false);
        File { response, kind: std::marker::PhantomData }
    }
}

impl<K> IntoResponse for File<K> {
    fn into_response(self) -> Response {
        self.response
    }
}

impl<K: super::call::Kinds> Output for File<K> {
    fn describe(doc: &mut Described) {
        let mut response = ResponseBuilder::new().description("文件");
        for kind in K::TYPES {
            response = response.content(*kind, Content::new(Some(binary())));
        }
        doc.success(200, response.build());
    }
}

fn text() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).into()
}
