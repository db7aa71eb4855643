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
use doudi_domain::Actor;
use doudi_domain::policy::Permission;
use doudi_domain::token::Deed;
use std::sync::{Arc, LazyLock};

mod acceptance;
mod attachments;
mod audit;
mod calendar;
mod call;
mod contributed;
mod decisions;
mod divisions;
mod documents;
mod duties;
mod exports;
mod facts;
mod feeds;
mod figures;
mod gate;
mod households;
mod imports;
mod jobs;
mod limiter;
mod me;
mod measures;
mod members;
mod notices;
mod openapi;
mod operation;
mod parameters;
mod plugins;
mod problem;
mod reply;
mod scorecard;
mod shadow;
mod shape;
mod trust;
mod upgrades;
mod users;

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
    /// `None`: without a token, too. Empty: any office; what it may see is decided further inside.
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
/// Any office.
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
        pub const RESOURCE_TITLES: &[(&str, &str)] = &[ $(($resource, $title)),+ ];

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

        GET "/fields" facts::catalogue, ANY, "信息项和代码表";
        GET "/divisions" divisions::index, ANY, "管辖范围内的区划";

    "households" "家庭档案":
        GET "/households" households::index, reads(&[P::HouseholdRead]), "按姓名、号码后四位、户编号或村居查找家庭";
        POST "/households" households::create, writes(&[P::HouseholdWrite]), "新建家庭档案，先登记户主";
        GET "/households/{household}" households::show, reads(&[P::HouseholdRead]), "家庭档案在某一天的情况";
        PATCH "/households/{household}" households::update, writes(&[P::HouseholdWrite]), "更正住址、村居、户编号或户主";
        POST "/households/{household}/members" members::create, writes(&[P::HouseholdWrite]).also(&[404]), "添加成员";
        GET "/households/{household}/members/{person}" members::show, reads(&[P::HouseholdRead]), "查看一名成员，姓名和号码遮盖";
        POST "/households/{household}/members/{person}/end" members::end, writes(&[P::HouseholdWrite]), "成员离开家庭";
        POST "/households/{household}/members/{person}/death" members::record_death, writes(&[P::HouseholdWrite]), "登记死亡";
        POST "/households/{household}/members/{person}/reveal" members::reveal, reveals(&[P::Reveal]), "显示完整的姓名和号码，记入审计日志";
        POST "/households/{household}/facts" facts::create, writes(&[P::HouseholdWrite]), "登记一条信息，或取代原有的一条";
        GET "/households/{household}/facts/history" facts::history, reads(&[P::HouseholdRead]), "一个信息项登记过的全部内容";
        POST "/households/{household}/facts/{fact}/withdraw" facts::withdraw, writes(&[P::HouseholdWrite]), "撤销登记有误的信息";
        GET "/households/{household}/attachments" attachments::index, reads(&[P::HouseholdRead]), "家庭的材料";
        POST "/households/{household}/attachments" attachments::create, writes(&[P::CaseWrite]).upload(), "上传材料";
        GET "/attachments/{attachment}" attachments::show, reads(&[P::HouseholdRead]), "下载材料";
        GET "/villages" figures::villages, reads(&[P::HouseholdRead]), "各村（居）的家庭数";

    "documents" "办件与工作台":
        GET "/worklist" documents::worklist, reads(&[P::CaseRead]), "工作台：本职务要办的，期限近的在前";
        GET "/documents" documents::index, reads(&[P::CaseRead]), "管辖范围内的办件";
        GET "/documents/{document}" documents::show, reads(&[P::CaseRead]), "办件的详情、进度和可以办理的步骤";
        GET "/documents/{document}/actions/{action}" documents::action_form, reads(&[P::CaseWrite]).also(&[422]), "一步要填写的内容";
        POST "/documents/{document}/actions/{action}" documents::act, writes(&[P::CaseWrite]), "办理一步";
        POST "/documents/{document}/actions/{action}/fill" documents::action_fill, reads(&[P::CaseWrite]), "填写中的提示和试算，不写入";
        GET "/households/{household}/new/{plugin}/{collection}" documents::new_form, reads(&[P::CaseWrite]).also(&[422]), "新建办件要填写的内容";
        POST "/households/{household}/new/{plugin}/{collection}" documents::create, writes(&[P::CaseWrite]), "新建办件";
        POST "/households/{household}/new/{plugin}/{collection}/fill" documents::new_fill, reads(&[P::CaseWrite]), "新建办件填写中的提示和试算，不写入";
        GET "/duties" duties::index, reads(&[P::CaseRead]), "义务日历：法定期限内应办的事项，超期的在前";
        GET "/measures/{plugin}/new/{collection}" documents::new_form_apart, reads(&[P::CaseWrite]).also(&[422]), "新建不属于家庭的办件要填写的内容";
        POST "/measures/{plugin}/new/{collection}" documents::create_apart, writes(&[P::CaseWrite]), "新建不属于家庭的办件";
        POST "/measures/{plugin}/new/{collection}/fill" documents::new_fill_apart, reads(&[P::CaseWrite]), "新建不属于家庭的办件填写中的提示和试算，不写入";
        POST "/documents/{document}/feeds/{feed}" feeds::create, writes(&[P::CaseWrite]).upload(), "上传名单；两千行以内立即处理，更长的在后台处理";
        GET "/feed-runs/{feed_run}" feeds::show, reads(&[P::CaseWrite]), "上传的名单处理到哪里，哪些行有问题";
        GET "/exports/worklist" exports::worklist, reads(&[P::Export]), "工作台导出为 CSV，记入审计日志";

    "decisions" "决定与待遇":
        GET "/decisions" decisions::index, reads(&[P::DecisionRead]), "管辖范围内的决定，从早到晚";
        GET "/decisions/{decision}" decisions::show, reads(&[P::DecisionRead]), "决定及理由";
        POST "/decisions/{decision}/replay" decisions::replay, reads(&[P::DecisionRead]), "按当时的记录重算，逐字节核对";
        POST "/decisions/{decision}/bundle" decisions::export, reveals(&[P::DecisionRead, P::FinanceRead, P::Export]), "决定连同规则程序、输入和读取导出为一个文件，记入审计日志";
        GET "/households/{household}/decisions" decisions::of_household, reads(&[P::DecisionRead]), "家庭的全部决定";
        GET "/exports/decisions" exports::decisions, reads(&[P::Export]), "决定导出为 CSV，记入审计日志";

    "notices" "文书":
        GET "/households/{household}/notices" notices::of_household, reads(&[P::HouseholdRead, P::DecisionRead]), "家庭的告知书和公示";
        POST "/notices/{notice}/print" notices::print, reveals(&[P::CaseRead, P::DecisionRead]), "文书全文，姓名完整，记入审计日志";

    "imports" "花名册导入":
        GET "/imports/template" imports::template, reads(&[P::HouseholdImport]), "花名册模板";
        POST "/imports/check" imports::check, reads(&[P::HouseholdImport]).upload(), "检查花名册，不写入";
        POST "/imports" imports::run, writes(&[P::HouseholdImport]).upload(), "导入花名册";

    "measures" "措施页面与试算":
        GET "/measures" measures::menu, ANY, "本职务可以看的措施页面";
        GET "/measures/{plugin}/{page}" measures::show, ANY.also(&[422]), "措施的页面内容";
        GET "/households/{household}/panels" measures::panels, reads(&[P::HouseholdRead]), "各措施在家庭档案中显示的内容";
        POST "/assessments" measures::assess, reads(&[P::DecisionRead, P::FinanceRead]).also(&[404]), "按某一天的规则和参数对管辖范围试算，不写入";
        GET "/households/{household}/would-qualify" shadow::would_qualify, reads(&[P::HouseholdRead, P::FinanceRead]).also(&[422]), "差在哪里：哪一项情况改变多少就能符合，逐项重算核实";

    "plugins" "措施管理":
        GET "/plugins" plugins::index, reads(&[P::ConfigurationRead]), "全市安装的措施包";
        GET "/plugins/{digest}" plugins::show, reads(&[P::ConfigurationRead]).also(&[422]), "一个措施包和它申请的权限";
        POST "/plugins" plugins::install, configures(&[P::Configure]).upload(), "安装措施包";
        POST "/plugins/bundle" plugins::install_bundle, configures(&[P::Configure]).upload(), "安装离线安装包中的全部措施包和签名";
        POST "/plugins/{digest}/signatures" trust::add, configures(&[P::Configure]).also(&[404]), "为已安装的措施包添加签名";
        GET "/enablements" plugins::enablements, reads(&[P::ConfigurationRead]), "本县区的启用记录";
        POST "/enablements" plugins::enable, configures(&[P::Configure]).also(&[404]), "从某天起启用措施";
        POST "/enablements/{plugin}/end" plugins::disable, configures(&[P::Configure]), "从某天起停用措施";
        PUT "/enablements/{plugin}/settings" plugins::set_settings, configures(&[P::Configure]), "更改措施的设置";
        PUT "/enablements/{plugin}/grants" plugins::set_grants, configures(&[P::Configure]), "更改对措施的授权";
        GET "/shadow-runs" shadow::index, reads(&[P::ConfigurationRead]), "影子运行和测算的报告，最近的在前";
        POST "/shadow-runs" shadow::ask, writes(&[P::Simulate]).also(&[404]), "试运行一个版本，或测算参数、比较时点；在后台计算，不改动家庭和办件";
        GET "/shadow-runs/{run}" shadow::show, reads(&[P::ConfigurationRead]).also(&[422]), "一份报告";
        GET "/shadow-runs/{run}/households" shadow::rows, reads(&[P::HouseholdRead, P::DecisionRead, P::FinanceRead]), "报告中有变化的家庭，差额大的在前";
        GET "/shadow-orders/{order}" shadow::progress, reads(&[P::ConfigurationRead]), "试运行算到哪里";

        POST "/enablements/{plugin}/cancel" upgrades::cancel_planned, configures(&[P::Configure]), "取消计划中的启用或停用";
        GET "/upgrades" upgrades::index, reads(&[P::ConfigurationRead]), "本县区的升级，最近的在前";
        POST "/upgrades/check" upgrades::check, reads(&[P::ConfigurationRead]).also(&[404]), "核对升级的各步，不登记、不切换";
        POST "/upgrades" upgrades::open, configures(&[P::Configure]).also(&[404]), "提出升级";
        GET "/upgrades/{upgrade}" upgrades::show, reads(&[P::ConfigurationRead]), "一次升级的各步；切换之后的办理情况";
        POST "/upgrades/{upgrade}/shadow" upgrades::order_shadow, configures(&[P::Configure]), "开始试运行";
        POST "/upgrades/{upgrade}/documents" upgrades::prepare, configures(&[P::Configure]), "先转换办件，不影响使用";
        POST "/upgrades/{upgrade}/sign" upgrades::sign, configures(&[P::UpgradeSign]), "第二人签认超出限度的变化";
        POST "/upgrades/{upgrade}/switch" upgrades::switch, configures(&[P::Configure]), "切换到新版本";
        POST "/upgrades/{upgrade}/rollback" upgrades::roll_back, configures(&[P::Configure]), "回到升级前的版本";
        POST "/upgrades/{upgrade}/cancel" upgrades::cancel, configures(&[P::Configure]), "取消准备中的升级";
        GET "/upgrade-bounds" upgrades::bounds, reads(&[P::ConfigurationRead]), "不需要第二人签认的限度";
        PUT "/upgrade-bounds" upgrades::set_bounds, configures(&[P::UpgradeSign]), "设定不需要第二人签认的限度";
        GET "/acceptance-cases" acceptance::index, reads(&[P::ConfigurationRead]), "本县区的验收用例";
        POST "/acceptance-cases" acceptance::create, configures(&[P::AcceptanceWrite]), "登记验收用例";
        POST "/acceptance-cases/run" acceptance::run, reads(&[P::ConfigurationRead]).also(&[404]), "用一个版本验证全部用例，不写入";
        GET "/acceptance-cases/{case}" acceptance::show, reads(&[P::AcceptanceWrite]), "一个用例和它的家庭";
        POST "/acceptance-cases/{case}/withdraw" acceptance::withdraw, configures(&[P::AcceptanceWrite]), "停用验收用例";
        POST "/households/{household}/acceptance-cases" acceptance::create_of_household, configures(&[P::AcceptanceWrite, P::FinanceRead]), "把一户存为验收用例，隐去身份";

    "trust" "签名与信任":
        GET "/trust/keys" trust::keys, reads(&[P::ConfigurationRead]), "全市登记的发布方公钥";
        GET "/trust/policies" trust::policies, reads(&[P::ConfigurationRead]), "本县区的签名要求";
        POST "/trust/policies" trust::set_policy, configures(&[P::Configure]), "设定本县区从某天起的签名要求";
        GET "/trust/concerns" trust::concerns, reads(&[P::ConfigurationRead]), "签名不再符合要求而仍在运行的措施";

    "parameters" "政策参数":
        GET "/parameters" parameters::index, reads(&[P::ConfigurationRead]), "已启用措施的参数及各时期的值";
        POST "/parameters" parameters::create, configures(&[P::Configure]), "登记参数从某天起的值";
        POST "/parameters/{parameter}/verify" parameters::verify, configures(&[P::Configure]), "对照文件核实一个值";

    "calendar" "工作日历":
        GET "/calendar" calendar::index, reads(&[P::ConfigurationRead]), "法定节假日和调休上班日";
        POST "/calendar" calendar::create, configures(&[P::Configure]), "添加新一年的节假日安排";

    "divisions" "区划":
        POST "/divisions" divisions::import, configures(&[P::Configure]).upload(), "导入区划：code,name,level,parent";

    "users" "用户":
        GET "/users" users::index, reads(&[P::UserManage]), "管辖范围内的用户";
        POST "/users" users::create, configures(&[P::UserManage]), "新增用户";
        GET "/users/{user}" users::show, reads(&[P::UserManage]), "查看用户";
        PATCH "/users/{user}" users::update, configures(&[P::UserManage]), "更改姓名、职务、区划，停用或启用";
        POST "/users/{user}/password" users::reset_password, configures(&[P::UserManage]), "重置密码";

    "audit" "审计日志":
        GET "/audit" audit::index, reads(&[P::AuditRead]), "本县区的审计日志，最近的在前";
        GET "/audit/verification" audit::verify, reads(&[P::AuditRead]), "核验审计日志是否完整";

    "jobs" "任务与事件":
        GET "/jobs" jobs::index, reads(&[P::Configure]), "任务：等待的、停止重试的、完成的，最近的在前";
        POST "/jobs/{job}/retry" jobs::retry, configures(&[P::Configure]), "重新安排已停止重试的任务";
        GET "/events" jobs::events, reads(&[P::Configure]), "事件及告知的情况，最近的在前";

    "figures" "各县区统计":
        GET "/figures" figures::counties, reads(&[P::FiguresRead]), "各县区的数量";
        GET "/scorecard" scorecard::county, reads(&[P::ScorecardRead]).also(&[404]), "一个县区的督查考核：各措施的指标、目标和口径";
        GET "/scorecard/counties" scorecard::city, reads(&[P::ScorecardRead, P::FiguresRead]), "各县区的督查考核，只有汇总数";
}

impl Route {
    /// Told to every token whatever its scopes: who one is, and the tables of words.
    fn is_common(&self) -> bool {
        self.resource == "me"
    }
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

/// Words of every kind of problem there is.
pub fn problem_kinds() -> impl Iterator<Item = &'static str> {
    problem::KINDS.iter().map(|kind| kind.word)
}

/// The documentation for a county: the kernel's part and what its measures add.
pub async fn document_for(app: &App, actor: &Actor) -> Result<String, doudi_domain::Error> {
    let manifests = crate::app::measure::manifests(app, actor).await?;
    Ok(contributed::document(&manifests).to_string())
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
            assert!(known || (route.is_common() && route.needs.is_none_or(<[P]>::is_empty)), "{}", route.path);
            let changes = !matches!(route.deed, Deed::Read | Deed::Reveal);
            assert_eq!(route.keyed, changes, "{} {}: what writes takes a key", route.method, route.path);
            assert!(route.method != "GET" || !route.keyed, "{}", route.path);
        }
    }
}
