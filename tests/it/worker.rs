//! Due work with several servers on one database: everything is done, nothing twice, whoever is slow, dies or is wrong. On
//! both engines; on SQLite the servers share one process, as they must.

use crate::support::family::Family;
use crate::support::server::{TestServer, each_engine};
use crate::support::{guests, people};
use doudi_documents::manifest::Every;
use doudi_domain::{Actor, County, DivisionCode, Error, HouseholdId};
use doudi_server::app::job::{self, Standing};
use doudi_server::app::plugin::GrantChoice;
use doudi_server::worker::{TERMS, Worker};
use doudi_server::{App, FixedClock};
use doudi_storage::Storage;
use doudi_storage::job::{JobState, NewJob, OWN_LANE};
use doudi_storage::test_support::keys;
use jiff::ToSpan;
use jiff::civil::date;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const TODAY: jiff::civil::Date = date(2022, 7, 20);
const COUNTIES: [i64; 2] = [people::COUNTY, people::OTHER_COUNTY];

/// A plugin that opens one case for each change of a household, and has nothing due.
pub fn reacting() -> Vec<u8> {
    with_jobs("reacting", &["good"], Every::July)
}

/// A plugin with a daily job of three steps, each of which opens one case, and that listens to nothing.
pub fn punctual() -> Vec<u8> {
    with_jobs("punctual", &["thrice"], Every::Day)
}

fn with_jobs(id: &str, jobs: &[&str], every: Every) -> Vec<u8> {
    guests::with_manifest("rogue", |manifest| {
        manifest.id = id.to_owned();
        let sample = manifest.jobs.remove(0);
        manifest.jobs = jobs
            .iter()
            .map(|job| {
                let mut entry = sample.clone();
                entry.id = (*job).to_owned();
                entry.every = every;
                entry
            })
            .collect();
        if id == "punctual" {
            manifest.subscriptions = vec!["sample.nothing".to_owned()];
        }
    })
}

/// A second server on the same database with the same clock: connections of its own where the engine has servers.
async fn second(server: &TestServer) -> App {
    let mut app = server.app.clone();
    if app.storage.engine_name() == "postgres" {
        app.storage = Storage::open(server.url(), keys()).await.expect("the same database");
    }
    app
}

pub fn it(county: i64) -> Actor {
    Actor::System { division: DivisionCode::new(county).expect("a code") }
}

/// How many cases there are, in all counties.
async fn cases(storage: &Storage) -> i64 {
    storage.count_rows("document").await.expect("a count")
}

pub async fn publish(app: &App, county: i64, household: HouseholdId, events: usize) {
    publish_as(app, county, "household.changed", household, events).await;
}

/// Events as the kernel publishes them, each with its delivery in the same transaction.
async fn publish_as(app: &App, county: i64, topic: &str, household: HouseholdId, events: usize) {
    let mut write = app.storage.write(&it(county), app.now()).await.expect("a write");
    for _ in 0..events {
        let subject = format!("household/{household}");
        let event = write.event_publish(topic, &subject, "{}").await.expect("published");
        let job = NewJob {
            lane: OWN_LANE,
            kind: "deliver-event".to_owned(),
            payload: event.to_string(),
            dedupe_key: format!("deliver-event/{event}"),
            run_at: app.now(),
        };
        assert!(write.job_enqueue(&job).await.expect("enqueued"));
    }
    write.commit().await.expect("committed");
}

/// Lets the workers of all servers work at once until none finds anything to do.
pub async fn work(apps: &[App]) {
    loop {
        let workers = apps.iter().cloned().map(|app| {
            tokio::spawn(async move { Worker::new(app).until_idle().await.unwrap_or_else(|error| panic!("{error:?}")) })
        });
        let mut done = 0;
        for worker in workers.collect::<Vec<_>>() {
            done += worker.await.expect("no panic");
        }
        if done == 0 {
            return;
        }
    }
}

pub async fn sound(server: &TestServer) {
    for county in COUNTIES {
        let verdict = server.app.storage.audit_verify(County((county / 1_000_000) as i32)).await.expect("a verdict");
        assert!(verdict.broken.is_none(), "{verdict:?}");
    }
    let wanting = server.app.storage.integrity().await.unwrap_or_else(|error| panic!("{error:?}"));
    assert!(wanting.is_empty(), "{wanting:?}");
}

async fn dead(server: &TestServer, county: i64) -> Vec<job::JobRow> {
    job::page(&server.app, &it(county), JobState::Dead, None, 500).await.expect("a page").1.items
}

