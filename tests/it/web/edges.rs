//! Sign-in and its lock, other sites, headers, sizes: what a request meets before any use case.

use crate::support::people;
use crate::support::server::{PASSWORD, TestServer};
use axum::body::Body;
use axum::http::Request;
use jiff::civil::date;

const TODAY: jiff::civil::Date = date(2022, 7, 20);

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_with_the_right_password() {
    let server = TestServer::new(TODAY).await;
    let stranger = server.stranger();
    stranger.get("/sign-in").await.ok().has(&["登录"]);
    let page = stranger.post("/sign-in", &[("login", people::WANG_FANG), ("password", PASSWORD)]).await;
    let cookie =
        page.headers.iter().find(|(name, _)| name == "set-cookie").map(|(_, value)| value.clone()).expect("a cookie");
    assert!(
        cookie.starts_with("doudi_session=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert_eq!(page.done(), "/");
    // Nobody is led to another site afterwards.
    for elsewhere in ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)"] {
        let page = stranger
            .post("/sign-in", &[("login", people::WANG_FANG), ("password", PASSWORD), ("next", elsewhere)])
            .await;
        assert_eq!(page.done(), "/", "next={elsewhere}");
    }
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_passwords_lock_for_a_quarter_of_an_hour() {
    let server = TestServer::new(TODAY).await;
    let stranger = server.stranger();
    let attempt = async |login: &str, password: &str| {
        stranger.post("/sign-in", &[("login", login), ("password", password)]).await
    };
    for _ in 0..4 {
        attempt(people::WANG_FANG, "wrong").await.refused(422).has(&["用户名或密码不正确"]);
    }
    attempt(people::WANG_FANG, "wrong").await.refused(422).has(&["已锁定"]);
    // The right password does not help now; another account is not touched; an unknown login gets the same words.
    attempt(people::WANG_FANG, PASSWORD).await.refused(422).has(&["已锁定"]);
    attempt(people::LI_MING, PASSWORD).await.done();
    attempt("nobody-here", "wrong").await.refused(422).has(&["用户名或密码不正确"]);
    server.clock.advance_seconds(15 * 60 + 1);
    attempt(people::WANG_FANG, PASSWORD).await.done();
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends() {
    let server = TestServer::new(TODAY).await;
    let client = server.client(people::WANG_FANG).await;
    client.get("/worklist").await.ok();
    client.post("/sign-out", &[]).await.done();
    assert!(client.get("/worklist").await.done().starts_with("/sign-in"), "a signed-out cookie opens nothing");
    let client = server.client(people::WANG_FANG).await;
    server.clock.advance_seconds(401 * 86_400);
    assert!(client.get("/worklist").await.done().starts_with("/sign-in"), "an old cookie opens nothing");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_cannot_post_for_us() {
    let server = TestServer::new(TODAY).await;
    let client = server.client(people::WANG_FANG).await;
    let request = Request::builder()
        .method("POST")
        .uri("/sign-in")
        .header("host", "doudi.test")
        .header("origin", "https://evil.test")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("login=x&password=y"))
        .expect("a request");
    client.send(request, "a cross-site post".into()).await.refused(403);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_keeps_others_out() {
    let server = TestServer::new(TODAY).await;
    let client = server.client(people::WANG_FANG).await;
    for path in ["/worklist", "/households", "/no-such-page", "/households/999999", "/help"] {
        let page = client.get(path).await;
        let header =
            |name: &str| page.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str());
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}: pages about people are not kept");
        // The policy forbids them, so a page that has one is broken.
        let body = page.body();
        assert!(
            !body.contains("<script>") && !body.contains(" style=\"") && !body.contains(" onclick="),
            "{path}: inline code"
        );
    }
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_broken_gets_a_sentence() {
    let server = TestServer::new(TODAY).await;
    let client = server.client(people::WANG_FANG).await;
    let big = "x".repeat(3 << 20);
    let page = client.post("/households", &[("address", &big)]).await;
    assert!(matches!(page.status, 413 | 422), "{}: {}", page.asked, page.excerpt());
    let page =
        client.ask("POST", "/imports", Some("multipart/form-data; boundary=x".into()), b"--x\r\nbroken".to_vec()).await;
    assert!(matches!(page.status, 400 | 422), "{}: {}", page.asked, page.excerpt());
    for path in [
        "/households/abc",
        "/households/99999999999999999999",
        "/documents/-1",
        "/households?cursor=%FF%FE",
        "/households/1?as_of=yesterday",
    ] {
        let page = client.get(path).await;
        assert!(page.status < 500, "{}: {} {}", page.asked, page.status, page.excerpt());
        assert!(page.content_type.starts_with("text/html"), "{}: {}", page.asked, page.content_type);
    }
    // Whatever is typed into the search is shown as text.
    let page = client.get("/households?q=%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!page.body().contains("<script>alert"), "{}", page.asked);
    server.close().await;
}
