//! All routes on one page, grouped by who uses them, each with what a visitor must be allowed to. The table is checked by the
//! gate for every request and walked by tests for every office.
//!
//! `web` → `app` → the rest: handlers are checklists (who, what, may they, ask, show); what happens is a use case in
//! [`crate::app`]. Pages are plain links and forms; scripts only make them quicker.

use crate::App;
use askama::Template;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{MethodFilter, on};
use doudi_domain::policy::Permission;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

mod acceptance;
pub mod api;
mod api_page;
mod assets;
mod attachments;
mod audit;
mod calendar;
mod decisions;
mod documents;
mod duties;
mod error;
mod facts;
mod feeds;
mod field;
mod fieldwork;
mod figures;
mod form_data;
mod format;
mod forms;
mod frame;
mod gate;
mod health;
mod help;
mod households;
mod imports;
mod jobs;
mod measures;
mod members;
pub mod metrics;
mod notices;
mod parameters;
mod payments;
mod periods;
mod plugin_pages;
mod plugins;
mod problems;
mod qualify;
mod safeguards;
mod scorecard;
pub mod serve;
mod sessions;
mod settings_form;
mod shadow;
mod tokens;
mod trust;
mod upgrades;
mod users;
mod webhooks;
mod words;
mod worklist;

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// Who uses it.
    pub group: &'static str,
    pub method: &'static str,
    /// `{household}` stands for an id.
    pub path: &'static str,
    pub needs: Needs,
    /// Takes files of up to 32 MB instead of forms of up to 2 MB.
    pub upload: bool,
}

/// What a visitor must be allowed to, before the use case asks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Public,
    SignedIn,
    Permission(Permission),
}

macro_rules! routes {
    ($( $group:literal: $( $method:ident $path:literal $handler:path, $access:expr; )+ )+) => {
        /// Every route of the server.
        pub const ROUTES: &[Route] = &[ $($(
            Route { group: $group, method: stringify!($method), path: $path, needs: $access.0, upload: $access.1 },
        )+)+ ];

        fn handlers() -> Router<App> {
            Router::new() $($( .route($path, on(MethodFilter::$method, $handler)) )+)+
        }
    };
}

const PUBLIC: (Needs, bool) = (Needs::Public, false);
const SIGNED_IN: (Needs, bool) = (Needs::SignedIn, false);

const fn may(permission: Permission) -> (Needs, bool) {
    (Needs::Permission(permission), false)
}

const fn uploads(permission: Permission) -> (Needs, bool) {
    (Needs::Permission(permission), true)
}

use Permission as P;