/// Ten days, two counties, two servers that both look at once: three steps for each day and county, no more, no less.
#[tokio::test(flavor = "multi_thread")]
async fn due_work_is_done_once_for_each_date_whatever_the_number_of_servers() {
    each_engine(TODAY, async |server| {
        server.enable(&punctual(), &COUNTIES, TODAY, GrantChoice::All).await;
        let apps = [server.app.clone(), second(server).await];
        for days in 0..10i64 {
            server.clock.set(TODAY + days.days());
            work(&apps).await;
            // A server that has just started knows nothing of what was entered.
            work(&apps[..1]).await;
            assert_eq!(cases(&server.app.storage).await, (days + 1) * 3 * 2, "day {days}");
        }
        sound(server).await;
    })
    .await;
}

/// Many events in two counties, one server in the middle of the other's work.
#[tokio::test(flavor = "multi_thread")]
async fn servers_share_the_work_and_do_nothing_twice() {
    each_engine(TODAY, async |server| {
        let family = Family::enter(server).await;
        let apps = [server.app.clone(), second(server).await];
        work(&apps).await;
        server.enable(&reacting(), &COUNTIES, date(2022, 1, 1), GrantChoice::All).await;
        for county in COUNTIES {
            publish(&server.app, county, family.household, 60).await;
        }
        work(&apps).await;
        // Two at work in one county meet now and then: who was slower tries again in seconds.
        for _ in 0..20 {
            server.clock.advance_seconds(60);
            work(&apps).await;
        }
        // The other county is told of a household it cannot see, and opens its case all the same: one for each event.
        assert_eq!(cases(&server.app.storage).await, 120);
        let (figures, _) = job::page(&server.app, &it(people::COUNTY), JobState::All, None, 1).await.expect("figures");
        assert_eq!((figures.due, figures.running, figures.later, figures.dead), (0, 0, 0, 0));
        sound(server).await;
    })
    .await;
}

/// The clock runs away, so that every lease ends long before the work does and the servers take everything from each other
/// again and again: still nothing twice, and after another chance for what was given up meanwhile, nothing lost.
#[tokio::test(flavor = "multi_thread")]
pub async fn work_taken_over_from_one_that_is_still_at_it_is_not_applied_twice() {
    each_engine(TODAY, async |server| {
        let family = Family::enter(server).await;
        let apps = [server.app.clone(), second(server).await, server.app.clone()];
        work(&apps).await;
        server.enable(&reacting(), &COUNTIES, date(2022, 1, 1), GrantChoice::All).await;
        publish(&server.app, people::COUNTY, family.household, 60).await;
        let running = Arc::new(AtomicBool::new(true));
        let runaway = tokio::spawn(run_away(server.clock.clone(), running.clone()));
        for _ in 0..3 {
            work(&apps).await;
        }
        running.store(false, Ordering::SeqCst);
        runaway.await.expect("no panic");
        assert!(cases(&server.app.storage).await <= 60, "something was applied twice");
        for row in dead(server, people::COUNTY).await {
            job::revive(&server.app, &it(people::COUNTY), row.job.id).await.expect("another chance");
        }
        server.clock.advance_seconds(3 * 86_400);
        work(&apps[..1]).await;
        assert_eq!(cases(&server.app.storage).await, 60);
        sound(server).await;
    })
    .await;
}

