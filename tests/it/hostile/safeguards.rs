//! What the administrator sees of it: limits and who rests, with the button that ends a rest; when each grant was last used; the
//! table of fields; the figures for Prometheus, which tell nothing of any person.

use super::TODAY;
use super::pressed::{city, press};
use crate::support::family::{self, Family};
use crate::support::guests;
use crate::support::people;
use crate::support::server::TestServer;
use axum::body::Body;
use axum::http::{Request, header};
use doudi_server::app::plugin::GrantChoice;
use http_body_util::BodyExt;
use jiff::civil::date;
use std::time::Duration;
use tower::ServiceExt;

#[tokio::test(flavor = "multi_thread")]
async fn a_resting_measure_is_seen_and_called_again_by_the_administrator() {
    let server = TestServer::watched(TODAY, |config| {
        config.strikes = 3;
        config.rest = Duration::from_secs(250);
    })
    .await;
    let counties = [people::COUNTY, people::OTHER_COUNTY];
    let digest = server.enable(guests::rogue(), &counties, date(2022, 1, 1), GrantChoice::All).await;
    let family = Family::enter(&server).await;
    let it = server.client(people::SUN_LI).await;
    it.get("/plugins/limits").await.ok().has(&[
        "没有。一项措施连续出错",
        "64 兆字节",
        "256 兆字节",
        "一个县区同时调用",
    ]);
    for _ in 0..3 {
        press(&server, &family, "rogue", "trap").await.expect_err("it traps");
    }
    let resting = press(&server, &family, "rogue", "good").await.expect_err("it rests").to_string();
    assert!(resting.contains("已暂停调用"), "{resting}");
    it.get("/plugins/limits").await.ok().has(&["捣乱插件", "6.6.6", "4 分", "现在恢复"]);
    // Another county does not see it, an auditor sees it and has no button.
    server
        .client("laiwen")
        .await
        .get("/plugins/limits")
        .await
        .ok()
        .has(&["没有。一项措施连续出错"])
        .lacks(&["/release"]);
    server.client(people::ZHOU_MIN).await.get("/plugins/limits").await.ok().has(&["捣乱插件"]).lacks(&["/release"]);
    server.client(people::ZHOU_MIN).await.post(&format!("/plugins/{digest}/release"), &[]).await.refused(403);
    server.client("laiwen").await.post(&format!("/plugins/{digest}/release"), &[]).await.refused(404);
    assert_eq!(it.post(&format!("/plugins/{digest}/release"), &[]).await.done(), "/plugins/limits?done=released");
    press(&server, &family, "rogue", "good")
        .await
        .unwrap_or_else(|error| panic!("the administrator has looked: {error}"));
    server.client(people::ZHOU_MIN).await.get("/audit").await.ok().has(&["plugin.release"]);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_tells_when_it_was_last_used_and_how_often_it_was_denied() {
    let (server, family) = city(&[]).await;
    for _ in 0..2 {
        press(&server, &family, "rogue", "peek").await.expect_err("it says what it saw in a refusal");
    }
    press(&server, &family, "rogue", "good").await.expect("a case");
    press(&server, &family, "rogue", "ungranted-kind").await.expect_err("not granted");
    let it = server.client(people::SUN_LI).await;
    let table = doudi_server::app::field_use::table(&server.app, &server.actor(people::SUN_LI)).await.expect("he may");
    let measure = table.measures.iter().position(|measure| measure.id == "rogue").expect("the rogue");
    let cell = |code: &str| {
        let row = table.rows.iter().find(|row| row.code == code).unwrap_or_else(|| panic!("{code}"));
        row.cells[measure].clone()
    };
    let (sex, grade) = (cell("person.sex"), cell("person.disability-grade"));
    assert_eq!((sex.declared, sex.granted, sex.read, sex.denied), (true, true, 2, 0));
    assert_eq!((grade.declared, grade.granted, grade.read, grade.denied), (true, false, 0, 2));
    assert!(sex.last_read.is_some() && grade.last_read.is_none());
    it.get("/plugins/fields").await.ok().has(&["性别", "残疾等级", "已授权，在读取", "未授权", "未给 2 次"]);
    let csv = it.get("/plugins/fields.csv").await.ok().body();
    assert!(csv.contains("person.disability-grade,残疾等级,敏感,捣乱插件,6.6.6,是,否,0,,2"), "{csv}");
    // On the package's own page, beside each grant.
    let page = it.get(&format!("/plugins/{}", guests::digest(&guests::rogue_with("rogue", &[], |_| {})))).await.ok();
    page.has(&["用过 2 次，最近 2022-07-20", "未给 2 次", "未给 1 次"]);
    // Officers of towns have no business there, nor has another county's administrator anything to see.
    server.client(people::WANG_FANG).await.get("/plugins/fields").await.refused(403);
    let theirs = doudi_server::app::field_use::table(&server.app, &server.actor("laiwen")).await.expect("he may");
    assert!(theirs.rows.iter().flat_map(|row| &row.cells).all(|cell| cell.read == 0 && cell.denied == 0));
    server.close().await;
}

/// What a scraper is told, over the very route it asks.
async fn scraped(server: &TestServer, token: Option<&str>, carried: Option<&str>) -> (u16, String) {
    let router = doudi_server::web::metrics::router(server.app.clone(), token.map(str::to_owned));
    let mut request = Request::get("/metrics");
    if let Some(carried) = carried {
        request = request.header(header::AUTHORIZATION, format!("Bearer {carried}"));
    }
    let response = router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_count_calls_errors_and_requests_and_tell_nothing_of_people() {
    let (server, family) = city(&[]).await;
    for action in ["good", "trap", "trap", "ungranted-kind", "refuse"] {
        let _ = press(&server, &family, "rogue", action).await;
    }
    let client = server.client(people::WANG_FANG).await;
    client.get(&format!("/households/{}", family.household)).await.ok();
    client.get(&format!("/households?q={}", family::HEAD)).await;
    client.get("/no/such/page/张建国").await;
    let (status, text) = scraped(&server, None, None).await;
    assert_eq!(status, 200);
    let digest = &guests::digest(&guests::rogue_with("rogue", &[], |_| {}))[..12];
    let calls = |outcome: &str| {
        format!(
            "doudi_plugin_calls_total{{county=\"340223\",plugin=\"rogue\",digest=\"{digest}\",point=\"act\",outcome=\"{outcome}\"}}"
        )
    };
    for (line, count) in [(calls("ok"), 1), (calls("trapped"), 2), (calls("denied"), 1), (calls("refused"), 1)] {
        assert!(text.contains(&format!("{line} {count}\n")), "{line} {count} in\n{text}");
    }
    for name in [
        "doudi_plugin_denials_total{",
        "doudi_plugin_guest_seconds_bucket{",
        "doudi_plugin_queue_seconds_bucket{",
        "doudi_plugin_memory_bytes_bucket{",
        "doudi_http_request_seconds_bucket{",
        "doudi_build_info{",
        "doudi_http_requests_total{method=\"GET\",route=\"/households/{household}\",status=\"200\"}",
        "route=\"none\",status=\"404\"",
    ] {
        assert!(text.contains(name), "{name} in\n{text}");
    }
    let number = family::head_number();
    for secret in [family::HEAD, number.as_str(), family::PHONE, "王芳", "wangfang", family::ADDRESS] {
        assert!(!text.contains(secret), "“{secret}” is told to the scraper");
    }
    assert!(!text.contains(&format!("/households/{}\"", family.household)), "an address is no label");
    // With a token only for who carries it; and on no route of the officers.
    assert_eq!(scraped(&server, Some("a-token-of-some-length"), None).await.0, 401);
    assert_eq!(scraped(&server, Some("a-token-of-some-length"), Some("another")).await.0, 401);
    assert_eq!(scraped(&server, Some("a-token-of-some-length"), Some("a-token-of-some-length")).await.0, 200);
    client.get("/metrics").await.refused(404);
    server.close().await;
}

/// Eight at once on one case: whoever is too slow is counted.
#[tokio::test(flavor = "multi_thread")]
async fn conflicts_are_counted() {
    use doudi_server::app::document::{self, Press, Target};
    let (server, family) = city(&[]).await;
    let case = press(&server, &family, "honest", "good").await.expect("a case").document.expect("a case");
    let presses = (0..8).map(|_| {
        let (app, officer) = (server.app.clone(), server.actor(people::WANG_FANG));
        tokio::spawn(async move {
            let press = Press {
                target: Target::Existing(case),
                action: "good".to_owned(),
                values: Default::default(),
                idempotency_key: String::new(),
            };
            document::act(&app, &officer, press).await.is_ok()
        })
    });
    for press in presses.collect::<Vec<_>>() {
        let _ = press.await.expect("no panic");
    }
    let (_, text) = scraped(&server, None, None).await;
    let line = text.lines().find(|line| line.starts_with("doudi_plugin_conflicts_total{"));
    assert!(line.is_some_and(|line| line.contains("plugin=\"honest\"") && line.contains("point=\"act\"")), "{text}");
    server.close().await;
}