routes! {
    "everyone":
        GET  "/healthz" health::show, PUBLIC;
        GET  "/assets/{digest}/{name}" assets::show, PUBLIC;
        GET  "/help" help::show, PUBLIC;
        GET  "/field/worker.js" fieldwork::worker, PUBLIC;
        GET  "/field/offline" fieldwork::offline, PUBLIC;
        GET  "/sign-in" sessions::new, PUBLIC;
        POST "/sign-in" sessions::create, PUBLIC;
        POST "/sign-out" sessions::destroy, SIGNED_IN;
        GET  "/" sessions::home, SIGNED_IN;
        GET  "/me" sessions::me, SIGNED_IN;
        POST "/me/password" sessions::change_password, SIGNED_IN;
        GET  "/tokens" tokens::index, SIGNED_IN;
        POST "/tokens" tokens::create, SIGNED_IN;
        POST "/tokens/{token}/revoke" tokens::revoke, SIGNED_IN;
        GET  "/api" api_page::show, SIGNED_IN;
        GET  "/api/openapi.json" api_page::document, SIGNED_IN;

    "caseworkers":
        GET  "/worklist" worklist::index, may(P::CaseRead);
        GET  "/worklist.csv" worklist::export, may(P::Export);
        GET  "/duties" duties::index, may(P::CaseRead);
        GET  "/households" households::index, may(P::HouseholdRead);
        GET  "/households/new" households::new, may(P::HouseholdWrite);
        POST "/households" households::create, may(P::HouseholdWrite);
        GET  "/households/{household}" households::show, may(P::HouseholdRead);
        GET  "/households/{household}/edit" households::edit, may(P::HouseholdWrite);
        POST "/households/{household}" households::update, may(P::HouseholdWrite);
        GET  "/households/{household}/members/new" members::new, may(P::HouseholdWrite);
        POST "/households/{household}/members" members::create, may(P::HouseholdWrite);
        GET  "/households/{household}/members/{person}" members::show, may(P::HouseholdWrite);
        POST "/households/{household}/members/{person}/end" members::end, may(P::HouseholdWrite);
        POST "/households/{household}/members/{person}/death" members::record_death, may(P::HouseholdWrite);
        POST "/households/{household}/members/{person}/reveal" members::reveal, may(P::Reveal);
        GET  "/households/{household}/facts/new" facts::new, may(P::HouseholdWrite);
        POST "/households/{household}/facts" facts::create, may(P::HouseholdWrite);
        GET  "/households/{household}/facts/history" facts::history, may(P::HouseholdRead);
        POST "/households/{household}/facts/{fact}/withdraw" facts::withdraw, may(P::HouseholdWrite);
        POST "/households/{household}/attachments" attachments::create, uploads(P::CaseWrite);
        GET  "/households/{household}/would-qualify" qualify::show, may(P::FinanceRead);
        GET  "/attachments/{attachment}" attachments::show, may(P::HouseholdRead);
        GET  "/households/{household}/acceptance" acceptance::household, may(P::AcceptanceWrite);
        POST "/households/{household}/acceptance" acceptance::save_household, may(P::AcceptanceWrite);
        GET  "/households/{household}/new/{plugin}/{collection}" documents::new, may(P::CaseWrite);
        POST "/households/{household}/new/{plugin}/{collection}" documents::create, uploads(P::CaseWrite);
        POST "/households/{household}/new/{plugin}/{collection}/trial" documents::new_trial, uploads(P::CaseWrite);
        GET  "/documents/{document}" documents::show, may(P::CaseRead);
        GET  "/documents/{document}/actions/{action}" documents::ask, may(P::CaseWrite);
        POST "/documents/{document}/actions/{action}" documents::press, uploads(P::CaseWrite);
        POST "/documents/{document}/actions/{action}/trial" documents::press_trial, uploads(P::CaseWrite);
        POST "/documents/{document}/attachments" attachments::create_for_document, uploads(P::CaseWrite);
        GET  "/documents/{document}/files/{file}" payments::file, may(P::Export);
        GET  "/documents/{document}/summary" payments::summary, may(P::CaseRead);
        GET  "/documents/{document}/feeds/{feed}" feeds::index, may(P::CaseWrite);
        POST "/documents/{document}/feeds/{feed}" feeds::check, uploads(P::CaseWrite);
        POST "/documents/{document}/feeds/{feed}/{upload}/run" feeds::run, may(P::CaseWrite);
        GET  "/documents/{document}/feeds/{feed}/{upload}/errors" feeds::errors, may(P::CaseWrite);
        GET  "/feed-runs/{feed_run}" feeds::show, may(P::CaseWrite);
        GET  "/feed-runs/{feed_run}/errors" feeds::run_errors, may(P::CaseWrite);
        GET  "/decisions" decisions::index, may(P::DecisionRead);
        GET  "/decisions.csv" decisions::export, may(P::Export);
        GET  "/decisions/{decision}" decisions::show, may(P::DecisionRead);
        POST "/decisions/{decision}/replay" decisions::replay, may(P::DecisionRead);
        GET  "/notices/{notice}" notices::show, may(P::DecisionRead);
        GET  "/imports" imports::index, may(P::HouseholdImport);
        GET  "/imports/template" imports::template, may(P::HouseholdImport);
        POST "/imports" imports::check, uploads(P::HouseholdImport);
        POST "/imports/{upload}/run" imports::run, may(P::HouseholdImport);
        GET  "/imports/{upload}/errors" imports::errors, may(P::HouseholdImport);

    "in the field":
        GET  "/field" fieldwork::index, may(P::CaseWrite);
        GET  "/field/documents/{document}/{action}" fieldwork::ask, may(P::CaseWrite);
        POST "/field/documents/{document}/{action}" fieldwork::press, uploads(P::CaseWrite);
        GET  "/field/new/{plugin}/{collection}" fieldwork::new, may(P::CaseWrite);
        POST "/field/new/{plugin}/{collection}" fieldwork::create, uploads(P::CaseWrite);

    "measures":
        GET  "/measures/{plugin}/{page}" measures::show, SIGNED_IN;
        GET  "/measures/{plugin}/new/{collection}" documents::new_apart, may(P::CaseWrite);
        POST "/measures/{plugin}/new/{collection}" documents::create_apart, uploads(P::CaseWrite);
        POST "/measures/{plugin}/new/{collection}/trial" documents::new_apart_trial, uploads(P::CaseWrite);

    "county administrators":
        GET  "/plugins" plugins::index, may(P::ConfigurationRead);
        POST "/plugins" plugins::install, uploads(P::Configure);
        GET  "/plugins/limits" safeguards::limits, may(P::ConfigurationRead);
        GET  "/plugins/fields" safeguards::fields, may(P::ConfigurationRead);
        GET  "/plugins/fields.csv" safeguards::fields_csv, may(P::ConfigurationRead);
        GET  "/plugins/{digest}" plugins::show, may(P::ConfigurationRead);
        POST "/plugins/{digest}/enable" plugins::enable, may(P::Configure);
        POST "/plugins/{digest}/disable" plugins::disable, may(P::Configure);
        POST "/plugins/{digest}/settings" plugins::set_settings, may(P::Configure);
        POST "/plugins/{digest}/grants" plugins::set_grants, may(P::Configure);
        POST "/plugins/{digest}/release" safeguards::release, may(P::Configure);
        POST "/plugins/{digest}/cancel" plugins::cancel_planned, may(P::Configure);
        GET  "/plugins/{digest}/upgrade" upgrades::start, may(P::ConfigurationRead);
        POST "/plugins/{digest}/upgrade" upgrades::open, may(P::Configure);
        GET  "/upgrades" upgrades::index, may(P::ConfigurationRead);
        POST "/upgrades/bounds" upgrades::set_bounds, may(P::UpgradeSign);
        GET  "/upgrades/{upgrade}" upgrades::show, may(P::ConfigurationRead);
        POST "/upgrades/{upgrade}/shadow" upgrades::order_shadow, may(P::Configure);
        POST "/upgrades/{upgrade}/documents" upgrades::prepare, may(P::Configure);
        POST "/upgrades/{upgrade}/sign" upgrades::sign, may(P::UpgradeSign);
        POST "/upgrades/{upgrade}/switch" upgrades::switch, may(P::Configure);
        POST "/upgrades/{upgrade}/rollback" upgrades::roll_back, may(P::Configure);
        POST "/upgrades/{upgrade}/cancel" upgrades::cancel, may(P::Configure);
        GET  "/acceptance" acceptance::index, may(P::ConfigurationRead);
        GET  "/acceptance/new" acceptance::new, may(P::AcceptanceWrite);
        POST "/acceptance" acceptance::create, may(P::AcceptanceWrite);
        GET  "/acceptance/{case}" acceptance::show, may(P::AcceptanceWrite);
        POST "/acceptance/{case}/withdraw" acceptance::withdraw, may(P::AcceptanceWrite);
        POST "/plugins/{digest}/signatures" trust::add_signature, uploads(P::Configure);
        GET  "/trust" trust::index, may(P::ConfigurationRead);
        POST "/trust" trust::set_policy, may(P::Configure);
        GET  "/parameters" parameters::index, may(P::ConfigurationRead);
        POST "/parameters" parameters::create, may(P::Configure);
        POST "/parameters/{parameter}/verify" parameters::verify, may(P::Configure);
        GET  "/parameters/what-if" shadow::what_if, may(P::Simulate);
        POST "/parameters/what-if" shadow::what_if_create, may(P::Simulate);
        GET  "/shadow" shadow::index, may(P::ConfigurationRead);
        POST "/shadow" shadow::create, may(P::Simulate);
        GET  "/shadow/orders/{order}" shadow::progress, may(P::ConfigurationRead);
        GET  "/shadow/{run}" shadow::show, may(P::ConfigurationRead);
        GET  "/shadow/{run}/workbook" shadow::save, may(P::ConfigurationRead);
        GET  "/calendar" calendar::index, may(P::ConfigurationRead);
        POST "/calendar" calendar::create, may(P::Configure);
        GET  "/jobs" jobs::index, may(P::Configure);
        POST "/jobs/{job}/retry" jobs::retry, may(P::Configure);
        GET  "/events" jobs::events, may(P::Configure);
        GET  "/webhooks" webhooks::index, may(P::Configure);
        POST "/webhooks" webhooks::create, may(P::Configure);
        GET  "/webhooks/{webhook}" webhooks::show, may(P::Configure);
        POST "/webhooks/{webhook}" webhooks::switch, may(P::Configure);
        GET  "/users" users::index, may(P::UserManage);
        POST "/users" users::create, may(P::UserManage);
        GET  "/users/{user}" users::show, may(P::UserManage);
        POST "/users/{user}" users::update, may(P::UserManage);
        POST "/users/{user}/password" users::reset_password, may(P::UserManage);
        GET  "/audit" audit::index, may(P::AuditRead);

    "the city":
        GET  "/figures" figures::index, may(P::FiguresRead);
        GET  "/scorecard" scorecard::show, may(P::ScorecardRead);
        GET  "/scorecard/workbook" scorecard::save, may(P::ScorecardRead);
}

