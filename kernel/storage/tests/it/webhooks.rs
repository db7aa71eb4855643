//! Addresses that are told of events: their secret sealed, their county's own, each attempt on record.

use crate::fixture::*;
use doudi_domain::WebhookId;
use doudi_storage::test_support::each_engine;
use doudi_storage::webhook::{NewDelivery, NewWebhook};

fn new(url: &str) -> NewWebhook {
    NewWebhook { url: url.into(), topics: vec!["person.*".into()], secret: "geheim-4711".into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_its_countys_own_and_its_secret_is_sealed() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        let id = writer.webhook_add(&new("https://receiver.example/a")).await.expect("registered");
        writer.commit().await.expect("committed");
        assert_conflict(write(&storage).await.webhook_add(&new("https://receiver.example/a")).await);

        let mut here = snapshot(&storage, COUNTY).await;
        assert_eq!(here.webhooks_list().await.expect("a list").len(), 1);
        assert!(here.webhook_fetch(id).await.expect("there").wants("person.died"));
        assert_eq!(here.webhook_secret(id).await.expect("its secret"), "geheim-4711");
        let mut there = snapshot(&storage, OTHER_COUNTY).await;
        assert!(there.webhooks_list().await.expect("a list").is_empty());
        assert_not_found(there.webhook_fetch(id).await);
        assert_not_found(there.webhook_secret(id).await);
        assert_forbidden(snapshot(&storage, TOWN).await.webhooks_list().await);
        let mut elsewhere = storage.write(&system(OTHER_COUNTY), NOW).await.expect("a write");
        assert_not_found(elsewhere.webhook_switch(id, false).await);
        drop(elsewhere);

        let in_clear = storage
            .peek("SELECT COUNT(*) FROM webhook WHERE CAST(secret AS TEXT) LIKE '%geheim%' OR url LIKE '%geheim%' OR topics LIKE '%geheim%'")
            .await;
        assert_eq!(in_clear.expect("a count"), 0);
        let told = storage.peek("SELECT COUNT(*) FROM audit WHERE detail LIKE '%geheim%'").await.expect("a count");
        assert_eq!(told, 0, "the audit log does not know the secret");

        let mut writer = write(&storage).await;
        writer.webhook_switch(id, false).await.expect("switched off");
        writer.commit().await.expect("committed");
        assert!(!snapshot(&storage, COUNTY).await.webhook_fetch(id).await.expect("there").wants("person.died"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_listed_newest_first() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        let webhook = writer.webhook_add(&new("https://receiver.example/a")).await.expect("registered");
        let event = writer.event_publish("person.died", "person/1", "{}").await.expect("published");
        writer.commit().await.expect("committed");
        for (attempt, status) in [(1, None), (2, Some(500)), (3, Some(200))] {
            let error = (status != Some(200)).then(|| "没有送达".to_owned());
            let at = NOW.plus_seconds(i64::from(attempt));
            let delivery = NewDelivery { webhook, event, attempt, at, status, millis: 12, error };
            storage.delivery_record(county(), &delivery).await.expect("recorded");
        }
        let mut here = snapshot(&storage, COUNTY).await;
        let first = here.deliveries_page(webhook, None, 2).await.expect("a page");
        assert_eq!(
            first.items.iter().map(|one| (one.attempt, one.status)).collect::<Vec<_>>(),
            [(3, Some(200)), (2, Some(500))]
        );
        let rest = here.deliveries_page(webhook, first.next.as_deref(), 2).await.expect("a page");
        assert_eq!(rest.items.len(), 1);
        assert!(rest.next.is_none() && rest.items[0].status.is_none());
        let mut there = snapshot(&storage, OTHER_COUNTY).await;
        assert!(there.deliveries_page(webhook, None, 9).await.expect("a page").items.is_empty());
        assert!(here.deliveries_page(WebhookId(999), None, 9).await.expect("a page").items.is_empty());
    })
    .await;
}