async fn run_away(clock: FixedClock, running: Arc<AtomicBool>) {
    while running.load(Ordering::SeqCst) {
        clock.advance_seconds(TERMS.lease_seconds + 1);
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

/// One county's crowd: another county's single event is done before the crowd is.
#[tokio::test(flavor = "multi_thread")]
async fn no_county_waits_for_anothers_crowd() {
    each_engine(TODAY, async |server| {
        let family = Family::enter(server).await;
        work(std::slice::from_ref(&server.app)).await;
        server.enable(&reacting(), &COUNTIES, date(2022, 1, 1), GrantChoice::All).await;
        publish(&server.app, people::COUNTY, family.household, 80).await;
        publish(&server.app, people::OTHER_COUNTY, family.household, 1).await;
        work(std::slice::from_ref(&server.app)).await;
        let ids = async |county: i64| {
            let mut snapshot = server.app.storage.snapshot(it(county).scope()).await.expect("a snapshot");
            let query = doudi_storage::document::DocumentQuery { limit: 500, ..Default::default() };
            let found = snapshot.documents_query(&query).await.expect("documents");
            found.items.iter().map(|document| document.id).collect::<Vec<_>>()
        };
        let (crowd, single) = (ids(people::COUNTY).await, ids(people::OTHER_COUNTY).await);
        assert_eq!((crowd.len(), single.len()), (80, 1));
        assert!(single[0] < crowd[20], "the other county's case was opened after {:?} of the crowd", single[0]);
    })
    .await;
}

/// What cannot be done is tried, waits longer each time, is given up, is seen, and can be given another chance; it stops
/// nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_stops_no_other_and_is_given_up_in_sight() {
    each_engine(TODAY, async |server| {
        let family = Family::enter(server).await;
        work(std::slice::from_ref(&server.app)).await;
        server.enable(&reacting(), &COUNTIES, date(2022, 1, 1), GrantChoice::All).await;
        let broken = guests::with_manifest("rogue", |manifest| {
            manifest.id = "broken".to_owned();
            manifest.jobs[0].id = "good".to_owned();
            // What it would write is not granted: each of its reactions is refused.
            manifest.subscriptions = vec!["sample.trap".to_owned()];
        });
        let digest = server.enable(&broken, &[people::COUNTY], date(2022, 1, 1), GrantChoice::These(Vec::new())).await;
        publish(&server.app, people::COUNTY, family.household, 3).await;
        publish_as(&server.app, people::COUNTY, "sample.trap", family.household, 3).await;
        let mut write = server.app.storage.write(&it(people::COUNTY), server.app.now()).await.expect("a write");
        let nonsense = NewJob {
            lane: OWN_LANE,
            kind: "nonsense".to_owned(),
            payload: "?".to_owned(),
            dedupe_key: "nonsense".to_owned(),
            run_at: server.app.now(),
        };
        write.job_enqueue(&nonsense).await.expect("enqueued");
        write.commit().await.expect("committed");
        let mut attempts = 0;
        for _ in 0..20 {
            work(std::slice::from_ref(&server.app)).await;
            attempts += 1;
            // What works is done at the first look, however much fails beside it.
            assert_eq!(cases(&server.app.storage).await, 3);
            if dead(server, people::COUNTY).await.len() >= 4 {
                break;
            }
            server.clock.advance_seconds(86_400 / 2);
        }
        assert_eq!(attempts, TERMS.max_attempts, "each look is one attempt");
        let given_up = dead(server, people::COUNTY).await;
        assert!(given_up.iter().all(|row| row.standing == Standing::Dead && row.job.attempts == TERMS.max_attempts));
        let nonsense = given_up.iter().find(|row| row.job.kind == "nonsense").expect("it is there");
        assert_eq!(nonsense.kind, "未知类别");
        let reactions: Vec<_> = given_up.iter().filter(|row| row.job.kind == "react").collect();
        assert_eq!(reactions.len(), 3);
        assert!(reactions.iter().all(|row| row.plugin.is_some() && row.job.last_error.is_some()), "{reactions:?}");

        // County IT sees it, sends it round again, and it is given up again only after as many attempts.
        let county_it = server.client(people::SUN_LI).await;
        let page = county_it.get("/jobs?state=dead").await.ok();
        page.has(&["已停止重试", "sample.trap", "重新执行"]);
        county_it.get("/events?topic=sample.trap").await.ok().has(&["已停止重试"]).lacks(&["已完成"]);
        county_it.get("/events?topic=household.changed").await.ok().has(&["已完成"]).lacks(&["已停止重试"]);
        let answer = county_it.post(&format!("/jobs/{}/retry", reactions[0].job.id), &[]).await;
        assert_eq!(answer.status, 303, "{}", answer.excerpt());
        county_it.post(&format!("/jobs/{}/retry", reactions[0].job.id), &[]).await.refused(404);
        assert_eq!(dead(server, people::COUNTY).await.len(), given_up.len() - 1);
        // Switched off meanwhile: there is nobody to ask, and the work is done.
        doudi_server::app::plugin::disable(&server.app, &it(people::COUNTY), "broken", server.app.today())
            .await
            .expect(&digest);
        work(std::slice::from_ref(&server.app)).await;
        assert_eq!(dead(server, people::COUNTY).await.len(), given_up.len() - 1);
        county_it.get("/jobs?state=done").await.ok().has(&["已完成"]);

        // Of another county, or already done: not found.
        let elsewhere = job::revive(&server.app, &it(people::OTHER_COUNTY), reactions[1].job.id).await;
        assert!(matches!(elsewhere, Err(Error::NotFound { .. })), "{elsewhere:?}");
        let trail = server.client(people::ZHOU_MIN).await.get("/audit?what=job.revive").await.ok();
        trail.has(&["重新安排任务", "孙丽"]);
        sound(server).await;
    })
    .await;
}
