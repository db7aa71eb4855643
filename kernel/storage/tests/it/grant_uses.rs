//! How grants are made use of: what several servers have counted is added up, each county's is its own; and chains of events
//! know how long they have become.

use crate::fixture::*;
use doudi_domain::package::GrantUse;
use doudi_storage::test_support::each_engine;

fn counted(capability: &str, used: i64, denied: i64, at: i64) -> GrantUse {
    GrantUse {
        digest: "aa".into(),
        capability: capability.into(),
        used,
        denied,
        last_used: (used > 0).then(|| NOW.plus_seconds(at)),
        last_denied: (denied > 0).then(|| NOW.plus_seconds(at)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_added_and_the_later_moment_stays() {
    each_engine(async |storage| {
        let here = county();
        storage
            .grant_use_add(here, &[counted("read:income.wage", 3, 0, 60), counted("ask:benefit.payables", 0, 2, 60)])
            .await
            .expect("counted");
        // Another server, whose last use was earlier, and then one that was denied for the first time.
        storage.grant_use_add(here, &[counted("read:income.wage", 4, 0, 30)]).await.expect("counted");
        storage.grant_use_add(here, &[counted("read:income.wage", 0, 1, 90)]).await.expect("counted");
        storage
            .grant_use_add(code(OTHER_COUNTY).county(), &[counted("read:income.wage", 9, 0, 99)])
            .await
            .expect("there");

        let list = snapshot(&storage, COUNTY).await.grant_use_list().await.expect("a list");
        let words: Vec<&str> = list.iter().map(|one| one.capability.as_str()).collect();
        assert_eq!(words, ["ask:benefit.payables", "read:income.wage"]);
        let wage = &list[1];
        assert_eq!((wage.used, wage.denied), (7, 1));
        assert_eq!(wage.last_used, Some(NOW.plus_seconds(60)));
        assert_eq!(wage.last_denied, Some(NOW.plus_seconds(90)));
        assert_eq!((list[0].used, list[0].last_used), (0, None));
        assert_forbidden(snapshot(&storage, TOWN).await.grant_use_list().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_knows_how_many_led_to_it_and_which_began() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        let first = writer.event_publish("sample.first", "plugin/sample", "{}").await.expect("published");
        writer.commit().await.expect("committed");
        let mut last = snapshot(&storage, COUNTY).await.event_fetch(first).await.expect("there");
        assert_eq!((last.depth, last.root), (0, first));
        for depth in 1..=3 {
            let mut writer = write(&storage).await;
            writer.caused_by(last.cause());
            for _ in 0..2 {
                writer.event_publish("sample.next", "plugin/sample", "{}").await.expect("published");
            }
            let id = writer.events_published()[0].id;
            writer.commit().await.expect("committed");
            last = snapshot(&storage, COUNTY).await.event_fetch(id).await.expect("there");
            assert_eq!((last.depth, last.root), (depth, first));
        }
        let mut here = snapshot(&storage, COUNTY).await;
        assert_eq!(here.events_of_root(first).await.expect("a count"), 6);
        assert_eq!(here.events_of_root(last.id).await.expect("a count"), 0);
        let mut there = snapshot(&storage, OTHER_COUNTY).await;
        assert_eq!(there.events_of_root(first).await.expect("a count"), 0, "another county's chain");
    })
    .await;
}
