//! A whole server in this process: a fresh database of either engine, a clock that stands still, the city of Wuhu, the cast,
//! and the real router, asked as a browser would ask it.

use super::guests;
use super::page::Page;
use super::people::CAST;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use doudi_domain::calendar::DayKind;
use doudi_domain::identity::User;
use doudi_domain::{Actor, Date, Division, DivisionCode, Level, Role, UserId};
use doudi_plugin_host::{HostConfig, PluginHost};
use doudi_server::app::kept::Kept;
use doudi_server::app::plugin::{EnableDraft, GrantChoice};
use doudi_server::watch::Watch;
use doudi_server::{App, Config, FixedClock};
use doudi_storage::test_support::{self, TestDatabase};
use doudi_storage::user::NewUser;
use http_body_util::BodyExt;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tower::ServiceExt;

/// The password of everyone in the cast.
pub const PASSWORD: &str = "芜湖的雨下了三天";

pub struct TestServer {
    pub app: App,
    pub clock: FixedClock,
    users: BTreeMap<String, User>,
    router: Router,
    database: TestDatabase,
}

/// One host for all servers of this process: plugins are shared code, and compiling them once is enough.
fn host() -> PluginHost {
    static HOST: OnceLock<PluginHost> = OnceLock::new();
    HOST.get_or_init(|| {
        let mut config = guests::host_config();
        config.instances = 60;
        config.scenario_calendar = Arc::new(
            doudi_domain::calendar::WorkCalendar::parse_csv(include_str!("../../../data/statutory-days.csv"))
                .expect("well formed"),
        );
        PluginHost::new(config).expect("the pool fits")
    })
    .clone()
}

/// Runs a story once on each engine.
pub async fn each_engine<F: AsyncFn(&TestServer)>(today: Date, story: F) {
    for database in test_support::databases().await {
        let server = TestServer::on(database, today).await;
        story(&server).await;
        server.close().await;
    }
}

impl TestServer {
    /// On SQLite.
    pub async fn new(today: Date) -> TestServer {
        TestServer::on(test_support::sqlite().await.expect("a temporary database"), today).await
    }

    pub async fn on(database: TestDatabase, today: Date) -> TestServer {
        TestServer::with(database, today, host(), Arc::default(), Kept::default()).await
    }

    /// On SQLite, with a plugin host of its own that tells the server's watch of every call. `change` may turn its limits.
    pub async fn watched(today: Date, change: impl FnOnce(&mut HostConfig)) -> TestServer {
        let watch: Arc<Watch> = Arc::default();
        let mut config = guests::host_config();
        config.observer = Some(watch.clone());
        change(&mut config);
        let host = PluginHost::new(config).expect("the pool fits");
        let database = test_support::sqlite().await.expect("a temporary database");
        TestServer::with(database, today, host, watch, Kept::default()).await
    }

    /// On SQLite, with what this process keeps to show again.
    pub async fn keeping(today: Date, kept: Kept) -> TestServer {
        let database = test_support::sqlite().await.expect("a temporary database");
        TestServer::with(database, today, host(), Arc::default(), kept).await
    }

    async fn with(database: TestDatabase, today: Date, host: PluginHost, watch: Arc<Watch>, kept: Kept) -> TestServer {
        let clock = FixedClock::on(today);
        let app = App {
            storage: database.storage.clone(),
            host,
            clock: Arc::new(clock.clone()),
            // Days pass between two steps of a story; nobody wants to sign in anew each time.
            config: Arc::new(Config { session_idle_minutes: 400 * 24 * 60, ..Config::default() }),
            watch,
            kept: Arc::new(kept),
        };
        let router = doudi_server::web::router(app.clone());
        let mut server = TestServer { app, clock, users: BTreeMap::new(), router, database };
        server.found_the_city().await;
        server
    }

    pub async fn close(self) {
        self.database.remove().await;
    }

    /// For opening its database a second time.
    pub fn url(&self) -> &str {
        &self.database.url
    }

