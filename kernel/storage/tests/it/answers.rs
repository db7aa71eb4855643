//! A request is done once: whichever transaction it writes with, whoever sends it again, at the same time or after a crash.

use crate::fixture::*;
use doudi_domain::household::NewHousehold;
use doudi_domain::{Error, HouseholdId, Result};
use doudi_storage::Storage;
use doudi_storage::answer::{Answer, Known, RequestKey};
use doudi_storage::test_support::each_engine;

fn answer(body: &str) -> Answer {
    Answer { fingerprint: vec![1, 2], status: 201, headers: "[]".into(), body: body.as_bytes().to_vec() }
}

async fn enter(storage: &Storage, number: &str) -> Result<HouseholdId> {
    let mut writer = storage.write(&system(COUNTY), NOW).await?;
    let new =
        NewHousehold { number: number.into(), division: code(VILLAGE), hukou_division: None, address: "某处".into() };
    let id = writer.household_create(&new).await?;
    writer.commit().await?;
    Ok(id)
}

async fn count(storage: &Storage) -> usize {
    snapshot(storage, COUNTY).await.households_listed(None, 100).await.expect("households").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_used_by_the_first_commit_and_by_no_rollback() {
    each_engine(async |storage| {
        let key = RequestKey::new("api/1/first");
        let request = storage.for_request(&key);
        // Given up: the key is free.
        request.write(&system(COUNTY), NOW).await.expect("a write").rollback().await.expect("rolled back");
        assert_eq!(storage.request_known(county(), &key).await.expect("known"), Known::Fresh);
        enter(&request, "A-1").await.expect("entered");
        // The same request may write again: an import goes on with its next step.
        enter(&request, "A-2").await.expect("entered");
        assert_eq!(storage.request_known(county(), &key).await.expect("known"), Known::Done);
        assert!(!key.was_repeated());
        // Sent again, by a client that never got its answer.
        let again = RequestKey::new("api/1/first");
        assert!(matches!(enter(&storage.for_request(&again), "A-3").await, Err(Error::Conflict { .. })));
        assert!(again.was_repeated());
        assert_eq!(count(&storage).await, 2);
        // Another county's key of the same letters is another key; so is what belongs to no request.
        let mut elsewhere =
            storage.for_request(&again).write(&system(OTHER_COUNTY), NOW).await.expect("a write of its own");
        elsewhere.audit_add("test", "test", "{}");
        elsewhere.commit().await.expect("committed");
        enter(&storage.for_request(&again).apart(), "A-4").await.expect("entered");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_is_carried_out() {
    each_engine(async |storage| {
        let tasks: Vec<_> = (0..8)
            .map(|number| {
                let storage = storage.for_request(&RequestKey::new("api/1/many"));
                tokio::spawn(async move { enter(&storage, &format!("B-{number}")).await.is_ok() })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            done += usize::from(task.await.expect("ended"));
        }
        assert_eq!((done, count(&storage).await), (1, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_is_kept_and_swept_and_its_key_stays() {
    each_engine(async |storage| {
        let key = RequestKey::new("api/1/answer");
        storage.answer_keep(county(), &key, &answer("first"), NOW).await.expect("kept");
        storage.answer_keep(county(), &key, &answer("second"), NOW).await.expect("no error");
        let known = async || storage.request_known(county(), &key).await.expect("known");
        assert_eq!(known().await, Known::Answered(answer("first")));
        assert_eq!(storage.answers_sweep(NOW).await.expect("swept"), 0);
        assert_eq!(storage.answers_sweep(NOW.plus_seconds(1)).await.expect("swept"), 1);
        assert_eq!(known().await, Known::Done);
        assert!(enter(&storage.for_request(&key), "C-1").await.is_err());
    })
    .await;
}
