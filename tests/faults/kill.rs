//! kill -9 at random moments: while it starts, while it writes, while it reacts.

use crate::child::Orders;
use crate::dice::Dice;
use crate::ledger::{Ledger, city};
use doudi_storage::Storage;
use doudi_storage::test_support::{TestDatabase, keys, postgres, sqlite};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_sqlite() {
    kill_many(sqlite().await.expect("a database"), "sqlite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_postgres() {
    if let Some(database) = postgres().await {
        kill_many(database, "postgres").await;
    }
}

async fn kill_many(database: TestDatabase, engine: &str) {
    let kills = crate::count(25);
    let (server, mut orders) = city(database).await;
    // Nobody else has it open: who comes after a killed one must recover alone.
    server.app.storage.close().await;
    let mut dice = Dice::new(&format!("kills on {engine}"));
    let mut ledger = Ledger::default();
    let began = Instant::now();
    let every = (kills / 10).max(5);
    for number in 0..kills {
        orders.number = number + 1;
        orders.again = ledger.open.iter().cloned().collect();
        let orders_now = orders.clone();
        // Mostly while it works, after some acknowledgements, whatever the machine's speed; one in eight while it still opens
        // its database.
        let early = dice.below(8) == 0;
        let acknowledged = if early { 0 } else { 1 + dice.below(6) };
        let wait = Duration::from_micros(if early { dice.below(150_000) } else { dice.below(12_000) });
        let lines = tokio::task::spawn_blocking(move || live_and_die(&orders_now, acknowledged, wait)).await;
        for line in lines.expect("no panic") {
            ledger.hear(&line);
        }
        if (number + 1) % every == 0 {
            let storage = Storage::open(&orders.url, keys()).await.expect("it opens again");
            ledger.prove(&storage).await;
            storage.close().await;
        }
    }
    ledger.settle(&orders.url, orders.number).await;
    assert!(
        (ledger.cases.len() + ledger.facts.len()) as u64 >= kills,
        "the children were killed before they did anything"
    );
    eprintln!(
        "{engine}: {kills} kills in {:.0} s; {} cases and {} facts acknowledged, {} presses left open, {} failures; nothing \
         lost, half written or double, audit chain whole",
        began.elapsed().as_secs_f64(),
        ledger.cases.len(),
        ledger.facts.len(),
        ledger.open.len(),
        ledger.failures
    );
    server.close().await;
}

/// What one child said before it was killed. A line cut off by the kill was not said.
fn live_and_die(orders: &Orders, acknowledged: u64, wait: Duration) -> Vec<String> {
    let mut child = orders.command().stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the child starts");
    let out = child.stdout.take().expect("a pipe");
    let (said, heard) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut lines = Vec::new();
        let mut out = BufReader::new(out);
        let mut line = String::new();
        while out.read_line(&mut line).is_ok_and(|read| read > 0) {
            if line.ends_with('\n') {
                if line.starts_with("case ") || line.starts_with("fact ") {
                    let _ = said.send(());
                }
                lines.push(line.trim().to_owned());
            }
            line.clear();
        }
        lines
    });
    for _ in 0..acknowledged {
        heard.recv_timeout(Duration::from_secs(60)).expect("the child opens the database and works");
    }
    std::thread::sleep(wait);
    // SIGKILL: no handler, no destructor, no last word.
    child.kill().expect("it is there to be killed");
    child.wait().expect("it is gone");
    reader.join().expect("no panic")
}
