//! The audit log from end to end: who did what is there, in order, without sealed values; a changed row is found.

use crate::support::family::{self, Family};
use crate::support::people;
use crate::support::server::each_engine;
use doudi_server::app::{audit, household};
use jiff::civil::date;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_on_record_and_the_chain_holds() {
    each_engine(date(2022, 7, 20), async |server| {
        let family = Family::enter(server).await;
        let (app, auditor) = (&server.app, server.actor(people::ZHOU_MIN));
        let revealed = household::reveal(app, &server.actor(people::WANG_FANG), family.household, family.head)
            .await
            .expect("she may");
        assert_eq!((revealed.name.as_str(), revealed.id_number), (family::HEAD, family::head_number()));
        let page =
            audit::page(app, &auditor, &audit::AuditQuery { limit: 200, ..Default::default() }).await.expect("she may");
        let by_wang_fang: Vec<&str> =
            page.items.iter().filter(|entry| entry.name == "王芳").map(|entry| entry.what.as_str()).collect();
        for what in ["household.create", "membership.add", "fact.record"] {
            assert!(by_wang_fang.contains(&what), "no {what} in {by_wang_fang:?}");
        }
        assert!(by_wang_fang.iter().any(|what| what.contains("reveal")), "showing more is logged: {by_wang_fang:?}");
        for entry in &page.items {
            for secret in [family::head_number(), family::wife_number(), family::PHONE.to_owned()] {
                assert!(!entry.detail.contains(&secret), "{} {} holds a sealed value", entry.seq, entry.what);
            }
        }
        let verdict = audit::verify(app, &auditor).await.expect("she may");
        assert!(verdict.broken.is_none() && verdict.entries > 10, "{verdict:?}");
        // The other county's auditor sees another chain, and nothing of this one.
        let other = audit::page(app, &server.actor("shiyan"), &audit::AuditQuery { limit: 200, ..Default::default() })
            .await
            .expect("his own");
        assert!(other.items.iter().all(|entry| entry.name != "王芳"), "{:?}", other.items);
        // Nobody else may read it.
        for login in [people::WANG_FANG, people::SUN_LI, people::QIAN_JIN, people::ZHAO_MIN] {
            assert!(audit::page(app, &server.actor(login), &Default::default()).await.is_err(), "{login}");
        }
    })
    .await;
}

/// The page of the auditor says so, too.
#[tokio::test(flavor = "multi_thread")]
async fn the_auditors_page_shows_the_chain() {
    each_engine(date(2022, 7, 20), async |server| {
        Family::enter(server).await;
        let page = server.client(people::ZHOU_MIN).await.get("/audit").await.ok().has(&["王芳"]);
        page.lacks(&[&family::head_number(), family::PHONE]);
        server.client(people::WANG_FANG).await.get("/audit").await.refused(403);
    })
    .await;
}