    /// The kernel itself, in a county or the city.
    pub fn system(&self, division: i64) -> Actor {
        Actor::System { division: DivisionCode::new(division).expect("a code") }
    }

    /// Divisions, calendar and the cast, in a few transactions.
    async fn found_the_city(&mut self) {
        let divisions: Vec<Division> = include_str!("../../../data/wuhu-divisions.csv")
            .lines()
            .skip(1)
            .map(|line| {
                let cells: Vec<&str> = line.split(',').collect();
                Division {
                    code: DivisionCode::parse(cells[0]).expect("a code"),
                    name: cells[1].to_owned(),
                    level: Level::parse(cells[2]).expect("a level"),
                    parent: DivisionCode::parse(cells[3]).ok(),
                }
            })
            .collect();
        let calendar =
            doudi_domain::calendar::WorkCalendar::parse_csv(include_str!("../../../data/statutory-days.csv"))
                .expect("well formed");
        let days: Vec<(Date, DayKind, String)> =
            calendar.listed().map(|(day, kind, occasion)| (day, kind, occasion.to_owned())).collect();
        let city = self.system(340_200_000_000);
        let mut write = self.app.storage.write(&city, self.app.now()).await.expect("a write");
        write.division_import(&divisions).await.expect("divisions");
        write.calendar_add(&days).await.expect("days");
        write.commit().await.expect("the city is founded");
        for (login, name, role, division) in CAST {
            self.hire(login, name, *role, *division).await;
        }
    }

    /// Somebody more for the cast, with everybody's password.
    pub async fn hire(&mut self, login: &str, name: &str, role: Role, division: i64) {
        static HASH: OnceLock<String> = OnceLock::new();
        let hash = HASH.get_or_init(|| doudi_storage::password::hash(PASSWORD).expect("a password can be hashed"));
        let division = DivisionCode::new(division).expect("a code of the cast");
        let actor = Actor::System { division: division.county().division() };
        let mut write = self.app.storage.write(&actor, self.app.now()).await.expect("a write");
        let new =
            NewUser { login: login.to_owned(), name: name.to_owned(), role, division, password_hash: hash.clone() };
        let id = write.user_create(&new).await.unwrap_or_else(|error| panic!("{login}: {error}"));
        write.commit().await.expect("a user");
        let user = User {
            id,
            login: new.login,
            name: new.name,
            role,
            division,
            active: true,
            failed_attempts: 0,
            locked_until: None,
            created_at: self.app.now(),
        };
        self.users.insert(login.to_owned(), user);
    }

    /// By name, as forms show officers.
    pub fn named(&self, name: &str) -> &User {
        self.users.values().find(|user| user.name == name).unwrap_or_else(|| panic!("{name} is not in the cast"))
    }

    pub fn user(&self, login: &str) -> &User {
        self.users.get(login).unwrap_or_else(|| panic!("{login} is not in the cast"))
    }

    pub fn user_id(&self, login: &str) -> UserId {
        self.user(login).id
    }

    pub fn actor(&self, login: &str) -> Actor {
        Actor::from(self.user(login))
    }

    /// Installs a package and enables it for counties, from the day given, with these grants.
    pub async fn enable(&self, package: &[u8], counties: &[i64], from: Date, grants: GrantChoice) -> String {
        use doudi_server::app::plugin;
        let installed = plugin::install(&self.app, &self.system(counties[0]), package.to_vec())
            .await
            .unwrap_or_else(|error| panic!("{error}: {error:?}"));
        for county in counties {
            let draft = EnableDraft {
                plugin: installed.plugin.clone(),
                digest: installed.digest.clone(),
                from,
                settings: None,
                grants: grants.clone(),
                accept_unsigned: true,
            };
            plugin::enable(&self.app, &self.system(*county), draft)
                .await
                .unwrap_or_else(|error| panic!("{error}: {error:?}"));
        }
        installed.digest
    }

