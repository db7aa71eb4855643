//! Telling other systems: a receiver in this process gets every event of its topics, signed, once counted as delivered, and
//! nothing else; one that fails is tried again with the same words and given up in sight.

use crate::support::family::{self, Family};
use crate::support::server::{TestServer, each_engine};
use crate::support::{guests, people};
use crate::worker::{it, publish, sound, work};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use doudi_domain::{Error, WebhookId};
use doudi_server::app::plugin::GrantChoice;
use doudi_server::app::webhook::{self, Registered, WebhookDraft};
use doudi_server::worker::TERMS;
use doudi_server::{App, Config};
use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::date;
use serde_json::Value;
use sha2::Sha256;
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

const TODAY: jiff::civil::Date = date(2022, 7, 20);

/// What arrived.
#[derive(Clone, Debug)]
struct Arrived {
    path: String,
    signature: String,
    event: String,
    body: Vec<u8>,
}

impl Arrived {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

#[derive(Clone, Default)]
struct Receiver {
    arrived: Arc<Mutex<Vec<Arrived>>>,
    /// What to answer next; 204 when there is nothing left.
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    /// Listens on a free port of this machine; returns its address.
    async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(receive).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().expect("no panic").clone()
    }

    fn answer(&self, statuses: &[u16]) {
        self.answers.lock().expect("no panic").extend(statuses);
    }
}

async fn receive(
    State(receiver): State<Receiver>,
    uri: axum::http::Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let arrived = Arrived {
        path: uri.path().to_owned(),
        signature: header("doudi-signature"),
        event: header("doudi-event"),
        body: body.to_vec(),
    };
    receiver.arrived.lock().expect("no panic").push(arrived);
    let status = receiver.answers.lock().expect("no panic").pop_front().unwrap_or(204);
    StatusCode::from_u16(status).expect("a status")
}

/// The receiver's own check, as its documentation would have it.
fn genuine(arrived: &Arrived, secret: &str) -> bool {
    let Some((time, given)) = arrived.signature.split_once(",v1=") else { return false };
    let Some(seconds) = time.strip_prefix("t=") else { return false };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(&arrived.body);
    hex::encode(mac.finalize().into_bytes()) == given
}

/// The server as an operator runs it who has receivers in her own network.
fn inside(server: &TestServer) -> App {
    let config = Config { allow_internal_webhooks: true, ..(*server.app.config).clone() };
    App { config: Arc::new(config), ..server.app.clone() }
}

