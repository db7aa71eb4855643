//! The documentation of the API: OpenAPI 3.1 from the route table and the types of the handlers, and from the manifests of
//! the measures a county has enabled ([`super::contributed`]).

use super::operation::Described;
use super::problem::{KINDS, ProblemShape};
use super::{RESOURCE_TITLES, ROUTES, Route, described};
use doudi_domain::token::Deed;
use std::collections::BTreeMap;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, PathsBuilder};
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Content, HeaderBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, Response, ResponseBuilder,
    Schema, ServerBuilder,
};

pub const BASE: &str = "/api/v1";
const SCHEME: &str = "token";

/// The kernel's part.
pub fn kernel() -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut doc = Described::default();
    doc.schema::<ProblemShape>();
    let mut schemas = doc.schemas;
    let mut items: BTreeMap<&'static str, PathItem> = BTreeMap::new();
    for (route, described) in ROUTES.iter().zip(described()) {
        let operation = operation(route, &described);
        for (name, schema) in described.schemas {
            let other = schemas.insert(name.clone(), schema.clone());
            debug_assert!(other.is_none_or(|other| other == schema), "two shapes are called {name}");
        }
        items.entry(route.path).or_default().merge_operations(PathItem::new(method(route.method), operation));
    }
    for (path, item) in items {
        paths = paths.path(path, item);
    }
    let mut components = ComponentsBuilder::new();
    for (name, schema) in schemas {
        components = components.schema(name, schema);
    }
    for (status, description) in refusals() {
        components = components.response(format!("Problem{status}"), refusal(status, &description));
    }
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("接口令牌，在“接口令牌”页面或用 doudi token add 建立"));
    components = components.security_scheme(SCHEME, SecurityScheme::Http(token.build()));
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("兜底接口")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(include_str!("about.md"))),
        )
        .servers(Some([ServerBuilder::new().url(BASE).build()]))
        .paths(paths.build())
        .components(Some(components.build()))
        .tags(Some(
            RESOURCE_TITLES
                .iter()
                .map(|(resource, title)| TagBuilder::new().name(*resource).description(Some(*title)).build()),
        ))
        .build()
}

pub fn method(method: &str) -> HttpMethod {
    match method {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

/// What a route answers, beyond what its types say.
pub fn statuses(route: &Route, described: &Described) -> Vec<u16> {
    let mut statuses = described.statuses.clone();
    if route.needs.is_some() {
        statuses.extend([401, 429]);
    }
    if route.needs.is_some() && !route.is_common() {
        statuses.insert(403);
    }
    if route.keyed {
        statuses.extend([400, 409, 422]);
    }
    statuses.extend(route.also);
    statuses.insert(503);
    statuses.into_iter().collect()
}

/// The operation without what is special about it: for the table's routes and for those of measures.
pub fn operation(route: &Route, described: &Described) -> OperationBuilder {
    let scope = match (route.needs, route.deed) {
        (None, _) => "不需要令牌".to_owned(),
        _ if route.is_common() => "任何有效的令牌".to_owned(),
        (_, Deed::Read) => format!("read 或 {}:read", route.resource),
        (_, Deed::Write) => format!("write 或 {}:write", route.resource),
        (_, Deed::Admin) => format!("admin 或 {}:write", route.resource),
        (_, Deed::Reveal) => "reveal；每次查看都记入审计日志".to_owned(),
    };
    let offices: Vec<&str> = route.needs.unwrap_or_default().iter().map(|permission| permission.zh()).collect();
    let mut description = format!("令牌的权限范围：{scope}。");
    if !offices.is_empty() {
        description.push_str(&format!("职务须可以：{}。", offices.join("、")));
    }
    let mut operation = OperationBuilder::new()
        .tag(route.resource)
        .summary(Some(route.summary))
        .description(Some(description))
        .operation_id(Some(route.name.replace("::", ".")));
    for parameter in &described.parameters {
        operation = operation.parameter(parameter.clone());
    }
    if route.keyed {
        operation = operation.parameter(key_parameter());
    }
    if route.needs.is_some() {
        operation = operation.security(SecurityRequirement::new(SCHEME, Vec::<String>::new()));
    }
    operation = operation.request_body(described.body.clone());
    if let Some((status, response)) = &described.success {
        operation = operation.response(status.to_string(), response.clone());
    }
    for status in statuses(route, described) {
        operation = operation.response(status.to_string(), RefOr::<Response>::Ref(problem_reference(status)));
    }
    operation
}

fn problem_reference(status: u16) -> Ref {
    Ref::from_response_name(format!("Problem{status}"))
}

fn key_parameter() -> ParameterBuilder {
    let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z0-9._~:-]{8,64}$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some("每一次办理用一个新的值，重发时用同一个值：只办理一次，重发得到第一次的答复"))
        .schema(Some(schema))
}

/// Statuses with the kinds of problem behind each.
fn refusals() -> BTreeMap<u16, String> {
    let mut refusals: BTreeMap<u16, String> = BTreeMap::new();
    for kind in KINDS {
        let text = refusals.entry(kind.status.as_u16()).or_default();
        if !text.is_empty() {
            text.push('；');
        }
        text.push_str(&format!("{}（{}）", kind.title, kind.word));
    }
    refusals
}

fn refusal(status: u16, description: &str) -> Response {
    let mut response = ResponseBuilder::new()
        .description(description)
        .content(super::problem::MEDIA_TYPE, Content::new(Some(super::shape::reference("Problem"))));
    if status == 401 {
        response = response.header("WWW-Authenticate", HeaderBuilder::new().schema(Some(text())).build());
    }
    if status == 429 {
        response = response.header("Retry-After", HeaderBuilder::new().schema(Some(text())).build());
    }
    response.build()
}

fn text() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).into()
}
