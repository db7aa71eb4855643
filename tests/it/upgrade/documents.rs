//! Documents of another state version: rewritten by the other version in chunks, counted, taken over with the pin, and given
//! back; what was worked on since stands in the way; what goes wrong changes nothing.

use super::*;
use crate::support::server::each_engine;
use doudi_domain::document::Document;
use doudi_storage::document::DocumentQuery;
use std::time::Duration;

/// Another form of the documents: the guest's `migrate` puts the old body inside the new one.
fn other_form(manifest: &mut Manifest) {
    manifest.state_version = "2.0".into();
}

/// The county's documents of the plugin, by id.
async fn all(server: &TestServer) -> Vec<Document> {
    let mut snapshot = server.app.storage.snapshot(server.system(people::COUNTY).scope()).await.expect("a snapshot");
    let query = DocumentQuery { plugin: Some("honest".into()), limit: 4_000, ..Default::default() };
    snapshot.documents_query(&query).await.expect("documents").items
}

fn bodies(documents: &[Document]) -> Vec<String> {
    documents.iter().map(|document| document.body.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_go_over_with_the_pin_and_come_back_with_it() {
    each_engine(TODAY, async |server| {
        let family = county(server).await;
        let (app, it) = (&server.app, server.actor(people::SUN_LI));
        let mut cases = Vec::new();
        for _ in 0..5 {
            cases.push(press(server, &family, None, "good").await);
        }
        let before = bodies(&all(server).await);
        install(server, &guests::honest_at("2.0.0", other_form)).await;
        refused(upgrade::open(app, &it, &to("2.0.0", date(2022, 8, 1))).await, &["只能在切换的当天转换"]);
        let id = opened(server, &it, &to("2.0.0", TODAY)).await;
        let path = upgrade::show(app, &it, id).await.expect("a path");
        assert_eq!((path.documents.total, path.documents.ready), (5, 0));
        assert!(path.ready(), "{:?}", path.steps);
        assert_eq!(upgrade::prepare_documents(app, &it, id).await.expect("rewritten"), 5);
        assert_eq!(bodies(&all(server).await), before, "aside is aside");
        // Work goes on meanwhile: one case moves, one is new. The switch rewrites both before it switches.
        press(server, &family, Some(cases[0]), "good").await;
        cases.push(press(server, &family, None, "good").await);
        let before = bodies(&all(server).await);
        let switched = upgrade::switch(app, &it, id).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        assert_eq!(switched.documents, 6);
        let after = all(server).await;
        for (document, was) in after.iter().zip(&before) {
            let body: serde_json::Value = serde_json::from_str(&document.body).expect("JSON");
            assert_eq!((&body["from"], body["was"].to_string()), (&"1.0".into(), was.clone()), "{}", document.id);
        }
        crate::worker::sound(server).await;

        let took = upgrade::roll_back(app, &it, id, "统计口径有误").await.expect("rolled back");
        assert!(took < Duration::from_secs(1), "rolled back in {took:?}");
        assert_eq!(bodies(&all(server).await), before, "to the letter");
        crate::worker::sound(server).await;
        press(server, &family, Some(cases[1]), "good").await;
        let pages = server.client(people::WANG_FANG).await;
        pages.get(&format!("/documents/{}", cases[1])).await.ok().has(&["随措施升级转换", "随措施回退还原"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_done_since_is_never_thrown_away() {
    let server = TestServer::new(TODAY).await;
    let family = county(&server).await;
    let (app, it) = (&server.app, server.actor(people::SUN_LI));
    let case = press(&server, &family, None, "good").await;
    install(&server, &guests::honest_at("2.0.0", other_form)).await;
    let id = opened(&server, &it, &to("2.0.0", TODAY)).await;
    upgrade::switch(app, &it, id).await.expect("switched");
    press(&server, &family, Some(case), "good").await;
    let new = press(&server, &family, None, "good").await;
    refused(
        upgrade::roll_back(app, &it, id, "想回去").await,
        &["有 2 个办件在切换之后有变动", "切换之后又办理过", "切换之后新建", "请保留新版本"],
    );
    assert_eq!(all(&server).await.len(), 2);
    press(&server, &family, Some(new), "good").await;
    // The days of grace end, and the bodies from before with them; nobody goes back after that.
    server.clock.set(date(2022, 8, 20));
    refused(upgrade::roll_back(app, &it, id, "想回去").await, &["只保留到 2022-08-19"]);
    assert_eq!(upgrade::expire(app, &server.system(people::COUNTY)).await.expect("forgotten"), 1);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_loses_a_document_or_cannot_read_it_is_not_switched_to() {
    let server = TestServer::new(TODAY).await;
    let family = county(&server).await;
    let (app, it) = (&server.app, server.actor(people::SUN_LI));
    for _ in 0..3 {
        press(&server, &family, None, "good").await;
    }
    let before = bodies(&all(&server).await);
    install(&server, &guests::honest_at("2.0.0", other_form)).await;
    for (behaviour, sentence) in [("forgets-one", "升级漏掉了办件"), ("trap", "程序异常中止"), ("refuse", "缺少户口簿")]
    {
        let settings = serde_json::json!({ "behave": behaviour });
        let draft = UpgradeDraft { settings: Some(settings), ..to("2.0.0", TODAY) };
        let Ok(id) = upgrade::open(app, &it, &draft).await else {
            // Such settings do not even pass their own check.
            continue;
        };
        let error = upgrade::prepare_documents(app, &it, id).await.expect_err(behaviour).to_string();
        assert!(error.contains(sentence), "{behaviour}: {error}");
        assert!(upgrade::switch(app, &it, id).await.is_err(), "{behaviour}");
        assert_eq!(bodies(&all(&server).await), before, "{behaviour}: nothing has changed");
        upgrade::cancel(app, &it, id, "供应商修正后再来").await.expect("given up");
    }
    // A version with other documents and no way to rewrite them.
    let dumb = |manifest: &mut Manifest| {
        other_form(manifest);
        manifest.points.retain(|point| point != "migrate");
    };
    let without = guests::honest_at("2.1.0", dumb);
    let refusal = plugin::install(app, &server.system(people::COUNTY), without).await;
    refused(refusal, &["清单的 points 没有申报"]);
    // Back to an older form only by the way back.
    install(&server, &guests::honest_at("3.0.0", other_form)).await;
    let id = opened(&server, &it, &to("3.0.0", TODAY)).await;
    upgrade::switch(app, &it, id).await.expect("switched");
    let back = UpgradeDraft { older: true, ..to("1.0.0", TODAY) };
    refused(upgrade::open(app, &it, &back).await, &["读不懂现在的办件", "办理回退"]);
    server.close().await;
}
