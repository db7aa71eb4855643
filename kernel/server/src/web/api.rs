//! The API for other programs, `/api/v1`: all routes on one page, as for the pages ([`super::ROUTES`]), each with what the
//! caller's office must be allowed to, what her token must cover, and one sentence. The documentation is made from this
//! table and the types of the handlers; tests walk it for every office.
//!
//! Handlers are the same checklists as those of the pages and use the same use cases; only the shapes differ. The shapes are
//! the API's own: what the domain is made of may change, they may only grow.

use crate::App;
use axum::Router;
use axum::http::Method;
use axum::routing::{MethodFilter, on};
use doudi_domain::policy::Permission;
use doudi_domain::token::Deed;
use std::sync::{Arc, LazyLock};

mod call;
mod gate;
mod households;
mod limiter;
mod me;
mod openapi;
mod operation;
mod problem;
mod reply;
mod shape;

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// One of [`doudi_domain::token::RESOURCES`], or `me`.
    pub resource: &'static str,
    pub method: &'static str,
    /// Without `/api/v1`.
    pub path: &'static str,
    /// The handler: its name in the documentation.
    pub name: &'static str,
    /// `None`: without a token, too. Empty: any token.
    pub needs: Option<&'static [Permission]>,
    pub deed: Deed,
    /// Takes an `Idempotency-Key`: it writes.
    pub keyed: bool,
    /// Takes files of up to 32 MB.
    pub upload: bool,
    /// Statuses it answers beyond those its types tell.
    pub also: &'static [u16],
    pub summary: &'static str,
}

/// What the table says about access.
#[derive(Clone, Copy)]
struct Access {
    needs: Option<&'static [Permission]>,
    deed: Deed,
    keyed: bool,
    upload: bool,
    also: &'static [u16],
}

impl Access {
    const fn new(needs: &'static [Permission], deed: Deed, keyed: bool) -> Access {
        Access { needs: Some(needs), deed, keyed, upload: false, also: &[] }
    }

    const fn also(mut self, statuses: &'static [u16]) -> Access {
        self.also = statuses;
        self
    }

    const fn upload(mut self) -> Access {
        self.upload = true;
        self
    }
}

/// Without a token, too.
const PUBLIC: Access = Access { needs: None, ..Access::new(&[], Deed::Read, false) };
/// Any token.
const ANY: Access = Access::new(&[], Deed::Read, false);

/// Reads; as a POST, tries and recomputes. Writes nothing that a repeat would write twice.
const fn reads(needs: &'static [Permission]) -> Access {
    Access::new(needs, Deed::Read, false)
}

const fn writes(needs: &'static [Permission]) -> Access {
    Access::new(needs, Deed::Write, true)
}

const fn configures(needs: &'static [Permission]) -> Access {
    Access::new(needs, Deed::Admin, true)
}

/// Shows in clear; every time is recorded, so a repeat is no repeat.
const fn reveals(needs: &'static [Permission]) -> Access {
    Access::new(needs, Deed::Reveal, false)
}

macro_rules! routes {
    ($( $resource:literal $title:literal: $( $method:ident $path:literal $handler:path, $access:expr, $summary:literal; )+ )+) => {
        /// Every route of the API.
        pub const ROUTES: &[Route] = &[ $($({
            const ACCESS: Access = $access;
            Route {
                resource: $resource, method: stringify!($method), path: $path, name: stringify!($handler),
                needs: ACCESS.needs, deed: ACCESS.deed, keyed: ACCESS.keyed, upload: ACCESS.upload, also: ACCESS.also,
                summary: $summary,
            }
        },)+)+ ];

        /// Resources in the order of the table.
        const RESOURCE_TITLES: &[(&str, &str)] = &[ $(($resource, $title)),+ ];

        fn handlers() -> Router<App> {
            Router::new() $($( .route($path, on(MethodFilter::$method, $handler)) )+)+
        }

        /// What is known of each handler, in the order of the table.
        fn described() -> Vec<operation::Described> {
            vec![ $($( operation::describe($handler, $path), )+)+ ]
        }
    };
}

use Permission as P;

routes! {
    "me" "接口与令牌":
        GET "/openapi.json" me::document, PUBLIC, "接口文档（OpenAPI 3.1）；带令牌时包含本县区已启用的措施";
        GET "/me" me::show, ANY, "令牌代表谁、可以做什么、何时失效";

    "households" "家庭档案":
        GET "/households" households::index, reads(&[P::HouseholdRead]), "按姓名、号码后四位、户编号或村居查找家庭";
        POST "/households" households::create, writes(&[P::HouseholdWrite]), "新建家庭档案，先登记户主";
        GET "/households/{household}" households::show, reads(&[P::HouseholdRead]), "家庭档案在某一天的情况";
        PATCH "/households/{household}" households::update, writes(&[P::HouseholdWrite]), "更正住址、村居、户编号或户主";
}

/// The row for a request.
fn route(method: &Method, path: &str) -> Option<&'static Route> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    let path = path.strip_prefix(openapi::BASE)?;
    ROUTES.iter().find(|route| route.method == method && route.path == path)
}

/// The kernel's part of the documentation as JSON text, made once.
pub fn document() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| openapi::kernel().to_pretty_json().expect("a description is always JSON"));
    &TEXT
}

/// The API under its prefix, behind its own gate.
pub fn router(app: App) -> Router<App> {
    let gate = gate::Gate { app, limiter: Arc::default() };
    let nothing = async || axum::http::StatusCode::NOT_FOUND;
    let inner = handlers()
        .fallback(nothing)
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(super::gate::panicked))
        .layer(tower_http::timeout::TimeoutLayer::with_status_code(
            axum::http::StatusCode::REQUEST_TIMEOUT,
            super::TIMEOUT,
        ))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(axum::middleware::from_fn_with_state(gate, gate::pass));
    Router::new().nest(openapi::BASE, inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::token::RESOURCES;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_stands_once_and_belongs_to_a_resource() {
        let all: BTreeSet<_> = ROUTES.iter().map(|route| (route.method, route.path)).collect();
        assert_eq!(all.len(), ROUTES.len());
        let names: BTreeSet<_> = ROUTES.iter().map(|route| route.name).collect();
        assert_eq!(names.len(), ROUTES.len(), "the documentation names operations by their handlers");
        for route in ROUTES {
            let known = RESOURCES.iter().any(|(resource, _)| *resource == route.resource);
            assert!(known || (route.resource == "me" && route.needs.is_none_or(<[P]>::is_empty)), "{}", route.path);
            let changes = !matches!(route.deed, Deed::Read | Deed::Reveal);
            assert_eq!(route.keyed, changes, "{} {}: what writes takes a key", route.method, route.path);
            assert!(route.method != "GET" || !route.keyed, "{}", route.path);
        }
    }
}
