//! Due work: leased to one, done once, given up at last.

use crate::fixture::*;
use doudi_storage::job::{JobState, Lane, NewJob, OWN_LANE, Terms};
use doudi_storage::test_support::each_engine;
use std::collections::BTreeSet;

const TERMS: Terms = Terms { lease_seconds: 30, max_attempts: 9 };

fn own() -> Lane {
    Lane { county: county(), lane: OWN_LANE }
}

fn job(key: &str) -> NewJob {
    NewJob { lane: OWN_LANE, kind: "tick".into(), payload: "{}".into(), dedupe_key: key.into(), run_at: NOW }
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
                        let jobs = storage.jobs_claim(own(), NOW, TERMS, 3).await.expect("claimed");
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
        let slow = storage.jobs_claim(own(), NOW, TERMS, 5).await.expect("claimed").remove(0);
        assert_eq!((slow.attempts, slow.lease_until), (1, Some(NOW.plus_seconds(30))));
        assert!(storage.jobs_claim(own(), NOW.plus_seconds(29), TERMS, 5).await.expect("claimed").is_empty());
        let quick = storage.jobs_claim(own(), NOW.plus_seconds(30), TERMS, 5).await.expect("claimed").remove(0);
        assert_eq!(quick.attempts, 2);
        // The slow one comes back too late to say anything.
        assert!(!storage.job_done(&slow, NOW.plus_seconds(31)).await.expect("an answer"));
        assert!(!storage.job_failed(&slow, "迟到", NOW, 9).await.expect("an answer"));
        assert!(storage.job_done(&quick, NOW.plus_seconds(31)).await.expect("an answer"));
        assert!(storage.jobs_claim(own(), NOW.plus_seconds(9_999), TERMS, 5).await.expect("claimed").is_empty());
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
            let claimed = storage.jobs_claim(own(), now, TERMS, 5).await.expect("claimed").remove(0);
            assert_eq!(claimed.attempts, attempt);
            now = now.plus_seconds(100);
            assert!(storage.job_failed(&claimed, "网络不通", now, 3).await.expect("put back"));
            assert!(storage.jobs_claim(own(), now.plus_seconds(-1), TERMS, 5).await.expect("claimed").is_empty());
        }
        assert!(storage.jobs_claim(own(), now.plus_seconds(9_999), TERMS, 5).await.expect("claimed").is_empty());
        let dead =
            snapshot(&storage, COUNTY).await.jobs_page(JobState::Dead, None, 5).await.expect("a page").items.remove(0);
        assert!(dead.dead && dead.last_error.as_deref() == Some("网络不通"));
        let mut writer = storage.write(&system(COUNTY), now).await.expect("a write");
        writer.job_revive(dead.id).await.expect("revived");
        assert_not_found(writer.job_revive(dead.id).await);
        writer.commit().await.expect("committed");
        assert_eq!(storage.jobs_claim(own(), now, TERMS, 5).await.expect("claimed").len(), 1);
        assert!(
            snapshot(&storage, COUNTY).await.jobs_page(JobState::Dead, None, 5).await.expect("a page").items.is_empty()
        );
    })
    .await;
}