/// Longest time a request may take before it is given up.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The whole web of the server. Layers from the inside out: what a handler may break and what a layer refuses is drawn by
/// the gate, and every answer carries the headers that keep other sites and scripts out.
pub fn router(app: App) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    handlers()
        .layer(CatchPanicLayer::custom(gate::panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIMEOUT))
        .layer(CsrfLayer::new())
        .layer(RequestBodyLimitLayer::new(gate::UPLOAD_LIMIT))
        .layer(axum::middleware::from_fn_with_state(app.clone(), gate::pass))
        // Behind its own gate: it takes tokens and never cookies.
        .merge(api::router(app.clone()))
        .layer(header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; \
             base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "same-origin"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(CompressionLayer::new())
        .layer(axum::middleware::from_fn_with_state(app.clone(), metrics::measure))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .with_state(app)
}

/// The row for a request.
fn route(method: &Method, path: &str) -> Option<&'static Route> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    ROUTES.iter().find(|route| route.method == method && route.path == path)
}

/// A drawn page. Templates hold checked values; one that cannot be drawn is a bug.
fn render(page: &impl Template) -> Html<String> {
    Html(page.render().expect("a template of checked values renders"))
}

/// A page with status 200, as handlers answer.
fn show(page: &impl Template) -> error::Answer {
    Ok(render(page).into_response())
}

