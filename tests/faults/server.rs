//! PostgreSQL pulled out of the wall and put back, while a program writes: what it acknowledged is there, what failed was told
//! as a failure, and the program goes on by itself.

use crate::dice::Dice;
use crate::ledger::{Ledger, city};
use doudi_storage::Storage;
use doudi_storage::test_support::{keys, postgres_at};
use doudi_tests::support::cluster::Cluster;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_server_that_stops_and_starts() {
    let stops = (crate::count(30) / 10).min(200);
    let Some(cluster) = Cluster::start() else {
        assert!(std::env::var("DOUDI_REQUIRE_POSTGRES").is_err(), "PostgreSQL's programs are not installed");
        return;
    };
    let database = postgres_at(&cluster.url("postgres")).await;
    let (server, mut orders) = city(database).await;
    server.app.storage.close().await;
    orders.number = 1;
    let mut child = orders.command().stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the child starts");
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    let (said, heard) = mpsc::channel::<String>();
    let reader = std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            let _ = said.send(line);
        }
    });
    let mut dice = Dice::new("stopped servers");
    let mut ledger = Ledger::default();
    let mut acknowledged_after_each = Vec::new();
    for _ in 0..stops {
        // Until it has done something again since the last stop.
        let before = ledger.cases.len();
        while ledger.cases.len() < before + 3 {
            ledger.hear(&heard.recv_timeout(Duration::from_secs(90)).expect("the child goes on by itself"));
        }
        acknowledged_after_each.push(ledger.cases.len() - before);
        std::thread::sleep(Duration::from_millis(dice.below(400)));
        cluster.down();
        std::thread::sleep(Duration::from_millis(dice.below(300)));
        cluster.up();
    }
    let before = ledger.cases.len();
    while ledger.cases.len() < before + 3 {
        ledger.hear(&heard.recv_timeout(Duration::from_secs(90)).expect("the child goes on by itself"));
    }
    child.kill().expect("it still lives");
    child.wait().expect("it is gone");
    reader.join().expect("no panic");
    for line in heard.try_iter() {
        ledger.hear(&line);
    }
    let storage = Storage::open(&orders.url, keys()).await.expect("it opens");
    ledger.prove(&storage).await;
    storage.close().await;
    ledger.settle(&orders.url, orders.number).await;
    eprintln!(
        "{stops} stops of PostgreSQL, {} failures told; {} cases and {} facts acknowledged and there",
        ledger.failures,
        ledger.cases.len(),
        ledger.facts.len()
    );
    server.close().await;
}
