//! What the tests' own side knows: the city that is worked on, what was acknowledged, and the proof that the database keeps
//! its promises.

use crate::child::{Orders, TODAY};
use doudi_documents::manifest::Every;
use doudi_server::app::job;
use doudi_server::app::plugin::GrantChoice;
use doudi_server::worker::Worker;
use doudi_server::{App, Config, FixedClock};
use doudi_storage::Storage;
use doudi_storage::job::JobState;
use doudi_storage::test_support::{TestDatabase, keys};
use doudi_tests::support::family::Family;
use doudi_tests::support::{TestServer, guests, people};
use jiff::civil::date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A city with one family, a measure that decides, and one that opens a case for each change of a household. Closed: whoever
/// works on it next opens it.
pub async fn city(database: TestDatabase) -> (TestServer, Orders) {
    let url = database.url.clone();
    let server = TestServer::on(database, TODAY).await;
    let family = Family::enter(&server).await;
    Worker::new(server.app.clone()).until_idle().await.expect("nothing is in the way yet");
    let reacting = guests::with_manifest("rogue", |manifest| {
        manifest.id = "reacting".to_owned();
        manifest.jobs[0].id = "good".to_owned();
        manifest.jobs[0].every = Every::July;
    });
    server.enable(&reacting, &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
    // The monthly work of this one never ends; it begins after all this.
    server.enable(guests::honest(), &[people::COUNTY], date(2022, 7, 2), GrantChoice::All).await;
    let orders = Orders {
        url,
        number: 0,
        user: server.user_id(people::WANG_FANG),
        household: family.household,
        person: family.head,
        again: Vec::new(),
    };
    (server, orders)
}

/// What children said.
#[derive(Default)]
pub struct Ledger {
    pub cases: BTreeSet<String>,
    pub facts: BTreeSet<String>,
    /// Begun and not acknowledged.
    pub open: BTreeSet<String>,
    pub failures: u64,
    pub sample_failure: String,
}

impl Ledger {
    /// Takes one line; panics on what must never be said.
    pub fn hear(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "try" => drop(self.open.insert(rest.to_owned())),
            "case" => {
                self.open.remove(rest);
                self.cases.insert(rest.to_owned());
            }
            "fact" => drop(self.facts.insert(rest.to_owned())),
            "failure" => {
                self.failures += 1;
                rest.clone_into(&mut self.sample_failure);
            }
            "wrong" => panic!("a child was told something it should not have been: {rest}"),
            _ => {}
        }
    }

    /// Everything acknowledged is there, nothing is half there, nothing twice, and the chain holds.
    pub async fn prove(&self, storage: &Storage) {
        let pressed = storage.column("idempotency", "key").await.expect("keys");
        let mut applied = BTreeSet::new();
        let mut reactions = 0;
        for key in &pressed {
            match key.split('/').collect::<Vec<_>>()[..] {
                ["act", _, key] => drop(applied.insert(key.to_owned())),
                ["react", ..] => reactions += 1,
                _ => {}
            }
        }
        let lost: Vec<&String> = self.cases.difference(&applied).collect();
        assert!(lost.is_empty(), "acknowledged and not there: {lost:?}");
        let documents = storage.count_rows("document").await.expect("a count");
        assert_eq!(documents, applied.len() as i64 + reactions, "each press and each reaction opened one case");

        let mut notes: BTreeMap<String, u32> = BTreeMap::new();
        for note in storage.column("fact", "note").await.expect("notes") {
            *notes.entry(note).or_default() += 1;
        }
        for key in &self.facts {
            assert_eq!(notes.get(key), Some(&1), "the fact {key} was acknowledged");
        }
        let twice: Vec<_> = notes.iter().filter(|(note, times)| note.starts_with('f') && **times > 1).collect();
        assert!(twice.is_empty(), "{twice:?}");

        let wanting = storage.integrity().await.unwrap_or_else(|error| panic!("{error:?}"));
        assert!(wanting.is_empty(), "{wanting:?}");
        for (county, name) in storage.counties().await.expect("counties") {
            let verdict = storage.audit_verify(county).await.expect("a verdict");
            assert!(verdict.broken.is_none(), "{name}: {verdict:?}");
        }
    }

    /// The same after all that was due has been done: each change of the family was reacted to once.
    pub async fn settle(&self, url: &str, number: u64) {
        let storage = Storage::open(url, keys()).await.expect("the database");
        let clock = FixedClock::on(TODAY);
        clock.advance_seconds((number as i64 + 10) * 90);
        let app = App {
            storage: storage.clone(),
            host: guests::host(),
            clock: Arc::new(clock.clone()),
            config: Arc::new(Config::default()),
            watch: Arc::default(),
            kept: Arc::default(),
        };
        let county =
            doudi_domain::Actor::System { division: doudi_domain::DivisionCode::new(people::COUNTY).expect("a code") };
        // What was begun by too many that were killed has been given up; the operator gives it another chance.
        let mut left = 1;
        for _ in 0..20 {
            let mut worker = Worker::new(app.clone());
            worker.until_idle().await.unwrap_or_else(|error| panic!("{error:?}"));
            let (figures, dead) = job::page(&app, &county, JobState::Dead, None, 500).await.expect("a page");
            left = figures.due + figures.running + figures.later + figures.dead;
            if left == 0 {
                break;
            }
            for row in &dead.items {
                job::revive(&app, &county, row.job.id).await.expect("another chance");
            }
            clock.advance_seconds(86_400 / 2);
        }
        assert_eq!(left, 0, "work that is never done");
        self.prove(&storage).await;
        let keys = storage.column("idempotency", "key").await.expect("keys");
        let reactions = keys.iter().filter(|key| key.starts_with("react/")).count();
        let kinds = storage.column("job", "kind").await.expect("kinds");
        assert_eq!(reactions, kinds.iter().filter(|kind| *kind == "react").count(), "each was reacted to once");
        storage.close().await;
    }
}