/// A page with another status: a form that was refused.
fn show_with(status: StatusCode, page: &impl Template) -> error::Answer {
    Ok((status, render(page)).into_response())
}

/// Off to another page after something was done; `done` is a word of [`words::done`].
fn go(path: &str, done: &str) -> error::Answer {
    let address = if done.is_empty() {
        path.to_owned()
    } else {
        format!("{path}{}done={done}", if path.contains('?') { '&' } else { '?' })
    };
    Ok(Redirect::to(&address).into_response())
}

/// A file to keep, with a Chinese name that every browser understands.
fn download(name: &str, media_type: &str, content: Vec<u8>, inline: bool) -> Response {
    let place = if inline { "inline" } else { "attachment" };
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    let mut response = content.into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(media_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    if let Ok(place) = HeaderValue::from_str(&format!("{place}; filename*=UTF-8''{encoded}")) {
        headers.insert(header::CONTENT_DISPOSITION, place);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_stands_once_and_every_change_asks_for_a_right() {
        let all: BTreeSet<_> = ROUTES.iter().map(|route| (route.method, route.path)).collect();
        assert_eq!(all.len(), ROUTES.len());
        for route in ROUTES.iter().filter(|route| route.method != "GET") {
            let own =
                ["/sign-in", "/sign-out", "/me/password", "/tokens", "/tokens/{token}/revoke"].contains(&route.path);
            assert!(own || matches!(route.needs, Needs::Permission(_)), "{} {}", route.method, route.path);
        }
    }

    #[test]
    fn a_file_keeps_its_chinese_name() {
        let response = download("花名册 1.xlsx", "text/csv", Vec::new(), false);
        let place = response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert_eq!(place, "attachment; filename*=UTF-8''%E8%8A%B1%E5%90%8D%E5%86%8C%201.xlsx");
    }
}