async fn register(app: &App, county: i64, url: &str, topics: &str) -> Registered {
    let draft = WebhookDraft { url: url.to_owned(), topics: topics.to_owned() };
    webhook::add(app, &it(county), draft).await.unwrap_or_else(|error| panic!("{error}: {error:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_told_of_its_topics_and_of_its_county_only() {
    each_engine(TODAY, async |server| {
        let app = inside(server);
        let receiver = Receiver::default();
        let url = receiver.listen().await;
        let all = register(&app, people::COUNTY, &format!("{url}/all"), "*").await;
        register(&app, people::COUNTY, &format!("{url}/deaths"), "person.died").await;
        register(&app, people::OTHER_COUNTY, &format!("{url}/other"), "*").await;
        let family = Family::enter(server).await;
        server.enable(guests::honest(), &[people::COUNTY], date(2023, 1, 1), GrantChoice::All).await;
        doudi_server::app::household::record_death(
            &app,
            &server.actor(people::WANG_FANG),
            family.head,
            date(2022, 7, 19),
        )
        .await
        .expect("recorded");
        work(std::slice::from_ref(&app)).await;

        let events = server.app.storage.count_rows("event").await.expect("a count");
        let arrived = receiver.arrived();
        let to = |path: &str| arrived.iter().filter(|one| one.path == path).collect::<Vec<_>>();
        assert_eq!(to("/all").len() as i64, events, "each event once");
        assert_eq!(to("/deaths").len(), 1);
        assert!(to("/other").is_empty(), "another county's events stay there");
        assert_eq!(to("/all").iter().map(|one| &one.event).collect::<BTreeSet<_>>().len() as i64, events);
        for one in &arrived {
            let json = one.json();
            assert_eq!(json["event"], one.event.as_str());
            assert_eq!(json["county"], "340223");
            assert!(
                json["at"].as_str().is_some_and(|at| at.starts_with("2022-07-20T") && at.ends_with("+08:00")),
                "{json}"
            );
            let text = String::from_utf8_lossy(&one.body);
            for secret in [family::head_number(), family::wife_number(), family::PHONE.into(), family::HEAD.into()] {
                assert!(!text.contains(&secret), "{text}");
            }
        }
        for one in to("/all") {
            assert!(genuine(one, &all.secret), "{one:?}");
            assert!(!genuine(one, "another secret"));
            let forged = Arrived { body: [one.body.as_slice(), b" "].concat(), ..one.clone() };
            assert!(!genuine(&forged, &all.secret));
        }
        let death = to("/deaths")[0].json();
        assert_eq!(
            (&death["topic"], &death["subject"]),
            (&"person.died".into(), &format!("person/{}", family.head).into())
        );

        // On record, for its own county only.
        let (_, page) = webhook::deliveries(&app, &it(people::COUNTY), all.id, None, 100).await.expect("a page");
        assert_eq!(page.items.len() as i64, events);
        assert!(page.items.iter().all(|one| one.error.is_none() && one.status == Some(204) && one.attempt == 1));
        let elsewhere = webhook::deliveries(&app, &it(people::OTHER_COUNTY), all.id, None, 100).await;
        assert!(matches!(elsewhere, Err(Error::NotFound { .. })), "{elsewhere:?}");
        sound(server).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_take_it_is_told_again_in_the_same_words() {
    each_engine(TODAY, async |server| {
        let app = inside(server);
        let receiver = Receiver::default();
        receiver.answer(&[500, 302, 429]);
        let hook = register(&app, people::COUNTY, &receiver.listen().await, "household.*").await;
        let family = Family::enter(server).await;
        work(std::slice::from_ref(&app)).await;
        // The family's own changes met the three failures; from here on everything is taken.
        for _ in 0..4 {
            server.clock.advance_seconds(86_400);
            work(std::slice::from_ref(&app)).await;
        }
        let before = receiver.arrived().len();
        receiver.answer(&[503, 503]);
        publish(&app, people::COUNTY, family.household, 1).await;
        for expected in [1, 2, 3, 3] {
            work(std::slice::from_ref(&app)).await;
            assert_eq!(receiver.arrived().len() - before, expected);
            server.clock.advance_seconds(3_600);
        }
        let tries = receiver.arrived().split_off(before);
        assert!(tries.iter().all(|one| one.body == tries[0].body && one.event == tries[0].event), "{tries:?}");
        assert!(tries.iter().all(|one| genuine(one, &hook.secret)));
        assert_eq!(tries.iter().map(|one| &one.signature).collect::<BTreeSet<_>>().len(), 3, "signed anew each time");
        let (_, page) = webhook::deliveries(&app, &it(people::COUNTY), hook.id, None, 3).await.expect("a page");
        let log: Vec<_> = page.items.iter().map(|one| (one.attempt, one.status)).collect();
        assert_eq!(log, [(3, Some(204)), (2, Some(503)), (1, Some(503))]);
    })
    .await;
}

/// An address nobody answers at is given up after as many attempts as any job, keeps nobody waiting, and can be told again.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_gone_is_given_up_and_delays_nobody() {
    each_engine(TODAY, async |server| {
        let app = inside(server);
        let receiver = Receiver::default();
        let (good, gone) = (receiver.listen().await, closed_port().await);
        let family = Family::enter(server).await;
        work(std::slice::from_ref(&app)).await;
        register(&app, people::COUNTY, &good, "household.changed").await;
        let hook = register(&app, people::COUNTY, &gone, "household.changed").await;
        publish(&app, people::COUNTY, family.household, 2).await;
        for attempt in 1..=TERMS.max_attempts {
            work(std::slice::from_ref(&app)).await;
            assert_eq!(receiver.arrived().len(), 2, "attempt {attempt}");
            server.clock.advance_seconds(86_400);
        }
        work(std::slice::from_ref(&app)).await;
        let county_it = server.client(people::SUN_LI).await;
        let page = county_it.get("/jobs?state=dead").await.ok();
        let page = page.has(&["对外通知", &gone, "通知没有送达"]);
        assert_eq!(page.body().matches("/retry").count(), 2);
        let log = county_it.get(&format!("/webhooks/{}", hook.id)).await.ok();
        assert_eq!(
            log.has(&["未送达", "连接没有建立"]).body().matches("未送达").count(),
            2 * TERMS.max_attempts as usize
        );
        // Switched off, what is sent round again is dropped; nothing new is sent.
        webhook::switch(&app, &it(people::COUNTY), hook.id, false).await.expect("switched off");
        publish(&app, people::COUNTY, family.household, 1).await;
        work(std::slice::from_ref(&app)).await;
        assert_eq!(receiver.arrived().len(), 3);
        let (_, page) = webhook::deliveries(&app, &it(people::COUNTY), hook.id, None, 100).await.expect("a page");
        assert_eq!(page.items.len(), 2 * TERMS.max_attempts as usize);
    })
    .await;
}

async fn closed_port() -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

/// Without the operator's word nothing is sent to this machine or its networks, whatever was registered before.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_inside_unless_the_operator_allows_it() {
    each_engine(TODAY, async |server| {
        let receiver = Receiver::default();
        let url = receiver.listen().await;
        let family = Family::enter(server).await;
        work(std::slice::from_ref(&server.app)).await;
        let draft = WebhookDraft { url: url.clone(), topics: "*".to_owned() };
        let refused = webhook::add(&server.app, &it(people::COUNTY), draft).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
        let hook = register(&inside(server), people::COUNTY, &url, "*").await;
        // The operator has taken the permission back.
        publish(&server.app, people::COUNTY, family.household, 1).await;
        work(std::slice::from_ref(&server.app)).await;
        assert!(receiver.arrived().is_empty());
        let (_, page) = webhook::deliveries(&server.app, &it(people::COUNTY), hook.id, None, 9).await.expect("a page");
        assert!(page.items[0].error.as_deref().is_some_and(|error| error.contains("https")), "{:?}", page.items);
    })
    .await;
}

/// In the browser: registered with its secret shown once, wrong input told beside the field, switched off and on.
#[tokio::test(flavor = "multi_thread")]
async fn county_it_registers_an_address_and_sees_the_secret_once() {
    let server = TestServer::new(TODAY).await;
    let client = server.client(people::SUN_LI).await;
    let wrong = client.post("/webhooks", &[("url", "http://10.0.0.1/"), ("topics", "Person")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body().contains("http://10.0.0.1/"), "what was typed is kept");
    wrong.has(&["https://", "不是事件主题"]);
    let shown =
        client.post("/webhooks", &[("url", "https://receiver.example/doudi"), ("topics", "decision.*")]).await.ok();
    let body = shown.body();
    let secret = body.split("<p class=\"code\">").nth(1).and_then(|rest| rest.split('<').next()).expect("the secret");
    assert_eq!(secret.len(), 64, "{secret}");
    let twice = client.post("/webhooks", &[("url", "https://receiver.example/doudi"), ("topics", "*")]).await;
    twice.has(&["已经登记过"]);
    let list = client.get("/webhooks").await.ok().has(&["https://receiver.example/doudi", "decision.*", "在用"]);
    list.lacks(&[secret]);
    let id: WebhookId = body
        .split("/webhooks/")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a link")
        .parse()
        .expect("an id");
    let path = format!("/webhooks/{id}");
    client.get(&path).await.ok().has(&["还没有发出过通知"]).lacks(&[secret]);
    client.post(&path, &[("enabled", "no")]).await.done();
    client.get(&path).await.ok().has(&["重新启用"]);
    client.post(&path, &[("enabled", "yes")]).await.done();
    server.client("laiwen").await.get(&path).await.refused(404);
    let trail = server.client(people::ZHOU_MIN).await.get("/audit").await.ok();
    trail.has(&["登记通知地址", "启停通知地址"]).lacks(&[secret]);
    server.close().await;
}