/// Lanes wait for themselves only, and each county's are its own.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_one_lane_is_not_claimed_in_another() {
    each_engine(async |storage| {
        for (division, keys) in [(COUNTY, ["a", "b"]), (OTHER_COUNTY, ["c", "d"])] {
            let mut writer = storage.write(&system(division), NOW).await.expect("a write");
            for (lane, key) in keys.iter().enumerate() {
                let new = NewJob { lane: lane as i64 * 77, ..job(key) };
                assert!(writer.job_enqueue(&new).await.expect("enqueued"));
            }
            let later = NewJob { lane: 99, run_at: NOW.plus_seconds(60), ..job("later") };
            assert!(writer.job_enqueue(&later).await.expect("enqueued"));
            writer.commit().await.expect("committed");
        }
        let other = code(OTHER_COUNTY).county();
        let lanes = storage.lanes_due(NOW).await.expect("lanes");
        let expected = [(other, 0), (other, 77), (county(), 0), (county(), 77)];
        let expected: BTreeSet<Lane> = expected.into_iter().map(|(county, lane)| Lane { county, lane }).collect();
        assert_eq!(lanes.into_iter().collect::<BTreeSet<_>>(), expected);
        for lane in expected {
            let claimed = storage.jobs_claim(lane, NOW, TERMS, 5).await.expect("claimed");
            assert_eq!(claimed.len(), 1, "{lane:?}: {claimed:?}");
            assert_eq!(claimed[0].county, lane.county);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_renewed_while_the_work_lasts_and_given_back_when_it_is_not_begun() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        for key in ["a", "b"] {
            writer.job_enqueue(&job(key)).await.expect("enqueued");
        }
        writer.commit().await.expect("committed");
        let claimed = storage.jobs_claim(own(), NOW, TERMS, 5).await.expect("claimed");
        let later = NOW.plus_seconds(20);
        let kept = storage.jobs_renew(&claimed, later, 30).await.expect("renewed");
        assert_eq!(kept, [claimed[0].id, claimed[1].id]);
        assert!(storage.jobs_claim(own(), NOW.plus_seconds(45), TERMS, 5).await.expect("claimed").is_empty());
        // One is given back as if it had never been claimed; the other's lease runs out.
        storage.jobs_release(&claimed[1..]).await.expect("given back");
        let again = storage.jobs_claim(own(), NOW.plus_seconds(45), TERMS, 5).await.expect("claimed");
        assert_eq!(again.iter().map(|job| (job.id, job.attempts)).collect::<Vec<_>>(), [(claimed[1].id, 1)]);
        let taken = storage.jobs_claim(own(), NOW.plus_seconds(50), TERMS, 5).await.expect("claimed");
        assert_eq!(taken.iter().map(|job| (job.id, job.attempts)).collect::<Vec<_>>(), [(claimed[0].id, 2)]);
        assert!(storage.jobs_renew(&claimed[..1], NOW.plus_seconds(51), 30).await.expect("an answer").is_empty());
        storage.jobs_release(&claimed[..1]).await.expect("nothing to give back");
        assert!(storage.jobs_claim(own(), NOW.plus_seconds(52), TERMS, 5).await.expect("claimed").is_empty());
    })
    .await;
}

/// A job that ends the program each time is begun and never ended: it is given up all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_never_ends_is_given_up() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        writer.job_enqueue(&job("a")).await.expect("enqueued");
        writer.commit().await.expect("committed");
        let terms = Terms { lease_seconds: 30, max_attempts: 3 };
        let mut now = NOW;
        for attempt in 1..=3 {
            let claimed = storage.jobs_claim(own(), now, terms, 5).await.expect("claimed");
            assert_eq!(claimed[0].attempts, attempt);
            now = now.plus_seconds(31);
        }
        assert!(storage.jobs_claim(own(), now, terms, 5).await.expect("claimed").is_empty());
        let figures = snapshot(&storage, COUNTY).await.queue_figures(now).await.expect("figures");
        assert_eq!((figures.due, figures.running, figures.later, figures.dead), (0, 0, 0, 1));
        let dead = snapshot(&storage, COUNTY).await.jobs_page(JobState::Dead, None, 5).await.expect("a page").items;
        assert!(dead[0].last_error.as_deref().is_some_and(|error| error.contains("中断")), "{dead:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_and_pages_tell_apart_what_waits() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        for (key, wait) in [("a", 0), ("b", 5), ("c", 5), ("react/17/x", 90)] {
            writer.job_enqueue(&NewJob { run_at: NOW.plus_seconds(wait), ..job(key) }).await.expect("enqueued");
        }
        writer.commit().await.expect("committed");
        let now = NOW.plus_seconds(10);
        let first = storage.jobs_claim(own(), now, TERMS, 1).await.expect("claimed").remove(0);
        assert!(storage.job_done(&first, now).await.expect("done"));
        storage.jobs_claim(own(), now, TERMS, 1).await.expect("claimed").remove(0);
        let figures = snapshot(&storage, COUNTY).await.queue_figures(now).await.expect("figures");
        assert_eq!((figures.due, figures.running, figures.later, figures.dead), (1, 1, 1, 0));
        assert_eq!(figures.oldest_due, Some(NOW.plus_seconds(5)));
        for (state, count) in [(JobState::All, 4), (JobState::Waiting, 3), (JobState::Done, 1), (JobState::Dead, 0)] {
            let page = snapshot(&storage, COUNTY).await.jobs_page(state, None, 9).await.expect("a page");
            assert_eq!(page.items.len(), count, "{state:?}");
        }
        for (event, count) in [(17, 1), (1, 0), (170, 0)] {
            let mut snapshot = snapshot(&storage, COUNTY).await;
            let jobs = snapshot.jobs_of_events(&["webhook", "react"], &[doudi_domain::EventId(event)]).await;
            assert_eq!(jobs.expect("jobs").len(), count, "{event}");
        }
        let ahead = storage.clock_ahead_seconds(NOW).await.expect("a difference");
        assert!(ahead < -3 * 365 * 86_400, "the machine's clock is past 2025: {ahead}");
    })
    .await;
}
