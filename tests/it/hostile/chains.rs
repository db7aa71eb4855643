//! What goes on without anybody pressing: events that wake whoever published them, a job that never ends, measures that ask each
//! other. Each ends by a rule, visibly, and the county's other work goes on.

use super::pressed::press;
use super::{Line, TODAY, written};
use crate::support::family::Family;
use crate::support::server::TestServer;
use crate::support::{guests, people};
use crate::worker::{it, publish, sound, work};
use doudi_domain::event::{Event, EventCause};
use doudi_domain::{Error, EventId};
use doudi_server::app::job;
use doudi_server::app::plugin::GrantChoice;
use doudi_storage::job::{JobState, NewJob, OWN_LANE};
use jiff::civil::date;

const COUNTY: [i64; 1] = [people::COUNTY];

pub async fn lines() -> Vec<Line> {
    let mut lines = events().await;
    lines.push(endless_job().await);
    lines.extend(questions().await);
    lines
}

/// The rogue listens to these topics; a second plugin opens a case for each change of a household.
async fn listening(topics: &[&str]) -> (TestServer, Family) {
    let server = TestServer::new(TODAY).await;
    let family = Family::enter(&server).await;
    work(std::slice::from_ref(&server.app)).await;
    let rogue = guests::rogue_with("rogue", &[], |manifest| {
        manifest.subscriptions = topics.iter().map(|topic| (*topic).to_owned()).collect();
    });
    server.enable(&rogue, &COUNTY, TODAY, GrantChoice::All).await;
    server.enable(&crate::worker::reacting(), &COUNTY, date(2022, 1, 1), GrantChoice::All).await;
    (server, family)
}

/// An event as deep as that in a chain, with its delivery, after `before` others of the same chain that are done with.
async fn publish_deep(server: &TestServer, topic: &str, depth: i32, before: i64) -> EventId {
    let app = &server.app;
    let mut write = app.storage.write(&it(people::COUNTY), app.now()).await.expect("a write");
    let root = write.event_publish("sample.begin", "plugin/sample", "{}").await.expect("published");
    write.caused_by(EventCause { depth: depth - 1, root });
    for _ in 0..before {
        write.event_publish("sample.done", "plugin/sample", "{}").await.expect("published");
    }
    let event = write.event_publish(topic, "plugin/rogue", "{}").await.expect("published");
    let job = NewJob {
        lane: OWN_LANE,
        kind: "deliver-event".to_owned(),
        payload: format!("{root},{event}"),
        dedupe_key: format!("deliver-event/{event}"),
        run_at: app.now(),
    };
    assert!(write.job_enqueue(&job).await.expect("enqueued"));
    write.commit().await.expect("committed");
    root
}

async fn dead(server: &TestServer) -> Vec<job::JobRow> {
    job::page(&server.app, &it(people::COUNTY), JobState::Dead, None, 500).await.expect("a page").1.items
}

async fn events() -> Vec<Line> {
    let mut lines = Vec::new();
    // A circle of one: each reaction publishes what it listens to.
    let (server, family) = listening(&["rogue.echo"]).await;
    publish_deep(&server, "rogue.echo", Event::DEEPEST - 5, 0).await;
    publish(&server.app, people::COUNTY, family.household, 3).await;
    work(std::slice::from_ref(&server.app)).await;
    let given_up = dead(&server).await;
    assert_eq!(given_up.len(), 1, "the circle ends with one event that is not delivered: {given_up:?}");
    let row = &given_up[0];
    assert_eq!(
        (row.job.kind.as_str(), row.job.attempts),
        ("deliver-event", 1),
        "given up at once, not after six attempts"
    );
    let sentence = row.job.last_error.clone().unwrap_or_default();
    assert!(sentence.contains("rogue.echo") && sentence.contains("连环"), "{sentence}");
    // The other plugin's reactions were carried out meanwhile.
    assert_eq!(server.app.storage.count_rows("document").await.expect("a count"), 3);
    sound(&server).await;
    lines.push(Line::new("任务", "event cycle (rogue.echo)", "too-deep", &sentence));
    // Another chance changes nothing: the rule still holds.
    job::revive(&server.app, &it(people::COUNTY), row.job.id).await.expect("another chance");
    work(std::slice::from_ref(&server.app)).await;
    assert_eq!(dead(&server).await.len(), 1);
    server.close().await;

    // A storm: a hundred for one.
    let (server, family) = listening(&["rogue.storm"]).await;
    let root = publish_deep(&server, "rogue.storm", 1, Event::WIDEST - 150).await;
    publish(&server.app, people::COUNTY, family.household, 3).await;
    work(std::slice::from_ref(&server.app)).await;
    let mut snapshot = server.app.storage.snapshot(it(people::COUNTY).scope()).await.expect("a snapshot");
    let led_to = snapshot.events_of_root(root).await.expect("a count");
    drop(snapshot);
    assert!((Event::WIDEST..Event::WIDEST + 300).contains(&led_to), "the storm went on: {led_to} events");
    let given_up = dead(&server).await;
    assert!(!given_up.is_empty());
    let sentence = given_up[0].job.last_error.clone().unwrap_or_default().replace(&root.to_string(), "N");
    assert!(given_up.iter().all(|row| row.job.last_error.as_deref().unwrap_or_default().contains("引起的事件")));
    assert_eq!(server.app.storage.count_rows("document").await.expect("a count"), 3);
    let number = led_to.to_string();
    lines.push(Line::new("任务", "event storm (rogue.storm)", "too-wide", &sentence.replace(&number, "M")));
    server.close().await;
    lines
}