    /// A parameter of a county, as stored: fen, months, days since 1970 …
    pub async fn set_parameter(&self, county: i64, code: &str, value: i64, from: Date) {
        let mut write = self.app.storage.write(&self.system(county), self.app.now()).await.expect("a write");
        let new = doudi_storage::parameter::NewParameter {
            code: code.to_owned(),
            value,
            from,
            source: "测试用值，未核实".to_owned(),
            verified: false,
        };
        write.parameter_set(&new).await.unwrap_or_else(|error| panic!("{code}: {error}"));
        write.commit().await.expect("a parameter");
    }

    /// A browser in which somebody of the cast is signed in.
    pub async fn client(&self, login: &str) -> Client<'_> {
        let user = self.user(login).clone();
        let mut token = [0u8; 32];
        token[..login.len()].copy_from_slice(login.as_bytes());
        token[24..].copy_from_slice(&SESSIONS.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_be_bytes());
        let mut write = self.app.storage.write(&Actor::from(&user), self.app.now()).await.expect("a write");
        write.session_create(user.id, &token, 400 * 86_400, 400 * 86_400).await.expect("a session");
        write.commit().await.expect("a session");
        Client {
            server: self,
            cookie: Some(format!("doudi_session={}", hex::encode(token))),
            name: user.name,
            role: Some(user.role),
        }
    }

    /// A browser in which nobody is signed in.
    pub fn stranger(&self) -> Client<'_> {
        Client { server: self, cookie: None, name: "陌生人".to_owned(), role: None }
    }
}

static SESSIONS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);

/// Somebody's browser.
#[derive(Clone)]
pub struct Client<'a> {
    server: &'a TestServer,
    cookie: Option<String>,
    pub name: String,
    pub role: Option<Role>,
}

impl Client<'_> {
    pub async fn get(&self, path: &str) -> Page {
        self.ask("GET", path, None, Vec::new()).await
    }

    /// Posts a form. A name may stand several times.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let encode = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
                    byte => format!("%{byte:02X}"),
                })
                .collect()
        };
        let body = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        self.ask("POST", path, Some("application/x-www-form-urlencoded".to_owned()), body.into_bytes()).await
    }

    /// Posts a form with files: field, file name, media type, content.
    pub async fn post_files(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &str, &[u8])]) -> Page {
        self.post_form(path, fields, files, "text/html").await
    }

    /// The same as a script posts it, which wants to be answered in JSON.
    pub async fn post_script(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &str, &[u8])]) -> Page {
        self.post_form(path, fields, files, "application/json").await
    }

    async fn post_form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &str, &[u8])],
        accept: &str,
    ) -> Page {
        const BOUNDARY: &str = "----doudi-test-boundary";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        for (name, file, media_type, content) in files {
            body.extend(
                format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\ncontent-type: {media_type}\r\n\r\n").bytes(),
            );
            body.extend_from_slice(content);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        self.ask_for("POST", path, Some(format!("multipart/form-data; boundary={BOUNDARY}")), body, accept).await
    }

    pub async fn ask(&self, method: &str, path: &str, content_type: Option<String>, body: Vec<u8>) -> Page {
        self.ask_for(method, path, content_type, body, "text/html").await
    }

    async fn ask_for(
        &self,
        method: &str,
        path: &str,
        content_type: Option<String>,
        body: Vec<u8>,
        accept: &str,
    ) -> Page {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "doudi.test")
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, accept)
            .header(header::CONTENT_LENGTH, body.len());
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let request = request.body(Body::from(body)).expect("a request");
        self.send(request, format!("{method} {path} as {}", self.name)).await
    }

    /// Any request, for those that test the edges.
    pub async fn send(&self, request: Request<Body>, asked: String) -> Page {
        let response = self.server.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let text =
            |name: header::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Page {
            asked,
            status: parts.status.as_u16(),
            location: text(header::LOCATION),
            content_type: text(header::CONTENT_TYPE).unwrap_or_default(),
            headers: parts
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect(),
            bytes: body.collect().await.expect("a body").to_bytes().to_vec(),
        }
    }
}
