//! A full disk, on SQLite: the operating system refuses to let any file grow beyond a limit a little above what is there, at
//! another point of the work each time. Whoever is told "not saved" was told the truth; then the operator makes room, and the
//! program goes on without being started anew.

use crate::dice::Dice;
use crate::ledger::{Ledger, city};
use doudi_storage::Storage;
use doudi_storage::test_support::{keys, sqlite};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let rounds = (crate::count(40) / 10).min(100);
    let (server, mut orders) = city(sqlite().await.expect("a database")).await;
    server.app.storage.close().await;
    let file = orders.url.trim_start_matches("sqlite://").to_owned();
    let mut dice = Dice::new("full disks");
    let mut ledger = Ledger::default();
    let mut went_on = 0;
    for round in 0..rounds {
        orders.number = round + 1;
        orders.again = ledger.open.iter().cloned().collect();
        let kilobytes = std::fs::metadata(&file).expect("the database").len() / 1024;
        // The write-ahead log begins anew and meets the limit first; the database itself when it is written back.
        let limit = if dice.below(2) == 0 { dice.below(kilobytes) + 100 } else { kilobytes + dice.below(2_000) };
        let before = ledger.failures;
        let mut command = Command::new("sh");
        command
            .args(["-c", r#"trap "" XFSZ; ulimit -S -f "$0"; exec "$@""#, &(limit * 2).to_string()])
            .arg(std::env::current_exe().expect("this program"))
            .args(["--exact", "child::works_until_it_is_killed", "--nocapture"]);
        orders.tell(&mut command);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the child starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let (began, mut room_since) = (Instant::now(), None::<(Instant, usize)>);
        for line in out.lines().map_while(Result::ok) {
            ledger.hear(&line);
            let done = ledger.cases.len() + ledger.facts.len();
            match room_since {
                // A few failures in a row show that it lives on; a limit never met is met by nobody.
                None if ledger.failures >= before + 5 => {
                    make_room(child.id());
                    room_since = Some((Instant::now(), done));
                }
                None if began.elapsed() > Duration::from_secs(4) => drop(child.kill()),
                None => {}
                Some((_, then)) if done >= then + 3 => {
                    went_on += u64::from(ledger.failures > before);
                    drop(child.kill());
                }
                Some((since, _)) => {
                    let told = &ledger.sample_failure;
                    assert!(since.elapsed() < Duration::from_secs(30), "there is room, and it does not go on: {told}");
                }
            }
        }
        child.wait().expect("it is gone");
        let storage = Storage::open(&orders.url, keys()).await.expect("it opens again, with room");
        ledger.prove(&storage).await;
        storage.close().await;
    }
    assert!(went_on > 0, "no disk was full");
    ledger.settle(&orders.url, orders.number).await;
    eprintln!(
        "{rounds} full disks, {went_on} mended while the program ran, {} refused writes ({}); {} cases and {} facts acknowledged and there",
        ledger.failures,
        ledger.sample_failure,
        ledger.cases.len(),
        ledger.facts.len()
    );
    server.close().await;
}

/// The operator deletes something large.
fn make_room(program: u32) {
    let status = Command::new("prlimit").args(["--pid", &program.to_string(), "--fsize=unlimited"]).status();
    assert!(status.expect("util-linux has prlimit").success());
}