/// A job that asks for another step for ever ends after so many.
async fn endless_job() -> Line {
    let server = TestServer::new(TODAY).await;
    server.enable(guests::rogue(), &COUNTY, TODAY, GrantChoice::All).await;
    let payload = serde_json::json!({
        "plugin": "rogue", "job": "never-done", "due": "2022-07-01", "cursor": "x", "step": 19_998,
    });
    let app = &server.app;
    let mut write = app.storage.write(&it(people::COUNTY), app.now()).await.expect("a write");
    let job = NewJob {
        lane: OWN_LANE,
        kind: "tick".to_owned(),
        payload: payload.to_string(),
        dedupe_key: "tick/rogue/never-done".to_owned(),
        run_at: app.now(),
    };
    write.job_enqueue(&job).await.expect("enqueued");
    write.commit().await.expect("committed");
    work(std::slice::from_ref(app)).await;
    let given_up = dead(&server).await;
    assert_eq!(given_up.len(), 1, "{given_up:?}");
    let sentence = given_up[0].job.last_error.clone().unwrap_or_default();
    assert!(sentence.contains("never-done") && sentence.contains("仍未结束"), "{sentence}");
    server.close().await;
    Line::new("任务", "never-done", "too-long", &sentence)
}

/// Two measures that answer a question by asking it.
async fn questions() -> Vec<Line> {
    let topics = || vec!["rogue.circle".to_owned(), "rogue.circle-storm".to_owned()];
    let server = TestServer::new(TODAY).await;
    for id in ["rogue", "ring"] {
        let guest = guests::rogue_with(id, &["circle", "circle-storm"], |manifest| {
            manifest.questions = topics();
            manifest.answers = topics();
        });
        server.enable(&guest, &COUNTY, TODAY, GrantChoice::All).await;
    }
    server.enable(guests::honest(), &COUNTY, TODAY, GrantChoice::All).await;
    let family = Family::enter(&server).await;
    let before = written(&server).await;
    // A plain circle is cut: the innermost is told that it asks too deep, and the first gets its answer.
    let said = press(&server, &family, "rogue", "circle").await;
    let Err(Error::Refused { message, .. }) = said else { panic!("circle: {said:?}") };
    assert_eq!(message, "1 个答复");
    // A thousand questions in each of a thousand answers run out of time, not the server.
    let begun = std::time::Instant::now();
    let stormed = press(&server, &family, "rogue", "circle-storm").await;
    let Err(Error::Failure { outside, .. }) = stormed else { panic!("circle-storm: {stormed:?}") };
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(outside.contains("6.6.6") && outside.contains("超过"), "{outside}");
    assert_eq!(written(&server).await, before);
    press(&server, &family, "honest", "good").await.unwrap_or_else(|error| panic!("after the circles: {error}"));
    server.close().await;
    vec![
        Line::new(
            "调用",
            "question cycle (circle)",
            "limit",
            "第 4 层起不再转问，最里层得到答复 limit，外层照常得到 1 个答复",
        ),
        Line::new(
            "调用",
            "question storm (circle-storm)",
            "out-of-time",
            "每一层各问一千次：连同询问的时间超过时限，已中止",
        ),
    ]
}
