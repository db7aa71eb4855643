//! One county at ten times what it may have at once, with guests that compute without end; another county's officers go on
//! reading their pages. The figures are printed (`--nocapture`).

use super::TODAY;
use crate::support::guests;
use crate::support::people;
use crate::support::server::TestServer;
use doudi_server::app::plugin::GrantChoice;
use jiff::civil::date;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Pages read in each measurement: the 99th percentile is the third slowest.
const PAGES: usize = 300;

/// How long each of so many pages of the other county took, sorted.
async fn read_pages(server: &TestServer) -> Vec<Duration> {
    let officer = server.client("yanbo").await;
    let mut took = Vec::with_capacity(PAGES);
    for _ in 0..PAGES {
        let begun = Instant::now();
        officer.get("/measures/honest/good").await.ok();
        took.push(begun.elapsed());
        // An office reads; it does not hammer.
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    took.sort();
    took
}

fn percentile(sorted: &[Duration], part: usize) -> Duration {
    sorted[(sorted.len() * part / 100).min(sorted.len() - 1)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_are_served_beside_a_county_at_ten_times_its_quota() {
    let server = TestServer::watched(TODAY, |_| {}).await;
    let counties = [people::COUNTY, people::OTHER_COUNTY];
    server.enable(guests::rogue(), &counties, date(2022, 1, 1), GrantChoice::All).await;
    server.enable(guests::honest(), &counties, date(2022, 1, 1), GrantChoice::All).await;
    let quota = server.app.host.capacity().county_permits;
    read_pages(&server).await;
    // What the machine itself does meanwhile must not decide: quiet, crowded, quiet again; the slower quiet counts.
    let quiet = read_pages(&server).await;

    let stop = Arc::new(AtomicBool::new(false));
    let (turned_away, stopped) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let attackers: Vec<_> = (0..10 * quota)
        .map(|_| {
            let (app, officer) = (server.app.clone(), server.actor(people::WANG_FANG));
            let (stop, turned_away, stopped) = (stop.clone(), turned_away.clone(), stopped.clone());
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let page = doudi_server::app::measure::page(&app, &officer, "rogue", "spin", Vec::new()).await;
                    let sentence = page.err().map(|error| error.to_string()).unwrap_or_default();
                    if sentence.contains("正在处理的请求太多") {
                        turned_away.fetch_add(1, Ordering::Relaxed);
                    } else if sentence.contains("计算超过时限") {
                        stopped.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let crowded = read_pages(&server).await;
    stop.store(true, Ordering::Relaxed);
    for attacker in attackers {
        attacker.await.expect("no panic");
    }
    let again = read_pages(&server).await;

    let base = percentile(&quiet, 99).max(percentile(&again, 99));
    let (middle, worst) = (percentile(&crowded, 50), percentile(&crowded, 99));
    println!(
        "quiet p50 {:?} p99 {:?}; again p50 {:?} p99 {:?}; crowded p50 {middle:?} p99 {worst:?}; {} turned away, {} stopped",
        percentile(&quiet, 50),
        percentile(&quiet, 99),
        percentile(&again, 50),
        percentile(&again, 99),
        turned_away.load(Ordering::Relaxed),
        stopped.load(Ordering::Relaxed),
    );
    assert!(stopped.load(Ordering::Relaxed) > 0 && turned_away.load(Ordering::Relaxed) > 0, "there was no crowd");
    // The goal is twice the quiet value, and alone on two cores it is met (7 ms beside 5). A floor of its own for machines on which
    // other tests run meanwhile: what must never happen is that a page waits for another county's time limits.
    assert!(worst < (base * 2).max(Duration::from_millis(400)), "p99 {worst:?}, quiet {base:?}");
    server.close().await;
}
