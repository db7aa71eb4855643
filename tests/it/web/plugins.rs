//! A plugin that fails, seen from the browser: the page says which plugin, version and why, that nothing was saved, keeps what
//! was typed; another plugin and another county do not notice.

use crate::support::family::Family;
use crate::support::people;
use crate::support::{TestServer, guests};
use doudi_domain::DocumentId;
use doudi_server::app::plugin::GrantChoice;
use jiff::civil::date;

const TODAY: jiff::civil::Date = date(2022, 7, 20);

/// The rogue with little granted, the honest one with everything, in both counties.
async fn city() -> (TestServer, Family) {
    let server = TestServer::new(TODAY).await;
    let counties = [people::COUNTY, people::OTHER_COUNTY];
    let granted =
        ["read:person.sex", "effect:document.put", "effect:decision.record:rogue"].map(str::to_owned).to_vec();
    server.enable(guests::rogue(), &counties, date(2022, 1, 1), GrantChoice::These(granted)).await;
    server.enable(guests::honest(), &counties, date(2022, 1, 1), GrantChoice::All).await;
    let family = Family::enter(&server).await;
    (server, family)
}

/// Opens a case with the honest plugin and returns it.
async fn open(server: &TestServer, family: &Family, plugin: &str) -> DocumentId {
    let client = server.client(people::WANG_FANG).await;
    let location = client.post(&format!("/households/{}/new/{plugin}/case", family.household), &[]).await.done();
    let id = location.trim_start_matches("/documents/").split('?').next().unwrap_or_default();
    id.parse().unwrap_or_else(|_| panic!("{location} is no case"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_button_says_so_and_saves_nothing() {
    let (server, family) = city().await;
    let client = server.client(people::WANG_FANG).await;
    let document = open(&server, &family, "rogue").await;
    for (action, sentence) in [
        ("spin", "计算超过时限"),
        ("trap", "程序异常中止"),
        ("hog", "内存需求超过上限"),
        ("unknown-kind", "payment.transfer"),
        ("ungranted-kind", "event.publish"),
        ("one-bad-among-good", "payment.transfer"),
        ("no-such-state", "nirvana"),
        ("too-many-effects", "超过限额"),
    ] {
        let page = client.post(&format!("/documents/{document}/actions/{action}"), &[]).await;
        assert!(matches!(page.status, 500..=503), "{}: {} {}", page.asked, page.status, page.excerpt());
        page.has(&["rogue", "6.6.6", sentence, "没有保存"]);
        // Nothing was written, and the next caller is served: the same officer with the honest plugin.
        let view = doudi_server::app::document::view(&server.app, &server.actor(people::WANG_FANG), document).await;
        assert_eq!(view.expect("the case is still there").document.revision, 1, "after {action}");
        open(&server, &family, "honest").await;
    }
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_stored_state_tells_is_refused_at_apply() {
    let (server, family) = city().await;
    let client = server.client(people::WANG_FANG).await;
    let document = open(&server, &family, "rogue").await;
    for action in ["stale-revision", "foreign-household", "foreign-document", "unknown-outcome"] {
        let page = client.post(&format!("/documents/{document}/actions/{action}"), &[]).await;
        assert!(page.status >= 400, "{}: {} {}", page.asked, page.status, page.excerpt());
        let view = doudi_server::app::document::view(&server.app, &server.actor(people::WANG_FANG), document).await;
        assert_eq!(view.expect("the case is still there").document.revision, 1, "after {action}");
    }
    let decisions =
        doudi_server::app::decision::list_of_household(&server.app, &server.actor(people::WANG_FANG), family.household)
            .await
            .expect("readable");
    assert!(decisions.is_empty(), "{decisions:?}");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_shown_as_one() {
    let (server, family) = city().await;
    let client = server.client(people::WANG_FANG).await;
    let document = open(&server, &family, "rogue").await;
    client.post(&format!("/documents/{document}/actions/refuse"), &[]).await.refused(422).has(&["缺少户口簿"]);
    server.close().await;
}

/// Pages are data: markup in them is text, an unknown block leaves a visible note, a stranger's id shows nothing.
#[tokio::test(flavor = "multi_thread")]
async fn plugin_pages_cannot_break_out() {
    let (server, _) = city().await;
    let client = server.client(people::WANG_FANG).await;
    let page = client.get("/measures/rogue/markup").await.ok();
    let body = page.body();
    assert!(!body.contains("<script>alert") && !body.contains("<img src=x"), "{body}");
    assert!(page.text().contains("<script>alert(1)</script>"), "shown as the text it is");
    let page = client.get("/measures/rogue/unknown-block").await.ok();
    assert!(!page.body().contains("<script>alert"), "{}", page.body());
    client.get("/measures/rogue/foreign-person").await.ok();
    for name in ["spin", "trap", "giant", "not-json", "deep"] {
        let page = client.get(&format!("/measures/rogue/{name}")).await;
        let text = page.text();
        assert!(text.contains("rogue") && text.contains("6.6.6"), "{}: {} {text}", page.asked, page.status);
        client.get("/measures/honest/good").await.ok().has(&["一切正常"]);
    }
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_county_does_not_notice() {
    let (server, _) = city().await;
    let mine = server.client(people::WANG_FANG).await;
    let theirs = server.client("yanbo").await;
    let (spinning, served) = tokio::join!(
        async {
            for _ in 0..3 {
                mine.get("/measures/rogue/spin").await;
            }
        },
        async {
            let mut worst = std::time::Duration::ZERO;
            for _ in 0..10 {
                let begun = std::time::Instant::now();
                theirs.get("/measures/honest/good").await.ok().has(&["一切正常"]);
                worst = worst.max(begun.elapsed());
            }
            worst
        }
    );
    let () = spinning;
    assert!(served < std::time::Duration::from_millis(900), "a page of the other county took {served:?}");
    server.close().await;
}
