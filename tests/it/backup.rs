//! The drill: a copy of a city at work becomes a city that stands every proof, on both engines; and a copy that is not whole
//! does not.

use crate::support::cluster::{self, tool};
use crate::support::family::Family;
use crate::support::program::Home;
use crate::support::server::TestServer;
use crate::support::{guests, people};
use crate::worker::{reacting, sound, work};
use doudi_domain::DocumentId;
use doudi_server::app::document::{self, Press, Target};
use doudi_server::app::plugin::GrantChoice;
use doudi_storage::test_support;
use jiff::civil::date;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const TODAY: jiff::civil::Date = date(2022, 7, 20);

/// A city with a family, a measure that decides and one that reacts.
async fn city(server: &TestServer) -> Family {
    server.enable(&reacting(), &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
    // Its monthly work never ends; it begins after all this.
    server.enable(guests::honest(), &[people::COUNTY], date(2022, 7, 2), GrantChoice::All).await;
    let family = Family::enter(server).await;
    work(std::slice::from_ref(&server.app)).await;
    family
}

async fn decide(server: &TestServer, family: &Family, key: String) -> DocumentId {
    let target = Target::New {
        plugin: "honest".into(),
        collection: "case".into(),
        household: Some(family.household),
        person: None,
    };
    let press = Press { target, action: "decide".into(), values: Default::default(), idempotency_key: key };
    let pressed = document::act(&server.app, &server.actor(people::WANG_FANG), press).await;
    pressed.unwrap_or_else(|error| panic!("{error}: {error:?}")).document.expect("a case")
}

/// The home of an operator's commands on this database, with the keys the server uses.
fn operator(database: &str) -> Home {
    let home = Home::new(Some(database.to_owned()), "2022-07-20");
    std::fs::create_dir_all(home.path("data")).expect("a folder");
    home.file("data/keys", test_support::keys().to_hex());
    home
}

/// Every proof there is, and that each of these cases is there.
fn stands(home: &Home, decisions: usize) {
    home.doudi(&["audit", "verify"]).ok();
    let replayed = home.doudi(&["decision", "replay", "--all", "--json"]).json();
    assert_eq!(replayed["decisions"], replayed["same"], "{replayed}");
    assert!(replayed["same"].as_u64().is_some_and(|same| same as usize >= decisions), "{decisions}: {replayed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_sqlite_city_at_work_stands_every_proof() {
    let server = Arc::new(TestServer::new(TODAY).await);
    let family = Arc::new(city(&server).await);
    let running = Arc::new(AtomicBool::new(true));
    let home = operator(server.url());
    // The program is there before the work begins, so that the city works for as long as copying takes and no longer.
    tokio::task::block_in_place(|| home.doudi(&["audit", "verify"]).ok());
    let writer = tokio::spawn({
        let (server, family, running) = (server.clone(), family.clone(), running.clone());
        async move {
            let mut written = 0;
            while running.load(Ordering::SeqCst) {
                decide(&server, &family, format!("w{written}")).await;
                written += 1;
            }
            written
        }
    });
    let mut copies = Vec::new();
    for copy in 0..3 {
        let before = server.app.storage.count_rows("decision").await.expect("a count");
        let file = home.path(&format!("copy-{copy}.db")).to_string_lossy().into_owned();
        let made = tokio::task::block_in_place(|| home.doudi(&["backup", &file, "--json"]).json());
        assert_eq!(made["bytes"].as_u64(), std::fs::metadata(&file).ok().map(|meta| meta.len()));
        tokio::task::block_in_place(|| home.doudi(&["backup", &file]).said(1, &["已经存在"]));
        copies.push((file, before));
    }
    running.store(false, Ordering::SeqCst);
    let written: i64 = writer.await.expect("no panic");
    assert_eq!(server.app.storage.count_rows("decision").await.expect("a count"), written);
    sound(&server).await;

    let keys = home.path("data/keys").to_string_lossy().into_owned();
    for (number, (file, before)) in copies.iter().enumerate() {
        let fresh = Home::new(None, "2022-07-20");
        let into = fresh.path("data").to_string_lossy().into_owned();
        tokio::task::block_in_place(|| {
            let restored = fresh.doudi(&["restore", file, "--into", &into, "--keys", &keys, "--json"]).json();
            assert_eq!(restored["migrate"], false, "{restored}");
            if number + 1 == copies.len() {
                // What was there before the copy began is in it; replaying all of it once is enough.
                stands(&fresh, *before as usize);
            } else {
                fresh.doudi(&["audit", "verify"]).ok();
            }
            // The copy is a city again, and no second one is put over it.
            fresh.doudi(&["restore", file, "--into", &into]).said(1, &["已经有数据库", "新的目录"]);
        });
    }

    // What is not whole is refused with everything that is wrong, and leaves nothing behind.
    let (good, _) = &copies[2];
    let whole = std::fs::read(good).expect("a copy");
    let refused = |name: &str, content: &[u8], keys: &str, words: &[&str]| {
        let fresh = Home::new(None, "2022-07-20");
        let (file, into) = (fresh.file(name, content), fresh.path("data").to_string_lossy().into_owned());
        fresh.doudi(&["restore", &file, "--into", &into, "--keys", keys]).said(1, words);
        let left = std::fs::read_dir(&into).map_or(0, |entries| entries.count());
        assert_eq!(left, 0, "{name} left something in the data directory");
    };
    tokio::task::block_in_place(|| {
        refused("half.db", &whole[..whole.len() / 2], &keys, &["不是完好的备份"]);
        refused("text.db", "这不是数据库".as_bytes(), &keys, &["不是完好的备份"]);
        refused("empty.db", b"", &keys, &["不是本系统的数据库"]);
        let other = home.file("other-keys", doudi_storage::SealKeys::generate().expect("keys").to_hex());
        refused("keys.db", &whole, &other, &["密钥与备份不符"]);
        refused("keys.db", &whole, "/nowhere/keys", &["密钥不在备份里"]);
    });
    // A row of the audit log changed in the copy, around the triggers.
    let (tampered, url) = (home.path("tampered.db"), format!("sqlite://{}", home.path("tampered.db").display()));
    std::fs::copy(good, &tampered).expect("a copy");
    let storage = doudi_storage::Storage::open(&url, test_support::keys()).await.expect("a database");
    storage.tamper_with_audit().await.expect("changed");
    storage.close().await;
    let content = std::fs::read(&tampered).expect("a copy");
    tokio::task::block_in_place(|| refused("tampered.db", &content, &keys, &["审计日志", "改动"]));

    let Ok(server) = Arc::try_unwrap(server) else { panic!("the writer has ended") };
    server.close().await;
}

/// PostgreSQL's own tools, as the guide says: a dump of a city at work, restored into a new database.
#[tokio::test(flavor = "multi_thread")]
async fn a_dump_of_a_postgres_city_at_work_stands_every_proof() {
    let Some(database) = test_support::postgres().await else { return };
    if cluster::programs().is_none() {
        assert!(std::env::var("DOUDI_REQUIRE_POSTGRES").is_err(), "PostgreSQL's programs are not installed");
        return;
    }
    let server = Arc::new(TestServer::on(database, TODAY).await);
    let family = Arc::new(city(&server).await);
    for number in 0..5 {
        decide(&server, &family, format!("before{number}")).await;
    }
    let running = Arc::new(AtomicBool::new(true));
    let writer = tokio::spawn({
        let (server, family, running) = (server.clone(), family.clone(), running.clone());
        async move {
            let mut written = 0;
            while running.load(Ordering::SeqCst) {
                decide(&server, &family, format!("w{written}")).await;
                written += 1;
            }
        }
    });
    let home = operator(server.url());
    // Refused with a word of what to use instead.
    tokio::task::block_in_place(|| {
        home.doudi(&["backup", &home.path("x.db").to_string_lossy()]).said(1, &["pg_dump"]);
    });
    let dump = home.path("city.dump");
    run(tool("pg_dump").args(["--format=custom", "--dbname", server.url(), "--file"]).arg(&dump));
    running.store(false, Ordering::SeqCst);
    writer.await.expect("no panic");

    let fresh = test_support::empty_postgres().await.expect("an empty database");
    run(tool("pg_restore").args(["--exit-on-error", "--no-owner", "--dbname", &fresh.url]).arg(&dump));
    let restored = operator(&fresh.url);
    tokio::task::block_in_place(|| stands(&restored, 5));
    assert!(fresh.storage.integrity().await.expect("checked").is_empty());
    fresh.remove().await;
    let Ok(server) = Arc::try_unwrap(server) else { panic!("the writer has ended") };
    server.close().await;
}

fn run(command: &mut std::process::Command) {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
