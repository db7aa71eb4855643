//! Due work: leased to one, done once, given up at last.

use crate::fixture::*;
use doudi_storage::job::NewJob;
use doudi_storage::test_support::each_engine;
use std::collections::BTreeSet;

fn job(key: &str) -> NewJob {
    NewJob { kind: "tick".into(), payload: "{}".into(), dedupe_key: key.into(), run_at: NOW }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_claimers_never_get_the_same_job() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        for number in 0..40 {
            assert!(writer.job_enqueue(&job(&format!("k{number}"))).await.expect("enqueued"));
        }
        assert!(!writer.job_enqueue(&job("k0")).await.expect("a second insert changes nothing"));
        let later = NewJob { run_at: NOW.plus_seconds(60), ..job("later") };
        assert!(writer.job_enqueue(&later).await.expect("enqueued"));
        writer.commit().await.expect("committed");
        let claimers: Vec<_> = (0..4)
            .map(|_| {
                let storage = storage.clone();
                tokio::spawn(async move {
                    let mut mine = Vec::new();
                    loop {
                        let jobs = storage.jobs_claim(NOW, 30, 3).await.expect("claimed");
                        if jobs.is_empty() {
                            return mine;
                        }
                        mine.extend(jobs.into_iter().map(|job| job.id));
                    }
                })
            })
            .collect();
        let mut all = Vec::new();
        for claimer in claimers {
            all.extend(claimer.await.expect("no panic"));
        }
        assert_eq!(all.len(), 40);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 40);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_runs_out_lets_another_try() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        writer.job_enqueue(&job("a")).await.expect("enqueued");
        writer.commit().await.expect("committed");
        let slow = storage.jobs_claim(NOW, 30, 5).await.expect("claimed").remove(0);
        assert_eq!((slow.attempts, slow.lease_until), (1, Some(NOW.plus_seconds(30))));
        assert!(storage.jobs_claim(NOW.plus_seconds(29), 30, 5).await.expect("claimed").is_empty());
        let quick = storage.jobs_claim(NOW.plus_seconds(30), 30, 5).await.expect("claimed").remove(0);
        assert_eq!(quick.attempts, 2);
        // The slow one comes back too late to say anything.
        assert!(!storage.job_done(&slow, NOW.plus_seconds(31)).await.expect("an answer"));
        assert!(!storage.job_failed(&slow, "迟到", NOW, 9).await.expect("an answer"));
        assert!(storage.job_done(&quick, NOW.plus_seconds(31)).await.expect("an answer"));
        assert!(storage.jobs_claim(NOW.plus_seconds(9_999), 30, 5).await.expect("claimed").is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_is_retried_and_then_given_up() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        writer.job_enqueue(&job("a")).await.expect("enqueued");
        writer.commit().await.expect("committed");
        let mut now = NOW;
        for attempt in 1..=3 {
            let claimed = storage.jobs_claim(now, 30, 5).await.expect("claimed").remove(0);
            assert_eq!(claimed.attempts, attempt);
            now = now.plus_seconds(100);
            assert!(storage.job_failed(&claimed, "网络不通", now, 3).await.expect("put back"));
            assert!(storage.jobs_claim(now.plus_seconds(-1), 30, 5).await.expect("claimed").is_empty());
        }
        assert!(storage.jobs_claim(now.plus_seconds(9_999), 30, 5).await.expect("claimed").is_empty());
        let dead = snapshot(&storage, COUNTY).await.jobs_page(true, None, 5).await.expect("a page").items.remove(0);
        assert!(dead.dead && dead.last_error.as_deref() == Some("网络不通"));
        let mut writer = storage.write(&system(COUNTY), now).await.expect("a write");
        writer.job_revive(dead.id).await.expect("revived");
        assert_not_found(writer.job_revive(dead.id).await);
        writer.commit().await.expect("committed");
        assert_eq!(storage.jobs_claim(now, 30, 5).await.expect("claimed").len(), 1);
        assert!(snapshot(&storage, COUNTY).await.jobs_page(true, None, 5).await.expect("a page").items.is_empty());
    })
    .await;
}
